"""Who leaves care and is still paid for: told apart from other exits, at what was spent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from allocator.calibrate.panel import Panel, find_council, read_panel
from allocator.calibrate.published import Request, calibrate
from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import account
from allocator.calibrate.published.aftercare import Aftercare, supported
from allocator.calibrate.published.figures import PublishedFigures
from allocator.calibrate.published.money import outturn
from allocator.calibrate.ssda903.rates import ADULT
from allocator.calibrate.ssda903.settings import read_settings
from allocator.instance.check import examine
from allocator.instance.problems import errors
from allocator.instance.schema import EXIT
from allocator.simulate import baseline
from tests.calibrate.made import rows_of, write
from tests.calibrate.ssda903.made import calibrated

NAME, CODE, YEAR = "Made 003", 303, 2020
ORDERS, ADULTS, SPENT = 12, 40, 900_000


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Panel:
    folder: Path = tmp_path_factory.mktemp("published")
    rows = [row for row in rows_of(12) if row["fy_end"] <= YEAR]
    for row in rows:
        own = row["area"] == NAME and row["fy_end"] == YEAR
        row["s251_leaving_care"] = SPENT if own else ""
        row["child_poverty_pct"] = 18.5 if own else ""
    write(folder / "panel.csv", rows)
    cells = {"Reason episode ceased": {"Special guardianship order": ORDERS, "Adopted": 3},
             "Age on ceasing": {"18 years and over": ADULTS}}  # fmt: skip
    write(folder / "ceased.csv", [
        {"level": "Local authority", "area": NAME, "la_code": f"{CODE}.0", "fy_end": YEAR,
         "group": group, "characteristic": what, "number": number}
        for group, found in cells.items() for what, number in found.items()
    ])  # fmt: skip
    return read_panel(folder)


def test_orders_and_leavers_become_states_that_cost_what_was_spent(published: Panel) -> None:
    ways = account(PublishedFigures(published, str(CODE), YEAR)).aftercare
    assert ways[e.LEAVING_CARE] == Aftercare(ADULTS, SPENT)
    assert ways[e.GUARDIANSHIP].leavers == ORDERS
    code = find_council(published, NAME)
    made = calibrate(published, Request([code], YEAR, "made", "Made", target=1))
    assert errors(examine(made.instance)) == []
    states = {name: state for (_, name), state in made.instance.resolved.states.items()}
    for name, way in ways.items():
        assert not states[name].in_care
        assert states[name].opening == pytest.approx(way.leavers * e.YEARS_SUPPORTED[name][0])
        assert states[name].opening * states[name].unit_cost == pytest.approx(way.spend, rel=1e-3)
    spent = sum(s.opening * s.unit_cost for s in states.values() if s.tier == "statutory")
    assert spent == pytest.approx(outturn(made.councils[0].account)["statutory"], rel=1e-3)
    run = baseline(made.instance)
    names = [name for _, name in made.instance.resolved.states]
    at = names.index(e.LEAVING_CARE)
    assert run.children[4, at] == pytest.approx(run.children[0, at], rel=0.02)  # as many come as go
    assert run.exits[0] == pytest.approx(published.value("cla_ceased", code, YEAR), rel=1e-4)
    notes = [r["note"] for r in made.instance.tables["states"] if r["state"] == e.LEAVING_CARE]
    assert "(3 to 7: " in notes[0]


def test_child_poverty_and_unaccompanied_children_become_drivers_that_change_nothing(
    published: Panel,
) -> None:
    code = find_council(published, NAME)
    made = calibrate(published, Request([code], YEAR, "made", "Made", target=1)).instance
    drivers = {row["driver"]: row for row in made.tables["drivers"]}
    assert drivers["child_poverty"]["value"] == 18.5
    assert drivers["unaccompanied"]["value"] == published.value("uasc_31mar", code, YEAR)
    assert "the national transfer threshold" in drivers["unaccompanied"]["note"]
    told = {row["driver"]: row for row in made.tables["responses"]}
    assert "correlation" in told["child_poverty"]["evidence"]
    none = replace(made, tables={**made.tables, "drivers": (), "responses": ()})
    assert baseline(none).children == pytest.approx(baseline(made).children)


def test_without_the_figures_exits_stay_free(panel: Panel) -> None:
    assert account(PublishedFigures(panel, panel.councils[0], YEAR)).aftercare == {}


def test_no_more_leave_by_a_way_than_leave() -> None:
    moves = {(e.FOSTER, EXIT): 10.0, (e.FOSTER, e.NEED): 5.0, (e.SUPPORTED, EXIT): 8.0}
    ways = {e.GUARDIANSHIP: Aftercare(4, 1.0), e.LEAVING_CARE: Aftercare(900, 1.0)}
    found = supported(ways, moves, 23.0)
    assert found[e.FOSTER, e.GUARDIANSHIP] == pytest.approx(4)
    assert sum(found.values()) == pytest.approx(sum(moves.values()))
    assert min(found.values()) > 0
    assert found[e.FOSTER, e.NEED] == 5


def test_returns_tell_who_turned_18_and_who_got_a_guardian() -> None:
    made = calibrated(150, 4, settings=read_settings())
    instance = made.instance
    states = {row["state"]: row for row in instance.tables["states"]}
    rows = [row for row in instance.tables["transitions"] if row.values.get("year") is None]
    for name in e.AFTER:
        into = sum(r["rate"] * states[r["from"]]["opening"] for r in rows if r["to"] == name)
        years = e.YEARS_SUPPORTED[name][0]
        assert states[name]["opening"] == pytest.approx(into * years, rel=0.35)  # first-year rates
    grown = {made.tally.names[c.start] for c in made.estimates.cells if c.end == ADULT}
    assert {r["from"] for r in rows if r["to"] == e.LEAVING_CARE} >= grown
    assert not any(states[name].values.get("in_care") for name in e.AFTER)
    run = baseline(instance)
    left = made.tally.exits[:, :, -1].sum()
    assert run.exits[0] == pytest.approx(left, rel=1e-6)
    assert np.isfinite(run.children).all()
