"""A sheet for each answer saved with the plan: switching values, frontiers, the cost of delay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocator.instance.raw import RESULTS
from allocator.report.charts.answers import FRONTIERS, DrawnFrontier
from allocator.report.saved_answers import COLUMNS, SavedAnswers
from allocator.report.workbook.book import HEADING, Book, Extent
from allocator.report.workbook.columns import told

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_DRAWN: Final = {each.table: each for each in FRONTIERS}
_TITLES: Final = {
    "switching": "How far each figure can move before the choice changes",
    **{name: drawn.title for name, drawn in _DRAWN.items()},
    "delay": "The cost of delay",
}
_SIZE: Final = {"width": 720, "height": 340}  # pixels


def write_answers(book: Book, answers: SavedAnswers, base: str) -> None:
    """A table for each answer, in the order of a report; a frontier is drawn beside its own."""
    for name, title in _TITLES.items():
        table = answers.get(name)
        if table is None:
            continue
        columns = {column: said for column, said in COLUMNS[name].items() if column in table}
        sheet = book.sheet(f"{RESULTS} {name.replace('_', ' ')}")
        book.title(sheet, title, f"From {name}.csv of the answers saved with the plan")
        headings = [told(column, said, base) for column, said in columns.items()]
        rows = table[list(columns)].astype(object).to_numpy().tolist()
        block = book.table(sheet, f"plan_{name}", headings, rows)
        if name in _DRAWN:
            _draw(book, sheet, block, _DRAWN[name])


def _draw(book: Book, sheet: Worksheet, block: Extent, frontier: DrawnFrontier) -> None:
    """A native chart under the table, over its cells."""
    across, up = frontier.axes
    chart = book.workbook.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    chart.add_series({"categories": block.range(across), "values": block.range(up)})
    chart.set_title({"name": frontier.title, "name_font": {"size": 12}})
    for axis, column in ((chart.set_x_axis, across), (chart.set_y_axis, up)):
        unit = COLUMNS[frontier.table][column].unit.partition(", prices")[0]
        label = column.replace("_", " ").capitalize()
        axis({"name": f"{label}, {unit}" if unit else label})
    chart.set_legend({"none": True})
    chart.set_size(_SIZE)
    sheet.insert_chart(block.last + HEADING, 0, chart, {"description": frontier.title})
