"""The reduction that every area can have."""

from __future__ import annotations

import pytest

from tests.plans import plan_of

FAIR, FEWEST = "fair_reduction", "largest_reduction"


def test_with_one_area_it_is_the_largest_reduction():
    fair, fewest = (plan_of("window", formulation=name) for name in (FAIR, FEWEST))
    assert fair.theta is not None
    assert fewest.theta is None
    assert fair.window == fewest.window
    assert fair.objective == pytest.approx(fewest.objective, rel=1e-7)
    end = fair.years().loc[fair.instance.last_year]
    assert 1 - fair.theta == pytest.approx(
        end["children_in_care"] / end["baseline_children_in_care"], abs=1e-9
    )


def test_no_area_has_less_of_it():
    fair, fewest = (plan_of("two-areas", formulation=name) for name in (FAIR, FEWEST))

    def shares(plan):
        last = plan.instance.last_year
        ends = {area: plan.years(area).loc[last] for area in plan.instance.areas}
        return [1 - e["children_in_care"] / e["baseline_children_in_care"] for e in ends.values()]

    assert min(shares(fair)) == pytest.approx(fair.theta, abs=1e-9)
    assert fair.theta >= min(shares(fewest)) - 1e-8
    assert fair.objective < fewest.objective  # the other area need not go further than this
    assert fair.to_dict()["theta"] == fair.theta


def test_the_page_asks_its_own_question():
    from allocator.report import summary

    told = " ".join(summary(plan_of("two-areas", formulation=FAIR)).split())
    assert "by what share can every area have fewer children in care" in told
    assert "Every area has at least 24.7% fewer children in care" in told
