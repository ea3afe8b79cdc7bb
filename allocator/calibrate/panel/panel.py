"""One table of all that was read: a row per council (or region, or nation), year and measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COUNCIL: Final = "council"
REGION: Final = "region"
NATION: Final = "nation"
COLUMNS: Final = ("code", "level", "year", "measure", "value", "why", "file")


@dataclass(frozen=True)
class Panel:
    """Published figures.

    ``rows`` has the columns ``code`` (of the council as the Department numbers it, or its name),
    ``level`` (council, region or nation), ``year`` (in whose March it ends), ``measure``,
    ``value``, ``why`` a value is missing, and ``file``.  ``names`` and ``regions`` go by code.
    Where files overlap the first one read holds, unless its cell is blank.  ``passed_over`` has
    each file of the folder that was not read, and why.
    """

    rows: pd.DataFrame
    names: dict[str, str]
    regions: dict[str, str]
    aliases: dict[str, frozenset[str]]
    passed_over: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _values(self) -> pd.DataFrame:
        known = self.rows.dropna(subset=["value"])
        return (
            known.drop_duplicates(["code", "year", "measure"])
            .set_index(["measure", "code", "year"])[["value", "level"]]
            .sort_index()
        )

    @cached_property
    def _why(self) -> dict[tuple[str, str, int], str]:
        unknown = self.rows[self.rows["value"].isna()]
        keys = zip(unknown["measure"], unknown["code"], unknown["year"], strict=True)
        return dict(zip(keys, unknown["why"], strict=True))

    @cached_property
    def measures(self) -> frozenset[str]:
        """Names of the measures that have a value somewhere."""
        return frozenset(self._values.index.get_level_values(0))

    @cached_property
    def councils(self) -> tuple[str, ...]:
        """Codes of the councils, in the order of their names."""
        seen = self.rows.loc[self.rows["level"] == COUNCIL, "code"].unique()
        return tuple(sorted(seen, key=lambda code: self.names[code].casefold()))

    @cached_property
    def nation(self) -> str | None:
        """Code of the nation's own rows, if it has any."""
        seen = self.rows.loc[self.rows["level"] == NATION, "code"]
        return None if seen.empty else str(seen.iloc[0])

    def years(self, measure: str) -> tuple[int, ...]:
        """Years for which some council has the measure, in order."""
        if measure not in self.measures:
            return ()
        values = self._values.loc[measure]
        mine = values[values["level"] == COUNCIL].index.get_level_values("year")
        return tuple(sorted(int(year) for year in mine.unique()))

    def last_year(self, code: str) -> int:
        """The last year that has a row of a council."""
        return int(self.rows.loc[self.rows["code"] == code, "year"].max())

    def matrix(
        self, measure: str, codes: Sequence[str], years: Sequence[int]
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Values by code and year, missing (nan) where there is none."""
        if measure not in self.measures:
            return np.full((len(codes), len(years)), np.nan)
        wide = self._values.loc[measure]["value"].unstack("year")
        values: np.ndarray[tuple[int, int], np.dtype[np.float64]] = wide.reindex(
            index=list(codes), columns=list(years)
        ).to_numpy(float)
        return values

    def value(self, measure: str, code: str | None, year: int) -> float | None:
        """One value, None where there is none."""
        try:
            cell: Any = self._values.at[(measure, code, year), "value"]
            return float(cell)
        except KeyError:
            return None

    def why_missing(self, measure: str, code: str, year: int) -> str:
        """What the table says instead of a value: suppressed, not available, ..., or no row."""
        return self._why.get((measure, code, year), "") or "not in the files"

    def until(self, year: int) -> Panel:
        """The panel as it stood at the end of March of a year: nothing later is in it."""
        return replace(self, rows=self.rows[self.rows["year"] <= year])
