"""Phrases that several answers share."""

from __future__ import annotations

from allocator.explain.answers import Answer
from allocator.instance.instance import Window
from allocator.wording import counted, listed, pounds, years_said


def window_words(window: Window | None) -> str:
    """``none``, or its years."""
    return "none" if window is None else years_said(range(window[0], window[0] + window[1]))


def with_window(window: Window | None) -> str:
    """``without a double investment``, or ``with 2 years of double investment, 2016-17 ...``."""
    if window is None:
        return "without a double investment"
    return f"with {counted(window[1], 'year')} of double investment, {window_words(window)}"


def heading(answer: Answer, asked: str) -> str:
    """The instance's title, underlined, and the question."""
    title = answer.instance.title or answer.instance.name
    return f"{title}\n{'=' * len(title)}\n\nQuestion: {asked}"


def signed(amount: float) -> str:
    """``£1.2m more``, ``£0.3m less`` or ``the same``."""
    if abs(amount) < 0.5:
        return "the same"
    return f"{pounds(abs(amount))} {'more' if amount > 0 else 'less'}"


def charged(answer: Answer) -> str:
    """What a plan that falls short is charged, and that costs hold it; blank where it may not."""
    prices = answer.instance.shortfall
    said = []
    if prices.excess_price is not None:
        said.append(f"{pounds(prices.excess_price)} for a child above a target at a year's end")
    if prices.overspend_price is not None:
        said.append(f"£{prices.overspend_price:,.2f} on top of each pound overspent")
    return f"  Costs hold what falling short is charged: {listed(said)}." if said else ""


def capital(words: str) -> str:
    """Words as a sentence begins."""
    return words[:1].upper() + words[1:]
