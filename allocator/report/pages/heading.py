"""What the pages of all answers begin with, and what they say of the costs they hold."""

from __future__ import annotations

from allocator.explain.answers import Answer
from allocator.wording import listed, paragraph, pounds


def heading(answer: Answer, asked: str) -> str:
    """The instance's title, underlined, and the question; what there was no time for after it."""
    title = answer.instance.title or answer.instance.name
    head = f"{title}\n{'=' * len(title)}\n\nQuestion: {asked}"
    if not answer.unfinished:
        return head
    return f"{head}\n\n{paragraph(f'Not all of it: {answer.unfinished}.')}"


def charged(answer: Answer) -> str:
    """What a plan that falls short is charged, and that costs hold it; blank where it may not."""
    prices = answer.instance.shortfall
    said = []
    if prices.excess_price is not None:
        said.append(f"{pounds(prices.excess_price)} for a child above a target at a year's end")
    if prices.overspend_price is not None:
        said.append(f"£{prices.overspend_price:,.2f} on top of each pound overspent")
    return f"  Costs hold what falling short is charged: {listed(said)}." if said else ""
