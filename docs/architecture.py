"""Draws the packages of allocator on their floors, with an arrow for each import among them.

Floors are those of the import contract in pyproject.toml, arrows those of grimp's graph; an
arrow that a longer way round says already is left out.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[1]
WIDTH, HEIGHT, ACROSS, DOWN = 116, 30, 136, 78  # of a box, and from one to the next
_STYLE: Final = (
    "rect{fill:#f4f7fa;stroke:#345;rx:4}text{font:13px sans-serif;text-anchor:middle;fill:#123}"
    "path{fill:none;stroke:#789;stroke-width:1.2;marker-end:url(#tip)}"
)
_TIP: Final = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#789;stroke:none"/></marker>'
)


def write(file: Path) -> None:
    """Draw the picture as SVG."""
    there = floors()
    file.write_text(drawn(there, reduced(imports([n for each in there for n in each]))),
                    encoding="utf-8")  # fmt: skip


def floors() -> list[list[str]]:
    """Modules by floor, the upper first, and the formulations under them all."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "house")
    named = [re.findall(r"\w+", layer) for layer in layers]
    here = ROOT / "allocator"
    found = [[n for n in each if (here / n).is_dir() or (here / f"{n}.py").exists()]
             for each in named]  # fmt: skip
    return [*filter(None, found), ["formulations"]]


def imports(names: list[str]) -> set[tuple[str, str]]:
    """Who imports whom, whatever module of it."""
    graph = grimp.build_graph("allocator", "formulations", exclude_type_checking_imports=True)
    whole = {n: n if n == "formulations" else f"allocator.{n}" for n in names}
    return {
        (one, other)
        for one in names
        for other in names
        if one != other
        and graph.direct_import_exists(importer=whole[one], imported=whole[other], as_packages=True)
    }


def reduced(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Edges without those that two others together say."""
    return {
        (a, c)
        for a, c in edges
        if not any((a, b) in edges and (b, c) in edges for b in {x for e in edges for x in e})
    }


def drawn(rows: list[list[str]], edges: set[tuple[str, str]]) -> str:
    """The picture's text."""
    wide = max(map(len, rows)) * ACROSS
    at = {
        name: ((wide - len(row) * ACROSS) / 2 + (n + 0.5) * ACROSS, y * DOWN + 30)
        for y, row in enumerate(rows)
        for n, name in enumerate(row)
    }
    lines = [_arrow(at[one], at[other]) for one, other in sorted(edges)]
    boxes = [
        f'<rect x="{x - WIDTH / 2:g}" y="{y - HEIGHT / 2:g}" width="{WIDTH}" height="{HEIGHT}"/>'
        f'<text x="{x:g}" y="{y + 5:g}">{name}</text>'
        for name, (x, y) in at.items()
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {len(rows) * DOWN}">'
        f"<title>Packages, and who imports whom</title><style>{_STYLE}</style><defs>{_TIP}</defs>\n"
        + "\n".join([*lines, *boxes])
        + "\n</svg>\n"
    )


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A bow from the foot of a box to the head of another, or from side to side on a floor."""
    (x, y), (to_x, to_y) = start, end
    if y == to_y:
        side = WIDTH / 2 if to_x > x else -WIDTH / 2
        return f'<path d="M{x + side:g} {y:g}L{to_x - side:g} {to_y:g}"/>'
    foot, head = y + HEIGHT / 2, to_y - HEIGHT / 2
    if to_y < y:
        foot, head = y - HEIGHT / 2, to_y + HEIGHT / 2
    middle = (foot + head) / 2
    return f'<path d="M{x:g} {foot:g}C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {head:g}"/>'
