"""The page of a hedge: what to settle now, what each future then does, and why to trust it."""

from __future__ import annotations

from allocator import __version__
from allocator.report.charts.futures import future_charts
from allocator.report.html.asked import stress_blocks
from allocator.report.html.blocks import (
    Command,
    Facts,
    HtmlChart,
    HtmlTable,
    KeyFigure,
    PageBlock,
    Part,
    Section,
    Text,
)
from allocator.report.html.proof import rules
from allocator.report.pages.hedge import QUESTION, answered, proof_lines, settling_today
from allocator.report.pages.hedge_items import (
    benefits_figures,
    futures_figures,
    settled_figures,
    windows_figures,
    worth_figures,
)
from allocator.report.saved_hedge import SavedHedge
from allocator.wording import pounds


def hedge_part(saved: SavedHedge) -> Part:
    """The report of a hedge."""
    hedge = saved.hedge
    tables: list[PageBlock] = [HtmlTable(each) for each in settled_figures(hedge)]
    sections = [
        Section("settle", "What to settle now", tuple(tables) or (Text("Nothing."),)),
        Section("futures", "What each future then does", (HtmlTable(futures_figures(hedge)),)),
        Section("worth", "What it costs", (HtmlTable(worth_figures(hedge)),)),
    ]
    if good := benefits_figures(hedge):
        sections.append(Section("good", "Good done to others", tuple(map(HtmlTable, good))))
    if len(hedge.windows) > 1:
        told = HtmlTable(windows_figures(hedge))
        sections.append(Section("windows", "Every window of double investment", (told,)))
    sections.append(Section("stress", "If the numbers turn out otherwise", stress_blocks(saved)))
    charts = tuple(HtmlChart(chart) for chart in future_charts(hedge))
    question = QUESTION[:1].upper() + QUESTION[1:]
    return Part(
        "",
        saved.title,
        question,
        (answered(hedge),),
        _keys(saved),
        charts,
        (*sections, _proof(saved)),
    )


def _keys(saved: SavedHedge) -> tuple[KeyFigure, ...]:
    hedge = saved.hedge
    settling = settling_today(hedge)
    return (
        KeyFigure("Expected cost", pounds(hedge.expected_cost or 0.0), "at present value"),
        KeyFigure("Cost of the worst (CVaR)", pounds(hedge.cvar or 0.0), "at present value"),
        KeyFigure("Targets met", f"{hedge.target_met:.0%}", "chance"),
        KeyFigure("Funds suffice", f"{hedge.funds_suffice:.0%}", "chance"),
        *([KeyFigure("Settling the plan without scenarios", settling, "")] if settling else []),
    )


def _proof(saved: SavedHedge) -> Section:
    lines = [
        *proof_lines(saved.hedge),
        ("Instance", saved.hedge.instance.name),
        ("Hash of the instance", saved.hedge.instance.hash),
        ("Solved with", f"allocator {saved.made_with}"),
        ("This report made with", f"allocator {__version__}"),
    ]
    again = (
        "Every future's plan was run forward again when this report was made, and what they share "
        "and what they come to was checked. To check it, run in the folder that holds it:"
    )
    blocks = (
        Facts(tuple(lines)),
        HtmlTable(rules(saved.audit), folded=True),
        Text(again),
        Command(f"allocator audit {saved.place}"),
    )
    return Section("proof", "Proof, and how to reproduce it", blocks)
