"""Assumptions and sources: every row of the instance with where it comes from, weak ones marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from allocator.instance import Instance, Row
from allocator.instance.columns import Kind
from allocator.instance.instance import financial_year
from allocator.instance.schema import EXIT, TABLES
from allocator.plan.evidence import grade, is_weak, moves_on_weak
from allocator.plan.plan import Plan
from allocator.report.figures import Figures, Form, Header, Value
from allocator.report.html.blocks import HtmlTable, PageBlock, Section, Text
from allocator.report.pages.sources import rows_counted
from allocator.wording import listed, number

MOST_ROWS: Final = 120


def section(plan: Plan) -> Section:
    """How firm the ground is that the plan stands on."""
    return Section("sources", "Assumptions and sources", tuple(_blocks(plan)))


def _blocks(plan: Plan) -> Iterator[PageBlock]:
    instance = plan.instance
    yield Text(
        "Each row of the instance says where its figure comes from; “assumption” is one that "
        "nobody has published."
    )
    if plan.found:
        yield from _averted(plan)
    effects = list(instance.tables["effects"])
    if effects:
        marked = frozenset(n for n, row in enumerate(effects[:MOST_ROWS]) if is_weak(row))
        yield HtmlTable(_effects(instance, effects), marked=marked)
    yield HtmlTable(rows_counted(instance))
    for name, rows in instance.tables.items():
        if rows and name != "effects":
            yield HtmlTable(_listed(instance, name, rows), folded=True)


def _averted(plan: Plan) -> Iterator[PageBlock]:
    """Of the moves averted, or brought about by a cut, how many rest on weak evidence."""
    hanging, averted, more = moves_on_weak(plan)
    total = averted + more
    moves = [f"{number(averted)} moves that the plan averts"] if averted >= 0.005 else []
    if more >= 0.005:
        moves.append(f"{number(more)} more that its cuts and harmful effects bring about")
    if moves:
        yield Text(
            f"Of {listed(moves)} in its years, {number(hanging)} "
            f"({100 * hanging / total:.0f}%) rest on effects whose evidence is weak or not graded.",
            "warning" if hanging > total / 2 else "note",
        )


def _effects(instance: Instance, rows: list[Row]) -> Figures:
    columns = [
        Header("Grade"),
        Header("Service"),
        Header("Averts"),
        Header("Lag, years", "plain"),
        Header("Per case", "plain"),
        Header("Low", "plain"),
        Header("High", "plain"),
        Header("Evidence"),
        Header("Source"),
    ]
    many = instance.has_areas and any(row["area"] for row in rows)
    shown: list[tuple[Value, ...]] = []
    for row in rows[:MOST_ROWS]:
        whose = f" ({instance.label('areas', row['area'])})" if many and row["area"] else ""
        effect = float(row["effect"])
        low, high = (effect if row[end] is None else float(row[end]) for end in ("low", "high"))
        shown.append(
            (
                grade(row).capitalize(),
                instance.label("services", row["service"]) + whose,
                _move(instance, row),
                int(row["lag_years"]),
                effect,
                low,
                high,
                str(row["evidence"] or ""),
                _source(row),
            )
        )
    title = "Effects: moves averted by one case, and the evidence; weak ones are marked"
    return Figures(_cut(title, rows), tuple(columns), tuple(shown), "instance/effects.csv")


def _move(instance: Instance, row: Row) -> str:
    def label(state: str) -> str:
        return "leaving" if state == EXIT else instance.label("states", state)

    start, end = label(row["from"]), label(row["to"])
    instead = row["instead"] or row["from"]
    move = f"staying in {start}" if row["from"] == row["to"] else f"{start} → {end}"
    return move if instead == row["from"] else f"{move}, instead {label(instead)}"


def _listed(instance: Instance, name: str, rows: tuple[Row, ...]) -> Figures:
    """A table of the instance as it was written, blank columns left out."""
    used = [
        c for c in TABLES[name].columns if any(row.values.get(c.name) is not None for row in rows)
    ]
    columns = tuple(Header(c.name, _form(c.kind)) for c in used)
    shown = tuple(
        tuple(_cell(row.values.get(c.name), c.kind) for c in used) for row in rows[:MOST_ROWS]
    )
    return Figures(_cut(f"Table {name}", rows), columns, shown, f"instance/{name}.csv")


def _cut(title: str, rows: object) -> str:
    count = len(rows)  # type: ignore[arg-type]
    return title if count <= MOST_ROWS else f"{title} (the first {MOST_ROWS} of {count:,} rows)"


def _form(kind: Kind) -> Form:
    if kind is Kind.YEAR:
        return "year"
    return "plain" if kind in (Kind.NUMBER, Kind.WHOLE) else "text"


def _cell(value: object, kind: Kind) -> Value:
    if value is None:
        return None
    if kind in (Kind.NUMBER, Kind.WHOLE, Kind.YEAR):
        return float(str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return "; ".join(financial_year(v) if isinstance(v, int) else str(v) for v in value)
    return str(value)


def _source(row: Row) -> str:
    return str(row["source"] or "no source given")
