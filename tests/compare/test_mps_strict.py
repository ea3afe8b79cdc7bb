"""What an MPS file does not plainly say is refused with its line; what is read is what it says."""

from __future__ import annotations

import gzip
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.errors import UsageError
from allocator.solvers.mps import read_mps
from tests.compare import every_kind
from tests.compare.test_mps import FILES

START = "NAME t\nROWS\n N c\n L r\n G s\nCOLUMNS\n"
COLUMNS = " x c 1 r 1\n x s 1\n y c 2 r 1\n y s 1\n"
END = "RHS\n RHS r 4 s 2\nENDATA\n"
BOUNDS = END.replace("ENDATA\n", "BOUNDS\n{}ENDATA\n")
WHOLE = " M 'MARKER' 'INTORG'\n x c 1 r 1\n x s 1\n M 'MARKER' 'INTEND'\n"


def bounded(*lines: str) -> str:
    return START + COLUMNS + BOUNDS.format("".join(f" {line}\n" for line in lines))


def replaced(old: str, new: str) -> str:
    text = START + COLUMNS + END
    assert text.count(old) == 1
    return text.replace(old, new)


REFUSED = {
    "a tiny coefficient": (replaced("y s 1\n", "y s 1e-10\n"), r"line 10: HiGHS says: .*: ignored"),
    "a huge coefficient": (replaced("y s 1\n", "y s 1e16\n"), r"line 10: HiGHS says: .*1e\+15"),
    "tiny, as GLPK writes": (
        "* Format:     Free MPS\n*\nNAME t\nROWS\n N R0000000\n L r\nCOLUMNS\n x R0000000 1 r 1\n"
        " y R0000000 2 r 1.000000E-10\nRHS\n RHS1 r 4\nENDATA\n", "line 9: HiGHS says"),
    "cut": ((START + COLUMNS + END).removesuffix("ENDATA\n"), "line 13: the file ends without"),
    "cut in a number": ((START + COLUMNS + END)[:-12], "the file ends without|is not a row"),
    "empty": ("", "the file is empty"),
    "no MPS": ("Minimize\n obj: x\nSubject To\n r: x >= 1\nEnd\n", "line 1: Minimize is no"),
    "nan cost": (replaced("x c 1 r 1", "x c nan r 1"), "line 7: nan is no finite number"),
    "nan entry": (replaced("x s 1", "x s NaN"), "line 8: NaN is no finite number"),
    "inf entry": (replaced("x s 1", "x s inf"), "line 8: inf is no finite number"),
    "nan side": (replaced("RHS r 4", "RHS r nan"), "line 12: nan is no finite number"),
    "large side": (replaced("RHS r 4", "RHS r 1e400"), "line 12: 1e400 is no finite number"),
    "nan bound": (bounded("UP b x nan"), "line 14: nan is no finite number"),
    "infinite bound": (bounded("UP b x -Infinity"), "line 14: -Infinity is no finite number"),
    "larger still": (bounded("UP b x 1e999999999"), "line 14: 1e999999999 is no finite number"),
    "half a number": (replaced("x s 1", "x s 1.5abc"), "line 8: 1.5abc is no number"),
    "a hexadecimal": (replaced("x s 1", "x s 0x10"), "line 8: 0x10 is no number"),
    "an underscore": (replaced("x s 1", "x s 1_0"), "line 8: 1_0 is no number"),
    "two of one place": (replaced(" x s 1\n", " x s 1\n x s 1\n"), "line 9: column x has a second"),
    "two costs": (replaced(" x s 1\n", " x s 1 c 1\n"), "line 8: column x has a second"),
    "two of a column": (replaced(" y s 1\n", " y s 1\n x c 1\n"), "line 11: column x begins a sec"),
    "two of a row": (replaced(" G s\n", " G s\n L r\n"), "line 6: a second row r"),
    "two sides": (replaced("RHS r 4 s 2", "RHS r 4 r 2"), "line 12: row r has a second right-hand"),
    "two sets": (replaced("RHS r 4 s 2", "RHS r 4\n RH2 s 2"), "line 13: a second set of RHS, RH2"),
    "two bounds": (bounded("UP b x 1", "UP b x 2"), "line 15: the upper bound of x is stated a se"),
    "no such bound": (bounded("ZZ b x 1"), "line 14: ZZ is no kind of bound"),
    "semi-continuous": (bounded("SC b x 1"), "line 14: a semi-continuous column"),
    "a bound of none": (bounded("UP b z 1"), "line 14: there is no column z"),
    "an entry of none": (replaced("x s 1", "x t 1"), "line 8: there is no row t"),
    "a range of the objective": (
        replaced("ENDATA", "RANGES\n R c 1\nENDATA"), "line 14: row c is free"),
    "quadratic": (replaced("ENDATA", "QUADOBJ\n x x 1\nENDATA"), "line 13: QUADOBJ is no section"),
    "two sections": (replaced("ENDATA", "RHS\nENDATA"), "line 13: a second section RHS"),
    "marker not ended": (
        START + WHOLE.replace(" M 'MARKER' 'INTEND'\n", "") + END, "whole columns is not ended"),
    "a marker within a column": (
        START + WHOLE.replace(" x s 1\n", "") + " x s 1\n" + END, "line 10: column x begins a sec"),
    "on which HiGHS never ends": (
        "NAME t\nROWS\n N c\n N o\n G r\nCOLUMNS\n x c 1 r 1\n\n RHSr 9\nENDATA\n",
        "line 9: it is not a column, and a row"),
    "marker without quotes": (START + WHOLE.replace("'", "") + END, "line 7: INTORG is no number"),
    "a blank name": (replaced("x s 1", "x one s 1"), "line 8: it is not a column, and a row"),
    "a control character": (replaced("x s 1", "x s 1\0"), "line 8: a control character"),
    "no entries": (replaced(" L r\n", "").replace(END, "ENDATA\n"), "there is no row r"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_it_is_refused_with_its_line(tmp_path, fault):
    text, said = REFUSED[fault]
    path = tmp_path / "file.mps"
    path.write_bytes(text.encode())
    with pytest.raises(UsageError, match=said) as caught:
        read_mps(path)
    assert str(caught.value).startswith(f"{path}: ") and caught.value.exit_code == 2


@pytest.mark.parametrize("length", [1, 5, 20, 60])
def test_a_packed_file_that_is_cut_is_refused(tmp_path, length):
    path = tmp_path / "file.mps.gz"
    path.write_bytes(gzip.compress((START + COLUMNS + END).encode())[:length])
    with pytest.raises(UsageError, match=r"cannot be unpacked|cannot be read"):
        read_mps(path)


INFINITE = float("inf")
SAID = {
    "a stated nought": (bounded("LO b x 0", "UP b x -5"), (0, -5)),
    "no lower bound": (bounded("UP b x -5"), (-INFINITE, -5)),
    "without a set": (bounded("UP x 5"), (0, 5)),
    "minus infinity": (bounded("MI b x"), (-INFINITE, INFINITE)),
    "minus infinity with a number": (bounded("MI b x 0"), (-INFINITE, INFINITE)),
    "Fortran's exponent": (bounded("UP b x 1d5"), (0, 1e5)),
    "infinite by custom": (bounded("UP b x 1e30"), (0, INFINITE)),
    "free": (bounded("FR b x"), (-INFINITE, INFINITE)),
    "binary": (bounded("BV b x"), (0, 1)),
    "whole above": (bounded("UI b x 7"), (0, 7)),
    "whole below": (bounded("LI b x 2"), (2, INFINITE)),
    "whole without bounds": (START + WHOLE + END, (0, 1)),
    "whole and unlimited": (START + WHOLE + BOUNDS.format(" PL b x\n"), (0, INFINITE)),
    "ends of line of Windows": (bounded("UP b x 3").replace("\n", "\r\n"), (0, 3)),
    "tabs": (bounded("UP b x 3").replace(" ", "\t"), (0, 3)),
    "after the end": (bounded("UP b x 3") + "nonsense\n", (0, 3)),
}


@pytest.mark.parametrize("form", SAID)
def test_a_bound_is_what_the_text_says(tmp_path, form):
    text, bounds = SAID[form]
    path = tmp_path / "file.mps"
    path.write_bytes(text.encode())
    program = read_mps(path)
    assert (program.lower[0], program.upper[0]) == bounds
    assert (program.integer is not None) == ("whole" in form or form == "binary")


def compared(tmp_path, text, *solvers):
    path = tmp_path / "file.mps"
    path.write_text(text)
    chosen = ",".join(solvers or ("highs-simplex", "highs-mip", "glop", "glpk-mip"))
    return CliRunner().invoke(cli, ["compare", str(path), "--solvers", chosen])


INFEASIBLE = {
    "crossed bounds": bounded("UP b x 1", "LO b x 2"),
    "a stated nought above the upper bound": bounded("LO b x 0", "UP b x -5"),
    "an empty row": START.replace(" G s\n", " G s\n E e\n") + COLUMNS
    + END.replace("s 2", "s 2\n RHS e 1"),
    "a row that its columns cannot reach": bounded("UP b x 1", "UP b y 0.5"),
    "whole columns, and none without": START + WHOLE + END.replace("r 4 s 2", "r 1 s 2"),
    "whole columns, none by two rows":
        START + WHOLE.replace("c 1", "c 1").replace(" M 'MARKER' 'INTEND'\n",
        " y r 1 s 1\n M 'MARKER' 'INTEND'\n") + "RHS\n r 1 s 2\nBOUNDS\n PL x\n PL y\nENDATA\n",
}  # fmt: skip


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("why", INFEASIBLE)
def test_what_nothing_fits_at_sight_is_proved(tmp_path, why):
    result = compared(tmp_path, INFEASIBLE[why])
    assert result.exit_code == 0, result.output
    assert "infeasible, certified" in result.stdout and "only claimed" not in result.stdout


@pytest.mark.usefixtures("in_this_process")
def test_no_solver_is_believed_that_nothing_fits_where_something_does(tmp_path):
    """A program at the very edge: bounds that meet, a row that is just reached."""
    text = bounded("UP b x 1", "LO b x 1", "UP b y 1")
    result = compared(tmp_path, text, "highs-simplex", "glop")
    assert result.exit_code == 0 and "optimal, certified" in result.stdout
    assert "infeasible" not in result.stdout


@pytest.mark.usefixtures("in_this_process")
def test_without_rows_the_optimum_is_at_the_bounds(tmp_path):
    text = "NAME t\nROWS\n N c\nCOLUMNS\n x c 1\n y c 1\nBOUNDS\n UP b x 3\n LO b y 1\nENDATA\n"
    result = compared(tmp_path, text)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("The answers agree: 2 certified answers by 2 codes")


@pytest.mark.usefixtures("in_this_process")
def test_without_columns_there_is_nothing_to_choose(tmp_path):
    result = compared(tmp_path, "NAME t\nROWS\n N c\n G r\nCOLUMNS\nRHS\n R r -1\nENDATA\n")
    assert result.exit_code in (0, 4) and "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_program_that_is_no_mps_is_no_instance_either(tmp_path):
    path = tmp_path / "file.lp"
    path.write_text("Minimize\n obj: x\nSubject To\n r: x >= 1\nEnd\n")
    result = CliRunner().invoke(cli, ["compare", str(path)])
    assert result.exit_code == 2 and "file.lp" in result.stderr


# A reading of free format that shares nothing with the package: names to exact numbers.


def said(text: str) -> dict[tuple[str, ...], Fraction | str]:  # noqa: PLR0912 (a section each)
    """Facts of a program that is plainly written; ValueError where it is not."""
    facts: dict[tuple[str, ...], Fraction | str] = {}

    def put(key: tuple[str, ...], value: Fraction | str) -> None:
        if key in facts:
            raise ValueError(key)
        facts[key] = value

    kind: dict[str, str] = {}
    section, whole = "", "no"
    for line in text.partition("\nENDATA")[0].splitlines():
        words = line.split()
        if not words or line[0] == "*":
            continue
        if not line[0].isspace():
            section, *words = words
        if section == "OBJSENSE" and words:
            put(("sense",), words[0][:3])
        elif section == "ROWS" and words:
            kind[words[1]] = words[0]
            put(("row", words[1]), words[0])
        elif section == "COLUMNS" and words:
            if words[1] == "'MARKER'":
                whole = "yes" if words[2] == "'INTORG'" else "no"
                continue
            facts["whole", words[0]] = whole
            for row, number in zip(words[1::2], words[2::2], strict=True):
                put(("entry", row, words[0]), exact(number))
        elif section in ("RHS", "RANGES"):
            words = words[len(words) % 2 :]
            for row, number in zip(words[::2], words[1::2], strict=True):
                put((section, row), exact(number))
        elif section == "BOUNDS" and words:
            put(*bound(words))
    for key in facts:
        if key[0] in ("entry", "RHS", "RANGES") and key[1] not in kind:
            raise ValueError(key)
    return facts


def bound(words: list[str]) -> tuple[tuple[str, str], Fraction | str]:
    free = words[0] in ("FR", "MI", "PL", "BV")
    column = words[2] if len(words) > 3 or (free and len(words) > 2) else words[1]
    return (words[0], column), "" if free else exact(words[-1])


def exact(word: str) -> Fraction:
    return Fraction(word.lower().replace("d", "e"))


def check(program, text: str) -> None:
    """The program must be the one that the text says, by the reading above."""
    facts = said(text)
    kinds = {key[1]: value for key, value in facts.items() if key[0] == "row"}
    objective = next((name for name, kind in kinds.items() if kind == "N"), None)
    rows = [name for name, kind in kinds.items() if kind != "N"]
    columns = list(dict.fromkeys(key[1] for key in facts if key[0] == "whole"))
    assert program.shape == (len(rows), len(columns))
    entries = {key[1:]: value for key, value in facts.items() if key[0] == "entry" and value != 0}
    dense = program.matrix.to_scipy().toarray()
    sign = -1 if facts.get(("sense",)) == "MAX" else 1
    assert program.matrix.entries == sum(row in rows for row, _ in entries)
    for (row, column), value in entries.items():
        j = columns.index(column)
        if row in rows:
            assert dense[rows.index(row), j] == float(value)
        elif row == objective:
            assert program.objectives[-1].costs[j] == sign * float(value)
    constant = -facts.get(("RHS", objective), 0) if objective else 0
    assert program.objectives[-1].constant == sign * float(constant)
    for n, name in enumerate(rows):
        assert (program.row_lower[n], program.row_upper[n]) == sides(facts, kinds[name], name)
    for n, name in enumerate(columns):
        assert (program.lower[n], program.upper[n]) == ends(facts, name), name
        whole = facts["whole", name] == "yes" or any((k, name) in facts for k in ("BV", "LI", "UI"))
        assert (program.integer is not None and bool(program.integer[n])) == whole


def sides(facts, kind, name):
    side, span = float(facts.get(("RHS", name), 0)), facts.get(("RANGES", name))
    reach = INFINITE if span is None else abs(float(span))
    if kind == "E":
        low, high = sorted((side, side + float(span or 0)))
    else:
        low, high = (side - reach, side) if kind == "L" else (side, side + reach)
    return infinite(low), infinite(high)


def ends(facts, name):
    low, high = None, None
    for kind in ("UP", "UI", "FX"):
        high = float(facts[kind, name]) if (kind, name) in facts else high
    for kind in ("LO", "LI", "FX"):
        low = float(facts[kind, name]) if (kind, name) in facts else low
    if ("BV", name) in facts:
        return 0.0, 1.0
    low = -INFINITE if ("FR", name) in facts or ("MI", name) in facts else low
    high = INFINITE if ("FR", name) in facts or ("PL", name) in facts else high
    if low is None and high is None and facts["whole", name] == "yes":
        return 0.0, 1.0
    high = INFINITE if high is None else high
    low = (-INFINITE if high < 0 else 0.0) if low is None else low
    return infinite(low), infinite(high)


def infinite(value):
    return value if abs(value) < 1e20 else float(np.copysign(INFINITE, value))


WORDS = (
    "nan", "-inf", "1e400", "1e-12", "1d2", "0", "-7", "1e25", "RHS", "c", "cost", "x", "r",
    "BOUNDS", "MAX", "'MARKER'", "UP", "MI", "BV", "ROWS", "ENDATA", "$", "*", "é", "\t",
    "\r", "\0",
)  # fmt: skip


def damaged(text: str, random: np.random.Generator) -> str:
    """One or two things spoilt: lines, words or characters."""
    for _ in range(random.integers(1, 3)):
        lines = text.split("\n")
        at, other = random.integers(0, len(lines), 2)
        words = lines[at].split(" ")
        place = random.integers(0, len(words))
        word = WORDS[random.integers(0, len(WORDS))]
        how = random.integers(0, 9)
        if how == 0:
            del lines[at]
        elif how == 1:
            lines.insert(other, lines[at])
        elif how == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif how == 3:
            words[place] = word
        elif how == 4:
            words.insert(place, word)
        elif how == 5:
            del words[place]
        elif how == 6:
            lines = lines[: at + 1]
        elif how == 7 and lines[at]:
            cut = random.integers(0, len(lines[at]))
            words = [lines[at][:cut] + lines[at][cut + 1 :]]
        elif lines[at]:
            cut = random.integers(0, len(lines[at]))
            words = [lines[at][:cut] + chr(random.integers(32, 127)) + lines[at][cut + 1 :]]
        if 3 <= how <= 5 or how >= 7:
            lines[at] = " ".join(words)
        text = "\n".join(lines)
    return text


FREE = [text for name, (text, _) in FILES.items() if "fixed format" not in name] + [
    every_kind.FREE, every_kind.maximised(), START + COLUMNS + END, START + WHOLE + END,
    bounded("UP b x 1", "LO b x 2"), bounded("BV b x", "LI b y 2"),
]  # fmt: skip


@pytest.mark.parametrize("text", range(len(FREE)))
def test_the_sound_texts_are_read_as_they_are(tmp_path, text):
    path = tmp_path / "file.mps"
    path.write_text(FREE[text])
    check(read_mps(path), FREE[text])


@pytest.mark.parametrize("seed", range(6))
def test_damaged_texts_are_refused_or_read_as_what_they_say(tmp_path, seed):
    """350 of each seed; a program that is read is the text's, and nothing but UsageError comes."""
    random = np.random.default_rng(seed)
    path = tmp_path / "file.mps"
    read = refused = 0
    for _ in range(350):
        text = damaged(FREE[random.integers(0, len(FREE))], random)
        path.write_bytes(text.encode())
        try:
            program = read_mps(path)
        except UsageError as error:
            assert str(error).startswith(f"{path}: ")
            refused += 1
        else:
            check(program, text)
            read += 1
    assert read > 20 and refused > 200


def test_damaged_cards_are_refused_or_read(tmp_path):
    text = next(text for name, (text, _) in FILES.items() if "fixed format" in name)
    random = np.random.default_rng(9)
    path = tmp_path / "file.mps"
    for _ in range(350):
        path.write_bytes(damaged(text, random).encode())
        try:
            assert read_mps(path).shape[1] <= 3
        except UsageError as error:
            assert str(error).startswith(f"{path}: ")
