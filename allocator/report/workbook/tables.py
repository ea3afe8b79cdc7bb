"""Every table of a plan on a sheet of its own, as it is saved, with labels at its right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from allocator.explain.shadow_prices.priced_limits import priced_limits
from allocator.instance import Instance
from allocator.instance.raw import RESULTS
from allocator.plan.columns import TABLES, WINDOWS
from allocator.plan.plan import Plan
from allocator.plan.saving.layout import described
from allocator.report.workbook.book import MOST_ROWS, PRICE, Book, Heading
from allocator.report.workbook.columns import headings, names

GUIDE: Final = f"{RESULTS} guide"
GREY: Final = "#7F7F7F"  # of the tabs of tables
_KEYS: Final = frozenset({"area", "fund", "owner", "practice", "role", "service", "state"})
_LABELLED: Final = (
    ("state", "states"),
    ("service", "services"),
    ("fund", "funds"),
    ("role", "roles"),
)


Frames = Mapping[str, pd.DataFrame]


def frames_of(plan: Plan) -> Frames:
    """The tables of a plan with what is told of each row, but those too long for a sheet."""
    frames = {name: with_labels(plan, name) for name in TABLES if name in plan.tables}
    return {name: frame for name, frame in frames.items() if len(frame) <= MOST_ROWS}


def write_tables(book: Book, plan: Plan, frames: Frames) -> None:
    """A sheet for each table, with the columns named ``plan_<table>_<column>``."""
    base = plan.instance.price_base
    for name, (row, _) in TABLES.items():
        if name not in plan.tables:
            continue
        table, sheet = plan.tables[name], book.sheet(f"{RESULTS} {name}", GREY)
        if name not in frames:
            note = f"{len(table):,} rows, more than a sheet holds: `solve --out` writes {name}.csv"
            book.title(sheet, f"One row per {row}", note)
            continue
        book.title(sheet, f"One row per {row}", f"Prices of {base}; {GUIDE!r} says what each is")
        told = [*headings(table.columns, base), *_added(table, frames[name])]
        keys = len(_KEYS.intersection(table.columns))
        book.table(sheet, f"plan_{name}", told, _rows(frames[name]), keys=keys, looked_up=True)


def _rows(frame: pd.DataFrame) -> Iterator[list[Any]]:
    """Rows of Python values; a missing one is None."""
    columns = [
        [
            None if missing else value
            for value, missing in zip(frame[c].tolist(), frame[c].isna(), strict=True)
        ]
        for c in frame.columns
    ]
    return map(list, zip(*columns, strict=True))


def _added(table: pd.DataFrame, frame: pd.DataFrame) -> list[Heading]:
    more = [column for column in frame.columns if column not in table.columns]
    return names(*((column, column.replace("_", " ").capitalize()) for column in more))


def with_labels(plan: Plan, name: str) -> pd.DataFrame:
    """A table with the label of what a row is about, and what formulas choose rows by.

    Yes or no: ``in_care`` and ``year_end`` for children and cases, ``usable`` and ``one_off`` for
    money.
    """
    frame, instance = plan.tables[name].copy(), plan.instance
    if name in ("cash", "years", "moves", "prices", "spend"):
        return frame
    for column, table in _LABELLED:
        if column in frame:
            labels = {each: instance.label(table, each) for each in frame[column].unique()}
            frame["label"] = frame[column].map(labels)
    if name == "states":
        cared_for = {key for key, state in instance.resolved.states.items() if state.in_care}
        keys = zip(frame["area"], frame["state"], strict=True)
        frame["in_care"] = [_yes(key in cared_for) for key in keys]
    if name in ("states", "services"):
        frame["year_end"] = [_yes(_ends_a_year(instance, period)) for period in frame["period"]]
    if name == "funds":
        rows = zip(frame["fund"], frame["owner"], frame["year"], strict=True)
        frame["usable"] = [_yes(_usable(plan, *row)) for row in rows]
        accounts = zip(frame["fund"], frame["owner"], strict=True)
        frame["one_off"] = [_yes(instance.resolved.accounts[key].window_only) for key in accounts]
    return frame


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def _ends_a_year(instance: Instance, period: int) -> bool:
    return period > 0 and period % instance.periods_per_year == 0


def _usable(plan: Plan, fund: str, owner: str, year: int) -> bool:
    """Whether a balance may pay in a year: not outside the window, if it is for it alone."""
    start, length = plan.window or (plan.instance.first_year, 0)
    rules = plan.instance.resolved.accounts[fund, owner]
    return not rules.window_only or start <= year < start + length


def write_windows(book: Book, plan: Plan) -> None:
    """What every double-investment window costs."""
    sheet = book.sheet(f"{RESULTS} windows", GREY)
    book.title(sheet, "One row per double-investment window that was tried", "Blank: no window")
    rows = [[each.to_dict()[column] for column in WINDOWS[1]] for each in plan.windows]
    book.table(sheet, "plan_windows", headings(WINDOWS[1], plan.instance.price_base), rows)


def write_binding(book: Book, plan: Plan) -> None:
    """What binds and what one unit of it is worth, in words and numbers."""
    sheet = book.sheet(f"{RESULTS} binding", GREY)
    note = f"At present value, prices of {plan.instance.price_base}; weightiest first"
    book.title(sheet, "What binds, and what one unit of it is worth", note)
    told = [
        *names(("what", "What binds"), ("worth", "What a unit is worth"), ("set", "Set by choice")),
        Heading("low", "Lowest worth", "£ per unit", PRICE),
        Heading("high", "Highest worth", "£ per unit", PRICE),
    ]
    rows = [[w.what, w.worth, w.lever, w.low, w.high] for w in priced_limits(plan)]
    book.table(sheet, "plan_binding", told, rows)


def write_audit(book: Book, plan: Plan) -> None:
    """Every rule that the audit checked, with its worst violation."""
    sheet = book.sheet(f"{RESULTS} audit", GREY)
    book.title(
        sheet,
        "The plan re-run by a simulator, rule by rule",
        "The worst violation of each rule, in its unit and relative to the numbers compared",
    )
    told = [
        *names(("rule", "Rule"), ("section", "Section of the model"), ("passed", "Passed")),
        Heading("violation", "Worst violation", "in the unit", "0.0E+00"),
        *names(("unit", "Unit")),
        Heading("relative", "Relative", "", "0.0E+00"),
        *names(("where", "Where")),
    ]
    findings = plan.audit.findings if plan.audit is not None else ()
    rows = [
        [f.rule, f.section, f.passed, f.violation, f.unit, f.relative, f.where] for f in findings
    ]
    book.table(sheet, "plan_audit", told, rows)


_MORE: Final[tuple[Callable[[Book, Plan], None], ...]] = (write_windows, write_binding, write_audit)


def write_facts_of_solve(book: Book, plan: Plan) -> None:
    """What stands beside the tables: windows, and for a plan what binds and its audit."""
    for write in _MORE if plan.found else _MORE[:1]:
        write(book, plan)


def write_guide(book: Book, plan: Plan) -> None:
    """What a row and a column of each sheet mean."""
    sheet = book.sheet(GUIDE, GREY)
    book.title(sheet, "What each column means", "The tables are those that `solve --out` writes")
    tables = {name: (TABLES[name].row, tuple(plan.tables[name].columns)) for name in plan.tables}
    rows = []
    for name, (row, columns) in {
        **tables,
        "windows": (WINDOWS.row, tuple(WINDOWS.columns)),
    }.items():
        first, *lines = described(row, columns, plan.instance.price_base)
        rows.append([f"{RESULTS} {name}", "", first.strip()])
        rows += [
            [f"{RESULTS} {name}", column, line.strip()[len(column) :].strip()]
            for column, line in zip(columns, lines, strict=True)
        ]
    told = names(("sheet", "Sheet"), ("column", "Column"), ("meaning", "Meaning"))
    book.table(sheet, "plan_guide", told, rows)
