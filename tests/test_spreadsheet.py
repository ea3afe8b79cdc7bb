"""No text is a formula to a spreadsheet, numbers stay numbers, and what was written is read."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.errors import printable
from allocator.instance import read
from allocator.instance.writing import write
from allocator.report.saved_answers import COLUMNS, read_answers
from allocator.spreadsheet import as_csv, guarded, unguarded
from tests.plans import instance_of

EVIL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "'=x", "''-x", "-"]
HARMLESS = ["-5", "+0.5", "-1e-3", "'tis", "a=b", "", "– minus"]


@pytest.mark.parametrize("text", EVIL)
def test_what_would_be_a_formula_is_text_and_comes_back(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_words_are_left_alone(text):
    assert guarded(text) == text
    assert unguarded(text) == text


def test_a_table_keeps_its_numbers():
    table = pd.DataFrame({"label": ["=a", None], "amount": [-1.5, 0.1], "year": [-1, 2]})
    assert as_csv(table) == "label,amount,year\n'=a,-1.5,-1\n,0.1,2\n"


def labelled(text: str):
    """The hand case with labels and notes that a spreadsheet would run."""
    case = instance_of("hand")
    tables = {
        name: tuple(
            replace(row, values={**row.values, "label": text, "note": text}) for row in rows
        )
        if name in ("states", "services")
        else rows
        for name, rows in case.tables.items()
    }
    return replace(case, tables=tables)


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("form", ["folder", "book.xlsx"])
def test_an_instance_is_written_safely_and_read_as_it_was(tmp_path, text, form):
    text = text.strip()
    place = tmp_path / form
    write(labelled(text), place)
    back = read(place)
    assert {row["label"] for row in back.tables["services"]} == {text}
    assert {row["note"] for row in back.tables["states"]} == {text}
    if form == "folder":
        with (place / "services.csv").open(encoding="utf-8", newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert f"'{text}" in cells
        assert text not in cells


def test_an_answers_tables_are_safe_and_read_back(tmp_path):
    write(labelled("=1+1"), tmp_path / "case")
    out = tmp_path / "answers" / "switching"
    result = CliRunner().invoke(cli, ["switching", str(tmp_path / "case"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    for file in out.glob("*.csv"):
        for row in csv.reader(file.read_text(encoding="utf-8").splitlines()):
            assert not [cell for cell in row if cell[:1] in "=+@" and cell]
    stated = json.loads((out / "switching.json").read_text())["instance_hash"]
    table = read_answers(tmp_path / "answers", stated).tables["switching"]
    assert set(COLUMNS["switching"]) <= set(table.columns)
    assert not table["label"].str.startswith("'").any()


def test_what_a_terminal_would_obey_is_spelled_out():
    assert printable("a\x1b[31m\u202eb\n\tc é") == "a\\x1b[31m\\u202eb\n\tc é"
