"""The numbers of an instance that a plan may hang on, each of which can be moved alone.

Effects, unit costs of services and of states, growth limits, rates of moves, arrivals, drivers of
demand after the first year, and responses to them.  A row is an input; rows of one move, of
arrivals in one state, or of one driver, that differ in year alone are one, moved in proportion,
and stand as the first of them.  So, once more, are all effects of a service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from allocator.errors import InstanceError, UsageError
from allocator.explain.citing import Citer
from allocator.instance import Instance
from allocator.instance.cell_changes import with_cells
from allocator.instance.check import examine
from allocator.instance.check.ranges import RANGED
from allocator.instance.instance import Row
from allocator.instance.problems import errors, one_of
from allocator.instance.schema import TABLES

# Table and column, in the order in which they are asked.
KINDS: Final = (
    ("effects", "effect"), ("services", "unit_cost"), ("states", "unit_cost"),
    ("services", "growth_per_year"), ("transitions", "rate"), ("arrivals", "children"),
    ("drivers", "value"), ("responses", "response"), ("benefits", "amount"),
)  # fmt: skip
_DATED: Final = ("transitions", "arrivals", "drivers")


@dataclass(frozen=True)
class Input:
    """A number that can be moved: ``rows`` are multiplied by one factor, ``value`` is the first's.

    ``key`` is as ``--set`` names it; ``low`` and ``high`` are given for effects and responses
    alone, and may be equal to the value.
    """

    key: str
    label: str
    file: str
    row: int
    unit: str
    value: float
    low: float | None
    high: float | None
    evidence: str
    rows: tuple[Row, ...]
    column: str

    def times(self, instance: Instance, factor: float) -> Instance:
        """The instance with the input multiplied."""
        return self._with(instance, lambda row: row[self.column] * factor)

    def at_end(self, instance: Instance, end: str) -> Instance:
        """The instance with each row of an effect or response at its own ``low`` or ``high``.

        InstanceError where that is not an instance: the lags of an effect have one sign.
        """
        changed = self._with(instance, lambda row: row.values.get(end, row[self.column]))
        if problems := errors(examine(changed)):
            raise InstanceError(problems)
        return changed

    def _with(self, instance: Instance, value: Callable[[Row], float]) -> Instance:
        meant = {row.number for row in self.rows}
        return with_cells(
            instance,
            self.rows[0].table,
            lambda row: {self.column: value(row)} if row.number in meant else {},
        )


def inputs(instance: Instance, patterns: Sequence[str] = ()) -> list[Input]:
    """The inputs whose key fits one of the patterns (``*`` stands for anything), or all.

    Numbers that are 0 are left out: there is nothing to multiply.  UsageError for a pattern
    that fits none.
    """
    every = [each for table, column in KINDS for each in _of_kind(instance, table, column)]
    for pattern in patterns:
        if not any(_fits(each, pattern) for each in every):
            raise UsageError(
                f"{pattern!r}: fits no input; use * for any, and "
                f"{one_of(each.key for each in every)}"
            )
    if not patterns:
        return every
    return [each for each in every if any(_fits(each, pattern) for pattern in patterns)]


def _fits(each: Input, pattern: str) -> bool:
    return fnmatchcase(each.key, pattern) or fnmatchcase(each.key, f"{pattern}.*")


def _of_kind(instance: Instance, table: str, column: str) -> Iterator[Input]:
    citer = Citer(instance)
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in instance.tables[table]:
        stays = table == "transitions" and row["from"] == row["to"]
        past = table == "drivers" and row["year"] <= instance.first_year
        if row[column] is None or stays or past:
            continue
        names = [name for name in TABLES[table].key if table not in _DATED or name != "year"]
        groups[tuple(row[name] for name in names)].append(row)
    if table == "effects":
        yield from _together(citer, groups)
    for rows in groups.values():
        moved = sorted(rows, key=lambda row: row["year"] or 0) if table in _DATED else rows
        first = next((row for row in moved if row[column]), None)
        if first is not None:
            yield _input(citer, first, column, tuple(moved))


def _together(citer: Citer, groups: Mapping[tuple[object, ...], list[Row]]) -> Iterator[Input]:
    """All effects of a service as one input, where it has several: they share their evidence."""
    by_service: dict[tuple[object, object], list[Row]] = defaultdict(list)
    for rows in groups.values():
        by_service[rows[0]["area"], rows[0]["service"]] += rows
    for (area, service), rows in by_service.items():
        moved = [row for row in rows if row["effect"]]
        if len(moved) > 1:
            one = _input(citer, moved[0], "effect", tuple(moved))
            label = citer.instance.label("services", str(service))
            place = f" in {citer.instance.label('areas', str(area))}" if area else ""
            key = ".".join(str(name) for name in ("effects", area, service, "*.effect") if name)
            words = f"all effects of {label}{place}, in proportion"
            grades = dict.fromkeys(str(row["evidence"] or "") for row in moved)
            yield replace(one, key=key, label=words, evidence="; ".join(filter(None, grades)))


def _input(citer: Citer, first: Row, column: str, rows: tuple[Row, ...]) -> Input:
    cited = citer.row(first, column)
    value = float(first[column])
    ranged = first.table in RANGED
    low, high = (
        (first.values.get(name, value) for name in ("low", "high")) if ranged else (None, None)
    )
    words = cited.words
    if first.table in _DATED:
        words = replace(cited, noun=cited.noun.replace(" from {years}", "")).words
    return Input(
        cited.cells[0].key,
        words,
        first.file,
        first.number,
        TABLES[first.table].column(column).unit,
        value,
        low,
        high,
        first["evidence"] or "" if ranged else "",
        rows,
        column,
    )
