"""(f) Adaptive stochastic descent, the search of public health's budget tools, on one council.

The search chooses each service's cases per year in every year; a forward run gives the cost,
and what breaks a limit is charged for.  The linear program chooses them in every period.

    python -m benchmarks.searching FOLDER EVALUATIONS SEED
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import run, spread, table

POUNDS_PER_CHILD = 2e6  # charged for each child over a target; far above what it is worth
POUNDS_PER_POUND = 5.0  # charged for each pound that no fund pays or that is protected
NEGLIGIBLE = 1e-4  # of the cost: a plan whose broken limits add up to less stands


def compare(folder: Path, budgets: Sequence[int], rounds: int) -> str:
    """Time and gap at each number of evaluations, with seeds 1, 2, ..."""
    rows = []
    for budget in budgets:
        found = [
            run("-m", "benchmarks.searching", folder, str(budget), str(seed))
            for seed in range(1, rounds + 1)
        ]
        said = [each.said for each in found]
        stands = sum(s["broken"] <= NEGLIGIBLE for s in said)
        rows.append(
            (f"{budget:,}", spread([s["wall"] for s in said]),
             spread([100 * s["gap"] for s in said], "%"), f"{stands} of {rounds}",
             spread([100 * s["broken"] for s in said], "%"))
        )  # fmt: skip
    lp = said[0]
    rows.append(
        (
            f"linear program, {lp['columns']:,} columns",
            f"{lp['lp_seconds']:.3g} s",
            "0 %, proved",
            "1 of 1",
            "0 %",
        )
    )
    heads = (
        "evaluations",
        "wall",
        "cost above the optimum",
        "within every limit",
        "limits broken, of the cost",
    )
    note = (
        f"{lp['parameters']} parameters; the plan without any change to services misses its "
        f"limits by {100 * lp['start_broken']:.3g} % of the cost."
    )
    return f"{table(heads, rows)}\n\n{note}"


class Search:
    """The cost of levels by service and year, with charges for limits that are broken."""

    def __init__(self, instance: Any, window: Any) -> None:
        import numpy as np

        from benchmarks.tables import tables

        self.t, self.np = tables(instance), np
        start, length = window or (instance.first_year, 0)
        inside = np.array([start <= y < start + length for y in instance.horizon])
        t = self.t
        account, draw = t.account, t.draw
        usable = account["amount"] * (~account["window_only"][:, None] | inside)
        anywhere = np.isin(np.arange(len(usable)), draw["account"][draw["tier"] == 2])
        self.any_tier, self.prevention_only = usable[anywhere].sum(0), usable[~anywhere].sum(0)
        self.inside = inside
        size = len(t.state["area"])
        self.moves = np.zeros((t.years, size, size))
        stays = np.arange(size)
        self.moves[:, stays, stays] = t.chance["stay"].T
        kept = t.chance["to"] >= 0
        self.moves[:, t.chance["from"][kept], t.chance["to"][kept]] = t.chance["share"][kept].T
        waste = np.bincount(
            t.band["service"], t.band["lost"] * t.band["opening"], len(t.service["area"])
        )
        self.still = t.service["baseline"] - waste
        self.counted = [(states, year, most) for states, year, most in t.targets]
        self.late = np.maximum(t.diverted["period"] - t.periods, 0)

    def __call__(self, parameters: Any) -> float:
        """Pounds, in millions: present value and charges."""
        cost, broken = self.cost(parameters)
        return cost + broken

    def cost(self, parameters: Any) -> tuple[float, float]:
        """Present value of a plan, and the charge for the limits that it breaks, £m."""
        np, t = self.np, self.t
        wanted = np.reshape(parameters, (len(self.still), t.years))
        s, e = t.service, t.effect
        shape = (t.periods + 1, len(t.state["area"]))
        children, places = np.zeros(shape), np.zeros(shape)
        level = np.tile(s["baseline"], (t.periods + 1 + t.around * 2, 1))
        effective = np.tile(self.still, (len(level), 1))
        children[0] = places[0] = t.state["opening"]
        spend = np.zeros((3, t.years))
        kept = 1 - np.minimum(1.0, t.state["release_per_year"] * t.length)
        grow = s["growth_per_year"] * t.length
        averted = np.zeros((t.periods, len(e["service"])))
        for n in range(t.periods):
            year, now = t.year[n], n + 1 + t.around
            before = level[now - 1]
            goal = np.clip(
                wanted[:, year], before * (1 - s["release_per_year"] * t.length), before + grow
            )
            goal = np.minimum(goal, s["coverage"] * children[n, s["serves"]])
            late = s["first_year"] > t.first_year + year
            level[now] = np.where(late, s["baseline"], np.maximum(goal, s["minimum"]))
            effective[now] = self._effective(level[now], children[n])
            averted[n] = self._averted(effective, now, t.move["share"][:, year], children[n])
            following = children[n] @ self.moves[year] + t.state["arrivals"][:, year]
            for name, sign in (("to", -1), ("instead", 1)):
                inside = e[name] >= 0
                np.add.at(following, e[name][inside], sign * averted[n][inside])
            children[n + 1] = following
            places[n + 1] = np.maximum((children[n] + following) / 2, kept * places[n])
            self._pay(spend, year, places[n + 1], before, level[now])
        after = self._after(effective, children[-1])
        value = float(t.discount @ spend.sum(0) + t.state["value"] @ children[-1]) - after
        return value, self._charges(spend, children)

    def _effective(self, level: Any, children: Any) -> Any:
        """Level less what is lost in the bands, the best filled first."""
        np, t = self.np, self.t
        room = t.band["share"] * children[t.service["serves"][t.band["service"]]]
        before = np.cumsum(room) - room
        first = np.searchsorted(t.band["service"], t.band["service"])
        filled = np.clip(level[t.band["service"]] - (before - before[first]), 0, room)
        return level - np.bincount(t.band["service"], t.band["lost"] * filled, len(level))

    def _averted(self, effective: Any, now: int, share: Any, children: Any) -> Any:
        """Moves averted in a period: what was served, cut to what can be averted."""
        np, t = self.np, self.t
        service = t.effect["service"][t.age["effect"]]
        above = effective[now - t.age["age"], service] - self.still[service]
        found = np.bincount(t.age["effect"], t.age["averted"] * above, len(t.effect["service"]))
        total = np.bincount(t.effect["move"], np.maximum(found, 0), len(share))
        most = share * children[t.move["from"]]
        cut = np.divide(most, total, out=np.ones_like(total), where=total > most)
        return np.where(found > 0, found * cut[t.effect["move"]], found)

    def _after(self, effective: Any, children: Any) -> float:
        """Present value of what is averted after the horizon, £m."""
        np, t = self.np, self.t
        total = 0.0
        for tau in range(1, t.around + 1):
            at = t.effect["longest"] * t.per_year + t.per_year - 1 >= tau
            found = self._averted(
                effective, t.periods + t.around + tau, t.move["share"][:, -1], children
            )
            place = t.diverted["start"][at] + t.periods + tau - 1
            total += float(np.sum(found[at] * t.diverted["saving"][place]))
        return total

    def _pay(self, spend: Any, year: int, places: Any, before: Any, level: Any) -> None:
        np, s, p = self.np, self.t.state, self.t.service
        paid = s["cashable_share"] * places + (1 - s["cashable_share"]) * s["opening"]
        costs = s["unit_cost"] * s["price"][:, year] * paid * self.t.length / 1e6
        np.add.at(spend[:, year], s["tier"], costs)
        change = level - before
        cost = p["unit_cost"] * level * self.t.length + np.where(
            change > 0, p["setup_cost"] * change, -p["exit_cost"] * change
        )
        np.add.at(spend[:, year], p["tier"], cost * p["price"][:, year] / 1e6)

    def _charges(self, spend: Any, children: Any) -> float:
        """What is charged for targets, funds and protected spend, £m."""
        np, t = self.np, self.t
        over = sum(
            max(0.0, children[(year + 1) * t.per_year, states].sum() - most)
            for states, year, most in self.counted
        )
        prevention = spend[:2].sum(0)
        short = np.maximum(
            0, spend[2] + np.maximum(0, prevention - self.prevention_only) - self.any_tier
        )
        short = short + self.inside * np.maximum(0, t.protected - spend[2])
        if t.uplifted is not None:
            short = short + self.inside * np.maximum(0, t.uplifted - prevention)
        return over * POUNDS_PER_CHILD / 1e6 + POUNDS_PER_POUND * float(short.sum())


def main(folder: str, evaluations: str, seed: str) -> dict[str, Any]:
    """One search, in the window that is best, and the linear program beside it."""
    import numpy as np
    import sciris

    from allocator.instance import read
    from allocator.solving.session import build
    from allocator.solving.solve import solve

    instance = read(Path(folder))
    start = time.perf_counter()
    plan = solve(instance)
    lp_seconds = time.perf_counter() - start
    assert plan.objective is not None
    search = Search(instance, plan.window)
    first = np.repeat(search.t.service["baseline"], search.t.years)
    _, start_broken = search.cost(first)
    begun = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        found = sciris.asd(
            search,
            first,
            xmin=first * 0,
            maxiters=int(evaluations),
            verbose=0,
            randseed=int(seed),
            reltol=None,
            abstol=None,
            stalliters=int(evaluations),
        )
    wall = time.perf_counter() - begun
    cost, broken = search.cost(found.x)
    best = plan.objective / 1e6
    return {
        "wall": wall, "gap": cost / best - 1, "broken": broken / best, "lp_seconds": lp_seconds,
        "columns": build(instance).shape[1], "parameters": len(first),
        "start_broken": start_broken / best, "start_gap": search.cost(first)[0] / best - 1,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
