"""The starter instance: good as it stands, explained, and worth looking at."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from allocator.errors import UsageError
from allocator.instance import inspect, read
from allocator.instance.schema import FUTURES
from allocator.instance.settings import SETTINGS
from allocator.instance.starter import TEMPLATE, write_starter
from allocator.solving.solve import solve


@pytest.mark.parametrize("name", ["mine", "mine.xlsx"])
def test_it_is_good_in_a_folder_and_in_a_workbook(name: str, tmp_path: Path) -> None:
    write_starter(tmp_path / name)
    assert inspect(tmp_path / name)[1] == []
    assert read(tmp_path / name).hash == read(TEMPLATE).hash


def test_every_figure_is_called_an_assumption() -> None:
    instance = read(TEMPLATE)
    for rows in instance.tables.values():
        for row in rows:
            assert row["source"] == "assumption", row
    assert instance.remarks["instance.source"] == "assumption"


def test_every_setting_is_there_with_a_comment() -> None:
    text = (TEMPLATE / "instance.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)
    lines = text.splitlines()
    for section in ("instance", "double_investment", "reinvestment"):
        for column in SETTINGS[section]:
            if column.name not in ("source", "note"):
                assert column.name in given[section]
                line = next(line for line in lines if line.startswith(f"{column.name} ="))
                assert " # " in line, line


def test_every_table_has_a_note_or_stands_in_the_readme() -> None:
    more = more_tables()
    for name, rows in read(TEMPLATE).tables.items():
        assert name in {"areas", *FUTURES} or name in more or any(row["note"] for row in rows), name


def more_tables() -> dict[str, str]:
    """Tables that README.txt shows, commented out: name and text."""
    found, name = dict[str, list[str]](), ""
    for line in (TEMPLATE / "README.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and line.endswith(".csv"):
            name = line[2:-4]
        elif line.startswith("# ") and name:
            found.setdefault(name, []).append(line[2:])
        else:
            name = ""
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def test_tables_that_are_commented_out_are_good_ones(tmp_path: Path) -> None:
    write_starter(tmp_path / "mine")
    assert more_tables()
    for name, text in more_tables().items():
        (tmp_path / "mine" / f"{name}.csv").write_text(text, encoding="utf-8")
    instance, problems = inspect(tmp_path / "mine")
    assert problems == []
    assert instance is not None
    for name in more_tables():
        assert all(row["source"] for row in instance.tables[name]), name


def test_it_needs_a_double_investment() -> None:
    plan = solve(read(TEMPLATE))
    none, *others = plan.windows
    assert plan.status == "optimal"
    assert none.window is None
    assert none.status == "infeasible"
    assert any(outcome.status == "infeasible" for outcome in others)
    assert plan.window == (2026, 3)
    assert plan.to_dict()["payback_year"] == 2028  # its README.txt says: within three years


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_starter(tmp_path / "mine")
    with pytest.raises(UsageError, match="exists already"):
        write_starter(tmp_path / "mine")
    with pytest.raises(UsageError, match=r"to a folder, or to an \.xlsx workbook"):
        write_starter(tmp_path / "mine.csv")


def test_the_starters_notes_say_what_its_cells_say() -> None:
    row = read(TEMPLATE).tables["effects"][0]
    assert f"averts {row['effect']:g} moves" in row["note"]
