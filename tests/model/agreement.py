"""When two answers are the same."""

from __future__ import annotations

import pytest


def agree(found: float | None, expected: float | None, relative: float = 1e-6) -> bool:
    """Both say that there is no plan, or both have the same least value."""
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=relative)
