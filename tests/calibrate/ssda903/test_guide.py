"""The guide says what the code does."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from allocator.calibrate.ssda903.codes import EPISODES_READ, HEADER_READ, PLACEMENTS, ROUTES
from allocator.calibrate.ssda903.rules import RULES, markdown
from allocator.calibrate.ssda903.settings import SHIPPED, read_settings

GUIDE = (Path(__file__).parents[3] / "docs" / "how-to-ssda903.md").read_text(encoding="utf-8")


def test_every_rule_is_in_the_guide() -> None:
    assert markdown() in GUIDE
    assert all(f"`{rule}`" in GUIDE for rule in RULES)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_configurations_are_in_the_guide(name: str) -> None:
    text = (files("allocator.calibrate.ssda903") / f"{name}.toml").read_text(encoding="utf-8")
    assert f"```toml\n{text.rstrip()}\n```" in GUIDE
    assert read_settings(name).categories


def test_every_way_out_and_column_is_in_the_guide() -> None:
    assert all(", ".join(codes) in GUIDE for codes in ROUTES.values())
    assert all(f"`{column}`" in GUIDE for column in (*EPISODES_READ, *HEADER_READ))


def test_the_configurations_know_every_placement() -> None:
    for name in SHIPPED:
        settings = read_settings(name)
        assert settings.category_of.shape == (len(PLACEMENTS) + 1, 7)
        listed = [place for category in settings.categories for place in category.places]
        assert set(listed) <= set(PLACEMENTS)
