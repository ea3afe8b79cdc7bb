"""Several plans side by side: by how much they differ, and what in their instances makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.plan.plan import Plan
from allocator.report.against import PlanDifference, against_first
from allocator.report.differing import differing
from allocator.report.figures import Figures, Header
from allocator.report.saved_plan import SavedPlan
from allocator.wording import counted, number, paragraph, pounds, table

MOST_ROWS: Final = 200
MOST_LACKING: Final = 5  # rows of a table that a plan lacks and that are named
SAME: Final = "Nothing: all are plans of the same instance."


def text(saved_plans: Sequence[SavedPlan]) -> str:
    """The page: the differences alone; what each plan answers is its own summary's to tell."""
    labels, plans = names(saved_plans), [saved.plan for saved in saved_plans]
    how, inputs = by_how_much(plans, labels), inputs_that_differ(plans, labels)
    parts = [f"{counted(len(plans), 'plan')} side by side: {', '.join(labels)}"]
    parts += answers(plans, labels)
    parts += [warning] if (warning := other_prices(plans)) else []
    if inputs is None:
        parts.append(f"What differs in their instances. {SAME}")
    tables = [_table(each) for each in (how, inputs) if each is not None]
    return "\n\n".join([*map(paragraph, parts), *tables]) + "\n"


def answers(plans: Sequence[Plan], labels: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each plan after the first: children at the end, where most, and spend."""
    lines = against_first(plans)
    if not lines:
        return ("By how much they differ cannot be said: that takes two that were found.",)
    children = [each for each in lines if each.what == "Children in care"]
    spend = next(each for each in lines if each.what == "Spend in all")
    return tuple(
        _told(label, labels[0], n, children, spend)
        if spend.more[n] is not None
        else f"{label} is no plan that was found."
        for n, label in enumerate(labels[1:])
    )


def _told(
    label: str, first: str, n: int, children: Sequence[PlanDifference], spend: PlanDifference
) -> str:
    most = max(children, key=lambda each: abs(each.more[n] or 0.0))
    last = children[-1]
    where = [f"{_more(most, n)} in care at the {most.when}, where they differ most"]
    where += [f"{_more(last, n)} at the {last.when}"] if last.when != most.when else []
    if _signed(most.more[n] or 0.0, most.unit) == "the same":
        where = ["the same children in care in every year"]
    spent = f"over {spend.when} it spends {_more(spend, n)}"
    return f"Against {first}, {label} has {'; '.join([*where, spent])}."


def _more(line: PlanDifference, n: int) -> str:
    value = line.more[n] or 0.0
    if _signed(value, line.unit) == "the same":
        return "the same"
    less = "less" if line.unit == "£" else "fewer"
    return f"{_amount(abs(value), line.unit)} {'more' if value > 0 else less}"


def _table(figures: Figures) -> str:
    heading = [column.heading for column in figures.columns]
    return f"{paragraph(figures.caption)}\n{table(heading, figures.shown(), left=2)}"


def names(saved_plans: Sequence[SavedPlan]) -> list[str]:
    """A short name for each plan: its folder's, numbered where two are alike."""
    plain = [saved.name for saved in saved_plans]
    return [
        name if plain.count(name) == 1 else f"{name} ({plain[: n + 1].count(name)})"
        for n, name in enumerate(plain)
    ]


def by_how_much(plans: Sequence[Plan], labels: Sequence[str]) -> Figures | None:
    """What the other plans have more, or less, of than the first; None without two plans."""
    lines = against_first(plans)
    if not lines:
        return None
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
    return Figures(caption, columns, rows, "the tables of each plan")


def _amount(value: float, unit: str) -> str:
    return pounds(value) if unit == "£" else f"{number(value)} {unit}"


def _signed(more: float, unit: str) -> str:
    size = _amount(abs(more), unit)
    if not any(digit in size for digit in "123456789"):
        return "the same"
    return f"{'+' if more > 0 else '−'}{size}"


def other_prices(plans: Sequence[Plan]) -> str:
    """That their price bases differ; blank where they do not."""
    bases = {plan.instance.price_base for plan in plans}
    if len(bases) == 1:
        return ""
    return (
        f"Their price bases differ ({', '.join(sorted(bases))}): pounds of one are not pounds "
        "of the other."
    )


def inputs_that_differ(plans: Sequence[Plan], labels: Sequence[str]) -> Figures | None:
    """Of what the arithmetic uses; None where all are plans of the same instance."""
    instances = [plan.instance for plan in plans]
    if len({instance.hash for instance in instances}) == 1:
        return None
    rows = differing(instances, MOST_LACKING)
    columns = (
        Header("Table"),
        Header("Row"),
        Header("Column"),
        *(Header(each) for each in labels),
    )
    more = f" (the first {MOST_ROWS} of {len(rows):,})" if len(rows) > MOST_ROWS else ""
    caption = f"{counted(len(rows), 'difference')} in what the arithmetic uses{more}"
    return Figures(caption, columns, tuple(rows[:MOST_ROWS]), "the instances kept with the plans")
