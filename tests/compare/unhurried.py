"""An hour for each run: no machine is so slow, since no test may hang on a clock."""

from __future__ import annotations

from typing import Final

from allocator.compare.race import Terms

UNHURRIED: Final = Terms(3_600.0)
