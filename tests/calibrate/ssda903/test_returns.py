"""Finding and reading files: years, encodings, headings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from allocator.calibrate.ssda903.observing import observe
from allocator.calibrate.ssda903.returns import encoding_of, find_returns, year_in
from allocator.errors import InstanceError, UsageError
from tests.calibrate.ssda903.made import PLAIN, episode, observed, write_return


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023", 2023), ("episodes_2023", 2023), ("2022-23", 2023), ("SSDA903 2022 to 2023", 2023),
        ("return_22-23", 2023), ("2022_2023", 2023), ("202223", 2023), ("episodes", None),
        ("v2", None),
    ],
)  # fmt: skip
def test_years_in_names(text: str, year: int | None) -> None:
    assert year_in(text) == year


def test_a_name_may_be_that_of_the_year_it_begins_in(tmp_path: Path) -> None:
    write_return(tmp_path / "2024", [episode(), episode("B", "01/03/2025")])
    assert observed(tmp_path).base == date(2025, 3, 31)


def test_without_a_year_in_its_name_a_return_is_of_its_latest_start(tmp_path: Path) -> None:
    write_return(tmp_path, [episode(), episode("B", "01/02/2023")])
    assert observed(tmp_path).base == date(2025, 3, 31)


def test_years_stand_in_folders_or_in_file_names(tmp_path: Path) -> None:
    write_return(tmp_path / "2022-23", [episode(start="01/06/2022")])
    write_return(tmp_path, [episode(start="01/06/2023")])
    for kind in ("episodes", "header"):
        (tmp_path / f"{kind}.csv").rename(tmp_path / f"{kind.upper()} 2024.CSV")
    assert [(f.kind, f.year) for f in find_returns(tmp_path)] == [
        ("episodes", 2023), ("header", 2023), ("episodes", 2024), ("header", 2024)
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode("Zoë", HOME_POST="–")], {"Zoë": "01/01/2014"})
    for file in (tmp_path / "2025").iterdir():
        file.write_text(file.read_text(encoding="utf-8"), encoding=encoding)
    told = encoding_of(tmp_path / "2025" / "episodes.csv")
    assert told == ("cp1252" if encoding == "cp1252" else "utf-8-sig")
    found = observed(tmp_path)
    assert found.tally.opening.sum() == 1
    assert not found.findings.counts["no_birth"]


def test_every_missing_column_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode()])
    for name, gone in (("episodes.csv", "REC"), ("header.csv", "DOB")):
        file = tmp_path / "2025" / name
        file.write_text(file.read_text(encoding="utf-8").replace(gone, "X"), encoding="utf-8")
    with pytest.raises(InstanceError) as error:
        observed(tmp_path)
    told = {(p.file, p.row, p.column) for p in error.value.problems}
    assert told == {("2025/episodes.csv", 1, "REC"), ("2025/header.csv", 1, "DOB")}


def test_a_folder_without_returns_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no episodes\.csv"):
        find_returns(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        find_returns(tmp_path / "nowhere")


def test_returns_that_end_before_the_day_asked_for(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode()])
    with pytest.raises(UsageError, match="end on 31 March 2025"):
        observe(tmp_path, PLAIN, end=date(2026, 3, 31))
    with pytest.raises(UsageError, match="0 whole years"):
        observe(tmp_path, PLAIN, start=date(2025, 1, 1))


def test_a_year_without_a_return_is_not_counted_as_if_it_had_one(tmp_path: Path) -> None:
    for year in (2022, 2024, 2025):
        write_return(
            tmp_path / str(year), [episode("A", "01/05/2021"), episode("B", f"01/05/{year - 1}")]
        )
    with pytest.raises(UsageError, match="for the year ending 31 March 2023"):
        observed(tmp_path)
    found = observe(tmp_path, PLAIN, start=date(2023, 3, 31))
    assert found.tally.entries.sum(axis=0).tolist() == [1, 1]


def test_a_return_without_episodes_is_a_year_without_one(tmp_path: Path) -> None:
    for year in (2023, 2024, 2025):
        write_return(tmp_path / str(year), [episode()] if year != 2024 else [])
    with pytest.raises(UsageError, match="for the year ending 31 March 2024"):
        observed(tmp_path)


def test_headings_dates_and_blank_lines_as_spreadsheets_leave_them(tmp_path: Path) -> None:
    (tmp_path / "episodes 2024-25.csv").write_text(
        "child,decom,rne,ls,cin,place,place_provider,dec,rec,more\n\n"
        '"1, a",1/5/2024 00:00,S,C2,N1,U4,PR1,,,\n'
        ",,,,,,,,,\n"
        " 2 ,2024-06-01,S,c2,N1,k2,pr1,01/02/2025,e4a,\n"
        "3,01/06/24,S,C2,N1,U4,PR1,,,\n",
        encoding="utf-8",
    )
    (tmp_path / "header 2024-25.csv").write_text(
        'CHILD,DOB\n"1, a",01/04/2014\n2,2013-04-01\n\n', encoding="utf-8"
    )
    found = observed(tmp_path)
    assert dict(found.findings.counts) == {"no_start": 1}
    assert found.findings.places["no_start"] == [(0, 6)]
    assert found.tally.entries.sum() == 2
    assert found.tally.opening.sum() == 1
