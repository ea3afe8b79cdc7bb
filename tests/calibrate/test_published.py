"""Instances from published tables: they check, agree with the tables, and say what is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from allocator.calibrate.panel import find_council, read_panel
from allocator.calibrate.published import Request, calibrate, requested, write_calibrated
from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import account
from allocator.calibrate.published.evidence import STARTER, read_evidence
from allocator.calibrate.published.figures import PublishedFigures
from allocator.calibrate.published.flows import STATES, Year, rates_of
from allocator.calibrate.published.money import outturn
from allocator.calibrate.published.request import ESTIMATED
from allocator.calibrate.published.services import SERVICES
from allocator.errors import InstanceError, UsageError
from allocator.instance import read
from allocator.instance.check import examine
from allocator.instance.problems import errors
from allocator.instance.schema import EXIT
from allocator.simulate import baseline
from tests.calibrate.made import SHARED, placements, rows_of, write

CELLS = {
    "Foster placements": 60, "Secure homes and children's homes": 12, "Residential schools": "c",
    "Independent and semi-independent living arrangements/supported accommodation": 9,
    "Placed with parents or other person with parental responsibility": 5,
    "Placed for adoption": "c", "Other residential settings": 0, "Other placements": "c",
}  # fmt: skip


def made(panel, name="Made 003", year=2020, **options):
    options.setdefault("target", 1)
    return calibrate(panel, Request([find_council(panel, name)], year, "made", "Made", **options))


@pytest.mark.parametrize("first_year", ["repeat", ESTIMATED])
@pytest.mark.parametrize("name", ["Made 003", "Stone-on-Sea"])
def test_an_instance_checks_and_agrees_with_the_base_year(panel, name, first_year):
    found = made(panel, name, first_year=first_year)
    assert errors(examine(found.instance)) == []
    run, code = baseline(found.instance), find_council(panel, name)
    opening = sum(s.opening for s in found.instance.resolved.states.values() if s.in_care)
    assert opening == panel.value("cla_31mar", code, 2020)
    if first_year == ESTIMATED:
        path = run.children_in_care["made"]
        assert path == pytest.approx(found.flows.stock(10)[0], rel=0.01)
    else:
        assert run.entries[0] == pytest.approx(panel.value("cla_started", code, 2020), rel=1e-4)
        assert run.exits[0] == pytest.approx(panel.value("cla_ceased", code, 2020), rel=1e-4)


def test_opening_spend_is_the_outturn(panel):
    found = made(panel)
    spent = dict.fromkeys(("early_help", "edge_of_care", "statutory"), 0.0)
    for item in (*found.instance.resolved.states.values(),):
        spent[item.tier] += item.opening * item.unit_cost
    for item in found.instance.resolved.services.values():
        spent[item.tier] += item.baseline * item.unit_cost
    assert spent == pytest.approx(outturn(found.councils[0].account), rel=1e-3)


def test_every_row_has_a_source(panel):
    for rows in made(panel).instance.tables.values():
        assert all(row["source"] for row in rows)


def test_the_target_can_be_met(panel):
    from allocator.solving.solve import solve

    found = made(panel, target=None)
    plan = solve(found.instance, every_window=False)
    assert plan.status == "optimal"
    assert plan.audit is not None and plan.audit.passed
    [target] = found.instance.tables["targets"]
    assert found.least <= target["children"]


def test_a_target_of_ones_own(panel):
    found = made(panel, target=321, target_year=2023)
    [row] = found.instance.tables["targets"]
    assert (row["year"], row["children"]) == (2023, 321)
    with pytest.raises(UsageError, match="the plan runs from 2020 to 2029"):
        made(panel, target_year=2040)


@pytest.fixture
def with_placements(tmp_path):
    rows = [row for row in rows_of(12) if row["fy_end"] <= 2020]
    for row in rows:
        if row["area"] == "Made 003" and row["fy_end"] == 2020:
            row |= {"cla_31mar": 100, "s251_cla": "c", "cpp_31mar": "x"}
    write(tmp_path / "panel.csv", rows)
    write(tmp_path / "placed.csv", placements("Made 003", 303, 2020, CELLS))
    return read_panel(tmp_path)


def test_suppressed_placements_share_what_the_total_leaves(with_placements):
    found = account(PublishedFigures(with_placements, "303", 2020))
    assert found.care == 100
    assert found.stock[e.FOSTER] == 60
    assert found.stock[e.SUPPORTED] == 9
    # 14 are left: residential schools, adoption and other placements at 100 : 1660 : 2050
    assert found.stock[e.RESIDENTIAL] in (12, 13)
    assert found.stock[e.OTHER] in (13, 14)
    assert "suppressed" in found.notes[e.OTHER]


def test_a_missing_figure_moves_on_with_the_region_and_says_so(with_placements):
    panel = with_placements
    found = account(PublishedFigures(panel, "303", 2020))
    peers = [c for c in panel.councils if panel.regions[c] == panel.regions["303"] and c != "303"]
    before, after = panel.matrix("s251_cla", peers, [2019, 2020]).sum(axis=0)
    last = panel.value("s251_cla", "303", 2019)
    assert found.figures["s251_cla"] == pytest.approx(last * after / before)
    assert "suppressed for 2020" in found.notes["s251_cla"]
    assert "the region's" in found.notes["s251_cla"]
    instance = calibrate(panel, Request(["303"], 2020, "made", target=1)).instance
    assert any("suppressed" in row["note"] for row in instance.tables["states"])


def test_where_the_files_have_nothing_england_stands_in(panel):
    found = account(PublishedFigures(panel, panel.councils[0], 2020))
    assert found.figures["cin_31mar"] == pytest.approx(330 * found.children / 1e4)
    assert found.taken == pytest.approx(
        e.RATIOS[e.TAKEN, "cla_started"] * found.figures["cla_started"]
    )
    assert "England's ratio" in found.notes["taken"]


def test_rates_bring_about_the_moves_exactly():
    """The rates are followed through the year in 50,000 small steps, by the midpoint rule."""
    rng = np.random.default_rng(2)
    opening = {state: float(rng.integers(50, 900)) for state in STATES}
    moves = {
        (a, b): opening[a] * float(rng.uniform(0.01, 0.08))
        for a in STATES
        for b in (*STATES, EXIT)
        if a != b
    }
    arrivals = {"need": 40.0, "supported": 5.0}
    rates = rates_of(Year(opening, opening, moves, arrivals))
    ends, steps = (*STATES, EXIT), 50_000
    matrix = np.array([[rates.get((a, b), 0.0) for b in ends] for a in STATES])
    coming = np.array([arrivals.get(state, 0.0) for state in STATES])
    stock, lived = np.array([opening[state] for state in STATES]), 0.0
    change = matrix[:, :-1].T - np.diag(matrix.sum(axis=1))
    for _ in range(steps):
        middle = stock + (change @ stock + coming) / (2 * steps)
        lived = lived + middle / steps
        stock = stock + (change @ middle + coming) / steps
    came = {
        (a, b): lived[n] * matrix[n, m]
        for n, a in enumerate(STATES)
        for m, b in enumerate(ends)
        if a != b
    }
    assert came == pytest.approx(moves, rel=1e-7)


def test_a_group_is_one_instance_with_areas(panel):
    request = requested(panel, ["Made 003", "Stone-on-Sea"], None, 2020, "two", target="2024=500")
    found = calibrate(panel, request)
    assert found.instance.areas == ("made_003", "stone_on_sea")
    assert errors(examine(found.instance)) == []
    run = baseline(found.instance)
    codes = request.codes
    for measure, flow in (("cla_started", run.entries[0]), ("cla_ceased", run.exits[0])):
        assert flow == pytest.approx(panel.matrix(measure, codes, [2020]).sum(), rel=1e-4)


def test_a_region_is_all_its_councils(panel):
    request = requested(panel, [], "middle", None, "region")
    assert (len(request.codes), request.year) == (20, 2022)
    assert request.title == "Middle from 2022-23"


def test_what_is_asked_for_must_be_there(panel):
    with pytest.raises(UsageError, match="--council"):
        requested(panel, [], None, 2020, "none")
    with pytest.raises(UsageError, match="no children in care are published for 31 March 2022"):
        few = panel.until(2021)
        rows = few.rows[few.rows["year"] <= 2021]
        later = panel.rows[(panel.rows["year"] == 2022) & (panel.rows["code"] != "300")]
        import pandas as pd

        from allocator.calibrate.panel import Panel

        gone = Panel(pd.concat([rows, later]), panel.names, panel.regions, panel.aliases)
        calibrate(gone, Request(["300"], 2022, "gone", target=1))
    with pytest.raises(UsageError, match="2030=375"):
        requested(panel, ["Made 003"], None, 2020, "none", target="few")


def test_the_folder_is_whole_and_read_back(panel, tmp_path):
    found = made(panel)
    write_calibrated(found, tmp_path / "one")
    assert read(tmp_path / "one").hash == found.instance.hash
    page = (tmp_path / "one" / "README.md").read_text(encoding="utf-8")
    assert "| entries, first year" in page
    assert "England's ratio of 2024-25" in page
    told = json.loads((tmp_path / "one" / "calibration.json").read_text(encoding="utf-8"))
    assert told["kind"] == "published"
    entries = told["flows"]["made"]["entries_a_year"]
    assert entries["low"] < entries["estimate"] < entries["high"]
    assert entries["reconciled"] == pytest.approx(found.flows.entries[0], rel=1e-4)
    with pytest.raises(UsageError, match="exists already"):
        write_calibrated(found, tmp_path / "one")
    write_calibrated(found, tmp_path / "one", force=True)
    with pytest.raises(UsageError, match="write to a folder"):
        write_calibrated(found, tmp_path / "one.xlsx")


SERVES = {name: service.serves for name, service in SERVICES.items()}


def test_effects_follow_the_evidence_and_the_councils_own_risks(panel):
    found = made(panel)
    rows = [
        r for r in found.instance.tables["effects"] if r["service"] == "family_group_conference"
    ]
    first = found.councils[0].first
    entering = {s: first.moves.get((e.PLAN, s), 0.0) for s in e.CARE}
    for row in rows:
        share = entering[row["to"]] / sum(entering.values())
        assert row["effect"] == pytest.approx(0.086 * share, abs=1e-6)
        assert row["low"] <= row["effect"] <= row["high"]
        assert row["evidence"] == "strong: randomised trial"
    assert {row["to"] for row in rows} == set(e.CARE) - {e.WITH_PARENTS, e.SUPPORTED}


def test_an_evidence_table_of_ones_own(panel, tmp_path):
    lines = STARTER.read_text(encoding="utf-8").replace("0.086,0.038,0.134", "0.05,0,0.1")
    mine = tmp_path / "mine.csv"
    mine.write_text(lines, encoding="utf-8")
    effects = made(panel, evidence=mine).instance.tables["effects"]
    [foster] = [
        r for r in effects if (r["service"], r["to"]) == ("family_group_conference", "foster")
    ]
    usual = made(panel).instance.tables["effects"]
    [before] = [
        r for r in usual if (r["service"], r["to"]) == ("family_group_conference", "foster")
    ]
    assert foster["effect"] == pytest.approx(before["effect"] * 0.05 / 0.086, abs=1e-6)


def test_every_mistake_in_an_evidence_table_is_told(tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text(
        "service,from,to,instead,lag_years,basis,effect,low,high\n"
        "magic,need,,,1,risk,0.3,0,0.4\n"
        "reunification,plan,foster,need,0,case,0.1,0,0.2\n"
        "family_support,need,foster,,1,risk,lots,0,1\n"
        "family_hubs,need,heaven,,1,guess,0.1,0,1\n",
        encoding="utf-8",
    )
    with pytest.raises(InstanceError) as caught:
        read_evidence(mine, SERVES)
    found = {(p.row, p.column) for p in caught.value.problems}
    assert found == {(2, "service"), (3, "from"), (4, "to"), (4, "effect"), (5, "basis"), (5, "to")}


def test_an_evidence_table_without_its_columns(tmp_path):
    (tmp_path / "e.csv").write_text("id,effect\nE1,-8.6 pp\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"service.*are missing"):
        read_evidence(tmp_path / "e.csv", SERVES)


@pytest.mark.skipif(not SHARED.exists(), reason="the published tables are not here")
@pytest.mark.parametrize("name", ["derbyshire", "enfield", "reading"])
def test_as_good_as_the_instances_made_by_hand(name):
    """Stocks the same to a child; costs, levels and first-year flows within 2%."""
    from pathlib import Path

    by_hand = read(Path(__file__).parents[2] / "instances" / f"{name}-2025")
    panel = _shared()
    found = calibrate(panel, Request([find_council(panel, name)], 2025, name, target=1)).instance
    for (_, state), ours in found.resolved.states.items():
        [theirs] = [s for (_, n), s in by_hand.resolved.states.items() if n == state]
        assert (ours.tier, ours.in_care) == (theirs.tier, theirs.in_care)
        assert ours.opening == pytest.approx(theirs.opening, abs=1)  # suppressed cells are shared
        # by hand the agency's premium is in `roles`, here in the social work of each child
        assert ours.unit_cost == pytest.approx(theirs.unit_cost, rel=0.03 if ours.in_care else 0.06)
        assert ours.cashable_share == pytest.approx(theirs.cashable_share, abs=0.02)
    spent, same = (_statutory(each) for each in (found, by_hand))
    assert spent == pytest.approx(same, rel=0.005)
    for (_, service), ours in found.resolved.services.items():
        [theirs] = [s for (_, n), s in by_hand.resolved.services.items() if n == service]
        assert ours.baseline == pytest.approx(theirs.baseline, rel=0.02)
    ours, theirs = baseline(found), baseline(by_hand)
    assert ours.entries[0] == pytest.approx(theirs.entries[0], rel=0.02)
    assert ours.exits[0] == pytest.approx(theirs.exits[0], rel=0.02)


def _statutory(instance):
    """£ of a year at the start, the agency's premium with it."""
    data = instance.resolved
    posts = sum(r.agency_opening * (r.agency_cost or 0) for r in data.roles.values())
    return posts + sum(s.opening * s.unit_cost for s in data.states.values())


_READ: list[object] = []


def _shared():
    if not _READ:
        _READ.append(read_panel(SHARED))
    return _READ[0]
