"""Random instances of many areas by years, each from a seed: what ties areas is in all of them.

As ``random_cases``, but that nearly every area has numbers of its own, and targets are set by a
share of the baseline, so that some have no plan.
"""

from __future__ import annotations

from functools import cache

from allocator.instance import Instance
from tests.model.cases import Case
from tests.model.random_cases import Author
from tests.model.reference_data import Data


@cache
def many_areas(seed: int) -> Instance:
    """An instance of 2 to 30 areas that passes its checks."""
    return _Wide(seed).case().instance()


class _Wide(Author):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        count = self.random.choice([2, 2, 3, 4, 6, 8, 12, 30])
        self.areas = [f"area{n}" for n in range(count)]
        self.years = self.random.choice([3, 4, 5] if count < 12 else [3])
        self.m = 1

    def case(self) -> Case:
        case = super().case()
        if self.chance(0.2):
            prices = self.random.choice([("150000", ""), ("", "0.25"), ("90000", "0.1")])
            named = zip(("excess_price", "overspend_price"), prices, strict=True)
            case.settings["shortfall"] = {name: float(price) for name, price in named if price}
        return case

    def for_areas(self, p: float = 0.3) -> list[str]:
        """A blank row, and rows of areas' own: mostly where they have some at all."""
        return super().for_areas(0.9 if p > 0.2 else p / 2)

    def write_limits(self, case: Case) -> None:
        super().write_limits(case)
        if self.chance(0.4):  # one that ties
            data = Data(case)
            now = self.item_cost(data, "statutory", "")
            self.tables.setdefault("limits", [])
            if not [row for row in self.tables["limits"] if row["item"] == "statutory"]:
                self.add("limits", item="statutory", year=self.later(), maximum=round(now * 1.3))

    def write_targets(self, case: Case) -> None:
        data = Data(case)
        n, _ = data.baseline()
        there = data.baseline_in_care()[data.years[-1]]
        share = self.random.choice([1.0, 0.995, 0.99, 0.98, 0.96, 0.85])
        self.add("targets", year=data.years[-1], children=f"{there * share:.3f}")
        for area in self.areas if self.chance(0.5) else []:
            own = sum(n[area, i, data.horizon] for i in data.in_care(area))
            self.add("targets", area=area, year=data.years[-1], children=round(own * 1.002, 2))
