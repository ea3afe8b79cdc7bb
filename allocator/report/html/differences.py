"""Several plans side by side: their facts, their charts, and what differs in their instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from allocator.report.against import against_first
from allocator.report.charts.together import together
from allocator.report.differing import differing
from allocator.report.figures import Figures, Header, Value
from allocator.report.html.blocks import Block, HtmlChart, HtmlTable, Part, Section, Text
from allocator.report.html.headline import answered, asked, keys
from allocator.report.saved_plan import SavedPlan
from allocator.wording import counted, number, pounds

MOST_ROWS: Final = 200


def names(saved_plans: Sequence[SavedPlan]) -> list[str]:
    """A short name for each plan: its folder's, numbered where two are alike."""
    plain = [saved.name for saved in saved_plans]
    return [
        name if plain.count(name) == 1 else f"{name} ({plain[: n + 1].count(name)})"
        for n, name in enumerate(plain)
    ]


def comparison(saved_plans: Sequence[SavedPlan]) -> Part:
    """The part of a page that sets plans side by side."""
    labels = names(saved_plans)
    named = [(label, saved.plan) for label, saved in zip(labels, saved_plans, strict=True)]
    care, *money = together(named)
    facts = HtmlTable(_facts(saved_plans, labels))
    sections = [
        *_by_how_much(saved_plans, labels),
        Section("spend", "Money, side by side", tuple(map(HtmlChart, money))),
        Section(
            "differences",
            "What differs in their instances",
            tuple(_differences(saved_plans, labels)),
        ),
    ]
    return Part(
        "all-",
        f"{counted(len(saved_plans), 'plan')} side by side: {', '.join(labels)}",
        "How do these plans differ, and what in their instances makes them differ?",
        ("Each is answered in a column of its own, and in full further down.",),
        (),
        (facts, HtmlChart(care)),
        tuple(sections),
    )


def _by_how_much(saved_plans: Sequence[SavedPlan], labels: Sequence[str]) -> Iterator[Section]:
    """What the other plans have more, or less, of than the first; none without two plans."""
    lines = against_first([saved.plan for saved in saved_plans])
    if not lines:
        return
    columns = (
        Header("Figure"),
        Header("When"),
        Header(labels[0]),
        *(Header(f"{label}, more (+) or less (−)") for label in labels[1:]),
    )
    rows = tuple(
        (
            each.what,
            each.when,
            _amount(each.first, each.unit),
            *("" if more is None else _signed(more, each.unit) for more in each.more),
        )
        for each in lines
    )
    caption = f"Against {labels[0]}, over the years that all of them have"
    table = HtmlTable(Figures(caption, columns, rows, "the tables of each plan"))
    yield Section("by-how-much", "By how much they differ", (table,))


def _amount(value: float, unit: str) -> str:
    return pounds(value) if unit == "£" else f"{number(value)} {unit}"


def _signed(more: float, unit: str) -> str:
    size = _amount(abs(more), unit)
    if not any(digit in size for digit in "123456789"):
        return "the same"
    return f"{'+' if more > 0 else '−'}{size}"


def _facts(saved_plans: Sequence[SavedPlan], labels: Sequence[str]) -> Figures:
    columns = (Header(""), *(Header(label) for label in labels))
    rows: list[tuple[Value, ...]] = [
        ("Title", *(saved.title for saved in saved_plans)),
        ("Question", *(asked(saved.plan) for saved in saved_plans)),
        ("Answer", *(" ".join(answered(saved.plan)).replace("`", "") for saved in saved_plans)),
    ]
    said = [{key.name: key for key in keys(saved.plan)} for saved in saved_plans]
    for name in dict.fromkeys(name for each in said for name in each):
        cells = (each.get(name) for each in said)
        rows.append(
            (
                name,
                *(
                    "" if k is None else f"{k.value} ({k.note})" if k.note else k.value
                    for k in cells
                ),
            )
        )
    rows.append(("Formulation", *(saved.plan.formulation for saved in saved_plans)))
    rows.append(("Price base", *(saved.plan.instance.price_base for saved in saved_plans)))
    rows.append(("Hash", *(saved.plan.instance.hash[:12] for saved in saved_plans)))
    return Figures("The plans, fact by fact", columns, tuple(rows), "plan.json of each plan")


def _differences(saved_plans: Sequence[SavedPlan], labels: Sequence[str]) -> Iterator[Block]:
    instances = [saved.plan.instance for saved in saved_plans]
    if len({instance.hash for instance in instances}) == 1:
        yield Text("Nothing: all are plans of the same instance.", "note")
        return
    bases = {instance.price_base for instance in instances}
    if len(bases) > 1:
        yield Text(
            f"Their price bases differ ({', '.join(sorted(bases))}): pounds of one are not pounds "
            "of the other.",
            "warning",
        )
    rows = differing(instances)
    columns = (
        Header("Table"),
        Header("Row"),
        Header("Column"),
        *(Header(each) for each in labels),
    )
    more = f" (the first {MOST_ROWS} of {len(rows):,})" if len(rows) > MOST_ROWS else ""
    caption = f"{counted(len(rows), 'difference')} in what the arithmetic uses{more}"
    yield HtmlTable(
        Figures(caption, columns, tuple(rows[:MOST_ROWS]), "the instances kept with the plans")
    )
