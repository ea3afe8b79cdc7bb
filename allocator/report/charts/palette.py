"""Colours that colour-blind readers tell apart, each with a dash, a marker and a hatching.

The colours are those of Okabe and Ito, Color Universal Design, 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from allocator.instance.schema import TIERS


@dataclass(frozen=True)
class Style:
    """How a series looks: never by its colour alone."""

    colour: str
    dash: Literal["solid", "dash", "dot", "dashdot"] = "solid"
    marker: Literal["circle", "square", "diamond", "triangle", "none"] = "none"
    hatch: Literal["", "/", "\\", "x", "."] = ""
    width: float = 1.0  # of a line, 1 the usual


BLACK: Final = "#1a1a1a"
GREY: Final = "#595959"
BLUE: Final = "#0072b2"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
ORANGE: Final = "#e69f00"
VERMILION: Final = "#d55e00"
PURPLE: Final = "#aa4499"
PALE: Final = "#c9d3dc"
SHADE: Final = "#fbeecb"  # the double-investment window, behind everything
STRIP: Final = "#8a5a00"  # years of double running, along the foot
STRIP_HEIGHT: Final = 0.025  # of a panel

PLAN: Final = Style(BLUE, "solid", "circle")
BASELINE: Final = Style(GREY, "dash", "square")
TARGET: Final = Style(VERMILION, "dot", "none", width=2.2)  # to be seen behind the plan
MONEY: Final = Style(BLACK, "solid", "none")
GAIN: Final = Style(BLUE)
LOSS: Final = Style(VERMILION, hatch="/")
CUMULATIVE: Final = Style(BLACK, "solid", "diamond")
TIER_STYLES: Final = dict(
    zip(TIERS, (Style(ORANGE, hatch="/"), Style(GREEN, hatch="\\"), Style(SKY)), strict=True)
)
MANY: Final = (
    Style(BLUE, "solid", "circle"), Style(VERMILION, "dash", "square"),
    Style(GREEN, "dot", "diamond"), Style(PURPLE, "dashdot", "triangle"),
    Style(ORANGE, "solid", "square"), Style(SKY, "dash", "diamond"),
)  # fmt: skip
FLOWS: Final = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, GREY, "#999933", "#882255", "#44aa99")
