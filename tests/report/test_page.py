"""What the page says: every number is one of the plan's, every label is text, none is lost."""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from plotly.offline import get_plotlyjs_version

from allocator.report.charts.answers import tornado
from allocator.report.charts.areas import MOST_BARS, MOST_PANELS
from allocator.report.charts.pictures import picture
from allocator.report.charts.plots import plots
from allocator.report.charts.shapes import Chart, FlowChart, Panels, Ranked
from allocator.report.html import evidence
from allocator.report.html.headline import keys
from allocator.report.html.page import charts, page, parts
from allocator.report.saved_answers import SavedAnswers
from allocator.report.saved_plan import SavedPlan
from allocator.solving.solve import solve
from allocator.wording import number, years_said
from tests.plans import LARGEST, plan_of, yearly
from tests.report.plan_numbers import numbers_of
from tests.report.saved_plans import NASTY, PLANS, many_areas, saved_plan_of

LARGEST_PAGE = 2_000_000  # bytes


class Reading(HTMLParser):
    """Cells with their values and their texts, sentences, drawings and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[tuple[float, str]] = []
        self.sentences: list[str] = []
        self.drawings: list[dict] = []
        self.tags: list[tuple[str, dict]] = []
        self._value: float | None = None
        self._into: list[str] | None = None
        self._depth, self._text = 0, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self._value = float(found["data-value"]) if "data-value" in found else None
        classes = (found.get("class") or "").split()
        if {"answer", "question", "about", "note", "warning"} & set(classes) or tag == "dd":
            self.sentences.append("")
            self._depth = 1
        elif self._depth and tag not in ("img", "br"):
            self._depth += 1
        self._json = found.get("type") == "application/json"

    def handle_endtag(self, tag):
        self._depth = max(0, self._depth - 1)
        self._json, self._value = False, None

    def handle_data(self, data):
        if self._value is not None:
            self.cells.append((self._value, data.strip()))
        if self._depth:
            self.sentences[-1] += data
        if self.tags and self._json:
            self.drawings.append(json.loads(data))


@cache
def text_of(name: str) -> str:
    return page([saved_plan_of(name)])


@cache
def reading_of(name: str) -> Reading:
    return Reading(text_of(name))


def held(number: float, pool: np.ndarray, tolerance: float) -> bool:
    return bool(np.isclose(pool, number, rtol=1e-9, atol=tolerance).any())


@pytest.mark.parametrize("name", PLANS)
def test_every_number_of_a_table_is_the_plans(name):
    cells, pool = reading_of(name).cells, numbers_of(saved_plan_of(name))
    assert len(cells) > 30
    strange = {value for value, _ in cells if not held(value, pool, 1e-9)}
    assert strange == set()


_NUMBER = re.compile(r"(?P<sign>[-−]?)(?P<money>£?)(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<unit>bn|m|%)?")
_UNITS = {"bn": 1e9, "m": 1e6, "%": 0.01, None: 1.0}


@pytest.mark.parametrize("name", PLANS)
def test_every_cell_reads_as_its_value(name):
    """To half a unit of its last digit; columns of £m are in millions, years are financial."""
    for value, text in reading_of(name).cells:
        if re.fullmatch(r"\d{4}-\d\d", text):
            assert int(text[:4]) == value
            assert int(text[5:]) == (value + 1) % 100
            continue
        if "e" in text:
            assert float(text) == pytest.approx(value, rel=0.05)  # two figures
            continue
        matched = _NUMBER.fullmatch(text)
        assert matched, (value, text)
        shown, half = _shown(matched)
        close = [abs(abs(value) / scale - shown) <= half + 1e-9 * abs(shown) for scale in (1, 1e6)]
        significant = shown == pytest.approx(abs(value), rel=5e-5)  # five figures
        assert any(close) or significant, (value, text)


def _shown(matched: re.Match[str]) -> tuple[float, float]:
    """The number, and half a unit of its last digit."""
    digits, scale = matched["digits"].replace(",", ""), _UNITS[matched["unit"]]
    decimals = len(digits.partition(".")[2])
    return float(digits) * scale, 0.5 * 10**-decimals * scale


@pytest.mark.parametrize("name", PLANS)
def test_every_number_of_a_sentence_is_the_plans(name):
    """But for hashes, versions, residuals, years, and small counts of years and rules."""
    pool = np.abs(numbers_of(saved_plan_of(name)))
    wrong = []
    for sentence in reading_of(name).sentences:
        plain = re.sub(r"\b\d{4}-\d\d\b|[0-9a-f]{12,}|\d+e-\d+|\d+\.\d+\.\d+", "", sentence)
        plain = plain.replace(NASTY, "")
        for matched in _NUMBER.finditer(plain):
            shown, half = _shown(matched)
            count = not matched["money"] and not matched["unit"] and shown <= 60 and half == 0.5
            if not count and not (np.abs(pool - shown) <= half + 1e-9 * shown).any():
                wrong.append((matched[0], sentence))
    assert wrong == []


def all_charts(name: str) -> list[Chart]:
    return [chart for part in parts([saved_plan_of(name)]) for chart in charts(part)]


@pytest.mark.parametrize("name", PLANS)
def test_every_drawn_number_stands_in_the_charts_own_table(name):
    for chart in all_charts(name):
        known = np.array([
            value for row in chart.figures.rows for value in row
            if isinstance(value, (int, float)) and not math.isnan(value)
        ])  # fmt: skip
        if isinstance(chart, Ranked) and chart.name == "sensitivity":
            known = np.concatenate([known - saved_plan_of(name).plan.objective, [0.0]])
        for value in drawn(chart):
            assert np.isclose(known, value, rtol=1e-9, atol=1e-9).any(), (chart.name, value)


def test_an_end_without_a_plan_is_a_bar_to_the_edge_that_says_so():
    saved = saved_plan_of("window")
    chart = tornado(saved.plan, saved.answers)
    assert chart is not None and chart.labels[0].startswith("Rate of need to care")
    assert chart.endless == (frozenset(), frozenset({0}))
    (_, low, quiet), (_, high, words) = chart.bars()
    assert words == ["no plan", "", ""] and not any(quiet)
    assert high[0] == pytest.approx(1.1 * max(map(abs, (*low, *high[1:]))))
    assert "no plan at all exists at that end" in chart.about
    [plot] = plots(chart)
    assert "no plan" in plot.figure["data"][1]["text"]


def test_weaker_effects_that_make_the_plan_cheaper_are_explained_beside_the_tornado():
    saved = saved_plan_of("window")
    table, cost = saved.answers.get("switching"), saved.plan.objective
    row = table.index[0]
    table = table.astype({"input": str, "label": str})
    table.loc[row, ["input", "label"]] = "effects.hubs.*.effect", "all effects of hubs"
    for at_low, told in ((cost - 2e6, True), (cost + 2e6, False)):
        table.loc[row, "cost_at_low"] = at_low
        tables = {**saved.answers.tables, "switching": table}
        changed = replace(saved, answers=replace(saved.answers, tables=tables))
        said = " ".join(page([changed]).split())
        assert ("low end of all effects of hubs (£2.00m less)." in said) is told


def test_long_names_of_bars_keep_their_ends_and_stand_clear_of_each_other(monkeypatch):
    """What tells two inputs apart is where the move ends, and a star at the end says it counts."""
    saved = saved_plan_of("window")
    chart = tornado(saved.plan, saved.answers)
    assert chart is not None
    start = "the effect of intensive family work at the edge of care on moves from a protection "
    ends = [f"plan in its first or second year to {place} *" for place in ("foster", "home", "kin")]
    many = tuple(replace(each, values=each.values * 5) for each in chart.series)
    chart = replace(chart, labels=tuple(start + end for end in ends) * 5, series=many)
    [plot] = plots(chart)
    shown = plot.figure["layout"]["yaxis"]["ticktext"]
    kept = [label.replace("<br>", " ").split()[-2:] for label in shown]
    assert kept == [end.split()[-2:] for end in ends] * 5
    assert [tuple(bars["customdata"]) for bars in plot.figure["data"]] == [chart.labels] * 2
    lines = max(label.count("<br>") + 1 for label in shown)
    assert lines == 4 and plot.height >= len(shown) * lines * 16  # letters of 13 pixels
    boxes: list[Bbox] = []

    def measured(figure: Figure, *_: object, **__: object) -> None:
        boxes.extend(label_boxes(figure))

    monkeypatch.setattr(Figure, "savefig", measured)
    picture(chart, "png")
    assert len(boxes) == 15
    assert all(lower.y0 > upper.y1 for upper, lower in pairwise(boxes))


def label_boxes(figure: Figure) -> list[Bbox]:
    """Where the names of a picture's bars stand, from below to above."""
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    return sorted(boxes, key=lambda box: box.y0)


def drawn(chart: Chart) -> Iterator[float]:
    """Values of a chart's series; a level already running is told in words."""
    if isinstance(chart, FlowChart):
        yield from (flow.value for _, flows in chart.diagrams for flow in flows)
        return
    assert isinstance(chart, (Panels, Ranked))
    groups = chart.panels if isinstance(chart, Panels) else [chart]
    for series in (each for group in groups for each in group.series):
        if series.name != "Already running":
            yield from (value for value in series.values if value is not None)


@pytest.mark.parametrize("name", PLANS)
def test_drawings_are_what_plotly_knows(name):
    """Plotly's own schema refuses an unknown property or a value that it cannot have."""
    go = pytest.importorskip("plotly.graph_objects")
    drawings = reading_of(name).drawings
    assert len(drawings) == sum(len(plots(chart)) for chart in all_charts(name))
    for drawing in drawings:
        assert go.Figure(drawing).data


@pytest.mark.parametrize("name", PLANS)
def test_headings_go_down_one_at_a_time_and_names_are_used_once(name):
    tags = reading_of(name).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    names = [found["id"] for _, found in tags if "id" in found]
    assert len(names) == len(set(names))
    wanted = {found["href"][1:] for tag, found in tags if tag == "a"}
    assert wanted <= set(names)


def test_labels_are_text_and_never_markup():
    tags = reading_of("long-labels").tags
    assert NASTY not in text_of("long-labels")
    assert "<script>alert" not in text_of("long-labels")
    assert "&lt;script&gt;alert" in text_of("long-labels")
    assert sum(tag == "script" for tag, _ in tags) == 2 + len(reading_of("long-labels").drawings)


def test_the_page_loads_nothing():
    for tag, found in reading_of("window").tags:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        assert not found.get("src", "data:").startswith(("http", "//"))
        assert not found.get("href", "#").startswith("http")
    [policy] = [f["content"] for _, f in reading_of("window").tags if "http-equiv" in f]
    assert policy.startswith("default-src 'none'")


def test_the_first_screen_has_question_answer_and_hump():
    text = text_of("window")
    order = [
        text.index(part)
        for part in ('class="question"', 'class="answer"', 'id="children-in-care"', 'id="spend"')
    ]
    assert order == sorted(order)
    [care, spend, *_] = all_charts("window")
    assert {series.name for series in care.panels[0].series} >= {"Plan", "If nothing changes"}
    above, below = spend.panels
    assert {"Money there is", "Statutory"} <= {series.name for series in above.series}
    assert spend.shaded is not None
    inside = range(round(spend.shaded[0] + 0.5), round(spend.shaded[1] + 0.5))
    [extra] = [series.values for series in below.series if series.name == "All tiers"]
    assert max(extra[n] for n in inside) > 0


def test_the_first_figure_is_of_the_year_that_was_asked_for():
    plan = plan_of("window", "targets.2027.year=2026")
    there, unchanged = (
        float(plan.years()[f"{name}children_in_care"][2026]) for name in ("", "baseline_")
    )
    first = keys(plan)[0]
    assert (first.name, first.value) == ("In care, end of 2026-27", number(there))
    most = number(plan.instance.resolved.targets["all", 2026])
    assert first.note == f"{number(unchanged)} if nothing changes, target {most}"


def test_the_window_and_double_running_are_two_marks():
    plan, charts_of = plan_of("window"), all_charts("window")[:2]
    years = plan.cash().double_running_years
    assert years
    first = plan.instance.first_year
    for chart, before in zip(charts_of, (0, -0.5), strict=True):
        assert chart.shaded[2] != chart.underlined[0][2]
        assert [at for at, _, _ in chart.underlined] == [year - first + before for year in years]
        assert f"double running, {years_said(years)}." in chart.about
        heights = [each["y1"] for plot in plots(chart) for each in plot.figure["layout"]["shapes"]]
        assert len(set(heights)) == 2


def test_many_areas_are_drawn_as_far_as_can_be_read_and_listed_in_full():
    [part] = parts([SavedPlan("many", many_areas(), "0")])
    drawn = {chart.name: chart for chart in charts(part)}
    panels, ranked = drawn["areas"], drawn["ranking"]
    assert len(panels.panels) == MOST_PANELS
    assert "24 areas with most children in care" in panels.about
    assert len(ranked.labels) == MOST_BARS
    assert len(ranked.figures.rows) == 41
    fewer = [row[3] for row in ranked.figures.rows]
    assert fewer == sorted(fewer, reverse=True)


def test_weak_evidence_is_marked():
    text = text_of("no-services")
    assert "marked" not in text.split("<body>")[1].split("<footer>")[0].replace("are marked", "")
    assert '<tr class="marked">' in text_of("window")


def test_a_cut_that_rests_on_weak_evidence_counts():
    plan = saved_plan_of("window").plan
    cut = plan.tables["diverted"].assign(diverted=lambda table: -table["diverted"].abs())
    weak = {
        **plan.instance.tables,
        "effects": tuple(
            replace(row, values={**row.values, "evidence": "weak"})
            for row in plan.instance.tables["effects"]
        ),
    }
    told = replace(
        plan, instance=replace(plan.instance, tables=weak), tables={**plan.tables, "diverted": cut}
    )
    [said] = [b for b in evidence.section(told).blocks if "rest on" in getattr(b, "text", "")]
    assert said.text.startswith("Of 1,")
    assert "that its cuts and harmful effects bring about in its years" in said.text
    assert "(100%) rest on effects" in said.text
    assert said.role == "warning"


@pytest.mark.parametrize("name", PLANS)
def test_numbers_are_in_plain_digits(name):
    shown = re.sub(r"<script.*?</script>|<[^>]*>", " ", text_of(name), flags=re.DOTALL)
    assert not re.findall(r"\d\.?\d*[eE]\+\d+", shown)


def test_an_infeasible_plan_says_what_stands_in_its_way():
    text = text_of("infeasible")
    assert "There is no such plan" in text
    assert "than the target allows" in text
    assert 'id="position"' not in text


def test_side_by_side_tells_what_differs():
    text = page([saved_plan_of("infeasible"), saved_plan_of("no-services")])
    reading = Reading(text)
    names = [found["id"] for _, found in reading.tags if "id" in found]
    assert len(names) == len(set(names))
    table = text[text.index('id="all-differences"') :]
    for word in ("targets", "services", "there", "not there"):
        assert word in table[: table.index("</section>")]
    same = page([saved_plan_of("infeasible"), saved_plan_of("reach")])
    assert "all are plans of the same instance" in same


@pytest.mark.parametrize("name", ["my plan", "-odd", "it's"])
def test_commands_are_true_in_the_folder_that_holds_the_plan(tmp_path, name):
    (tmp_path / name / "instance").mkdir(parents=True)
    text = page([replace(saved_plan_of("window"), name=name, answers=SavedAnswers())])
    said = [html.unescape(each) for each in re.findall(r"<code>(allocator .*?)</code>", text)]
    assert len(said) > 3
    for command in said:
        place = next(word for word in shlex.split(command)[2:] if name in word)
        assert (tmp_path / place).is_dir()
        assert not place.startswith("-")
    assert html.unescape(text).count(f"in the folder that holds {name}") > 1


def test_the_chart_library_travels_packed_with_all_that_is_drawn():
    """Its version is the one whose schema the drawings are tested against."""
    text = text_of("window")
    [packed] = re.findall(r'<script type="text/plain" id="library">(.*?)</script>', text)
    banner, code = gzip.decompress(base64.b64decode(packed)).decode().split("\n", maxsplit=1)
    kinds = {
        trace["type"]
        for name in PLANS
        for each in reading_of(name).drawings
        for trace in each["data"]
    }
    assert kinds == {"scatter", "bar", "sankey"}
    assert banner.startswith(f"/* plotly.js v{get_plotlyjs_version()}: scatter, bar and sankey")
    assert all(f'name:"{kind}"' in code for kind in kinds)


@pytest.mark.parametrize("name", PLANS)
def test_a_page_is_under_two_megabytes(name):
    assert len(text_of(name).encode("utf-8")) < LARGEST_PAGE


@pytest.mark.large
def test_the_page_of_the_largest_instance_is_under_two_megabytes():
    """Years and quarters have the same tables and charts; no other instance has as many."""
    text = page([SavedPlan(LARGEST, solve(yearly(LARGEST), every_window=False), "")])
    assert len(text.encode("utf-8")) < LARGEST_PAGE
