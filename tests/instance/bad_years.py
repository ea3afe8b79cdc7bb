"""Years, periods and windows that do not fit the plan."""

from __future__ import annotations

from allocator.instance.check import years
from tests.instance.bad import error, warning
from tests.instance.drafts import add, cell, setting

SETTINGS_FILE = "instance.toml -"

YEARS = [
    error(years.periods_fit_a_year, setting("periods_per_year = 2", "periods_per_year = 3"),
          at=f"{SETTINGS_FILE} instance.periods_per_year", value="3", rule="does not divide a year",
          remedy="use 1, 2, 4 or 12"),
    error(years.years_in_the_plan, cell("arrivals", 2, "year", "2024"),
          at="arrivals.csv 2 year", value="2024",
          rule="is outside the plan, which runs from 2020 to 2023", remedy="use a year of"),
    error(years.years_in_the_plan, cell("budgets", 6, "year", "2019"),
          at="budgets.csv 6 year", value="2019", rule="outside the plan", remedy="first_year"),
    error(years.years_in_the_plan, cell("limits", 2, "year", "2033"),
          at="limits.csv 2 year", value="2033", rule="outside the plan", remedy="use a year"),
    error(years.years_in_the_plan, cell("targets", 2, "year", "2030"),
          at="targets.csv 2 year", value="2030", rule="outside the plan", remedy="use a year"),
    error(years.years_in_the_plan, cell("prices", 2, "year", "2016"),
          at="prices.csv 2 year", value="2016", rule="outside the plan", remedy="use a year"),
    error(years.years_in_the_plan, cell("transitions", 2, "year", "2016"),
          at="transitions.csv 2 year", value="2016", rule="outside the plan", remedy="use a year"),
    warning(years.services_start_in_the_plan, cell("services", 2, "first_year", "2024"),
            at="services.csv 2 first_year", value="2024", rule="never leaves its baseline",
            remedy="use a year of the plan"),
    warning(years.services_start_in_the_plan, cell("services", 2, "first_year", "2019"),
            at="services.csv 2 first_year", value="2019", rule="is before the plan",
            remedy="leave it blank"),
    warning(years.lags_end_in_the_plan, cell("effects", 2, "lag_years", "4"),
            at="effects.csv 2 lag_years", value="4", rule="after the plan, which is 4 years long",
            remedy="check the lag"),
    error(years.windows_exist, setting("[2020, 2021]", "[2019, 2030]"),
          at=f"{SETTINGS_FILE} double_investment.starts", value="2019;2030",
          rule="allows no period inside the plan, 2020 to 2023", remedy="leave out starts"),
    error(years.windows_exist, setting("[2020, 2021]", "[]"),
          at=f"{SETTINGS_FILE} double_investment.starts", rule="allows no period",
          remedy="leave out starts"),
    warning(years.windows_exist, setting("[2020, 2021]", "[2020, 2024]"),
            at=f"{SETTINGS_FILE} double_investment.starts", value="2024",
            rule="is outside the plan", remedy="take it out"),
    warning(years.discounting_is_a_share, setting("years = 4", "years = 4\ndiscount_rate = 0.35"),
            at=f"{SETTINGS_FILE} instance.discount_rate", value="0.35", rule="above 0.1 a year",
            remedy="write 3.5% as 0.035"),
    error(years.years_in_the_plan, add("budgets", fund="core", year="2024", amount="1"),
          at="budgets.csv 7 year", value="2024", rule="outside the plan", remedy="use a year"),
]  # fmt: skip
