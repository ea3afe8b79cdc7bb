"""Writes the pages of the API: one a package, of every module in it, from the docstrings."""

from __future__ import annotations

import pkgutil
import shutil
from importlib import import_module
from pathlib import Path
from typing import Final

# The page on commands has the verbs; bridges run in processes of their own, for the libraries
# that they load may not be loaded together.
LEFT_OUT: Final = ("allocator.cli", "allocator.__main__", "allocator.solvers.bridges")
_MODULE: Final = """\
```{{eval-rst}}
.. automodule:: {name}
   :members:{also}
```
"""
# What a package passes on is told where it is made; the library's face tells all, once more.
_FACE: Final = "\n   :no-index:"
_PASSED_ON: Final = "\n   :ignore-module-all:"


def write(folder: Path) -> None:
    """Write the pages anew, with an index."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pages = {"allocator": ["allocator"], "formulations": modules("formulations")}
    for each in pkgutil.iter_modules(import_module("allocator").__path__, "allocator."):
        if each.name not in LEFT_OUT:
            pages[each.name] = modules(each.name) if each.ispkg else [each.name]
    for name, inside in pages.items():
        also = _FACE if name == "allocator" else _PASSED_ON
        told = (_MODULE.format(name=module, also=also) for module in inside)
        text = "\n".join([f"# `{name}`\n", *told])
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    tree = "\n".join(pages)
    (folder / "index.md").write_text(
        f"# The library\n\n```{{toctree}}\n:maxdepth: 1\n\n{tree}\n```\n", encoding="utf-8"
    )


def modules(name: str) -> list[str]:
    """A package, and all below it but for what is private or left out."""
    below = pkgutil.walk_packages(import_module(name).__path__, f"{name}.")
    found = [name, *(each.name for each in below)]
    return [
        each for each in found
        if not each.startswith(LEFT_OUT) and "._" not in each
    ]  # fmt: skip
