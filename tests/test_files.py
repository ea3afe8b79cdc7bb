"""Files and folders put in their places: whole, one command at a time, and mended when killed."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from allocator.errors import UsageError
from allocator.files import FolderKind, place_file, place_folder, recover
from allocator.locking import locked

OWN = {"mark", "a", "b", "inner/c"}
KIND = FolderKind("a thing", "mark", OWN.__contains__)

# A command that is killed at its Nth rename, or after it has written for a while.
COMMAND = """
import os, sys, time
from pathlib import Path
from allocator.errors import UsageError
from allocator.files import FolderKind, place_folder
place, text, last, wait, force = Path(sys.argv[1]), sys.argv[2], *sys.argv[3:]
left = [int(last)]
def counted(call):
    def wrapped(*args):
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)
        return call(*args)
    return wrapped
os.rename, os.replace = counted(os.rename), counted(os.replace)
def make(folder):
    (folder / "inner").mkdir()
    for name in ("mark", "a", "inner/c"):
        (folder / name).write_text(text)
    time.sleep(float(wait))
kind = FolderKind("a thing", "mark", {"mark", "a", "b", "inner/c"}.__contains__)
try:
    place_folder(place, make, kind=kind, force=bool(int(force)))
except UsageError as error:
    sys.exit(str(error))
"""


def started(place: Path, text: str, *, last=0, wait=0.0, force=True) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(place), text, str(last), str(wait), str(int(force))],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill(place: Path, last: int) -> None:
    """A command that is killed at its rename of that number."""
    killed = started(place, "new", last=last)
    killed.communicate(timeout=60)
    assert killed.returncode == 9


def made(text: str):
    def make(folder: Path) -> None:
        (folder / "inner").mkdir()
        for name in ("mark", "a", "inner/c"):
            (folder / name).write_text(text)

    return make


def noted(place: Path) -> Path:
    """A thing with a user's own files in it."""
    place_folder(place, made("old"), kind=KIND)
    (place / "b").write_text("old")
    (place / "notes.txt").write_text("mine")
    (place / "inner" / "notes.txt").write_text("mine too")
    (place / "empty").mkdir()
    (place / "link").symlink_to("notes.txt")
    return place


def check_whole(place: Path, texts: tuple[str, ...]) -> None:
    """One text throughout, nothing of the other, and nothing hidden beside it."""
    text = (place / "mark").read_text()
    assert text in texts
    assert {(place / name).read_text() for name in ("a", "inner/c")} == {text}
    assert (place / "b").exists() == (text == "old")
    assert [each.name for each in place.parent.iterdir()] == [place.name]


def check_notes(place: Path) -> None:
    assert (place / "notes.txt").read_text() == "mine"
    assert (place / "inner" / "notes.txt").read_text() == "mine too"
    assert (place / "empty").is_dir()
    assert os.readlink(place / "link") == "notes.txt"


def test_what_is_not_the_kinds_own_is_kept(tmp_path):
    place = noted(tmp_path / "thing")
    place_folder(place, made("new"), kind=KIND, force=True)
    check_whole(place, ("new",))
    check_notes(place)


def test_a_users_file_under_a_name_that_comes_new_is_kept_beside_it(tmp_path, caplog):
    place = tmp_path / "thing"
    place_folder(place, made("old"), kind=KIND)
    for n, mine in enumerate(("first", "second")):
        (place / "readme").write_text(mine)
        place_folder(place, _with_readme, kind=KIND, force=True)
        assert (place / "readme").read_text() == "theirs"
        assert (place / ("readme.before", "readme.before2")[n]).read_text() == mine
    assert "your readme is kept as readme.before" in caplog.text


def _with_readme(folder: Path) -> None:
    made("new")(folder)
    (folder / "readme").write_text("theirs")


@pytest.mark.parametrize("last", [1, 2, 3])
def test_a_replacement_killed_at_any_rename_is_put_right_and_said(tmp_path, caplog, last):
    place = noted(tmp_path / "thing")
    kill(place, last)
    recover(place)
    check_whole(place, ("old",) if last < 3 else ("new",))
    check_notes(place)
    assert "an earlier command was interrupted here" in caplog.text
    caplog.clear()
    recover(place)
    assert not caplog.text


@pytest.mark.parametrize("last", [1, 2, 3, 4])
def test_an_empty_folder_half_filled_is_filled(tmp_path, caplog, last):
    place = tmp_path / "thing"
    place.mkdir()
    kill(place, last)
    recover(place)
    assert "interrupted" in caplog.text
    if last == 1:  # nothing had been moved
        assert not list(place.iterdir())
    else:
        check_whole(place, ("new",))


def test_the_next_command_that_writes_puts_it_right_first(tmp_path, caplog):
    place = noted(tmp_path / "thing")
    kill(place, 3)
    assert not place.exists()
    with pytest.raises(UsageError, match="exists already"):
        place_folder(place, made("newer"), kind=KIND)
    check_whole(place, ("new",))
    assert "what it was writing is finished" in caplog.text
    place_folder(place, made("newer"), kind=KIND, force=True)
    check_whole(place, ("newer",))
    check_notes(place)


def test_a_command_killed_while_it_writes_leaves_what_was_there(tmp_path, caplog):
    place = noted(tmp_path / "thing")
    killed = started(place, "new", wait=60)
    making = tmp_path / ".thing.allocator" / "making" / "inner" / "c"
    until = time.monotonic() + 60
    while not making.exists() and time.monotonic() < until:
        time.sleep(0.01)
    recover(place)  # one at work is left alone
    assert making.exists()
    killed.kill()
    killed.communicate(timeout=60)
    recover(place)
    check_whole(place, ("old",))
    check_notes(place)
    assert "what it had not finished is cleared away" in caplog.text


@pytest.mark.parametrize("error", [OSError("no room"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [1, 2])
def test_a_rename_that_fails_leaves_a_whole_thing(tmp_path, monkeypatch, error, at):
    place, calls = noted(tmp_path / "thing"), []
    rename = os.rename

    def fails(*args):
        calls.append(args)
        if len(calls) == at:
            raise error
        rename(*args)

    monkeypatch.setattr(os, "rename", fails)
    with pytest.raises((UsageError, KeyboardInterrupt)):
        place_folder(place, made("new"), kind=KIND, force=True)
    check_whole(place, ("old", "new"))
    check_notes(place)


@pytest.mark.parametrize("force", [False, True])
def test_four_commands_at_once_leave_one_whole_thing(tmp_path, force):
    place = tmp_path / "thing"
    running = [started(place, f"text {n}", wait=0.1, force=force) for n in range(4)]
    told = [each.communicate(timeout=60)[1] for each in running]
    check_whole(place, tuple(f"text {n}" for n in range(4)))
    won = [each.returncode for each in running].count(0)
    assert won == (4 if force else 1)  # asked to replace, they do so in turn
    assert all("exists already" in text for text in told if text)


def test_a_place_where_another_writes_on_and_on_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("allocator.files.PATIENCE", 0.05)
    with (
        locked(tmp_path / ".thing.allocator", 0.0),
        pytest.raises(UsageError, match="another command is writing there"),
    ):
        place_folder(tmp_path / "thing", made("new"), kind=KIND)
    place_folder(tmp_path / "thing", made("new"), kind=KIND)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_is_neither_followed_nor_replaced(tmp_path, there, force):
    target = tmp_path / "elsewhere" / "thing"
    if there:
        target.parent.mkdir()
        place_folder(target, made("old"), kind=KIND)
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(UsageError, match="is a symbolic link"):
        place_folder(link, made("new"), kind=KIND, force=force)
    with pytest.raises(UsageError, match="is a symbolic link"):
        place_file(link, lambda file: file.touch(), force=force)
    assert link.is_symlink()
    assert not there or (target / "mark").read_text() == "old"


def test_a_folder_above_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "short").symlink_to("real")
    place_file(tmp_path / "short" / "file", lambda file: file.write_text("x") and None)
    assert [each.name for each in (tmp_path / "real").iterdir()] == ["file"]


def test_no_file_is_put_over_a_fifo_or_a_folder(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(UsageError, match="is no file"):
            place_file(tmp_path / name, lambda file: file.touch(), force=True)


def test_a_file_is_whole_or_as_it_was(tmp_path):
    place = tmp_path / "file"
    place_file(place, lambda file: file.write_text("old") and None)

    def fails(file: Path) -> None:
        file.write_text("half")
        raise OSError("no room")

    with pytest.raises(UsageError, match="cannot be written: no room"):
        place_file(place, fails, force=True)
    with pytest.raises(UsageError, match="with --force"):
        place_file(place, lambda file: file.touch())
    assert place.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_it_is_said_on_stderr_where_nobody_listens(tmp_path):
    place = noted(tmp_path / "thing")
    kill(place, 3)
    said = started(place, "newer", force=False).communicate(timeout=60)[1]
    assert "an earlier command was interrupted here; what it was writing is finished" in said
    assert logging.getLogger("allocator").handlers == []
