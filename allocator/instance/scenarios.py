"""The futures of an instance: what each one changes, and until when which are the same.

Section 3.15 of the model's specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocator.errors import InstanceError, UsageError
from allocator.instance.cell_changes import with_cell, without_futures
from allocator.instance.check import examine
from allocator.instance.instance import Instance, Row
from allocator.instance.problems import did_you_mean, errors


@dataclass(frozen=True)
class Scenario:
    """A future: its name and label, probability, and the instance that it makes of its own.

    Until ``branches`` it is told apart from ``parent``, or where that is None from no other
    scenario that has no parent.
    """

    name: str
    label: str
    probability: float
    parent: str | None
    branches: int
    instance: Instance


def scenarios(instance: Instance) -> tuple[Scenario, ...]:
    """The scenarios of an instance, in the order of its table.

    Raises UsageError where it has none, InstanceError where one of them is no sound instance.
    """
    rows = instance.tables["scenarios"]
    if not rows:
        raise UsageError(
            f"{instance.name} has no table scenarios; add scenarios.csv with scenario and "
            "probability, and changes.csv with what is different in each"
        )
    return tuple(
        Scenario(
            row["scenario"],
            row["label"] or row["scenario"],
            row["probability"],
            row["parent"],
            branches(instance, row),
            _sound(row, scenario_instance(instance, row["scenario"])),
        )
        for row in rows
    )


def branches(instance: Instance, row: Row) -> int:
    """The year from whose first period a scenario is told apart."""
    later = instance.first_year + instance.uncertainty.decide
    return later if row["branches"] is None else int(row["branches"])


def scenario_of(instance: Instance, name: str) -> Instance:
    """The instance of one scenario, checked.

    Raises UsageError where there is no such scenario, InstanceError where it is not sound.
    """
    rows = {row["scenario"]: row for row in instance.tables["scenarios"]}
    if name not in rows:
        raise UsageError(f"there is no scenario {name!r}; {did_you_mean(name, rows)}")
    return _sound(rows[name], scenario_instance(instance, name))


def scenario_instance(instance: Instance, name: str) -> Instance:
    """What the instance is in a scenario, with its own changes alone, and unchecked.

    ``low`` and ``high`` speak of the instance, so those that its value passes are widened to it.
    Raises UsageError where a change names no number.
    """
    own = without_futures(instance)
    for row in instance.tables["changes"]:
        if row["scenario"] == name:
            own = with_cell(own, row["cell"], row["value"])
    tables = {table: tuple(map(widened, rows)) for table, rows in own.tables.items()}
    labels = {row["scenario"]: row["label"] or name for row in instance.tables["scenarios"]}
    title = f"{instance.title}: {labels[name]}" if name in labels else instance.title
    return replace(own, title=title, tables=tables)


def groups(futures: tuple[Scenario, ...], year: int) -> Mapping[str, str]:
    """For each scenario the one, of those it is not yet told apart from, that comes first."""
    same = {each.name: each.name for each in futures}

    def leader(name: str) -> str:
        while same[name] != name:
            name = same[name]
        return name

    roots = [each.name for each in futures if each.parent is None and year < each.branches]
    pairs = [(root, roots[0]) for root in roots]
    pairs += [(s.name, s.parent) for s in futures if s.parent is not None and year < s.branches]
    order = {each.name: n for n, each in enumerate(futures)}
    for one, other in pairs:
        first, second = sorted((leader(one), leader(other)), key=order.__getitem__)
        same[second] = first
    return {name: leader(name) for name in same}


def widened(row: Row) -> Row:
    """A row whose range holds its value."""
    names = {"effects": "effect", "responses": "response", "benefits": "amount"}
    value = row.values.get(names.get(row.table, ""))
    if value is None:
        return row
    ends = {"low": min, "high": max}
    wider = {name: end(row.values[name], value) for name, end in ends.items() if name in row.values}
    return replace(row, values={**row.values, **wider})


def _sound(row: Row, instance: Instance) -> Instance:
    problems = errors(examine(instance))
    if problems:
        rule = f"in scenario {row['scenario']}: "
        raise InstanceError([replace(each, rule=rule + each.rule) for each in problems])
    return instance
