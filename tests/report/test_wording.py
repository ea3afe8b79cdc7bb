from __future__ import annotations

import math

import pytest

from allocator import wording
from allocator.audit import Audit, Finding
from allocator.report.charts.plots import wrapped
from allocator.report.pages.audit import text


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "£0"), (-1e-9, "£0"), (0.374, "£0.37"), (9.996, "£10"), (1234.4, "£1,234"),
     (999_499, "£999,499"), (999_600, "£1.00m"), (2_344_000, "£2.34m"), (41_260_000, "£41.3m"),
     (1.25e9, "£1.25bn"), (-5_000, "-£5,000")],
)  # fmt: skip
def test_pounds(amount, said):
    assert wording.pounds(amount) == said


@pytest.mark.parametrize(
    ("largest", "decimals"), [(9.1e9, 1), (2e10, 0), (5e8, 1), (5e7, 2), (5e6, 3), (100, 3), (0, 3)]
)
def test_decimals(largest, decimals):
    assert wording.decimals_for(largest) == decimals


@pytest.mark.parametrize(
    ("years", "said"),
    [([2016], "2016-17"), ([2016, 2017], "2016-17 and 2017-18"),
     ([2018, 2016, 2017], "2016-17 to 2018-19"), ([2016, 2018], "2016-17 and 2018-19"),
     ([1999, 2016, 2017, 2018], "1999-00 and 2016-17 to 2018-19")],
)  # fmt: skip
def test_years(years, said):
    assert wording.years_said(years) == said


@pytest.mark.parametrize(
    ("value", "said"), [(66.0, "66"), (69.89, "69.9"), (70_440.2, "70,440"), (-0.001, "0")]
)
def test_number(value, said):
    assert wording.number(value) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(384_020.4, 3, "384,020"), (97_621_434, 5, "97,621,434"), (1e15, 3, "1,000,000,000,000,000"),
     (0.012345, 3, "0.0123"), (2, 5, "2"), (-4.56e-7, 2, "-0.00000046"), (-1e-20, 3, "0"),
     (0, 3, "0"), (math.nan, 3, "nan")],
)  # fmt: skip
def test_plain_numbers_have_no_exponent(value, digits, said):
    assert wording.plain(value, digits) == said


def test_rows_that_do_not_follow_each_other_are_listed_once():
    assert wording.runs_said([5, 2, 3]) == "2, 3 and 5"
    assert wording.runs_said([2, 3, 4, 6, 8, 9]) == "2 to 4, 6, 8 and 9"


def test_labels_are_cut():
    assert wording.shortened("a  b\nc") == "a b c"
    assert len(wording.shortened("word " * 20)) <= 34
    assert wording.shortened("a" * 34) == "a" * 34
    assert wording.shortened("a" * 35) == f"{'a' * 31}..."
    assert wording.shortened("four words of it", 12) == "four word..."
    assert wording.shortened("four words of it", 16) == "four words of it"


def test_a_long_name_takes_four_lines_and_is_cut_in_its_middle_beyond():
    words = [f"word{n}" for n in range(6)]
    assert wrapped(" ".join(words[:4]), 6, "|") == "|".join(words[:4])
    assert wrapped(" ".join(words), 6, "|") == "word0|word1 …|word4|word5"
    assert wrapped("", 6, "|") == ""


def test_an_audit_is_a_table():
    findings = (
        Finding("fund balance", "3.8", "£", 1234.5, 1e-3, "core all, 2016"),
        Finding("places kept", "3.6", "children", float("inf"), float("inf"), "care, 2016"),
        Finding("coverage", "3.5", "cases per year", 0.0, 0.0, "x"),
    )
    lines = text(Audit(findings), ["npv: wrong"]).splitlines()
    assert lines[1].split("  ")[0] == "FAILS"
    assert "£1,234.50" in lines[1]
    assert "a number is missing" in lines[2]
    assert lines[3].startswith("ok ")
    assert lines[4] == "FAILS npv: wrong"
    assert lines[-1] == "3 rules checked: 3 checks failed"
