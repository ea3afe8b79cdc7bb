"""The answer as a whole: services and windows, sentences, JSON, folders and exit codes."""

from __future__ import annotations

import json
from functools import cache

import pandas as pd
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.explain.answers import kind_of, save
from allocator.explain.explanation import Explanation, explain
from allocator.instance.cell_changes import with_cells
from allocator.instance.writing import write
from allocator.report.pages.explanation import text
from allocator.solving.session import Session
from allocator.solving.solve import solve
from tests.explain.broken import BROKEN, broken
from tests.explain.test_limits import CASES, answer_of
from tests.plans import CASES as FOLDER
from tests.plans import instance_of, plan_of

DEAR = ("services.intensive.unit_cost=400000", "services.intensive.baseline=0")


@cache
def broken_answer(name):
    """The explanation of an instance without a plan."""
    return explain(broken(name))


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def level_of(instance, service, window):
    """Most cases a year of a service in the plan of a window."""
    solved = Session().solve(instance)
    best = next(each for each in solved.windows if each.window == window)
    family = best.program.columns["level"]
    found = [
        best.solution.primal[position]
        for (_, name, period), position in family.positions.items()
        if name == service and 1 <= period <= instance.number_of_periods
    ]
    return max(found)


def test_a_service_that_is_too_dear_says_what_it_would_have_to_cost():
    answer = answer_of("window", *DEAR)
    row = answer.tables["services"].set_index("service").loc["intensive"]
    assert row["fate"] == "not taken up"
    assert 0 < row["used_at_cost"] < row["not_used_at_cost"] < row["unit_cost"] == 400000
    assert row["not_used_at_cost"] - row["used_at_cost"] < 0.005 * row["unit_cost"]
    assert 1 < row["not_used_at_effect"] < row["used_at_effect"]
    instance, window = answer.instance, answer.plan.window

    def costing(pounds):
        return with_cells(
            instance, "services",
            lambda r: {"unit_cost": pounds} if r["service"] == "intensive" else {},
        )  # fmt: skip

    def averting(times):
        return with_cells(
            instance, "effects",
            lambda r: {"effect": r["effect"] * times} if r["service"] == "intensive" else {},
        )  # fmt: skip

    assert level_of(costing(row["used_at_cost"]), "intensive", window) > 1e-4
    assert level_of(costing(row["not_used_at_cost"]), "intensive", window) < 1e-3
    assert level_of(averting(row["used_at_effect"]), "intensive", window) > 1e-4
    assert level_of(averting(row["not_used_at_effect"]), "intensive", window) < 1e-3
    assert "intensive (services.csv, row 4): not taken up; it would be taken up at £" in text(
        answer
    )


def test_a_service_that_is_used_has_its_limits():
    row = answer_of("window").tables["services"].set_index("service").loc["conference"]
    assert row["above_floor"] == "yes"
    assert "the growth limit of conference" in row["limits"]
    assert pd.isna(row["used_at_cost"])


def test_every_service_that_is_in_force_has_its_line():
    for case in CASES:
        answer = answer_of(case)
        lines = answer.tables["services"]
        assert set(lines["service"]) == {p for _, p in answer.instance.resolved.services}
        peak = plan_of(case).tables["services"].groupby(["service", "period"])["level"].sum()
        for line in lines.to_dict("records"):
            assert line["most"] == pytest.approx(peak[line["service"]].max(), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("case", ["window", "two-areas"])
def test_windows_cost_what_solve_says(case):
    answer, plan = answer_of(case), plan_of(case)
    table = answer.tables["windows"]
    assert len(table) == len(plan.windows)
    costs = {
        None if pd.isna(row["first_year"]) else (int(row["first_year"]), int(row["years"])): row
        for row in table.to_dict("records")
    }
    for outcome in plan.windows:
        row = costs[outcome.window]
        assert (row["status"] == "infeasible") == (outcome.objective is None)
        if outcome.objective is not None:
            assert row["dearer"] == pytest.approx(outcome.objective - plan.objective, abs=1.0)
    assert table["status"].iloc[0] == "chosen"
    assert costs[plan.window]["status"] == "chosen"
    assert table["dearer"].dropna().is_monotonic_increasing
    dearer = table[table["status"] == "dearer"]
    assert dearer["why"].iloc[0].endswith(("harder there", "by itself"))


def test_a_window_without_a_plan_says_what_stops_it():
    answer = explain(instance_of("window", "targets.2025.children=867", "targets.2027.children=817",
                                 "budgets.core.2020.amount=*0.999"))  # fmt: skip
    table = answer.tables["windows"]
    lost = table[table["status"] == "infeasible"]
    assert len(lost)
    assert lost["why"].iloc[0].endswith("hold")
    assert "there is no plan: the" in text(answer)


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction", "window_choice"])
def test_it_explains_every_formulation(formulation):
    answer = answer_of("window", formulation=formulation)
    assert answer.found
    assert len(answer.tables["limits"])
    assert answer.plan.objective == pytest.approx(
        solve(instance_of("window"), formulation=formulation).objective, rel=1e-6
    )


@pytest.mark.parametrize("formulation", ["largest_reduction", "fair_reduction"])
def test_what_comes_before_the_cost_is_priced_as_it_is_solved_again(formulation):
    """Children, or the share, per £1m: not what a pound saves while they are held."""
    answer = answer_of("window", formulation=formulation)
    row = answer.tables["limits"].iloc[0]
    assert row["key"] == "budgets.core.2023.amount"
    assert row["relief"] == "£1 more"
    more = 0.9 * row["betters_hold"]
    richer = solve(
        instance_of("window", f"budgets.core.2023.amount={117_856_021 + more}"),
        formulation=formulation,
    )
    fair = formulation == "fair_reduction"
    reached = [
        -plan.theta if fair else float(plan.years()["children_in_care"].iloc[-1])
        for plan in (answer.plan, richer)
    ]
    assert reached[0] - reached[1] == pytest.approx(row["betters"] * more / 1e6, rel=1e-4)
    told = text(answer)
    assert "£1 more" not in told
    assert (
        f"£1m more means {'0.491 points more of' if fair else '6.04 fewer children'}"
        in " ".join(told.split())
    )
    assert "dearer" not in told
    behind = answer.tables["windows"]["behind"]
    assert behind.iloc[0] == pytest.approx(0, abs=1e-9)
    assert (behind.dropna() > -1e-9).all()


def test_cost_alone_has_nothing_before_it():
    tables = answer_of("window").tables
    assert tables["limits"]["betters"].isna().all()
    assert tables["windows"]["behind"].isna().all()


def test_without_targets_money_is_all_that_can_be_missing():
    instance = broken("money in every year")
    answer = explain(instance, formulation="largest_reduction")
    assert not answer.found
    kinds = {way.kind for way in answer.ways}
    assert "money" in kinds
    assert not kinds & {"target", "targets", "year"}


@pytest.mark.parametrize("case", CASES)
def test_the_page_of_a_plan_is_plain_and_fits(case):
    fits(text(answer_of(case)))


@pytest.mark.parametrize("name", ["as it is", "late start", "several areas, money", "minimum"])
def test_the_page_of_no_plan_is_plain_and_fits(name):
    told = text(broken_answer(name))
    fits(told)
    assert "Answer: there is no plan." in told
    assert "Ways out" in told


def fits(told):
    assert max(map(len, told.splitlines())) <= 98
    assert all(line == line.rstrip() for line in told.splitlines())
    assert not {"nan", "inf", "None", "£nan"} & set(told.replace("(", " ").split())


def test_the_page_word_for_word():
    told = text(answer_of("hand", "targets.2021.children=66"))
    assert told.startswith(
        "hand\n====\n\nQuestion: why is this the plan, and what is each of its limits worth?\n\n"
    )
    assert (
        "  The target of 66 children in care by the end of 2021-22 (targets.csv, row 2):\n"
        "    one child more in the target saves £15,000 (for the first "
    ) in told


def test_every_column_says_what_it_is():
    answers = [answer_of("window"), broken_answer("late start")]
    for answer in answers:
        for name, table in answer.tables.items():
            assert list(table.columns) == list(Explanation.COLUMNS[name]), name
            assert all(said.meaning for said in Explanation.COLUMNS[name].values())


def test_json_has_all_that_the_tables_have(tmp_path):
    result = run("explain", FOLDER / "window", "--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    answer = answer_of("window")
    assert facts["status"] == "optimal"
    assert facts["instance_hash"] == answer.instance.hash
    assert facts["price_base"] == "2020-21"
    assert facts["objective"] == pytest.approx(answer.plan.objective)
    for name, table in answer.tables.items():
        assert len(facts[name]) == len(table)
        assert set(facts[name][0]) == set(facts["columns"][name])


def test_without_a_plan_it_exits_3_and_says_the_same_in_json(tmp_path):
    folder = FOLDER / "hand-infeasible"
    page, facts = run("explain", folder), run("explain", folder, "--json")
    assert (page.exit_code, facts.exit_code) == (3, 3)
    found = json.loads(facts.stdout)
    assert found["status"] == "infeasible"
    assert found["conflict_proved"] is True
    flat = " ".join(page.stdout.split())
    assert found["conflict_sentence"][1:] in flat
    assert [row["after"] for row in found["ways"] if row["possible"]] == [44.95]
    assert {row["file"] for row in found["conflict"]} == {"targets.csv", "transitions.csv"}


def test_it_is_saved_whole_and_never_over_another(tmp_path):
    out = tmp_path / "why"
    assert run("explain", FOLDER / "hand", "--out", out).exit_code == 0
    answer = answer_of("hand")
    files = {file.name for file in out.iterdir()}
    assert files == {"explain.json", "README.txt", *(f"{name}.csv" for name in answer.tables)}
    back = pd.read_csv(out / "limits.csv")
    assert back["saves"].tolist() == pytest.approx(answer.tables["limits"]["saves"].tolist())
    assert "present value" in (out / "README.txt").read_text()
    again = run("explain", FOLDER / "hand", "--out", out)
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert run("explain", FOLDER / "hand-infeasible", "--out", out, "--force").exit_code == 3
    assert "limits.csv" not in {file.name for file in out.iterdir()}
    assert kind_of(Explanation).marker == "explain.json"


def test_an_answer_does_not_replace_what_is_not_one(tmp_path):
    from allocator.errors import UsageError

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not an answer of explain"):
        save(answer_of("hand"), tmp_path / "mine", force=True)


def test_a_workbook_is_explained_by_its_sheets(tmp_path):
    path = tmp_path / "council.xlsx"
    write(instance_of("hand-infeasible"), path)
    result = run("explain", path)
    assert result.exit_code == 3
    assert "council.xlsx: targets, row 2" in " ".join(result.stdout.split())


def test_solve_points_to_it():
    result = run("solve", FOLDER / "hand-infeasible")
    assert "`allocator explain INSTANCE`" in " ".join(result.stdout.split())


@pytest.mark.parametrize("windows", ["all", "best"])
def test_fewer_windows_find_no_better_ways(windows):
    instance = broken("late start")
    answer = explain(instance, every_window=windows == "all")
    ways = {way.kind: way for way in answer.ways if way.possible}
    assert "start" in ways
    assert ways["target"].amount >= 0


def test_a_bad_formulation_is_refused():
    result = run("explain", FOLDER / "hand", "--formulation", "dearest")
    assert result.exit_code == 2
    assert "least_cost" in result.stderr


def test_the_broken_are_many_and_differ():
    assert len(BROKEN) >= 20
    assert len(set(BROKEN.values())) == len(BROKEN)
