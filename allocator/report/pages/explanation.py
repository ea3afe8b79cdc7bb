"""An explanation in sentences: what binds, why this window, which services; or what conflicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from allocator.explain.answers import records
from allocator.explain.explanation import Explanation
from allocator.explain.shadow_prices.limits import MOST_SHOWN
from allocator.plan.plan import Plan
from allocator.plan.services import NONE
from allocator.plan.tables import charges
from allocator.report.pages.benefits import weights_said
from allocator.report.pages.heading import heading
from allocator.report.pages.no_plan import no_plan
from allocator.report.pages.paying import paying_lines, short_lines
from allocator.report.pages.tightest import tightest_said
from allocator.table import Table
from allocator.vocabulary import TARGET
from allocator.wording import (
    capital,
    counted,
    number,
    paragraph,
    plain,
    pounds,
    shortened,
    table,
    with_window,
)
from formulations import FORMULATIONS

MOST_WINDOWS: Final = 4
MOST_SERVICES: Final = 12


def text(answer: Explanation) -> str:
    """The page, for a plan or for none."""
    parts = _of_plan(answer) if answer.found else no_plan(answer)
    return "\n\n".join([*parts, _proof(answer)]) + "\n"


def _of_plan(answer: Explanation) -> Iterator[str]:
    yield heading(answer, "why is this the plan, and what is each of its limits worth?")
    assert answer.plan is not None
    yield paragraph(
        f"Answer: {with_window(answer.plan.window)}, the plan costs "
        f"{pounds(answer.plan.cost or 0.0)} at present value{_charge(answer.plan)}.  "
        f"{_first(answer)}"
    )
    if hanging := tightest_said(answer.plan):
        yield paragraph(hanging)
    yield "\n".join(_limits(answer))
    for section in (short_lines(answer), paying_lines(answer)):
        if said := "\n".join(section):
            yield said
    if len(answer.tables["windows"]) > 1:
        yield "\n".join(_windows(answer))
    yield "\n".join(_services(answer))
    weights = answer.tables.get("keeping_weights")
    told = weights_said(answer.plan, None if weights is None else Table.of(weights))
    yield from map(paragraph, told)


def _charge(plan: Plan) -> str:
    """What the plan is charged beside its cost for falling short; blank where it may not."""
    amount = charges(plan.instance, plan.tables)
    return f", and is charged {pounds(amount)} for what it falls short by" if amount > 0.5 else ""


def _first(answer: Explanation) -> str:
    """What is worth most, in a sentence."""
    rows = records(answer.tables["limits"])
    paying = [row for row in rows if row["saves"] > 0 or _is_better(row)]
    if not paying:
        return "No limit stands in its way: none would save anything if it gave way."
    return f"The weightiest limit is {paying[0]['words']}: {_saving(answer, paying[0])}."


def _limits(answer: Explanation) -> Iterator[str]:
    """Each limit and what a unit is worth on either side."""
    rows = records(answer.tables["limits"])
    yield paragraph(
        "What binds, what one unit more is worth at present value, and how far that holds"
    )
    plan = answer.plan
    aims = plan is not None and plan.aims_at_targets and plan.instance.resolved.targets
    if aims and not any(row["constraint"] == TARGET for row in rows):
        yield "  The targets do not bind: the cheapest plan goes below them of itself."
    for row in rows[:MOST_SHOWN]:
        yield paragraph(f"{capital(row['words'])} ({where(row)}):", "  ")
        other = "" if _is_better(row) else f"; {_costing(row)}"
        yield paragraph(f"{_saving(answer, row)}{other}.", "    ")
    left = len(rows) - MOST_SHOWN
    if answer.page_alone:
        yield "  and any others are of less weight; --out prices each of them in limits.csv"
    elif left > 0:
        yield f"  and {left} more of less weight; --out writes them to limits.csv"
    if not answer.page_alone and (told := _left_out(answer)):
        yield paragraph(told, "  ")


def _left_out(answer: Explanation) -> str:
    """How much of what binds is not worked out, in a large instance."""
    rows, priced = answer.tables["binding"], len(answer.tables["limits"])
    told = []
    cells = rows.groupby(["constraint", "key", "band"], dropna=False).ngroups
    if cells > priced:
        told.append(f"Of {number(cells)} limits that bind, the {priced} weightiest are priced.")
    open_ones = int((rows["sides"] == "unsettled").sum())
    if open_ones:
        told.append(
            f"Of {number(len(rows))} rows of the program that bind, {number(open_ones)} are "
            f"unsettled: their price is a vertex's, not each side's (binding.csv)."
        )
    return "  ".join(told)


def _is_better(row: dict[str, Any]) -> bool:
    return bool((row["betters"] or 0.0) > 0)


def _before(answer: Explanation, amount: float) -> str:
    """``3.2 fewer children in care at the end``, or what else comes before the cost."""
    if FORMULATIONS[answer.formulation].is_fair:
        return f"{plain(100 * amount, 3)} points more of the share by which every area has fewer"
    return f"{plain(amount, 3)} fewer children in care at the end"


def _saving(answer: Explanation, row: dict[str, Any]) -> str:
    """``one child more in the target saves £221,302 (each of the first 2.1)``."""
    if _is_better(row):
        unit = row["relief"].replace("£1 ", "£1m ")
        far = _as_far(row["relief"], row["betters_hold"])
        return f"{unit} means {_before(answer, row['betters'])}{far}"
    if not row["saves"] > 0:
        return f"{row['relief']} saves nothing, since other limits bind as well"
    far, whole = _as_far(row["relief"], row["holds"]), row["saves_whole"]
    if whole is None:
        return f"{row['relief']} saves {pounds(row['saves'])}{far}"
    return (
        f"{row['relief']} saves {pounds(whole)}, at first at a rate of {pounds(row['saves'])}{far}"
    )


def _costing(row: dict[str, Any]) -> str:
    cost = row["costs"]
    if cost is None or abs(cost) < 0.005:
        return "the other way costs nothing"
    if math.isinf(cost):
        return "the other way there is no plan"
    return f"the other way costs {pounds(cost)}{_as_far(row['relief'], row['costs_hold'])}"


def _as_far(relief: str, holds: float | None) -> str:
    if holds is None or relief.startswith("a start"):
        return ""
    if relief.startswith("£"):
        return f" (for the first {pounds(holds)})"
    return f" (for the first {plain(holds, 2) if holds < 10 else number(holds)})"


def where(row: dict[str, Any]) -> str:
    """``budgets.csv, row 7``."""
    return row["file"] if row["row"] is None else f"{row['file']}, row {row['row']}"


def _windows(answer: Explanation) -> Iterator[str]:
    rows = records(answer.tables["windows"])
    yield "Why the double investment lies where it does"
    shown = rows[1 : 1 + MOST_WINDOWS]
    shown += [row for row in rows[1 + MOST_WINDOWS :] if row["why"] or row["words"] == "none"]
    for row in shown:
        name = "No double investment" if row["words"] == "none" else row["words"]
        why = f": {row['why']}" if row["why"] else ""
        if row["status"] == "infeasible":
            said = f"{name}: there is no plan{why}."
        elif row["status"] == "same":
            said = f"{name}: costs the same; the shorter, then the earlier, is preferred."
        elif row["behind"] is not None:
            said = f"{name}: {_behind(answer, row)}."
        else:
            said = f"{name}: {pounds(row['dearer'])} dearer{why}."
        yield paragraph(said, "  ")
    if len(rows) - 1 > len(shown):
        yield f"  and {counted(len(rows) - 1 - len(shown), 'window')} more; --out writes them all"


def _behind(answer: Explanation, row: dict[str, Any]) -> str:
    """By how much a window is worse in what comes before the cost, or else dearer."""
    if row["behind"] <= 1e-6:
        return f"as few children, {pounds(row['dearer'])} dearer"
    if FORMULATIONS[answer.formulation].is_fair:
        return f"{plain(100 * row['behind'], 3)} points less of the share that every area reaches"
    return f"{plain(row['behind'], 3)} more children in care at the end"


def _services(answer: Explanation) -> Iterator[str]:
    rows = records(answer.tables["services"])
    yield "Services"
    for row in rows[:MOST_SERVICES]:
        area = f" in {answer.instance.label('areas', row['area'])}" if row["area"] else ""
        name = shortened(row["label"], 60) + area
        yield paragraph(f"{name} ({where(row)}): {_service(row)}.", "  ")
    if len(rows) > MOST_SERVICES:
        yield f"  and {len(rows) - MOST_SERVICES} more; --out writes them to services.csv"


def _service(row: dict[str, Any]) -> str:
    levels = f"{number(row['least'])} to {number(row['most'])} cases a year"
    if row["above_floor"] == "yes":
        held = row["limits"].count("; ") + 1 if row["limits"] else 0
        at = f", at {counted(held, 'limit')} above" if held else ""
        return f"{row['fate']}, {levels}{at}"
    doing = row["fate"] if row["most"] <= NONE else f"{row['fate']}, {levels}"
    return f"{doing}{_would_be(row)}"


def _would_be(row: dict[str, Any]) -> str:
    """How much cheaper or better it would have to be."""
    price = pounds(row["unit_cost"])
    if row["asked"] == "no need":
        return "; it is allowed no more"
    if row["asked"] == "no":
        return "; at what cost or effect it would be taken up was not worked out"
    if row["used_at_cost"] is None:
        cost = "it would not be taken up even if cases were free"
    elif row["used_at_cost"] == 0:
        below = pounds(row["not_used_at_cost"])
        cost = f"it would be taken up only if a case were all but free, below {below}, not {price}"
    else:
        cost = (
            f"it would be taken up at {pounds(row['used_at_cost'])} a case, not yet at "
            f"{pounds(row['not_used_at_cost'])} (a case costs {price})"
        )
    least = plain(row["not_used_at_effect"], 3)
    if row["used_at_effect"] is None:
        return f"; {cost}; with {least} times its effect it would still not"
    return f"; {cost}, or with {plain(row['used_at_effect'], 3)} times its effect, not with {least}"


def _proof(answer: Explanation) -> str:
    lines = [
        (
            "Price base",
            f"{answer.instance.price_base}; present values at "
            f"{100 * answer.instance.discount_rate:.3g}% to {answer.instance.first_year}",
        ),
        ("Solved by", f"{answer.solver}, formulation {answer.formulation}"),
        ("Instance", f"{shortened(answer.instance.name, 50)}, hash {answer.instance.hash[:12]}"),
    ]
    return table(lines[0], lines[1:], left=2)
