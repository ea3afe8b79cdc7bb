"""Good done to others that makes no sense."""

from __future__ import annotations

from allocator.instance.check import benefits, names, ranges
from tests.instance.bad import error, warning
from tests.instance.drafts import cell, drop, setting

WEIGHTED = setting("[double_investment]", "[wider_benefits]\nweight = 0.5\n[double_investment]")

BENEFITS = [
    error(
        benefits.child_years_have_no_lag,
        cell("benefits", 3, "lag_years", "1"),
        at="benefits.csv 3 lag_years",
        value="1",
        rule="is given to need, which is a state",
        remedy="of services alone",
    ),
    warning(
        benefits.a_weight_has_benefits,
        drop("benefits"),
        WEIGHTED,
        at="instance.toml - wider_benefits.weight",
        value="0.5",
        rule="lists none",
        remedy="add the table benefits",
    ),
    error(
        ranges.figures_lie_in_their_range,
        cell("benefits", 2, "high", "299"),
        at="benefits.csv 2 high",
        value="299",
        rule="is below the amount, 300",
        remedy="low ≤ amount ≤ high",
    ),
    error(
        names.known_names,
        cell("benefits", 2, "item", "hubs"),
        at="benefits.csv 2 item",
        value="hubs",
        rule="is not a service or a state",
        remedy="did you mean 'hub'?",
    ),
    error(
        None,
        cell("benefits", 2, "kind", "moral"),
        at="benefits.csv 2 kind",
        value="moral",
        rule="is not one of its choices",
        remedy="write fiscal or economic or social",
    ),
    error(
        None,
        WEIGHTED,
        setting("weight = 0.5", "weight = 1.5"),
        at="instance.toml - wider_benefits.weight",
        value="1.5",
        rule="above 1",
        remedy="1",
    ),
]
