"""Cost of delay against instances rewritten by hand, and against what may not happen yet."""

from __future__ import annotations

from itertools import pairwise

import pytest

from allocator.errors import UsageError
from allocator.explain.delay import HELD, SHIFTED, begun_later, child_years, cost_of_delay
from allocator.instance.change import apply_changes
from allocator.report.charts.answers import frontiers, no_delay_has_a_plan
from allocator.report.pages.delay import text
from allocator.report.saved_answers import SavedAnswers
from allocator.solving.solve import solve
from tests.plans import instance_of, plan_of


@pytest.fixture(scope="module")
def delayed():
    return cost_of_delay(instance_of("window"), 2)


def test_a_year_late_is_the_instance_rewritten_by_hand(delayed):
    """The transition money of 2020 to 2023 comes in 2021 to 2024, the starts are a year later."""
    instance = apply_changes(
        instance_of("window"),
        ["services.*.first_year=2021", "double_investment.starts=2021,2022,2023",
         "budgets.transition.2023.year=2024", "budgets.transition.2022.year=2023",
         "budgets.transition.2021.year=2022", "budgets.transition.2020.year=2021"],
    )  # fmt: skip
    plan = solve(instance)
    row = delayed.table[(delayed.table["years_late"] == 1)].iloc[0]
    assert row["targets"] == HELD  # 2027 is the last year: it cannot move
    assert row["cost"] == pytest.approx(plan.objective, rel=1e-9)
    assert row["extra_cost"] == pytest.approx(plan.objective - plan_of("window").objective)
    assert row["child_years"] == pytest.approx(child_years(plan))
    assert (row["window_first_year"], row["window_years"]) == plan.window


def test_nothing_changes_before_the_beginning():
    late = begun_later(instance_of("window"), 2, shift_targets=False)
    plan = solve(late)
    for service, levels in plan.levels().items():
        usual = next(r["baseline"] for r in late.tables["services"] if r["service"] == service)
        assert [levels[2020], levels[2021]] == pytest.approx([usual, usual])
    years = plan.years()
    same = years["children_in_care"] - years["baseline_children_in_care"]
    assert same[2020] == pytest.approx(0, abs=1e-6)
    assert plan.window is None or plan.window[0] >= 2022


def test_begun_at_once_is_the_plan_itself_and_later_is_never_cheaper(delayed):
    first = delayed.table.iloc[0]
    assert first["cost"] == pytest.approx(plan_of("window").objective, rel=1e-9)
    assert (first["extra_cost"], first["extra_child_years"]) == (0, 0)
    held = delayed.table[delayed.table["targets"] == HELD]
    assert held["extra_cost"].is_monotonic_increasing and held["extra_cost"].min() > 0
    by_year = delayed.tables["delay_years"]
    late = by_year[(by_year["years_late"] == 2) & (by_year["year"] == 2027)]
    assert late["extra_children"].iloc[0] > 0


def test_targets_move_where_they_can():
    instance = apply_changes(instance_of("window"), ["targets.2027.year=2026"])
    asked = cost_of_delay(instance, 2).table
    told = list(zip(asked["years_late"], asked["targets"], strict=True))
    assert told == [(0, SHIFTED), (1, SHIFTED), (1, HELD), (2, HELD)]
    moved = begun_later(instance, 1, shift_targets=True)
    assert moved.resolved.targets == {("all", 2026): 1121, ("all", 2027): 1119}


def test_child_years_are_the_mean_of_start_and_end_period_by_period():
    plan = plan_of("hand")
    run = plan.tables["states"].sort_values("period")["children"].tolist()
    assert child_years(plan) == pytest.approx(
        sum((a + b) / 2 for a, b in pairwise(run)) / plan.instance.periods_per_year
    )


def test_no_plan_is_said_to_be_none_and_why():
    answer = cost_of_delay(instance_of("hand-infeasible"))
    assert set(answer.table["status"]) == {"infeasible"}
    assert answer.facts() == {"status": "infeasible"}
    assert answer.table["why"].iloc[0] == ("the last target can be no fewer than 44.9 children")
    assert "there is no plan even if it begins at once" in " ".join(text(answer).split())
    broke = cost_of_delay(instance_of("window", "budgets.core.*.amount=*0.5"), 1)
    assert broke.table["why"].iloc[0] == "the funds run out, whatever the last target"


def test_a_delay_beyond_the_plan_is_refused():
    with pytest.raises(UsageError, match="leaves nothing of a plan of 2"):
        cost_of_delay(instance_of("hand"), 2)


def test_a_council_without_slack_is_told_so_in_place_of_empty_charts():
    """Its target is what the plan begun at once reaches, to a thousandth of a child."""
    tight = apply_changes(instance_of("hand-infeasible"), [])
    reach = solve(tight, formulation="largest_reduction").years()["children_in_care"]
    year = tight.last_year
    none_later = apply_changes(tight, [f"targets.{year}.children={float(reach[year]) + 1e-3!r}"])
    answer = cost_of_delay(none_later, 1)
    assert answer.table["status"].tolist() == ["optimal", "infeasible"]
    assert "there is no slack to wait" in text(answer)
    answers = SavedAnswers({"delay": answer.table})
    assert no_delay_has_a_plan(answers)
    assert frontiers(solve(none_later), answers) == []
