"""Tables as columns, and the frames that are made of them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from allocator.table import Table, Tables

ROWS = [("a", 1, 2.5), ("a", 2, math.nan), ("b", 1, 0.1 + 0.2)]


def table() -> Table:
    return Table.of_rows(["area", "period", "children"], ROWS)


def test_rows_become_columns_and_a_frame() -> None:
    assert table().names == ["area", "period", "children"]
    assert table().keys(["area", "period"]) == [("a", 1), ("a", 2), ("b", 1)]
    expected = pd.DataFrame(ROWS, columns=["area", "period", "children"])
    pd.testing.assert_frame_equal(table().frame, expected)


def test_a_frame_is_made_once_and_kept_as_it_is() -> None:
    frame = pd.DataFrame(ROWS, columns=["area", "period", "children"])
    assert Table.of(frame).frame is frame
    tables = Tables(found=table())
    assert tables["found"] is tables["found"]


def test_an_empty_table_keeps_its_columns() -> None:
    none = table().where([False] * 3)
    assert len(none) == 0
    assert none.frame.dtypes.astype(str).tolist() == ["object", "int64", "float64"]


def test_missing_names_and_whole_numbers_are_none() -> None:
    frame = pd.DataFrame({"year": pd.array([1, None], dtype="Int64"), "name": ["x", None]})
    found = Table.of(frame)
    assert found["year"] == [1, None]
    assert found["name"] == ["x", None]
    assert np.isnan(found.numbers("year")[1])


def test_sums_come_in_the_order_of_their_keys() -> None:
    found = Table.of_rows(["k", "x", "y"], [("b", 1.0, 10.0), ("a", 2.0, 20.0), ("b", 3.0, 30.0)])
    assert found.sums(["k"], "x", "y") == {("b",): [4.0, 40.0], ("a",): [2.0, 20.0]}
    assert list(found.sums(["k"], "x")) == [("b",), ("a",)]


def test_a_column_is_looked_up_by_its_keys() -> None:
    other = Table.of_rows(["area", "period", "places"], [("b", 1, 7.0), ("a", 1, 5.0)])
    found = table().looked_up(["area", "period"], other, "places", missing=0.0)
    assert found.tolist() == [5.0, 0.0, 7.0]


def test_a_column_is_laid_out_by_period_and_key() -> None:
    wide = table().wide(["area"], "children", [("b",), ("a",)], range(1, 3))
    assert wide[0].tolist() == [0.1 + 0.2, 2.5]
    assert np.isnan(wide[1]).all()


def test_a_column_is_laid_out_along_another_that_tells_the_time() -> None:
    years = Table.of_rows(["area", "year", "spend"], [("a", 2021, 1.0), ("b", 2020, 2.0)])
    wide = years.wide(["area"], "spend", years.distinct(["area"]), range(2020, 2022), along="year")
    np.testing.assert_array_equal(wide, [[math.nan, 2.0], [1.0, math.nan]])


def test_rows_that_are_alike_are_parts_in_the_order_in_which_they_come() -> None:
    rows = Table.of_rows(["k", "n"], [("b", 2), ("a", 1), ("b", 2), ("b", 1)])
    parts = {key: places.tolist() for key, places in rows.parts(["k", "n"])}
    assert list(parts) == rows.distinct(["k", "n"]) == [("b", 2), ("a", 1), ("b", 1)]
    assert parts == {("b", 2): [0, 2], ("a", 1): [1], ("b", 1): [3]}
    assert [*rows.where([False] * 4).parts(["k"])] == []


def test_codes_of_many_columns_do_not_run_over(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(n % 2, n % 3, n % 5, n) for n in range(60)]
    many = Table.of_rows(["a", "b", "c", "x"], rows)
    expected = many.sums(["a", "b", "c"], "x")
    monkeypatch.setattr("allocator.table._MOST_CODES", 7)
    again = Table.of_rows(["a", "b", "c", "x"], rows)
    assert again.sums(["a", "b", "c"], "x") == expected
    assert len(expected) == 30


def test_each_row_has_the_sum_of_those_of_another_table_that_are_like_it() -> None:
    other = Table.of_rows(["area", "x"], [("b", 1.0), ("c", 4.0), ("b", 2.0)])
    assert table().sums_of(other, ["area"], "x", missing=0.0).tolist() == [0.0, 0.0, 3.0]


def test_keys_must_be_those_wanted() -> None:
    table().check_keys(["area"], [("b",), ("a",)])
    for wanted in ([("a",)], [("a",), ("b",), ("c",)]):
        with pytest.raises(KeyError):
            table().check_keys(["area"], wanted)


def test_a_file_is_what_pandas_would_write() -> None:
    frame = pd.DataFrame(
        {
            "name": ["plain", 'with, comma and "quotes"', None],
            "year": pd.array([2020, None, 2022], dtype="Int64"),
            "value": [1e-17, math.nan, 0.1 + 0.2],
            "whole": [1, 2, 3],
            "flag": [True, False, True],
        }
    )
    assert Table.of(frame).csv() == frame.to_csv(index=False, lineterminator="\n")


def test_tables_are_frames_to_whoever_asks() -> None:
    tables = Tables(Tables(one=table()), two=table().frame)
    assert list(tables) == ["one", "two"]
    assert isinstance(tables["one"], pd.DataFrame)
    assert tables.table("two").keys(["area"]) == [("a",), ("a",), ("b",)]
    assert Tables.of(tables) is tables
    assert "three" not in tables
    with pytest.raises(KeyError):
        tables.table("three")
