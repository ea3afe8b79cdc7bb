"""The forms in which the published tables come, each known by its columns, not by its name.

- *characteristics*: children looked after at 31 March, starting or ceasing, by group and
  characteristic (explore education statistics); the groups tell which of the three it is;
- *counts*: number and rate of children looked after (``population_count``);
  of both, the headings before the release of 2025 and those since are known;
- *outturn*: Section 251 lines (``category_of_expenditure``);
- *long*: a row for each measure, as the local authority interactive tool keeps its data;
- *wide*: a column for each measure: that tool's panel, or the children in need census.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

AREA: Final = ("area", "la_name", "la and regions", "local_authority", "local authority")
CODE: Final = ("la_code", "old_la_code", "la number", "la_number")
_HEADS_TOLD: Final = 8
YEAR: Final = ("fy_end", "time_period", "years_num", "years", "year")
LEVEL: Final = ("level", "geographic_level")
REGION: Final = ("region", "region_name")
# Headings of the tables by characteristics: group, characteristic, number; since 2025 the last.
_BY_GROUP: Final = (
    ("group", "characteristic", "number"),
    ("cla_group", "characteristic", "number"),
    ("characteristic", "breakdown", "children_count"),
)
_MEASURE: Final = ("measure_short", "short desc", "measure")
_VALUE: Final = ("value", "values_num", "values")
_SPENT: Final = ("gross_expenditure", "total_expenditure")

MEASURES: Final = frozenset({
    "cla_31mar", "cla_rate_per10k", "cla_started", "cla_ceased", "pct_foster",
    "pct_childrens_home_or_secure", "pct_supported_semiindep", "pct_other_inc_unreg",
    "pct_other_residential", "pct_placed_with_parents", "cin_rate_per10k", "cpp_31mar",
    "care_applications_per10k", "uasc_31mar", "unitcost_fostering_gbp_per_week",
    "unitcost_residential_gbp_per_week", "unitcost_cla_gbp_per_week",
    "unitcost_socialwork_gbp_per_week", "s251_total_gross", "s251_surestart_early_years",
    "s251_cla", "s251_safeguarding", "s251_family_support", "s251_young_people",
    "s251_youth_justice", "s251_leaving_care", "s251_other", "cin_31mar", "cin_started_children",
    "cin_ended_children", "cpp_started", "child_pop_0_17", "ceased_sgo", "child_poverty_pct",
})  # fmt: skip
_OTHER_NAMES: Final = {
    "at31_episodes": "cin_31mar",
    "started_child": "cin_started_children",
    "ended_child": "cin_ended_children",
    "cpp_31mar_dfe": "cpp_31mar",
    "careapplications": "care_applications_per10k",
}
_COUNTED: Final = {
    "children looked after at 31 march each year": "cla_31mar",
    "children looked after on 31 march each year": "cla_31mar",
    "children starting to be looked after each year": "cla_started",
    "children ceasing to be looked after each year": "cla_ceased",
}
_LINES: Final = {
    "3.0.5": "s251_surestart_early_years",
    "3.1.11": "s251_cla",
    "3.3.4": "s251_safeguarding",
    "3.4.6": "s251_family_support",
    "3.5.3": "s251_young_people",
}
STOCK, STARTED, CEASED = "stock", "started", "ceased"  # the tables by characteristics
# Groups that are in one of the three only: which table it is.
_TELLING: Final = {
    "placement": STOCK, "place providers": STOCK, "age group": STOCK,
    "age on starting": STARTED, "taken into care": STARTED,
    "age on ceasing": CEASED, "reason episode ceased": CEASED,
}  # fmt: skip
_UASC: Final = ("uasc", "unaccompanied asylum-seeking children")


def characteristic(table: str, group: str, name: str) -> str:
    """The measure of a cell by characteristic: ``stock/placement/foster placements``."""
    return f"{table}/{group}/{name}".casefold()


def column(frame: pd.DataFrame, names: Iterable[str]) -> str | None:
    """The first of the names that is a column."""
    return next((name for name in names if name in frame.columns), None)


def melt(frame: pd.DataFrame) -> pd.DataFrame | None:
    """Rows of (row of the file, ``measure``, ``text``); None if it has none of the forms."""
    if column(frame, YEAR) is None or (column(frame, AREA) or column(frame, LEVEL)) is None:
        return None
    for form in (_characteristics, _counts, _outturn, _long, _wide):
        rows = form(frame)
        if rows is not None:
            return rows
    return None


def unknown(frame: pd.DataFrame) -> str:
    """Why a table has none of the forms, in words."""
    for names, what in ((YEAR, "the year"), ((*AREA, *LEVEL), "the area")):
        if column(frame, names) is None:
            return f"has no column for {what} ({', '.join(names)})"
    heads = [str(name) for name in frame.columns]
    more = f" and {len(heads) - _HEADS_TOLD} more" if len(heads) > _HEADS_TOLD else ""
    return f"its columns are those of no form known: {', '.join(heads[:_HEADS_TOLD])}{more}"


def _tidy(rows: pd.Index, measure: object, text: pd.Series, name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"row": rows, "measure": measure, "text": text.to_numpy(), "column": name})


def _characteristics(frame: pd.DataFrame) -> pd.DataFrame | None:
    heads = next((each for each in _BY_GROUP if set(each) <= set(frame.columns)), None)
    if heads is None:
        return None
    group, name, number = heads
    groups, names = frame[group].str.casefold().str.strip(), frame[name].str.strip()
    told = {_TELLING[each] for each in groups.unique() if each in _TELLING}
    if len(told) != 1:
        return None
    table = told.pop()
    measure = (table + "/" + groups + "/" + names).str.casefold()
    total = (names.str.casefold() == "total") & (groups == groups[groups.isin(_TELLING)].iloc[0])
    measure = measure.mask(
        total, {STOCK: "cla_31mar", STARTED: "cla_started"}.get(table, "cla_ceased")
    )
    unaccompanied = groups.str.startswith("unaccompanied") & names.str.casefold().isin(_UASC)
    measure = measure.mask(unaccompanied, f"uasc_{'31mar' if table == STOCK else table}")
    return _tidy(frame.index, measure.to_numpy(), frame[number], number)


def _named(
    names: Mapping[str, str], of: str, text: str
) -> Callable[[pd.DataFrame], pd.DataFrame | None]:
    """A form with a row per measure: ``of`` names the measure, ``text`` holds its value."""

    def form(frame: pd.DataFrame) -> pd.DataFrame | None:
        if not {of, text} <= set(frame.columns):
            return None
        measure = frame[of].str.casefold().str.strip().map(names)
        known = measure.notna()
        return _tidy(frame.index[known], measure[known].to_numpy(), frame.loc[known, text], text)

    return form


def _counts(frame: pd.DataFrame) -> pd.DataFrame | None:
    if "characteristic" in frame.columns:  # a part of the children, not all
        return None
    before, since = (
        _named(_COUNTED, *heads)(frame)
        for heads in (("population_count", "number"), ("population_type", "children_count"))
    )
    return since if before is None else before


def _outturn(frame: pd.DataFrame) -> pd.DataFrame | None:
    spent = column(frame, _SPENT)
    if spent is None or "category_of_expenditure" not in frame.columns:
        return None
    line = frame["category_of_expenditure"].str.strip().str.extract(r"^(\d+(?:\.\d+)+)")[0]
    measure = line.map(_LINES)
    known = measure.notna()
    return _tidy(frame.index[known], measure[known].to_numpy(), frame.loc[known, spent], spent)


def _long(frame: pd.DataFrame) -> pd.DataFrame | None:
    of, text = column(frame, _MEASURE), column(frame, _VALUE)
    if of is None or text is None:
        return None
    names = {each: each for each in MEASURES} | _OTHER_NAMES
    return _named(names, of, text)(frame)


def _wide(frame: pd.DataFrame) -> pd.DataFrame | None:
    import pandas as pd

    parts = [
        _tidy(frame.index, _OTHER_NAMES.get(name, name), frame[name], name)
        for name in frame.columns
        if name in MEASURES or name in _OTHER_NAMES
    ]
    return pd.concat(parts, ignore_index=True) if parts else None
