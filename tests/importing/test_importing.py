"""Solutions made elsewhere come back, certified and audited; tampered and foreign ones do not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from allocator.cli.export import window_facts
from allocator.errors import UsageError
from allocator.importing import Imported, import_solution, verdict
from allocator.importing.reading import read_solution
from allocator.instance import Instance, Window
from allocator.plan.saving import recheck, save
from allocator.program.program import POUNDS, LinearProgram
from allocator.report.pages.imported import text
from allocator.solving import session
from allocator.solving.export import export, names, sidecar_of
from allocator.solving.session import Session
from allocator.solving.solve import build, build_window
from tests.importing.writers import WITH_DUALS, WRITERS
from tests.plans import NAMES, instance_of, plan_of

FEASIBLE = [name for name in NAMES if name != "hand-infeasible"]


@pytest.fixture(autouse=True, scope="module")
def _built_once() -> Iterator[None]:
    """The program of an instance is built once, by whatever is asked."""
    known: dict[tuple[int, str], tuple[Instance, LinearProgram]] = {}

    def build_once(instance: Instance, formulation: str = "least_cost") -> LinearProgram:
        key = id(instance), formulation  # which is kept, so that no other comes to have its place
        if key not in known:
            known[key] = instance, build(instance, formulation)
        return known[key][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdict, "build", build_once)
        patch.setattr(session, "build", build_once)
        yield


EXPORTED: dict[tuple[object, ...], list[tuple[str, bytes]]] = {}


def exported(
    folder: Path, instance: Instance, window: Window | None, formulation: str = "least_cost",
    suffix: str = "mps", *, chosen: bool = False,
) -> Path:  # fmt: skip
    """A program and its names in a folder, made once."""
    path = folder / f"program.{suffix}"
    key = (instance.hash, window, formulation, suffix, chosen)
    if key not in EXPORTED:
        program = session.build(instance, formulation) if chosen else None
        export(
            program or build_window(instance, window, formulation), path, force=True,
            source={
                "instance_hash": instance.hash,
                "formulation": formulation,
                "window": "chosen" if chosen else window_facts(window),
            },
        )  # fmt: skip
        files = (path, sidecar_of(path))
        EXPORTED[key] = [(file.name, file.read_bytes()) for file in files]
    for name, data in EXPORTED[key]:
        (folder / name).write_bytes(data)
    return path


def solved(folder: Path, case: str = "window", writer: str = "HiGHS, raw") -> Path:
    """A solution of a case's best window."""
    program = exported(folder, instance_of(case), plan_of(case).window)
    solution = folder / "solution"
    WRITERS[writer](program, solution)
    return solution


def taken(case: str, solution: Path, **options: object) -> Imported:
    return import_solution(instance_of(case), solution, **options)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("case", "suffix"), [*((case, "mps") for case in FEASIBLE), ("window", "lp")]
)
def test_every_solver_s_file_comes_back(tmp_path, case, writer, suffix):
    plan = plan_of(case)
    program = exported(tmp_path, instance_of(case), plan.window, suffix=suffix)
    solution = tmp_path / "solution"
    WRITERS[writer](program, solution)
    found = taken(case, solution, names=sidecar_of(program))
    assert found.failures == []
    assert found.file.form == writer.partition(", by")[0].partition(", all")[0]
    assert found.plan.window == plan.window
    assert found.objective * POUNDS == pytest.approx(plan.objective, rel=found.tolerance)
    assert found.own * POUNDS == pytest.approx(plan.objective, rel=1e-9)
    assert found.has_duals is found.proved is (writer in WITH_DUALS)
    told = text(found)
    assert ("by its own duals, optimal" in told) is found.proved
    assert ("not proved optimal" in " ".join(told.split())) is not found.proved


@pytest.mark.parametrize("writer", [name for name in WRITERS if "-w" not in name])
def test_names_are_made_anew_without_the_sidecar(tmp_path, writer):
    solution = solved(tmp_path, writer=writer)
    found = taken("window", solution)
    assert found.failures == []
    assert found.plan.window == plan_of("window").window


@pytest.mark.parametrize(
    ("writer", "suffix"), list(zip(WRITERS, cycle(["mps", "lp"]), strict=False))
)
def test_a_mixed_integer_program_s_solution(tmp_path, writer, suffix):
    instance, plan = instance_of("window"), plan_of("window")
    program = exported(tmp_path, instance, None, "window_choice", suffix, chosen=True)
    solution = tmp_path / "solution"
    WRITERS[writer](program, solution)
    found = taken("window", solution, names=sidecar_of(program))
    assert found.failures == []
    assert not found.has_duals
    assert found.plan.window == plan.window
    assert abs(found.difference) <= found.tolerance


@pytest.mark.parametrize("writer", ["HiGHS, raw", "GLPK, -w", "CBC, all"])
def test_largest_reduction_is_of_children(tmp_path, writer):
    instance = instance_of("window")
    plan = plan_of("window", formulation="largest_reduction")
    program = exported(tmp_path, instance, plan.window, "largest_reduction")
    WRITERS[writer](program, tmp_path / "solution")
    found = taken("window", tmp_path / "solution", names=sidecar_of(program))
    assert found.failures == []
    assert found.objective == pytest.approx(plan.to_dict()["children_in_care"]["2027"], rel=1e-6)
    cost, least = found.last
    assert least * POUNDS == pytest.approx(plan.objective, rel=1e-6)
    assert cost > least * (1 + 1e-4)  # nobody asked the other solver for a low cost
    told = " ".join(text(found).split())
    assert "more than the least for as few children in care" in told
    with pytest.raises(UsageError, match=r"too few digits|is not the least with that many"):
        found.plan_to_keep()


def test_largest_reduction_at_the_least_cost_is_kept(tmp_path):
    """Our own plan's values, as a file of HiGHS: both objectives are at their best."""
    instance, formulation = instance_of("window"), "largest_reduction"
    plan = plan_of("window", formulation=formulation)
    program = exported(tmp_path, instance, plan.window, formulation)
    WRITERS["HiGHS, raw"](program, tmp_path / "solution")
    best = Session(formulation).solve(instance).best
    values = dict(zip(names(best.program.columns.values()), best.solution.primal, strict=True))
    lines = (tmp_path / "solution").read_text().splitlines()
    at = lines.index(next(line for line in lines if line.startswith("# Columns")))
    end = lines.index(next(line for line in lines if line.startswith("# Rows")))
    for n in range(at + 1, end):
        name = lines[n].split()[0]
        lines[n] = f"{name} {float(values[name])!r}"
    dual = lines.index("# Dual solution values")
    lines = [line for line in lines[:dual] if not line.startswith("Objective")]
    whole = "\n".join([*lines, "# Dual solution values", "None", ""])
    (tmp_path / "solution").write_text(whole)
    found = taken("window", tmp_path / "solution", names=sidecar_of(program))
    assert found.failures == []
    assert found.last[0] == pytest.approx(found.last[1], rel=1e-6)
    assert "the same to" in text(found).partition("Its cost")[2].splitlines()[0]
    save(found.plan_to_keep(), tmp_path / "plan")
    assert recheck(tmp_path / "plan").passed


def test_every_window_s_solution_says_its_window(tmp_path):
    instance = instance_of("two-areas")
    for window in (None, *instance.windows):
        program = exported(tmp_path, instance, window)
        WRITERS["HiGHS, raw"](program, tmp_path / "solution")
        assert taken("two-areas", tmp_path / "solution").plan.window == window


def edited(solution: Path, old: str, new: str, count: int = 1) -> Path:
    text = solution.read_text()
    assert re.search(old, text, re.MULTILINE), old
    solution.write_text(re.sub(old, new, text, count=count, flags=re.MULTILINE))
    return solution


@pytest.mark.parametrize("writer", ["HiGHS, raw", "CBC", "SCIP"])
def test_a_wrong_value_is_caught(tmp_path, writer):
    solution = solved(tmp_path, writer=writer)
    found = taken("window", edited(solution, r"(children__window__need__3 +)\S+", r"\g<1>5000"))
    assert not found.proved
    assert any("children_balance[window,need,3] is violated" in said for said in found.failures)
    assert any(said.startswith("audit: ") for said in found.failures)
    assert text(found).startswith("The solution does not stand up.")


@pytest.mark.parametrize("writer", ["HiGHS, raw", "GLPK, -w", "CBC, all"])
def test_a_wrong_dual_is_caught(tmp_path, writer):
    """A better dual than there is, on the row of an opening stock."""
    solution = solved(tmp_path, writer=writer)
    line = {
        "HiGHS, raw": r"(# Dual[\s\S]*?children_opening__window__need )\S+",
        "GLPK, -w": r"^(i 1 s \S+ )\S+",
        "CBC, all": r"(children_opening__window__need +\S+ +)\S+",
    }[writer]
    names = sidecar_of(tmp_path / "program.mps")
    found = taken("window", edited(solution, line, r"\g<1>0.9"), names=names)
    assert found.has_duals
    assert not found.proved
    assert any("gap" in said or "reduced cost" in said for said in found.failures)
    assert found.certificate.primal.relative < 1e-7


def test_a_wrong_objective_is_caught(tmp_path):
    solution = edited(solved(tmp_path), r"^Objective .*", "Objective 1000")
    assert "states an objective of 1000" in " ".join(taken("window", solution).failures)


def dear(folder: Path, *, duals: bool) -> Path:
    """The best plan with less of a service allowed: feasible here, and dearer than need be."""
    tighter = instance_of("window", "services.intensive.maximum=200")
    program = exported(folder, tighter, plan_of("window").window)
    solution = folder / "solution"
    WRITERS["HiGHS, raw"](program, solution)
    if not duals:
        edited(solution, r"# Dual solution values[\s\S]*", "# Dual solution values\nNone\n")
    return solution


def test_a_solution_that_is_not_the_best_is_told_so(tmp_path):
    found = taken("window", dear(tmp_path, duals=False))
    assert found.failures == []
    assert not found.proved
    assert found.difference > 1e-5
    told = " ".join(text(found).split())
    assert "so only that was checked; it is not proved optimal" in told
    assert re.search(r"Against our own optimum it is \S+ \(relative\) more", told)
    with pytest.raises(UsageError, match=r"too few digits|not shown to be optimal"):
        found.plan_to_keep()


def test_duals_of_another_program_do_not_prove_it(tmp_path):
    found = taken("window", dear(tmp_path, duals=True))
    assert not found.proved
    assert any("gap" in said or "complementary" in said for said in found.failures)


def test_a_proved_one_is_kept_as_a_plan(tmp_path):
    found = taken("window", solved(tmp_path))
    save(found.plan_to_keep(), tmp_path / "plan")
    assert recheck(tmp_path / "plan").passed


@pytest.mark.parametrize("writer", ["HiGHS, pretty", "CBC, all"])
def test_one_of_few_digits_is_not(tmp_path, writer):
    found = taken("window", solved(tmp_path, writer=writer))
    assert found.proved
    assert f"as far as the {found.file.digits} digits of the file show" in " ".join(
        text(found).split()
    )
    with pytest.raises(UsageError, match="too few digits"):
        found.plan_to_keep()


def test_six_digits_allow_only_for_six_digits(tmp_path):
    """Money may be off by a unit of the last digit of the largest sum, children by 1 in 20,000."""
    found = taken("window", solved(tmp_path, writer="HiGHS, pretty"))
    assert found.money_tolerance == pytest.approx(1e-5 * max_money(found))
    solution = solved(tmp_path, writer="HiGHS, pretty")
    pattern = r"^( +\d+ +\w\w +\S+ +\S+ +)\S+( +\S+ +children__window__plan__5)$"
    assert taken("window", edited(solution, pattern, r"\g<1>885.1\2")).failures


def max_money(found: Imported) -> float:
    families = [f for f in found.program.columns.values() if f.unit == "£m"]
    return max(abs(float(v)) for f in families for v in found.primal[f.start : f.stop])


def refused(case: str, solution: Path, match: str, **options: object) -> None:
    with pytest.raises(UsageError, match=match):
        taken(case, solution, **options)


def test_another_instance_s_is_refused(tmp_path):
    solution = solved(tmp_path)
    refused("two-areas", solution, "belongs to another program: it has a column children__window")
    names = sidecar_of(tmp_path / "program.mps")
    refused("two-areas", solution, "is of another instance than two-areas", names=names)
    changed = instance_of("window", "targets.2027.children=812")
    with pytest.raises(UsageError, match="an earlier state of it"):
        import_solution(changed, solution, names=names)


def test_another_window_s_is_refused(tmp_path):
    solution = solved(tmp_path)
    refused("window", solution, "is not of that window; it was solved with 3", window=(2021, 2))
    exported(tmp_path, instance_of("window"), (2021, 2))
    names = sidecar_of(tmp_path / "program.mps")
    refused("window", solution, "is not of that window", names=names)


def test_another_formulation_s_is_refused(tmp_path):
    solution, names = solved(tmp_path), sidecar_of(tmp_path / "program.mps")
    refused("window", solution, "is of least_cost", names=names, formulation="window_choice")
    refused("window", solution, "lacks the column opens", formulation="window_choice")
    refused("window", solution, "there is no formulation", formulation="cheapest")


def test_years_that_are_no_window_are_refused(tmp_path):
    solution = edited(solved(tmp_path), r"^in_window__2021 1$", "in_window__2021 0")
    refused("window", solution, r"\[2020, 2022\] are not allowed")


def test_positions_without_names_are_refused(tmp_path):
    refused("window", solved(tmp_path, writer="GLPK, -w, by HiGHS"), "give the sidecar")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (r"^children__window__need__3 .*\n", "", "it lacks|lacks the column|damaged|number must"),
        (r"^(children__window__need__)3 ", r"\g<1>2 ", "stands twice"),
        (r"^(children__window__need__3 ).*", r"\g<1>nan", "not a number"),
        (r"^(children__window__need__3 ).*", r"\g<1>many", "stands where a number must"),
        (r"# Columns 371", "# Columns all", "is damaged"),
        (r"# Columns 371[\s\S]*", "", "lacks the heading"),
        (r"^Model status", "Status of model", "is not a solution file of HiGHS"),
    ],
)
def test_damage_is_told(tmp_path, old, new, match):
    refused("window", edited(solved(tmp_path), old, new), match)


@pytest.mark.parametrize("writer", [name for name in WRITERS if name.startswith("GLPK")])
def test_a_file_cut_short_is_told(tmp_path, writer):
    solution = solved(tmp_path, writer=writer)
    lines = solution.read_text().splitlines(keepends=True)
    solution.write_text("".join(lines[: len(lines) // 2]))
    with pytest.raises(UsageError, match=r"cut short|damaged"):
        read_solution(solution)


@pytest.mark.parametrize("content", [b"", b"\n", b"nothing\nof the kind\n", b"\xff\xfe\x00\x01"])
def test_what_is_no_solution_file_is_told(tmp_path, content):
    (tmp_path / "solution").write_bytes(content)
    refused("window", tmp_path / "solution", "is not a (solution|text) file")


def test_no_solution_to_import(tmp_path):
    program = exported(tmp_path, instance_of("hand-infeasible"), None)
    WRITERS["HiGHS, raw"](program, tmp_path / "solution")
    refused("hand-infeasible", tmp_path / "solution", "holds no solution; HiGHS says 'Infeasible'")


def test_what_scip_writes_without_a_solution(tmp_path):
    """Its command line writes how it ended first; without a solution that is all there is."""
    (tmp_path / "solution").write_text("solution status: infeasible\nno solution available\n")
    refused("hand-infeasible", tmp_path / "solution", "SCIP says 'infeasible'")
    text = solved(tmp_path).read_text().partition("# Columns 371\n")[2].partition("# Rows")[0]
    lines = [f"{line} \t(obj:0)" for line in text.splitlines()]
    head = ["solution status: optimal solution found", "objective value: 1296.20038190234"]
    (tmp_path / "solution").write_text("\n".join([*head, *lines]))
    found = taken("window", tmp_path / "solution")
    assert found.file.claims == "optimal solution found"
    assert found.failures == []


def test_a_point_that_cbc_calls_infeasible_fails(tmp_path):
    program = exported(tmp_path, instance_of("hand-infeasible"), None)
    WRITERS["CBC"](program, tmp_path / "solution")
    found = taken("hand-infeasible", tmp_path / "solution")
    assert found.file.claims == "infeasible"
    assert found.own is None
    assert found.failures
    assert "we find no plan" in text(found)


@pytest.mark.parametrize("text", ["{}", "[]", "names", '{"schema": 2}'])
def test_a_sidecar_that_is_none(tmp_path, text):
    (tmp_path / "names.json").write_text(text)
    refused(
        "window", solved(tmp_path), "is not what `export` writes", names=tmp_path / "names.json"
    )


def test_the_sidecar_says_what_each_name_is(tmp_path):
    program = exported(tmp_path, instance_of("two-areas"), (2021, 1))
    facts = json.loads(sidecar_of(program).read_text(encoding="utf-8"))
    assert facts["columns"]["spend__area0__statutory__2022"] == [
        "spend", "£m", "area0", "statutory", 2022
    ]  # fmt: skip
    assert facts["rows"]["target_met__all__2025"] == ["target_met", "children", "all", 2025]
    assert facts["window"] == {"first_year": 2021, "years": 1}
    assert facts["instance_hash"] == instance_of("two-areas").hash
    assert (facts["minimises"], facts["money"]) == ("total_cost", "£m")
