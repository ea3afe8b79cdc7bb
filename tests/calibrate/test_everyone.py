"""Every council of a year as one instance: who is in it, what its grants are, that it solves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from allocator.calibrate.panel import find_council, read_panel
from allocator.calibrate.published import calibrate, requested
from allocator.calibrate.published import england as e
from allocator.calibrate.published.figures import PublishedFigures
from allocator.calibrate.published.grants import (
    PREVENTION,
    TRANSFORMATION,
    grant_shares,
    read_shares,
)
from allocator.cli import cli
from allocator.errors import InstanceError, UsageError
from allocator.instance import Row, read
from allocator.instance.check import examine
from allocator.instance.problems import errors
from allocator.simulate import baseline
from allocator.solving.areas.ladder import AreaLadder
from allocator.solving.session import Session
from tests.calibrate.made import rows_of, write


def rows():
    """Four councils, of which one is a pathfinder; a tiny one, an empty one, one that is gone."""
    made = [row for row in rows_of(4) if row["fy_end"] >= 2017]
    for row in made:
        row["area"] = "Luton" if row["area"] == "Made 001" else row["area"]
        row["child_poverty_pct"] = 15 if row["area"] == "Luton" else 30
    like = [row for row in made if row["area"] == "Made 000"]
    for number, name, care in ((901, "City of London", 7), (902, "Isles of Scilly", 0)):
        made += [{**row, "la_code": number, "area": name, "cla_31mar": care} for row in like]
    gone = [row for row in like if row["fy_end"] <= 2019]
    made += [{**row, "la_code": 903, "area": "Poole"} for row in gone]
    england = {"la_code": "", "area": "England", "region": "", "child_poverty_pct": 20}
    nation = 5000
    blank = dict.fromkeys(made[0], "")
    made.append({**blank, **england, "fy_end": 2022, "cla_31mar": nation})
    return [{**dict.fromkeys(("child_pop_0_17", "cin_31mar"), ""), **row} for row in made]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write(tmp_path_factory.mktemp("every") / "panel.csv", rows())


@pytest.fixture(scope="module")
def country(table):
    panel = read_panel(table)
    return panel, calibrate(panel, requested(panel, [], None, None, "all", every=True, target="2"))


def published(*words):
    return CliRunner().invoke(cli, ["calibrate", "published", *map(str, words)])


def test_every_council_of_the_last_whole_year_is_an_area(country):
    _, made = country
    assert made.request.year == 2022
    assert made.instance.areas == ("luton", "made_000", "saint_mary_and_hill", "stone_on_sea")
    assert made.instance.title == "England from 2022-23"
    assert errors(examine(made.instance)) == []
    groups = {row["area"]: row["group"] for row in made.instance.tables["areas"]}
    assert groups["luton"] == "Middle" and groups["stone_on_sea"] == "North"
    assert (made.instance.periods_per_year, made.instance.years) == (4, 10)
    assert made.instance.windows


def test_who_is_left_out_is_named_with_what_it_holds(table, tmp_path):
    out = tmp_path / "out"
    done = published(table, "--all", "--out", out, "--target", "1")
    assert done.exit_code == 0, done.output
    page = (out / "README.md").read_text(encoding="utf-8")
    for text in (done.output, page):
        assert "of England's 5,000 children in care as published" in text
        assert "City of London: 7 in care, 0.140%; fewer than 20 children in care" in text
        assert "Isles of Scilly: 0 in care; no children in care" in text
        assert "Poole: 0 in care; no figures for 2022: its figures end in 2019" in text
    assert "4 areas hold" in done.output
    assert read(out).areas == ("luton", "made_000", "saint_mary_and_hill", "stone_on_sea")


def test_it_is_solved_area_by_area(country):
    """By years, for a target below what doing nothing gives."""
    instance = replace(country[1].instance, periods_per_year=1, double_investment=None)
    paths = np.sum(list(baseline(instance).children_in_care.values()), axis=0)
    target = Row("targets", 2, "", {"year": 2027, "children": float(min(paths[5:])) - 5})
    session = Session(by="areas")
    solved = session.solve(replace(instance, tables={**instance.tables, "targets": (target,)}))
    assert solved.best is not None and solved.best.certificate.passed
    assert isinstance(session.ladder, AreaLadder) and not session.ladder.others


def amounts(instance, fund):
    return [row["amount"] for row in instance.tables["budgets"] if row["fund"] == fund]


def shares(panel, name, told=None):
    figures = PublishedFigures(panel, find_council(panel, name), 2022)
    return grant_shares(figures, told or {}, "shares.csv")


def test_pathfinders_have_no_part_of_the_transformation_fund(country):
    panel, made = country
    part = 1 / (e.COUNCILS - 10)
    assert len(e.PATHFINDERS) == 10
    assert shares(panel, "Made 000").share[TRANSFORMATION] == part
    assert shares(panel, "Luton").share[TRANSFORMATION] == 0
    three = 3 * part * e.TRANSFORMATION  # Luton is the fourth
    assert amounts(made.instance, TRANSFORMATION) == pytest.approx([three] * 3, abs=501)
    rows = [r for r in made.instance.tables["budgets"] if r["fund"] == TRANSFORMATION]
    assert all("none to the ten pathfinders" in row["source"] for row in rows)


def test_the_prevention_grant_goes_by_need_and_poverty(country):
    _, made = country
    [council] = [c for c in made.councils if c.area == "luton"]
    children = council.account.children
    in_need = 330 * children / 1e4 / (e.RATIOS["cin_31mar", "child_pop_0_17"] * e.CHILDREN)
    poor = 0.15 * children / (0.20 * e.CHILDREN)
    assert council.grants.share[PREVENTION] == pytest.approx((in_need + poor) / 2)
    share = sum(c.grants.share[PREVENTION] for c in made.councils)
    assert amounts(made.instance, PREVENTION)[:2] == pytest.approx(
        [270e6 / 2 * share, 528.5e6 / 2 * share], abs=501
    )
    rows = [r for r in made.instance.tables["budgets"] if r["fund"] == PREVENTION]
    assert all("half by children in poverty" in row["source"] for row in rows)


def test_shares_of_a_file_take_the_place_of_the_assumption(country, table, tmp_path):
    panel, _ = country
    file = tmp_path / "shares.csv"
    file.write_text("council,prevention_grant\nluton,0.02\nMade 000,0.01\n", encoding="utf-8")
    done = published(
        table, "--council", "Luton", "--council", "Made 000", "--shares", file,
        "--out", tmp_path / "out", "--target", "1",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    made = read(tmp_path / "out")
    assert amounts(made, PREVENTION)[-1] == 7_928_000  # 0.03 of half of £528.5m
    assert amounts(made, TRANSFORMATION)[0] > 0  # not in the file: by its rule
    assert any("shares of shares.csv" in row["source"] for row in made.tables["budgets"])
    with pytest.raises(UsageError, match=r"shares.csv: has no prevention_grant of Stone-on-Sea"):
        shares(panel, "Stone-on-Sea", read_shares(file, panel))


def test_every_mistake_in_a_table_of_shares_is_told(country, tmp_path):
    panel, _ = country
    file = tmp_path / "shares.csv"
    file.write_text(
        "council,transformation,note\nLuton,0.9,\nNowhere,0.1,\nMade 000,2%,\nLuton,0.3,\n",
        encoding="utf-8",
    )
    with pytest.raises(InstanceError) as caught:
        read_shares(file, panel)
    found = [(p.file, p.row, p.column, p.value) for p in caught.value.problems]
    assert found == [
        ("shares.csv", 3, "council", "Nowhere"),
        ("shares.csv", 4, "transformation", "2%"),
        ("shares.csv", 5, "council", "Luton"),
    ]
    file.write_text("council,transformation\nLuton,0.9\nMade 000,0.3\n", encoding="utf-8")
    with pytest.raises(InstanceError, match="is more than the whole when added up"):
        read_shares(file, panel)
    file.write_text("name,share\nLuton,0.9\n", encoding="utf-8")
    with pytest.raises(UsageError, match="give it the columns council and prevention_grant or"):
        read_shares(file, panel)


def test_all_is_asked_for_alone(country):
    panel, _ = country
    with pytest.raises(UsageError, match="leave --council and --region out"):
        requested(panel, ["Luton"], None, 2022, "x", every=True)
    with pytest.raises(UsageError, match="no council has children in care published for 2010"):
        requested(panel, [], None, 2010, "x", every=True)
