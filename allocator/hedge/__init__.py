"""The plan to settle now, where it is not known which future comes.  MODEL.md 3.15."""

from allocator.hedge.answer import Future, Hedge
from allocator.hedge.hedge import hedge

__all__ = ["Future", "Hedge", "hedge"]
