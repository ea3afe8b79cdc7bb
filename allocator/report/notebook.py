"""A plan as a notebook shows it: question, answer, a table of the years and a chart.

The chart is a picture, not a script: it is small, is there when the notebook is opened
elsewhere or printed, and needs no network.
"""

from __future__ import annotations

import base64
from html import escape

from allocator.plan.plan import Plan
from allocator.report.charts.children import care
from allocator.report.pages.headline import answer, author_asked, question
from allocator.report.pages.sections import marks_said, years_shown, years_title
from allocator.report.pages.summary import summary


def shown(plan: Plan) -> dict[str, str]:
    """What to show, by media type: HTML, and the summary as plain text."""
    return {"text/html": page(plan), "text/plain": summary(plan)}


def page(plan: Plan) -> str:
    """HTML that stands by itself; without the chart where matplotlib is not installed."""
    title = escape(plan.instance.title or plan.instance.name)
    parts = [
        f"<h4>{title}</h4>",
        *(
            f"<p>{escape(text)}</p>"
            for text in (
                author_asked(plan.instance),
                question(plan.instance, plan.formulation),
                answer(plan),
            )
            if text
        ),
        _table(plan),
        _picture(plan),
    ]
    return "\n".join(filter(None, parts))


def _table(plan: Plan) -> str:
    heading, rows = years_shown(plan)
    note = f"; {marks}" if (marks := marks_said(plan)) else ""
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in heading)
    lines = [
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in rows
    ]
    return (
        f'<table class="dataframe"><caption>{escape(years_title(plan) + note)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody></table>"
    )


def _picture(plan: Plan) -> str:
    try:
        from allocator.report.charts.pictures import picture
    except ImportError:
        return ""
    chart = care(plan)
    drawn = base64.b64encode(picture(chart, "svg")).decode("ascii")
    about = escape(f"{chart.title}. {chart.about}", quote=True)
    return f'<img alt="{about}" src="data:image/svg+xml;base64,{drawn}">'
