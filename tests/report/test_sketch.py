"""The small chart of the summary, and the summary on every kind of terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from allocator.report import summary
from allocator.report.pages.sketch import FINE, PLAIN, ROWS, WIDTH, sketch
from allocator.report.terminal import write_summary
from allocator.solving.solve import solve
from tests.plans import NAMES, instance_of, plan_of

HAND = """\
Children in care:  ● plan  ○ if nothing changes  ─ target, at most
 103 ┤             ○        ○
     ┤    ●
     ┤
     ┤
82.2 ┤
     ┤
     ┤
     ┤                  ────●────
60.9 ┤             ●
        Start   2020-21  2021-22"""


def drawn(plan, characters=FINE) -> str:
    return "".join(text for text, _ in sketch(plan, characters))


def test_the_hand_solved_case_to_the_character():
    """From 103 to 60.9 in nine rows is 5.3 children a row; 66 is the last but one."""
    assert drawn(plan_of("hand", "targets.2021.children=66")) == HAND


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_eighty_columns_and_every_year_is_there(name):
    plan = plan_of(name)
    lines = drawn(plan).splitlines()
    assert len(lines) == ROWS + 2
    assert all(len(line) <= WIDTH + 4 and line == line.rstrip() for line in lines)
    marks = "".join(lines[1:-1])
    points = plan.instance.years + 1
    hidden = marks.count("●") if plan.found else 0
    assert points <= marks.count("○") + hidden <= 2 * points


def test_plain_characters_where_there_are_no_others():
    assert drawn(plan_of("window"), PLAIN).isascii()
    assert len(drawn(plan_of("window"), PLAIN)) == len(drawn(plan_of("window")))


def test_the_places_of_the_marks_are_the_plans_numbers():
    plan = plan_of("window")
    lines = drawn(plan).splitlines()[1:-1]
    top, bottom = (float(line.split()[0].replace(",", "")) for line in (lines[0], lines[-1]))
    years, margin = plan.years(), lines[0].index("┤") + 1
    step = (WIDTH - 12) // (plan.instance.years + 1)
    for n, value in enumerate(years["children_in_care"], 1):
        column = margin + n * step + step // 2
        row = next(r for r, line in enumerate(lines) if line[column : column + 1] == "●")
        assert value == pytest.approx(top - (top - bottom) * row / (ROWS - 1),
                                      abs=0.51 * (top - bottom) / (ROWS - 1) + 1)  # fmt: skip


def test_one_year_no_change_and_a_hundred_years():
    still = replace(instance_of("hand", "targets.2021.year=2020"), years=1)
    assert drawn(solve(still)).splitlines()[-1].split() == ["Start", "2020-21"]
    flat = plan_of("hand", "transitions.care.exit.rate=0", "arrivals.*.children=0",
                   "targets.2021.children=100", "services.*.maximum=0")  # fmt: skip
    assert len(set(flat.years()["children_in_care"])) == 1
    assert len(drawn(flat).splitlines()) == 3
    assert max(map(len, drawn(flat).splitlines())) <= WIDTH + 4
    long = plan_of("hand-infeasible")
    century = replace(long, instance=replace(long.instance, years=100))
    table = long.tables["years"]
    many = table.loc[[0] * 100].assign(year=range(2020, 2120)).reset_index(drop=True)
    lines = drawn(replace(century, tables={"years": many})).splitlines()
    assert max(map(len, lines)) <= WIDTH + 4


class Stream(io.TextIOWrapper):
    """Where output goes: a terminal or not, in an encoding."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        self.flush()
        self.seek(0)
        return self.read()


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return monkeypatch


def written(stream: Stream) -> str:
    write_summary(plan_of("hand"), stream)
    return stream.text()


def test_colour_on_a_terminal_alone(terminal):
    coloured = written(Stream(terminal=True))
    assert "\x1b[36m●\x1b[0m plan" in coloured
    assert written(Stream()) == summary(plan_of("hand"))
    terminal.setenv("FORCE_COLOR", "1")
    assert written(Stream()) == summary(plan_of("hand"))


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_no_colour_has_none(terminal, name, value):
    terminal.setenv(name, value)
    assert written(Stream(terminal=True)) == summary(plan_of("hand"))


@pytest.mark.parametrize("screen", [True, False])
def test_an_encoding_without_the_characters_has_plain_ones(terminal, screen):
    terminal.setenv("NO_COLOR", "1")
    plain = summary(plan_of("hand"), PLAIN)
    assert written(Stream("cp1252", terminal=screen)) == plain
    assert written(Stream("ascii", terminal=screen)) == plain.replace("£", "?")
