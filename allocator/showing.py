"""How a notebook shows a plan: said by the package's front, for a plan knows of no report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

NOTEBOOK: list[Callable[[Any], Mapping[str, str]]] = []  # the last is asked: text by media type
