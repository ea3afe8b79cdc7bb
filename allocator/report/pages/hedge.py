"""A hedge in words: what to settle now, what each future then does, and what knowing is worth."""

from __future__ import annotations

import math
from typing import Final

from allocator.hedge import Future, Hedge
from allocator.hedge.origin import DrawnFutures, Origin
from allocator.instance.instance import Instance, financial_year
from allocator.program.program import POUNDS
from allocator.report.pages.benefits import counted_said
from allocator.report.pages.heading import heading
from allocator.report.pages.hedge_benefits import benefits_told
from allocator.report.pages.hedge_settled import TextTable, cuts_said, settled_section
from allocator.report.pages.position import tied_said
from allocator.report.pages.sections import against_said
from allocator.wording import (
    counted,
    decimals_for,
    listed,
    millions,
    number,
    paragraph,
    pounds,
    shortened,
    table,
    window_words,
    with_window,
    years_said,
)

EXCESS, OVERSPEND = 200_000.0, 0.5  # prices of a shortfall to begin with
LITTLE: Final = 0.001  # of the expected cost: less than that is little to hedge against


QUESTION: Final = "what should be settled now, before it shows which of the futures comes?"


def text(answer: Hedge) -> str:
    """The page."""
    parts = [heading(answer, QUESTION), paragraph(f"Answer: {answered(answer)}")]
    if answer.is_feasible:
        parts += [settled_section(answer), table(*futures_told(answer))]
        if good := benefits_told(answer)[1]:
            parts.append(table(benefits_told(answer)[0], good, left=2))
        lines = worth_lines(answer)
        parts.append(table(lines[0], lines[1:], left=2))
    if answer.earlier:
        parts.append(_earlier(answer))
    if len(answer.windows) > 1:
        parts.append(table(*windows_told(answer)))
    return "\n\n".join([*parts, _proof(answer)]) + "\n"


def answered(answer: Hedge) -> str:
    """What to settle, what it costs, and with which chance it is enough."""
    number_of = counted(len(answer.instance.tables["scenarios"]), "scenario")
    if not answer.is_feasible:
        proved = all(each.proved for each in answer.windows)
        return (
            "Nothing that can be settled now leaves a plan in every one of the "
            f"{number_of}{', which is proved' if proved else ''}.{_way_out(answer.instance)}"
        )
    years = [year for levels in answer.settled.values() for year in levels]
    when = f"the levels of {years_said(years)}" if years else "nothing yet"
    counting, way = counted_said(answer.futures[0].plan), with_window(answer.window)
    said = [
        f"{f'{counting}{way}' if counting else way.capitalize()}, settle {when}; over the "
        f"{number_of} the expected cost{', less that good,' if counting else ''} is "
        f"{pounds(answer.expected_cost or 0.0)} at present value."
    ]
    said.append(
        f"The targets are met {_how_often(answer.target_met)}, the funds suffice "
        f"{_how_often(answer.funds_suffice)}."
    )
    if answer.origin is not None:
        said.append(_origin(answer.origin))
    said += [tied_said(answer.as_good, answer.window, answer.npv), cuts_said(answer)]
    said.append(_little_or_much(answer))
    return " ".join(filter(None, said))


def _how_often(chance: float) -> str:
    """In all of the scenarios, in none, or with which chance."""
    rounded = round(chance, 6)
    if rounded in (0.0, 1.0):
        return "in every scenario" if rounded else "in none of the scenarios"
    return f"with a chance of {chance:.0%}"


def _way_out(instance: Instance) -> str:
    """What to ask instead: prices for what a plan may not do yet."""
    prices = {
        name: (price, words)
        for name, price, words in (
            ("excess_price", EXCESS, f"{pounds(EXCESS)} for each child above a target"),
            (
                "overspend_price",
                OVERSPEND,
                f"{OVERSPEND:.0%} more on each pound beyond the funds",
            ),
        )
        if getattr(instance.shortfall, name) is None
    }
    if not prices:
        return " A shortfall has its prices already; limits and hires are what leaves none."
    settings = " ".join(f"--set shortfall.{n}={price:g}" for n, (price, _) in prices.items())
    return (
        " Prices for a shortfall let a plan miss its targets or overspend: run again with "
        f"{settings}, which is {listed([words for _, words in prices.values()])}, or with prices "
        "of your own."
    )


def _origin(origin: Origin) -> str:
    """Where the futures come from, and what was left out."""
    if isinstance(origin, DrawnFutures):
        return (
            f"The futures stand for {counted(origin.draws, 'draw')} (seed {origin.seed}): on "
            f"average a draw is {origin.distance:.1%} from its own in children in care and spend "
            f"a year, where a single one would leave {origin.alone:.1%} (Kantorovich distance). "
            f"Rates and entries: {origin.rates_from}."
        )
    said = (
        f"Counted is the worst of {counted(origin.choices, 'choice')} of "
        f"{counted(origin.services, 'service')} whose effects turn out at their low"
    )
    if origin.counted == origin.choices:
        return f"{said}."
    others = "what the others cost was not found in time"
    if origin.stranded:
        others = "what is settled leaves at least one other no plan"
    elif origin.worst is not None:
        more = pounds(max(0.0, origin.worst - origin.at_least))
        others = f"no other costs more than {more} above them"
    return f"{said}: {number(origin.counted)} stand as scenarios, and {others}."


def _little_or_much(answer: Hedge) -> str:
    """Whether planning for several futures changes anything."""
    more = answer.value_of_stochastic_solution
    if more is None and answer.unfinished:
        return ""
    if more is None:
        return "What the plan without scenarios would settle leaves no plan in every future."
    if more <= LITTLE * abs(answer.objective or 0.0):
        costs = f"costs {pounds(more)} more" if more >= 1 else "is as good"
        return (
            f"There is little to hedge: settling what the plan without scenarios settles {costs}."
        )
    return f"Settling what the plan without scenarios settles would cost {pounds(more)} more."


def futures_told(answer: Hedge) -> TextTable:
    """What each future does: chance, weight, cost, children in care, and what it falls short by."""
    last = answer.instance.last_year
    head = [
        "If it turns out",
        "Chance",
        "Weight",
        "Cost at present value",
        f"In care {financial_year(last)}",
        "Above target",
        "Overspent",
    ]
    return head, [_row(each, last) for each in answer.futures]


def _row(future: Future, last: int) -> list[str]:
    above, over = sum(future.excess.values()), sum(future.overspent.values())
    return [
        shortened(future.scenario.label),
        f"{future.scenario.probability:.0%}",
        f"{future.weight:.0%}",
        pounds(future.cost),
        number(float(future.plan.years()["children_in_care"][last])),
        "no" if future.meets_targets else f"{number(above)} child-years",
        "no" if future.funds_suffice else pounds(over),
    ]


def worth_lines(answer: Hedge) -> list[tuple[str, str]]:
    """Costs, what knowing and what planning for more than one future are worth, what weighs."""
    uncertainty = answer.instance.uncertainty
    lines = [("Expected cost", pounds(answer.expected_cost or 0.0))]
    if answer.counts_benefits:
        lines.append(("Of the council's own money", pounds(answer.expected_own_cost)))
    worst = (
        "worst scenario"
        if uncertainty.risk_level >= 1
        else (f"worst {1 - uncertainty.risk_level:.0%}")
    )
    lines.append((f"Cost of the {worst} (CVaR)", pounds(answer.cvar or 0.0)))
    if answer.average is not None:
        lines.append(("Were the average of the futures certain", pounds(answer.average.cost)))
        more = answer.cost_of_hedging
        costs = "no plan is left" if more is None else f"{pounds(max(0.0, more))} more"
        lines.append(("What is settled costs, should the average come", costs))
    if answer.wait_and_see is not None:
        lines.append(("Were the future known now", pounds(answer.wait_and_see)))
        known = answer.value_of_perfect_information or 0.0
        lines.append(("Worth of knowing it", pounds(max(0.0, known))))
    if said := settling_today(answer):
        lines.append(("Settling the plan without scenarios", said))
    heaviest = sorted(answer.futures, key=lambda future: -future.weight)[:3]
    names = listed([shortened(each.scenario.label) for each in heaviest if each.weight > 0])
    return [*lines, ("Futures that weigh most", names)]


def settling_today(answer: Hedge) -> str:
    """What settling the plan without scenarios would cost; empty where there was no time for it."""
    more = answer.value_of_stochastic_solution
    if more is None:
        return "" if answer.unfinished else "no plan is left"
    return f"{pounds(max(0.0, more))} more"


def _earlier(answer: Hedge) -> str:
    """What it is worth to learn of a scenario a year before it is told apart now."""
    own = {each.scenario.name: each.scenario for each in answer.futures}
    rows = [
        [
            shortened(own[name].label),
            financial_year(own[name].branches),
            financial_year(own[name].branches - 1),
            pounds(max(0.0, less)),
        ]
        for name, less in sorted(answer.earlier.items(), key=lambda pair: -pair[1])
    ]
    return table(["Were it known a year earlier", "Told apart in", "Instead in", "Saves"], rows)


def windows_told(answer: Hedge) -> TextTable:
    """What each double-investment window costs, and by how much it is dearer than the chosen."""
    best = next((each for each in answer.windows if each.window == answer.window), None)
    rows = []
    for each in answer.windows:
        name, cost, against = window_words(each.window), "no plan", ""
        if each.objective is not None and best is not None:
            decimals = decimals_for(best.objective or 0.0)
            cost = f"£{millions(each.objective, decimals)}m"
            against = "" if each is best else against_said(each, best, answer.as_good)
        rows.append([f"{name} (chosen)" if each is best else name, cost, against])
    return ["Double investment", "Cost at present value", "Against the best"], rows


def _proof(answer: Hedge) -> str:
    lines = proof_lines(answer)
    return table(lines[0], lines[1:], left=2)


def proof_lines(answer: Hedge) -> list[tuple[str, str]]:
    """How it is proved, audited and priced, and who solved it."""
    if answer.certificate is None:
        return [("Solved by", answer.solver)]
    audits = [each.plan.audit for each in answer.futures if each.plan.audit is not None]
    passed = all(audit.passed for audit in audits)
    said = "proved optimal" if answer.is_proved else "not proved"
    return [
        ("Certificate", f"{said} on the whole: gap {answer.certificate.gap:.0e}"),
        *[(name, _bounds(bounds.outer, bounds.inner)) for name, bounds in answer.bounds.items()],
        ("Audit", f"{'passed' if passed else 'failed'} in each of {len(audits)} futures"),
        (
            "Price base",
            f"{answer.instance.price_base}, present value at "
            f"{100 * answer.instance.discount_rate:.3g}%",
        ),
        ("Solved by", answer.solver),
    ]


def _bounds(outer: float, inner: float) -> str:
    """What an engine says of the objective, in £m."""
    ends = (("no plan costs less than", outer), ("one costs", inner))
    said = [f"{words} {pounds(end * POUNDS)}" for words, end in ends if math.isfinite(end)]
    return ", ".join(said) or "found no plan"
