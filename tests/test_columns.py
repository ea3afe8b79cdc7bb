"""A result column that is added in one place is written, read, told and shown everywhere."""

from __future__ import annotations

import io
import json
import re
from contextlib import closing
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from allocator.cli import cli
from allocator.explain.answers import save as save_answer
from allocator.explain.delay import Delay
from allocator.plan.columns import ANSWERS, SWEEP, TABLES, futures
from allocator.plan.columns.measure import cases, pounds, present
from allocator.plan.saving import load, save
from allocator.report.saved_answers import read_answers
from allocator.report.workbook import write_workbook
from allocator.sweep.facts import FactReader
from formulations import LEAST_COST
from tests.plans import CASES, instance_of, plan_of

TEXT = (CASES.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_a_column_of_a_plan(tmp_path, monkeypatch):
    half = cases("half of it, cases per year")
    monkeypatch.setitem(TABLES["services"].columns, "half", half)
    plan = plan_of("hand")
    services = plan.tables["services"]
    halved = services.assign(half=services["level"] / 2)
    plan = replace(plan, tables={**plan.tables, "services": halved})
    save(plan, tmp_path / "plan")
    assert f"{'half':26}{half.meaning}" in (tmp_path / "plan" / "README.txt").read_text()
    pd.testing.assert_series_equal(
        load(tmp_path / "plan").tables["services"]["half"], halved["half"]
    )
    write_workbook([plan], tmp_path / "plan.xlsx")
    with closing(load_workbook(tmp_path / "plan.xlsx", read_only=True)) as book:
        cells = {
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
        }
    assert {"Half\ncases per year", half.meaning} <= cells


def test_a_column_of_an_answer(tmp_path, monkeypatch):
    half = present("£, present value: half the cost")
    monkeypatch.setitem(ANSWERS["delay"]["delay"], "half", half)
    instance = instance_of("hand")
    table = Delay.table_of("delay", [{"years_late": 0, "cost": 8.0, "half": 4.0}])
    answer = Delay(instance, LEAST_COST, "none", {"delay": table})
    save_answer(answer, tmp_path / "delay")
    assert half.meaning in (tmp_path / "delay" / "README.txt").read_text()
    facts = json.loads((tmp_path / "delay" / "delay.json").read_text())
    assert facts["columns"]["delay"]["half"] == half.meaning
    assert facts["delay"][0]["half"] == 4.0
    read = read_answers(tmp_path / "delay", instance.hash).get("delay")
    assert read["half"].tolist() == [4.0]


def test_answers_from_before_a_column_are_read_where_it_was_added_later(tmp_path, monkeypatch):
    instance = instance_of("hand")
    table = Delay.table_of("delay", [{"years_late": 0, "cost": 8.0}])
    save_answer(Delay(instance, LEAST_COST, "none", {"delay": table}), tmp_path / "delay")
    later = replace(pounds("£: half of it"), later=True)
    monkeypatch.setitem(ANSWERS["delay"]["delay"], "half", later)
    assert "half" not in read_answers(tmp_path / "delay", instance.hash).get("delay")


def test_a_column_of_a_sweep_as_contributing_says(monkeypatch):
    (block,) = re.findall(r"^# allocator/plan/columns/futures.py\n(.*?)^```", TEXT, re.M | re.S)
    ((name, column),) = eval("{" + block + "}", vars(futures)).items()
    monkeypatch.setitem(SWEEP, name, column)
    facts = FactReader.facts

    def more(*words: object) -> dict[str, object]:
        row = facts(*words)
        return row | {name: row["spend"] / row["children_in_care_end"]}

    monkeypatch.setattr(FactReader, "facts", more)
    words = ["sweep", str(CASES / "hand"), "--over", "targets.2021.children=70"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.stderr
    (row,) = pd.read_csv(io.StringIO(result.stdout)).to_dict("records")
    assert row[name] == pytest.approx(row["spend"] / row["children_in_care_end"])
