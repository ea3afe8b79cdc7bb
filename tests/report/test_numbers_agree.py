"""A figure is the same wherever it is told: terminal, page, paper, workbook and JSON.

Every output is read as a reader would read it, its amounts as they are written, to half a unit of
the last digit shown; the workbook's cells to rounding.  JSON, the plan's facts, is what they are
laid beside.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.instance.writing import write
from allocator.plan.plan import Plan
from allocator.report.pages.summary import summary
from allocator.report.paper import document
from allocator.report.saved_plan import SavedPlan
from allocator.report.workbook import write_workbook
from allocator.solving.solve import solve
from tests.plans import instance_of
from tests.report.test_cash_prices import plan_in_cash

pages = import_module("allocator.report.html.page")
PLANS: dict[str, Callable[[], Plan]] = {
    "window": lambda: plan_in_cash("window", "+inflation.2020.index=1.02"),
    "two-areas": lambda: solve(instance_of("two-areas")),
    "hand": plan_in_cash,
}
SOMETIMES = {"one-off money": "One-off money needed", "spend in cash": "Spend in cash"}
MILLIONS = {"m": 1e6, "bn": 1e9, "": 1.0}

Shown = tuple[float, float]  # a number, and by how much it may be off as it is shown
Read = dict[str, Shown]


@cache
def plan_of(name: str) -> Plan:
    return PLANS[name]()


@cache
def facts_of(name: str) -> dict:
    """What ``solve --json`` prints."""
    with TemporaryDirectory() as folder:
        write(plan_of(name).instance, Path(folder) / "it")
        printed = CliRunner().invoke(cli, ["solve", f"{folder}/it", "--json"])
    assert printed.exit_code == 0, printed.stderr
    return json.loads(printed.stdout)


FIGURES: dict[str, Callable[[dict], float | None]] = {
    "children at the end": lambda facts: [*facts["children_in_care"].values()][-1],
    "children if nothing changes": lambda f: [*f["baseline_children_in_care"].values()][-1],
    "saved": lambda facts: sum(facts["net"].values()),
    "peak deficit": lambda facts: facts["peak_deficit"],
    "year of the peak": lambda facts: facts["peak_deficit_year"],
    "payback": lambda facts: facts["payback_year"],
    "double-running cost": lambda facts: facts["double_running_cost"],
    "years of double running": lambda facts: len(facts["double_running_years"]),
    "net present value in its years": lambda facts: facts["npv_in_horizon"],
    "net present value": lambda facts: facts["npv"],
    "cost": lambda facts: facts["cost"],
    "one-off money": lambda facts: (
        sum(year["drawn"] for year in facts["funds"]["transition"].values())
        if "transition" in facts["funds"]
        else None
    ),
    "spend in cash": lambda facts: (
        sum(facts["in_cash"]["total"].values()) if "in_cash" in facts else None
    ),
}


def amounts(text: str) -> list[Shown]:
    """The pounds in a text, in order."""
    found = re.findall(r"(-?)£([\d,]+(?:\.(\d+))?)(bn|m)?\b", text)
    return [
        (
            float(number.replace(",", "")) * MILLIONS[unit] * (-1 if sign else 1),
            0.5000001 * 10.0 ** -len(decimals) * MILLIONS[unit],
        )
        for sign, number, decimals, unit in found
    ]


def whole(text: str) -> Shown:
    """A number of children or years at the start of a text; 0 for none."""
    found = re.match(r"([\d,]+(?:\.(\d))?)", text)
    assert found, text
    return float(found[1].replace(",", "")), 0.5000001 * 10.0 ** -len(found[2] or "")


def year(text: str) -> Shown:
    """The first financial year of a text; 0 where it names none."""
    found = re.search(r"(\d{4})-\d\d", text)
    return (float(found[1]) if found else 0.0), 0.0


def from_money(lines: dict[str, str]) -> Read:
    """What the lines below "Money" say."""
    worth = amounts(lines["Net present value"])
    read = {
        "peak deficit": amounts(lines["Peak deficit"])[0],
        "year of the peak": year(lines["Peak deficit"]),
        "payback": year(lines["Payback"]),
        "double-running cost": amounts(lines["Double-running cost"])[0],
        "net present value in its years": worth[0],
        "net present value": worth[-1],
        "cost": amounts(lines["Cost of the plan"])[0],
    }
    for figure, label in SOMETIMES.items():
        if label in lines:
            read[figure] = amounts(lines[label])[0]
    return read


def from_answer(text: str) -> Read:
    """What the answer says, by its own words."""
    saved = re.search(r"it (saves|costs) (£[\d.,]+(?:bn|m)?) (against|more than) doing", text)
    dearer = re.search(r"more than doing nothing new in (\d+) years?", text)
    assert saved
    assert dearer
    (value, within), sign = amounts(saved[2])[0], 1 if saved[1] == "saves" else -1
    return {
        "children at the end": whole(_care(text)),
        "children if nothing changes": whole(text.partition("if nothing changes (")[2]),
        "saved": (sign * value, within),
        "years of double running": whole(dearer[1]),
    }


def _care(text: str) -> str:
    found = re.search(r"([\d,.]+) children are in care", text)
    assert found
    return found[1]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def terminal(name: str) -> Read:
    text = summary(plan_of(name))
    answer = squeezed(text[text.index("Answer: ") : text.index("Children in care:")])
    block = text[text.index("Money, against doing nothing new\n") :].split("\n\n")[0]
    lines = dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in block.splitlines()[1:])
    return from_answer(answer) | from_money(lines)


def page(name: str) -> tuple[Read, Read]:
    """What the answer and the lines below say, and what the key figures say."""
    plan = plan_of(name)
    text = pages.page([SavedPlan("plan", plan, "1", plan.audit)])
    answer = squeezed(" ".join(re.findall(r'<p class="answer">(.*?)</p>', text, re.DOTALL)))
    told = re.sub(r"<[^>]*>", "", html.unescape(answer))
    return from_answer(told) | from_money(_pairs(text, "facts")), from_keys(_pairs(text, "keys"))


def _pairs(text: str, kind: str) -> dict[str, str]:
    found = re.search(rf'<dl class="{kind}">(.*?)</dl>', text, re.DOTALL)
    assert found
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found[1], re.DOTALL)
    return {name: squeezed(html.unescape(re.sub(r"<[^>]*>", "", said))) for name, said in rows}


def from_keys(keys: dict[str, str]) -> Read:
    """The figures of the page that stand above its charts."""
    care = next(said for name, said in keys.items() if name.startswith("In care"))
    saved, sign = next(
        (said, 1 if name.startswith("Saved") else -1)
        for name, said in keys.items()
        if name.startswith(("Saved", "Extra cost"))
    )
    value, within = amounts(saved)[0]
    present = amounts(keys["Net present value, years of the plan"])
    return {
        "children at the end": whole(care),
        "children if nothing changes": whole(care.partition(" ")[2]),
        "saved": (sign * value, within),
        "peak deficit": amounts(keys["Peak deficit"])[0],
        "year of the peak": year(keys["Peak deficit"]),
        "payback": year(keys["Payback"]),
        "years of double running": whole(keys["Double running"]),
        "net present value in its years": present[0],
        "net present value": present[-1],
    }


def paper(name: str) -> Read:
    plan = plan_of(name)
    made = document(SavedPlan("plan", plan, "1", plan.audit))
    answer = next(p.text for p in made.paragraphs if "children are in care" in p.text)
    cells = {row.cells[0].text.strip(): row.cells[1].text for t in made.tables for row in t.rows}
    return from_answer(answer) | from_money(cells)


NAMES = {
    "children at the end": "closing_children_in_care",
    "children if nothing changes": "closing_baseline_children_in_care",
    "saved": "saving",
    "peak deficit": "peak_deficit",
    "year of the peak": "peak_deficit_year",
    "payback": "payback_year",
    "double-running cost": "double_running_cost",
    "years of double running": "double_running_years",
    "net present value in its years": "npv_in_horizon",
    "net present value": "npv",
    "cost": "cost",
    "one-off money": "one_off_money",
    "spend in cash": "cash_spend",
}


def workbook(name: str, file) -> Read:
    write_workbook([plan_of(name)], file)
    book = openpyxl.load_workbook(file, data_only=True)
    read = {}
    for figure, key in NAMES.items():
        if f"plan_{key}" in book.defined_names:
            sheet, cell = next(iter(book.defined_names[f"plan_{key}"].destinations))
            value = book[sheet][cell.replace("$", "")].value
            shown = float(value) if isinstance(value, int | float) else 0.0
            read[figure] = (shown, 1e-9 * abs(shown))
    return read


@pytest.fixture(scope="module", params=PLANS)
def told(request, tmp_path_factory):
    """A plan's name, and what each output says of each figure."""
    name, folder = request.param, tmp_path_factory.mktemp("book")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "still", lambda chart: "")
        patch.setattr(pages, "_library", lambda: "")
        on_page, keys = page(name)
    return name, {
        "terminal": terminal(name),
        "page": on_page,
        "keys": keys,
        "paper": paper(name),
        "workbook": workbook(name, folder / "plan.xlsx"),
    }


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_the_same_wherever_it_is_told(told, figure):
    name, outputs = told
    exact = FIGURES[figure](facts_of(name))
    absent = exact is None and figure in SOMETIMES
    for output, read in outputs.items():
        if absent:
            assert figure not in read
        elif output != "keys" or figure in read:
            value, within = read[figure]
            assert value == pytest.approx(exact or 0.0, rel=1e-9, abs=within), output


def test_figures_are_read_as_they_are_written():
    assert amounts("£1.25bn and -£41.3m, £153,204") == [
        (1.25e9, pytest.approx(5e6)),
        (-41.3e6, pytest.approx(5e4)),
        (153204.0, pytest.approx(0.5)),
    ]
    assert whole("1,230 if nothing changes")[0] == 1230
    assert year("reached in 2021-22") == (2021.0, 0.0)


def test_years_of_the_window_and_of_double_running_have_a_mark_each(tmp_path):
    plan, facts = plan_of("window"), facts_of("window")
    first, length = facts["window"]["first_year"], facts["window"]["years"]
    marks = [
        ("*" if first <= year < first + length else "")
        + ("+" if year in facts["double_running_years"] else "")
        for year in facts["years"]
    ]
    assert {"*+", "+", ""} == set(marks)
    write_workbook([plan], tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Plan by year"]
    cells = [row[1] for row in sheet.iter_rows(values_only=True)]
    in_workbook = [str(cell) for cell in cells if re.match(r"\d{4}-\d\d", str(cell))]
    on_terminal = re.findall(r"^(\d{4}-\d\d [*+]*) ", summary(plan), re.MULTILINE)
    for shown in (in_workbook, on_terminal):
        assert [text[8:].strip() for text in shown] == marks
