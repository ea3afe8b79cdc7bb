"""What the starter's comments and README.txt say of its figures is so."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from allocator.instance import inspect, read
from allocator.instance.change import apply_changes
from allocator.instance.instance import financial_year
from allocator.instance.problems import Severity
from allocator.instance.starter import TEMPLATE, write_starter
from allocator.solving.session import Session, build_window
from allocator.solving.solve import solve
from tests.instance.test_starter import more_tables

SETTINGS = (TEMPLATE / "instance.toml").read_text(encoding="utf-8")
README = " ".join((TEMPLATE / "README.txt").read_text(encoding="utf-8").split())
WORDS = {0.25: "a quarter", 0.5: "half", 3: "three"}
HASHED = re.compile(r"^# (?=\[|\w+ = )", re.MULTILINE)  # a section, or a setting, left out


def comment(key: str) -> str:
    """What stands beside a setting, those that are left out too."""
    [line] = [each for each in SETTINGS.splitlines() if re.match(rf"(# )?{key} +=", each)]
    return line.partition(" # ")[2].strip()


def given() -> dict[str, Any]:
    """The settings, with those that are left out."""
    return tomllib.loads(HASHED.sub("", SETTINGS))


def test_comments_beside_settings_say_what_these_are() -> None:
    window, first = given()["double_investment"], given()["instance"]["first_year"]
    assert f"{100 * window['protect_statutory']:g}% of today's" in comment("protect_statutory")
    assert f"at {100 * window['prevention_uplift']:g}% or more" in comment("prevention_uplift")
    assert comment("share").startswith(
        f"{WORDS[given()['reinvestment']['share']]} of the statutory"
    )
    assert comment("weight").startswith(
        f"{WORDS[given()['wider_benefits']['weight']]} of each pound"
    )
    assert f"{first} is {financial_year(first)}." in SETTINGS
    assert str(given()["instance"]["discount_rate"]) in comment("discount_rate")


@pytest.mark.parametrize("periods", [1, 12])
def test_what_the_plan_costs_by_years_and_by_months_is_told_as_it_is(periods: int) -> None:
    """Of its window alone, since with months each takes a second."""
    instance = apply_changes(read(TEMPLATE), (f"instance.periods_per_year={periods}",))
    window = (2026, 3)
    found = Session().solve_window(window, build_window(instance, window))
    told = re.sub(r"\s*\n#?\s*#?", " ", SETTINGS).split("with ")
    [said] = [each for each in told if each.startswith(f"{periods} ")]
    assert found.optimal and f"£{found.value(0):.0f}m" in said


def test_readme_says_what_the_plan_is_for_and_when_the_money_is_back() -> None:
    [target] = [row["children"] for row in read(TEMPLATE).tables["targets"]]
    assert f"no plan reaches the target of {target:g} children without a" in README
    plan = solve(read(TEMPLATE))
    years = (plan.cash().payback_year or 0) - plan.instance.first_year + 1
    assert f"the money is back within {WORDS[years]} years" in README
    assert f"because {WORDS[given()['reinvestment']['share']]} of the saving goes back" in README
    assert "until early help stands at the floor that the table of limits sets" in README


def test_what_is_left_out_of_the_settings_can_be_put_in(tmp_path: Path) -> None:
    left_out = [each for each in given() if each not in tomllib.loads(SETTINGS)]
    assert left_out == ["wider_benefits", "shortfall", "uncertainty"]
    for section in left_out:
        write_starter(tmp_path / section)
        lines = SETTINGS.splitlines(keepends=True)
        start = lines.index(f"# [{section}]\n")
        end = next(n for n in range(start, len(lines)) if n == len(lines) - 1 or lines[n] == "\n")
        lines[start : end + 1] = [HASHED.sub("", each) for each in lines[start : end + 1]]
        (tmp_path / section / "instance.toml").write_text("".join(lines), encoding="utf-8")
        instance, problems = inspect(tmp_path / section)
        assert instance is not None
        assert [each for each in problems if each.severity is Severity.ERROR] == []
        assert section in tomllib.loads("".join(lines))


def test_what_readme_says_of_tables_that_are_left_out_is_in_their_rows() -> None:
    rows = {name: next(csv.DictReader(io.StringIO(text))) for name, text in more_tables().items()}
    assert f"and {100 * float(rows['responses']['response']):g}% more children in need" in README
    more = WORDS[float(rows["practices"]["time"]) - 1]
    assert rows["practices"]["note"] == f"{more} more time for families"
