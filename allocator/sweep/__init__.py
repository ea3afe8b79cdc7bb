"""Plans over a grid: what happens as a target, a budget, a price or any other cell moves."""

from allocator.executors import executor
from allocator.plan.columns import SWEEP as COLUMNS
from allocator.sweep.axes import Axis, read_axis
from allocator.sweep.journal import Journal
from allocator.sweep.recorded import Recorded
from allocator.sweep.run import Sweep

__all__ = ["COLUMNS", "Axis", "Journal", "Recorded", "Sweep", "executor", "read_axis"]
