"""No output has a nought with a minus, which a reader would take for something owed."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from allocator.plan.plan import Plan
from allocator.plan.saving import as_json, save
from allocator.report.html.page import page
from allocator.report.saved_plan import SavedPlan
from allocator.report.workbook import write_workbook
from allocator.spreadsheet import as_csv
from tests.plans import plan_of

SIGNED = re.compile(r"(?<![\w.+-])-0(\.0+)?(?![\w.])")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan in whose tables some nought has a minus, as solvers give it."""
    made = plan_of("window")
    numbers = [made.tables[name].select_dtypes("float").to_numpy() for name in made.tables]
    assert any((np.signbit(each) & (each == 0)).any() for each in numbers)
    return made


def test_a_saved_plan_has_none(plan, tmp_path):
    save(plan, tmp_path / "plan")
    files = [*(tmp_path / "plan").glob("*.csv"), tmp_path / "plan" / "plan.json"]
    assert len(files) > 10
    assert [file.name for file in files if SIGNED.search(file.read_text("utf-8"))] == []


def test_a_workbook_has_none(plan, tmp_path):
    write_workbook([plan], tmp_path / "plan.xlsx")
    with zipfile.ZipFile(tmp_path / "plan.xlsx") as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not [name for name in sheets if re.search(rb"<v>-0(\.0)?</v>", parts.read(name))]


def test_a_page_has_none(plan):
    text = page([SavedPlan("plan", plan, "1", plan.audit)])
    assert 'data-value="0.0"' in text
    assert 'data-value="-0.0"' not in text


def test_an_answer_has_none():
    table = pd.DataFrame({"price": [-0.0, -1.5], "year": [1, 2]})
    assert as_csv(table) == "price,year\n0.0,1\n-1.5,2\n"
    assert as_json({"slopes": [-0.0, {"at": (-0.0, -1e-9, 3)}]}).count("-0.0") == 0
