"""A hedge as a workbook: what to settle, each future by year, the instance to hedge again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.files import place_file
from allocator.instance.raw import RESULTS
from allocator.instance.sheets import IN_MEMORY
from allocator.report.charts.futures import future_charts
from allocator.report.figures import Figures
from allocator.report.pages.hedge import answered
from allocator.report.pages.hedge_items import (
    benefits_figures,
    futures_figures,
    settled_figures,
    windows_figures,
    worth_figures,
)
from allocator.report.saved_hedge import SavedHedge
from allocator.report.workbook.book import COUNT, TEXT, WHOLE, Book, Heading
from allocator.report.workbook.inputs import write_inputs
from allocator.report.workbook.several import draw_chart, write_years
from allocator.report.workbook.stress import write_stress


def write_hedge_workbook(saved: SavedHedge, path: Path, *, force: bool = False) -> None:
    """Write the workbook of a hedge; UsageError where one is there already without ``force``."""
    place_file(path, partial(_write, saved), force=force)


def _write(saved: SavedHedge, file: Path) -> None:
    import xlsxwriter

    from allocator.report.workbook.charts import Drawing, stress_charts

    hedge = saved.hedge
    options = {**IN_MEMORY, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(file), options) as workbook:
        book = Book(workbook, saved.title)
        settled = settled_figures(hedge)
        for name, figures in zip(("settle", "staff"), settled, strict=False):
            _sheet(book, name, figures, answered(hedge))
        _sheet(book, "futures", futures_figures(hedge), answered(hedge))
        _sheet(book, "worth", worth_figures(hedge), answered(hedge))
        for figures in benefits_figures(hedge):
            _sheet(book, "benefits", figures, answered(hedge))
        _sheet(book, "windows", windows_figures(hedge), "the same in every future")
        drawing = Drawing(book, book.sheet(f"{RESULTS} charts"))
        for chart in future_charts(hedge):
            draw_chart(drawing, chart, write_years(book, chart))
        if (fared := write_stress(book, saved.answers)) is not None:
            stress_charts(drawing, fared)
        for name, table in hedge.tables.items():
            _table(book, name, table)
        write_inputs(book, hedge.instance)


def _sheet(book: Book, name: str, figures: Figures, note: str) -> None:
    """A table of words on a sheet of its own."""
    sheet = book.sheet(f"{RESULTS} {name}")
    book.title(sheet, figures.caption, note)
    told = [Heading(f"column_{n}", each.heading) for n, each in enumerate(figures.columns, 1)]
    book.table(sheet, name, told, figures.shown(), filtered=False)


def _table(book: Book, name: str, table: pd.DataFrame) -> None:
    """A table of the hedge, number by number."""
    sheet = book.sheet(f"{RESULTS} {name} by year")
    book.title(sheet, name.capitalize(), f"{name}.csv, as it was saved")
    told = [
        Heading(column, column.replace("_", " ").capitalize(), shape=_shape(table[column], column))
        for column in table.columns
    ]
    book.table(sheet, f"{name}_by_year", told, table.to_numpy().tolist(), keys=2)


def _shape(values: pd.Series[Any], column: str) -> str:
    if column == "year":
        return WHOLE
    return COUNT if values.dtype.kind == "f" else TEXT
