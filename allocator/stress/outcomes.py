"""What a plan comes to in each draw: children, money, and what it falls short by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance.instance import owner_areas
from allocator.plan.columns.futures import PERCENTILES
from allocator.stress.money import Funds
from allocator.stress.running import Course, Runner

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CHILD: Final = 1e-4  # above a target that is missed
POUNDS: Final = 100.0  # beyond the funds that do not suffice


@dataclass(frozen=True)
class Outcomes:
    """All areas together, (years, draws); ``cost`` and ``objective`` £ at present value, (draws,).

    ``excess`` is children above the targets at each year's end, ``overspent`` £ that no fund pays,
    ``unfilled`` FTE-years of work that nobody does.
    ``cost`` is of 3.11; the objective has its charges, and less of the wider benefits.
    """

    care: Floats
    spend: Floats
    baseline_spend: Floats
    excess: Floats
    overspent: Floats
    cost: Floats
    objective: Floats
    unfilled: Floats

    @classmethod
    def of(cls, runner: Runner, funds: Funds, course: Course) -> Outcomes:
        """Those of a course."""
        instance, discount = runner.instance, runner.run.discount()
        spend = np.asarray(sum(course.spend.values()))
        excess, overspent = _excess(runner, course), funds.beyond(course.spend)
        cost = discount @ spend + course.left
        prices = instance.shortfall
        charged = (prices.excess_price or 0.0) * excess
        charged = charged + (prices.overspend_price or 0.0) * overspent
        return cls(
            np.asarray(sum(course.care.values())),
            spend,
            np.asarray(sum(course.baseline_spend.values())),
            excess,
            overspent,
            cost,
            cost + discount @ charged - course.good,
            course.unfilled,
        )

    @classmethod
    def together(cls, parts: Sequence[Outcomes], order: NDArray[np.int64]) -> Outcomes:
        """Several sets of draws as one, in this order."""
        joined = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
            for field in fields(cls)
        }
        return cls(**{name: values[..., order] for name, values in joined.items()})

    @property
    def position(self) -> Floats:
        """Cumulative saving against the baseline in the same draw, £."""
        total: Floats = np.cumsum(self.baseline_spend - self.spend, axis=0)
        return total

    @property
    def meets_targets(self) -> Flags:
        """Whether no child is above a target, by draw."""
        held: Flags = np.all(self.excess <= CHILD, axis=0)
        return held

    @property
    def funds_suffice(self) -> Flags:
        """Whether nothing is spent beyond the funds, by draw."""
        held: Flags = np.all(self.overspent <= POUNDS, axis=0)
        return held

    @property
    def staff_suffice(self) -> Flags:
        """Whether all of the work is done, by draw."""
        held: Flags = np.all(self.unfilled <= CHILD, axis=0)
        return held

    @property
    def paid_back(self) -> Flags:
        """Whether the position has not been negative in this year or one before, (years, draws)."""
        rounding = 0.01 + 1e-9 * self.baseline_spend.sum(axis=0)
        by_then: Flags = np.maximum.accumulate(self.position >= -rounding, axis=0)
        return by_then


def _excess(runner: Runner, course: Course) -> Floats:
    """Children above targets at each year's end; a child above two counts twice."""
    instance = runner.instance
    excess = np.zeros_like(next(iter(course.care.values())))
    for (owner, year), most in instance.resolved.targets.items():
        at = year - instance.first_year
        there = sum(course.care[area][at] for area in owner_areas(instance, owner))
        excess[at] += np.maximum(there - most, 0.0)
    return excess


def banded(values: Floats) -> dict[str, float]:
    """Mean and percentiles of a number in all draws."""
    levels = np.percentile(values, list(PERCENTILES.values()))
    named = dict(zip(PERCENTILES, map(float, levels), strict=True))
    return {"mean": float(values.mean()), **named}
