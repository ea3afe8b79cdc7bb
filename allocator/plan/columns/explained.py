"""The tables of ``explain``, of a plan and of an instance that has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from allocator.plan.columns.measure import (
    AnswerColumns,
    Columns,
    Measure,
    Shape,
    cases,
    children,
    in_its_unit,
    pounds,
    present,
    price,
    ratio,
    whole,
    year,
)
from formulations.names import KEYS

MOST_EFFECTIVE: Final = 16.0  # times its effects: as far as a service that is not used is asked

_CELL: Final[Columns] = {
    "file": Measure("file of the instance (or workbook and sheet) that sets it"),
    "row": whole("row of that file; blank for a setting"),
    "key": Measure("the cell, as --set names it"),
}
_SHAPES: Final[Mapping[str, Shape]] = {"band": "whole", "year": "whole", "period": "whole"}
_ABOUT: Final[Columns] = {  # no limit has a tier, or another way to go
    key: Measure("what it is about; blank where it does not apply", shape=_SHAPES.get(key, "name"))
    for key in KEYS
    if key not in ("tier", "instead")
}

EXPLAIN: Final[AnswerColumns] = {
    "limits": {
        "constraint": Measure("its name in docs/model.md"),
        "words": Measure("what a council would call it, and the years in which it binds"),
        **_CELL,
        "value": Measure("what the cell says; blank where it takes its default"),
        "source": Measure("where the instance has it from"),
        "relief": Measure("what one unit is that makes the plan cheaper"),
        "saves": present(
            "£ at present value that one such unit saves, in all the periods in which it binds"
        ),
        "holds": price("units for which it does; blank where not worked out", "units"),
        "saves_whole": present(
            "£ at present value that a whole unit saves, in the plan's window, where the price "
            "holds for less than one"
        ),
        "costs": present("£ at present value that one unit the other way costs; infinite: no plan"),
        "costs_hold": price("units for which it does; blank where not worked out", "units"),
        "worth": present("£ at present value: saves times all that is limited, for order alone"),
        "betters": price(
            "by how much one such unit, £1m of money, betters what comes before the cost: fewer "
            "children in care at the end, or a larger share for every area; blank where nothing "
            "does",
            "children, or a share, per unit",
        ),
        "betters_hold": price("units, £ of money, for which it does", "units"),
    },
    "binding": {
        "constraint": Measure("its name in docs/model.md"),
        "words": Measure("what a council would call it"),
        **_CELL,
        **_ABOUT,
        "price_more": price(
            "£ at present value by which cost changes for one unit more of the limit; infinite: "
            "no plan"
        ),
        "price_less": price(
            "£ at present value: the same slope for less of the limit, so that one unit less "
            "changes cost by minus this; infinite: no plan"
        ),
        "sides": Measure(
            "one: the same price on both sides; two: a price for each; unsettled: a vertex's "
            "price, which may be either side's or neither's"
        ),
        "unit": Measure("unit of limit, activity and holds_from, holds_to"),
        "limit": in_its_unit(
            "what is allowed, or asked for; 0 where the limit is a share of something"
        ),
        "holds_from": in_its_unit(
            "limit down to which price_less holds at least; blank where not worked out"
        ),
        "holds_to": in_its_unit(
            "limit up to which price_more holds at least; blank where not worked out"
        ),
        "size": in_its_unit(
            "what is limited, in units: the limit, or the level where the limit is a share"
        ),
        "worth": present("£ at present value: price of the side that saves, times size"),
    },
    "services": {
        "service": Measure("the service"),
        "label": Measure("its label"),
        "area": Measure("the area, where its row of services is of one"),
        "file": Measure("file of the instance (or workbook and sheet)"),
        "row": whole("row of that file"),
        "fate": Measure(
            "what becomes of it: taken up, not taken up, expanded, kept, held at its floor, cut "
            "or ended; today's level against the last year's"
        ),
        "above_floor": Measure("yes: above its minimum in some period; no: never"),
        "baseline": cases("cases a year that run already"),
        "least": cases("cases a year in the period with fewest, of all areas of the row"),
        "most": cases("cases a year in the period with most"),
        "limits": Measure("limits at which it stands that have a price; see limits.csv"),
        "unit_cost": price("£ per case", "£ per case"),
        "asked": Measure(
            "yes: the four columns that follow were worked out; no need: it is used, or is "
            "allowed no more; no: left out, which is so of all but the dearest few in a very "
            "large instance"
        ),
        "used_at_cost": price(
            "£ per case at which the plan, in its window, takes it up; blank: not even if cases "
            "were free, or where it is used",
            "£ per case",
        ),
        "not_used_at_cost": price(
            "£ per case at which it still does not; the change lies between the two",
            "£ per case",
        ),
        "used_at_effect": ratio(
            "times its effects at which the plan takes it up; blank: not even at "
            f"{MOST_EFFECTIVE:g} times, or where it is used",
            "times",
        ),
        "not_used_at_effect": ratio("times its effects at which it still does not", "times"),
    },
    "keeping_weights": {
        "service": Measure("a service that the plan cuts or holds at its floor"),
        "cut_at": ratio(
            "weight of the good done to others, in hundredths, at which it still ends below "
            "today's level where nothing demands it",
            "share",
        ),
        "kept_at": ratio("weight at which it no longer does; blank: not even at 1", "share"),
        "expanded_at": ratio(
            "weight from which on it ends above today's level; blank: not even at 1", "share"
        ),
    },
    "windows": {
        "first_year": year(
            "financial year in which the double investment would begin; blank for none"
        ),
        "years": whole("its length; blank for none", "years"),
        "words": Measure("the years of the double investment"),
        "status": Measure(
            "chosen, dearer, same (its cost is the same, and the shorter, then the earlier, is "
            "preferred) or infeasible"
        ),
        "objective": present(
            "£ at present value that the plan with it costs; blank where there is none"
        ),
        "dearer": present("£ at present value by which it is dearer than the plan's"),
        "behind": price(
            "by how much it is worse in what comes before the cost: more children in care at the "
            "end, or a smaller share for every area; blank where nothing does",
            "children, or a share",
        ),
        "why": Measure(
            "what stops it, for the next cheapest and the nearest ones; blank for others"
        ),
    },
    "short": {
        "kind": Measure(
            "child: one above a target at a year's end; pound: one of statutory spend beyond the "
            "funds"
        ),
        "owner": Measure("area whose target or spend it is; all: the target of all areas"),
        "year": year("financial year"),
        "short": price("children, or £: by how much the plan falls short", "children, or £"),
        "charged": price(
            "£ at present value that one child, or one pound, is charged, beside what is spent",
            "£ at present value per child or £",
        ),
        "worth": price(
            "£ at present value that one child more in the target, or one pound more from a fund, "
            "would save: the charge where the plan falls short, less where it does not",
            "£ at present value per child or £",
        ),
    },
    "paying": {
        "fund": Measure("the fund; twice where areas' own rows of it differ in kind"),
        "file": Measure("file of the instance (or workbook and sheet) that sets it"),
        "row": whole("row of that file"),
        "window_only": Measure(
            "yes: one-off money, which pays in the window alone; no: it pays in any year"
        ),
        "carry_forward": ratio("share of what is left that the next year has; the rest lapses"),
        "given": pounds("£ given to it in all years of the plan"),
        "drawn": pounds("£ drawn in all of them"),
        "lapsed": pounds("£ that lapses"),
        "first_year": year("first financial year in which it pays; blank for none"),
        "last_year": year("the last"),
    },
    "conflict": {
        "constraint": Measure("its name in docs/model.md"),
        "words": Measure("what a council would call it, and the years in which it is in conflict"),
        **_CELL,
        "value": Measure("what the cell says; blank where it takes its default"),
        "source": Measure("where the instance has it from"),
    },
    "ways": {
        "way": Measure("kind of change"),
        "words": Measure(
            "what is changed, all else held; a year or fund where money is looked for there alone"
        ),
        "possible": Measure(
            "True: the change gives a plan, which was tried; False: no amount of it does, which "
            "is proved"
        ),
        "unit": Measure("unit of before, after and amount"),
        "before": in_its_unit("what the cell says"),
        "after": in_its_unit(
            "what it would have to say, rounded to the side that gives way; the share by which "
            "each must be higher, where it is several"
        ),
        "amount": in_its_unit("the least change there is, not rounded"),
        "file": Measure("file of the instance (or workbook and sheet)"),
        "row": whole("row of that file"),
        "key": Measure("the cell, as --set names it"),
        "window_first_year": year(
            "financial year in which the double investment begins; blank for none"
        ),
        "window_years": whole("its length; blank for none", "years"),
    },
    "money": {
        "way": Measure("kind of change in ways.csv"),
        "words": Measure("the year or fund that it is looked for in alone"),
        "fund": Measure("the fund"),
        "owner": Measure("area that owns the balance; all: shared by all"),
        "year": year("financial year"),
        "amount": pounds("£ that the fund has"),
        "extra": pounds("£ more, undiscounted, rounded up to a pound"),
    },
    "nearest": {
        "year": year("year"),
        "children_in_care": children("children in care at its end"),
        "excess": children("children above the targets at its end, targets added up"),
        "overspent": pounds("£: statutory spend beyond the funds"),
    },
}
