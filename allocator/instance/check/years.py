"""Time: years inside the plan, periods, windows and discounting."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, span, warn
from allocator.instance.instance import Instance
from allocator.instance.problems import Problem, Severity
from allocator.instance.schema import TABLES
from allocator.instance.settings import PERIODS_PER_YEAR

HIGH_DISCOUNT_RATE = 0.1
SERIES_OF_THEIR_OWN = ("drivers", "inflation")  # whose years may lie outside the plan


def periods_fit_a_year(candidate: Candidate) -> Iterator[Problem]:
    """A year has 1, 2, 4 or 12 periods."""
    periods = candidate.instance.periods_per_year
    if periods not in PERIODS_PER_YEAR:
        yield candidate.setting(
            "instance.periods_per_year",
            periods,
            "does not divide a year as the model does",
            "use 1, 2, 4 or 12",
        )


def rates_of_one_period(instance: Instance) -> Iterator[Problem]:
    """With timing "period" rates hold for one number of periods only: told by ``check`` alone."""
    if not instance.is_continuous:
        many = instance.periods_per_year
        each = "1 period" if many == 1 else f"{many} periods"
        yield Candidate(instance).setting(
            "instance.timing",
            instance.timing,
            f"makes rates hold for {each} a year and no other number",
            "`allocator convert INSTANCE --timing continuous --out PATH` writes rates that hold "
            "for any",
            Severity.WARNING,
        )


def years_in_the_plan(candidate: Candidate) -> Iterator[Problem]:
    """A row's year is a year of the plan."""
    for table, rows in candidate.instance.tables.items():
        bound = "year" in TABLES[table].names and table not in SERIES_OF_THEIR_OWN
        for row in rows if bound else ():
            if row["year"] is not None and row["year"] not in candidate.instance.horizon:
                yield at(
                    row,
                    "year",
                    f"is outside the plan, which runs from {span(candidate.instance)}",
                    "use a year of the plan, or change first_year or years in the settings",
                )


def series_end_with_the_plan(candidate: Candidate) -> Iterator[Problem]:
    """A series may begin before the plan; what it says of years after it changes nothing."""
    for table in SERIES_OF_THEIR_OWN:
        for row in candidate.rows(table):
            if row["year"] > candidate.instance.last_year:
                yield warn(
                    row,
                    "year",
                    f"is after the plan, which runs from {span(candidate.instance)}, so it "
                    "changes nothing",
                    "leave it out, or plan for longer",
                )


def services_start_in_the_plan(candidate: Candidate) -> Iterator[Problem]:
    """A service becomes available inside the plan."""
    for row in candidate.instance.tables["services"]:
        year = row["first_year"]
        if year is not None and year > candidate.instance.last_year:
            yield warn(
                row,
                "first_year",
                f"is after the plan, which runs from {span(candidate.instance)}, "
                "so the service never leaves its baseline",
                "use a year of the plan",
            )
        elif year is not None and year < candidate.instance.first_year:
            yield warn(
                row,
                "first_year",
                f"is before the plan, which runs from {span(candidate.instance)}, "
                "so it changes nothing",
                "leave it blank for a service that is available from the start",
            )


def lags_end_in_the_plan(candidate: Candidate) -> Iterator[Problem]:
    """An effect comes before the plan ends."""
    for row in candidate.rows("effects"):
        if row["lag_years"] >= candidate.instance.years:
            yield warn(
                row,
                "lag_years",
                f"puts the effect after the plan, which is {candidate.instance.years} years long",
                "check the lag, or plan for longer",
            )


def windows_exist(candidate: Candidate) -> Iterator[Problem]:
    """Where a double-investment period is allowed, at least one fits the plan."""
    settings = candidate.instance.double_investment
    if settings is None:
        return
    key = "double_investment.starts"
    if not candidate.instance.windows:
        yield candidate.setting(
            key,
            settings.starts,
            f"allows no period inside the plan, {span(candidate.instance)}",
            "name a year of the plan, or leave out starts for any year",
        )
        return
    for year in settings.starts or ():
        if year not in candidate.instance.horizon:
            yield candidate.setting(
                key,
                year,
                f"is outside the plan, which runs from {span(candidate.instance)}, and is "
                "passed over",
                "use a year of the plan, or take it out",
                Severity.WARNING,
            )


def discounting_is_a_share(candidate: Candidate) -> Iterator[Problem]:
    """The discount rate is one that a public body would use."""
    rate = candidate.instance.discount_rate
    if rate > HIGH_DISCOUNT_RATE:
        yield candidate.setting(
            "instance.discount_rate",
            rate,
            "is above 0.1 a year, which is unusual",
            "write 3.5% as 0.035",
            Severity.WARNING,
        )


CHECKS: tuple[Check, ...] = (
    periods_fit_a_year,
    years_in_the_plan,
    series_end_with_the_plan,
    services_start_in_the_plan,
    lags_end_in_the_plan,
    windows_exist,
    discounting_is_a_share,
)
