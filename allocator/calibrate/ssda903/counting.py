"""Stocks, time in care, moves, entries and exits, counted by state and year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.ssda903.cleaning import ROUTE_NAMES, Care, birthday
from allocator.calibrate.ssda903.settings import Settings

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
DAYS: Final = 365.25  # in a year


@dataclass(frozen=True)
class Tally:
    """What was counted; n states, r routes out, y years, the last one the base year.

    A state's name is its category's and its band's.  ``stock`` has one more column than there are
    years: the first is the start of the first year.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    categories: NDArray[np.int_]  # (n,), position of the state's category
    bands: NDArray[np.int_]  # (n,), position of the oldest band in the state
    stock: Counts  # (n, y + 1)
    exposure: Floats  # (n, y), child-years
    moves: Counts  # (n, n, y), from and to
    exits: Counts  # (n, r, y)
    entries: Counts  # (n, y)
    ageing: NDArray[np.bool_]  # (n, n): a move that is a birthday, in the same category

    @property
    def opening(self) -> Counts:
        """Children in each state at the end of the period."""
        return self.stock[:, -1]

    def joined(self, groups: Sequence[int], names: Sequence[str], labels: Sequence[str]) -> Tally:
        """The tally with states put together: ``groups`` has the new position of each state."""
        onto = np.zeros((len(names), len(self.names)), dtype=np.int64)
        onto[np.asarray(groups), np.arange(len(self.names))] = 1
        moves: Counts = np.einsum("ai,ijy,bj->aby", onto, self.moves, onto)
        moves[np.arange(len(names)), np.arange(len(names))] = 0
        oldest = [int(self.bands[np.asarray(groups) == n].max()) for n in range(len(names))]
        first = [int(np.flatnonzero(np.asarray(groups) == n)[0]) for n in range(len(names))]
        return replace(
            self, names=tuple(names), labels=tuple(labels), stock=onto @ self.stock,
            categories=self.categories[first], bands=np.array(oldest),
            exposure=onto @ self.exposure, moves=moves,
            exits=np.einsum("ai,iry->ary", onto, self.exits), entries=onto @ self.entries,
            ageing=(onto @ self.ageing @ onto.T > 0) & ~np.eye(len(names), dtype=bool),
        )  # fmt: skip


def tally(care: Care, edges: Sequence[int], settings: Settings) -> Tally:
    """Count care in the years between ``edges`` (days; a year is after one up to the next)."""
    bands, categories = settings.band_limits, settings.categories
    wide, years, routes = len(categories) * len(bands), len(edges) - 1, len(ROUTE_NAMES)
    stock = np.zeros((wide, years + 1), np.int64)
    exposure = np.zeros((wide, years))
    moves = np.zeros((wide, wide + routes, years), np.int64)
    entries = np.zeros((wide, years), np.int64)
    limits = [birthday(care.born, age) for age, _ in bands]
    at_end = np.sum([care.end >= limit for limit in limits], axis=0) - 1  # band on the last day
    onward = np.append(care.category[1:], 0).astype(np.int64) * len(bands) + at_end
    onward = np.where(care.follows, onward, wide + care.route)
    for band in range(len(bands)):
        begin = np.maximum(care.start, limits[band])
        grown = limits[band + 1] if band + 1 < len(bands) else np.iinfo(np.int32).max
        end = np.minimum(care.end, grown)
        here = np.flatnonzero(begin < end)
        state = care.category[here].astype(np.int64) * len(bands) + band
        begin, end = begin[here], end[here]
        to = np.where(end == care.end[here], onward[here], state + 1)
        entered = care.begins[here] & (begin == care.start[here])
        for n, edge in enumerate(edges):
            stock[:, n] += np.bincount(state[(begin <= edge) & (edge < end)], minlength=wide)
        for n, (since, until) in enumerate(pairwise(edges)):
            days = np.clip(np.minimum(end, until) - np.maximum(begin, since), 0, None)
            exposure[:, n] += np.bincount(state, days / DAYS, wide)
            ends = (since < end) & (end <= until)
            flat = np.bincount(state[ends] * (wide + routes) + to[ends],
                               minlength=wide * (wide + routes))  # fmt: skip
            moves[:, :, n] += flat.reshape(wide, wide + routes)
            starts = entered & (since < begin) & (begin <= until)
            entries[:, n] += np.bincount(state[starts], minlength=wide)
    index = np.arange(wide)
    older = (index[:, None] + 1 == index) & (index[:, None] // len(bands) == index // len(bands))
    return Tally(
        tuple(f"{c.name}_{band}" for c in categories for band in settings.bands),
        tuple(f"{c.label}, {_told(band)}" for c in categories for band in settings.bands),
        index // len(bands), index % len(bands), stock, exposure,
        moves[:, :wide], moves[:, wide:], entries, older,
    )  # fmt: skip


def _told(band: str) -> str:
    """A band in words: ``aged 5 to 9``."""
    return band.replace("_", " ") if band.startswith("under") else \
        f"aged {band.replace('_', ' to ')}"  # fmt: skip


def without_small(found: Tally, settings: Settings) -> Tally:
    """States that hold enough children at the end, so that none shows a handful.

    A band below ``smallest`` is put together with a neighbour of its category, the smaller one; a
    whole category below it with the one for other placements, or that with the largest.  States
    that nobody was ever in are left out.
    """
    parts: list[list[int]] = []
    for category in range(len(settings.categories)):
        ours = np.flatnonzero(found.categories == category).tolist()
        here = [[n] for n in ours if _used(found, n)]
        parts += _neighbours(here, lambda part: _size(found, part), settings.smallest)
    small = [p for p in parts if _size(found, p) < settings.smallest]
    large = [p for p in parts if _size(found, p) >= settings.smallest]
    for part in small:
        part_band = int(found.bands[part].max())
        rest = [p for p in large if found.categories[p[0]] == settings.rest]
        if not large:
            large = [part]
            continue
        home = min(rest or large, key=lambda p: (abs(int(found.bands[p[0]]) - part_band),
                                                  -_size(found, p)))  # fmt: skip
        home += part
    groups = np.full(len(found.names), -1)
    for n, part in enumerate(large):
        groups[part] = n
    kept = np.flatnonzero(groups >= 0)
    names, labels = zip(*(_named(settings, found, part) for part in large), strict=True)
    return _only(found, kept).joined(groups[kept].tolist(), names, labels)


def _used(found: Tally, state: int) -> bool:
    return bool(found.exposure[state].sum() or found.entries[state].sum() or found.opening[state])


def _size(found: Tally, part: Sequence[int]) -> int:
    return int(found.opening[list(part)].sum())


def _neighbours(
    parts: list[list[int]], size: Callable[[list[int]], int], smallest: int
) -> list[list[int]]:
    """Bands in order of age, those too small put together with the smaller of their neighbours."""
    while len(parts) > 1 and min(map(size, parts)) < smallest:
        n = min(range(len(parts)), key=lambda k: size(parts[k]))
        beside = [k for k in (n - 1, n + 1) if 0 <= k < len(parts)]
        other = min(beside, key=lambda k: size(parts[k]))
        low, high = sorted((n, other))
        parts = [*parts[:low], parts[low] + parts[high], *parts[high + 1 :]]
    return parts


def _named(settings: Settings, found: Tally, part: Sequence[int]) -> tuple[str, str]:
    """Name and label of a state: its category's, and its bands' where it has not all of them."""
    from allocator.calibrate.ssda903.settings import band_name

    own = [n for n in part if found.categories[n] == found.categories[part[0]]]
    category = settings.categories[int(found.categories[part[0]])]
    bands = [int(found.bands[n]) for n in own]
    low = settings.band_limits[min(bands)][0]
    high = settings.band_limits[max(bands)][1]
    band = band_name(low, high)
    label = f"{category.label}, {_told(band)}"
    return f"{category.name}_{band}", label + (
        " (and a few others)" if len(own) < len(part) else ""
    )


def _only(found: Tally, kept: NDArray[np.int_]) -> Tally:
    """The tally of some of the states; moves to the others never happened."""
    return replace(
        found, names=tuple(found.names[n] for n in kept),
        labels=tuple(found.labels[n] for n in kept),
        categories=found.categories[kept], bands=found.bands[kept], stock=found.stock[kept],
        exposure=found.exposure[kept], moves=found.moves[np.ix_(kept, kept)],
        exits=found.exits[kept], entries=found.entries[kept],
        ageing=found.ageing[np.ix_(kept, kept)],
    )  # fmt: skip
