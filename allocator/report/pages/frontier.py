"""The frontier in words: where it begins and ends, and what a child costs along it."""

from __future__ import annotations

import numpy as np

from allocator.explain.frontier.benefits import BenefitFrontier
from allocator.explain.frontier.budget import BudgetFrontier
from allocator.explain.frontier.curve import Frontier
from allocator.explain.frontier.envelope import Piece
from allocator.explain.frontier.fairness import FairFrontier
from allocator.explain.frontier.target import TargetFrontier
from allocator.instance.instance import financial_year
from allocator.instance.schema import ALL
from allocator.program.program import POUNDS
from allocator.report.pages.heading import heading
from allocator.wording import number, paragraph, pounds, signed, table, window_words, with_window

SHOWN = 11  # points of the table


def text(answer: Frontier) -> str:
    """The page."""
    if isinstance(answer, FairFrontier):
        return _fairness(answer)
    if isinstance(answer, BenefitFrontier):
        return _benefits(answer)
    return _target(answer) if isinstance(answer, TargetFrontier) else _budget(answer)


def _target(answer: Frontier) -> str:
    assert isinstance(answer.moved, tuple)
    owner, year = answer.moved
    whose = "" if owner == ALL else f" in {answer.instance.label('areas', owner)}"
    asked = (
        f"what does each target cost for children in care{whose} at the end of "
        f"{financial_year(year)}?"
    )
    if answer.reach is None or answer.end is None:
        none = (
            "Answer: no target is within reach: the funds do not even pay for a plan without one."
        )
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    here = answer.walked.at(answer.now)
    if len(answer.table) == 1:
        flat = (
            f"Answer: the curve is flat.  The cheapest plan has {_exactly(answer.reach)} children, "
            "and no plan has fewer: no target changes what it costs, "
            f"{pounds(answer.walked.pieces[0].value * POUNDS)} at present value."
        )
        told = [heading(answer, asked), paragraph(flat), paragraph(_yours(answer, here))]
        return "\n\n".join(told) + "\n"
    rows = [_target_row(answer, piece, at, here) for at, piece in _sampled(answer)]
    head = [
        "Target",
        "Cost at present value",
        "Against yours",
        "One child fewer",
        "Double investment",
    ]
    said = [
        f"Answer: the funds reach no fewer than {_exactly(answer.reach)} children.  From "
        f"{_exactly(answer.end)} on {_free(answer)}.",
        _yours(answer, here),
    ]
    more = (
        f"{_breakpoints(answer)}  Prices are pounds at present value, with what comes after the "
        "plan, and hold from each target to the next breakpoint above it."
    )
    return (
        "\n\n".join(
            [heading(answer, asked), *map(paragraph, said), table(head, rows), paragraph(more)]
        )
        + "\n"
    )


def _yours(answer: Frontier, here: Piece | None) -> str:
    now = number(answer.now)
    if here is None:
        return f"The target of {now} is out of reach."
    cost = here.line(answer.now) * POUNDS
    price = -here.slope * POUNDS
    told = f"The target of {now} costs {pounds(cost)} {with_window(here.window)}; "
    if price <= 1:
        return f"{told}it does not bind."
    return f"{told}at the margin, one child fewer costs {pounds(price)}."


def _target_row(answer: Frontier, piece: Piece, at: float, here: Piece | None) -> list[str]:
    cost = piece.line(at) * POUNDS
    against = "" if here is None else signed(cost - here.line(answer.now) * POUNDS)
    return [
        _exactly(at),
        pounds(cost),
        against,
        pounds(_price(answer, piece, at) * POUNDS),
        window_words(piece.window),
    ]


def _budget(answer: Frontier) -> str:
    assert isinstance(answer, BudgetFrontier)
    fund = answer.instance.label("funds", str(answer.moved))
    asked = f"how few children in care can be reached for more money, or less, in {fund}?"
    if answer.reach is None or answer.end is None:
        none = "Answer: no plan exists however much is added to it."
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    here = answer.walked.at(0.0)
    if len(answer.table) == 1:
        flat = (
            f"Answer: the curve is flat.  {_exactly(answer.walked.pieces[0].value)} children is as "
            "few as can be reached, and no more money reaches fewer; the least change that leaves "
            f"a plan is {_change(answer.reach * POUNDS)} a year."
        )
        return "\n\n".join([heading(answer, asked), paragraph(flat)]) + "\n"
    rows = [
        [
            _change(at * POUNDS),
            _exactly(piece.line(at)),
            f"{_price(answer, piece, at):.2f}",
            window_words(piece.window),
        ]
        for at, piece in _sampled(answer)
    ]
    head = ["A year", "Fewest in care", "Fewer for £1m a year more", "Double investment"]
    last = financial_year(answer.instance.last_year)
    said = [
        f"Answer: with the budgets as they are, {number(here.line(0.0))} children at the end of "
        f"{last}; {_more_money(here)}."
        if here is not None
        else "Answer: with the budgets as they are no plan exists, whatever the target.",
        f"The least change that leaves a plan is {_change(answer.reach * POUNDS)} a year.  Beyond "
        f"{_change(answer.end * POUNDS)} a year, money no longer limits what can be reached.",
    ]
    more = (
        f"Money is the same amount in every year on top of {fund}.  Targets are left out: this is "
        f"what the money can do.  {_breakpoints(answer)}"
    )
    return (
        "\n\n".join(
            [heading(answer, asked), *map(paragraph, said), table(head, rows), paragraph(more)]
        )
        + "\n"
    )


def _more_money(here: Piece) -> str:
    if here.slope > -0.005:
        return "more money would not make it fewer"
    return f"£1m a year more would make it {-here.slope:.2f} fewer, at that rate"


def _fairness(answer: FairFrontier) -> str:
    last = financial_year(answer.instance.last_year)
    asked = (
        "what does it cost that no area is left behind: that every area has at least so much "
        f"fewer children in care at the end of {last} than if nothing changes?"
    )
    if answer.reach is None or answer.end is None:
        none = "Answer: no reduction is within reach: the funds do not pay for any plan."
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    least = answer.walked.pieces[-1].value
    if len(answer.table) == 1:
        flat = (
            f"Answer: the curve is flat.  The cheapest plan, {pounds(least * POUNDS)} at present "
            f"value, gives every area {_percent(1 - answer.reach)} fewer, and no plan gives all of "
            "them more: fairness costs nothing here."
        )
        return f"{heading(answer, asked)}\n\n{paragraph(flat)}\n"
    rows = [
        [
            _percent(1 - at),
            pounds(piece.line(at) * POUNDS),
            pounds((piece.line(at) - least) * POUNDS),
            pounds(_price(answer, piece, at) * POUNDS / 100),
            window_words(piece.window),
        ]
        for at, piece in _sampled(answer)
    ]
    head = [
        "Every area at least",
        "Cost at present value",
        "Price of fairness",
        "One point more",
        "Double investment",
    ]
    said = (
        f"Answer: every area can have {_percent(1 - answer.reach)} fewer, and none of them more "
        f"than that together.  Up to {_percent(1 - answer.end)} it costs nothing: the cheapest "
        "plan gives every area that anyway.  All of it costs "
        f"{pounds(answer.table['price_of_fairness'].max())} more than the cheapest plan."
    )
    more = (
        f"Targets are left out: this is what the money can do.  {_breakpoints(answer)}  Prices are "
        "pounds at present value, with what comes after the plan; one point is a percentage point."
    )
    told = [heading(answer, asked), paragraph(said), table(head, rows), paragraph(more)]
    return "\n\n".join(told) + "\n"


def _benefits(answer: BenefitFrontier) -> str:
    asked = "what does it cost the council to do more good to others?"
    if answer.reach is None or answer.end is None:
        none = "Answer: no plan meets the targets within the funds, whatever good it does."
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    least = answer.walked.pieces[-1].value
    free = f"does {_good(answer.end)} to others, in the years of the plan"
    if len(answer.table) == 1:
        flat = (
            f"Answer: the curve is flat.  The cheapest plan, {pounds(least * POUNDS)} at present "
            f"value, {free}, and no plan does more."
        )
        return f"{heading(answer, asked)}\n\n{paragraph(flat)}\n"
    rows = [
        [
            _good(at),
            pounds(piece.line(at) * POUNDS),
            pounds((piece.line(at) - least) * POUNDS),
            pounds(1 / price) if (price := _price(answer, piece, at)) > 0 else "",
            window_words(piece.window),
        ]
        for at, piece in _sampled(answer)
    ]
    head = [
        "Good to others",
        "Cost at present value",
        "Against the cheapest",
        "£1 buys",
        "Double investment",
    ]
    first = float(answer.table["bought_per_pound"].dropna().iloc[-1])
    said = (
        f"Answer: the cheapest plan {free}; no plan does more than {_good(answer.reach)}, which "
        f"costs {pounds(answer.table['cost'].max() - least * POUNDS)} more.  The first pound more "
        f"of the council's buys {pounds(first)} for others."
    )
    more = (
        "Good to others is at present value and unweighted, more or less than if nothing changes, "
        "as the table benefits says; the cost is the council's own, with what comes after the "
        f"plan.  {_breakpoints(answer)}"
    )
    told = [heading(answer, asked), paragraph(said), table(head, rows), paragraph(more)]
    return "\n\n".join(told) + "\n"


def _free(answer: Frontier) -> str:
    """What a target costs that is easier than the last breakpoint."""
    if answer.within == 0:
        return "the target costs nothing: the cheapest plan has no more than that anyway"
    return f"the target costs less than {pounds(answer.within)}, which is as well as it is known"


def _breakpoints(answer: Frontier) -> str:
    """How many the curve has, and whether they are all that there are."""
    if answer.within == 0:
        return f"The curve has {len(answer.table):,} exact breakpoints; --out writes all of them."
    counts_children = isinstance(answer, BudgetFrontier)
    most = f"{answer.within:.2g} children" if counts_children else pounds(answer.within)
    why = "there was no time for" if answer.unfinished else "so large a program has too many of"
    return (
        f"The curve is drawn by {len(answer.table):,} lines that touch it and is nowhere further "
        f"than {most} from them; windows that differ by less are as good, prices are those of the "
        f"lines, and where it costs nothing is known as well as that: {why} its breakpoints.  "
        "--out writes the lines."
    )


def _good(forgone: float) -> str:
    """``£5,336,120 more``, than if nothing changes."""
    return f"£{abs(forgone) * POUNDS:,.0f} {'less' if forgone > 0 else 'more'}"


def _percent(share: float) -> str:
    """A share to a thousandth of a percentage point; more children are less than nothing."""
    return f"{100 * share:.3f}%"


def _sampled(answer: Frontier) -> list[tuple[float, Piece]]:
    """Evenly spread numbers from one end to the other, and the instance's own."""
    assert answer.reach is not None and answer.end is not None
    spread = np.linspace(answer.reach, answer.end, SHOWN).tolist()
    if answer.reach < answer.now < answer.end:  # in the place of those that would read the same
        near = 0.3 * (spread[1] - spread[0])
        ends = (answer.reach, answer.end)
        spread = [at for at in spread if at in ends or abs(at - answer.now) > near]
        spread.append(answer.now)
    points = sorted(spread)
    pieces = [(at, answer.walked.at(at)) for at in points]
    return [(at, piece) for at, piece in pieces if piece is not None]


def _price(answer: Frontier, piece: Piece, at: float) -> float:
    """What one less of the number costs from a point to the next breakpoint; 0 at the end."""
    ended = answer.end is not None and at >= answer.end
    return 0.0 if ended else max(0.0, -piece.slope)


def _exactly(children: float) -> str:
    """Children to a tenth: rounding would name a target that is out of reach."""
    return f"{children:,.1f}"


def _change(amount: float) -> str:
    if abs(amount) < 0.5:
        return "as it is"
    return f"{pounds(abs(amount))} {'more' if amount > 0 else 'less'}"
