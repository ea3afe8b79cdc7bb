"""Each thing is said once: rules about the source that no import contract can keep."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from allocator.instance.schema import TABLES, TIERS
from allocator.plan.columns import ANSWERS, BACKTEST, FORECAST, SWEEP, WINDOWS
from allocator.plan.columns import TABLES as RESULTS
from allocator.vocabulary import AFTER_WINDOW, COLUMNS, CONSTRAINTS, IN_WINDOW
from formulations import FORMULATIONS

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "allocator").rglob("*.py"))
MATHEMATICS = sorted((ROOT / "formulations").rglob("*.py"))
CELLS = {column for table in TABLES.values() for column in table.names}
PANEL = "allocator/calibrate/panel/panel.py"  # whose rows are of a table of its own
SAID = ("allocator/vocabulary.py",)
TABLES_OF_A_PLAN = ("allocator/plan/tables.py", "allocator/vocabulary.py")


ASKS = "from tests.presence "
# They take from such a helper what writes HiGHS's own files, which is always there.
HIGHS_ALONE = {"tests/cli/test_import_solution.py", "tests/test_damaged_inputs.py"}


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(file)))


@cache
def strings(file: Path) -> tuple[str, ...]:
    """Strings of a file but for those that stand alone: docstrings."""
    alone = {
        id(node.value)
        for node in nodes(file)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return tuple(
        node.value
        for node in nodes(file)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    )


def test_a_constraint_is_named_where_it_is_said():
    named = {*CONSTRAINTS, IN_WINDOW, AFTER_WINDOW} - CELLS
    found = {
        (name(file), text) for file in FILES if name(file) not in SAID
        for text in strings(file) if text in named
    }  # fmt: skip
    assert not found


def test_a_family_of_a_program_is_named_where_it_is_said_or_laid_out():
    """``program.columns["spend"]``: by a name, not by a constant of the vocabulary."""
    families = {*CONSTRAINTS, *COLUMNS, IN_WINDOW, AFTER_WINDOW}
    found = defaultdict(set)
    for file in FILES:
        for node in nodes(file):
            match node:
                case ast.Subscript(
                    value=ast.Attribute(attr="rows" | "columns"), slice=ast.Constant(value=key)
                ) if key in families and name(file) not in (*TABLES_OF_A_PLAN, PANEL):
                    found[name(file)].add(key)
    assert not found


def test_a_formulation_is_named_in_its_record():
    found = {
        (name(file), each) for file in FILES
        for text in strings(file) for each in FORMULATIONS if each in text
    }  # fmt: skip
    assert not found


RESULT_COLUMNS = {
    name
    for columns in (
        *(table.columns for table in (*RESULTS.values(), WINDOWS)),
        *(columns for tables in ANSWERS.values() for columns in tables.values()),
        SWEEP,
        FORECAST,
        BACKTEST,
    )
    for name in columns
} - {*TIERS}
INPUTS = ("allocator/calibrate/", "allocator/instance/")  # columns of tables that are read
KEYS_OF_A_FRAME = 3  # a frame may begin with as many, to which a table's columns are joined
PART_OF_A_TABLE = 6  # columns that may be picked from a table


def texts(nodes: list[ast.expr | None]) -> list[str]:
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def column_lists(file: Path) -> Iterator[list[str]]:
    """Columns of a table listed by name, or said in words."""
    for node in nodes(file):
        match node:
            case ast.keyword(arg="columns", value=ast.List(elts=each) | ast.Tuple(elts=each)):
                if len(each) > KEYS_OF_A_FRAME:
                    yield texts(each)
            case ast.List(elts=each) | ast.Tuple(elts=each) if len(each) > PART_OF_A_TABLE:
                if RESULT_COLUMNS.issuperset(texts(each)) and len(texts(each)) == len(each):
                    yield texts(each)
            case ast.Dict(keys=keys, values=values):
                named = texts(keys)
                words = [text for text in texts(values) if " " in text]
                if len(words) > 1 and len(RESULT_COLUMNS.intersection(named)) * 2 > len(named):
                    yield named


def test_a_result_column_is_said_in_one_place():
    """With its unit and meaning; whatever writes, loads or shows a table reads it there."""
    files = [f for f in FILES if not name(f).startswith(("allocator/plan/columns/", *INPUTS))]
    assert {name(file): each for file in files for each in column_lists(file)} == {}
    said = [file for file in FILES if name(file).startswith("allocator/plan/columns/")]
    assert [each for file in said for each in column_lists(file)] == []  # as measures alone


def imported(file: Path) -> Iterator[tuple[str, str]]:
    """Modules that a file imports, each with a name that it takes from there."""
    for node in nodes(file):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((module, each.name) for each in names)
            case ast.Import(names=names):
                yield from ((each.name, "") for each in names)


def test_solvers_models_are_made_in_solving():
    """By ``solving``, through the classes of ``solvers``."""
    made = {name(f) for f in FILES for m, n in imported(f) if m == "highspy" or n == "HighsModel"}
    assert {file for file in made if not file.startswith("allocator/solv")} == set()


def test_a_verb_prints_the_text_of_its_page():
    taken = {
        (module.rpartition(".")[2], each)
        for file in FILES
        if name(file).startswith("allocator/cli/")
        for module, each in imported(file)
        if module.startswith("allocator.report.pages.")
    }
    assert len(taken) > 10
    assert {each for _, each in taken} == {"text", "headline", "question"}


def printed(node: ast.AST, of: dict[str, str]) -> Iterator[str]:
    """Functions of the library, by module, whose answers are printed; not their arguments."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in of:
        yield of[node.func.id]
        return
    for each in ast.iter_child_nodes(node):
        yield from printed(each, of)


def test_what_a_verb_prints_is_a_page_or_data():
    """On stdout; progress, warnings and what was written where go to stderr."""
    found = set()
    for file in (each for each in FILES if name(each).startswith("allocator/cli/")):
        of = {
            each.asname or each.name: f"{node.module}.{each.name}"
            for node in nodes(file)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        }
        for node in nodes(file):
            match node:
                case ast.Call(func=ast.Attribute(attr="echo"), args=told, keywords=options):
                    if "err" not in {each.arg for each in options}:
                        found |= {each for part in told for each in printed(part, of)}
    pages = {each for each in found if each.startswith("allocator.report.pages.")}
    assert len(pages) > 5
    others = {each for each in found - pages if not each.startswith("allocator.cli.")}
    assert {each.rpartition(".")[2] for each in others} == {"as_json"}


# Beside the report, the command line's help and what is raised: what a column of the instance is,
# and the files that explain a folder to whoever opens it.
WRITES_SENTENCES = {
    "allocator/calibrate/published/readme.py",
    "allocator/explain/answers.py",
    "allocator/hedge/saving/writing.py",
    "allocator/instance/schema.py",
    "allocator/instance/settings.py",
    "allocator/plan/saving/writing.py",
    "allocator/solving/export.py",
}


def sentences(file: Path) -> Iterator[str]:
    """From a capital to a full stop, gaps as braces; docstrings and what is raised left out."""
    whole = tree(file)
    passed = {
        id(each)
        for node in ast.walk(whole)
        if isinstance(node, ast.Raise)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for each in ast.walk(node)
    }
    for node in ast.walk(whole):
        if id(node) in passed:
            continue
        match node:
            case ast.JoinedStr(values=parts):
                passed |= {id(part) for part in parts}
                text = "".join(
                    part.value if isinstance(part, ast.Constant) else "{}" for part in parts
                )
            case ast.Constant(value=str(text)):
                pass
            case _:
                continue
        if len(text.split()) > 3 and re.match(r"[A-Z{]", text) and re.search(r"[.!?]\s*$", text):
            yield text


def test_sentences_stand_in_the_report():
    found = defaultdict(list)
    for file in FILES:
        if not name(file).startswith(("allocator/cli/", "allocator/report/")):
            found[name(file)].extend(sentences(file))
    assert {file for file, each in found.items() if each} == WRITES_SENTENCES


def types() -> dict[str, list[str]]:
    """What each type's name stands for: its class, at any depth, or what it is another name for."""
    found = defaultdict(list)
    for file in (*FILES, *MATHEMATICS):
        for node in nodes(file):
            if isinstance(node, ast.ClassDef):
                found[node.name.lstrip("_")].append(name(file))
        for node in tree(file).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=each)], value=value) if is_type(each):
                    said = re.sub(r"^NDArray.*", "NDArray", ast.unparse(value))
                    found[each.lstrip("_")].append(said)
    return found


def is_type(text: str) -> bool:
    return re.fullmatch(r"_?[A-Z]\w*[a-z]\w*", text) is not None


def test_a_types_name_means_one_thing():
    """A class is one of its name; another name for a type may be said again, for the same one."""
    named = types()
    assert len(named) > 300
    for each, meanings in named.items():
        classes = [meaning for meaning in meanings if meaning.endswith(".py")]
        assert len(classes) < 2, (each, meanings)
        assert len(set(meanings)) == 1, (each, meanings)


def test_a_name_says_what_it_holds():
    """Rows, limits, costs: not only that they were found."""
    bound = {
        (name(file), node.lineno)
        for file in (*FILES, *MATHEMATICS)
        for node in nodes(file)
        if (isinstance(node, ast.Name) and node.id == "found" and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.arg) and node.arg == "found")
    }
    assert not bound


MOST = 66  # marks `fmt: skip` in the two packages


def test_tables_of_data_alone_are_left_unformatted():
    """The number may only fall."""
    files = (*FILES, *MATHEMATICS)
    assert sum(file.read_text(encoding="utf-8").count("# fmt: skip") for file in files) <= MOST


@pytest.mark.parametrize("file", MATHEMATICS, ids=lambda file: file.stem)
def test_no_rule_asks_if(file):
    """What a rule does not hold for is left out of its index set."""
    for node in nodes(file):
        if isinstance(node, ast.FunctionDef) and [a.arg for a in node.args.args][:1] == ["m"]:
            if node.name.startswith(("declare", "_")):
                continue
            assert not [n for n in ast.walk(node) if isinstance(n, ast.If | ast.IfExp)], node.name


def test_tests_that_ask_for_a_program_are_run_again_by_ci_with_all_of_them():
    """Those of a file that imports what asks, or a helper of the tests that does."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    again = re.search(r"^ASKING *:= ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)[1]
    texts = {f: f.read_text(encoding="utf-8") for f in (ROOT / "tests").rglob("*.py")}
    texts.pop(Path(__file__))
    helpers = [f for f in texts if not f.name.startswith("test_") and ASKS in texts[f]]
    modules = [ASKS, *(f"from {name(f)[:-3].replace('/', '.')} " for f in helpers)]
    found = {name(f) for f in texts if f.name.startswith("test_") for m in modules if m in texts[f]}
    assert found - HIGHS_ALONE == set(again.replace("\\\n", "").split())
    assert found > HIGHS_ALONE
