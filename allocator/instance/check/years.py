"""Time: years inside the plan, periods, windows and discounting."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.view import Check, View, at, span, warn
from allocator.instance.instance import Instance
from allocator.instance.problems import Problem, Severity
from allocator.instance.schema import PERIODS_PER_YEAR, TABLES

HIGH_DISCOUNT_RATE = 0.1
SERIES_OF_THEIR_OWN = ("drivers", "inflation")  # whose years may lie outside the plan


def periods_fit_a_year(view: View) -> Iterator[Problem]:
    """A year has 1, 2, 4 or 12 periods."""
    periods = view.instance.periods_per_year
    if periods not in PERIODS_PER_YEAR:
        yield view.setting(
            "instance.periods_per_year", periods, "does not divide a year as the model does",
            "use 1, 2, 4 or 12",
        )  # fmt: skip


def rates_of_one_period(instance: Instance) -> Iterator[Problem]:
    """With timing "period" rates hold for one number of periods only: told by ``check`` alone."""
    if not instance.is_continuous:
        many = instance.periods_per_year
        each = "1 period" if many == 1 else f"{many} periods"
        yield View(instance).setting(
            "instance.timing", instance.timing,
            f"makes rates hold for {each} a year and no other number",
            "`allocator convert INSTANCE --timing continuous --out PATH` writes rates that hold "
            "for any", Severity.WARNING,
        )  # fmt: skip


def years_in_the_plan(view: View) -> Iterator[Problem]:
    """A row's year is a year of the plan."""
    for table, rows in view.instance.tables.items():
        bound = "year" in TABLES[table].names and table not in SERIES_OF_THEIR_OWN
        for row in rows if bound else ():
            if row["year"] is not None and row["year"] not in view.instance.horizon:
                yield at(
                    row, "year", f"is outside the plan, which runs from {span(view.instance)}",
                    "use a year of the plan, or change first_year or years in the settings",
                )  # fmt: skip


def series_end_with_the_plan(view: View) -> Iterator[Problem]:
    """A series may begin before the plan; what it says of years after it changes nothing."""
    for table in SERIES_OF_THEIR_OWN:
        for row in view.rows(table):
            if row["year"] > view.instance.last_year:
                yield warn(
                    row,
                    "year",
                    f"is after the plan, which runs from {span(view.instance)}, so it "
                    "changes nothing",
                    "leave it out, or plan for longer",
                )


def services_start_in_the_plan(view: View) -> Iterator[Problem]:
    """A service becomes available inside the plan."""
    for row in view.instance.tables["services"]:
        year = row["first_year"]
        if year is not None and year > view.instance.last_year:
            yield warn(
                row, "first_year", f"is after the plan, which runs from {span(view.instance)}, "
                "so the service never leaves its baseline",
                "use a year of the plan",
            )  # fmt: skip
        elif year is not None and year < view.instance.first_year:
            yield warn(
                row, "first_year", f"is before the plan, which runs from {span(view.instance)}, "
                "so it changes nothing",
                "leave it blank for a service that is available from the start",
            )  # fmt: skip


def lags_end_in_the_plan(view: View) -> Iterator[Problem]:
    """An effect comes before the plan ends."""
    for row in view.rows("effects"):
        if row["lag_years"] >= view.instance.years:
            yield warn(
                row, "lag_years", f"puts the effect after the plan, which is "
                f"{view.instance.years} years long", "check the lag, or plan for longer",
            )  # fmt: skip


def windows_exist(view: View) -> Iterator[Problem]:
    """Where a double-investment period is allowed, at least one fits the plan."""
    settings = view.instance.double_investment
    if settings is None:
        return
    key = "double_investment.starts"
    if not view.instance.windows:
        yield view.setting(
            key, settings.starts, f"allows no period inside the plan, {span(view.instance)}",
            "name a year of the plan, or leave out starts for any year",
        )  # fmt: skip
        return
    for year in settings.starts or ():
        if year not in view.instance.horizon:
            yield view.setting(
                key, year, f"is outside the plan, which runs from {span(view.instance)}, and is "
                "passed over", "use a year of the plan, or take it out", Severity.WARNING,
            )  # fmt: skip


def discounting_is_a_share(view: View) -> Iterator[Problem]:
    """The discount rate is one that a public body would use."""
    rate = view.instance.discount_rate
    if rate > HIGH_DISCOUNT_RATE:
        yield view.setting(
            "instance.discount_rate", rate, "is above 0.1 a year, which is unusual",
            "write 3.5% as 0.035", Severity.WARNING,
        )  # fmt: skip


CHECKS: tuple[Check, ...] = (
    periods_fit_a_year, years_in_the_plan, series_end_with_the_plan, services_start_in_the_plan,
    lags_end_in_the_plan, windows_exist, discounting_is_a_share,
)  # fmt: skip
