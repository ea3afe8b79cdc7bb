"""Cells changed by ``table.key.column=value``: the one meant, or a refusal that says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InstanceError, UsageError
from allocator.instance import Instance, read
from allocator.instance.change import apply_changes
from tests.instance.drafts import add, cell, draft


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """The good instance, with a later rate, an area's own money and a name with a dot."""
    made = draft(
        add("transitions", from_="need", to="foster", rate="0.12", avoidable_share="0.3",
            year="2022"),
        add("budgets", area="north", fund="core", year="2020", amount="7"),
        add("effects", service="hub", from_="need", to="foster", lag_years="2", effect="0.02"),
        cell("areas", 3, "area", "st.ives"),
        add("arrivals", area="st.ives", state="need", year="2021", children="150"),
    )  # fmt: skip
    return read(made.write(tmp_path))


def changed(before: Instance, after: Instance) -> dict[tuple[str, int, str], Any]:
    """The cells that differ, by table, row and column."""
    return {
        (name, old.number, column): new.values.get(column)
        for name, rows in before.tables.items()
        for old, new in zip(rows, after.tables[name], strict=True)
        for column in {*old.values, *new.values}
        if old.values.get(column) != new.values.get(column)
    }


CELLS: dict[str, dict[tuple[str, int, str], Any]] = {
    "targets.2022.children=150": {("targets", 2, "children"): 150.0},
    "services.hub.unit_cost=1600": {("services", 2, "unit_cost"): 1600.0},
    "budgets.core.2021.amount=2.5e7": {("budgets", 3, "amount"): 2.5e7},
    "budgets.core.2020.amount=3e7": {("budgets", 2, "amount"): 3e7},  # the one of all areas
    "budgets.core.north.2020.amount=9": {("budgets", 7, "amount"): 9.0},
    "budgets.north.core.2020.amount=9": {("budgets", 7, "amount"): 9.0},
    "budgets.north.amount=9": {("budgets", 7, "amount"): 9.0},
    "arrivals.st.ives.need.2021.children=8": {("arrivals", 3, "children"): 8.0},
    "transitions.need.exit.rate=0.6": {("transitions", 2, "rate"): 0.6},
    "transitions.need.foster.2020.rate=0.2": {("transitions", 3, "rate"): 0.2},
    "transitions.need.foster.2022.rate=0.2": {("transitions", 6, "rate"): 0.2},
    "effects.hub.2.effect=0.01": {("effects", 4, "effect"): 0.01},
    "returns.hub.0.5.multiplier=0.9": {("returns", 2, "multiplier"): 0.9},
    "limits.early_help.minimum=": {("limits", 2, "minimum"): None},
    "funds.extra.window_only=no": {("funds", 3, "window_only"): False},
    "services.hub.maximum=90": {("services", 2, "maximum"): 90.0},
    "states.foster.unit_cost=*1.5": {("states", 3, "unit_cost"): 60000.0},
    "services.*.unit_cost=x2": {
        ("services", 2, "unit_cost"): 3000.0, ("services", 3, "unit_cost"): 18000.0,
    },
    "services.*.maximum=*2": {("services", 3, "maximum"): 100.0},  # no limit stays no limit
    "budgets.core.*.amount=1": {("budgets", n, "amount"): 1.0 for n in (2, 3, 4, 5, 7)},
    "budgets.*.2020.amount=1": {("budgets", n, "amount"): 1.0 for n in (2, 6, 7)},
    "transitions.*.foster.avoidable_share=0.25": {
        ("transitions", n, "avoidable_share"): 0.25 for n in (3, 5, 6)
    },
}  # fmt: skip


@pytest.mark.parametrize("change", CELLS)
def test_the_cells_meant_are_changed(change: str, instance: Instance) -> None:
    assert changed(instance, apply_changes(instance, [change])) == CELLS[change]


SETTINGS: dict[str, dict[str, Any]] = {
    "instance.discount_rate=0.03": {"discount_rate": 0.03},
    "instance.periods_per_year=4": {"periods_per_year": 4},
    "instance.terminal_value=no": {"terminal_value": False},
    "instance.title=Less, later": {"title": "Less, later"},
    "instance.note=tried": {"remarks": {"instance.note": "tried"}},
    "reinvestment.share=0.5": {"reinvestment_share": 0.5},
}


@pytest.mark.parametrize("change", SETTINGS)
def test_a_setting_is_changed(change: str, instance: Instance) -> None:
    after = apply_changes(instance, [change])
    assert {name: getattr(after, name) for name in SETTINGS[change]} == SETTINGS[change]
    assert changed(instance, after) == {}


def test_the_double_investment_is_changed_and_brought_in(
    instance: Instance, tmp_path: Path
) -> None:
    after = apply_changes(instance, ["double_investment.longest=1", "double_investment.starts="])
    assert after.windows == ((2020, 1), (2021, 1), (2022, 1), (2023, 1))
    made = draft()
    made.settings = made.settings.split("[double_investment]")[0]
    none = read(made.write(tmp_path / "none"))
    assert none.windows == ()
    after = apply_changes(
        none, ["double_investment.starts=2021;2022", "double_investment.longest=1"]
    )
    assert after.windows == ((2021, 1), (2022, 1))


def test_a_row_is_added_where_that_is_asked(instance: Instance) -> None:
    asked = ["+targets.2021.children=195", "+budgets.north.core.2021.amount=5e6"]
    after = apply_changes(instance, asked)
    assert after.tables["targets"][-1].values == {"year": 2021, "children": 195.0}
    money = {"area": "north", "fund": "core", "year": 2021, "amount": 5e6}
    assert after.tables["budgets"][-1].values == money
    assert len(after.tables["budgets"]) == len(instance.tables["budgets"]) + 1
    with pytest.raises(InstanceError, match="corn"):
        apply_changes(instance, ["+budgets.corn.2021.amount=5e6"])


def test_changes_are_made_in_order(instance: Instance) -> None:
    after = apply_changes(instance, ["targets.*.children=100", "targets.2022.children=*1.5"])
    assert after.tables["targets"][0]["children"] == 150
    assert instance.tables["targets"][0]["children"] == 190


REFUSED = {
    "targets": "is not a change; write table.key.column=value",
    "targets.2022.children": "is not a change",
    "target.2022.children=5": "'target' is no table of an instance; did you mean 'targets'?",
    "targets.2022.child=5": "'child' is not a column of targets; did you mean 'children'?",
    "targets.2021.children=5": "no row of targets has the key '2021'; did you mean '2022'?",
    "services.hubs.unit_cost=5": "no row of services has the key 'hubs'; did you mean 'hub'?",
    "returns.hub.multiplier=1": "fits 2 rows of returns; name one of hub.0.5, hub.1",
    "transitions.need.foster.rate=1":
        "fits 2 rows of transitions; name one of need.foster.2020, need.foster.2022",
    "budgets.corn.*.amount=1": "no row of budgets has the key 'corn.*'",
    "targets.2022.children=few": "'few' is not a number; give a number",
    "targets.2022.children=-1": "'-1' is negative; give a number of 0 or more",
    "budgets.core.2021.amount=": "amount has no default; give a value",
    "states.need.cashable_share=*1.5": "'*1.5' is a share above 1",
    "limits.early_help.maximum=*2": "there is no value to multiply",
    "transitions.need.exit.rate=*": "'*' is not a number",
    "instance.discount=0.1": "'discount' is not a setting; did you mean 'discount_rate'?",
    "instance.years=soon": "'soon' is not a number",
    "instance.name=": "name has no default",
    "+targets.2022.children=5": "targets has the row 2022 already; leave out the +",
    "+targets.children=5": "a new row of targets needs its whole key, year, with no dots within",
    "+budgets.core.amount=5": "needs its whole key, fund.year",
    "+targets.soon.children=5": "'soon' is no key: a part is not a number",
    "+targets.2021.child=5": "'child' is not a column of targets; did you mean 'children'?",
    "+targets.2021.children=*2": "a new row needs a value of children, not a factor or none",
    "+targets.2021.year=2021": "year is of the key; end in another column",
    "+services.tent.unit_cost=5": "a row of services needs tier",
    "+instance.years=5": "settings have no rows; leave out the +",
    "+target.2021.children=5": "did you mean 'targets'?",
}  # fmt: skip


@pytest.mark.parametrize("change", REFUSED)
def test_a_change_that_cannot_be_made_is_refused(change: str, instance: Instance) -> None:
    with pytest.raises(UsageError) as caught:
        apply_changes(instance, [change])
    assert not isinstance(caught.value, InstanceError)
    assert REFUSED[change] in str(caught.value)
    assert repr(change) in str(caught.value)


def test_a_change_that_makes_the_instance_bad_is_refused(instance: Instance) -> None:
    with pytest.raises(
        InstanceError, match=r"services\.csv, row 2, column baseline: '900' is above"
    ):
        apply_changes(instance, ["services.hub.baseline=900"])
