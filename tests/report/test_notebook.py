"""A plan as a notebook shows it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from IPython.core.formatters import DisplayFormatter

from allocator.report import summary
from allocator.report.notebook import page
from tests.plans import NAMES, plan_of


class Tags(HTMLParser):
    """Every tag with its attributes; closed in the order in which they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_a_table_and_a_chart_and_elsewhere_the_summary(name):
    plan = plan_of(name)
    shown, _ = DisplayFormatter().format(plan)
    assert shown["text/plain"] == summary(plan)
    tags = Tags(shown["text/html"]).found
    assert [tag for tag, _ in tags].count("tr") == 1 + plan.instance.years
    (picture,) = [attributes for tag, attributes in tags if tag == "img"]
    assert picture["src"].startswith("data:image/svg+xml;base64,")
    assert picture["alt"].startswith("Children in care. ")


def test_the_table_has_the_figures_of_the_summary():
    plan = plan_of("window")
    row = next(line for line in summary(plan).splitlines() if line.startswith("2027-28 "))
    html = next(line for line in page(plan).splitlines() if ">2027-28<" in line)
    assert re.findall(r">([^<>]+)<", html) == row.split()


def test_without_matplotlib_the_table_stands_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "allocator.report.charts.pictures", None)
    tags = [tag for tag, _ in Tags(page(plan_of("window"))).found]
    assert "table" in tags
    assert "img" not in tags


def test_labels_cannot_be_mistaken_for_markup():
    title = '<script>alert("x")</script> & "quoted"'
    plan = plan_of("hand")
    told = page(replace(plan, instance=replace(plan.instance, title=title)))
    assert "script" not in {tag for tag, _ in Tags(told).found}
    assert "&lt;script&gt;" in told
