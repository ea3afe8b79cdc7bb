"""Councils by name: in any case, in part, with "&" for "and" and any punctuation."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

from allocator.calibrate.panel.panel import Panel
from allocator.errors import UsageError
from allocator.instance.problems import one_of

_SMALL_WORDS = frozenset(
    {"and", "the", "of", "council", "county", "city", "borough", "royal", "upon"}
)
_AREAS = {
    "inner london": "london inner",
    "outer london": "london outer",
    "yorkshire and humber": "yorkshire and the humber",
}


def plain(name: str) -> str:
    """A name as it is compared: small letters, ``and`` for ``&``, no punctuation or accents."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", " ", flat.replace("&", " and ").replace("'", "")).strip()
    return _AREAS.get(words, words)


def _words(name: str) -> frozenset[str]:
    return frozenset(plain(name).split()) - _SMALL_WORDS


def matches(panel: Panel, text: str) -> list[str]:
    """Codes of the councils that a text may mean: those of that very name, else that hold it."""
    wanted = plain(text)
    exact = [code for code in panel.councils if wanted in map(plain, panel.aliases[code])]
    if exact:
        last = {code: panel.last_year(code) for code in exact}  # a council may get a new number
        return [code for code in exact if last[code] == max(last.values())]
    holding = [
        code
        for code in panel.councils
        if wanted and any(wanted in plain(name) for name in panel.aliases[code])
    ]
    if holding:
        return holding
    words = _words(text)
    return [
        code
        for code in panel.councils
        if words and any(words == _words(name) for name in panel.aliases[code])
    ]


def find_council(panel: Panel, text: str) -> str:
    """The code of the one council that a text means.

    Raises UsageError where there is none, or several: they are listed.
    """
    named = matches(panel, text)
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(panel.names[code] for code in named)
        raise UsageError(f"--council {text}: could be any of {names}; write more of the name")
    known = [panel.names[code] for code in panel.councils]
    near = difflib.get_close_matches(text, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "--list finds one by part of its name"
    raise UsageError(f"--council {text}: the panel has no council of that name; {hint}")


def in_region(panel: Panel, text: str) -> list[str]:
    """Codes of the councils of a region; UsageError where the panel has no such region."""
    names = sorted(set(panel.regions.values()))
    wanted = plain(text)
    regions = [name for name in names if plain(name) == wanted]
    regions = regions or [name for name in names if wanted and wanted in plain(name)]
    if len(regions) != 1:
        raise UsageError(f"--region {text}: write {one_of(regions or names)}")
    return [code for code in panel.councils if panel.regions.get(code) == regions[0]]


def slug(name: str, taken: Iterable[str] = ()) -> str:
    """A name as instances write it: ``st_helens``, and another if that is taken."""
    first = re.sub(r" +", "_", plain(name)) or "area"
    there, number = set(taken), 2
    free = first
    while free in there:
        free, number = f"{first}_{number}", number + 1
    return free
