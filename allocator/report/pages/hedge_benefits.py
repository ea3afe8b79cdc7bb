"""The good done to others by a hedge: expected over the futures, and between what ends."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from allocator.hedge import Hedge
from allocator.report.pages.benefits import benefits_shown
from allocator.wording import pounds, shortened

TextTable = tuple[list[str], list[list[str]]]  # headings and rows of a table
HEAD: Final = (
    "Good done to others, against doing nothing new",
    "Kind",
    "Expected",
    "Least, in",
    "Most, in",
)


def benefits_told(hedge: Hedge) -> TextTable:
    """By whom and kind, £ at present value: expected, and the futures of the least and most.

    No rows where no benefit is listed.
    """
    by_future: dict[tuple[str, str], list[tuple[float, float, str]]] = defaultdict(list)
    for future in hedge.futures:
        scenario = future.scenario
        for whom, kind, more, *_ in benefits_shown(future.plan):
            by_future[whom, kind].append((more, scenario.probability, scenario.label))
    rows = []
    for (whom, kind), shown in by_future.items():
        expected = sum(more * chance for more, chance, _ in shown)
        ends = (min(shown), max(shown))
        said = [f"{pounds(more)}, {shortened(label)}" for more, _, label in ends]
        rows.append([shortened(whom), kind, pounds(expected), *said])
    return list(HEAD), rows
