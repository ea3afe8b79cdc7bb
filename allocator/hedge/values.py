"""What it is worth to know the future, and to plan for more than one.  MODEL.md 3.15."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from allocator.errors import SolverError, UsageError
from allocator.instance import Instance, Window
from allocator.instance.cell_changes import without_futures
from allocator.instance.problems import did_you_mean
from allocator.instance.scenarios import Scenario
from allocator.instance.schema import ALL
from allocator.program.matrix import Floats
from allocator.program.program import POUNDS, LinearProgram
from allocator.solving.futures import ExtensiveForm, future_program
from allocator.solving.session import Session, at_window
from allocator.solving.solve import solve
from allocator.solving.windows import WindowSolved, cheapest
from allocator.vocabulary import LEVEL

# Service -> year -> cases per year at its end, areas added up.
ByService = dict[str, dict[int, float]]


@dataclass(frozen=True)
class WaitAndSee:
    """Were the scenario known from the start: expected cost in £, and the plans' levels."""

    cost: float
    levels: tuple[ByService, ...]

    def spread(self, service: str, year: int) -> float:
        """How far the scenarios' own best plans lie apart in a level, cases per year."""
        own = [each[service][year] for each in self.levels]
        return max(own) - min(own)


def wait_and_see(futures: Sequence[Scenario]) -> WaitAndSee | None:
    """Each scenario alone, in its best window; None where one of them has no plan of its own.

    Each begins at the basis of the one before.
    """
    total, levels, session = 0.0, [], Session()
    for scenario in futures:
        program = future_program(scenario.instance)
        windows = (None, *scenario.instance.windows)
        best = cheapest(
            [
                session.solve_window(window, at_window(program, scenario.instance, window))
                for window in windows
            ]
        )
        if best is None or best.solution is None:
            return None
        total += scenario.probability * best.value(-1) * POUNDS
        levels.append(_levels(scenario.instance, best.program, best.solution.primal))
    return WaitAndSee(total, tuple(levels))


def _levels(instance: Instance, program: LinearProgram, primal: Floats) -> ByService:
    levels: ByService = {service: {} for _, service in instance.resolved.services}
    each, first = instance.periods_per_year, instance.first_year
    for (_, service, period), position in program.columns[LEVEL].positions.items():
        if 0 < period <= instance.number_of_periods and period % each == 0:
            year = first + period // each - 1
            levels[service][year] = levels[service].get(year, 0.0) + float(primal[position])
    return levels


def learned_earlier(
    futures: Sequence[Scenario], names: Sequence[str]
) -> dict[str, tuple[Scenario, ...]]:
    """By scenario of these names, every one for ``all``, the futures if it is known a year earlier.

    It is then told apart from its parent, or from those that have none, a year before.  Raises
    UsageError where there is no such scenario, or it is known from the start.
    """
    own = {each.name: each for each in futures}
    learned = {}
    for name in dict.fromkeys(_every(names, own)):
        scenario = own[name]
        if scenario.branches <= scenario.instance.first_year:
            raise UsageError(
                f"scenario {name} is known from the start; it cannot be learned earlier"
            )
        earlier = replace(scenario, branches=scenario.branches - 1)
        learned[name] = tuple(earlier if each is scenario else each for each in futures)
    return learned


def _every(names: Sequence[str], own: Mapping[str, Scenario]) -> list[str]:
    strange = [name for name in names if name not in own and name != ALL]
    if strange:
        raise UsageError(f"there is no scenario {strange[0]!r}; {did_you_mean(strange[0], own)}")
    return list(own) if ALL in names else list(names)


def worth(objective: float, informed: float | None) -> float:
    """How much less it costs to know more, £; what can be settled without it still can be."""
    if informed is None:
        raise SolverError("no plan was found where more is known, and there is one with less")
    return objective - informed


def following_today(
    instance: Instance,
    form: ExtensiveForm,
    solved: Callable[[ExtensiveForm, Window | None], WindowSolved],
) -> float | None:
    """The objective, £, when window and settled levels are those of the plan without scenarios.

    ``solved`` solves a form for a window.
    None where there is no such plan, or what it settles leaves none.
    """
    plan = solve(without_futures(instance))
    if not plan.found:
        return None
    program = form.program
    lower, upper = program.lower.copy(), program.upper.copy()
    services = plan.tables["services"]
    rows = zip(
        services["area"], services["service"], services["period"], services["level"], strict=True
    )
    for area, service, period, level in rows:
        position = form.settled.get((LEVEL, (area, service, int(period))))
        if position is not None:
            lower[position] = upper[position] = float(level)
    held = replace(form, program=replace(program, lower=lower, upper=upper))
    followed = solved(held, plan.window)
    return followed.value(0) * POUNDS if followed.optimal else None
