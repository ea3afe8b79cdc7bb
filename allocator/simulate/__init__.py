"""The population and its cost, run forward in numpy: the baseline, and the audit's second opinion.

Nothing here comes from the linear program: how children move in a period (``movement``), what
they, services and staff cost (``simulator``, ``staffing``), what they cost after the end
(``terminal``), and what happens if nothing changes (``baseline``).
"""

from allocator.simulate.baseline import Baseline, baseline
from allocator.simulate.calendar import Calendar
from allocator.simulate.movement import Move
from allocator.simulate.simulator import Simulator

__all__ = ["Baseline", "Calendar", "Move", "Simulator", "baseline"]
