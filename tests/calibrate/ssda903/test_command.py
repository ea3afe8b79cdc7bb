"""The command: what it writes and prints, and that nothing of it is about a child."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from allocator.calibrate.ssda903.settings import read_settings
from allocator.cli import cli
from allocator.errors import InstanceError
from allocator.instance import read
from allocator.report.pages.returns import text
from benchmarks.returns903 import write_returns
from tests.calibrate.ssda903.made import calibrated, episode, world_of, write_return
from tests.plans import contents


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returns")
    world, children = world_of(100, 7, 3)
    write_returns(folder, children, world, 3, seed=7)
    return folder


def calibrate(*words: object) -> Result:
    return CliRunner().invoke(cli, ["calibrate", "ssda903", *map(str, words)])


def private(returns: Path) -> set[str]:
    """Every identifier and date in the returns, dates in every way a date is written."""
    found = set()
    for file in returns.rglob("*.csv"):
        text = file.read_text(encoding="cp1252" if b"\x96" in file.read_bytes() else "utf-8-sig")
        for row in csv.DictReader(text.splitlines()):
            found.add(row["CHILD"])
            for column in ("DOB", "DECOM", "DEC"):
                if row.get(column):
                    found.add(row[column])
                    try:
                        moment = datetime.strptime(row[column], "%d/%m/%Y").date()
                    except ValueError:
                        continue
                    if (moment.month, moment.day) != (3, 31):  # edges of years are told
                        found |= {f"{moment:%Y-%m-%d}", f"{moment:%d %B %Y}"}
    return found


SHAPES = (r"(?=(\d{9}))", r"\d\d/\d\d/\d{4}", r"\d{4}-\d\d-\d\d", r"\d\d [A-Z][a-z]+ \d{4}")


def leaked(texts: Iterable[str], returns: Path) -> set[str]:
    """What stands in the texts, however embedded, that is an identifier or a date of a child."""
    seen = {found for text in texts for shape in SHAPES for found in re.findall(shape, text)}
    secrets = private(returns)
    assert len(secrets) > 500
    assert all(
        any(re.fullmatch(s.removeprefix("(?=(").removesuffix("))"), secret) for s in SHAPES)
        for secret in secrets
    )
    return seen & secrets


def test_a_leak_would_be_found(returns: Path) -> None:
    name = min(secret for secret in private(returns) if secret.startswith("9"))
    assert leaked([f"x0.1{name}5"], returns) == {name}


def test_nothing_about_a_child_is_written_or_printed(returns: Path, tmp_path: Path) -> None:
    before = contents(returns)
    told = []
    for words in (
        ("--json",), ("--config", "cs-demand-model"), ("--year", "2024"),
        ("--first-year", "estimated"),
    ):  # fmt: skip
        place = tmp_path / "-".join(words).strip("-")
        done = calibrate(returns, "--out", place, "--problems", tmp_path / f"{place.name}.csv",
                         *words)  # fmt: skip
        assert done.exit_code == 0, done.stderr
        told += [done.stdout, done.stderr]
    told += [data.decode() for data in contents(tmp_path).values()]
    assert leaked(told, returns) == set()
    assert contents(returns) == before


@pytest.mark.parametrize("spoiled", ["CHILD", "DECOM", "DOB"])
def test_errors_tell_nothing_about_a_child_either(
    spoiled: str, returns: Path, tmp_path: Path
) -> None:
    for name, data in contents(returns).items():
        file = tmp_path / "copy" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.replace(spoiled.encode(), b"X", 1))
    done = calibrate(tmp_path / "copy", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert f"column {spoiled}: the column is missing" in done.stderr
    assert leaked([done.stderr, done.stdout], returns) == set()
    assert not (tmp_path / "out").exists()


def test_the_summary_and_what_it_wrote(returns: Path, tmp_path: Path) -> None:
    out = tmp_path / "my-council"
    done = calibrate(returns, "--out", out)
    assert done.exit_code == 0
    assert "children in care on 31 March 2025" in done.stdout
    assert "fewer than 5" in done.stdout
    assert "warning: column DECOM: start missing" in done.stderr
    assert "2023/episodes.csv row" in done.stderr
    instance = read(out)
    assert (instance.name, instance.first_year) == ("my-council", 2025)
    told = json.loads((out / "calibration.json").read_text(encoding="utf-8"))
    assert told["kind"] == "ssda903"
    assert told["base"] == "2025-03-31"
    assert all(each["low"] <= each["mean"] <= each["high"] for each in told["rates"])
    again = calibrate(returns, "--out", out)
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert calibrate(returns, "--out", out, "--force").exit_code == 0


def test_a_workbook(returns: Path, tmp_path: Path) -> None:
    assert calibrate(returns, "--out", tmp_path / "a.xlsx").exit_code == 0
    assert read(tmp_path / "a.xlsx").tables["states"]
    assert (tmp_path / "a.calibration.json").is_file()


def test_years_and_days(returns: Path, tmp_path: Path) -> None:
    assert calibrate(returns, "--out", tmp_path / "a", "--year", "2024").exit_code == 0
    assert read(tmp_path / "a").first_year == 2024
    done = calibrate(returns, "--out", tmp_path / "b", "--end", "30/09/2024", "--start",
                     "30/09/2023")  # fmt: skip
    assert "in care on 30 September 2024" in done.stdout
    both = calibrate(returns, "--out", tmp_path / "c", "--end", "30/09/2024", "--year", "2024")
    assert both.exit_code == 2


def test_children_in_need_may_be_given(returns: Path, tmp_path: Path) -> None:
    calibrate(returns, "--out", tmp_path / "a", "--children-in-need", "1234")
    need = next(row for row in read(tmp_path / "a").tables["states"] if row["state"] == "need")
    assert need["opening"] == 1234


def test_too_few_children_to_name_none_of_them(tmp_path: Path) -> None:
    write_return(tmp_path / "in" / "2025", [episode("A"), episode("B")])
    done = calibrate(tmp_path / "in", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "fewer than 5 children" in done.stderr


def test_every_problem_of_a_configuration_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'ages = [1, 0]\nsmallest = "x"\nages_of = 3\nlevel = 80\n[categories.home]\n'
        'places = ["K2", "Q9", "T1"]\nlable = "x"\n[categories.exit]\nunit_cost = -1\n'
        "[categories.rest]\n",
        encoding="utf-8",
    )
    with pytest.raises(InstanceError) as error:
        read_settings(file)
    assert {problem.column for problem in error.value.problems} == {
        "ages", "smallest", "ages_of", "level", "categories.home.places", "categories.home.lable",
        "categories.exit", "categories.exit.unit_cost", "categories",
    }  # fmt: skip


def test_a_configuration_of_ones_own(returns: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'ages = [0, 13]\n[categories.family]\nplaces = ["U1", "U2", "U3", "U4", "U5", "U6"]\n'
        'unit_cost = 50000\nsource = "our ledger"\n[categories.others]\n',
        encoding="utf-8",
    )
    assert calibrate(returns, "--out", tmp_path / "a", "--config", file).exit_code == 0
    rows = {row["state"]: row for row in read(tmp_path / "a").tables["states"]}
    assert set(rows) == {"need", "family_under_13", "family_13_17", "others_under_13",
                         "others_13_17", "guardianship", "leaving_care"}  # fmt: skip
    assert rows["family_13_17"]["unit_cost"] == 50000
    assert "our ledger" in rows["family_13_17"]["source"]


@pytest.mark.parametrize("entries", [15, 60])
def test_no_count_from_1_to_4_is_printed(entries: float) -> None:
    printed = text(calibrated(entries, 2, settings=read_settings()))
    sections = [part.splitlines()[2:] for part in printed.split("\n\n")[1:]]
    counts = [line.split("  ")[-1].strip() for n in (0, 1, 3) for line in sections[n]]
    counts += [re.split(r"\s{2,}", line.strip())[1] for line in sections[2]]
    assert len(counts) > 10
    assert not {"1", "2", "3", "4"} & set(counts)
