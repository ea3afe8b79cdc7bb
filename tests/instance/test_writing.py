"""What is written is what is read, and nothing is half-written."""

from __future__ import annotations

import math
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.errors import UsageError
from allocator.instance import DoubleInvestment, Instance, Row, Shortfall, read
from allocator.instance import sheets as sheets_module
from allocator.instance import writing as writing_module
from allocator.instance.cells import is_mojibake
from allocator.instance.columns import Column, Kind
from allocator.instance.parse import parse_instance
from allocator.instance.schema import TABLES, TIERS
from allocator.instance.settings import SETTINGS
from allocator.instance.storage import read_raw
from allocator.instance.writing import write
from tests.instance.drafts import cell, draft

ROOT = Path(__file__).parents[2]
STANDING = sorted(
    [*ROOT.glob("instances/*/instance.toml"), *ROOT.glob("tests/cases/*/instance.toml")]
)


def content(instance: Instance) -> dict[str, Any]:
    """All that an instance holds, but for where each row stood."""
    held = {name: getattr(instance, name) for name in instance.__dataclass_fields__}
    held["tables"] = {
        name: [dict(row.values) for row in rows] for name, rows in instance.tables.items()
    }
    return held | {"remarks": dict(instance.remarks), "hash": instance.hash}


def reread(instance: Instance, folder: Path) -> list[Instance]:
    """The instance through a folder, through a workbook, and through one after the other."""
    places = [folder / "one", folder / "two.xlsx", folder / "three"]
    for place, source in zip(places, (instance, instance, None), strict=True):
        write(source or _as_read(places[1]), place)
    return [_as_read(place) for place in places]


def _as_read(path: Path) -> Instance:
    raw = read_raw(path)
    instance = parse_instance(raw)
    assert raw.problems == []
    assert instance is not None
    return instance


@pytest.mark.parametrize("path", STANDING, ids=lambda path: path.parent.name)
def test_a_standing_instance_comes_back(path: Path, tmp_path: Path) -> None:
    instance = read(path)
    for again in reread(instance, tmp_path):
        assert content(again) == content(instance)


# Text as a cell keeps it: no blanks at the ends, one kind of line break.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" \n"),
    min_size=1,
    max_size=12,
).map(str.strip)
TEXTS = WORDS.filter(lambda text: text and text[0] not in "#=" and not is_mojibake(text))
NAMES = TEXTS.filter(
    lambda text: text.isprintable() and not text[0].isdigit() and text[0] not in "+-@"
)


@cache
def values(column: Column) -> st.SearchStrategy[Any]:
    """Valid cells of a column."""
    low, high = column.low, column.high
    numbers = st.floats(0.0 if low is None else low, high or 1e12, allow_subnormal=False).map(
        lambda number: number + 0.0  # no minus nought
    )
    return {
        Kind.NAME: NAMES,
        Kind.TEXT: TEXTS,
        Kind.NUMBER: numbers,
        Kind.WHOLE: st.integers(int(low or 0), int(high or 99)),
        Kind.YEAR: st.integers(1900, 2200),
        Kind.FLAG: st.booleans(),
        Kind.TIER: st.sampled_from(TIERS),
        Kind.TIERS: st.sampled_from([TIERS, TIERS[:2], TIERS[2:]]),
        Kind.CHOICE: st.sampled_from(column.choices or ("",)),
        Kind.YEARS: st.lists(st.integers(1900, 2200), min_size=1, max_size=3).map(tuple),
    }[column.kind]


PRICES = st.none() | st.floats(0, 1e12)


@cache
def rows(table: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    columns = TABLES[table].columns
    required = {c.name: values(c) for c in columns if c.required}
    optional = {c.name: values(c) for c in columns if not c.required}
    return st.lists(st.fixed_dictionaries(required, optional=optional), max_size=2)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Instances whose every cell is valid, whether or not they make sense together."""
    general = {c.name: draw(values(c)) for c in SETTINGS["instance"]}
    remarks = {f"instance.{name}": general.pop(name) for name in ("source", "note")}
    window = {c.name: values(c) for c in SETTINGS["double_investment"][:-2]}
    return Instance(
        **general,
        double_investment=draw(st.none() | st.builds(DoubleInvestment, **window)),
        reinvestment_share=draw(st.floats(0, 1)),
        benefit_weight=draw(st.floats(0, 1)),
        shortfall=Shortfall(*draw(st.tuples(PRICES, PRICES))),
        remarks=remarks,
        tables={
            name: tuple(Row(name, 2, name, cells) for cells in draw(rows(name))) for name in TABLES
        },
    )


@settings(max_examples=25, derandomize=True, deadline=None)
@given(instances())
def test_any_valid_cells_come_back(instance: Instance) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for again in reread(instance, Path(folder)):
            assert content(again) == content(instance)


@pytest.mark.parametrize(
    "number", [0.1 + 0.2, 1 / 3, math.pi * 1e9, 5e-324, 1e15 - 0.125, 2.0**49 + 2]
)
def test_every_digit_comes_back(number: float, tmp_path: Path) -> None:
    good = read(draft().write(tmp_path / "good"))
    exact = good.with_rows("budgets", [{"fund": "core", "year": 2020, "amount": number}])
    for again in reread(exact, tmp_path):
        assert again.tables["budgets"][-1]["amount"] == number


def test_the_files_are_plain(tmp_path: Path) -> None:
    instance = read(draft(cell("states", 3, "label", 'Kept "safe", été')).write(tmp_path / "a"))
    write(instance, tmp_path / "b")
    assert (tmp_path / "b" / "states.csv").read_bytes().decode("utf-8") == (
        "state,label,tier,in_care,opening,unit_cost\n"
        "need,,statutory,,400,5000\n"
        'foster,"Kept ""safe"", été",statutory,yes,100,40000\n'
    )
    assert (tmp_path / "b" / "instance.toml").read_text(encoding="utf-8") == (
        'schema = 1\n\n[instance]\nname = "base"\ntitle = "base"\nfirst_year = 2020\nyears = 4\n'
        'periods_per_year = 2\ndiscount_rate = 0.035\nprice_base = "2020-21"\n'
        "terminal_value = true\n\n[double_investment]\nlongest = 2\nstarts = [2020, 2021]\n"
        "protect_statutory = 1.0\nprevention_uplift = 0.0\n"
    )


@pytest.mark.parametrize("name", ["there", "there.xlsx"])
def test_nothing_is_overwritten_unasked(name: str, tmp_path: Path) -> None:
    first = read(draft().write(tmp_path / "good"))
    second = read(draft(cell("targets", 2, "children", "180")).write(tmp_path / "other"))
    write(first, tmp_path / name)
    with pytest.raises(UsageError, match="exists already"):
        write(second, tmp_path / name)
    assert read(tmp_path / name).hash == first.hash
    write(second, tmp_path / name, force=True)
    assert read(tmp_path / name).hash == second.hash


def test_replacing_keeps_what_is_not_the_instance_and_drops_its_old_tables(tmp_path: Path) -> None:
    folder = draft().write(tmp_path / "there")
    (folder / "README.txt").write_text("mine")
    (folder / "published.csv").write_text("measure,value\n")
    instance = read(folder)
    without = {name: rows for name, rows in instance.tables.items() if name != "limits"}
    write(Instance("base", 2020, 4, tables=without), folder, force=True)
    assert (folder / "README.txt").read_text() == "mine"
    assert (folder / "published.csv").exists()
    assert not (folder / "limits.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_folder_that_is_no_instance_is_left_alone(tmp_path: Path) -> None:
    instance = read(draft().write(tmp_path / "good"))
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("sir")
    with pytest.raises(UsageError, match="is not an instance, and is not replaced"):
        write(instance, tmp_path / "letters", force=True)
    with pytest.raises(UsageError, match=r"to a folder, or to an \.xlsx workbook"):
        write(instance, tmp_path / "states.csv")
    (tmp_path / "empty").mkdir()
    write(instance, tmp_path / "empty")
    assert read(tmp_path / "empty").hash == instance.hash


@pytest.mark.parametrize("name", ["there", "there.xlsx"])
def test_a_failure_leaves_what_was_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = read(draft().write(tmp_path / "good"))
    write(instance, tmp_path / name)

    def fails(*_: object) -> str:
        raise OSError("disk full")

    for module in (writing_module, sheets_module):
        monkeypatch.setattr(module, "cell_text", fails)
    with pytest.raises(UsageError, match="cannot be written: disk full"):
        write(Instance("new", 2020, 1, tables=instance.tables), tmp_path / name, force=True)
    assert read(tmp_path / name).hash == instance.hash
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good", name]
