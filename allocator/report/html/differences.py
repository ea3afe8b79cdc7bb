"""Several plans side by side: their facts, their charts, and what differs in their instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from allocator.instance import Instance
from allocator.instance.instance import financial_year
from allocator.instance.resolved import key_value
from allocator.instance.schema import TABLES, Kind
from allocator.instance.schema import Column as Cell
from allocator.report.charts.together import together
from allocator.report.figures import Column, Figures, Value
from allocator.report.html.blocks import Block, Drawn, Part, Section, Shown, Text
from allocator.report.html.headline import answered, asked, keys
from allocator.report.subject import Subject
from allocator.report.wording import counted

MOST_ROWS: Final = 200
_REMARKS: Final = frozenset({"label", "source", "note"})


def names(subjects: Sequence[Subject]) -> list[str]:
    """A short name for each plan: its folder's, numbered where two are alike."""
    plain = [subject.name for subject in subjects]
    return [
        name if plain.count(name) == 1 else f"{name} ({plain[: n + 1].count(name)})"
        for n, name in enumerate(plain)
    ]


def comparison(subjects: Sequence[Subject]) -> Part:
    """The part of a page that sets plans side by side."""
    labels = names(subjects)
    named = [(label, subject.plan) for label, subject in zip(labels, subjects, strict=True)]
    care, *money = together(named)
    facts = Shown(_facts(subjects, labels))
    sections = [
        Section("spend", "Money, side by side", tuple(map(Drawn, money))),
        Section(
            "differences", "What differs in their instances", tuple(_differences(subjects, labels))
        ),
    ]
    return Part(
        "all-", f"{counted(len(subjects), 'plan')} side by side: {', '.join(labels)}",
        "How do these plans differ, and what in their instances makes them differ?",
        "Each is answered in a column of its own, and in full further down.",
        (), (facts, Drawn(care)), tuple(sections),
    )  # fmt: skip


def _facts(subjects: Sequence[Subject], labels: Sequence[str]) -> Figures:
    columns = (Column(""), *(Column(label) for label in labels))
    rows: list[tuple[Value, ...]] = [
        ("Title", *(subject.title for subject in subjects)),
        ("Question", *(asked(subject.plan) for subject in subjects)),
        ("Answer", *(answered(subject.plan) for subject in subjects)),
    ]
    said = [{key.name: key for key in keys(subject.plan)} for subject in subjects]
    for name in dict.fromkeys(name for each in said for name in each):
        cells = (each.get(name) for each in said)
        rows.append((name, *("" if k is None else f"{k.value} ({k.note})" if k.note else k.value
                             for k in cells)))  # fmt: skip
    rows.append(("Formulation", *(subject.plan.formulation for subject in subjects)))
    rows.append(("Price base", *(subject.plan.instance.price_base for subject in subjects)))
    rows.append(("Hash", *(subject.plan.instance.hash[:12] for subject in subjects)))
    return Figures("The plans, fact by fact", columns, tuple(rows), "plan.json of each plan")


def _differences(subjects: Sequence[Subject], labels: Sequence[str]) -> Iterator[Block]:
    instances = [subject.plan.instance for subject in subjects]
    if len({instance.hash for instance in instances}) == 1:
        yield Text("Nothing: all are plans of the same instance.", "note")
        return
    bases = {instance.price_base for instance in instances}
    if len(bases) > 1:
        yield Text(
            f"Their price bases differ ({', '.join(sorted(bases))}): pounds of one are not pounds "
            "of the other.", "warning",
        )  # fmt: skip
    rows = [*_settings(instances), *_rows(instances)]
    columns = (Column("Table"), Column("Row"), Column("Column"), *(Column(each) for each in labels))
    more = f" (the first {MOST_ROWS} of {len(rows):,})" if len(rows) > MOST_ROWS else ""
    caption = f"{counted(len(rows), 'difference')} in what the arithmetic uses{more}"
    yield Shown(
        Figures(caption, columns, tuple(rows[:MOST_ROWS]), "the instances kept with the plans")
    )


def _settings(instances: Sequence[Instance]) -> Iterator[tuple[Value, ...]]:
    for name, values in _named_settings(instances).items():
        if len(set(values)) > 1:
            yield ("settings", "", name, *values)


def _named_settings(instances: Sequence[Instance]) -> dict[str, list[str]]:
    def window(instance: Instance, name: str) -> str:
        settings = instance.double_investment
        return "none allowed" if settings is None else _said(getattr(settings, name))

    plain = (
        "name", "first_year", "years", "periods_per_year", "discount_rate", "price_base",
        "terminal_value", "reinvestment_share",
    )  # fmt: skip
    found = {name: [_said(getattr(each, name)) for each in instances] for name in plain}
    for name in ("longest", "starts", "protect_statutory", "prevention_uplift"):
        found[f"double_investment {name}"] = [window(each, name) for each in instances]
    return found


def _said(value: Any) -> str:
    if value is None:
        return "any"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _rows(instances: Sequence[Instance]) -> Iterator[tuple[Value, ...]]:
    """Cells that differ, row by row; a row that an instance lacks is told once."""
    for name, table in TABLES.items():
        keyed = [{_key(each, row): row for row in each.tables[name]} for each in instances]
        for key in dict.fromkeys(key for rows in keyed for key in rows):
            said = " ".join(word for word in key if word) or "every one"
            there = [rows.get(key) for rows in keyed]
            if any(row is None for row in there):
                cells = ("there" if row is not None else "not there" for row in there)
                yield (name, said, "", *cells)
            yield from (
                (name, said, column.name, *values)
                for column in table.columns
                if column.name not in (*table.key, *_REMARKS)
                and len(set(values := [_cell(row, column) for row in there if row is not None])) > 1
                and len(values) == len(there)
            )  # fmt: skip


def _key(instance: Instance, row: Any) -> tuple[str, ...]:
    cells = []
    for column in TABLES[row.table].columns:
        if column.key:
            value = key_value(instance, row, column.name)
            year = column.kind is Kind.YEAR and value is not None
            cells.append(financial_year(value) if year else "" if value is None else str(value))
    return tuple(cells)


def _cell(row: Any, column: Cell) -> str:
    value = row[column.name]
    return column.default_text if value is None else _said(value)
