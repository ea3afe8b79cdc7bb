"""Templates of formulations that are kept: used only where they are whole and of this source."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from allocator.compile import compile_program, template_store
from allocator.compile.records import LANGUAGE, NotRecorded, Records
from allocator.instance import read
from allocator.program.program import LinearProgram
from formulations import FORMULATIONS, LEAST_COST
from formulations.modelling import pyo, written_in
from tests.compile.test_templates import differences
from tests.plans import CASES

HAND = read(CASES / "hand")


def build(formulation: str = LEAST_COST) -> LinearProgram:
    """The program as a process would build it that has met no formulation yet."""
    template_store._known.clear()
    return compile_program(partial(FORMULATIONS[formulation].build, HAND))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory."""
    monkeypatch.setattr(template_store, "directory", lambda: tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Formulations for whose templates Pyomo was asked."""
    found = list[str]()
    learn = sys.modules["allocator.compile"]._learnt
    monkeypatch.setattr(
        "allocator.compile._learnt", lambda *given: (found.append(given[1]), learn(*given))[1]
    )
    return found


@pytest.mark.parametrize("formulation", FORMULATIONS)
def test_what_is_kept_gives_the_same_program(formulation: str, place: Path, asked) -> None:
    first = build(formulation)
    assert len(asked) == 1
    assert [file.suffix for file in place.iterdir()] == [".txt"]
    assert differences(build(formulation), first) == []
    assert len(asked) == 1


def stale_source(lines: list[str]) -> None:
    lines[0] = "0" * 64 + lines[0][64:]


def other_shape(lines: list[str]) -> None:
    words = lines[0].split()
    lines[0] = " ".join((words[0], "0" * 64, words[2]))


def changed(lines: list[str]) -> None:
    lines[1] = lines[1].replace("0.5", "0.6", 1)


def cut_short(lines: list[str]) -> None:
    del lines[1:]


def half(lines: list[str]) -> None:
    lines[1] = lines[1][: len(lines[1]) // 2]


def empty(lines: list[str]) -> None:
    lines.clear()


@pytest.mark.parametrize("harm", [stale_source, other_shape, changed, cut_short, half, empty])
def test_a_stale_or_damaged_one_is_made_anew(harm, place: Path, asked) -> None:
    first = build()
    (file,) = place.iterdir()
    whole = file.read_bytes()
    lines = whole.decode().split("\n")
    harm(lines)
    file.write_text("\n".join(lines), encoding="utf-8")
    assert file.read_bytes() != whole
    assert differences(build(), first) == []
    assert len(asked) == 2
    assert file.read_bytes() == whole


def test_one_that_is_no_text_is_made_anew(place: Path, asked) -> None:
    first = build()
    (file,) = place.iterdir()
    file.write_bytes(b"\xff\x00" * 100)
    assert differences(build(), first) == []
    assert len(asked) == 2


def test_a_directory_that_cannot_be_written_to_is_done_without(
    tmp_path: Path, monkeypatch, asked, caplog
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(template_store, "directory", lambda: tmp_path / "file" / "kept")
    first = build()
    assert differences(build(), first) == []
    assert len(asked) == 2
    assert caplog.text == ""
    assert (tmp_path / "file").read_text() == "in the way"


def test_no_home_is_done_without(monkeypatch, asked) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    build()
    assert len(asked) == 1


def test_the_directory_is_the_users_own(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/mine")
    assert template_store.directory() == Path("/var/cache/mine/allocator")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")  # which the rule says to ignore
    assert template_store.directory() == tmp_path / ".cache" / "allocator"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert template_store.directory() == tmp_path / "Library" / "Caches" / "allocator"


def test_what_is_kept_is_plain_text(place: Path) -> None:
    build()
    (file,) = place.iterdir()
    header, text, end = file.read_text(encoding="utf-8").split("\n")
    assert [len(word) for word in header.split()] == [64, 64, 64]
    assert end == ""
    assert json.loads(text)["children_opening"] == [
        "=", ["of", "children", ["@", 0], ["@", 1], 0], ["of", "opening", ["@", 0], ["@", 1]]
    ]  # fmt: skip


def test_pyomo_is_not_imported_where_the_templates_are_known(place: Path, tmp_path: Path) -> None:
    build()
    code = (
        "import sys\n"
        "from allocator import read\n"
        "from allocator.solving.session import build\n"
        f"build(read({str(CASES / 'hand')!r}))\n"
        "print(*{'pyomo', 'pandas', 'scipy'} & {*sys.modules})"
    )
    place.rename(tmp_path / "allocator")
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert ran.stdout.strip() == ""


def test_a_rule_that_may_hold_data_of_its_own_is_not_kept() -> None:
    model = Records("small")
    model.x = LANGUAGE.Var(bounds=(0, 1))
    most = 3.0
    model.limit = LANGUAGE.Constraint(rule=lambda m: m.x <= most)
    with pytest.raises(template_store.Unkept, match="limit"):
        template_store.shape_of(model)


def test_what_records_do_not_know_is_left_to_pyomo() -> None:
    with written_in(LANGUAGE), pytest.raises(NotRecorded, match="Expression"):
        pyo.Expression(expr=0)
    with pytest.raises(NotRecorded, match="a set of filter"):
        LANGUAGE.Set(initialize=filter(None, [1, 2]))


def test_pyomo_is_back_when_records_have_had_their_turn() -> None:
    with written_in(LANGUAGE):
        assert pyo.AbstractModel is Records
    assert pyo.AbstractModel is not Records
