"""A stress test in words: how the plan fares, with what chance, and what that hangs on."""

from __future__ import annotations

from typing import Final

import pandas as pd

from allocator.instance.instance import financial_year
from allocator.report.pages.heading import heading
from allocator.stress import Stress
from allocator.stress.outcomes import banded
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
    unsigned_zero,
    with_window,
)

_MOST: Final = 8  # inputs told
_WEAK: Final = 0.05  # rank correlation, below which an input is not told
_SHIFTED: Final = 0.01  # of an effect: its mean lies further off than that
_ABOUT: Final = 46  # characters of an input
_SHOWN: Final = ("p5", "p50", "p95")
_PERCENT: Final = ("5%", "50%", "95%")
_SHARES: Final = ("targets_met", "funds_suffice", "paid_back")


def text(answer: Stress) -> str:
    """The page."""
    asked = "how does the plan fare where its numbers turn out otherwise?"
    parts = [heading(answer, asked), paragraph(_answer(answer)), _years(answer)]
    parts += [
        part
        for part in (_futures(answer), _replanned(answer), _inputs(answer), _skew(answer))
        if part
    ]
    return "\n\n".join([*parts, _drawn(answer)]) + "\n"


def _answer(answer: Stress) -> str:
    last, cost = answer.instance.last_year, banded(answer.outcomes.cost)
    care = answer.bands("children_in_care")[last]
    short = answer.expected_shortfall
    said = [
        f"Answer: with the plan's levels held, {with_window(answer.window)}, children in care at "
        f"the end of {financial_year(last)} are between {number(care['p10'])} and "
        f"{number(care['p90'])} in four of five draws, and the cost at present value between "
        f"{pounds(cost['p10'])} and {pounds(cost['p90'])}; the plan's is "
        f"{pounds(answer.planned_cost)}."
    ]
    if answer.instance.resolved.targets:
        said.append(f"The targets are met with a chance of {_chance(answer.targets_met)},")
    else:
        said.append("There is no target;")
    said.append(
        f"the funds suffice with {_chance(answer.funds_suffice)}, and the plan has paid back by "
        f"the end of {financial_year(last)} with {_chance(answer.payback[last])}."
    )
    if answer.instance.resolved.roles:
        said.append(
            "Those in post and the agency do all of the work with a chance of "
            f"{_chance(answer.staff_suffice)}."
        )
    if answer.followed:
        said.append(_followed(answer))
    if max(short.values()) > 0:
        said.append(
            f"In the mean of the draws {number(short['excess'])} child-years lie above the "
            f"targets and {pounds(short['overspent'])} beyond the funds, all years together."
        )
    return " ".join(said)


def _followed(answer: Stress) -> str:
    """By which scenario's levels draws go on."""
    named = [
        f"{shortened(scenario.label)} {answer.followed[scenario.name]:.0%}"
        for scenario, _ in answer.futures
    ]
    return (
        "After what is settled a draw takes the levels of the scenario nearest to it by children "
        f"in care and spend: {listed(named)}."
    )


def _chance(share: float) -> str:
    """A share of the draws: all of them is not certain."""
    if 0 < share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _years(answer: Stress) -> str:
    care, position = (answer.bands(name) for name in ("children_in_care", "cumulative_position"))
    planned = answer.tables["bands"].set_index(["quantity", "year"])["planned"]
    chances = answer.tables["chances"].set_index("year")[list(_SHARES)].to_dict("index")
    largest = max(abs(value) for band in position.values() for value in band.values())
    decimals = decimals_for(largest)
    rows = [
        [
            financial_year(year),
            number(float(planned["children_in_care", year])),
            *(number(care[year][level]) for level in _SHOWN),
            millions(float(planned["cumulative_position", year]), decimals),
            *(millions(position[year][level], decimals) for level in _SHOWN),
            *(_chance(float(chances[year][name])) for name in _SHARES),
        ]
        for year in answer.instance.horizon
    ]
    shares = ["Target met", "Funds do", "Paid back"]
    head = ["", "In care", *_PERCENT, "Saved, £m", *_PERCENT, *shares]
    said = (
        "By year the plan's own, what 5%, 50% and 95% of the draws are not above, and the share of "
        "the draws that meet the targets, whose funds suffice, and that have paid back by then:"
    )
    return f"{paragraph(said)}\n\n{table(head, rows)}"


def _futures(answer: Stress) -> str:
    if not answer.futures:
        return ""
    last = answer.instance.last_year
    head = [
        "If it turns out",
        "Chance",
        "Cost with charges",
        f"In care {financial_year(last)}",
        "Above target",
        "Beyond the funds",
    ]
    rows = [
        [
            shortened(scenario.label),
            f"{scenario.probability:.0%}",
            pounds(float(outcomes.objective[0])),
            number(float(outcomes.care[-1, 0])),
            "no"
            if outcomes.meets_targets[0]
            else f"{number(float(outcomes.excess.sum()))} child-years",
            "no" if outcomes.funds_suffice[0] else pounds(float(outcomes.overspent.sum())),
        ]
        for scenario, outcomes in answer.futures
    ]
    return table(head, rows)


def _replanned(answer: Stress) -> str:
    """What planning anew would change."""
    if answer.replanned is None:
        return ""
    with_plan, draws = answer.replanned.found, counted(len(answer.replanned.found), "draw")
    settled = answer.instance.uncertainty.decide
    said = f"Planned anew once the first {counted(settled, 'year')} are settled, "
    if not with_plan.any():
        return paragraph(
            f"{said}none of {draws} leaves a plan: prices for a shortfall ([shortfall]) would let "
            "one miss its targets or overspend."
        )
    again = banded(answer.replanned.objective[with_plan])
    held = banded(answer.outcomes.objective[: len(with_plan)][with_plan])
    said += f"{_chance(answer.replanned.chance)} of {draws} leave a plan. "
    said += (
        f"On average these cost {pounds(again['mean'])} with charges, where holding all levels "
        f"costs {pounds(held['mean'])}; four of five between {pounds(again['p10'])} and "
        f"{pounds(again['p90'])}, held between {pounds(held['p10'])} and {pounds(held['p90'])}."
    )
    return paragraph(said)


def _inputs(answer: Stress) -> str:
    inputs = answer.tables["inputs"]
    strength = inputs[["cost_rank_correlation", "care_rank_correlation"]].abs().max(axis=1)
    strongest = inputs[strength >= _WEAK].head(_MOST)
    if strongest.empty:
        return ""
    head = ["What it hangs on", "Cost", "share", "In care", "share"]
    rows = [
        [
            _input_words(answer, str(row["kind"]), str(row["name"])),
            unsigned_zero(f"{row['cost_rank_correlation']:.2f}"),
            _part(row["cost_first_order"]),
            unsigned_zero(f"{row['care_rank_correlation']:.2f}"),
            _part(row["care_first_order"]),
        ]
        for row in strongest.to_dict("records")
    ]
    said = (
        "Rank correlation of each input with the cost and with children in care at the end, and "
        "the share of their variance that it explains alone:"
    )
    return f"{paragraph(said)}\n\n{table(head, rows)}"


def _part(share: object) -> str:
    return "–" if pd.isna(share) else f"{float(share):.0%}"  # type: ignore[arg-type, call-overload]


def _input_words(answer: Stress, kind: str, name: str) -> str:
    """``Unit cost of Children's homes``."""
    states = {state for _, state in answer.instance.resolved.states}
    label = name
    if name in states:
        label = answer.instance.label("states", name)
    elif name in {service for _, service in answer.instance.resolved.services}:
        label = answer.instance.label("services", name)
    words = {
        "effect": f"Effects, {label}",
        "response": f"Response to {label}",
        "rate": f"Rate of moves, {label}",
        "entries": f"Entries to care{f', {name}' if name else ''}",
        "unit cost": f"Unit cost, {label}",
        "growth": f"Cost growth, {label}",
        "drivers": "The path of what drives demand",
    }
    return shortened(words[kind], _ABOUT)


def _skew(answer: Stress) -> str:
    """Effects whose mean in the draws is not what the plan takes them for."""
    effects = answer.tables["effects"].drop_duplicates(["service", "from", "to", "instead"])
    shift = (effects["mean"] - effects["effect"]).abs()
    shifted = effects[shift > _SHIFTED * effects["effect"].abs()]
    if shifted.empty:
        return ""
    label = answer.instance.label
    rows = [
        [
            shortened(label("services", str(row["service"]))),
            f"{row['from']} to {row['to']}",
            *(f"{row[name]:.4g}" for name in ("low", "effect", "high", "mean")),
        ]
        for row in shifted.to_dict("records")
    ]
    said = paragraph(
        "Evidence that is skewed has a mean that is not its best estimate: in the draws these "
        "effects are on average not what the plan takes them for."
    )
    head = ["Moves averted per case", "Move", "Low", "Plan", "High", "Mean"]
    return f"{said}\n\n{table(head, rows, left=2)}"


def _drawn(answer: Stress) -> str:
    spreads = answer.tables["spreads"]
    sources = dict.fromkeys(str(each) for each in spreads["source"])
    said = [
        f"{answer.draws:,} draws, quasi-random, seed {answer.seed}.",
        f"Rates and entries: {answer.doubt.told}.",
        f"Unit costs: {'; '.join(sources) or 'taken as certain'}.",
    ]
    if answer.tables["inputs"]["cost_first_order"].isna().all() and len(spreads):
        said.append(
            "Shares of the variance need 100 draws and SALib: pip install 'allocator[stress]'."
        )
    return "\n".join(paragraph(each) for each in said)
