"""What is said of each family of columns and constraints, once.

A constraint is its rule in ``formulations`` (the indices of which say what it is about), its
line in a formulation's ``build`` (its unit) and its entry here: what a council would call it,
the cell of the instance that sets it and, if it is a limit that somebody may move, what moving it
is called and what its price is per.  Whatever tells people about a program reads it from here.

Gaps in words are filled with labels: of the service, the state, the move, the fund, the item;
``{place}`` with the areas and ``{years}`` with the years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

# The few that are asked about by name: what is given to a plan from outside its tables.
TARGET: Final = "target_met"
BUDGET: Final = "fund_balance"
FUNDED: Final = "spend_funded"
GROWTH: Final = "growth_limited"
HIRING: Final = "hiring_limited"
WORK_FITS: Final = "work_fits"
REINVESTED: Final = "savings_reinvested"
WINDOW_FUNDS: Final = "window_only"
IN_WINDOW: Final = "in_window"
AFTER_WINDOW: Final = "after_window"
CHILDREN: Final = "children"
CHILDREN_BALANCE: Final = "children_balance"
LEVEL: Final = "level"
EXPANSION: Final = "expansion"
CONTRACTION: Final = "contraction"
FLOOR: Final = "level_at_least"
RELEASE: Final = "release_limited"
SPEND: Final = "spend"
DRAWN: Final = "drawn"
UNSPENT: Final = "unspent"
FAIR_SHARE: Final = "reduction_shared"
REDUCTION: Final = "reduction"
EXCESS: Final = "excess"  # children above a target, at a price
OVERSPENT: Final = "overspent"

FIRST_YEAR: Final = "services.first_year"  # a source that is a year, and moves in whole ones

OF_SERVICES: Final = ("limit on what services can do", "limits on what services can do")
OF_SPEND: Final = ("limit on spend", "limits on spend")
OF_STAFF: Final = ("limit on staff", "limits on staff")


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a limit gives way where there is no plan: by the least change to its cell.

    ``kind`` names it in ``ways.csv``, ``unit`` is that of the cell; it gives way upwards, or
    downwards where ``sign`` is -1.
    """

    kind: str
    unit: str
    sign: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What moving a limit is called, and what its price is per.

    Attributes:
        title: of all its rows together: ``Growth of {service}``.
        saves: a sentence with a gap for the price, and with ``{more}`` one for the direction.
        price: how the unit's price comes from those of the rows: their ``sum``, their ``mean``,
            the ``year`` (their sum over a year's periods), or ``each`` from least to largest.
        more, less: a unit of relief, up and down.
        step: by what that moves each row: ``one`` of its unit, a ``pound``, one over the periods of
            a year (``period``), a ``month``'s share of what there was before.
        size: the table and column of what is limited, where the limit itself is only a share of it.
        lever: whether those who hold the purse set it: a target, a fund, a limit on spend.
        counted: what several are called where they are only counted.
        way: how it gives way where there is no plan.
    """

    title: str
    saves: str
    price: Literal["sum", "mean", "year", "each"]
    more: str
    less: str
    step: Literal["one", "pound", "period", "month"] = "one"
    size: str = ""
    lever: bool = False
    counted: tuple[str, str] = OF_SERVICES
    way: WayOut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A family's words.

    noun: what a council would call a member.
    source: ``table.column`` (or ``section.name`` of a setting) that sets it.
    relief: of a limit that somebody may move.
    money: whether it caps money, which is let go first where limits are in conflict.
    keys: what the indices of a family of columns are; a constraint's are its rule's.
    """

    noun: str
    source: str
    relief: Relief | None = None
    money: bool = False
    keys: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Table of its source, or section of its setting."""
        return self.source.partition(".")[0]

    @property
    def column(self) -> str:
        """Column of its source, or name of its setting."""
        return self.source.partition(".")[2]


def _spend(title: str, *, yearly: bool = False, way: WayOut | None = None) -> Relief:
    """Of a limit in pounds."""
    more, less = ("£1 more a year", "£1 less a year") if yearly else ("£1 more", "£1 less")
    return Relief(
        title=title,
        saves="£1 {more} saves {price}",
        price="each",
        more=more,
        less=less,
        step="pound",
        lever=True,
        counted=OF_SPEND,
        way=way,
    )


def _level(title: str, till: str = "", way: WayOut | None = None) -> Relief:
    """Of a bound on a service's level."""
    return Relief(
        title=title,
        saves="one case a year {more} throughout saves {price}",
        price="sum",
        more=f"one case a year more{till}",
        less=f"one case fewer{till}" if till else "one case a year fewer",
        way=way,
    )


# Limits first, in the order in which they are told.
CONSTRAINTS: Final[dict[str, Term]] = {
    "target_met": Term(
        noun="the target of {children} children in care{place} by the end of {years}",
        source="targets.children",
        relief=Relief(
            title="Target of {limit} children",
            saves="one child more in the target saves {price}", price="sum",
            more="one child more in the target", less="one child fewer",
            lever=True, counted=("target", "targets"),
        ),
    ),
    "fund_balance": Term(
        noun="the {years} {budget}{place}", source="budgets.amount", money=True,
        relief=Relief(
            title="Fund {fund}", saves="£1 {more} saves {price}", price="each",
            more="£1 more", less="£1 less", step="pound",
            lever=True, counted=("year's budget", "years' budgets"),
        ),
    ),
    FAIR_SHARE: Term(
        noun="the share by which children in care are fewer{place}", source="states.opening",
    ),
    "spend_floor": Term(
        noun="the least that must be spent on {item}{place} in {years}", source="limits.minimum",
        relief=_spend("Least spend on {item}", way=WayOut("spend_floor", "£", -1.0)),
    ),
    "spend_ceiling": Term(
        noun="the most that may be spent on {item}{place} in {years}", source="limits.maximum",
        money=True,
        relief=_spend("Most spend on {item}", way=WayOut("spend_ceiling", "£")),
    ),
    "statutory_protected": Term(
        noun="the protection of statutory spend in the double-investment year {years}{place}",
        source="double_investment.protect_statutory",
        relief=_spend("Statutory spend protected", yearly=True),
    ),
    "prevention_uplifted": Term(
        noun="the prevention uplift in the double-investment year {years}{place}",
        source="double_investment.prevention_uplift",
        relief=_spend("Prevention uplift asked for", yearly=True),
    ),
    REINVESTED: Term(
        noun="the reinvestment of savings in {years}{place}", source="reinvestment.share",
        relief=_spend("Savings to be reinvested", yearly=True),
    ),
    "growth_limited": Term(
        noun="the growth limit of {service}{place} in {years}", source="services.growth_per_year",
        relief=Relief(
            title="Growth of {service}", saves="growth of one case a year more saves {price}",
            price="year", more="growth of one case a year more in a year",
            less="growth of one case less", step="period",
            way=WayOut("growth", "cases a year, per year"),
        ),
    ),
    "coverage_limited": Term(
        noun="the coverage limit of {service}{place} in {years}", source="services.coverage",
        relief=Relief(
            title="Coverage of {service}",
            saves="room for one case a year more in each period saves {price}", price="sum",
            more="room for one case a year more", less="room for one case fewer",
            size="services.level",
        ),
    ),
    "band_limited": Term(
        noun="the room in band {band} of the diminishing returns of {service}{place} in {years}",
        source="returns.up_to",
        relief=Relief(
            title="Diminishing returns of {service}",
            saves="room for one case a year more in each better band saves {price}", price="sum",
            more="room for one case a year more in the band", less="room for one case fewer",
            size="bands.in_band",
        ),
    ),
    "level_at_most": Term(
        noun="the maximum of {service}{place} in {years}", source="services.maximum",
        relief=_level("Largest level of {service}", way=WayOut("maximum", "cases a year")),
    ),
    "served_funded": Term(
        noun="the funding of the cases of {service}{place} that are served in {years}",
        source="services.baseline",
    ),
    "served_held": Term(
        noun="the cases of {service}{place} served at its baseline in {years}",
        source="services.baseline",
    ),
    "level_at_least": Term(
        noun="the minimum of {service}{place} in {years}", source="services.minimum",
        relief=_level("Smallest level of {service}", way=WayOut("minimum", "cases a year", -1.0)),
    ),
    "level_held": Term(
        noun="the first year of {service}{place}, before which it stays as it is in {years}",
        source=FIRST_YEAR,
        relief=_level("Level before the first year of {service}", " till then"),
    ),
    "release_limited": Term(
        noun="the release limit of {service}{place} in {years}", source="services.release_per_year",
        relief=Relief(
            title="Release of {service}", saves="one case a year more given up saves {price}",
            price="mean", more="a month's release more in each year",
            less="a month's release less", step="month", size="services.contraction",
        ),
    ),
    "places_kept": Term(
        noun="the release limit of places in {state}{place} in {years}",
        source="states.release_per_year",
        relief=Relief(
            title="Release of places in {state}", saves="one place more given up saves {price}",
            price="mean", more="a month's release less in each year",
            less="a month's release more in each year", step="month", size="states.places",
        ),
    ),
    HIRING: Term(
        noun="the hiring limit of {role}{place} in {years}", source="roles.hires_per_year",
        relief=Relief(
            title="Hiring of {role}", saves="one hire a year more saves {price}", price="year",
            more="one hire more a year", less="one hire fewer a year", step="period",
            counted=OF_STAFF, way=WayOut("hires", "FTE a year"),
        ),
    ),
    WORK_FITS: Term(
        noun="the work that {role}{place} can carry in {years}", source="roles.opening",
        relief=Relief(
            title="Staff to do the work of {role}",
            saves="one more FTE at work throughout saves {price}", price="sum",
            more="one more FTE at work", less="one FTE fewer at work", size="staff.in_post",
            counted=OF_STAFF,
        ),
    ),
    "agency_limited": Term(
        noun="the agency share of {role}{place} in {years}", source="roles.agency_share",
        relief=Relief(
            title="Agency share of {role}",
            saves="room for one agency FTE more throughout saves {price}", price="sum",
            more="room for one agency FTE more", less="room for one agency FTE fewer",
            size="staff.agency", counted=OF_STAFF,
        ),
    ),
    "support_growth_limited": Term(
        noun="the growth limit of {practice} for {role}{place} in {years}",
        source="practices.growth_per_year",
        relief=Relief(
            title="Growth of {practice}", saves="growth of one FTE a year more saves {price}",
            price="year", more="growth of one supported FTE more in a year",
            less="growth of one supported FTE less", step="period", counted=OF_STAFF,
            way=WayOut("support_growth", "FTE a year, per year"),
        ),
    ),
    "support_limited": Term(
        noun="the share of {role} that {practice}{place} can support in {years}",
        source="practices.share",
        relief=Relief(
            title="Share of {role} supported by {practice}",
            saves="room for one supported FTE more throughout saves {price}", price="sum",
            more="room for one supported FTE more", less="room for one supported FTE fewer",
            size="practices.supported", counted=OF_STAFF,
        ),
    ),
    "avoidable_limited": Term(
        noun="the avoidable share of {move}{place} in {years}",
        source="transitions.avoidable_share",
        relief=Relief(
            title="Avoidable share of {move}",
            saves="one more move that can be averted saves {price}", price="mean",
            more="one more move a year that can be averted", less="one move fewer", step="period",
            size="diverted.diverted",
        ),
    ),
    "window_only": Term(
        noun="the rule that {fund}{place} pays in double-investment years alone, in {years}",
        source="funds.window_only", money=True,
    ),
    "children_opening": Term(
        noun="the children in {state}{place} at the start", source="states.opening"
    ),
    "children_balance": Term(
        noun="the count of children in {state}{place} in {years}", source="arrivals.children"
    ),
    "diverted_by_service": Term(
        noun="the effect of {service}{place} on {move} in {years}", source="effects.effect"
    ),
    "harm_by_service": Term(
        noun="the effect of {service}{place} on {move} in {years}", source="effects.effect"
    ),
    "avoidable_limited_late": Term(
        noun="the avoidable share of {move}{place} after {years}",
        source="transitions.avoidable_share",
    ),
    "harm_limited_late": Term(
        noun="the children left in {state}{place} for harmful effects to move after {years}",
        source="states.opening",
    ),
    "level_change": Term(
        noun="the level of {service}{place}, which builds on the year before, in {years}",
        source="services.baseline",
    ),
    "bands_filled": Term(
        noun="the diminishing returns of {service}{place} in {years}", source="returns.multiplier"
    ),
    "bands_held": Term(
        noun="the opening cases of {service}{place} in band {band} of its diminishing returns",
        source="returns.multiplier",
    ),
    "places_opening": Term(
        noun="the places funded for {state}{place} at the start", source="states.opening"
    ),
    "places_needed": Term(
        noun="a place for every child in {state}{place} in {years}", source="states.opening"
    ),
    "staff_in_post_at_start": Term(
        noun="the {role}{place} in post at the start", source="roles.opening"
    ),
    "staff_change": Term(
        noun="the count of {role}{place}, who join, leave and stay, in {years}",
        source="roles.leaving_rate",
    ),
    "support_at_start": Term(
        noun="the start of {practice} for {role}{place}, before which nobody is supported",
        source="practices.growth_per_year",
    ),
    "tier_spend": Term(noun="the cost of {tier}{place} in {years}", source="states.unit_cost"),
    FUNDED: Term(noun="the need to fund {tier}{place} in {years}", source="funds.tiers"),
    "fund_opening": Term(
        noun="the empty balance of {fund}{place} at the start", source="funds.carry_forward"
    ),
}  # fmt: skip

_OF_A_STATE: Final = ("area", "state", "period")
_OF_A_SERVICE: Final = ("area", "service", "period")
_OF_A_ROLE: Final = ("area", "role", "period")

COLUMNS: Final[dict[str, Term]] = {
    "children": Term(
        noun="the children in {state}{place} in {years}", source="states.opening",
        keys=_OF_A_STATE,
    ),
    "places": Term(
        noun="the places funded for {state}{place} in {years}", source="states.opening",
        keys=_OF_A_STATE,
    ),
    "level": Term(
        noun="the cases of {service}{place} in {years}", source="services.baseline",
        keys=_OF_A_SERVICE,
    ),
    "served": Term(
        noun="the cases of {service}{place} served in {years}", source="services.coverage",
        keys=_OF_A_SERVICE,
    ),
    "expansion": Term(
        noun="the expansion of {service}{place} in {years}", source="services.growth_per_year",
        keys=_OF_A_SERVICE,
    ),
    "contraction": Term(
        noun="the contraction of {service}{place} in {years}", source="services.release_per_year",
        keys=_OF_A_SERVICE,
    ),
    "in_band": Term(
        noun="the cases of {service}{place} in band {band} of its diminishing returns in {years}",
        source="returns.multiplier", keys=("area", "service", "band", "period"),
    ),
    "diverted": Term(
        noun="what {service}{place} averts of {move} in {years}", source="effects.effect",
        keys=("area", "service", "from", "to", "instead", "period"),
    ),
    "in_post": Term(
        noun="the {role}{place} in post in {years}", source="roles.opening", keys=_OF_A_ROLE
    ),
    "hired": Term(
        noun="the hiring of {role}{place} in {years}", source="roles.hires_per_year",
        keys=_OF_A_ROLE,
    ),
    "let_go": Term(
        noun="the {role}{place} let go in {years}", source="roles.exit_cost", keys=_OF_A_ROLE
    ),
    "agency": Term(
        noun="the agency {role}{place} in {years}", source="roles.agency_share", keys=_OF_A_ROLE
    ),
    "supported": Term(
        noun="the {role}{place} supported by {practice} in {years}", source="practices.share",
        keys=("area", "practice", "role", "period"),
    ),
    "spend": Term(
        noun="the spend on {tier}{place} in {years}", source="states.unit_cost",
        keys=("area", "tier", "year"),
    ),
    "drawn": Term(
        noun="what {tier}{place} draws from {fund} in {years}", source="funds.tiers",
        keys=("fund", "owner", "area", "tier", "year"),
    ),
    "unspent": Term(
        noun="what is left unspent of the {years} {budget}{place}", source="budgets.amount",
        keys=("fund", "owner", "year"),
    ),
    REDUCTION: Term(
        noun="the share by which every area has fewer children in care", source="states.opening",
    ),
    "excess": Term(
        noun="the children in care above the target{place} at the end of {years}",
        source="targets.children", keys=("owner", "year"),
    ),
    "overspent": Term(
        noun="what statutory work{place} spends beyond the funds in {years}",
        source="shortfall.overspend_price", keys=("area", "year"),
    ),
}  # fmt: skip

# Which column each row settles where nothing changes, and where its index leads there; an earlier
# row has the first say.
SETTLED: Final[tuple[tuple[str, str, Literal["same", "opening", "best band"]], ...]] = (
    ("children_opening", "children", "opening"),
    ("children_balance", "children", "same"),
    ("level_held", "level", "same"),
    ("level_change", "level", "same"),
    ("served_held", "served", "same"),
    ("served_funded", "served", "same"),
    ("places_opening", "places", "opening"),
    ("places_needed", "places", "same"),
    ("diverted_by_service", "diverted", "same"),
    ("harm_by_service", "diverted", "same"),
    ("bands_filled", "in_band", "best band"),
    ("bands_held", "in_band", "same"),
    ("staff_in_post_at_start", "in_post", "opening"),
    ("staff_change", "in_post", "same"),
    ("support_at_start", "supported", "opening"),
    ("tier_spend", "spend", "same"),
    ("fund_opening", "unspent", "same"),
    ("fund_balance", "unspent", "same"),
)


def term(name: str) -> Term:
    """Of a family of columns or constraints; KeyError for one of which nothing is said."""
    return CONSTRAINTS[name] if name in CONSTRAINTS else COLUMNS[name]


def reliefs() -> Mapping[str, Relief]:
    """Limits that a council or its funders could change, by constraint, in order."""
    return {name: each.relief for name, each in CONSTRAINTS.items() if each.relief is not None}
