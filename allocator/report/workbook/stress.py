"""The sheet of a stress test that was saved with the plan."""

from __future__ import annotations

from typing import Final

from allocator.instance.instance import financial_year
from allocator.instance.raw import RESULTS
from allocator.report.charts.stress import CHANCES, LINES, SHOWN
from allocator.report.saved_answers import SavedAnswers
from allocator.report.workbook.book import COUNT, MONEY, RATIO, TEXT, Book, Extent, Heading

SHEET: Final = f"{RESULTS} stress"
UNITS: Final = {"children_in_care": ("children", COUNT)}  # of what is no money


def write_stress(book: Book, answers: SavedAnswers) -> Extent | None:
    """A row for each year: the plan, bands of the draws, chances; None where there is no answer."""
    bands, chances = answers.get("bands"), answers.get("chances")
    if bands is None or chances is None:
        return None
    sheet = book.sheet(SHEET)
    note = "With the plan's levels held in draws of what is uncertain; each line by itself"
    book.title(sheet, "If the numbers turn out otherwise", note)
    shown = [(quantity, line) for quantity in SHOWN for line in LINES]
    values = {(row["quantity"], row["year"]): row for row in bands.to_dict("records")}
    rows = [
        [
            financial_year(int(row["year"])),
            *(values.get((quantity, row["year"]), {}).get(line) for quantity, line in shown),
            *(row[name] for name in CHANCES),
        ]
        for row in chances.sort_values("year").to_dict("records")
    ]
    headings = [
        Heading("year", "Year", shape=TEXT),
        *(_heading(quantity, line) for quantity, line in shown),
        *(
            Heading(name, label, "share of the draws", RATIO)
            for name, (label, _) in CHANCES.items()
        ),
    ]
    return book.table(sheet, "plan_stress", headings, rows)


def _heading(quantity: str, line: str) -> Heading:
    unit, shape = UNITS.get(quantity, ("£", MONEY))
    return Heading(f"{quantity}_{line}", f"{SHOWN[quantity][0]}: {LINES[line][0]}", unit, shape)
