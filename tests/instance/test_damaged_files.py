"""Files damaged inside, of the wrong kind or too large: told in words, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from allocator.errors import InstanceError, UsageError
from allocator.instance import inspect, read
from allocator.instance.writing import write as write_instance
from tests.instance.drafts import draft


def errors_of(path: Path) -> str:
    with pytest.raises(InstanceError) as told:
        read(path)
    return str(told.value)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("years = " + "9" * 5000, "more digits than can be read"),
        ("years = 0x" + "f" * 5000, "more digits than can be read"),
        ("x = " + "[" * 5000, "nests brackets too deep"),
        ("x = " + "{a=" * 5000, "nests brackets too deep"),
        ("x = [\n" * 1000, "nests brackets too deep"),
        ("x = 2020-02-31", "is not valid TOML"),
    ],
)
def test_settings_that_overflow_or_nest(tmp_path, line, rule):
    folder = draft().write(tmp_path / "good")
    with (folder / "instance.toml").open("a") as file:
        file.write(f"\n{line}\n")
    told = errors_of(folder)
    assert "instance.toml" in told
    assert rule in told
    assert rule == "is not valid TOML" or "row" in told


@pytest.mark.parametrize("name", ["inf", "-inf", "nan"])
def test_a_name_that_is_no_name(tmp_path, name):
    folder = draft().write(tmp_path / "good")
    file = folder / "instance.toml"
    file.write_text(file.read_text().replace('name = "base"', f"name = {name}"))
    assert "is not a name" in errors_of(folder)


@pytest.mark.parametrize("name", ["states.csv", "instance.toml", "limits.csv", "other.csv"])
@pytest.mark.parametrize("kind", ["pipe", "device", "link to a pipe", "folder"])
def test_pipes_and_devices_do_not_hang(tmp_path, name, kind):
    folder = draft().write(tmp_path / "good")
    place = folder / name
    place.unlink(missing_ok=True)
    if kind == "folder":
        place.mkdir()
    elif kind == "device":
        place.symlink_to("/dev/zero")
    else:
        os.mkfifo(tmp_path / "pipe")
        place.symlink_to(tmp_path / "pipe") if "link" in kind else os.mkfifo(place)
    if name == "other.csv":
        assert inspect(folder)[1] == []
    else:
        assert f"{name}: is not a file" in errors_of(folder)
    os.path.exists(tmp_path / "pipe") or os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is a pipe or a device"):
        read(tmp_path / "pipe")


def test_a_table_too_large_is_told_and_another_file_is_not_read(tmp_path, monkeypatch):
    folder = draft().write(tmp_path / "good")
    with (folder / "other.csv").open("wb") as file:  # no table: its heading alone is read
        file.write(b"a,b\n")
        file.truncate(500_000_000)
    assert inspect(folder)[1] == []
    with (folder / "states.csv").open("ab") as file:
        file.truncate(500_000_000)
    assert "is 500 MB; no more than 200 MB are read" in errors_of(folder)


def test_more_rows_than_a_table_may_have(tmp_path, monkeypatch):
    folder = draft().write(tmp_path / "good")
    monkeypatch.setattr("allocator.instance.raw.MOST_ROWS", 1)
    assert "has more than 1 rows" in errors_of(folder)


def test_a_workbook_that_unpacks_to_too_much(tmp_path, monkeypatch):
    write_instance(read(draft().write(tmp_path / "good")), tmp_path / "good.xlsx")
    monkeypatch.setattr("allocator.instance.workbook.UNPACKED", 1000)
    with pytest.raises(UsageError, match="unpacks to"):
        read(tmp_path / "good.xlsx")
