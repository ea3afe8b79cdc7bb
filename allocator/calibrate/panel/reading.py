"""Reading a file or folder of published tables; every cell that is no number is reported."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from allocator.calibrate.panel import cells
from allocator.calibrate.panel.councils import plain
from allocator.calibrate.panel.forms import AREA, CODE, LEVEL, REGION, YEAR, column, melt, unknown
from allocator.calibrate.panel.panel import COLUMNS, COUNCIL, NATION, Panel
from allocator.calibrate.panel.panel import REGION as REGIONAL
from allocator.errors import InstanceError, UsageError
from allocator.instance.problems import Problem

if TYPE_CHECKING:
    import pandas as pd

_MOST_PROBLEMS: Final = 50  # of one file
_MOST_NAMED: Final = 5  # files, in an error
_LEVELS: Final = {"local authority": COUNCIL, "regional": REGIONAL, "national": NATION}
_NATION: Final = ("england", "national")
_REGIONS: Final = frozenset(
    map(
        plain,
        (
            "North East",
            "North West",
            "Yorkshire and the Humber",
            "East Midlands",
            "West Midlands",
            "East of England",
            "London",
            "Inner London",
            "Outer London",
            "South East",
            "South West",
        ),
    )
)
_FORMS: Final = (
    "it knows the panel or long form of the local authority interactive tool, and the downloads "
    "of children looked after, children in need and Section 251 outturn"
)


def read_panel(path: str | Path) -> Panel:
    """All tables of a CSV file, or of the CSV files of a folder, that have a known form.

    The panel names the others, each with the reason.  Raises UsageError where no file has a known
    form, InstanceError with every cell that is neither a number nor one of the Department's codes.
    """
    import pandas as pd

    path = Path(path)
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    if not path.exists() or not files:
        raise UsageError(f"{path}: there is no such file, or no file in the folder")
    problems: list[Problem] = []
    tables: list[pd.DataFrame] = []
    passed: list[tuple[str, str]] = []
    for file in files:
        rows = no_table(file) or _read(file, problems)
        if isinstance(rows, str):
            passed.append((file.relative_to(path).as_posix() if path.is_dir() else str(file), rows))
        else:
            tables.append(rows)
    if problems:
        raise InstanceError(problems)
    if not tables:
        why = "; ".join(f"{name}: {reason}" for name, reason in passed[:_MOST_NAMED])
        raise UsageError(f"{path}: holds no published table; {_FORMS}.  {why}")
    tables.sort(key=_years_first)
    return replace(_joined(pd.concat(tables, ignore_index=True)), passed_over=tuple(passed))


def no_table(file: Path) -> str:
    """Why a file of a folder is not looked into, by its name alone; "" for one that is."""
    if file.name.startswith("~$"):
        return "is a mark that an office program leaves beside an open file"
    if file.name.startswith("."):
        return "is a hidden file"
    return "" if file.suffix.casefold() == ".csv" else "is no CSV file"


def _years_first(rows: pd.DataFrame) -> int:
    """The tables by characteristics hold totals too, but the plain tables have more years."""
    return -int(rows["year"].nunique())


def _read(file: Path, problems: list[Problem]) -> pd.DataFrame | str:
    """Tidy rows of one file, or why it has none."""
    import pandas as pd

    try:
        frame = pd.read_csv(
            io.StringIO(_decoded(file)), dtype=str, keep_default_na=False, skipinitialspace=True
        )
    except pd.errors.EmptyDataError:
        return "is empty"
    except pd.errors.ParserError as error:
        return _no_csv(file, str(error).strip().rpartition("error: ")[2], problems)
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes the first for row names
        return _no_csv(file, "row 2 has more cells than there are headings", problems)
    frame.columns = frame.columns.str.strip().str.casefold()
    melted = melt(frame)
    if melted is None:
        return unknown(frame)
    if melted.empty:
        return "no row has a measure that is known" if len(frame) else "has no rows"
    places = _places(frame, file, problems)
    rows = melted.join(places, on="row")
    values, why, wrong = cells.numbers(rows["text"])
    bad = rows[wrong & (rows["level"] != "")].head(_MOST_PROBLEMS)
    for row, name, text in zip(bad["row"], bad["column"], bad["text"], strict=True):
        problems.append(
            Problem(
                file.name,
                int(row) + 2,
                str(name),
                str(text),
                "is neither a number nor a code of the Department's",
                "write a number, or leave the cell blank",
            )
        )
    rows = rows.assign(value=values, why=why, file=file.name)
    return rows.loc[rows["level"] != "", [*COLUMNS, "name", "region"]]


def _no_csv(file: Path, why: str, problems: list[Problem]) -> str:
    fault, remedy = f"is not valid CSV: {why}", "download it again, or take it out of the folder"
    problems.append(Problem(file.name, None, "", "", fault, remedy))
    return fault


def _decoded(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _places(frame: pd.DataFrame, file: Path, problems: list[Problem]) -> pd.DataFrame:
    """Code, name, region, level and year of each row; a level of "" for a row that has none."""
    import pandas as pd

    def text(names: tuple[str, ...]) -> pd.Series:
        name = column(frame, names)
        return frame[name].str.strip() if name else pd.Series("", index=frame.index)

    at = column(frame, YEAR) or ""
    years = {each: cells.year(each) for each in frame[at].unique()}
    for row in frame.index[frame[at].map(years).isna()][:_MOST_PROBLEMS]:
        problems.append(
            Problem(
                file.name,
                int(row) + 2,
                at,
                str(frame.at[row, at]),
                "is not a year",
                "write 202425, 2024-25 or 2025",
            )
        )
    name, region = text(AREA), text(REGION)
    level = text(LEVEL).str.casefold().map(_LEVELS).fillna("")
    compared = name.map({each: plain(each) for each in name.unique()})
    guessed = compared.map(
        lambda each: NATION if each in _NATION else REGIONAL if each in _REGIONS else COUNCIL
    )
    level = level.where(level != "", guessed.where(compared != "", ""))
    name = name.where((level != REGIONAL) | (name != ""), region)
    name = name.where(level != NATION, "England")
    number = text(CODE).str.removesuffix(".0")
    code = number.where(level == COUNCIL, level + ":" + name.map(plain))
    usable = (name != "") & frame[at].map(years).notna()
    return pd.DataFrame(
        {
            "code": code,
            "name": name,
            "region": region.where(level == COUNCIL, ""),
            "level": level.where(usable, ""),
            "year": frame[at].map(years).fillna(0).astype(int),
        }
    )


def _joined(rows: pd.DataFrame) -> Panel:
    """One panel; a council without a number takes that of the same name elsewhere."""
    numbered = rows[rows["code"] != ""].drop_duplicates(["code", "name"])
    by_name = {
        plain(name): code for code, name in zip(numbered["code"], numbered["name"], strict=True)
    }
    bare = rows["code"] == ""
    named = {
        name: by_name.get(plain(name), plain(name)) for name in rows.loc[bare, "name"].unique()
    }
    rows = rows.assign(code=rows["code"].where(~bare, rows["name"].map(named)))
    names: dict[str, str] = {}
    aliases: dict[str, set[str]] = defaultdict(set)
    pairs = rows.drop_duplicates(["code", "name"])
    for code, name in zip(pairs["code"], pairs["name"], strict=True):
        names.setdefault(code, name)
        aliases[code].add(name)
    placed = rows[rows["region"] != ""].drop_duplicates("code")
    regions = dict(zip(placed["code"], placed["region"], strict=True))
    return Panel(
        rows[list(COLUMNS)], names, regions, {code: frozenset(a) for code, a in aliases.items()}
    )
