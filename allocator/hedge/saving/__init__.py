"""Hedges in folders: written whole, loaded again, and re-checked."""

from allocator.hedge.saving.layout import HEDGE
from allocator.hedge.saving.loading import load_hedge, open_hedge
from allocator.hedge.saving.recheck import HedgeRecheck, audit_hedge
from allocator.hedge.saving.writing import check_place, save_hedge

__all__ = [
    "HEDGE",
    "HedgeRecheck",
    "audit_hedge",
    "check_place",
    "load_hedge",
    "open_hedge",
    "save_hedge",
]
