"""The tables of an instance: every column's type, unit, default, bounds and meaning.

With ``settings`` for ``instance.toml`` this is the single source: reading, checking, writing, the
starter instance, the workbook and the format's documentation all walk these tables.  The meaning
of each column is fixed by section 2 of the model's specification.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from allocator.instance.columns import Column, Default, InputTable, Kind
from formulations.names import ALL, EXIT, PREVENTION_TIERS, STATUTORY, TIERS, TOTAL

__all__ = [
    "ALL",
    "EXIT",
    "PREVENTION_TIERS",
    "STATUTORY",
    "TIERS",
    "TOTAL",
]

PERIOD: Final = "period"
CONTINUOUS: Final = "continuous"
TIMINGS: Final = (PERIOD, CONTINUOUS)
OUTSIDE: Final = "outside"  # where those who arrive come from
KINDS_OF_BENEFIT: Final = ("fiscal", "economic", "social")  # the Green Book's words
RESERVED: Final = frozenset({*TIERS, EXIT, TOTAL, ALL, OUTSIDE})


_AREA = Column(
    "area",
    Kind.NAME,
    "Area the row holds for; blank for every area.",
    Default.BLANK,
    refers=("area",),
    key=True,
)
_AREA_TOGETHER = Column(
    "area",
    Kind.NAME,
    "Area the row holds for; blank for all areas together.",
    Default.BLANK,
    refers=("area",),
    key=True,
)
NOTES = (
    Column("source", Kind.TEXT, "Where the figure comes from, or `assumption`.", Default.BLANK),
    Column("note", Kind.TEXT, "Anything a reader should know.", Default.BLANK),
)


def _table(name: str, one_row_per: str, *columns: Column, areas_add: bool = False) -> InputTable:
    area = () if name == "areas" else (_AREA_TOGETHER if areas_add else _AREA,)
    return InputTable(name, one_row_per, (*area, *columns, *NOTES), areas_add)


def _whole(name: str, one_row_per: str, *columns: Column) -> InputTable:
    """A table of the whole instance, whose rows are not an area's."""
    area = replace(_AREA, meaning="Leave blank: a future is of all areas.", key=False)
    return InputTable(name, one_row_per, (area, *columns, *NOTES))


def _name(name: str, meaning: str, *refers: str, default: object = Default.REQUIRED) -> Column:
    return Column(name, Kind.NAME, meaning, default, refers=refers, key=True)


def _number(
    name: str,
    meaning: str,
    default: object,
    unit: str,
    low: float | None = 0.0,
    high: float | None = None,
) -> Column:
    return Column(name, Kind.NUMBER, meaning, default, unit, low, high)


def _share(name: str, meaning: str, default: object) -> Column:
    return _number(name, meaning, default, "share", 0.0, 1.0)


def _range(of: str, default: Default, unit: str) -> tuple[Column, ...]:
    """How far a figure may be off, and on what evidence it stands."""
    return (
        _number("low", f"Low end of the {of}.", default, unit, None),
        _number("high", f"High end of the {of}.", default, unit, None),
        _share(
            "interval",
            "Chance that the truth lies between low and high; 1: they are limits.",
            1.0,
        ),
        Column("evidence", Kind.TEXT, "Grade of the evidence.", Default.BLANK),
    )


def _year(meaning: str, default: object = Default.REQUIRED) -> Column:
    return Column("year", Kind.YEAR, meaning, default, "financial year", key=True)


_TABLES = (
    _table(
        "areas",
        "area",
        _name("area", "Name of the area."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.SAME_AREA),
        _number("children", "Population aged 0-17.", Default.BLANK, "children"),
        Column(
            "group", Kind.TEXT, "Region or statistical neighbours, for reports only.",
            Default.BLANK,
        ),
    ),
    _table(
        "states",
        "group of children",
        _name("state", "Name of the group."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.SAME_STATE),
        Column("tier", Kind.TIER, "Tier in which its cost is counted.", "statutory"),
        Column("in_care", Kind.FLAG, "Whether these children are in care.", False),
        _number("opening", "Children at the start.", Default.REQUIRED, "children"),
        _number("unit_cost", "Cost of a child for a year.", 0.0, "£ per child-year"),
        _share("cashable_share", "Share of the unit cost saved when a place is given up.", 1.0),
        _share("release_per_year", "Share of funded places that can be given up in a year.", 1.0),
    ),
    _table(
        "transitions",
        "move",
        _name("from", "State the children leave.", "state"),
        _name("to", "State they move to, or `exit`; the same state for staying.", "state", "exit"),
        _number(
            "rate",
            "Moves per child-year; blank in a row that stands for staying.",
            Default.BLANK,
            "per child-year",
        ),
        _share("avoidable_share", "Share of the moves that services can avert at most.", 0.0),
        _year("Year from which the rate holds.", Default.FIRST_YEAR),
    ),
    _table(
        "arrivals",
        "state and year of new children from outside the states",
        _name("state", "State they arrive in.", "state"),
        _year("Year from which the number holds."),
        _number("children", "New children per year.", Default.REQUIRED, "children per year"),
    ),
    _table(
        "services",
        "programme",
        _name("service", "Name of the service."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.BLANK),
        Column("tier", Kind.TIER, "Tier in which its cost is counted."),
        Column("from", Kind.NAME, "State whose children it can serve.", refers=("state",)),
        _number("unit_cost", "Cost of a case.", Default.REQUIRED, "£ per case"),
        _number("baseline", "Cases per year already running.", 0.0, "cases per year"),
        _number(
            "coverage",
            "Cases per year for each child in `from`, at most.",
            Default.NO_LIMIT,
            "cases per child-year",
        ),
        _number(
            "growth_per_year",
            "Most by which cases per year can rise in a year.",
            Default.NO_LIMIT,
            "cases per year, per year",
        ),
        _share("release_per_year", "Largest share of the level given up in a year.", 1.0),
        _number("setup_cost", "One-off cost of an extra yearly case.", 0.0, "£ per case per year"),
        _number(
            "exit_cost", "One-off cost of a case per year given up.", 0.0, "£ per case per year"
        ),
        _number("minimum", "Fewest cases per year.", 0.0, "cases per year"),
        _number("maximum", "Most cases per year.", Default.NO_LIMIT, "cases per year"),
        Column(
            "first_year",
            Kind.YEAR,
            "Year before which the service stays at its baseline.",
            Default.FIRST_YEAR,
            "financial year",
        ),
    ),
    _table(
        "effects",
        "effect of a service at a lag",
        _name("service", "The service.", "service"),
        _name("from", "State the averted move leaves.", "state"),
        _name("to", "State the averted move enters, or `exit`.", "state", "exit"),
        _name(
            "instead",
            "Where the child goes instead.",
            "state",
            "exit",
            default=Default.FROM_STATE,
        ),
        Column(
            "lag_years", Kind.WHOLE, "Whole years until the effect.", 0, "years", 0.0, key=True
        ),
        _number("effect", "Moves averted per case.", Default.REQUIRED, "moves per case", None),
        *_range("effect", Default.EFFECT, "moves per case"),
    ),
    _table(
        "returns",
        "band of diminishing returns",
        _name("service", "The service.", "service"),
        Column(
            "up_to", Kind.NUMBER, "Upper end of the band, as a share of `coverage`; the last is 1.",
            unit="share", low=0.0, high=1.0, key=True,
        ),
        _number("multiplier", "Multiplier of the effect in the band.", Default.REQUIRED, "share"),
    ),
    _table(
        "funds",
        "source of money",
        _name("fund", "Name of the fund."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.BLANK),
        Column("tiers", Kind.TIERS, "Tiers it may pay for, separated by `;`, or `all`.", ALL),
        Column(
            "window_only", Kind.FLAG, "Whether it pays only in double-investment years.", False
        ),
        _share("carry_forward", "Share of what is unspent that moves to the next year.", 0.0),
    ),
    _table(
        "budgets",
        "annual cap",
        _name("fund", "The fund.", "fund"),
        _year("Year of the money; a year not listed is 0."),
        _number("amount", "Money in the year.", Default.REQUIRED, "£"),
        areas_add=True,
    ),
    _table(
        "limits",
        "bound on spend",
        _name(
            "item", "Tier, `total`, state, service or role.", "tier", "total", "state", "service",
            "role",
        ),
        _year("Year of the bound.", Default.EVERY_YEAR),
        _number("minimum", "Least spend in the year.", Default.NO_LIMIT, "£"),
        _number("maximum", "Most spend in the year.", Default.NO_LIMIT, "£"),
        areas_add=True,
    ),
    _table(
        "targets",
        "target",
        _year("Year at whose end the target first holds; it holds until the next one's year."),
        _number("children", "Children in care at most.", Default.BLANK, "children"),
        _number(
            "per_10000",
            "The same, instead, for every 10,000 children aged 0-17 of its area, or of all areas.",
            Default.BLANK,
            "children per 10,000",
        ),
        areas_add=True,
    ),
    _table(
        "prices",
        "price index",
        _name("item", "A state, a service, a role or `all`.", "state", "service", "role", "all"),
        _year("Year from which the index holds."),
        _number("index", "Price relative to the price base.", Default.REQUIRED, "index"),
    ),
    _table(
        "drivers",
        "year of what demand follows",
        _name("driver", "Name of the driver."),
        _year(
            "Year from which the value holds; the first listed holds before it too. It may be "
            "before the plan."
        ),
        _number("value", "Its value, in a unit of its own.", Default.REQUIRED, "", None),
    ),
    _table(
        "responses",
        "move, or arrival, that follows a driver",
        _name("driver", "The driver.", "driver"),
        _name("from", "State the move leaves, or `outside` for arrivals.", "state", "outside"),
        _name("to", "State it enters, or `exit`.", "state", "exit"),
        _number(
            "response", "Share by which the rate, or the arrivals, rise for one unit more.",
            Default.REQUIRED, "share per unit", -0.99,
        ),
        Column(
            "lag_years", Kind.WHOLE, "Whole years until the response.", 0, "years", 0.0, key=True
        ),
        *_range("response", Default.RESPONSE, "share per unit"),
    ),
    _table(
        "roles",
        "kind of staff",
        _name("role", "Name of the role."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.BLANK),
        Column("tier", Kind.TIER, "Tier in which its cost is counted.", "statutory"),
        _number("opening", "Staff in post at the start.", Default.REQUIRED, "FTE"),
        _number(
            "unit_cost",
            "Cost of one FTE for a year, as far as no unit cost of a state or service holds it.",
            0.0, "£ per FTE-year",
        ),
        _number("leaving_rate", "Rate at which staff leave.", 0.0, "per year"),
        _number(
            "hires_per_year", "Most that can be hired in a year.", Default.NO_LIMIT, "FTE per year"
        ),
        _number("hire_cost", "One-off cost of a hire.", 0.0, "£ per FTE hired"),
        _number("exit_cost", "One-off cost of letting one go.", 0.0, "£ per FTE let go"),
        _number("training_years", "Years before a new starter carries work.", 0.0, "years"),
        _number(
            "agency_cost",
            "Cost of one FTE of agency staff for a year: the premium alone where unit costs of "
            "states or services hold the salary. Blank: no agency.",
            Default.BLANK, "£ per FTE-year",
        ),
        _share("agency_share", "Share of those at work who may be agency staff.", 1.0),
        _number(
            "agency_opening", "Agency staff at the start, whom doing nothing new keeps.", 0.0, "FTE"
        ),
    ),
    _table(
        "workloads",
        "work of a role",
        _name("role", "The role.", "role"),
        _name("item", "The state or service whose work it is.", "state", "service"),
        _number(
            "caseload", "What one FTE carries.", Default.REQUIRED,
            "children (of a service: cases per year) per FTE",
        ),
    ),
    _table(
        "practices",
        "time bought for a role",
        _name("practice", "Name of the practice."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.BLANK),
        _name("role", "The role whose time it is.", "role"),
        _number(
            "unit_cost", "Cost of supporting one FTE for a year.", Default.REQUIRED,
            "£ per supported FTE-year",
        ),
        _number("time", "Factor by which a supported FTE carries more.", 1.25, "factor"),
        _share("share", "Share of the role that can be supported.", 1.0),
        _number(
            "growth_per_year", "Most by which those supported can rise in a year.",
            Default.NO_LIMIT, "FTE per year",
        ),
    ),
    _table(
        "benefits",
        "good done to others, at a lag",
        _name("item", "A service (per case) or a state (per child-year).", "service", "state"),
        Column("to_whom", Kind.NAME, "Who has the good of it.", key=True),
        _number(
            "amount", "Good done to them; negative where it costs them.", Default.REQUIRED,
            "£ per case or child-year", None,
        ),
        Column(
            "lag_years", Kind.WHOLE, "Whole years until it comes; of services only.", 0, "years",
            0.0, key=True,
        ),
        Column(
            "kind", Kind.CHOICE, "Money of a public body, of anybody, or worth of another kind.",
            "fiscal", key=True, choices=KINDS_OF_BENEFIT,
        ),
        *_range("amount", Default.AMOUNT, "£ per case or child-year"),
    ),
    _table(
        "inflation",
        "year, for reports alone",
        _year("Year from which the index holds. It may be before the plan."),
        _number(
            "index", "Cash prices relative to the price base.", Default.REQUIRED, "index", 0.0
        ),
    ),
    _table(
        "optimism",
        "grade of evidence, for reports alone",
        Column("evidence", Kind.TEXT, "Grade of the evidence.", key=True),
        _share("share", "Share by which benefits of that grade are reduced.", 0.0),
    ),
    _whole(
        "scenarios",
        "future that may come",
        _name("scenario", "Name of the future."),
        Column("label", Kind.TEXT, "Name shown to readers.", Default.BLANK),
        _share("probability", "Its probability; all of them add up to 1.", Default.REQUIRED),
        Column(
            "parent", Kind.NAME, "Another future that it is the same as until `branches`; blank: "
            "all futures without a parent are the same until they part.", Default.BLANK,
            refers=("scenario",),
        ),
        Column(
            "branches", Kind.YEAR, "Year from whose first period it is told apart; blank: once "
            "the years to decide are over.", Default.BLANK, "financial year",
        ),
    ),
    _whole(
        "changes",
        "cell that is different in a future; rows apply in their order",
        Column("scenario", Kind.NAME, "The future.", refers=("scenario",)),
        Column("cell", Kind.TEXT, "Which cells, as for `--set`: `states.home.unit_cost`."),
        Column("value", Kind.TEXT, "A number, or `*1.1` for so many times the cell."),
    ),
)  # fmt: skip

TABLES: Final = {table.name: table for table in _TABLES}
FUTURES: Final = frozenset({"scenarios", "changes"})  # the tables that say what may come
# Without rows in the tables that the format gained an instance has the hash that it always had.
LATER_TABLES: Final = FUTURES | {
    "drivers",
    "responses",
    "roles",
    "workloads",
    "practices",
    "benefits",
    "inflation",
    "optimism",
}
