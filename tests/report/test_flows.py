"""Moves as a picture: names are cut where space ends, told apart, and in full in a note."""

from __future__ import annotations

from dataclasses import replace

from allocator.plan.plan import Plan
from allocator.report.charts.flows import moves
from allocator.report.charts.shapes import FlowChart
from allocator.report.html.page import notes
from tests.plans import plan_of

LONG = "Foster care with a family of the council, "  # its first 28 characters are in two names
LABELS = {
    "need": "A name of twenty-eight chars",
    "foster": f"{LONG}near",
    "home": f"{LONG}further off",
}


def labelled(labels: dict[str, str]) -> Plan:
    plan = plan_of("window")
    rows = tuple(
        replace(row, values={**row.values, "label": labels.get(row["state"])})
        for row in plan.instance.tables["states"]
    )
    tables = {**plan.instance.tables, "states": rows}
    return replace(plan, instance=replace(plan.instance, tables=tables))


def drawn(labels: dict[str, str]) -> FlowChart:
    chart = moves(labelled(labels))
    assert chart is not None
    return chart


def test_a_name_is_cut_where_space_ends_and_told_apart_from_another():
    names = set(drawn(LABELS).styles)
    assert len(LABELS["need"]) == 28 and LABELS["need"] in names
    assert {"Foster care with a family...", "Foster care with a family... (2)"} <= names


def test_names_that_are_cut_stand_in_full_in_a_note():
    chart = drawn(LABELS)
    assert chart.cut == {
        "Foster care with a family...": LABELS["foster"],
        "Foster care with a family... (2)": LABELS["home"],
    }
    assert notes(chart) == [
        f"Names that are cut off, in full: {LABELS['foster']}; {LABELS['home']}."
    ]


def test_where_no_name_is_cut_there_is_no_note():
    assert drawn({}).cut == {}
    assert notes(drawn({})) == []
