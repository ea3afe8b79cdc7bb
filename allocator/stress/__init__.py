"""A plan's levels held in futures and in draws of what is uncertain.  MODEL.md 5."""

from allocator.stress.spreads import default_spreads, read_spreads
from allocator.stress.stress import DRAWS, Stress, stress

__all__ = ["DRAWS", "Stress", "default_spreads", "read_spreads", "stress"]
