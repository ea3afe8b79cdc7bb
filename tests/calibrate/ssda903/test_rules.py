"""One tiny return for every rule: what it counts, and what is left in care."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from allocator.calibrate.ssda903.rules import RULES, masked
from tests.calibrate.ssda903.made import Episode, episode, observed, write_return

ANCHOR = episode("Z", "01/05/2024")  # a child who stays


@dataclass(frozen=True)
class Case:
    """Returns by year, and what must come of them beside the child who stays."""

    rows: tuple[Episode, ...]
    in_care: int  # on 31 March 2025
    entries: int
    exits: int
    before: tuple[Episode, ...] = ()  # the return of 2024
    births: dict[str, str] = field(default_factory=dict)
    spoil: Callable[[str], str] = str
    count: int = 1


def cut(text: str) -> str:
    """One cell more in the row of child A."""
    return "\n".join(
        line + ",more" if line.startswith("A,") else line for line in text.splitlines()
    )


CASES = {
    "row_too_long": Case((episode(),), 0, 0, 0, spoil=cut),
    "no_child": Case((episode(""),), 0, 0, 0),
    "no_start": Case((episode(start="31/02/2024"),), 0, 0, 0),
    "bad_end": Case((episode(end="99/99/2024"),), 1, 1, 0),
    "end_before_start": Case((episode(end="31/05/2024"),), 0, 0, 0),
    "late_start": Case((episode(start="01/04/2025"),), 0, 0, 0),
    "late_end": Case((episode(end="02/04/2025"),), 1, 1, 0),
    "short_break": Case((episode(LS="V3"), episode(LS="V4")), 0, 0, 0, count=2),
    "unknown_status": Case((episode(LS="Q9"),), 1, 1, 0),
    "unknown_placement": Case((episode(PLACE="Q9"),), 1, 1, 0),
    "unknown_provider": Case((episode(PLACE_PROVIDER=""),), 1, 1, 0),
    "repeated": Case((episode(start="01/06/2023", end="01/07/2024"),), 0, 0, 1,
                     before=(episode(start="01/06/2023"),)),
    "duplicate": Case((episode(), episode()), 1, 1, 0),
    "same_start": Case((episode(end="01/07/2024"), episode()), 1, 1, 0),
    "no_length": Case((episode(end="01/06/2024"),), 0, 0, 0),
    "left_open": Case((episode(), episode(start="01/09/2024", end="01/10/2024")), 0, 1, 1),
    "lost": Case((), 0, 0, 1, before=(episode(start="01/06/2023"),)),
    "inside": Case((episode(end="01/10/2024"), episode(start="01/07/2024", end="01/08/2024")),
                   0, 1, 1),
    "overlap": Case((episode(end="01/10/2024"), episode(start="01/09/2024", PLACE="K2")), 1, 1, 0),
    "split": Case((episode(end="31/08/2024", REC="X1"), episode(start="01/09/2024")), 1, 1, 0),
    "ended_yet_followed": Case((episode(end="31/08/2024"),
                                episode(start="01/09/2024", PLACE="K2")), 1, 1, 0),
    "split_at_end": Case((episode(end="31/03/2025", REC="X1"),), 1, 1, 0),
    "not_followed": Case((episode(end="01/07/2024", REC="X1"),), 0, 1, 1),
    "unknown_reason": Case((episode(end="01/07/2024", REC="Q9"),), 0, 1, 1),
    "temporary": Case((episode(end="01/07/2024", REC="X1"),
                       episode(start="01/07/2024", PLACE="T1")), 1, 1, 0),
    "no_birth": Case((episode(),), 1, 1, 0, births={"A": ""}),
    "impossible_birth": Case((episode(),), 1, 1, 0, births={"A": "01/01/2025"}),
    "two_births": Case((episode(start="01/06/2023"),), 1, 0, 0,
                       before=(episode(start="01/06/2023"),), births={"A": "02/01/2014"}),
    "adult_start": Case((episode(),), 0, 0, 0, births={"A": "01/01/2006"}),
    "adult_end": Case((episode(),), 0, 1, 1, births={"A": "01/09/2006"}),
    "of_age": Case((episode(end="31/08/2024", REC="E17"),), 0, 1, 1, births={"A": "01/09/2006"}),
}  # fmt: skip


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_does_what_it_says(rule: str, tmp_path: Path) -> None:
    case = CASES[rule]
    write_return(tmp_path / "2025", (ANCHOR, *case.rows), case.births)
    write_return(tmp_path / "2024", (episode("Y", "01/05/2023", "01/06/2023"), *case.before))
    file = tmp_path / "2025" / "episodes.csv"
    file.write_text(case.spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    found = observed(tmp_path)
    assert found.findings.counts[rule] == case.count
    tally = found.tally
    assert tally.opening.sum() == case.in_care + 1
    assert tally.entries[:, -1].sum() == case.entries + 1
    assert tally.exits[:, :, -1].sum() == case.exits


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    rows = [ANCHOR, episode("A"), episode("B", "no date"), episode("C"), episode("D", "")]
    write_return(tmp_path / "2025", rows)
    found = observed(tmp_path)
    places = [(found.files[f].name, row) for f, row in found.findings.places["no_start"]]
    assert places == [("2025/episodes.csv", 4), ("2025/episodes.csv", 6)]


def test_rows_after_one_that_is_too_long_keep_their_numbers(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [ANCHOR, episode("A"), episode("B", "no date")])
    file = tmp_path / "2025" / "episodes.csv"
    file.write_text(cut(file.read_text(encoding="utf-8")), encoding="utf-8")
    found = observed(tmp_path).findings.places
    assert (found["row_too_long"][0][1], found["no_start"][0][1]) == (3, 4)


def test_a_temporary_placement_counts_as_the_one_before(tmp_path: Path) -> None:
    rows = [ANCHOR, episode(end="01/07/2024", REC="X1", PLACE="K2"),
            episode(start="01/07/2024", PLACE="T4")]  # fmt: skip
    write_return(tmp_path / "2025", rows)
    tally = observed(tmp_path).tally
    in_homes = [tally.opening[n] for n, name in enumerate(tally.names) if "residential" in name]
    assert sum(in_homes) == 1
    assert tally.moves.sum() == 0


def test_a_birthday_in_an_episode_is_a_move_to_the_next_band(tmp_path: Path) -> None:
    write_return(tmp_path / "2025", [ANCHOR, episode("A")], {"A": "29/02/2020"})
    tally = observed(tmp_path).tally
    young, old = (tally.names.index(f"foster_in_house_{band}") for band in ("1_4", "5_9"))
    assert tally.moves[young, old, 0] == 1
    assert tally.stock[old, -1] == 1
    assert tally.exposure[young, 0] == pytest.approx(273 / 365.25)  # 1 June to 1 March


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (1234, "1,234")]
)
def test_small_counts_are_masked(count: int, told: str) -> None:
    assert masked(count) == told
