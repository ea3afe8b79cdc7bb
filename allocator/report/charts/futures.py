"""What each future does, year by year: a line for each, or where they are many a band."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from allocator.hedge import Future, Hedge
from allocator.instance.instance import financial_year
from allocator.report.charts.children import targets
from allocator.report.charts.palette import BASELINE, MANY, PLAN, TARGET
from allocator.report.charts.shapes import MILLION, Pane, Panels, Series
from allocator.report.figures import Form, by_year
from allocator.wording import shortened

_LABEL: Final = 40  # characters of a future's name


def future_charts(hedge: Hedge) -> tuple[Panels, Panels]:
    """Children in care at each year's end, and spend in each year, in every future."""
    aimed = targets(hedge.futures[0].plan)
    target = [Series("Target, at most", aimed, TARGET, "step")] if any(aimed) else []
    return (
        _chart(
            hedge,
            "care-by-future",
            "Children in care at the end of the year",
            "Children",
            "children",
            1.0,
            lambda each: _column(each, "children_in_care"),
            target,
        ),
        _chart(
            hedge,
            "spend-by-future",
            "Spend in all tiers",
            "£m",
            "millions",
            MILLION,
            lambda each: _column(each, "total"),
            [],
        ),
    )


def _column(future: Future, name: str) -> tuple[float, ...]:
    return tuple(float(value) for value in future.plan.years()[name])


def _chart(
    hedge: Hedge,
    name: str,
    title: str,
    unit: str,
    form: Form,
    scale: float,
    take: Callable[[Future], tuple[float, ...]],
    before: Sequence[Series],
) -> Panels:
    years = list(hedge.instance.horizon)
    own = [(shortened(each.scenario.label, _LABEL), take(each)) for each in hedge.futures]
    figures = by_year(title, years, [(label, form, values) for label, values in own], "years.csv")
    few = len(own) <= len(MANY)
    series = _lines(own) if few else _band(hedge, [values for _, values in own])
    last = financial_year(years[-1])
    ends = [values[-1] / scale for _, values in own]
    about = (
        f"{'A line for each future' if few else 'The least, expected and most of the futures'}: at "
        f"the end of {last} from {min(ends):,.1f} to {max(ends):,.1f} {unit.lower()}."
    )
    return Panels(
        name,
        title,
        about,
        figures,
        tuple(map(financial_year, years)),
        "",
        (Pane("", unit, (*before, *series), scale, from_zero=False),),
    )


def _lines(own: Sequence[tuple[str, tuple[float, ...]]]) -> list[Series]:
    return [Series(label, values, MANY[n]) for n, (label, values) in enumerate(own)]


def _band(hedge: Hedge, values: Sequence[tuple[float, ...]]) -> list[Series]:
    chances = [each.scenario.probability for each in hedge.futures]
    columns = list(zip(*values, strict=True))
    mean = tuple(sum(p * v for p, v in zip(chances, c, strict=True)) for c in columns)
    return [
        Series("Most of any future", tuple(map(max, columns)), BASELINE),
        Series("Expected", mean, PLAN),
        Series("Least of any future", tuple(map(min, columns)), MANY[2]),
    ]
