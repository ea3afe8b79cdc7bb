"""Staff, need and benefits in all that knows tables: starter, workbook, --set, export, sweep, …"""

from __future__ import annotations

import openpyxl
import pytest

from allocator.compare.comparison import compare
from allocator.compare.problems import of_instance
from allocator.explain.reallocation import reallocate
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.instance.raw import RESULTS
from allocator.instance.starter import TEMPLATE
from allocator.instance.writing import write
from allocator.report.workbook import write_workbook
from allocator.solvers.algorithms import choose
from allocator.solving.export import export
from allocator.solving.solve import build, solve
from allocator.sweep import Axis, Sweep
from allocator.sweep.design import Design
from tests.compare.unhurried import UNHURRIED
from tests.instance.test_starter import more_tables
from tests.model.cases import Case
from tests.model.test_hand_benefits import GOOD, benefits
from tests.model.test_hand_need import POVERTY
from tests.model.test_hand_staff import PRACTICE, growing
from tests.plans import instance_of

TABLES = ("roles", "workloads", "practices", "drivers", "responses", "benefits")
OLD = {  # £, of the version before these tables came
    "hand": 8931553.822934462,
    "window": 1296200381.9023411,
    "annual-returns-limits": 827608171.8917847,
}
GOOD_OF_CARE = "\n".join(GOOD.splitlines()[:4])


def whole() -> Case:
    """Staff, a practice, a driver of arrivals and a good of fewer children, all at once."""
    return growing().with_rows(PRACTICE).with_rows(POVERTY).with_rows(GOOD_OF_CARE)


def test_the_starter_shows_each_table_and_no_default_of_optimism() -> None:
    shown = more_tables()
    assert {*TABLES, "optimism"} <= shown.keys()
    rows = [line.split(",") for line in shown["optimism"].splitlines()[1:]]
    assert [float(share) for _, share, _ in rows] == [0, 0.05, 0.1, 0.15, 0.25, 0.4]
    assert {source for *_, source in rows} == {"general knowledge"}
    assert read(TEMPLATE).resolved.optimism == {}


def test_a_workbook_holds_the_tables_and_the_results(tmp_path) -> None:
    instance = whole().instance()
    write(instance, tmp_path / "mine.xlsx")
    assert read(tmp_path / "mine.xlsx").hash == instance.hash
    write_workbook([solve(instance)], tmp_path / "plan.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "plan.xlsx", read_only=True).sheetnames
    results = ("staff", "practices", "demand", "benefits")
    assert {*TABLES, *(f"{RESULTS} {name}" for name in results)} <= set(sheets)


@pytest.mark.parametrize(
    "added",
    [
        ["+roles.clerk.opening=3", "+workloads.clerk.care.caseload=50"],
        ["+practices.aides.worker.unit_cost=100"],
        ["+drivers.asylum.2020.value=4", "+responses.asylum.outside.care.0.response=0.02"],
        ["+benefits.care.police.0.fiscal.amount=-100"],
    ],
)
def test_set_adds_a_row_to_each_table(added: list[str]) -> None:
    before = growing().instance()
    after = apply_changes(before, added)
    for text in added:
        table = text[1:].partition(".")[0]
        assert len(after.tables[table]) == len(before.tables[table]) + 1


def test_an_exported_program_names_them(tmp_path) -> None:
    instance = whole().instance()
    export(build(instance), tmp_path / "mine.lp")
    text = (tmp_path / "mine.lp").read_text(encoding="utf-8")
    for name in (
        "in_post",
        "hired",
        "let_go",
        "agency",
        "supported",
        "work_fits",
        "hiring_limited",
    ):
        assert name in text


def test_two_algorithms_agree_on_them() -> None:
    program = of_instance(whole().instance(), "least_cost")
    found = compare([program], choose(["highs-simplex", "highs-ipm"]), UNHURRIED, ranges=False)
    assert found.settled and found.agrees


def test_a_sweep_tells_of_staff_and_of_the_good_done() -> None:
    made = whole().instance()
    places = ["roles.worker.hires_per_year=1,2", "benefits.care.police.0.fiscal.amount=-6000,-5000"]
    sweep = Sweep(made, places)
    for point, row in enumerate(sweep.run().to_dict("records")):
        plan = solve(sweep.design.changed(sweep.design.position(point)))
        facts = (plan.staff() or {})["worker"]
        assert row["fte_end"] == pytest.approx(facts["2022"]["in_post"])
        assert row["agency_end"] == pytest.approx(facts["2022"]["agency"])
        assert row["hired"] == pytest.approx(sum(year["hired"] for year in facts.values()))
        assert row["wider_benefits"] == pytest.approx(sum((plan.wider_benefits() or {}).values()))


def test_a_sweep_counts_the_good_done_at_each_point_as_it_is_there() -> None:
    sweep = Sweep(benefits(1).instance(), ["benefits.care.police.0.fiscal.amount=-6000,-5000"])
    rows = sweep.run().to_dict("records")
    for point, row in enumerate(rows):
        plan = solve(sweep.design.changed(sweep.design.position(point)))
        assert row["wider_benefits"] == pytest.approx(sum((plan.wider_benefits() or {}).values()))
    assert rows[0]["wider_benefits"] > rows[1]["wider_benefits"] + 1000  # £


def test_only_targets_and_budgets_leave_the_good_done_as_it_is_counted() -> None:
    made, asked = whole().instance(), Axis("targets.2022.children", ("60", "70"))
    assert Design(made, (asked,)).asks_alone
    for other in ("benefits.care.police.0.fiscal.amount", "finance.discount_rate"):
        assert not Design(made, (asked, Axis(other, ("1", "2")))).asks_alone


def test_todays_money_is_reallocated_with_staff_and_drivers() -> None:
    instance = instance_of("staff-part-training").with_rows(
        "drivers", [{"driver": "poverty", "year": y, "value": v} for y, v in ((2020, 1), (2022, 2))]
    )
    row = {"driver": "poverty", "from": "plan", "to": "foster", "response": 0.05, "lag_years": 0}
    found = reallocate(instance.with_rows("responses", [row]))
    assert found.plan.staff()
    assert "demand" in found.plan.tables
    assert found.plan.audit is not None and found.plan.audit.passed
    assert (found.fewer or 0) > 0


@pytest.mark.parametrize("name", OLD)
def test_an_instance_without_these_tables_solves_as_before(name: str) -> None:
    instance = instance_of(name)
    program = build(instance)
    assert not any(program.columns[each].count for each in ("in_post", "hired", "supported"))
    assert not any(program.rows[each].count for each in ("work_fits", "staff_change"))
    assert solve(instance).objective == pytest.approx(OLD[name], rel=1e-14)
