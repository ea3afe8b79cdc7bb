"""Facts as JSON."""

from __future__ import annotations

import json
import math
from typing import Any


def as_json(facts: Any, *, ascii_only: bool = True) -> str:
    """One JSON object, indented; null for a float that JSON has no number for; nought unsigned."""
    return json.dumps(_finite(facts), indent=2, ensure_ascii=ascii_only, allow_nan=False)


def _finite(facts: Any) -> Any:
    if isinstance(facts, dict):
        return {key: _finite(value) for key, value in facts.items()}
    if isinstance(facts, (list, tuple)):
        return [_finite(value) for value in facts]
    if isinstance(facts, float):
        return facts + 0.0 if math.isfinite(facts) else None
    return facts
