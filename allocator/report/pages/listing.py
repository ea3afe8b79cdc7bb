"""Councils of published tables: name, region, years, and the last number in care."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.calibrate.panel import Panel


def text(panel: Panel, codes: Sequence[str]) -> str:
    """A line for each council."""
    return "\n".join(_lines(panel, codes))


def _lines(panel: Panel, codes: Sequence[str]) -> Iterator[str]:
    years = panel.years("cla_31mar")
    stock = panel.matrix("cla_31mar", codes, years)
    wide = max(len(panel.names[code]) for code in codes)
    for code, row in zip(codes, stock, strict=True):
        known = [(y, n) for y, n in zip(years, row, strict=True) if n >= 0]
        told = (
            f"{known[0][0]}-{known[-1][0]}  {known[-1][1]:>6,.0f} in care" if known else "no years"
        )
        yield f"{panel.names[code]:<{wide}}  {panel.regions.get(code, ''):<24}  {told}"
