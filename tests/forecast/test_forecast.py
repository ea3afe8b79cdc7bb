"""The baseline with intervals: the same numbers, and wider the further and the fewer."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from allocator.errors import UsageError
from allocator.forecast import draws, forecast, read_doubt
from allocator.forecast.doubt import ENGLAND, doubt_of
from allocator.report.charts.forecast import picture
from allocator.report.pages.forecast import text
from allocator.simulate import Simulator, baseline
from tests.plans import CASES, instance_of


def found(case="window", level=0.8, doubt=ENGLAND):
    return forecast(instance_of(case), doubt, level=level)


@pytest.mark.parametrize("case", ["window", "two-areas", "hand"])
def test_the_numbers_are_the_baselines(case):
    made, run = found(case), baseline(instance_of(case))
    clock = Simulator(instance_of(case)).clock
    table = made.table()
    totals = table[(table["state"] == "in care") & (table["area"] == "")]["children"].to_numpy()
    assert totals == pytest.approx(sum(run.children_in_care.values()))
    for column, (area, state) in enumerate(made.instance.resolved.states):
        mine = area if made.instance.has_areas else ""
        rows = table[(table["state"] == state) & (table["area"] == mine)]["children"]
        assert rows.to_numpy() == pytest.approx(run.children[clock.year_ends, column])


def test_intervals_hold_the_middle_and_widen():
    for line in found().lines:
        assert np.all(line.low < line.children)
        assert np.all(line.children < line.high)
        assert np.all(np.diff(np.log(line.high / line.low)) > 0) or line.children.min() < 5
    narrow, wide = found(level=0.5).lines[0], found(level=0.95).lines[0]
    assert np.all(wide.low < narrow.low)
    assert np.all(narrow.high < wide.high)


def test_the_width_by_hand():
    """One state in care: sqrt(1.8 (1 - exp(-2x)) / n + c) in the first year, times 1.2816."""
    line = found("hand").lines[0]
    n = line.children[0]
    sd = np.sqrt(1.8 * (1 - np.exp(-2 * 0.37)) / n + 0.004)
    assert line.high[0] / n == pytest.approx(np.exp(1.2815516 * sd))


def test_areas_add_up_and_share_drift():
    made = found("two-areas")
    lines = {(line.area, line.state): line for line in made.lines}
    total = lines["", "in care"]
    parts = [lines[area, "in care"] for area in made.instance.areas]
    assert total.children == pytest.approx(sum(p.children for p in parts))
    assert np.all(total.high < sum(p.high for p in parts))


RATES = {
    "kind": "ssda903", "level": 0.8,
    "rates": [
        {"from": "care", "to": "exit", "mean": 0.3, "low": 0.2, "high": 0.4},
        {"from": "outside care", "to": "care", "mean": 10.0, "low": 6.0, "high": 14.0},
    ],
}  # fmt: skip


def test_uncertain_rates_widen_the_interval():
    doubt = doubt_of(RATES)
    assert doubt.rates["care", "exit"] == pytest.approx(0.2 / (2 * 1.2815516) / 0.3)
    plain, drawn = found("hand").lines[0], found("hand", doubt=doubt).lines[0]
    assert drawn.children == pytest.approx(plain.children)
    assert np.all(drawn.high > plain.high)
    again = found("hand", doubt=doubt).lines[0]
    assert np.array_equal(drawn.high, again.high)  # the draws are the same every time


def test_what_stands_beside_the_instance_is_used(tmp_path):
    shutil.copytree(CASES / "hand", tmp_path / "hand")
    assert read_doubt(tmp_path / "hand") is ENGLAND
    file = tmp_path / "hand" / "calibration.json"
    file.write_text(json.dumps(RATES), encoding="utf-8")
    assert read_doubt(tmp_path / "hand").rates
    assert read_doubt(tmp_path / "hand" / "instance.toml").rates
    file.write_text('{"kind": "crystal ball"}', encoding="utf-8")
    with pytest.raises(UsageError, match="calibrate again"):
        read_doubt(tmp_path / "hand")


def test_the_page_has_every_state_and_year():
    told = text(found("two-areas"))
    assert "Children in care by area" in told
    assert told.count("\n20") >= len(found("two-areas").years)
    assert "chance in few children" in told


def test_the_picture_has_a_panel_a_line():
    made = found()
    drawn = picture(made)
    assert drawn.count("<polyline") == drawn.count("<polygon") == len(made.lines)
    assert drawn.startswith("<svg")
    assert "nan" not in drawn


@pytest.mark.parametrize("timing", ["period", "continuous"])
@pytest.mark.parametrize("periods", [1, 4])
def test_rates_drawn_without_a_spread_are_the_baseline(monkeypatch, timing, periods):
    changes = f"instance.timing={timing}", f"instance.periods_per_year={periods}"
    instance = instance_of("two-areas", *changes)
    monkeypatch.setattr(draws, "_factors", lambda run, doubt: {})
    run = Simulator(instance)
    spread = draws.spread_of_rates(run, replace(ENGLAND, rates={("need", "exit"): 0.1}))
    ends = baseline(instance).children[run.clock.year_ends]
    assert spread == pytest.approx(np.broadcast_to(ends, spread.shape), rel=1e-9)


def test_rates_drawn_mean_what_they_say_whatever_the_periods():
    doubt = replace(ENGLAND, rates={("need", "exit"): 0.1})
    yearly, monthly = (
        draws.spread_of_rates(
            Simulator(
                instance_of(
                    "two-areas", "instance.timing=continuous", f"instance.periods_per_year={n}"
                )
            ),
            doubt,
        )
        for n in (1, 12)
    )
    assert yearly == pytest.approx(monthly, rel=1e-9)
