"""What it is worth to learn of a scenario a year earlier."""

from __future__ import annotations

import pytest

from allocator.errors import UsageError
from allocator.hedge import hedge
from allocator.hedge.saving import load_hedge, save_hedge
from allocator.instance.cell_changes import with_only
from allocator.report.pages.hedge import text
from tests.hedge.test_hedge import hedge_of, instance_of


def test_it_is_the_hedge_of_the_tree_in_which_it_is_told_apart_then(tmp_path):
    found = hedge(instance_of("tree"), learn_earlier=["dear"])
    told = hedge_of("tree", "scenarios.dear.branches=2023")
    assert told.objective < found.objective - 1000
    assert found.earlier == {"dear": pytest.approx(found.objective - told.objective, abs=1.0)}
    assert "Were it known a year earlier" in text(found)
    save_hedge(found, tmp_path / "hedge")
    assert load_hedge(tmp_path / "hedge").earlier == found.earlier


def test_of_two_futures_learning_one_before_anything_is_settled_is_to_know_the_future():
    instance = instance_of("two-stage", "uncertainty.decide=1")
    rows = [{"scenario": name, "probability": 0.5} for name in ("central", "weak")]
    changes = [
        {name: row[name] for name in ("scenario", "cell", "value")}
        for row in instance.tables["changes"]
        if row["scenario"] == "weak"
    ]
    two = with_only(with_only(instance, "scenarios", rows), "changes", changes)
    found = hedge(two, learn_earlier=["all"])
    known = found.value_of_perfect_information
    assert known > 1000
    assert found.earlier == {name: pytest.approx(known, abs=1.0) for name in ("central", "weak")}


def test_a_scenario_that_is_not_there_or_known_at_once_is_told():
    with pytest.raises(UsageError, match="did you mean 'dear'"):
        hedge(instance_of("tree"), learn_earlier=["daer"])
    at_once = instance_of("tree", "scenarios.central.branches=2020")
    with pytest.raises(UsageError, match="central is known from the start"):
        hedge(at_once, learn_earlier=["all"])
