"""Returns that would be misread: refused by file and row, or read as they were meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from allocator.calibrate.ssda903.dates import UNREADABLE, day_of, form_of
from allocator.calibrate.ssda903.observing import Observed, observe
from allocator.errors import InstanceError, UsageError
from tests.calibrate.ssda903.made import PLAIN, episode, observed, write_return

EPOCH = date(1970, 1, 1)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
FORMS: dict[str, Callable[[date], str]] = {
    "day first": lambda d: f"{d:%d/%m/%Y}",
    "month first": lambda d: f"{d:%m/%d/%Y}",
    "month first, bare": lambda d: f"{d.month}/{d.day}/{d.year} 0:00",
    "dashes": lambda d: f"{d:%d-%m-%Y}",
    "dots": lambda d: f"{d:%d.%m.%Y}",
    "named": lambda d: f"{d.day:02}-{MONTHS[d.month - 1]}-{d.year}",
    "in full": lambda d: f"{d:%d %B %Y}",
    "year first": lambda d: f"{d:%Y-%m-%d}",
    "year first, slashes": lambda d: f"{d:%Y/%m/%d}",
}


def made(
    folder: Path, form: Callable[[date], str], children: int = 60, first: str = "A", **more: str
) -> None:
    """A return of 2025 with so many children, who started on days all over the year before."""
    starts = [date(2024, 4, 2) + timedelta(days=6 * n) for n in range(children)]
    names = [f"{first}{n}" for n in range(children)]
    rows = [
        episode(name, form(start), form(date(2025, 3, 1)) if n % 3 == 0 else "", **more)
        for n, (name, start) in enumerate(zip(names, starts, strict=True))
    ]
    births = {name: form(date(2012, 1 + n % 12, 1 + n % 28)) for n, name in enumerate(names)}
    write_return(folder / "2025", rows, births)


def counts(found: Observed) -> list[object]:
    tally = found.tally
    return [tally.stock.tolist(), tally.entries.tolist(), tally.exits.tolist(), found.ages.tolist()]


@pytest.mark.parametrize("form", FORMS)
def test_dates_in_every_form_are_the_same_days(form: str, tmp_path: Path) -> None:
    made(tmp_path / "usual", FORMS["day first"])
    made(tmp_path / "other", FORMS[form])
    usual, other = observed(tmp_path / "usual"), observed(tmp_path / "other")
    assert counts(other) == counts(usual)
    assert not other.findings.counts["no_start"]


@pytest.mark.parametrize("form", FORMS)
def test_a_day_in_every_form(form: str) -> None:
    moment = date(2024, 5, 3)
    told = FORMS[form](moment)
    assert day_of(told, "month" in form) == (moment - EPOCH).days


@pytest.mark.parametrize("text", ["31/02/2024", "1/5/24", "45123", "May", "01/05/0021", "1/2-2024"])
def test_what_is_no_date(text: str) -> None:
    assert day_of(text) == day_of(text, month_first=True) == UNREADABLE


def test_a_form_holds_no_value() -> None:
    assert form_of("17/Märch/24 x") == "99/aaaaa/99 a"


def test_a_file_that_does_not_tell_follows_the_others(tmp_path: Path) -> None:
    """Births on the second of May could be read either way, and starts could not."""
    made(tmp_path, FORMS["month first"])
    births = tmp_path / "2025" / "header.csv"
    births.write_text("CHILD,DOB\n" + "".join(f"A{n},02/05/2012\n" for n in range(60)), "utf-8")
    found = observed(tmp_path)
    assert months_of(found) == {(date(2025, 3, 31) - date(2012, 2, 5)).days * 12 // 365}
    asked = observe(tmp_path, PLAIN, dates="mm/dd/yyyy")
    assert counts(asked) == counts(found)


def months_of(found: Observed) -> set[int]:
    return {n for n, count in enumerate(found.ages.tolist()) if count}


def test_a_form_asked_for_that_is_not_the_files_own(tmp_path: Path) -> None:
    made(tmp_path, FORMS["day first"])
    with pytest.raises(InstanceError) as error:
        observe(tmp_path, PLAIN, dates="mm/dd/yyyy")
    told = {(p.file, p.column) for p in error.value.problems}
    assert told == {("2025/episodes.csv", "DECOM"), ("2025/header.csv", "DOB")}


def test_two_forms_and_a_file_that_could_be_either(tmp_path: Path) -> None:
    made(tmp_path / "a", FORMS["day first"])
    made(tmp_path / "b", FORMS["month first"], first="B")
    write_return(tmp_path / "c" / "2024", [episode(start="01/05/2023")])
    with pytest.raises(UsageError, match="say which with --dates"):
        observed(tmp_path)


@pytest.mark.parametrize(
    ("form", "shape"),
    [(lambda d: f"{d:%d/%m/%y}", "99/99/99"), (lambda d: str((d - EPOCH).days + 25569), "99999")],
    ids=["short years", "a spreadsheet's numbers"],
)
def test_dates_that_cannot_be_read_refuse_the_return(
    form: Callable[[date], str], shape: str, tmp_path: Path
) -> None:
    made(tmp_path, form)
    with pytest.raises(InstanceError) as error:
        observed(tmp_path)
    told = {(p.file, p.row, p.column): str(p) for p in error.value.problems}
    assert ("2025/episodes.csv", 2, "DECOM") in told
    assert all(f"of the form {shape}" in text for text in told.values())


@pytest.mark.parametrize(("wrong", "refused"), [(4, False), (5, True)])
def test_a_few_bad_dates_are_flaws_and_more_refuse(
    wrong: int, refused: bool, tmp_path: Path
) -> None:
    rows = [episode(f"A{n}", "soon" if n < wrong else "15/06/2024") for n in range(60)]
    write_return(tmp_path / "2025", rows)
    if refused:
        with pytest.raises(InstanceError, match="row 2, column DECOM: 5 of 60 dates"):
            observed(tmp_path)
    else:
        assert observed(tmp_path).findings.counts["no_start"] == wrong


def councils(folder: Path, heading: str = "LA") -> None:
    """Two councils in one file, the second with twice the children."""
    for kind, rows in (("episodes", "DECOM,DEC,LS,PLACE,PLACE_PROVIDER,REC"), ("header", "DOB")):
        day = "15/06/2024,,C2,U6,PR1," if kind == "episodes" else "15/06/2012"
        lines = [f"CHILD,{rows},{heading}"]
        lines += [f"E{n},{day},Easton" for n in range(10)]
        lines += [f"W{n},{day},West  Ham" for n in range(20)]
        (folder / f"{kind} 2025.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("heading", ["LA", "la_name", "Local Authority"])
def test_two_councils_in_one_file(heading: str, tmp_path: Path) -> None:
    councils(tmp_path, heading)
    with pytest.raises(UsageError, match="choose one with --council, one of Easton, West  Ham"):
        observed(tmp_path)
    assert observe(tmp_path, PLAIN, council="easton").tally.opening.sum() == 10
    assert observe(tmp_path, PLAIN, council="West Ham").tally.opening.sum() == 20
    with pytest.raises(UsageError, match="--council Weston: is none of them"):
        observe(tmp_path, PLAIN, council="Weston")


def test_a_council_asked_for_where_none_is_named(tmp_path: Path) -> None:
    made(tmp_path, FORMS["day first"])
    with pytest.raises(UsageError, match="no column of the returns names councils"):
        observe(tmp_path, PLAIN, council="Easton")


def test_two_councils_in_two_folders(tmp_path: Path) -> None:
    made(tmp_path / "easton", FORMS["day first"])
    made(tmp_path / "weston", FORMS["day first"], first="B")
    with pytest.raises(UsageError, match="with other children in each"):
        observed(tmp_path)
    assert observed(tmp_path / "easton").tally.opening.sum() == 40


def test_a_copy_of_a_return_is_no_second_council(tmp_path: Path) -> None:
    made(tmp_path / "a", FORMS["day first"])
    made(tmp_path / "copy of a", FORMS["day first"])
    assert counts(observed(tmp_path)) == counts(observed(tmp_path / "a"))


@pytest.mark.parametrize("name", ["1.00E+05", "9,1e+08", "#REF!", "#####"])
def test_identifiers_that_lost_digits(name: str, tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode("A1"), episode(name), episode("A3")])
    with pytest.raises(InstanceError) as error:
        observed(tmp_path)
    assert {(p.file, p.row, p.column) for p in error.value.problems} == {
        ("2025/episodes.csv", 3, "CHILD"),
        ("2025/header.csv", 3, "CHILD"),
    }
    assert name not in str(error.value)


def test_identifiers_that_a_spreadsheet_made_numbers_of(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode("100017.0"), episode("5E7X")])
    header = tmp_path / "2025" / "header.csv"
    header.write_text("CHILD,DOB\n100017,01/01/2014\n5E7X,01/01/2014\n", encoding="utf-8")
    assert not observed(tmp_path).findings.counts["no_birth"]


def test_a_heading_that_stands_twice(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode()])
    for name, old, new in (("episodes", "URN", "dec "), ("header", "MC_DOB", "Dob")):
        file = tmp_path / "2025" / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InstanceError, match="the heading stands 2 times; take out") as error:
        observed(tmp_path)
    told = {(p.file, p.row, p.column) for p in error.value.problems}
    assert told == {("2025/episodes.csv", 1, "DEC"), ("2025/header.csv", 1, "DOB")}


def test_a_heading_that_is_not_read_may_stand_twice(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode()])
    file = tmp_path / "2025" / "episodes.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("PL_POST", "HOME_POST"), "utf-8")
    assert observed(tmp_path).tally.opening.sum() == 1


def test_headings_with_spaces_and_rows_with_a_comma_at_their_end(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode("A"), episode("B")])
    for file in (tmp_path / "2025").iterdir():
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        text = "\n".join([head.replace(",", " , "), *(f"{row}," for row in rows)])
        file.write_text(text, encoding="utf-8")
    assert observed(tmp_path).tally.opening.sum() == 2


def test_other_modules_are_passed_over_and_named(tmp_path: Path) -> None:
    made(tmp_path, FORMS["day first"])
    other = {
        "sw_episodes.csv": "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\nA1,,W1,01/06/2024,,X\n",
        "missing_episodes.csv": "CHILD,DOB,MISSING,MIS_START,MIS_END\nA1,,M,01/06/2024,\n",
        "~$episodes.csv": "\x05user",
        "~$header.csv": "",
        "uasc.csv": "CHILD,DOB,DUC\n",
        "episodes.xlsx": "",
        "readme.txt": "",
        "xheader_notes.csv": "one,two\n",
    }
    for name, text in other.items():
        (tmp_path / "2025" / name).write_text(text, encoding="utf-8")
    found = observed(tmp_path)
    assert found.tally.opening.sum() == 40
    told = dict(found.passed_over)
    assert set(told) == {f"2025/{name}" for name in other}
    assert "another module of the return: it has no DECOM" in told["2025/missing_episodes.csv"]
    assert "it has no CHILD, DOB" in told["2025/xheader_notes.csv"]
    assert "save it as one" in told["2025/episodes.xlsx"]


def test_a_folder_of_other_modules_alone_says_why(tmp_path: Path) -> None:
    (tmp_path / "missing_episodes.csv").write_text("CHILD,DOB,MISSING\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"missing_episodes\.csv: another module"):
        observed(tmp_path)


def test_a_return_that_lacks_a_column_is_no_other_module(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [episode()])
    file = tmp_path / "2025" / "episodes.csv"
    file.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    with pytest.raises(InstanceError, match="the column is missing"):
        observed(tmp_path)
