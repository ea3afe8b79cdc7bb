"""Thousands of damaged inputs, seeded: every reader answers, or ends in one of our own errors."""

from __future__ import annotations

import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from allocator.calibrate.panel import find_council, read_panel
from allocator.calibrate.published import Request
from allocator.calibrate.published import calibrate as calibrate_published
from allocator.calibrate.ssda903.calibrating import calibrate as calibrate_returns
from allocator.compare.problems import of_file
from allocator.errors import AllocatorError
from allocator.importing import import_solution
from allocator.importing.reading import read_solution
from allocator.instance import inspect, read
from allocator.instance.writing import write as write_instance
from allocator.plan.saving import recheck, save
from allocator.solving.export import export, sidecar_of
from allocator.solving.session import build_window
from tests.calibrate.made import placements, rows_of
from tests.calibrate.made import write as write_rows
from tests.calibrate.ssda903.made import PLAIN, episode, write_return
from tests.compare.test_mps import FILES
from tests.damage import damaged, packed, spoilt
from tests.importing.writers import WRITERS
from tests.instance.drafts import draft
from tests.plans import CASES, instance_of, plan_of

OURS = ("HiGHS, raw", "HiGHS, pretty", "GLPK, -w, by HiGHS", "GLPK, -o, by HiGHS")
THEIRS = {
    "cbc": "Optimal - objective value 7.5\n      0 x  1.5  0\n      1 y  6  0.25\n",
    "scip": "solution status: optimal\nobjective value: 7.5\nx 1.5 (obj:1)\ny 6 (obj:1)\n",
}
COUNCIL = "Made 001"


@dataclass(frozen=True)
class Reader:
    """How often it is tried, what writes it a sound input, and whether what is there is taken."""

    rounds: int
    write: Callable[[Path], object]
    takes: Callable[[Path, Path], bool]  # the whole input, and the file of it that is damaged


def returns(folder: Path) -> None:
    for year in (2024, 2025):
        write_return(
            folder / str(year),
            [
                episode(child, f"0{1 + n}/0{1 + n}/202{n % 5}", f"0{1 + n}/06/2024" * (n % 3 == 0))
                for n, child in enumerate("ABCD")
            ],
        )


def published(folder: Path) -> None:
    folder.mkdir()
    write_rows(folder / "panel.csv", [row for row in rows_of(4) if row["fy_end"] in (2019, 2020)])
    cells = {"Foster placements": 60, "Other placements": "c"}
    write_rows(folder / "placed.csv", placements(COUNCIL, 301, 2020, cells))


def takes_published(folder: Path, _: Path) -> bool:
    panel = read_panel(folder)
    request = Request([find_council(panel, COUNCIL)], 2020, "made", "Made", target=1)
    return bool(calibrate_published(panel, request).instance.tables)


def programs(folder: Path) -> None:
    folder.mkdir()
    for n, (text, _) in enumerate(FILES.values()):
        (folder / f"{n}.mps").write_text(text)
    export(build_window(instance_of("hand"), None), folder / "hand.mps")
    sidecar_of(folder / "hand.mps").unlink()


def solutions(folder: Path) -> None:
    folder.mkdir()
    program = folder / "program.mps"
    instance, window = instance_of("hand"), plan_of("hand").window
    source = {"instance_hash": instance.hash, "formulation": "least_cost", "window": None}
    export(build_window(instance, window), program, source=source)
    for n, name in enumerate(OURS):
        WRITERS[name](program, folder / f"{n}.sol")
    for name, text in THEIRS.items():
        (folder / f"{name}.sol").write_text(text)
    program.unlink()


def takes_solution(folder: Path, file: Path) -> bool:
    return bool(read_solution(file).columns)


def takes_import(folder: Path, file: Path) -> bool:
    (names,) = folder.glob("*.json")
    solution = folder / "0.sol" if file == names else file
    return not import_solution(instance_of("hand"), solution, names=names).failures


def import_alone(folder: Path) -> None:
    solutions(folder)
    for name in THEIRS:
        (folder / f"{name}.sol").unlink()


READERS = {
    "an instance's folder": Reader(
        500, lambda folder: draft().write(folder), lambda folder, _: not inspect(folder)[1]
    ),
    "the hand case": Reader(
        400, lambda folder: shutil.copytree(CASES / "hand", folder), lambda f, _: bool(read(f))
    ),
    "an MPS file": Reader(1800, programs, lambda _, file: bool(of_file(file).program.shape)),
    "a solution file": Reader(1500, solutions, takes_solution),
    "a solution and its names": Reader(30, import_alone, takes_import),
    "SSDA903 returns": Reader(
        60, returns, lambda folder, _: bool(calibrate_returns(folder, PLAIN, name="made").instance)
    ),
    "published tables": Reader(60, published, lambda folder, _: bool(read_panel(folder).names)),
    "a council's published tables": Reader(8, published, takes_published),
    "a saved plan": Reader(
        120, lambda folder: save(plan_of("hand"), folder), lambda f, _: recheck(f).passed
    ),
}


def tried(reader: Reader, folder: Path, file: Path, what: str) -> bool:
    """Whether an input is refused; anything but a clean refusal fails, saying which it was."""
    try:
        return not reader.takes(folder, file)
    except AllocatorError as error:
        assert str(error), what
        return True
    except Exception as error:
        raise AssertionError(what) from error


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_give_answers_or_our_own_errors(tmp_path, name):
    reader, folder = READERS[name], tmp_path / "input"
    reader.write(folder)
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    chance = random.Random(name)
    refused = 0
    for number in range(reader.rounds):
        file = chance.choice(files)
        whole = file.read_bytes()
        file.write_bytes(spoilt(whole, chance))
        refused += tried(reader, folder, file, f"{file.name} of round {number}")
        file.write_bytes(whole)
    assert not tried(reader, folder, files[0], "sound")
    assert refused > reader.rounds / 6


def test_damaged_workbooks_give_answers_or_our_own_errors(tmp_path):
    """Bytes of their parts, and of the whole file."""
    reader = Reader(100, write_instance, lambda _, file: not inspect(file)[1])
    book, chance = tmp_path / "book.xlsx", random.Random(20160401)
    write_instance(read(draft().write(tmp_path / "good")), book)
    whole = book.read_bytes()
    with zipfile.ZipFile(book) as parts:
        inside = {name: parts.read(name) for name in parts.namelist()}
    refused = 0
    for number in range(reader.rounds):
        if number % 10 == 0:
            book.write_bytes(damaged(whole, chance))
        else:
            name = chance.choice([n for n in inside if n.endswith(".xml")])
            book.write_bytes(packed({**inside, name: damaged(inside[name], chance)}))
        refused += tried(reader, tmp_path, book, f"round {number}")
    assert refused > reader.rounds / 3
