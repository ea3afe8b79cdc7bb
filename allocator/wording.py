"""Numbers, years and lists in words, and tables in plain text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from allocator.instance.instance import Window, financial_year

WIDTH: Final = 98  # characters of a line
LONGEST_LABEL: Final = 34

# A tier as the heading of a column, and in a sentence.
TIER_LABELS: Final = {
    "early_help": "Early help",
    "edge_of_care": "Edge of care",
    "statutory": "Statutory",
}
TIER_WORDS: Final = {
    "early_help": "early help",
    "edge_of_care": "edge-of-care work",
    "statutory": "statutory work",
}


def pounds(amount: float) -> str:
    """Money in a sentence: £1.25bn, £41.3m, £153,204, £12, £0.37, or £0 for less than a penny."""
    size = abs(amount)
    if size < 0.005:
        return "£0"
    sign = "-" if amount < 0 else ""
    if size >= 0.9995e9:
        return f"{sign}£{size / 1e9:,.2f}bn"
    if size >= 0.9995e6:
        return f"{sign}£{size / 1e6:,.{1 if size >= 1e7 else 2}f}m"
    return f"{sign}£{size:,.0f}" if size >= 9.995 else f"{sign}£{size:,.2f}"


def millions(amount: float, decimals: int) -> str:
    """Money in a column of £m."""
    return unsigned_zero(f"{amount / 1e6:,.{decimals}f}")


def unsigned_zero(text: str) -> str:
    """The same but for a minus before zeros."""
    return text[1:] if text.startswith("-") and not any(c in "123456789" for c in text) else text


def decimals_for(largest: float) -> int:
    """Decimals of a column of £m whose largest amount, in £, is this: three figures or more."""
    size = abs(largest) / 1e6
    return next((n for n, least in enumerate((10_000, 100, 10, 1)) if size >= least), 3)


def number(value: float) -> str:
    """A count of children or cases: whole from 100 on, else to a tenth, as far as it has one."""
    digits = 0 if abs(value) >= 99.95 or abs(value - round(value)) < 0.005 else 1
    return unsigned_zero(f"{value:,.{digits}f}")


def plain(value: float, digits: int = 5) -> str:
    """A number of any size to so many figures, never with an exponent: ``384,020``, ``0.0123``."""
    if not math.isfinite(value):
        return str(value)
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:,.{min(max(digits - 1 - size, 0), 12)}f}"
    return unsigned_zero(text.rstrip("0").rstrip(".") if "." in text else text)


def shortened(label: str, longest: int = LONGEST_LABEL) -> str:
    """A label cut to fit."""
    one_line = " ".join(label.split())
    return one_line if len(one_line) <= longest else one_line[: longest - 3].rstrip() + "..."


def years_said(years: Iterable[int]) -> str:
    """``2016-17 to 2018-19 and 2021-22``."""
    return runs_said(years, financial_year)


def runs_said(numbers: Iterable[int], shown: Callable[[int], str] = str) -> str:
    """Whole numbers, three or more in a row as a run: ``2, 3, 5 and 7 to 9``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    said = []
    for first, last in runs:
        ends = dict.fromkeys((shown(first), shown(last)))
        said += [" to ".join(ends)] if last - first != 1 else list(ends)
    return listed(said)


def window_words(window: Window | None) -> str:
    """``none``, or its years."""
    return "none" if window is None else years_said(range(window[0], window[0] + window[1]))


def with_window(window: Window | None) -> str:
    """``without a double investment``, or ``with 2 years of double investment, 2016-17 ...``."""
    if window is None:
        return "without a double investment"
    return f"with {counted(window[1], 'year')} of double investment, {window_words(window)}"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def counted(count: int, noun: str) -> str:
    """``1 year``, ``3 years``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def between(low: float, high: float) -> str:
    """``£0.12 to £0.61``, or one of them where they read the same."""
    return pounds(low) if pounds(low) == pounds(high) else f"{pounds(low)} to {pounds(high)}"


def signed(amount: float) -> str:
    """``£1.2m more``, ``£0.3m less`` or ``the same``."""
    if abs(amount) < 0.5:
        return "the same"
    return f"{pounds(abs(amount))} {'more' if amount > 0 else 'less'}"


def capital(words: str) -> str:
    """Words as a sentence begins."""
    return words[:1].upper() + words[1:]


def paragraph(text: str, indent: str = "") -> str:
    """Text in lines of the right width."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=True,
        break_on_hyphens=False,
    )


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns two spaces apart, the first ``left`` of them flush left, the rest flush right."""
    lines = [heading, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(heading))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n < left else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def scientific(value: float) -> str:
    """A residual: ``3e-12``, or 0."""
    return "missing" if not math.isfinite(value) else f"{value:.0e}" if value else "0"
