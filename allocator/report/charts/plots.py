"""Charts drawn in a browser by plotly: figures as plain data, in plotly.js's own schema."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from allocator.report.charts.palette import BLACK, GREY, SHADE, STRIP, STRIP_HEIGHT, Style
from allocator.report.charts.shapes import (
    Chart,
    FlowChart,
    Mark,
    Pane,
    Panels,
    Ranked,
    Series,
)

PlotlyTrace = dict[str, Any]

_SYMBOLS: Final = {
    "circle": "circle", "square": "square", "diamond": "diamond", "triangle": "triangle-up",
}  # fmt: skip
_MARGIN: Final = {"l": 8, "r": 12, "t": 8, "b": 8}
_FONT: Final = {"family": "system-ui, sans-serif", "size": 13, "color": BLACK}
NUMBER: Final = ",.10~g"
LABEL_WIDTH: Final = 26  # characters of a line of a bar's label


@dataclass(frozen=True)
class Plot:
    """One plotly figure: its heading, its traces and layout, and its height in pixels."""

    title: str
    figure: dict[str, Any]
    height: int


def plots(chart: Chart) -> list[Plot]:
    """A figure for each panel of a chart, so that a page can put them where there is room."""
    if isinstance(chart, Panels):
        return [_panel(chart, panel) for panel in chart.panels]
    if isinstance(chart, Ranked):
        return [_ranked(chart)]
    assert isinstance(chart, FlowChart)
    return [_sankey(chart, title, n) for n, (title, _) in enumerate(chart.diagrams)]


def _panel(chart: Panels, panel: Pane) -> Plot:
    height = 220 if chart.small else 360 if len(chart.panels) == 1 else 215
    first = panel is chart.panels[0]
    traces = [_trace(chart, panel, series) for series in panel.series]
    room = panel.room()
    ends = {"range": list(room)} if room else {}
    layout = _layout(legend=first and not chart.small and len(traces) > 1) | {
        "xaxis": _axis(chart) | _ticks(chart, panel),
        "yaxis": {
            "title": {"text": panel.unit},
            "rangemode": "tozero" if panel.from_zero else "normal",
            "automargin": True,
            "gridcolor": "#e3e6e9",
            "zeroline": True,
            "zerolinecolor": GREY,
            "fixedrange": True,
            "tickformat": NUMBER,
            "nticks": 5 if chart.small else 7,
        }
        | ends,
        "barmode": "relative",
        "hovermode": "x unified",
        "bargap": 0.25,
        "shapes": list(_shade(chart)),
        "annotations": [_annotation(chart, panel, mark) for mark in panel.marks],
    }
    return Plot(panel.title, {"data": traces, "layout": layout}, height)


def _trace(chart: Panels, panel: Pane, series: Series) -> PlotlyTrace:
    values = [None if v is None else v / panel.scale for v in series.values]
    style = series.style
    trace: PlotlyTrace = {
        "name": safe(series.name),
        "x": _at(chart),
        "y": values,
        "hovertemplate": f"%{{y:{NUMBER}}}" if panel.scale == 1 else "%{y:,.2f}",
    }
    if series.kind == "bar":
        return trace | {"type": "bar", "marker": _filled(style)}
    mode = "lines" if style.marker == "none" else "lines+markers"
    line = {"color": style.colour, "dash": style.dash, "width": 2.5 * style.width}
    trace |= {"type": "scatter", "mode": mode, "line": line}
    if series.kind == "step":
        line["shape"] = "hvh"
    if style.marker != "none":
        trace["marker"] = {"symbol": _SYMBOLS[style.marker], "size": 5 if chart.small else 7}
    return trace


def _filled(style: Style) -> dict[str, Any]:
    pattern = {
        "shape": style.hatch,
        "fillmode": "overlay",
        "fgcolor": "#ffffff",
        "fgopacity": 0.75,
        "size": 7,
    }
    return {"color": style.colour, "pattern": pattern, "line": {"color": BLACK, "width": 0.4}}


def _at(chart: Panels) -> list[Any]:
    return [safe(str(x)) if isinstance(x, str) else x for x in chart.axis]


def _axis(chart: Panels) -> dict[str, Any]:
    kind = "linear" if chart.has_numbers else "category"
    title = {} if chart.small else {"title": {"text": safe(chart.axis_title)}}
    return title | {"type": kind, "automargin": True, "fixedrange": True, "gridcolor": "#f0f2f4"}


def _ticks(chart: Panels, panel: Pane) -> dict[str, Any]:
    """As many labels as can be read, the last among them; below each other, under the lowest."""
    if chart.has_numbers:
        return {}
    if not chart.small and panel is not chart.panels[-1]:
        return {"tickvals": _at(chart), "showticklabels": False}
    count, most = len(chart.axis), 4 if chart.small else 11
    step = -(-count // most)
    shown = [_at(chart)[n] for n in range(count) if (count - 1 - n) % step == 0]
    return {"tickvals": shown, "ticktext": shown, "tickangle": -40 if len(shown) > 3 else 0}


def _shade(chart: Panels) -> Iterator[dict[str, Any]]:
    stretches = [] if chart.shaded is None else [(*chart.shaded[:2], 1.0, SHADE)]
    stretches += [(first, last, STRIP_HEIGHT, STRIP) for first, last, _ in chart.underlined]
    for first, last, height, colour in stretches:
        yield {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": first,
            "x1": last,
            "y0": 0,
            "y1": height,
            "fillcolor": colour,
            "line": {"width": 0},
            "layer": "below" if colour == SHADE else "above",  # a strip is before the bars
        }


def _annotation(chart: Panels, panel: Pane, mark: Mark) -> dict[str, Any]:
    right = mark.at >= len(chart.axis) * 0.6
    return {
        "x": _at(chart)[mark.at],
        "y": mark.value / panel.scale,
        "text": f"<b>{safe(mark.text)}</b>",
        "showarrow": True,
        "arrowhead": 2,
        "ax": 0,
        "ay": 34 if mark.below else -34,
        "xanchor": "right" if right else "left",
        "bgcolor": "rgba(255,255,255,0.85)",
    }


def _layout(*, legend: bool) -> dict[str, Any]:
    return {
        "font": _FONT,
        "margin": _MARGIN,
        "autosize": True,
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "showlegend": legend,
        "dragmode": False,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
        },
        "hoverlabel": {"font": {"size": 13}},
    }


def _ranked(chart: Ranked) -> Plot:
    labels = [wrapped(label, LABEL_WIDTH, "<br>", safe) for label in chart.labels]
    bars, bare = chart.bars(), f"%{{x:{NUMBER}}}"
    twice = any(sum(x[n] is not None for _, x, _ in bars) > 1 for n in range(len(labels)))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": safe(each.name),
            "y": list(range(len(labels))),
            "x": lengths,
            "text": words,
            "textposition": "inside",
            "marker": _filled(each.style),
            "customdata": [safe(label) for label in chart.labels],
            "hovertemplate": [f"%{{customdata}}: {word or bare}" for word in words],
        }
        for each, lengths, words in bars
    ]
    lines = max((label.count("<br>") + 1 for label in labels), default=1)
    layout = _layout(legend=len(chart.series) > 1) | {
        "xaxis": {
            "title": {"text": wrapped(chart.unit, LABEL_WIDTH, "<br>", safe), "font": {"size": 13}},
            "automargin": True,
            "fixedrange": True,
            "gridcolor": "#e3e6e9",
            "zeroline": True,
            "zerolinecolor": GREY,
            "tickformat": NUMBER,
        },
        "yaxis": {
            "tickvals": list(range(len(labels))),
            "ticktext": labels,
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
        },
        "barmode": "group" if twice else "relative",
        "bargap": 0.3,
    }
    return Plot("", {"data": traces, "layout": layout}, 110 + len(labels) * max(18 * lines, 28))


def _sankey(chart: FlowChart, title: str, number: int) -> Plot:
    flows = chart.diagrams[number][1]
    left, right = (list(dict.fromkeys(getattr(f, end) for f in flows)) for end in ("start", "end"))
    trace = {
        "type": "sankey",
        "arrangement": "snap",
        "valueformat": ",.0f",
        "node": {
            "label": [safe(name) for name in (*left, *right)],
            "customdata": [safe(chart.cut.get(name, name)) for name in (*left, *right)],
            "hovertemplate": "%{customdata}: %{value:,.0f}<extra></extra>",
            "pad": 14,
            "thickness": 14,
            "color": [chart.styles[name].colour for name in (*left, *right)],
            "line": {"width": 0},
        },
        "link": {
            "source": [left.index(f.start) for f in flows],
            "target": [len(left) + right.index(f.end) for f in flows],
            "value": [f.value for f in flows],
            "color": [_pale(chart.styles[f.start].colour) for f in flows],
            "hovertemplate": "%{source.customdata} → %{target.customdata}: %{value:,.0f}"
            "<extra></extra>",
        },
    }
    height = 90 + 44 * max(len(left), len(right))
    layout = _layout(legend=False) | {"font": _FONT | {"size": 12}}
    return Plot(title, {"data": [trace], "layout": layout}, height)


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.45)"


def safe(text: str) -> str:
    """Text that plotly shows as it is, not as its own markup."""
    return html.escape(text, quote=False)


def wrapped(label: str, width: int, between: str, each: Any = str) -> str:
    """A long label over up to four lines, cut off in its middle: labels differ in their ends."""
    lines = textwrap.wrap(label, width) or [""]
    if len(lines) > 4:
        lines = [lines[0], f"{lines[1]} …", *lines[-2:]]
    return between.join(each(line) for line in lines)
