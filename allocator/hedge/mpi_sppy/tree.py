"""The futures of an instance as a tree in mpi-sppy's own words: nodes, stages, names.

A stage is the years in which the same scenarios are told apart; every scenario has a node at each
stage, and a leaf after the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from allocator.errors import UsageError
from allocator.instance.scenarios import Scenario, groups

ROOT: Final = "ROOT"


@dataclass(frozen=True)
class Node:
    """Scenarios that are the same in these years; ``stage`` counts from 1."""

    name: str
    parent: str | None
    stage: int
    years: tuple[int, ...]
    chance: float  # of these scenarios, given those of the parent


class ScenarioTree:
    """The tree of some futures.  UsageError where some are told apart from the very start."""

    def __init__(self, futures: Sequence[Scenario]) -> None:
        self.futures = tuple(futures)
        if len(set(self._stages[0][1].values())) > 1:
            raise UsageError(
                "mpi-sppy needs a year that is settled in every scenario; without one `allocator "
                "hedge` needs no other engine"
            )

    @cached_property
    def _stages(self) -> list[tuple[tuple[int, ...], Mapping[str, str]]]:
        """Years of each stage, and for each scenario the first that it is the same as."""
        stages: list[tuple[tuple[int, ...], Mapping[str, str]]] = []
        for year in self.futures[0].instance.horizon:
            same = groups(self.futures, year)
            if stages and stages[-1][1] == same:
                stages[-1] = ((*stages[-1][0], year), same)
            elif not stages or len(set(same.values())) < len(same):
                stages.append(((year,), same))
        return stages

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Those of a node side by side."""
        place = {each.name: n for n, each in enumerate(self.futures)}
        return tuple(
            sorted(
                self.futures,
                key=lambda s: [place[same[s.name]] for _, same in self._stages] + [place[s.name]],
            )
        )

    @cached_property
    def nodes(self) -> dict[str, tuple[Node, ...]]:
        """Each scenario's, from the root on, without its leaf."""
        return {each.name: tuple(self._path(each.name)) for each in self.scenarios}

    def _path(self, scenario: str) -> Iterator[Node]:
        name, before = ROOT, dict.fromkeys([each.name for each in self.futures], "")
        parent = None
        for stage, (years, same) in enumerate(self._stages, 1):
            if stage > 1:
                parent, name = name, f"{name}_{self._number(scenario, before, same)}"
            chance = self._chance(scenario, same) / self._chance(scenario, before)
            yield Node(name, parent, stage, years, chance)
            before = dict(same)

    def _number(self, scenario: str, before: Mapping[str, str], same: Mapping[str, str]) -> int:
        """Which child of its parent's node a scenario's is, from 0."""
        sisters = [s.name for s in self.scenarios if before[s.name] == before[scenario]]
        return list(dict.fromkeys(same[name] for name in sisters)).index(same[scenario])

    def _chance(self, scenario: str, same: Mapping[str, str]) -> float:
        return sum(s.probability for s in self.futures if same[s.name] == same[scenario])

    @cached_property
    def node_names(self) -> list[str] | None:
        """Of every node and leaf; None where there are two stages, which need no names."""
        if len(self._stages) == 1:
            return None
        named = dict.fromkeys(node.name for path in self.nodes.values() for node in path)
        last, alone = self._stages[-1][1], {each.name: each.name for each in self.futures}
        leaves = [
            f"{self.nodes[s.name][-1].name}_{self._number(s.name, last, alone)}"
            for s in self.scenarios
        ]
        return [*named, *leaves]
