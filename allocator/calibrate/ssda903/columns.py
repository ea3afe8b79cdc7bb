"""Reading the columns of a return in pieces, as small arrays of numbers.

No text of a child's row outlives the piece that it is read in: an identifier becomes a 64-bit
hash, a date a number of days, a code its position in the code set.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.calibrate.ssda903.returns import encoding_of, headings, plain
from allocator.errors import UsageError

PIECE: Final = 150_000  # rows read at once


def pieces(
    path: Path, columns: Sequence[str], left_out: list[int]
) -> Iterator[tuple[pd.DataFrame, NDArray[np.int_]]]:
    """The columns of a file, so many rows at a time, and the row of each in the file.

    Every column is categorical but the identifiers.  Rows with
    more cells than headings are left out, and their numbers added to ``left_out``; blank rows
    have nothing in any column.  The heading is row 1.
    """
    heads = [plain(name) for name in headings(path)]
    names = [name if name in columns else f"{n} {name}" for n, name in enumerate(heads)]
    skipped = _too_long(path, len(heads))
    left_out += skipped
    start = 0
    for frame in _frames(path, names, columns, skipped):
        rows = np.arange(start + 2, start + 2 + len(frame))
        for row in skipped:
            rows[rows >= row] += 1
        start += len(frame)
        yield frame, rows


def _frames(
    path: Path, names: list[str], columns: Sequence[str], skipped: list[int]
) -> Iterator[pd.DataFrame]:
    """The file in pieces; UsageError where it is no CSV file."""
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        try:
            with pd.read_csv(
                file,
                header=0,
                names=names,
                usecols=[name for name in names if name in columns],
                index_col=False,
                chunksize=PIECE,
                keep_default_na=False,
                na_values=[""],
                dtype={name: object if name == "CHILD" else "category" for name in columns},
                skip_blank_lines=False,
                skiprows=[row - 1 for row in skipped],
            ) as reader:
                yield from reader
        except pd.errors.ParserError as error:
            fault = str(error).strip().rpartition("error: ")[2]
            raise UsageError(
                f"{path.parent.name}/{path.name}: is not valid CSV: {fault}; export the return anew"
            ) from error


def _too_long(path: Path, width: int) -> list[int]:
    """Rows with something in more cells than there are headings: a comma too many, it may be."""
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        return [
            row
            for row, line in enumerate(file, start=1)
            if line.count(",") >= width
            and line.count('"') % 2 == 0
            and any(cell.strip() for cell in next(csv.reader([line]))[width:])
        ]


def mapped(
    column: pd.Series, to_number: Callable[[str], int], missing: int, kind: type[np.integer]
) -> NDArray[np.integer]:
    """A categorical column as numbers: each different text is turned into one once."""
    texts = [str(text).strip() for text in column.cat.categories.tolist()]
    table = [to_number(text) if text else missing for text in texts]
    numbers: NDArray[np.integer] = np.array([*table, missing], kind)[column.cat.codes.to_numpy()]
    return numbers


def _identifier(text: str) -> str:
    """An identifier without the spaces and the ``.0`` that spreadsheets add."""
    plain = text.strip()
    number = plain.removesuffix(".0")
    return number if number.isdecimal() else plain


def hashed(column: pd.Series) -> NDArray[np.uint64]:
    """A 64-bit hash of each identifier, the same in all files; 0 for a blank cell."""
    texts = np.array(
        [_identifier(text) if isinstance(text, str) else "" for text in column.to_numpy(object)],
        object,
    )
    hashes: NDArray[np.uint64] = pd.util.hash_array(texts, categorize=False) | np.uint64(1)
    hashes[texts == ""] = 0
    return hashes


def positions(codes: Sequence[str]) -> Callable[[str], int]:
    """A function that gives the position of a code in its set, one past the last if unknown."""
    known = {code: n for n, code in enumerate(codes)}
    return lambda text: known.get(text.upper(), len(known))
