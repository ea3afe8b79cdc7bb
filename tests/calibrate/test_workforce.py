"""Social workers from the Department's workforce table: whose figures, and what they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.calibrate.panel import find_council
from allocator.calibrate.published import Request, calibrate
from allocator.calibrate.published.account import PublishedAccount, account
from allocator.calibrate.published.figures import PublishedFigures
from allocator.calibrate.published.flows import STATES
from allocator.calibrate.published.money import outturn
from allocator.calibrate.published.readme import readme
from allocator.calibrate.published.workforce import read_workforce, staff_rows
from allocator.errors import UsageError
from allocator.instance.check import examine
from allocator.instance.problems import errors
from tests.calibrate.made import write

NAME = "Made 003"


def line(year: int, **figures: object) -> dict[str, object]:
    return {
        "time_period": year,
        "geographic_level": "Local authority",
        "region_name": "North",
        "old_la_code": "303",
        "new_la_code": "E0",
        "la_name": NAME,
        "inpost_fte": 100,
        "starters_fte": 20,
        "turnover_rate_fte": 15,
        "agency_rate_fte": 20,
        "case_holders_fte": 80,
        "caseload_fte": 16,
        **figures,
    }


@pytest.fixture
def council(panel) -> PublishedAccount:
    return account(PublishedFigures(panel, find_council(panel, NAME), 2020))


def test_figures_of_the_september_before_become_a_role(council, tmp_path: Path) -> None:
    lines = [
        line(2017, starters_fte=30, agency_rate_fte=25),
        line(2019),
        line(2020, case_holders_fte=1),
        line(2018, case_holders_fte="x"),
    ]
    found = staff_rows(council, read_workforce(write(tmp_path / "w.csv", lines)))
    (role,) = found["roles"]
    assert role["opening"] == pytest.approx(64)
    assert role["leaving_rate"] == pytest.approx(0.15)
    assert role["hires_per_year"] == pytest.approx(0.15 * 64, abs=0.05)
    assert role["agency_share"] == pytest.approx(0.25, abs=1e-3)
    assert role["agency_opening"] == pytest.approx(16)
    assert "unit_cost" not in role
    assert "30 September 2019" in role["source"]
    children = sum(council.stock[state] for state in STATES)
    assert {row["item"] for row in found["workloads"]} == {s for s in STATES if council.stock[s]}
    for row in found["workloads"]:
        # those hired over the last half-year, 15% x 64 / 2, carry none yet
        assert row["caseload"] == pytest.approx(max(16, children / (80 - 4.8)), abs=0.011)


def test_a_region_stands_in_for_a_council_without_figures(council, tmp_path: Path) -> None:
    lines = [
        line(2019, caseload_fte="x"),
        line(
            2019,
            geographic_level="Regional",
            la_name="",
            old_la_code="",
            new_la_code="",
            region_name=council.region,
        ),
    ]
    (role,) = staff_rows(council, read_workforce(write(tmp_path / "w.csv", lines)))["roles"]
    children = sum(council.stock[state] for state in STATES)
    assert role["opening"] == pytest.approx(0.8 * children / 16, abs=0.05)
    assert council.region in role["source"]


def test_the_instance_has_the_staff_and_says_so(panel, tmp_path: Path) -> None:
    file = write(tmp_path / "workforce.csv", [line(2019)])
    code = find_council(panel, NAME)
    made = calibrate(panel, Request([code], 2020, "made", "Made", target=1, workforce=file))
    assert errors(examine(made.instance)) == []
    assert set(made.instance.resolved.roles) == {("made", "social_worker")}
    assert "| staff | DfE children's social work workforce" in readme(made)
    role = made.instance.resolved.roles["made", "social_worker"]
    spent = sum(
        s.opening * s.unit_cost for s in made.instance.resolved.states.values()
    ) + role.agency_opening * (role.agency_cost or 0)
    assert spent == pytest.approx(outturn(made.councils[0].account)["statutory"], rel=1e-3)


def test_what_is_no_workforce_table_is_refused(council, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not the workforce table; it lacks the columns"):
        read_workforce(write(tmp_path / "w.csv", [{"la_name": NAME}]))
    late = read_workforce(write(tmp_path / "late.csv", [line(2020)]))
    with pytest.raises(UsageError, match="has no line of Made 003, its region or England"):
        staff_rows(council, late)
