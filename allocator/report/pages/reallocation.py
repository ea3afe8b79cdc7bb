"""The same money, better allocated, in words."""

from __future__ import annotations

from allocator.explain.reallocation import Reallocation
from allocator.instance.instance import financial_year
from allocator.instance.schema import TIERS
from allocator.report.pages.heading import heading
from allocator.wording import TIER_LABELS, decimals_for, millions, number, paragraph, table


def text(answer: Reallocation) -> str:
    """The page."""
    asked = "how many fewer children in care could today's total spend reach, better allocated?"
    if not answer.plan.found:
        none = "Answer: none: the limits on spend cannot be kept with today's total."
        return f"{heading(answer, asked)}\n\n{paragraph(none)}\n"
    how = (
        "Today's total is what the baseline spends in each year, area by area; it may go to any "
        "tier, with no double investment and nothing carried over.  What is not spent is not "
        "needed to reach the fewest children.  Limits on spend, growth and coverage hold; targets "
        "are left out.  The fewest children at the end of the plan are sought, and among the ways "
        "to reach them the cheapest."
    )
    parts = [heading(answer, asked), paragraph(_answer(answer)), _by_year(answer), _cases(answer)]
    return "\n\n".join([*parts, paragraph(how)]) + "\n"


def _answer(answer: Reallocation) -> str:
    years = answer.tables["reallocation"].groupby("year").sum(numeric_only=True)
    last = years.iloc[-1].to_dict()
    spent = float(years[list(TIERS)].sum().sum())
    less = float(years["money"].sum()) - spent
    left = f"; and £{less / 1e6:,.1f}m of it would not be needed" if less > 0.5e5 else ""
    then, now = (float(last[name]) for name in ("baseline_children_in_care", "children_in_care"))
    when = financial_year(answer.instance.last_year)
    if then - now < 0.05:
        return f"Answer: none: {number(then)} at the end of {when} is the fewest in reach{left}."
    return (
        f"Answer: {number(then - now)} fewer: {number(now)} at the end of {when} and not "
        f"{number(then)}, for no more money in any year{left}."
    )


def _by_year(answer: Reallocation) -> str:
    years = answer.tables["reallocation"].groupby("year").sum(numeric_only=True)
    decimals = decimals_for(float(years["money"].max()))
    head = ["Year", "In care", "Better", "Fewer", "Money, £m"]
    head += [word for name in TIER_LABELS.values() for word in (name, "better")]
    rows = [
        [
            financial_year(int(str(year))),
            number(row["baseline_children_in_care"]),
            number(row["children_in_care"]),
            number(row["fewer"]),
            millions(row["money"], decimals),
            *(
                millions(row[name], decimals)
                for tier in TIERS
                for name in (f"baseline_{tier}", tier)
            ),
        ]
        for year, row in years.iterrows()
    ]
    return table(head, rows)


def _cases(answer: Reallocation) -> str:
    last = answer.tables["reallocation_services"]
    rows = last[last["year"] == answer.instance.last_year].to_dict("records")
    head = ["Cases a year", "Today", f"In {financial_year(answer.instance.last_year)}"]
    return table(
        head, [[r["label"], number(r["baseline_cases"]), number(r["cases"])] for r in rows]
    )
