"""Every family and cell in a council's words, with the file and row it comes from."""

from __future__ import annotations

import pytest

from allocator.explain.citing import Citer, merged
from allocator.instance import read
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS
from allocator.instance.writing import write
from allocator.solving.session import build
from allocator.vocabulary import AFTER_WINDOW, IN_WINDOW
from tests.plans import NAMES, instance_of

DATED = ("year", "period")


@pytest.mark.parametrize("case", NAMES)
def test_every_row_and_column_is_cited(case):
    instance = instance_of(case)
    citer, program = Citer(instance), build(instance)
    for family in (*program.rows.values(), *program.columns.values()):
        if family.name in (IN_WINDOW, AFTER_WINDOW):
            continue
        for index in family.indices[:: max(1, len(family.indices) // 40)]:
            cited = citer.member(family, index)
            spend_of_none = family.name in ("tier_spend", "spend")
            assert cited.cells or spend_of_none
            assert "{" not in cited.words
            assert bool(cited.years) == any(key in family.keys for key in DATED)
            for cell in cited.cells:
                rows = [r for t in instance.tables.values() for r in t if r.file == cell.file]
                assert cell.row is None or cell.row in {row.number for row in rows}


def test_words_and_rows():
    citer, rows = Citer(instance_of("window")), build(instance_of("window")).rows
    fund = citer.member(rows["fund_balance"], ("core", "all", 2021))
    assert (fund.words, fund.where) == ("the 2021-22 core budget", "budgets.csv, row 5")
    growth = citer.member(rows["growth_limited"], ("window", "conference", 2))
    assert growth.words == "the growth limit of conference in 2021-22"
    assert growth.cells[0].key == "services.conference.growth_per_year"
    target = citer.member(rows["target_met"], ("all", 2026))
    assert target.words == "the target of 1,121 children in care by the end of 2026-27"
    assert target.cells[0].key == "targets.2025.children"
    protected = citer.member(rows["statutory_protected"], (2020,))
    assert protected.where == "instance.toml, double_investment.protect_statutory"
    assert protected.cells[0].value == 1.0


def test_the_row_of_an_area_is_the_one_in_force():
    instance = instance_of("two-areas")
    citer, rows = Citer(instance), build(instance).rows
    for area in instance.areas:
        for (where, service), data in instance.resolved.services.items():
            if where == area:
                cell = citer.member(rows["coverage_limited"], (area, service, 1)).cells[0]
                assert cell.value == data.coverage
    for (fund, owner, year), amount in instance.resolved.budgets.items():
        cited = citer.member(rows["fund_balance"], (fund, owner, year))
        assert cited.cells[0].value == (amount if "budgets" in cited.where else fund)
        assert amount == 0 or "budgets" in cited.where
        assert (not cited.areas) == (owner == "all")


def test_years_and_areas_are_joined():
    citer, rows = Citer(instance_of("two-areas")), build(instance_of("two-areas")).rows
    areas = instance_of("two-areas").areas
    service = next(iter(instance_of("two-areas").resolved.services))[1]
    several = [
        citer.member(rows["growth_limited"], (area, service, t))
        for area in areas
        for t in (1, 2, 3, 5)
    ]
    (one,) = merged(several)
    assert one.years == {2020, 2021, 2022}
    assert len(one.areas) == 2
    assert "2020-21 to 2022-23" in one.words


def test_a_workbook_is_cited_by_sheet(tmp_path):
    path = tmp_path / "council.xlsx"
    write(instance_of("window"), path)
    citer, rows = Citer(read(path)), build(read(path)).rows
    cited = citer.member(rows["fund_balance"], ("core", "all", 2021))
    assert cited.where == "council.xlsx: budgets, row 5"
    protected = citer.member(rows["statutory_protected"], (2020,))
    assert protected.cells[0].file == "council.xlsx: instance"


def test_every_cell_has_words():
    instance = instance_of("two-areas")
    citer = Citer(instance)
    for table, rows in instance.tables.items():
        for row in rows[:3]:
            for column in TABLES[table].names:
                cited = citer.row(row, column)
                assert "{" not in cited.words
                assert cited.cells[0].row == row.number


def test_a_place_as_set_names_it():
    citer = Citer(instance_of("window"))
    (cited,) = citer.place("budgets.core.2021.amount")
    assert cited.words == "the 2021-22 core budget"
    assert len(citer.place("budgets.core.*.amount")) == 8
    (setting,) = citer.place("double_investment.longest")
    assert setting.cells[0].value == 3
    assert all(citer.place(f"instance.{c.name}") for c in SETTINGS["instance"])


@pytest.mark.parametrize("text", ["budgets.core.1999.amount", "budgets.core.2021.sum",
                                  "instance.nothing", "nothing.at.all"])  # fmt: skip
def test_a_place_that_is_none_is_refused(text):
    from allocator.errors import UsageError

    with pytest.raises(UsageError):
        Citer(instance_of("window")).place(text)
