"""A small good instance as text, and the edits that make it bad in one place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SETTINGS = """\
schema = 1
[instance]
name = "base"
first_year = 2020
years = 4
periods_per_year = 2
[double_investment]
longest = 2
starts = [2020, 2021]
"""

TABLES = {
    "areas": """\
area
north
south
""",
    "states": """\
area,state,tier,in_care,opening,unit_cost
,need,statutory,,400,5000
,foster,statutory,yes,100,40000
""",
    "transitions": """\
area,from,to,rate,avoidable_share,year
,need,exit,0.7,,
,need,foster,0.1,0.3,
,foster,exit,0.35,,
,foster,foster,,0.2,
""",
    "arrivals": """\
area,state,year,children
,need,2020,330
""",
    "services": """\
area,service,tier,from,unit_cost,baseline,coverage,growth_per_year,minimum,maximum,first_year
,hub,early_help,need,1500,40,0.5,60,,,
,home_again,statutory,foster,9000,5,0.3,10,,50,
""",
    "effects": """\
area,service,from,to,instead,lag_years,effect,low,high
,hub,need,foster,,1,0.05,0.01,0.08
,home_again,foster,foster,exit,0,0.3,,
""",
    "returns": """\
area,service,up_to,multiplier
,hub,0.5,1
,hub,1,0.5
""",
    "funds": """\
area,fund,tiers,window_only,carry_forward
,core,all,,0.5
,extra,early_help;edge_of_care,yes,
""",
    "budgets": """\
area,fund,year,amount
,core,2020,20000000
,core,2021,20000000
,core,2022,20000000
,core,2023,20000000
,extra,2020,1000000
""",
    "limits": """\
area,item,year,minimum,maximum
,early_help,,1000,
""",
    "targets": """\
area,year,children
,2022,190
""",
    "prices": """\
area,item,year,index
,all,2021,1.02
""",
    "drivers": """\
area,driver,year,value
,poverty,2019,25
,poverty,2022,26.5
""",
    "responses": """\
area,driver,from,to,response,lag_years,low,high
,poverty,need,exit,0.014,1,0.01,0.02
""",
    "roles": """\
area,role,opening,unit_cost,leaving_rate,hires_per_year,training_years,agency_cost,agency_share,agency_opening
,social_worker,27,,0.15,10,0.5,25000,0.2,2
,hub_worker,4,45000,0.1,8,,,,
""",
    "workloads": """\
area,role,item,caseload
,social_worker,need,16
,social_worker,hub,40
,hub_worker,hub,60
""",
    "practices": """\
area,practice,role,unit_cost,time,share,growth_per_year
,admin,social_worker,7000,1.25,0.8,10
""",
    "benefits": """\
area,item,to_whom,amount,lag_years,kind,low,high,evidence
,hub,nhs,300,1,fiscal,200,400,2
,need,schools,-500,,,,,
""",
    "inflation": """\
year,index
2019,0.98
2020,1
2021,1.02
2022,1.04
2023,1.06
""",
    "optimism": """\
evidence,share
3,0.1
""",
    "scenarios": """\
scenario,probability,parent,branches
central,0.6,,
weak,0.4,,2022
""",
    "changes": """\
scenario,cell,value
weak,states.need.opening,*1.1
""",
}


@dataclass
class Draft:
    """An instance as text: the settings and, by table, rows of cells (the heading first)."""

    settings: str = SETTINGS
    tables: dict[str, list[list[str]]] = field(
        default_factory=lambda: {
            name: list(csv.reader(io.StringIO(text))) for name, text in TABLES.items()
        }
    )

    def write(self, folder: Path) -> Path:
        """The draft as a folder."""
        folder.mkdir(exist_ok=True)
        (folder / "instance.toml").write_text(self.settings, encoding="utf-8")
        for name in self.tables:
            self.write_table(folder, name)
        return folder

    def write_table(self, folder: Path, name: str) -> None:
        """One table of the draft."""
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(self.tables[name])


Edit = Callable[[Draft], None]


def draft(*edits: Edit) -> Draft:
    made = Draft()
    for edit in edits:
        edit(made)
    return made


def cell(table: str, row: int, column: str, value: str) -> Edit:
    """Change a cell; rows are counted as a spreadsheet does.  A column is added if need be."""

    def edit(made: Draft) -> None:
        rows = made.tables[table]
        if column not in rows[0]:
            for number, line in enumerate(rows):
                line.append("" if number else column)
        rows[row - 1][rows[0].index(column)] = value

    return edit


def add(table: str, **cells: str) -> Edit:
    """Add a row at the end."""

    def edit(made: Draft) -> None:
        rows = made.tables[table]
        rows.append([""] * len(rows[0]))
        for column, value in cells.items():
            cell(table, len(rows), column.rstrip("_"), value)(made)

    return edit


def drop(table: str, *rows: int) -> Edit:
    """Take out rows, or the whole table."""

    def edit(made: Draft) -> None:
        if not rows:
            del made.tables[table]
        for row in sorted(rows, reverse=True):
            del made.tables[table][row - 1]

    return edit


def setting(old: str, new: str) -> Edit:
    """Replace a line of the settings."""

    def edit(made: Draft) -> None:
        assert old in made.settings, old
        made.settings = made.settings.replace(old, new)

    return edit
