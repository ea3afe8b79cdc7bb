"""The summary on a terminal, in colour, or wherever else standard output goes, without."""

from __future__ import annotations

from typing import TextIO

from allocator.plan.plan import Plan
from allocator.report.pages.sketch import FINE, PLAIN, Characters
from allocator.report.pages.summary import summary, summary_runs


def write_summary(plan: Plan, stream: TextIO) -> None:
    """Write the summary: in colour on a terminal, unless NO_COLOR or TERM=dumb says otherwise.

    A stream whose encoding lacks the chart's characters has plain ones instead, and ``?`` for
    any other that it lacks.
    """
    characters = FINE if _has(stream, FINE) else PLAIN
    if stream.isatty():
        _write_in_colour(plan, stream, characters)
    else:
        stream.write(_writable(summary(plan, characters), stream))


def _write_in_colour(plan: Plan, stream: TextIO, characters: Characters) -> None:
    from rich.console import Console
    from rich.text import Text

    runs = [(_writable(text, stream), colour) for text, colour in summary_runs(plan, characters)]
    Console(file=stream, highlight=False, soft_wrap=True).print(Text.assemble(*runs), end="")


def _has(stream: TextIO, characters: Characters) -> bool:
    wanted = characters.plan + characters.baseline + characters.target + characters.axis
    return _writable(wanted, stream) == wanted


def _writable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
