"""Several plans side by side: their facts, their charts, and what differs in their instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.report.charts.together import together
from allocator.report.figures import Figures, Header, Value
from allocator.report.html.blocks import HtmlChart, HtmlTable, PageBlock, Part, Section, Text
from allocator.report.html.headline import answered, asked, keys
from allocator.report.pages.against import (
    SAME,
    answers,
    by_how_much,
    inputs_that_differ,
    names,
    other_prices,
)
from allocator.report.saved_plan import SavedPlan
from allocator.wording import counted


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
        answers([saved.plan for saved in saved_plans], labels),
        (),
        (facts, HtmlChart(care)),
        tuple(sections),
    )


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


def _by_how_much(saved_plans: Sequence[SavedPlan], labels: Sequence[str]) -> Iterator[Section]:
    figures = by_how_much([saved.plan for saved in saved_plans], labels)
    if figures is not None:
        yield Section("by-how-much", "By how much they differ", (HtmlTable(figures),))


def _differences(saved_plans: Sequence[SavedPlan], labels: Sequence[str]) -> Iterator[PageBlock]:
    plans = [saved.plan for saved in saved_plans]
    figures = inputs_that_differ(plans, labels)
    if figures is None:
        yield Text(SAME, "note")
        return
    if warning := other_prices(plans):
        yield Text(warning, "warning")
    yield HtmlTable(figures)
