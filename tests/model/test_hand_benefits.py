"""The good done to others, worked out on paper: a state's with the terminal value, a service's."""

from __future__ import annotations

import pytest

from allocator.audit import audit
from allocator.explain import weighing
from allocator.explain.citing import Citer
from allocator.explain.explanation import explain
from allocator.explain.weighing import keeping_weights
from allocator.instance.change import apply_changes
from allocator.plan.plan import Plan
from allocator.report.html.blocks import Text
from allocator.report.html.findings import sections
from allocator.report.pages.benefits import weights_said
from allocator.report.pages.explanation import text
from allocator.report.pages.headline import answer
from allocator.report.pages.paper import PaperLine, paper
from allocator.report.pages.summary import summary
from allocator.report.saved_plan import SavedPlan
from allocator.solving.solve import solve
from tests.model.by_hand import S, by_period, care, near, price, same
from tests.model.cases import Case

B = 1 / 1.04
GOOD = """
[benefits]
item     to_whom   amount  lag_years  kind    low     high    evidence
care     police    -6000   0          fiscal  -9000   -4000   3
reunify  families  1000    1          social  .       .       .
"""


def benefits(weight: float) -> Case:
    case = care(terminal_value=True, discount_rate=0.04).with_rows(GOOD)
    return case.setting("wider_benefits", weight=weight)


def test_the_good_of_a_state_counts_to_the_end_of_time() -> None:
    """A child-year in care costs others 6,000, half of which counts; so does a child there at H.

    V = beta (50,000 + 3,000) / (1 - beta S) for each child at the end; a child more at the end of
    2020 adds half a year then, half of 2021, half of the S who are left, and S times V.
    """
    plan = solve(benefits(0.5).changed("effects", "effect", lambda row: "0.000001").instance())
    each = 50_000 + 0.5 * 6_000
    value = B * each / (1 - B * S)
    assert price(plan, "children_balance", period=2) == same(B * each / 2 + B * value)
    assert price(plan, "children_balance", period=1) == same(
        each / 2 + B * each / 2 + S * (B * each / 2 + B * value)
    )
    first, second = 100 * S + 20, (100 * S + 20) * S + 20
    assert by_period(plan, "states", "children", state="care") == near(100, first, second)
    lived = (100 + first) / 2 + B * (first + second) / 2
    assert plan.objective == same(each * lived + B * value * second)
    council = B * 50_000 / (1 - B * S)
    assert plan.terminal_value == same(B * council * second)
    assert plan.cost == same(50_000 * lived + B * council * second)
    assert plan.wider_benefits() == {"police": same(0), "families": same(0)}


def test_the_good_of_a_case_counts_at_its_lag() -> None:
    """Weight w makes a case w 1,000 / 1.04 cheaper: every move that can be averted is, or not."""
    plan, unweighted = solve(benefits(1).instance()), solve(benefits(0).instance())
    level = by_period(plan, "services", "level")
    good = plan.wider_benefits()
    assert good is not None
    assert good["families"] == same(B * (1000 * level[0] + B * 1000 * level[1]))
    children = by_period(plan, "states", "children", state="care")
    first, second = 100 * S + 20, (100 * S + 20) * S + 20
    fewer = (first - children[1]) / 2 + B * (first + second - children[1] - children[2]) / 2
    assert good["police"] == same(6000 * fewer)
    table = plan.tables["benefits"]
    police = table[table["to_whom"] == "police"]
    assert police["low"].sum() == same(4000 * fewer)
    assert police["high"].sum() == same(9000 * fewer)
    assert plan.wider_benefits(by="kind") == {"fiscal": good["police"], "social": good["families"]}
    assert unweighted.wider_benefits() is not None
    assert (plan.cost or 0) >= (unweighted.cost or 0) - 1e-6


def test_a_pound_of_prevention_buys_good_by_kind_less_optimism() -> None:
    """A grade's share comes off the good done, not off what is made worse; nothing is added up."""
    optimism = "[optimism]\nevidence  share\n3         0.1\n"
    plan = solve(benefits(0).with_tables(optimism).instance())
    good, ratios = plan.wider_benefits() or {}, plan.benefit_cost_ratios() or {}
    level = by_period(plan, "services", "level")
    invested = 10_000 * (level[0] + B * level[1])
    assert ratios["fiscal"]["plain"] == same(good["police"] / invested)
    assert ratios["fiscal"]["corrected"] == same(0.9 * good["police"] / invested)
    assert ratios["social"] == {key: same(good["families"] / invested) for key in ratios["social"]}
    facts = plan.to_dict()
    assert facts["benefit_cost_ratios"] == ratios
    assert "For each £1 more of prevention" in summary(plan)
    assert "less optimism" in summary(plan)


def test_without_a_weight_the_plan_is_that_without_benefits() -> None:
    plain = solve(care(terminal_value=True, discount_rate=0.04).instance())
    assert solve(benefits(0).instance()).objective == plain.objective


def test_what_is_counted_is_said_first() -> None:
    said = answer(solve(benefits(0.25).instance()))
    assert said.startswith("Answer: Counting 25% of the good done to others")
    assert "Counting" not in answer(solve(benefits(0).instance()))
    told = summary(solve(benefits(0).instance()))
    assert "police" in told
    assert "evidence: 3" in told


@pytest.mark.parametrize("column", ["benefit", "baseline_benefit"])
def test_a_tampered_benefit_is_caught(column: str) -> None:
    plan = solve(benefits(0.5).instance())
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    tables["benefits"].loc[0, column] += 10
    found = audit(
        plan.instance,
        tables,
        plan.window,
        objective=plan.objective or 0.0,
        terminal_value=plan.terminal_value or 0.0,
    )
    assert {f.rule for f in found.findings if not f.passed} == {
        f"{column.replace('_', ' ')} to others"
    }


def test_an_amount_and_the_weight_can_be_set_and_cited() -> None:
    instance = apply_changes(
        benefits(0.5).instance(),
        ["benefits.care.police.0.fiscal.amount=-7000", "wider_benefits.weight=1"],
    )
    assert instance.benefit_weight == 1
    assert instance.resolved.benefits["tiny", "care", "police", "fiscal", 0].value == -7000
    (cited,) = Citer(instance).place("benefits.reunify.families.1.social.amount")
    assert cited.words == "the good that reunify does to families"
    (weight,) = Citer(instance).place("wider_benefits.weight")
    assert weight.cells[0].value == 1


VISITS = """
[services]
service  tier        from  unit_cost  baseline  minimum  maximum
visits   early_help  care  1000       10        10       12

[benefits]
item    to_whom   amount
visits  families  1900
"""


def visited(amount: int = 1900) -> Plan:
    return solve(care().with_rows(VISITS.replace("1900", str(amount))).instance())


def test_a_service_is_kept_from_the_weight_at_which_its_good_is_its_cost() -> None:
    """£1,000 a case does £1,900 of good: 0.526 of it pays, and then as many cases as there can be.

    What is told is 0.52, at which it is cut, and 0.53.
    """
    plan = visited()
    (row,) = keeping_weights(plan).records()
    assert row == {"service": "visits", "cut_at": 0.52, "kept_at": 0.53, "expanded_at": 0.53}
    told = (
        "Visits, with no floor, would be cut where 0.52 of the good done to others counted "
        "(wider_benefits.weight), expanded from 0.53 on."
    )
    assert told in " ".join(text(explain(plan.instance)).split())
    saved = SavedPlan("plan", plan, "")
    (section,) = [each for each in sections(saved) if each.name == "benefits"]
    assert Text(told) in section.blocks
    assert PaperLine(told) in list(paper(saved))


def test_a_service_whose_good_is_less_than_its_cost_is_cut_at_any_weight() -> None:
    plan = visited(900)
    (row,) = keeping_weights(plan).records()
    assert row["cut_at"] == 1
    assert weights_said(plan, keeping_weights(plan)) == [
        "Visits, with no floor, would be cut even if all of the good done to others counted."
    ]


def test_it_is_asked_of_no_plan_that_counts_benefits_and_of_no_large_one(monkeypatch) -> None:
    counted = VISITS.replace("1900", "100")
    case = care().with_rows(counted).setting("wider_benefits", weight=0.5)
    assert not len(keeping_weights(solve(case.instance())))
    monkeypatch.setattr(weighing, "MOST_ROWS", 10)
    plan = visited()
    (said,) = weights_said(plan, keeping_weights(plan))
    assert "--set services.visits.minimum=0 --set wider_benefits.weight=0.5" in said
    written = paper(SavedPlan("plan", plan, "1", plan.audit))
    assert not any("INSTANCE" in item.text for item in written if isinstance(item, PaperLine))
