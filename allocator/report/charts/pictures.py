"""Charts drawn by matplotlib, for a paper and for a page without scripts: PNG or SVG."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from allocator.report.charts.palette import BLACK, GREY, SHADE, STRIP, STRIP_HEIGHT, Style
from allocator.report.charts.plots import LABEL_WIDTH, wrapped
from allocator.report.charts.shapes import Chart, FlowChart, Pane, Panels, Ranked, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH: Final = 7.2  # inches: the text of an A4 page
ACROSS: Final = 3  # small panels in a row
_DASHES: Final = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
_MARKERS: Final = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "none": ""}
_HATCHES: Final = {"": "", "/": "///", "\\": "\\\\\\", "x": "xxx", ".": "..."}
_LOOK: Final[dict[Any, Any]] = {
    "font.size": 8.5, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": "#e3e6e9", "axes.axisbelow": True, "axes.edgecolor": GREY, "hatch.color": "white",
    "hatch.linewidth": 0.7, "svg.hashsalt": "allocator", "legend.frameon": False,
    "text.parse_math": False, "axes.titlesize": 9, "axes.titlelocation": "left",
}  # fmt: skip


def picture(chart: Chart, form: str, *, titled: bool = True) -> bytes:
    """A chart as ``png`` or ``svg``, the same bytes for the same chart."""
    with mpl.rc_context(_LOOK):
        drawn = _drawn(chart)
        if titled:
            drawn.suptitle(wrapped(chart.title, 80, "\n"), x=0.01, ha="left", fontweight="bold")
        stream = io.BytesIO()
        metadata = {"Date": None} if form == "svg" else {"Software": None}
        drawn.savefig(stream, format=form, dpi=200, metadata=metadata)
    return stream.getvalue()


def _drawn(chart: Chart) -> Figure:
    if isinstance(chart, Panels):
        return _panels(chart)
    if isinstance(chart, Ranked):
        return _ranked(chart)
    assert isinstance(chart, FlowChart)
    return _sankeys(chart)


def _panels(chart: Panels) -> Figure:
    across = min(ACROSS, len(chart.panels)) if chart.small else 1
    down = -(-len(chart.panels) // across)
    each = 1.9 if chart.small else 3.3 if down == 1 else 2.4
    figure = Figure(figsize=(WIDTH, each * down + 0.5), layout="constrained")
    grid = list(figure.subplots(down, across, squeeze=False).ravel())
    for axes, panel in zip(grid, chart.panels, strict=False):
        _panel(axes, chart, panel)
    for axes in grid[len(chart.panels) :]:
        axes.axis("off")
    _legend(figure, grid[: len(chart.panels)], chart)
    return figure


def _panel(axes: Axes, chart: Panels, panel: Pane) -> None:
    at = _at(chart)
    above = below = [0.0] * len(at)
    if chart.shaded is not None:
        axes.axvspan(chart.shaded[0], chart.shaded[1], color=SHADE, zorder=0)
    for first, last, _ in chart.underlined:
        axes.axvspan(first, last, ymax=STRIP_HEIGHT, color=STRIP, linewidth=0, zorder=4)
    for series in panel.series:
        values = [float("nan") if v is None else v / panel.scale for v in series.values]
        if series.kind == "bar":
            above, below = _stacked(axes, at, values, series, above, below)
        else:
            _line(axes, at, values, series)
    if panel.from_zero:
        axes.axhline(0, color=GREY, linewidth=0.8)
    for mark in panel.marks:
        axes.annotate(
            mark.text,
            (at[mark.at], mark.value / panel.scale),
            fontweight="bold",
            xytext=(0, -26 if mark.below else 22),
            textcoords="offset points",
            ha="right" if mark.at >= len(at) * 0.6 else "left",
            arrowprops={"arrowstyle": "->", "color": BLACK},
            zorder=6,  # before the strip
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1.5},
        )
    axes.use_sticky_edges = False
    axes.margins(y=0.06)
    if room := panel.room():
        axes.set_ylim(room)
    elif panel.from_zero:
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0] if _below_zero(panel) else 0.0))
    axes.set_title(wrapped(panel.title, 27 if chart.small else 90, "\n"))
    axes.set_ylabel(panel.unit)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    _label_axis(axes, chart)


def _below_zero(panel: Pane) -> bool:
    """Whether any value of a panel is negative."""
    return any(v is not None and v < 0 for series in panel.series for v in series.values)


def _at(chart: Panels) -> list[float]:
    return [float(n) if isinstance(x, str) else x for n, x in enumerate(chart.axis)]


def _stacked(
    axes: Axes,
    at: list[float],
    values: list[float],
    series: Series,
    above: list[float],
    below: list[float],
) -> tuple[list[float], list[float]]:
    """Bars on those before, negative ones downwards; where the next ones stand."""
    counted = [0.0 if math.isnan(v) else v for v in values]
    start = [a if v >= 0 else b for v, a, b in zip(counted, above, below, strict=True)]
    axes.bar(at, counted, 0.75, bottom=start, label=series.name, **_filled(series.style))
    return (
        [a + max(v, 0.0) for v, a in zip(counted, above, strict=True)],
        [b + min(v, 0.0) for v, b in zip(counted, below, strict=True)],
    )


def _filled(style: Style) -> dict[str, Any]:
    return {
        "facecolor": style.colour,
        "hatch": _HATCHES[style.hatch],
        "edgecolor": "white",
        "linewidth": 0.3,
    }


def _line(axes: Axes, at: list[float], values: list[float], series: Series) -> None:
    style = series.style
    look: dict[str, Any] = {
        "color": style.colour,
        "linestyle": _DASHES[style.dash],
        "marker": _MARKERS[style.marker],
        "markersize": 3.5,
        "linewidth": 1.6 * style.width,
        "label": series.name,
    }
    if series.kind == "step":
        look["drawstyle"] = "steps-mid"
        if len(at) == 1:
            look["marker"] = "_"
    axes.plot(at, values, **look)


def _label_axis(axes: Axes, chart: Panels) -> None:
    if chart.has_numbers:
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    else:
        count, most = len(chart.axis), 3 if chart.small else 12
        step = -(-count // most)
        shown = [n for n in range(count) if (count - 1 - n) % step == 0]
        axes.set_xticks(shown, [str(chart.axis[n]) for n in shown])
        if len(shown) > (2 if chart.small else 8):
            axes.tick_params(axis="x", rotation=35)
    if not chart.small:
        axes.set_xlabel(chart.axis_title)


def _legend(figure: Figure, grid: Sequence[Axes], chart: Panels) -> None:
    """One for all panels, with the shaded stretch among its entries."""
    entries: dict[str, Any] = {}
    for axes in grid:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    if chart.shaded is not None:
        entries[chart.shaded[2]] = Patch(facecolor=SHADE)
    for _, _, name in chart.underlined:
        entries[name] = Patch(facecolor=STRIP)
    if len(entries) > 1:
        figure.legend(
            list(entries.values()),
            list(entries),
            loc="outside lower center",
            ncols=min(4, len(entries)),
        )


def _ranked(chart: Ranked) -> Figure:
    labels = [wrapped(label, LABEL_WIDTH + 8, "\n") for label in chart.labels]
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    height = 1.2 + len(labels) * (0.15 * lines + 0.07)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots()
    bars = chart.bars()
    drawn = [[float("nan") if v is None else v for v in lengths] for _, lengths, _ in bars]
    twice = any(sum(not math.isnan(v) for v in values) > 1 for values in zip(*drawn, strict=True))
    thick = 0.38 if twice else 0.7
    for n, (each, _, words) in enumerate(bars):
        at = [m + (n - 0.5) * thick if twice else m for m in range(len(labels))]
        made = axes.barh(at, drawn[n], thick, label=each.name, **_filled(each.style))
        if any(words):
            white = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
            axes.bar_label(made, words, label_type="center", fontsize=6, bbox=white)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel(chart.unit)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    if len(chart.series) > 1:
        figure.legend(loc="outside lower center", ncols=len(chart.series))
    return figure


def _sankeys(chart: FlowChart) -> Figure:
    from sankeyflow import Sankey

    most = max(len({*(f.start for f in flows)}) for _, flows in chart.diagrams)
    most = max(most, *(len({f.end for f in flows}) for _, flows in chart.diagrams))
    down = len(chart.diagrams)
    figure = Figure(figsize=(WIDTH, (0.8 + 0.36 * most) * down), layout="constrained")
    for axes, (title, flows) in zip(
        figure.subplots(down, 1, squeeze=False).ravel(), chart.diagrams, strict=True
    ):
        sides = [_nodes(flows, end, chart) for end in ("start", "end")]
        linked = [[f"start {f.start}", f"end {f.end}", f.value] for f in flows]
        Sankey(
            flows=linked,
            nodes=sides,
            flow_color_mode="source",
            flow_color_mode_alpha=0.45,
            node_width=0.025,
            node_pad_y_min=0.03,
            node_pad_y_max=0.06,
            node_opts={"label_opts": {"fontsize": 8}},
        ).draw(axes)
        axes.set_title(title)
        axes.set_xlim(-0.42, 1.45)
    return figure


def _nodes(flows: Sequence[Any], end: str, chart: FlowChart) -> list[list[Any]]:
    """The groups on one side, each with its total, name and colour."""
    totals: dict[str, float] = {}
    name_of: Callable[[Any], str] = lambda flow: str(getattr(flow, end))  # noqa: E731
    for flow in flows:
        totals[name_of(flow)] = totals.get(name_of(flow), 0.0) + flow.value
    return [
        [
            f"{end} {name}",
            total,
            {
                "label": name,
                "color": chart.styles[name].colour,
                "label_pos": "left" if end == "start" else "right",
                "label_format": "{label}  {value:,.0f}",
            },
        ]
        for name, total in totals.items()
    ]
