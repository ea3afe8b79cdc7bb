"""The double-investment period as a choice that the program makes itself.  MODEL.md 3.9.

Windows are (first year, number of years); no window is the one of no years that starts with
the horizon.  Exactly one opens, and the two columns a year of ``double_investment`` follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance, Window


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """``WINDOWS``, those covering or ended by each year, and whether each ``opens``."""
    choices = [_years_of(instance, window) for window in (None, *instance.windows)]
    m.WINDOWS = pyo.Set(dimen=2, initialize=choices)
    m.WINDOWS_COVERING = pyo.Set(
        m.YEARS,
        dimen=2,
        initialize={
            y: [(start, n) for start, n in choices if start <= y < start + n]
            for y in instance.horizon
        },
    )
    m.WINDOWS_ENDED_BY = pyo.Set(
        m.YEARS,
        dimen=2,
        initialize={
            y: [(start, n) for start, n in choices if y >= start + n] for y in instance.horizon
        },
    )
    m.opens = pyo.Var(
        m.WINDOWS, domain=pyo.Binary, bounds=(0, 1), doc="1 for the window that opens, whole"
    )


def choice_columns(
    instance: Instance, window: Window | None
) -> dict[tuple[str, tuple[int, ...]], float]:
    """Value of each window's ``opens``, by variable and index; None stands for no window."""
    chosen = _years_of(instance, window)
    return {
        ("opens", _years_of(instance, each)): float(_years_of(instance, each) == chosen)
        for each in (None, *instance.windows)
    }


def _years_of(instance: Instance, window: Window | None) -> tuple[int, int]:
    return window or (instance.first_year, 0)


def one_window(m: Any) -> Any:
    r"""One window opens, or none does, which counts as one of no years.

    .. math:: \sum_W o_W = 1, \quad o_W \in \{0, 1\}

    Dual: £m (present value) per window, of the relaxation alone.  MODEL.md 3.9
    """
    return sum(m.opens[y, n] for y, n in m.WINDOWS) == 1


def window_years(m: Any, y: int) -> Any:
    r"""A year is one of double investment if the window that opens covers it.

    .. math:: w_y = \sum_{W \ni y} o_W

    Dual: £m (present value) per year of double investment.  MODEL.md 3.9
    """
    return m.in_window[y] == sum(m.opens[start, n] for start, n in m.WINDOWS_COVERING[y])


def years_after_window(m: Any, y: int) -> Any:
    r"""A year comes after the double investment if the window that opens has ended.

    .. math:: v_y = \sum_{W < y} o_W

    where :math:`W < y` says that the last year of the window is before y, as it is of none.
    Dual: £m (present value) per year after the double investment.  MODEL.md 3.9
    """
    return m.after_window[y] == sum(m.opens[start, n] for start, n in m.WINDOWS_ENDED_BY[y])
