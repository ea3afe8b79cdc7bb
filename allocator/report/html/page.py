"""From plans to one HTML page: parts, then a template, then everything it needs put inside it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from allocator import __version__
from allocator.files import place_file
from allocator.report.charts.pictures import picture
from allocator.report.charts.plots import plots
from allocator.report.charts.shapes import Chart, FlowChart, Panels
from allocator.report.html import evidence, proof
from allocator.report.html.blocks import HtmlChart, PageBlock, Part
from allocator.report.html.differences import comparison
from allocator.report.html.findings import sections
from allocator.report.html.headline import answered, asked, first_screen, keys
from allocator.report.html.hedged import hedge_part
from allocator.report.pages.against import names
from allocator.report.pages.headline import author_asked
from allocator.report.saved_hedge import SavedHedge
from allocator.report.saved_plan import SavedPlan, plans_alone

TEMPLATE: Final = "page.html.j2"
_BETWEEN: Final = re.compile(r"<!--.*?-->|(?<=>)\s+(?=<)", re.DOTALL)  # tags of a picture
_SPACE: Final = re.compile(r"\s+")
_SAFE: Final = " !'()*+,-./:;=?@[]_~$"  # what stands as it is in a picture's address
_DASHES: Final = {"solid": "Solid", "dash": "Dashed", "dot": "Dotted", "dashdot": "Dot-dashed"}


def write_page(
    saved_plans: Sequence[SavedPlan | SavedHedge], path: Path, *, force: bool = False
) -> None:
    """Write the report to a file, whole or not at all; UsageError if one is there without force."""
    text = page(saved_plans)
    place_file(path, lambda new: _write(text, new), force=force)


def _write(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def page(saved_plans: Sequence[SavedPlan | SavedHedge]) -> str:
    """The report of a plan, or of several side by side, as HTML that needs nothing else."""
    environment = Environment(
        loader=PackageLoader("allocator.report.html", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["coded"] = coded
    several = len(saved_plans) > 1
    title = (
        f"Plans side by side: {', '.join(names(plans_alone(saved_plans)))}"
        if several
        else saved_plans[0].title
    )
    return environment.get_template(TEMPLATE).render(
        title=title,
        parts=parts(saved_plans),
        version=__version__,
        several=several,
        style=Markup(_file("page.css")),
        script=Markup(_file("page.js")),
        library=_library(),
        still=still,
        drawing=drawing,
        plots=plots,
        notes=notes,
        arrangement=arrangement,
    )


def parts(saved: Sequence[SavedPlan | SavedHedge]) -> list[Part]:
    """One part a plan; where there are several, one before them that sets them side by side."""
    if isinstance(saved[0], SavedHedge):
        return [hedge_part(saved[0])]
    saved_plans = plans_alone(saved)
    if len(saved_plans) == 1:
        return [_part(saved_plans[0], "", saved_plans[0].title)]
    labels = names(saved_plans)
    own = [
        _part(each, f"plan-{n}-", f"{label}: {each.title}")
        for n, (each, label) in enumerate(zip(saved_plans, labels, strict=True), 1)
    ]
    return [comparison(saved_plans), *own]


def charts(part: Part) -> Iterator[Chart]:
    """Every chart of a part, in order."""
    blocks: list[PageBlock] = [
        *part.first,
        *(b for section in part.sections for b in section.blocks),
    ]
    yield from (block.chart for block in blocks if isinstance(block, HtmlChart))


def _part(saved: SavedPlan, prefix: str, title: str) -> Part:
    plan = saved.plan
    return Part(
        prefix,
        title,
        asked(plan),
        answered(plan),
        keys(plan),
        first_screen(plan),
        (*sections(saved), evidence.section(plan), proof.section(saved)),
        author_asked(plan.instance).removeprefix("Asked: "),
    )


def coded(text: str) -> Markup:
    """Text with what stands in backticks as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if n % 2 else escape(piece)
        for n, piece in enumerate(pieces)
    )


@cache
def _library() -> str:
    """The parts of the chart library that are drawn with: gzip in base64, which browsers unpack."""
    packed = files("allocator.report.html") / "library" / "plotly.min.js.gz"
    return base64.b64encode(packed.read_bytes()).decode("ascii")


def still(chart: Chart) -> Markup:
    """The chart as a picture inside the page, for paper and for browsers without scripts.

    As text without comments and spaces between tags, a third smaller than in base64.
    """
    text = picture(chart, "svg", titled=False).decode("utf-8")
    bare = _SPACE.sub(" ", _BETWEEN.sub("", text)).replace('"', "'")
    return Markup("data:image/svg+xml,{}").format(Markup(quote(bare, safe=_SAFE)))


def drawing(figure: dict[str, Any]) -> Markup:
    """A plotly figure as JSON that cannot end the script it stands in."""
    dumped = json.dumps(figure, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(dumped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def notes(chart: Chart) -> list[str]:
    """What a reader needs to know of how a chart is drawn."""
    if isinstance(chart, FlowChart) and chart.cut:
        return [f"Names that are cut off, in full: {'; '.join(chart.cut.values())}."]
    if not isinstance(chart, Panels):
        return []
    told = "Shaded" in chart.about
    said = [f"Shaded: {chart.shaded[2].lower()}."] if chart.shaded and not told else []
    if chart.small:
        lines = {s.name: _DASHES[s.style.dash] for panel in chart.panels for s in panel.series}
        said += [f"{dash}: {name.lower()}." for name, dash in lines.items() if len(lines) > 1]
    if not all(panel.from_zero for panel in chart.panels):
        said.append("The vertical axis does not begin at zero.")
    return said


def arrangement(chart: Chart) -> str:
    """How the page lays a chart's plots out: class names of its style."""
    if isinstance(chart, FlowChart):
        return "diagrams"
    return "small" if isinstance(chart, Panels) and chart.small else "stacked"


def _file(name: str) -> str:
    return (files("allocator.report.html") / "template" / name).read_text(encoding="utf-8")
