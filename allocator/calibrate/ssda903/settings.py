"""The configuration: age bands, placement categories, and how rates are estimated."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.calibrate.ssda903.codes import PLACEMENTS, PROVIDERS, TEMPORARY
from allocator.calibrate.ssda903.rules import FEWEST_SHOWN
from allocator.errors import InstanceError, UsageError
from allocator.instance import Problem
from allocator.instance.problems import did_you_mean
from allocator.instance.schema import RESERVED
from allocator.instance.settings import PERIODS_PER_YEAR

ADULT: Final = 18
SHIPPED: Final = ("default", "cs-demand-model")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_CATEGORY_KEYS: Final = (
    "label",
    "places",
    "providers",
    "unit_cost",
    "cashable_share",
    "release_per_year",
    "source",
)


@dataclass(frozen=True)
class Category:
    """A placement category.  Without ``places`` it takes every placement that no other lists.

    ``unit_cost`` is £ per child-year; None where none is given.
    """

    name: str
    label: str
    places: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    unit_cost: float | None = None
    cashable_share: float | None = None
    release_per_year: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Settings:
    """How returns are read and what instance is made of them.

    ``half_life`` is years, inf for all years alike, None to let the data say.
    """

    categories: tuple[Category, ...]
    ages: tuple[int, ...] = (0, 1, 5, 10, 16)
    smallest: int = 5
    half_life: float | None = None
    level: float = 0.8
    anchored: bool = True
    periods_per_year: int = 4
    years: int = 10

    @property
    def bands(self) -> list[str]:
        """Names of the age bands: ``under_1``, ``1_4``, ``16_17``."""
        return [band_name(low, high) for low, high in self.band_limits]

    @property
    def band_limits(self) -> list[tuple[int, int]]:
        """First age of each band and of the next, in years."""
        return list(zip(self.ages, (*self.ages[1:], ADULT), strict=True))

    @property
    def rest(self) -> int:
        """Position of the category for all other placements."""
        return next(n for n, c in enumerate(self.categories) if not c.places)

    @cached_property
    def category_of(self) -> NDArray[np.int8]:
        """Category by placement and provider code, in the order of the code sets.

        The last row and column are for codes that are missing or unknown.
        """
        providers = [*PROVIDERS, ""]
        table = np.full((len(PLACEMENTS) + 1, len(providers)), self.rest, dtype=np.int8)
        for row, place in enumerate(PLACEMENTS):
            takers = [n for n, c in enumerate(self.categories) if place in c.places]
            for column, provider in enumerate(providers):
                fit = [n for n in takers if provider in (self.categories[n].providers or providers)]
                table[row, column] = (fit or takers or [self.rest])[0]
        return table

    @cached_property
    def needs_provider(self) -> NDArray[np.bool_]:
        """Whether a placement's category depends on its provider, by placement and none."""
        needed: NDArray[np.bool_] = (self.category_of != self.category_of[:, :1]).any(axis=1)
        return needed


def band_name(low: int, high: int) -> str:
    """``under_5`` from birth, ``5`` for a single year, else ``5_9``."""
    if low == 0:
        return f"under_{high}"
    return f"{low}_{high - 1}" if high - low > 1 else str(low)


def read_settings(place: str | Path | None = None) -> Settings:
    """The configuration at a path, or a shipped one by name; None is the default.

    Raises InstanceError with every problem of the file, or UsageError if there is none.
    """
    text, name = _text_of("default" if place is None else place)
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}: is not valid TOML: {error}") from None
    problems = [Problem(name, None, *said) for said in _problems(sections)]
    if problems:
        raise InstanceError(problems)
    half_life = {"auto": None, "none": np.inf}.get(str(sections.get("half_life", "auto")), 0.0)
    return Settings(
        tuple(
            Category(key, **{"label": key} | {k: _frozen(v) for k, v in values.items()})
            for key, values in sections["categories"].items()
        ),
        **{k: _frozen(v) for k, v in sections.items() if k not in ("categories", "half_life")},
        half_life=float(sections["half_life"]) if half_life == 0 else half_life,
    )


def _text_of(place: str | Path) -> tuple[str, str]:
    if str(place) in SHIPPED:
        shipped = files("allocator.calibrate.ssda903") / f"{place}.toml"
        return shipped.read_text(encoding="utf-8"), f"{place}.toml"
    if not Path(place).is_file():
        raise UsageError(f"{place}: is no file, nor one of {', '.join(SHIPPED)}")
    return Path(place).read_text(encoding="utf-8-sig"), str(place)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _problems(sections: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Column, value, rule and remedy of all that is wrong with a configuration."""
    known = [f.name for f in fields(Settings)]
    for key in sections:
        if key not in known:
            yield key, "", "is no setting", did_you_mean(key, known)
    yield from _bad_ages(sections.get("ages", [0]))
    for key, (good, wanted) in _NUMBERS.items():
        if key in sections and not good(sections[key]):
            yield key, str(sections[key]), f"is not {wanted}", f"give {wanted}"
    categories = sections.get("categories")
    if not isinstance(categories, dict) or not all(
        isinstance(c, dict) for c in categories.values()
    ):
        yield "categories", "", "there is no table of categories", "add [categories.<name>] tables"
        return
    for name, values in categories.items():
        yield from _bad_category(name, values)
    rest = [name for name, values in categories.items() if not values.get("places")]
    if len(rest) != 1:
        yield (
            "categories",
            ", ".join(rest),
            f"{len(rest)} categories have no places",
            "leave `places` out of exactly one: it takes all other placements",
        )


def _rising(ages: Sequence[int]) -> bool:
    return list(ages[:1]) == [0] and list(ages) == sorted(set(ages)) and ages[-1] < ADULT


def _bad_ages(ages: Any) -> Iterator[tuple[str, str, str, str]]:
    fine = isinstance(ages, list) and all(type(age) is int for age in ages)
    if not fine or not _rising(ages):
        yield "ages", str(ages), "are no ages", "give rising whole years from 0 to 17: [0, 1, 5]"


def _bad_category(name: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    where = f"categories.{name}"
    if not _NAME.match(name) or name in RESERVED:
        yield where, name, "is no name", "use small letters, digits and _, and no reserved word"
    for key in values:
        if key not in _CATEGORY_KEYS:
            yield f"{where}.{key}", "", "is no setting", did_you_mean(key, _CATEGORY_KEYS)
    for key, codes in (("places", PLACEMENTS), ("providers", PROVIDERS)):
        listed = values.get(key, [])
        for code in listed if isinstance(listed, list) else [listed]:
            if code not in codes or code in TEMPORARY:
                why = (
                    "is temporary: counted as the one before"
                    if code in TEMPORARY
                    else "is no code of the return"
                )
                yield f"{where}.{key}", str(code), why, "take it out"
    for key in ("unit_cost", "cashable_share", "release_per_year"):
        if key in values and not _within(values[key], np.inf if key == "unit_cost" else 1):
            yield f"{where}.{key}", str(values[key]), "is out of range", "give a number from 0"


def _within(value: object, most: float, least: float = 0) -> bool:
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
    )


_NUMBERS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "smallest": (lambda v: type(v) is int and FEWEST_SHOWN <= v <= 1000,
                 f"a whole number from {FEWEST_SHOWN}"),
    "half_life": (lambda v: v in ("auto", "none") or (_within(v, 1e9) and v > 0),
                  '"auto", "none" or years above 0'),
    "level": (lambda v: _within(v, 0.999, 0.01), "a share below 1, such as 0.8"),
    "anchored": (lambda v: isinstance(v, bool), "true or false"),
    "periods_per_year": (lambda v: v in PERIODS_PER_YEAR, "1, 2, 4 or 12"),
    "years": (lambda v: type(v) is int and 1 <= v <= 50, "a whole number of years"),
}  # fmt: skip
