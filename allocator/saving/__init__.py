"""Plans in folders: written whole, loaded again, and re-checked."""

from allocator.saving.facts import as_json
from allocator.saving.loading import load
from allocator.saving.recheck import Recheck, recheck
from allocator.saving.writing import PLAN, check_place, save

__all__ = ["PLAN", "Recheck", "as_json", "check_place", "load", "recheck", "save"]
