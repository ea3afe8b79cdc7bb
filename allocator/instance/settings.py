"""The settings of an instance, by section of ``instance.toml``: as columns, one value each."""

from __future__ import annotations

from typing import Final

from allocator.instance.columns import Column, Default, Kind
from allocator.instance.schema import NOTES, PERIOD, TIMINGS

_SETTINGS: dict[str, tuple[Column, ...]] = {
    "": (Column("schema", Kind.WHOLE, "Version of this format: 1.", low=1, high=1),),
    "instance": (
        Column("name", Kind.NAME, "Name of the instance."),
        Column("title", Kind.TEXT, "Title shown to readers.", Default.BLANK),
        Column(
            "question", Kind.TEXT,
            "What was asked, in its author's words: shown before the answer.", Default.BLANK,
            high=400,
        ),
        Column("first_year", Kind.YEAR, "First financial year of the plan."),
        Column("years", Kind.WHOLE, "Length of the plan.", unit="years", low=1, high=100),
        Column("periods_per_year", Kind.WHOLE, "Periods in a year: 1, 2, 4 or 12.", 1),
        Column(
            "discount_rate", Kind.NUMBER, "Real discount rate per year.", 0.035, "share",
            low=0.0, high=1.0,
        ),
        Column("price_base", Kind.TEXT, "Year in whose prices the money is.", Default.FIRST_YEAR),
        Column(
            "terminal_value", Kind.FLAG, "Whether children still in care at the end have a cost.",
            True,
        ),
        Column(
            "timing", Kind.CHOICE,
            "How rates become moves: `continuous`, or `period`, which lets a child move once in a "
            "period at most.", PERIOD, choices=TIMINGS,
        ),
    ),
    "double_investment": (
        Column("longest", Kind.WHOLE, "Longest double-investment period.", 3, "years", 1),
        Column("starts", Kind.YEARS, "Candidate first years.", Default.EVERY_YEAR),
        Column(
            "protect_statutory", Kind.NUMBER,
            "Share of opening statutory spend that each year of the period must still fund.",
            1.0, "share", 0.0,
        ),
        Column(
            "prevention_uplift", Kind.NUMBER,
            "In each year of the period, prevention spend is at least (1 + this) times its "
            "opening level.",
            0.0, "share", 0.0,
        ),
    ),
    "reinvestment": (
        Column(
            "share", Kind.NUMBER,
            "Share of the statutory saving that goes to prevention once the period is over.",
            0.0, "share", 0.0, 1.0,
        ),
    ),
    "wider_benefits": (
        Column(
            "weight", Kind.NUMBER,
            "Share of the good done to others that counts in what is minimised.",
            0.0, "share", 0.0, 1.0,
        ),
    ),
    "shortfall": (
        Column(
            "excess_price", Kind.NUMBER,
            "Charge for a child above a target at a year's end; blank: targets hold.",
            Default.BLANK, "£ per child", 0.0,
        ),
        Column(
            "overspend_price", Kind.NUMBER,
            "Charge on top of each pound of statutory spend beyond the funds; blank: funds hold.",
            Default.BLANK, "£ per £", 0.0,
        ),
    ),
    "uncertainty": (
        Column(
            "decide", Kind.WHOLE, "Years whose service levels are settled before it shows which "
            "future comes.", 2, "years", 0, 100,
        ),
        Column(
            "risk_weight", Kind.NUMBER,
            "From 0, the expected cost alone, to 1, the mean of the worst futures (CVaR) alone.",
            0.0, "share", 0.0, 1.0,
        ),
        Column(
            "risk_level", Kind.NUMBER,
            "The worst futures begin at this probability; 1 is the worst future.",
            0.9, "share", 0.0, 1.0,
        ),
    ),
}  # fmt: skip


# Every section may carry a source and a note; none of them is used in the arithmetic.
SETTINGS: Final = {
    section: columns + (NOTES if section else ()) for section, columns in _SETTINGS.items()
}


PERIODS_PER_YEAR: Final = (1, 2, 4, 12)
