"""The generated pages are what the code says, and the code says enough."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import pyomo.environ as pyo
import pytest

from allocator.cli import cli
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS
from formulations import FORMULATIONS
from tests.plans import instance_of

DOCS = Path(__file__).parents[2] / "docs"


def _build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = _build()
PAGES = BUILD.pages()
RULES = BUILD.constraint_rules(instance_of("window"))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_stale(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "run `make docs`"


def test_every_formulation_is_documented():
    assert all(f"**`{name}`**" in PAGES["model.md"] for name in FORMULATIONS)


def test_every_topic_of_the_model_is_on_the_page():
    for formulation in FORMULATIONS.values():
        model = formulation.build(instance_of("window"))
        for component in model.component_objects(
            (pyo.Constraint, pyo.Objective, pyo.Var, pyo.Param)
        ):
            assert f"`{component.local_name}`" in PAGES["model.md"], component.local_name
        for component in model.component_objects(pyo.Set):
            assert f"`{component.local_name}`" in PAGES["model.md"], component.local_name


@pytest.mark.parametrize("name", RULES)
def test_every_rule_states_its_mathematics_and_its_section(name):
    component, rule = RULES[name]
    told = inspect.getdoc(rule) or ""
    assert ".. math::" in told
    assert re.search(r"MODEL\.md 3\.\d", told)
    assert component.doc, "the unit of the row"
    if component.ctype is pyo.Constraint:
        assert "Dual: £m (present value) per " in told


@pytest.mark.parametrize("name", RULES)
def test_no_rule_holds_an_if(name):
    """Conditions belong in the index sets, so that rules read like the mathematics."""
    _, rule = RULES[name]
    code = inspect.getsource(rule).rpartition('"""')[2]
    assert not re.search(r"\bif\b(?! t in)", code)


def test_variables_and_parameters_have_units():
    """All but names and pure numbers."""
    plain = {"serves", "discount"}
    for components in BUILD.declarations(instance_of("window")).values():
        for component in components:
            if component.ctype in (pyo.Var, pyo.Param) and component.local_name not in plain:
                assert component.doc, component.local_name


def test_every_column_and_verb_is_on_its_page():
    for section, columns in SETTINGS.items():
        assert not section or f"### `[{section}]`" in PAGES["instance-format.md"]
        assert all(f"`{column.name}`" in PAGES["instance-format.md"] for column in columns)
    for table in TABLES.values():
        assert f"### `{table.name}`" in PAGES["instance-format.md"]
        assert all(f"`{column.name}`" in PAGES["instance-format.md"] for column in table.columns)
    for verb in cli.list_commands(None):
        assert f"## `allocator {verb}`" in PAGES["commands.md"]


def test_mathematics_is_whole_on_the_page():
    page = PAGES["model.md"]
    assert page.count("```") % 2 == 0
    assert ":math:" not in page
    assert ".. math::" not in page
    assert "``" not in page.replace("```", "")


def test_each_word_is_said_once_and_names_what_there_is():
    rows = re.findall(r"^\| (.*) \|$", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
    cells = [row.split(" | ") for row in rows if row != "word | what it means" and len(row) > 10]
    words = [word for first, *_ in cells for word in first.split(", ")]
    assert len(words) > 40
    assert len(words) == len(set(words))
    for place in (each[2].strip("`") for each in cells if len(each) == 3 and "`" in each[2]):
        home, _, name = place.rpartition(".")
        module = importlib.import_module(home)
        assert hasattr(module, name) or importlib.import_module(place), place


def test_links_lead_somewhere():
    for file in [*DOCS.glob("*.md"), *DOCS.parent.glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (file.parent / link).exists(), f"{file.name}: {link}"
