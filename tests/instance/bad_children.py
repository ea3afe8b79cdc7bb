"""States, moves and arrivals that make no sense, and targets for them."""

from __future__ import annotations

from allocator.instance.check import children, sense, targets
from tests.instance.bad import error, warning
from tests.instance.drafts import add, cell, drop, setting

NO_DISCOUNTING = setting("years = 4", "years = 4\ndiscount_rate = 0")
CONTINUOUS = setting("years = 4", 'years = 4\ntiming = "continuous"')
NO_WAY_OUT = (drop("transitions", 4, 5), drop("effects", 3), drop("services", 3))

CHILDREN = [
    error(children.someone_is_in_care, cell("states", 3, "in_care", "no"),
          at="states.csv - -", rule="has no state in care", remedy="write yes under in_care"),
    error(children.staying_has_no_rate, cell("transitions", 5, "rate", "0.1"),
          at="transitions.csv 5 rate", value="0.1", rule="is given to staying in foster",
          remedy="leave the rate blank"),
    error(children.moves_have_a_rate, cell("transitions", 2, "rate", ""),
          at="transitions.csv 2 rate", rule="is blank for the move need → exit",
          remedy="0 if there are none", others=0),
    warning(children.rates_are_plausible, cell("transitions", 2, "rate", "7"),
            at="transitions.csv 2 rate", value="7", rule="above 3 moves per child-year",
            remedy="a rate per year", others=1),
    warning(children.rates_are_plausible, CONTINUOUS, cell("transitions", 2, "rate", "400"),
            at="transitions.csv 2 rate", value="400", rule="above 365 moves per child-year",
            remedy="a rate per year", others=1),
    warning(children.rows_apply_everywhere, cell("states", 2, "area", "north"),
            cell("services", 2, "area", "north"),
            at="arrivals.csv 2 state", value="need",
            rule="is not a state in south, so the row is left out", remedy="give the row by area",
            others=4),
    warning(children.children_can_leave, *NO_WAY_OUT, cell("targets", 2, "children", "205"),
            at="states.csv 3 state", value="foster",
            rule="has children at the start and no move out in north, south",
            remedy="add its transitions"),
    warning(children.states_are_used, add("states", state="plan", opening="0"),
            at="states.csv 4 state", value="plan", rule="never holds a child in north, south",
            remedy="remove the state"),
    warning(sense.unit_costs_are_those_of_a_year, cell("states", 3, "unit_cost", "765"),
            at="states.csv 3 unit_cost", value="765", rule="£29,900 to £499,616",
            remedy="times 52"),
    error(children.terminal_value_is_finite, NO_DISCOUNTING, *NO_WAY_OUT,
          at="states.csv 3 state", value="foster", rule="never leads to `exit` in north, south",
          remedy="a discount_rate above 0", others=2),
]  # fmt: skip

TARGETS = [
    error(targets.targets_bind_someone, cell("states", 3, "area", "north"),
          cell("services", 3, "area", "north"), cell("targets", 2, "area", "south"),
          at="targets.csv 2 area", value="south", rule="has no state in care",
          remedy="remove the target", others=4),
    error(targets.targets_say_how_many, cell("targets", 2, "children", ""),
          at="targets.csv 2 children", rule="is blank, and so is per_10000",
          remedy="give the children in care at most"),
    error(targets.targets_say_how_many, cell("targets", 2, "per_10000", "60"),
          at="targets.csv 2 per_10000", value="60", rule="is given beside children",
          remedy="give one of the two"),
    error(targets.rates_have_their_children, cell("targets", 2, "children", ""),
          cell("targets", 2, "per_10000", "60"), cell("areas", 2, "children", "9000"),
          at="areas.csv 3 children", rule="is blank, which the target of 2022 per 10,000",
          remedy="give the population aged 0-17"),
    error(targets.targets_leave_a_way, *NO_WAY_OUT,
          at="targets.csv 2 children", value="190",
          rule="cannot be met: 200 children are in care at the start",
          remedy="add the moves out of care", others=1),
    warning(targets.targets_ask_for_something, cell("targets", 2, "children", "240"),
            at="targets.csv 2 children", value="240",
            rule="without any change 232.3647 children at most are in care from 2022",
            remedy="lower the target"),
]  # fmt: skip
