"""Several plans side by side: their facts, their charts, and what differs in their instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.charts.together import together
from allocator.report.figures import Figures, Header, Value
from allocator.report.html.blocks import (
    HtmlChart,
    HtmlTable,
    KeyFigure,
    PageBlock,
    Part,
    Section,
    Text,
)
from allocator.report.html.headline import answered, asked, care_key, keys
from allocator.report.pages.against import (
    SAME,
    answers,
    by_how_much,
    inputs_that_differ,
    names,
    other_prices,
)
from allocator.report.pages.headline import asked_year
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
        *_in_care([saved.plan for saved in saved_plans]),
        *_quoted([saved.plan for saved in saved_plans]),
        ("Answer", *(answered(saved.plan)[0].replace("`", "") for saved in saved_plans)),
    ]
    rows.append(("Formulation", *(saved.plan.formulation for saved in saved_plans)))
    rows.append(("Price base", *(saved.plan.instance.price_base for saved in saved_plans)))
    rows.append(("Hash", *(saved.plan.instance.hash[:12] for saved in saved_plans)))
    return Figures("The plans, fact by fact", columns, tuple(rows), "plan.json of each plan")


def _in_care(plans: Sequence[Plan]) -> Iterator[tuple[Value, ...]]:
    """In every year that one of them is asked for, what all of them have then."""
    for year in sorted({asked_year(plan) for plan in plans}):
        cells = (care_key(plan, year) if year in plan.instance.horizon else None for plan in plans)
        yield (
            f"In care, end of {financial_year(year)}",
            *("not one of its years" if each is None else _cell(each) for each in cells),
        )


def _quoted(plans: Sequence[Plan]) -> Iterator[tuple[Value, ...]]:
    """The other key figures, row by row, whatever each plan calls its own."""
    figures = [keys(plan)[1:] for plan in plans]
    most = max(figures, key=len)
    for n, figure in enumerate(most):
        names = dict.fromkeys(each[n].name for each in figures if each)
        cells = (
            "no plan" if not each else _cell(each[n], each[n].name if len(names) > 1 else "")
            for each in figures
        )
        yield (figure.name if len(names) == 1 else "Over its years", *cells)


def _cell(figure: KeyFigure, name: str = "") -> str:
    said = f"{figure.value} ({figure.note})" if figure.note else figure.value
    return f"{name}: {said}" if name else said


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
