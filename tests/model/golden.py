"""Every family of constraints and every objective of a tiny instance, written out to be read.

``python -m tests.model.golden`` writes ``tests/model/golden/<component>.txt`` anew, one file a
component.  Read what changed against MODEL.md before committing it: these files are the
mathematics as the program has it.

The instance is made for the reader.  Rates are shares of ln 2, so half of ``need`` and of
``care`` move on in a year: of need a tenth into care and four tenths out of sight, of care
half home.  Costs are in hundreds of thousands of pounds, so the program's numbers are short.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyomo.environ as pyo

from allocator.instance import Instance, Shortfall
from allocator.program.program import LinearProgram, Objective
from allocator.solving.solve import build
from formulations import FORMULATIONS
from tests.model.cases import case

GOLDEN = Path(__file__).parent / "golden"
WIDTH = 96

TINY = """
[states]
state  tier       in_care  opening  unit_cost  cashable_share  release_per_year
need   statutory  .        200      10000      .               .
care   statutory  yes      100      100000     0.8             0.25

[transitions]
from  to    rate               avoidable_share
need  care  0.138629436111989  0.5
need  exit  0.554517744447956  .
care  exit  0.693147180559945  .
care  care  .                  0.2

[arrivals]
state  year  children
need   2020  110

[services]
service  tier          from  unit_cost  baseline  coverage  minimum  maximum  first_year
hubs     early_help    need  1000       50        0.5       10       90       .
reunify  edge_of_care  care  10000      0         .         .        .        2021

[effects]
service  from  to    instead  lag_years  effect
hubs     need  care  .        0          0.02
hubs     need  care  .        1          0.01
hubs     need  exit  .        0          -0.01
hubs     need  exit  .        1          -0.005
reunify  care  care  exit     0          0.25

[returns]
service  up_to  multiplier
hubs     0.4    1
hubs     1      0.5

[prices]
item  year  index
all   2021  1.1

[funds]
fund        tiers                    window_only  carry_forward
core        statutory                .            0.5
grant       early_help;edge_of_care  .            .
transition  all                      yes          .

[budgets]
fund        year  amount
core        2020  20000000
core        2021  19000000
grant       2020  500000
grant       2021  500000
transition  2020  300000

[limits]
item   year  minimum  maximum
care   .     4000000  .
total  2021  .        21000000

[targets]
year  children
2021  75
"""

# A fifth of the staff leave in a year, and training takes a year and a half.
STAFF = """
[roles]
role    opening  unit_cost  leaving_rate       hires_per_year  hire_cost  exit_cost  training_years
worker  12       40000      0.223143551314210  4               2000       1000       1.5

[workloads]
role    item     caseload
worker  need     25
worker  care     20
worker  reunify  10

[practices]
practice  role    unit_cost  time  share  growth_per_year
admin     worker  5000       1.25  0.5    3
"""

# How fast services change, and what that costs.
PACE = {
    "growth_per_year": {"hubs": 40},
    "release_per_year": {"hubs": 0.5},
    "setup_cost": {"hubs": 100},
    "exit_cost": {"reunify": 2000},
}


def golden_instance() -> Instance:
    """Two years, one area, everything that MODEL.md has a constraint for."""
    tiny = case(TINY + STAFF, discount_rate=0.25, terminal_value=True)
    for column, values in PACE.items():
        tiny = tiny.changed("services", column, lambda row, of=values: of.get(row["service"]))
    return (
        tiny.setting("double_investment", longest=1, prevention_uplift=0.2)
        .setting("reinvestment", share=0.5)
        .changed("roles", "agency_cost", lambda _: 60000)
        .changed("roles", "agency_share", lambda _: 0.25)
        .instance()
    )


CONTINUOUS = ("children_balance", "diverted_by_service", "avoidable_limited",
              "avoidable_limited_late", "harm_limited_late", "total_cost")  # fmt: skip
SHORT = ("target_met", "spend_funded", "total_cost")


def variants() -> dict[str, str]:
    """What continuous timing, and prices for a shortfall, make of the constraints they change."""
    tiny, texts = golden_instance(), {}
    charged = Shortfall(excess_price=1e5, overspend_price=0.25)
    for name, instance, changed in (
        ("continuous", replace(tiny, timing="continuous"), CONTINUOUS),
        ("shortfall", replace(tiny, shortfall=charged), SHORT),
    ):
        program = build(instance)
        written = {family: rows_text(program, family) for family in program.rows}
        written |= {o.name: objective_text(program, o) for o in program.objectives}
        texts |= {f"{component}_{name}": written[component] for component in changed}
    return texts


def components() -> dict[str, set[str]]:
    """Constraints and objectives by formulation, as the formulations declare them."""
    instance, found = golden_instance(), {}
    for name in FORMULATIONS:
        model = importlib.import_module(f"formulations.{name}").build(instance)
        found[name] = {
            component.local_name
            for kind in (pyo.Constraint, pyo.Objective)
            for component in model.component_objects(kind)
        }
    return found


def written() -> dict[str, dict[str, str]]:
    """Text of every component, by formulation."""
    instance = golden_instance()
    texts: dict[str, dict[str, str]] = {}
    for name in FORMULATIONS:
        program = build(instance, name)
        texts[name] = {family: rows_text(program, family) for family in program.rows}
        texts[name] |= {o.name: objective_text(program, o) for o in program.objectives}
        usual = program.columns.keys() == build(instance).columns.keys()
        bounds = "bounds" if usual else f"bounds_of_{name}"
        texts[name][bounds] = bounds_text(program)
    texts["least_cost"] |= variants()
    return texts


def rows_text(program: LinearProgram, family: str) -> str:
    """Rows of a family, in the order in which they are declared."""
    rows = program.rows[family]
    return "".join(row_text(program, position) for position in range(rows.start, rows.stop))


def row_text(program: LinearProgram, position: int) -> str:
    """``name: 2 x[1] - y <= 3``, over as many lines as it takes."""
    chosen = program.matrix.rows == position
    terms = zip(program.matrix.columns[chosen], program.matrix.values[chosen], strict=True)
    left = sum_text(program, terms)
    low, high = float(program.row_lower[position]), float(program.row_upper[position])
    return folded(f"{program.row_name(position)}: {left} {sides(low, high)}")


def objective_text(program: LinearProgram, objective: Objective) -> str:
    """``minimise name: 2 x[1] - y``."""
    used = np.flatnonzero(objective.costs)
    left = sum_text(program, zip(used, objective.costs[used], strict=True))
    constant = f" {objective.constant:+.9g}" if objective.constant else ""
    return folded(f"minimise {objective.name}: {left}{constant}")


def bounds_text(program: LinearProgram) -> str:
    """What the columns of each family may be, as far as that is not from 0 on."""
    lines = []
    for family in program.columns.values():
        for position in range(family.start, family.stop):
            low, high = float(program.lower[position]), float(program.upper[position])
            if (low, high) != (0.0, np.inf):
                lines.append(f"{family.label(position)} {sides(low, high)}\n")
    return "".join(lines)


def sum_text(program: LinearProgram, terms: object) -> str:
    """A sum of columns times their coefficients."""
    text = ""
    for column, value in terms:  # type: ignore[attr-defined]
        sign = ("- " if value < 0 else "+ ") if text else ("-" if value < 0 else "")
        size = "" if abs(value) == 1 else f"{abs(value):.9g} "
        text += f"{' ' if text else ''}{sign}{size}{program.column_name(int(column))}"
    return text


def sides(low: float, high: float) -> str:
    """``= 1``, ``<= 1``, ``>= 1``, both, or ``free``."""
    if low == high:
        return f"= {high:.9g}"
    parts = [f">= {low:.9g}"] if np.isfinite(low) else []
    parts += [f"<= {high:.9g}"] if np.isfinite(high) else []
    return " and ".join(parts) or "free"


def folded(text: str) -> str:
    """Lines of a readable length, broken between terms."""
    lines, words = [""], text.replace(" + ", "\n+ ").replace(" - ", "\n- ").split("\n")
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("   ")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write every file anew."""
    GOLDEN.mkdir(exist_ok=True)
    for file in GOLDEN.glob("*.txt"):
        file.unlink()
    for texts in written().values():
        for component, text in texts.items():
            (GOLDEN / f"{component}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
