"""Bad futures."""

from __future__ import annotations

from allocator.instance.check import futures
from tests.instance.bad import error, warning
from tests.instance.drafts import add, cell

FUTURES = [
    error(
        futures.probabilities_add_up, cell("scenarios", 3, "probability", "0.3"),
        at="scenarios.csv 3 probability", value="0.3", rule="to 0.9 in all, not 1",
        remedy="add up to 1",
    ),
    error(
        futures.parents_come_to_an_end, cell("scenarios", 3, "parent", "weak"),
        at="scenarios.csv 3 parent", value="weak", rule="leads back to the scenario itself",
        remedy="or leave it blank",
    ),
    warning(
        futures.parents_branch_first, cell("scenarios", 3, "branches", "2021"),
        cell("scenarios", 3, "parent", "central"),
        at="scenarios.csv 3 parent", value="central", rule="told apart in 2022, after",
        remedy="leave it blank",
    ),
    error(
        futures.branches_lie_in_the_plan, cell("scenarios", 3, "branches", "2031"),
        at="scenarios.csv 3 branches", value="2031", rule="outside the plan, 2020 to 2023",
        remedy="leave it blank",
    ),
    error(
        futures.futures_are_of_all_areas,
        add("changes", scenario="weak", cell="states.need.opening", value="410", area="north"),
        at="changes.csv 3 area", value="north", rule="a future is of all of them",
        remedy="name the area in the cell",
    ),
    error(
        futures.changes_name_numbers, cell("changes", 2, "cell", "effects.hug.*.effect"),
        at="changes.csv 2 cell", value="effects.hug.*.effect", rule="no row of effects",
        remedy="as for --set",
    ),
    error(
        futures.changes_name_numbers, cell("changes", 2, "cell", "instance.discount_rate"),
        at="changes.csv 2 cell", value="instance.discount_rate", rule="this is a setting",
        remedy="as for --set",
    ),
    error(
        futures.changes_name_numbers, cell("changes", 2, "cell", "services.hub.tier"),
        at="changes.csv 2 cell", value="services.hub.tier", rule="and tier is none",
        remedy="as for --set",
    ),
    error(
        futures.changes_name_numbers, cell("changes", 2, "value", "a lot"),
        at="changes.csv 2 cell", value="states.need.opening", rule="'a lot' is not a number",
        remedy="as for --set",
    ),
]  # fmt: skip
