"""How good projections would have been, a line per base and horizon and then by size."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.backtest import Backtest, by_size

_HEADING = (
    "Base  Years  Councils | Allocator   bias  Base year  No change  Trend |"
    " Without the City |   By children    |  80%    95%\n"
    "                      |                   repeated                    |"
    " Alloc.  No ch.   | Alloc.  No ch.   | interval held"
)
_SIZES = "Years  Children in care   Cases  Allocator  No change  80% held"


def text(backtests: Sequence[Backtest]) -> str:
    """A line per base and horizon, then by size over all bases, and what the columns are."""
    lines = [
        "Error: mean over councils of |forecast - outcome|, % of the outcome; without the City of",
        "London; and with each council weighing as its children.  Bias: of the total.",
        "",
        _HEADING,
        *map(_compared, backtests),
        "",
        "By children in care at the base, all bases together, the City of London apart; a case is",
        "a council and a base, and few cases say little.",
        "",
        _SIZES,
    ]
    lines += [
        f"{size.horizon:>5}  {size.name:<17} {size.cases:>6} {size.error:>10.2f}"
        f" {size.no_change:>10.2f} {size.held:>9.1f}"
        for size in by_size(backtests)
    ]
    out = {name for each in backtests for name in each.left_out}
    if out:
        lines += ["", f"Left out where there is no outcome: {len(out)} councils."]
    return "\n".join(lines)


def _compared(each: Backtest) -> str:
    """One line: a base and a horizon."""
    ours, same = "allocator", "no_change"
    return (
        f"{each.base}  {each.horizon:>5}  {len(each.codes):>8} | {each.error(ours):>9.2f}"
        f" {each.bias(ours):>+6.2f} {each.error('base_year_repeated'):>10.2f}"
        f" {each.error(same):>10.2f} {each.error('three_year_trend'):>6.2f}"
        f" | {each.error_without_city(ours):>6.2f} {each.error_without_city(same):>7.2f}"
        f"   | {each.error_by_children(ours):>6.2f} {each.error_by_children(same):>7.2f}"
        f"   | {each.coverage(0.8):>5.1f}  {each.coverage(0.95):>5.1f}"
    )
