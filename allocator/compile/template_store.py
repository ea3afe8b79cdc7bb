"""Templates of formulations that were met before: kept for the process, and for the next one.

A formulation's templates depend on its source, on the versions of what made them, and on which
components it declares, indexed by what: not on an instance's data.  They lie in the user's cache
directory as text, a file for each such shape.  A file that was made of another source or by other
versions, or is not whole, is not used but made anew; one that can't be written is done without.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import sys
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, Final

from allocator.compile.expand import Templates
from allocator.compile.records import Component, Constraint, ObjectiveRecord, Records, Var
from allocator.errors import UsageError
from allocator.files import place_file

_log = logging.getLogger(__name__)
_known: dict[str, Templates] = {}  # by shape

HOME: Final = "formulations"  # the package whose source is known; no others' templates are kept


class Unkept(Exception):
    """Why a model's templates can't be kept."""


def shape_of(model: Records) -> str:
    """A digest of what a model's templates depend on besides the source; Unkept where not all is.

    Rules must be functions of the formulations that hold no data of their own.
    """
    lines = [
        f"{type(each).__name__} {name} {[part and part.name for part in each.index]} {_rule(each)}"
        for name, each in model.components.items()
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _rule(component: Component) -> str:
    if not isinstance(component, (Var, Constraint, ObjectiveRecord)):
        return ""
    rule = component.rule
    if not isinstance(rule, FunctionType):
        return repr(rule)
    inside = rule.__module__.partition(".")[0] == HOME and "<" not in rule.__qualname__
    if not inside or rule.__closure__ or rule.__defaults__:
        raise Unkept(f"the rule of {component.name} is not one of the formulations'")
    return f"{rule.__module__}.{rule.__qualname__}"


def find(shape: str) -> Templates | None:
    """Templates of a shape, if they are known here or kept whole from the same source."""
    if shape not in _known:
        text = _read(shape)
        if text is None:
            return None
        _known[shape] = json.loads(text)
    return _known[shape]


def keep(shape: str, templates: Templates) -> None:
    """Keep templates for later, and where the cache directory can be written to for others."""
    _known[shape] = templates
    text = json.dumps(templates, separators=(",", ":"))
    try:
        path = _path(shape)
        path.parent.mkdir(parents=True, exist_ok=True)
        place_file(path, lambda file: _write(file, shape, text), force=True)
    except (OSError, RuntimeError, UsageError) as reason:
        _log.debug("templates are not kept: %s", reason)


def directory() -> Path:
    """The user's cache directory for this program, by the rules of the system."""
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "allocator" / "Cache"
    home = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(home):
        return Path(home) / "allocator"
    place = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / place / "allocator"


def _path(shape: str) -> Path:
    return directory() / f"templates-{shape[:16]}.txt"


def _write(path: Path, shape: str, text: str) -> None:
    path.write_text(f"{_header(shape, text)}\n{text}\n", encoding="utf-8")


def _read(shape: str) -> str | None:
    """The text of a shape's templates, if there is a file of them, up to date and whole."""
    try:
        header, text, end = _path(shape).read_text(encoding="utf-8").split("\n")
        return text if header == _header(shape, text) and not end else None
    except (OSError, RuntimeError, KeyError, ValueError):
        return None


def _header(shape: str, text: str) -> str:
    """What a file begins with: what its templates were made of, and the digest of their text."""
    return " ".join((_source(), shape, hashlib.sha256(text.encode()).hexdigest()))


@cache
def _source() -> str:
    """A digest of the formulations, of what makes templates of them, and of the versions."""
    digest = hashlib.sha256(repr(sys.version_info).encode())
    files = [Path(_folder("pyomo")) / "version" / "info.py"]
    for folder in (_folder(HOME), Path(__file__).parent):
        files += sorted(Path(folder).glob("*.py"))
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _folder(package: str) -> Any:
    """Where a package lies, which is not imported for that."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(package)
    return next(iter(spec.submodule_search_locations))
