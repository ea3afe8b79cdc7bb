"""The mathematics of Allocator: one topic a file, one formulation a question.

A formulation is a module with ``build(instance)``, which returns a Pyomo abstract model
and reads as a table of contents.  Sets are upper-case plurals; an index letter means one
thing everywhere:

====== ================================ ====== ==================================
``a``  area                             ``f``  fund
``i``  state a child leaves             ``o``  owner of a balance, limit or target:
``j``  state a child enters                    an area, or ``all``
``l``  state a child goes to instead    ``g``  tier
``p``  service                          ``t``  period, 1 the first
``b``  band of diminishing returns      ``y``  financial year
``r``  role of staff                    ``k``  practice that buys a role time
====== ================================ ====== ==================================

Counts are children and cases per year; money is in millions of pounds at the instance's
price base, because solvers keep their accuracy when numbers are of one size.

They are written in Pyomo, as ``formulations.modelling`` has it: ``pyomo.core``, imported when it is
needed, rather than ``pyomo.environ``, which loads every solver's plugin too.

A floor under an expression is written ``a - b >= 0``: Pyomo reads ``a >= b`` as
``b - a <= 0``, and the dual would have the sign of less being asked for instead of more.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from allocator.instance import Instance
    from formulations.modelling import pyo


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulation:
    """A question as a program: where it is built, and all that is said of it.

    module: has ``build(instance)``; it is imported when it is built, and Pyomo with it.
    about: what its plan is, in a few words.
    question: what it asks, with gaps for the ``{targets}`` and the ``{end}`` of the horizon.
    untargeted: what it asks where the instance sets no target.
    aims_at_targets: whether a plan undertakes to meet the targets; else it goes as far as it can.
    is_fair: whether one share of fewer children in care is every area's, and reported.
    held: what comes before the cost, and is held while that is minimised.
    chooses_window: whether binaries choose the double-investment window, all windows in one.
    otherwise: the formulation to ask where this one has no plan; blank where there is none.
    """

    module: str
    about: str
    question: str
    untargeted: str = ""
    aims_at_targets: bool = True
    is_fair: bool = False
    held: str = ""
    chooses_window: bool = False
    otherwise: str = ""

    def build(self, instance: Instance) -> pyo.AbstractModel:
        """The program of an instance, as a Pyomo model."""
        build: Any = importlib.import_module(self.module).build
        model: pyo.AbstractModel = build(instance)
        return model


LEAST_COST: Final = "least_cost"
LARGEST_REDUCTION: Final = "largest_reduction"
FAIR_REDUCTION: Final = "fair_reduction"
WINDOW_CHOICE: Final = "window_choice"
USUAL: Final = LEAST_COST  # what is asked where nobody says

_CHEAPEST: Final = "what is the cheapest path to {targets}?"
_UNTARGETED: Final = "what is the cheapest plan? The instance sets no target."

FORMULATIONS: Final[dict[str, Formulation]] = {
    LEAST_COST: Formulation(
        module="formulations.least_cost",
        about="cheapest path to the targets",
        question=_CHEAPEST,
        untargeted=_UNTARGETED,
        otherwise=LARGEST_REDUCTION,
    ),
    LARGEST_REDUCTION: Formulation(
        module="formulations.largest_reduction",
        about="fewest children in care that the funds can reach",
        question="how few children in care can the funds reach by the end of {end}, and at what "
        "least cost?",
        aims_at_targets=False,
        held="children in care kept at the fewest",
    ),
    FAIR_REDUCTION: Formulation(
        module="formulations.fair_reduction",
        about="the largest share by which every area can have fewer children in care",
        question="by what share can every area have fewer children in care by the end of {end} "
        "than if nothing changes, within the funds, and at what least cost?",
        aims_at_targets=False,
        is_fair=True,
        held="the share by which every area has fewer children in care kept at the largest",
    ),
    WINDOW_CHOICE: Formulation(
        module="formulations.window_choice",
        about=f"{LEAST_COST} as one mixed-integer program that chooses the window",
        question=_CHEAPEST,
        untargeted=_UNTARGETED,
        chooses_window=True,
        otherwise=LARGEST_REDUCTION,
    ),
}
