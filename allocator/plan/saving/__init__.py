"""Plans in folders: written whole, loaded again, and re-checked."""

from allocator.plan.saving.facts import as_json
from allocator.plan.saving.loading import load
from allocator.plan.saving.recheck import Recheck, recheck
from allocator.plan.saving.writing import PLAN, check_place, save

__all__ = ["PLAN", "Recheck", "as_json", "check_place", "load", "recheck", "save"]
