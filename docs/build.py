"""Writes the generated pages: the model, the instance format and the commands.

They come from the formulations' docstrings, the schema and click.  Run by ``make docs``; a test
fails when a page is not what this would write.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import click
import pyomo.environ as pyo

from allocator.cli import cli
from allocator.instance import Instance, read
from allocator.instance.columns import Column
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS
from allocator.instance.starter import TEMPLATE
from formulations import FORMULATIONS

HERE: Final = Path(__file__).parent
TOPICS: Final = (
    "horizon", "rates", "population", "services", "effects", "places", "money",
    "staff", "double_investment", "windows", "target", "fairness", "shortfall", "benefits",
    "objective",
)  # fmt: skip
_MADE: Final = (
    "<!-- Made by docs/build.py (`make docs`): change the source named below, not this. -->"
)


def pages() -> dict[str, str]:
    """Text of each generated page, by file name."""
    return {
        "model.md": model_page(),
        "instance-format.md": format_page(),
        "commands.md": commands_page(),
    }


def main() -> None:
    """Write the pages, and say which have changed."""
    for name, text in pages().items():
        file = HERE / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"wrote docs/{name}\n")


_MODEL: Final = """\
# The model

From the docstrings of `formulations/`.  Section numbers are those of the specification.

{package}

Index sets stand in capitals.  A dual is ∂ objective / ∂ right-hand side, reported in pounds.

## The questions
"""


def model_page() -> str:
    """Sets, parameters, variables and constraints, topic by topic."""
    package = importlib.import_module("formulations")
    text = _markdown(inspect.getdoc(package) or "").partition("\n\n")[2]
    lines = [_MADE, "", _MODEL.format(package=text)]
    for name in FORMULATIONS:
        module = importlib.import_module(FORMULATIONS[name].module)
        lines += [f"**`{name}`**: {_markdown(inspect.getdoc(module) or '')}", ""]
    instance = read(TEMPLATE)
    declared = declarations(instance)
    rules = constraint_rules(instance)
    for topic in TOPICS:
        module = importlib.import_module(f"formulations.{topic}")
        lines += _topic(module, declared[topic], rules)
    return "\n".join(lines).rstrip() + "\n"


def declarations(instance: Instance) -> dict[str, list[Any]]:
    """Sets, parameters and variables that each topic declares."""
    m, seen, declared = pyo.AbstractModel(), set(), {}
    for topic in TOPICS:
        importlib.import_module(f"formulations.{topic}").declare(m, instance)
        declared[topic] = [c for c in m.component_objects() if c.local_name not in seen]
        seen |= {c.local_name for c in declared[topic]}
    return declared


def constraint_rules(instance: Instance) -> dict[str, tuple[Any, Callable[..., Any]]]:
    """Constraint or objective and its rule, by name, over all formulations."""
    rules = {}
    for name in FORMULATIONS:
        model = importlib.import_module(FORMULATIONS[name].module).build(instance)
        for kind in (pyo.Constraint, pyo.Objective):
            for component in model.component_objects(kind):
                rules[component.local_name] = (component, component.rule._fcn)
    return rules


def _topic(
    module: ModuleType, declared: list[Any], rules: dict[str, tuple[Any, Callable[..., Any]]]
) -> Iterator[str]:
    title, _, more = _markdown(inspect.getdoc(module) or "").partition("\n\n")
    yield from ("## " + re.sub(r"[.] +(MODEL.md .*?)[.]?$", r" (\1)", title), "")
    if more:
        yield from (more, "")
    yield from (_markdown(inspect.getdoc(module.declare) or ""), "")
    sets = [f"`{c.local_name}`" for c in declared if c.ctype is pyo.Set]
    if sets:
        yield from (f"Sets: {', '.join(sets)}.", "")
    yield from _table("Parameter", [c for c in declared if c.ctype is pyo.Param])
    yield from _table("Variable", [c for c in declared if c.ctype is pyo.Var])
    own = {name: rule for name, (_, rule) in rules.items() if rule.__module__ == module.__name__}
    for name, function in inspect.getmembers(module, inspect.isfunction):
        told = inspect.getdoc(function) or ""
        if (
            function.__module__ == module.__name__
            and ":math:" in told
            and function not in own.values()
        ):
            yield from (f"**`{name}`**: {_markdown(told)}", "")
    for name, rule in own.items():
        component = rules[name][0]
        yield from (
            f"### `{name}`{_over(component)}",
            "",
            _markdown(inspect.getdoc(rule) or ""),
            "",
        )


def _table(kind: str, components: list[Any]) -> Iterator[str]:
    if components:
        yield from (f"| {kind} | for each | unit |", "|---|---|---|")
        for component in components:
            sets = _over(component).removeprefix(" over ")
            yield f"| `{component.local_name}` | {sets} | {component.doc or ''} |"
        yield ""


def _over(component: Any) -> str:
    """The sets a component is indexed by; an index that is no set of its own is named as one."""
    if not component.is_indexed():
        return ""
    sets = component.index_set().subsets(expand_all_set_operators=False)
    named = [s.local_name for s in sets if s.local_name != "Any"]
    return " over " + (", ".join(f"`{name}`" for name in named) or "its index")


def _markdown(docstring: str) -> str:
    """A docstring as Markdown has it: mathematics, code, and a table as it stands in a fence."""
    return "\n\n".join(map(_paragraph, docstring.split("\n\n"))).strip()


def _paragraph(text: str) -> str:
    if text.startswith("==="):
        return f"```text\n{text.replace('``', '  ')}\n```"
    text = re.sub(r":math:`([^`]*)`", lambda m: f"${' '.join(m[1].split())}$", text)
    text = re.sub(r"``([^`]*)``", r"`\1`", text)
    return re.sub(
        r"(?m)^\.\. math::(.*(?:\n[ \t]+.*)*)", lambda m: _fenced(m[1]), text
    ).strip()  # fmt: skip


def _fenced(mathematics: str) -> str:
    lines = [line.strip() for line in mathematics.strip().splitlines()]
    return "\n".join(["```math", *lines, "```", ""])


_FORMAT: Final = """\
# The instance format

From `allocator/instance/schema.py` and `settings.py`.

An instance is a folder with `instance.toml` and small CSV tables (UTF-8, a heading, a blank cell
for the default), or one `.xlsx` workbook with a sheet for each table and a sheet `instance` of
keys and values.  `allocator new` writes a commented one.  Sheets called `Plan`, or whose names
begin with that word and a blank, are a report's results and are left alone.

Money is in pounds at the instance's price base, counts are children (or families, for a service
that says so), rates are per year.  A year is a financial year, named by the year in which it
begins: 2016 is 2016-17.

Every table may carry an `area` column.  Blank means every area, and an area's own row takes the
place of the blank row with the same key.  For `budgets`, `limits` and `targets` a blank area means
all areas together, and rows do not replace each other.  Without an `areas` table there is one area.

Every table and section may carry `source` and `note`, which are kept and shown, never used in the
arithmetic.  An unknown column is an error.  Columns in bold are the key: no two rows may agree in
all of them.

## `instance.toml`
"""


def format_page() -> str:
    """Settings and tables of an instance, from the schema."""
    lines = [_MADE, "", _FORMAT]
    for section, columns in SETTINGS.items():
        if section:
            lines += [f"### `[{section}]`", ""]
        lines += [*_columns(columns), ""]
    lines += ["## Tables", ""]
    for table in TABLES.values():
        lines += [f"### `{table.name}`", "", f"One row per {table.one_row_per}.", ""]
        lines += [*_columns(c for c in table.columns if c.name not in ("source", "note")), ""]
    return "\n".join(lines).rstrip() + "\n"


def _columns(columns: Iterator[Column] | tuple[Column, ...]) -> Iterator[str]:
    yield from ("| column | holds | default | unit | meaning |", "|---|---|---|---|---|")
    for c in columns:
        name = f"**`{c.name}`**" if c.key else f"`{c.name}`"
        default = "required" if c.required else c.default_text
        yield f"| {name} | {c.kind.value}{_bounds(c)} | {default} | {c.unit} | {c.meaning} |"


def _bounds(column: Column) -> str:
    if column.low is None and column.high is None:
        return ""
    if column.low is None:
        return f", {column.high:g} characters at most"
    if column.high is None:
        return f", {column.low:g} or more"
    return (
        f", {column.low:g} to {column.high:g}" if column.low != column.high else f", {column.low:g}"
    )


def commands_page() -> str:
    """What ``--help`` says of the command and of every verb."""
    lines = [_MADE, "", "# The commands", "", "From `allocator/cli/`: what `--help` prints.", ""]
    context = click.Context(
        cli, info_name="allocator", terminal_width=88, help_option_names=["-h", "--help"]
    )
    lines += ["```text", cli.get_help(context).rstrip(), "```", ""]
    lines += _verbs(cli, context)
    return "\n".join(lines).rstrip() + "\n"


def _verbs(group: click.Group, context: click.Context) -> Iterator[str]:
    """Each verb's help, and under a verb that is a group its own verbs'."""
    for name in group.list_commands(context):
        verb = group.get_command(context, name)
        assert verb is not None
        inner = click.Context(verb, info_name=name, parent=context, terminal_width=88)
        yield from (f"## `{inner.command_path}`", "", "```text", verb.get_help(inner).rstrip())
        yield from ("```", "")
        if isinstance(verb, click.Group):
            yield from _verbs(verb, inner)


if __name__ == "__main__":
    main()
