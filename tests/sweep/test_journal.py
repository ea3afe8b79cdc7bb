"""Stopped and started again: what is solved, what is kept, what is refused."""

from __future__ import annotations

import json

import pytest

from allocator.errors import UsageError
from allocator.sweep import Recorded, Sweep, worker
from tests.plans import instance_of
from tests.sweep.grids import WINDOW, assert_same


def sweep(*axes, **options):
    return Sweep(instance_of("window"), axes or WINDOW, **options)


@pytest.fixture
def interrupt(monkeypatch):
    """Ctrl-C at the n-th point from now."""

    def at(n):
        row, left = worker.Worker.row, [n]

        def stopped(self, point, **options):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return row(self, point, **options)

        monkeypatch.setattr(worker.Worker, "row", stopped)

    return at


@pytest.fixture
def stopped(tmp_path, interrupt, monkeypatch):
    """A table that was stopped at the sixth point: five rows are in its journal."""
    with monkeypatch.context() as patched:
        row = worker.Worker.row
        interrupt(6)
        with pytest.raises(KeyboardInterrupt):
            Recorded(sweep(), tmp_path / "table.csv").run()
        patched.setattr(worker.Worker, "row", row)
        yield tmp_path / "table.csv"


def journal_of(table):
    return table.with_name("table.csv.journal")


def test_it_goes_on_where_it_was(stopped, solved_points, tmp_path):
    assert not stopped.exists()
    table = Recorded(sweep(), stopped).run()
    best = int(table["objective"].argmin())
    assert solved_points in (list(range(5, 12)), [*range(5, 12), best])
    assert_same(table, sweep().run())
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]
    heading, *rows = stopped.read_text().splitlines()
    assert heading.startswith("targets.2027.children,budgets.core.*.amount,status,objective,")
    assert [row.split(",")[:2] for row in rows][:3] == [
        ["500", "*1"],
        ["500", "*1.01"],
        ["600", "*1"],
    ]


def test_how_to_go_on(stopped):
    said = Recorded(sweep(), stopped)
    assert "0 of 12" in said.how_to_go_on()
    said.run()
    assert "--out" in Recorded(sweep(), None).how_to_go_on()


@pytest.mark.parametrize("cut", [1, 30])
def test_a_last_line_cut_short_is_solved_again(stopped, solved_points, cut):
    journal = journal_of(stopped)
    journal.write_bytes(journal.read_bytes()[:-cut])
    table = Recorded(sweep(), stopped).run()
    assert solved_points[:8] == list(range(4, 12))
    assert_same(table, sweep().run())


def test_a_journal_without_a_whole_line_begins_anew(stopped, solved_points):
    journal_of(stopped).write_bytes(journal_of(stopped).read_bytes()[:20])
    Recorded(sweep(), stopped).run()
    assert solved_points[:12] == list(range(12))


def test_what_follows_a_torn_line_is_written_whole(stopped, interrupt):
    journal = journal_of(stopped)
    journal.write_bytes(journal.read_bytes()[:-30])
    interrupt(3)
    with pytest.raises(KeyboardInterrupt):
        Recorded(sweep(), stopped).run()
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [line.get("point") for line in lines] == [None, 0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "other",
    [sweep("targets.2027.children=500,600"), sweep(every_window=True), sweep(solver="ipm"),
     sweep(formulation="largest_reduction"),
     Sweep(instance_of("window", "targets.2025.children=1120"), WINDOW)],
)  # fmt: skip
def test_another_sweeps_journal_is_refused(stopped, other, solved_points):
    before = journal_of(stopped).read_bytes()
    with pytest.raises(UsageError, match="belongs to another sweep"):
        Recorded(other, stopped)
    assert (solved_points, journal_of(stopped).read_bytes()) == ([], before)


def test_force_begins_anew(stopped):
    other = sweep("targets.2027.children=800,900")
    table = Recorded(other, stopped, force=True).run()
    assert len(table) == 2
    assert not journal_of(stopped).exists()


def test_force_goes_on_with_its_own_journal(stopped, solved_points):
    Recorded(sweep(), stopped, force=True).run()
    assert solved_points[0] == 5


def test_a_finished_table_is_left_alone(tmp_path, solved_points):
    file = tmp_path / "table.csv"
    file.write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        Recorded(sweep(), file)
    assert (solved_points, file.read_text()) == ([], "mine")
    Recorded(sweep("targets.2027.children=800,900"), file, force=True).run()
    assert file.read_text().startswith("targets.2027.children,status")


def test_progress_is_told(tmp_path):
    told = []
    Recorded(sweep("targets.2027.children=800,900"), None).run(
        progress=lambda what, done, steps: told.append((what, done, steps))
    )
    assert told[:3] == [("sweeping", 0, 2), ("sweeping", 1, 2), ("sweeping", 2, 2)]
