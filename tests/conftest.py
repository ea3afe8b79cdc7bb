from __future__ import annotations

import gc
import hashlib
import io
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from importlib import import_module
from operator import is_
from pathlib import Path
from typing import Any

import pytest

from allocator.cli import progress
from allocator.instance import Instance
from allocator.solving import futures, session

CALLING = [  # modules that draw charts
    f"allocator.report.{name}" for name in ("charts.pictures", "html.page", "paper")
]

BUILDING = (session, futures)  # modules that build programs
KEPT = 300  # programs, of a process


def pytest_configure() -> None:
    """What is imported and collected stays, so that nothing is searched for garbage meanwhile."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there by now stays: it need not be searched for garbage each time.

    Nor need it be searched for so often; a seventh of the suite's time went there.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_sessionfinish() -> None:
    """One more search, in which whatever ended badly is told: pytest makes five of its own."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session that is the same for every process of it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(autouse=True, scope="session")
def cache(shared: Path) -> Iterator[None]:
    """Templates of formulations are kept for the tests alone, not in the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared))
        yield


@pytest.fixture(autouse=True, scope="session")
def drawn_once(shared: Path) -> Iterator[Callable[..., bytes]]:
    """A chart is drawn once by all processes of the tests together, and then read from a file.

    What draws it is given to those who want it drawn.
    """
    from allocator.report.charts.pictures import picture as draw

    folder = shared / "pictures"
    folder.mkdir(exist_ok=True)

    def picture(chart: object, form: str, *, titled: bool = True) -> bytes:
        file = folder / hashlib.sha256(pickle.dumps((chart, form, titled))).hexdigest()
        if not file.exists():
            new = file.with_suffix(f".{os.getpid()}")
            new.write_bytes(draw(chart, form, titled=titled))
            new.replace(file)
        return file.read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLING:
            patch.setattr(import_module(name), "picture", picture)
        yield draw


class _Whole(pickle.Pickler):
    """What an instance says and what is worked out from it, of which draws change a part."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Instance):
            return tuple, ((obj.__reduce__()[1], obj.resolved),)
        return NotImplemented


def _digest(arguments: object) -> str:
    written = io.BytesIO()
    _Whole(written).dump(arguments)
    return hashlib.sha256(written.getvalue()).hexdigest()


@lru_cache(KEPT)
def _digest_of_one(same: _Same) -> str:
    return _digest((same.it,))


class _Same:
    """An instance, the very same with the same worked out from it: these do not change."""

    def __init__(self, it: Instance) -> None:
        self.it, self.parts = it, (it, it.resolved)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and all(map(is_, self.parts, other.parts))


class Kept:
    """What a function of an instance gave, the last few hundred answers of a process.

    Instances that say the same have one answer, which nobody may change.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self.ask, self.answers = ask, OrderedDict[tuple[Any, str], Any]()

    def __call__(self, build: Callable[[], Any]) -> Any:
        if not isinstance(build, partial) or build.keywords:
            return self.ask(build)
        one = len(build.args) == 1 and isinstance(build.args[0], Instance)
        key = (build.func, _digest_of_one(_Same(build.args[0])) if one else _digest(build.args))
        if key not in self.answers:
            self.answers[key] = self.ask(build)
            if len(self.answers) > KEPT:
                self.answers.popitem(last=False)
        self.answers.move_to_end(key)
        return self.answers[key]


@pytest.fixture(autouse=True, scope="session")
def built_once() -> Iterator[Callable[..., Any]]:
    """A process builds the program of an instance once, whatever tests ask for it.

    What builds it is given to those who want it built.
    """
    build = session.compile_program
    with pytest.MonkeyPatch.context() as patch:
        for module in BUILDING:
            patch.setattr(module, "compile_program", Kept(build))
        yield build


@pytest.fixture
def built_anew(built_once: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program is built: for those who change how that is done."""
    for module in BUILDING:
        monkeypatch.setattr(module, "compile_program", built_once)


@pytest.fixture
def drawn_anew(drawn_once: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chart is drawn, whether or not it was before."""
    for name in CALLING:
        monkeypatch.setattr(import_module(name), "picture", drawn_once)


@pytest.fixture
def drawn_alike(
    shared: Path, drawn_once: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where charts are not the point: each looks as the first that was drawn in its form.

    What each looks like of its own is for the tests of reports.
    """

    def picture(chart: object, form: str, *, titled: bool = True) -> bytes:
        file = shared / f"any.{form}"
        if not file.exists():
            new = file.with_suffix(f".{os.getpid()}")
            new.write_bytes(drawn_once(chart, form, titled=titled))
            new.replace(file)
        return file.read_bytes()

    for name in CALLING:
        monkeypatch.setattr(import_module(name), "picture", picture)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, a verb says nothing of its progress unless a test wants it to."""
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)
