"""Stocks, time in care, moves, entries and exits, counted by state and year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.ssda903.cleaning import ROUTE_NAMES, Care, birthday
from allocator.calibrate.ssda903.settings import Settings, band_name

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
            self,
            names=tuple(names),
            labels=tuple(labels),
            stock=onto @ self.stock,
            categories=self.categories[first],
            bands=np.array(oldest),
            exposure=onto @ self.exposure,
            moves=moves,
            exits=np.einsum("ai,iry->ary", onto, self.exits),
            entries=onto @ self.entries,
            ageing=(onto @ self.ageing @ onto.T > 0) & ~np.eye(len(names), dtype=bool),
        )


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
            flat = np.bincount(
                state[ends] * (wide + routes) + to[ends], minlength=wide * (wide + routes)
            )
            moves[:, :, n] += flat.reshape(wide, wide + routes)
            starts = entered & (since < begin) & (begin <= until)
            entries[:, n] += np.bincount(state[starts], minlength=wide)
    index = np.arange(wide)
    older = (index[:, None] + 1 == index) & (index[:, None] // len(bands) == index // len(bands))
    return Tally(
        tuple(f"{c.name}_{band}" for c in categories for band in settings.bands),
        tuple(f"{c.label}, {_told(band)}" for c in categories for band in settings.bands),
        index // len(bands),
        index % len(bands),
        stock,
        exposure,
        moves[:, :wide],
        moves[:, wide:],
        entries,
        older,
    )


def _told(band: str) -> str:
    """A band in words: ``aged 5 to 9``."""
    return (
        band.replace("_", " ") if band.startswith("under") else f"aged {band.replace('_', ' to ')}"
    )


def without_small(tally: Tally, settings: Settings) -> Tally:
    """States that hold enough children at the end, so that none shows a handful.

    A band below ``smallest`` is put together with a neighbour of its category, the smaller one.
    Categories that are still below it are put together with the one for other placements, and if
    all of them are too few, with the largest state.  States that nobody was ever in are left out.
    """
    parts: dict[int, list[list[int]]] = {}
    for category in range(len(settings.categories)):
        ours = np.flatnonzero(tally.categories == category).tolist()
        here = [[n] for n in ours if _used(tally, n)]
        parts[category] = _neighbours(here, lambda part: _size(tally, part), settings.smallest)
    small = [
        n
        for own in parts.values()
        for part in own
        if _size(tally, part) < settings.smallest
        for n in part
    ]
    kept = [
        (c, part)
        for c, own in parts.items()
        for part in own
        if _size(tally, part) >= settings.smallest
    ]
    if small and (_size(tally, small) >= settings.smallest or not kept):
        kept.append((settings.rest, small))
    elif small:
        rest = [part for c, part in kept if c == settings.rest] or [part for _, part in kept]
        max(rest, key=lambda part: _size(tally, part)).extend(small)
    groups = np.full(len(tally.names), -1)
    for n, (_, part) in enumerate(kept):
        groups[part] = n
    seen = np.flatnonzero(groups >= 0)
    names, labels = _named(settings, tally, kept)
    joined = _only(tally, seen).joined(groups[seen].tolist(), names, labels)
    return replace(joined, categories=np.array([category for category, _ in kept]))


def _used(tally: Tally, state: int) -> bool:
    return bool(tally.exposure[state].sum() or tally.entries[state].sum() or tally.opening[state])


def _size(tally: Tally, part: Sequence[int]) -> int:
    return int(tally.opening[list(part)].sum())


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


def _named(
    settings: Settings, tally: Tally, parts: Sequence[tuple[int, list[int]]]
) -> tuple[list[str], list[str]]:
    """Names and labels of states: their category's and, of their own bands, first and last."""
    names: list[str] = []
    labels: list[str] = []
    for category, part in parts:
        own = [n for n in part if tally.categories[n] == category]
        bands = tally.bands[own or part]
        band = band_name(
            settings.band_limits[int(bands.min())][0], settings.band_limits[int(bands.max())][1]
        )
        more = "" if own == part else " (and others that are few)"
        known = names.count(f"{settings.categories[category].name}_{band}")
        names.append(f"{settings.categories[category].name}_{band}{'_and_few' * known}")
        labels.append(f"{settings.categories[category].label}, {_told(band)}{more}")
    return names, labels


def _only(tally: Tally, kept: NDArray[np.int_]) -> Tally:
    """The tally of some of the states; moves to the others never happened."""
    return replace(
        tally,
        names=tuple(tally.names[n] for n in kept),
        labels=tuple(tally.labels[n] for n in kept),
        categories=tally.categories[kept],
        bands=tally.bands[kept],
        stock=tally.stock[kept],
        exposure=tally.exposure[kept],
        moves=tally.moves[np.ix_(kept, kept)],
        exits=tally.exits[kept],
        entries=tally.entries[kept],
        ageing=tally.ageing[np.ix_(kept, kept)],
    )
