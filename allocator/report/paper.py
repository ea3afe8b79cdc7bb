"""A committee paper in Word, which a council can edit: native tables, described pictures."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from allocator.files import place_file
from allocator.report.charts.pictures import picture
from allocator.report.charts.shapes import Chart
from allocator.report.figures import Figures
from allocator.report.pages.hedge_items import hedge_paper
from allocator.report.pages.paper import PaperHeading, PaperItem, PaperLine, paper, subtitle
from allocator.report.saved_hedge import SavedHedge
from allocator.report.saved_plan import SavedPlan

if TYPE_CHECKING:
    from docx.document import Document as Paper
    from docx.table import Table

WIDTH: Final = 17.0  # cm of text on A4
_MARGIN: Final = 2.0
_PROMPT: Final = RGBColor(0x6B, 0x3F, 0x00)
_PADDING, _LETTER = 0.45, 0.18  # cm of a cell's sides, and of a letter
_WORD, _LONGEST = 18, 34  # letters of a word, and of a text, that a column is made for
_TOGETHER: Final = 14  # rows of a table that stands on one page
_TEXT: Final = frozenset({"text"})


def write_paper(saved: SavedPlan | SavedHedge, file: Path, *, force: bool = False) -> None:
    """Write the paper of a plan, whole or not at all.

    Raises UsageError where a file is there already without ``force``.
    """
    place_file(file, partial(_save, document(saved)), force=force)


def _save(made: Paper, file: Path) -> None:
    made.save(str(file))


def document(saved: SavedPlan | SavedHedge) -> Paper:
    """The paper of a plan."""
    made = Document()
    _dress(made, saved.title)
    made.add_heading(saved.title, level=0)
    if isinstance(saved, SavedHedge):
        instance, items = saved.hedge.instance, hedge_paper(saved)
    else:
        instance, items = saved.plan.instance, paper(saved)
    _line(made, PaperLine(subtitle(instance), prompt=True))
    for item in items:
        _put(made, item)
    return made


def _dress(made: Paper, title: str) -> None:
    """A4, narrow margins, a plain face; the title where readers of files look for it."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(_MARGIN)
    section.top_margin = section.bottom_margin = Cm(_MARGIN)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    normal.paragraph_format.space_after = Pt(5)
    made.core_properties.title = title
    made.core_properties.author = ""
    made.core_properties.language = "en-GB"


def _put(made: Paper, item: PaperItem) -> None:
    if isinstance(item, PaperHeading):
        made.add_heading(item.text, level=1)
    elif isinstance(item, PaperLine):
        _line(made, item)
    elif isinstance(item, Figures):
        _table(made, item)
    else:
        _picture(made, item)


def _line(made: Paper, line: PaperLine) -> None:
    paragraph = made.add_paragraph(style="List Bullet" if line.bullet else None)
    run = paragraph.add_run(line.text)
    if line.prompt:
        run.italic, run.font.color.rgb = True, _PROMPT


def _caption(made: Paper, text: str, *, above: bool) -> None:
    paragraph = made.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(9.5)
    paragraph.paragraph_format.keep_with_next = above
    paragraph.paragraph_format.space_after = Pt(2)


def _table(made: Paper, figures: Figures) -> None:
    """A native table: numbers flush right, the heading repeated on every page."""
    _caption(made, figures.caption, above=True)
    table = made.add_table(rows=1, cols=len(figures.columns), style="Table Grid")
    for cell, column in zip(table.rows[0].cells, figures.columns, strict=True):
        _cell(cell, column.heading, right=column.form not in _TEXT, bold=True)
    _repeat(table)
    shown = figures.shown()
    for row in shown:
        for cell, text, column in zip(table.add_row().cells, row, figures.columns, strict=True):
            _cell(cell, text, right=column.form not in _TEXT)
    widths = _widths([[c.heading for c in figures.columns], *shown])
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    short = len(table.rows) <= _TOGETHER
    for n, row in enumerate(table.rows, 1):
        _whole(row)
        if short and n < len(table.rows):
            _with_next(row)
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    made.add_paragraph().paragraph_format.space_after = Pt(2)


def _widths(rows: list[list[str]]) -> list[float]:
    """Cm of each column: its longest word, and of what is left of the page a share by its text."""
    columns = list(zip(*rows, strict=True))
    words = [max(map(len, " ".join(column).split(" ")), default=0) for column in columns]
    least = [_PADDING + _LETTER * min(word, _WORD) for word in words]
    weights = [min(max(map(len, column)), _LONGEST) + 1 for column in columns]
    spare = WIDTH - sum(least)
    if spare < 0:
        return [WIDTH * each / sum(least) for each in least]
    return [a + spare * b / sum(weights) for a, b in zip(least, weights, strict=True)]


def _cell(cell: Any, text: str, *, right: bool, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(8.5), bold


def _repeat(table: Table) -> None:
    """The first row stands again at the top of every page that the table goes on to."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)


def _whole(row: Any) -> None:
    """A row is not torn apart by the end of a page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _with_next(row: Any) -> None:
    """A row stands on the page of the next one."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def _picture(made: Paper, chart: Chart) -> None:
    """The chart with its title above, and in words for who cannot see it."""
    _caption(made, chart.title, above=True)
    stream = io.BytesIO(picture(chart, "png", titled=False))
    shape = made.add_picture(stream, width=Cm(WIDTH * 0.7))
    described = shape._inline.docPr
    described.set("descr", f"{chart.title}. {chart.about}")
    described.set("title", chart.title)
