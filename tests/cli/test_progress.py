from __future__ import annotations

import sys
from types import SimpleNamespace

from allocator.cli import progress
from allocator.cli.progress import ProgressBar


def test_a_quick_solve_says_nothing(capsys):
    with ProgressBar() as tell:
        tell("solving", 1, 3)
    assert capsys.readouterr() == ("", "")


def test_a_slow_one_says_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "BETWEEN_LINES", 3600.0)
    with ProgressBar() as tell:
        tell("solving with no window", 1, 3)
        tell("solving with one", 2, 3)  # too soon for another line
    assert capsys.readouterr() == ("", "solving with no window (1 of 3)\n")


def test_a_line_says_about_how_long_the_rest_will_take(capsys, monkeypatch):
    at = iter(range(0, 10_000, 20))
    clock = SimpleNamespace(now=0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with ProgressBar() as tell:
        for n, what in enumerate(("one", "another", "a third"), 1):
            clock.now = next(at)
            tell(f"moving {what}", n, 5)
        clock.now = next(at)
        tell("writing", 0, 2)  # of another kind
    assert capsys.readouterr().err == (
        "moving one (1 of 5)\n"
        "moving another (2 of 5, about 60 s left)\n"
        "moving a third (3 of 5, about 40 s left)\n"
        "writing (0 of 2)\n"
    )


def test_a_terminal_gets_a_bar_that_goes_away(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with ProgressBar() as tell:
        tell("building the program", 0, 3)
        tell._timer.join()  # it has fired, and the bar is there
        tell("solving", 1, 3)
        assert tell._bar is not None
    assert not tell._bar.live.is_started
    out, err = capsys.readouterr()
    assert out == ""
    assert "building the program" in err
