"""A forecast as a picture: children in care with its band, and a small one for each state."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

import numpy as np

from allocator.forecast.forecast import ALL_AREAS, IN_CARE, Forecast, ForecastLine

_WIDE, _HIGH, _ACROSS, _GAP = 320, 200, 3, 24
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 28, 24
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#222}.t{font-weight:bold}.b{fill:#9ecae1;opacity:.6}"
    ".l{fill:none;stroke:#08519c;stroke-width:2}.a{stroke:#bbb;stroke-width:1}"
)


def picture(forecast: Forecast) -> str:
    """An SVG document of its own: one panel a line, all of them starting from nothing."""
    lines = [line for line in forecast.lines if line.area == ALL_AREAS]
    down = -(-len(lines) // _ACROSS)
    width, height = _ACROSS * (_WIDE + _GAP), down * (_HIGH + _GAP) + 40
    title = escape(forecast.instance.title or forecast.instance.name)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img"><title>{title}</title><style>{_STYLE}</style>',
        f'<text class="t" x="8" y="20">{title}: children if nothing changes, '
        f"{forecast.level:.0%} intervals</text>",
    ]
    for n, line in enumerate(lines):
        x, y = n % _ACROSS * (_WIDE + _GAP), n // _ACROSS * (_HIGH + _GAP) + 36
        name = "In care" if line.state == IN_CARE else forecast.instance.label("states", line.state)
        parts += _panel(line, name, forecast.years, x, y)
    return "\n".join([*parts, "</svg>", ""])


def _panel(line: ForecastLine, name: str, years: list[int], x: int, y: int) -> Iterator[str]:
    top = max(float(line.high.max()), 1.0) * 1.05
    across = np.linspace(x + _LEFT, x + _WIDE - _RIGHT, len(years))

    def up(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
        heights = y + _HIGH - _BOTTOM - values / top * (_HIGH - _TOP - _BOTTOM)
        return [f"{a:.1f},{b:.1f}" for a, b in zip(across, heights, strict=True)]

    floor = y + _HIGH - _BOTTOM
    yield f'<text class="t" x="{x + _LEFT}" y="{y + 16}">{escape(name)}</text>'
    yield f'<line class="a" x1="{x + _LEFT}" x2="{x + _WIDE - _RIGHT}" y1="{floor}" y2="{floor}"/>'
    yield f'<polygon class="b" points="{" ".join([*up(line.low), *up(line.high)[::-1]])}"/>'
    yield f'<polyline class="l" points="{" ".join(up(line.children))}"/>'
    yield f'<text x="{x + 4}" y="{y + _TOP + 8}">{top / 1.05:,.0f}</text>'
    yield f'<text x="{x + 4}" y="{floor}">0</text>'
    for n in (0, len(years) - 1):
        anchor = "start" if n == 0 else "end"
        yield (
            f'<text x="{across[n]:.0f}" y="{floor + 16}" text-anchor="{anchor}">'
            f"March {years[n] + 1}</text>"
        )
