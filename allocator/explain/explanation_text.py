"""An explanation in sentences: what binds, why this window, which services; or what conflicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from allocator.explain.answers import records
from allocator.explain.conflict import said
from allocator.explain.explanation import Explanation
from allocator.explain.ways import Way
from allocator.explain.words import heading, window_words, with_window
from allocator.instance.instance import financial_year
from allocator.wording import counted, listed, number, paragraph, pounds, shortened, table

MOST_LIMITS: Final = 10
MOST_WINDOWS: Final = 4
MOST_SERVICES: Final = 12


def text(answer: Explanation) -> str:
    """The page, for a plan or for none."""
    parts = _of_plan(answer) if answer.found else _no_plan(answer)
    return "\n\n".join([*parts, _proof(answer)]) + "\n"


def _of_plan(answer: Explanation) -> Iterator[str]:
    yield heading(answer, "why is this the plan, and what is each of its limits worth?")
    assert answer.plan is not None
    yield paragraph(
        f"Answer: {with_window(answer.plan.window)} the plan costs "
        f"{pounds(answer.plan.objective or 0.0)} at present value.  {_first(answer)}"
    )
    yield "\n".join(_limits(answer))
    if len(answer.tables["windows"]) > 1:
        yield "\n".join(_windows(answer))
    yield "\n".join(_services(answer))


def _first(answer: Explanation) -> str:
    """What is worth most, in a sentence."""
    rows = records(answer.tables["limits"])
    paying = [row for row in rows if row["saves"] > 0]
    if not paying:
        return "No limit stands in its way: none would save anything if it gave way."
    return f"The weightiest limit is {paying[0]['words']}: {_saving(paying[0])}."


def _limits(answer: Explanation) -> Iterator[str]:
    """Each limit and what a unit is worth on either side."""
    rows = records(answer.tables["limits"])
    yield paragraph(
        "What binds, what one unit more is worth at present value, and how far that holds"
    )
    for row in rows[:MOST_LIMITS]:
        yield paragraph(f"{_capital(row['words'])} ({_where(row)}):", "  ")
        yield paragraph(f"{_saving(row)}; {_costing(row)}.", "    ")
    left = len(rows) - MOST_LIMITS
    if left > 0:
        yield f"  and {left} more of less weight; --out writes them to limits.csv"


def _saving(row: dict[str, Any]) -> str:
    """``one child more in the target saves £221,302 (each of the first 2.1)``."""
    if not row["saves"] > 0:
        return f"{row['relief']} saves nothing, since other limits bind as well"
    return f"{row['relief']} saves {pounds(row['saves'])}{_as_far(row['relief'], row['holds'])}"


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
    return f" (for the first {f'{holds:,.2g}' if holds < 10 else number(holds)})"


def _where(row: dict[str, Any]) -> str:
    return row["file"] if row["row"] is None else f"{row['file']}, row {row['row']}"


def _windows(answer: Explanation) -> Iterator[str]:
    rows = records(answer.tables["windows"])
    yield "Why the double investment lies where it does"
    shown = rows[1 : 1 + MOST_WINDOWS]
    shown += [row for row in rows[1 + MOST_WINDOWS :] if row["why"] or row["words"] == "none"]
    for row in shown:
        name = "None at all" if row["words"] == "none" else row["words"]
        why = f": {row['why']}" if row["why"] else ""
        if row["status"] == "infeasible":
            said = f"{name}: there is no plan{why}."
        elif row["status"] == "same":
            said = f"{name}: costs the same; the shorter, then the earlier, is preferred."
        else:
            said = f"{name}: {pounds(row['dearer'])} dearer{why}."
        yield paragraph(said, "  ")
    if len(rows) - 1 > len(shown):
        yield f"  and {counted(len(rows) - 1 - len(shown), 'window')} more; --out writes them all"


def _services(answer: Explanation) -> Iterator[str]:
    rows = records(answer.tables["services"])
    yield "Services"
    for row in rows[:MOST_SERVICES]:
        name = shortened(row["label"], 60) + (f" in {row['area']}" if row["area"] else "")
        yield paragraph(f"{name} ({_where(row)}): {_service(row)}.", "  ")
    if len(rows) > MOST_SERVICES:
        yield f"  and {len(rows) - MOST_SERVICES} more; --out writes them to services.csv"


def _service(row: dict[str, Any]) -> str:
    levels = f"{number(row['least'])} to {number(row['most'])} cases a year"
    if row["status"] == "used":
        held = row["limits"].count("; ") + 1 if row["limits"] else 0
        at = f", at {counted(held, 'limit')} above" if held else ""
        return f"used, {levels}{at}"
    doing = "not used" if row["status"] == "not used" else f"never above its floor, {levels}"
    return f"{doing}{_would_be(row)}"


def _would_be(row: dict[str, Any]) -> str:
    """How much cheaper or better it would have to be."""
    price = pounds(row["unit_cost"])
    if row["not_used_at_cost"] is None and row["not_used_at_effect"] is None:
        return "; it is allowed no more"
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
    if row["used_at_effect"] is None:
        return f"; {cost}; with {row['not_used_at_effect']:g} times its effect it would still not"
    times = (
        f"{row['used_at_effect']:.3g} times its effect, not with {row['not_used_at_effect']:.3g}"
    )
    return f"; {cost}, or with {times}"


def _no_plan(answer: Explanation) -> Iterator[str]:
    found = answer.conflict
    assert found is not None
    yield heading(answer, "why is there no plan, and what would give one?")
    windows = len(answer.instance.windows)
    where = ""
    if windows:
        where = (
            "  The same holds in every double-investment window that is allowed."
            if answer.everywhere
            else f"  That is {with_window(found.window)}, which comes nearest to a plan."
        )
    yield paragraph(f"Answer: there is no plan.  {_capital(found.sentence)}.{where}")
    yield "\n".join(_conflict(answer))
    yield "\n".join(_ways(answer))
    none = _never(answer)
    if none:
        yield paragraph(f"What does not help, however much of it there is: {listed(none)}.")


def _conflict(answer: Explanation) -> Iterator[str]:
    yield "In conflict: drop any one of these, and the others can hold"
    assert answer.conflict is not None
    for each in said(answer.conflict.members):
        yield paragraph(_capital(each), "  ")
    yield paragraph("There may be other conflicts beside this one; each way out meets all of them.")


def _ways(answer: Explanation) -> Iterator[str]:
    yield "Ways out, each with all else as it is, each tried"
    shown = [way for way in answer.ways if way.possible]
    if not shown:
        yield "  none of those that were looked for"
    yearly = [way for way in shown if way.kind == "money_in_one_year"]
    for way in (way for way in shown if way.kind != "money_in_one_year"):
        yield paragraph(f"{_capital(_way(answer, way))}.", "  ")
    if yearly:
        each = listed([_given(answer, way) for way in yearly])
        yield paragraph(f"Money in one year alone: {each}.", "  ")


def _way(answer: Explanation, way: Way) -> str:
    """A way out as advice, with the row to change and the window it takes."""
    window = f", {with_window(way.window)}" if answer.instance.windows or way.window else ""
    said = _SAID.get(way.kind)
    if way.kind.startswith("money"):
        return f"{_money(answer, way)}{window}"
    if way.kind == "window":
        return f"a double investment in {window_words(way.window)}, which is not allowed now"
    if way.cell is None or way.after is None:
        return f"{way.words} {100 * (way.amount or 0.0):.3g}% higher{window}"
    if said is not None:
        after = financial_year(int(way.after)) if way.unit == "year" else number(way.after)
        return f"{way.words} ({way.cell}): {said.format(after)}{window}"
    amount = pounds if way.unit == "£" else number
    would = f"{amount(way.after)} would do, not {amount(way.before or 0.0)}"
    return f"{way.words} ({way.cell}): {would}{window}"


_SAID: Final = {
    "target": "{} can be reached, no fewer",
    "year": "it can be met by the end of {}, no earlier",
    "start": "{} would do",
}


def _money(answer: Explanation, way: Way) -> str:
    """What it comes to at present value, and where it goes."""
    alone = f" in {answer.instance.label('funds', way.words)} alone" if way.words else ""
    least = f"at least {pounds(way.amount or 0.0)} more at present value"
    return f"money{alone}: {least}, {_given(answer, way)}"


def _given(answer: Explanation, way: Way) -> str:
    """``£10.3m to the core fund in 2016-17``."""
    return listed([
        f"{pounds(extra)} to {answer.instance.label('funds', fund)} in {financial_year(year)}"
        for (fund, _, year), extra in way.money.items()
    ])  # fmt: skip


_ALL: Final = {  # where this kind does not help, neither does any of those that follow
    "money": ("more money, in any fund and year", ("money_in_one_year", "money_in_one_fund")),
    "all_growth": ("faster growth of any or all services", ("growth",)),
    "targets": ("higher targets", ("target", "year")),
}
_ONE: Final = {
    "target": "{} alone", "year": "a later year for {}", "start": "{}, brought forward",
    "money_in_one_year": "money in {} alone", "money_in_one_fund": "money in the fund {} alone",
    "window": "any other double-investment window",
}  # fmt: skip


def _never(answer: Explanation) -> list[str]:
    """What does not help, the narrower left out where the wider does not."""
    lost = [way for way in answer.ways if not way.possible]
    wider = [_ALL[way.kind] for way in lost if way.kind in _ALL]
    covered = {kind for _, kinds in wider for kind in kinds}
    said = [words for words, _ in wider]
    for way in lost:
        if way.kind not in covered and way.kind not in _ALL:
            year = way.kind == "money_in_one_year"
            words = financial_year(int(way.words)) if year else way.words
            said.append(_ONE.get(way.kind, "{}").format(words))
    return list(dict.fromkeys(said))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _proof(answer: Explanation) -> str:
    lines = [
        ("Price base", f"{answer.instance.price_base}; present values at "
         f"{100 * answer.instance.discount_rate:.3g}% to {answer.instance.first_year}"),
        ("Solved by", f"{answer.solver}, formulation {answer.formulation}"),
        ("Instance", f"{shortened(answer.instance.name, 50)}, hash {answer.instance.hash[:12]}"),
    ]  # fmt: skip
    return table(lines[0], lines[1:], left=2)
