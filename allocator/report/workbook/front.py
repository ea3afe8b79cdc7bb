"""The first sheet: what was asked, what was found, the figures, and what they rest on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from allocator import __version__
from allocator.instance.raw import RESULTS, SETTINGS_SHEET
from allocator.plan.plan import Plan
from allocator.report.pages.headline import answer_paragraphs, author_asked, question
from allocator.report.workbook.book import LINE, Book, Formula
from allocator.report.workbook.checks import VERDICT
from allocator.report.workbook.facts import Fact
from allocator.wording import counted, scientific

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FRONT: Final = RESULTS
_WIDTHS: Final = (38, 20, 82)
_LINE: Final = 140  # characters of the widths together, in the face of the sheet

# Sheets that are not tables, and what they are.
_SHEETS: Final = {
    f"{RESULTS} charts": "pictures of the plan, to edit and paste",
    f"{RESULTS} by year": "children and money by year, all areas together, as formulas",
    f"{RESULTS} levels": "cases per year of each service",
    f"{RESULTS} areas": "area by area",
    f"{RESULTS} checks": "every total worked out again and laid beside the plan's own",
    f"{RESULTS} guide": "what each column means",
    SETTINGS_SHEET: "with the sheets after it: what was put in. Change it, save, and run "
    "`allocator solve` on this file",
}


def write_front(
    book: Book, sheet: Worksheet, plan: Plan, facts: Sequence[Fact], checks: int
) -> None:
    """Fill the first sheet, and name its figures ``plan_<key>``."""
    book.put(
        sheet,
        0,
        0,
        " ".join(plan.instance.title.split()) or plan.instance.name,
        bold=True,
        font_size=16,
    )
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 2 * LINE)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    row = 1
    asked = author_asked(plan.instance), question(plan.instance, plan.formulation)
    first, *others = answer_paragraphs(plan)
    for text in filter(None, (*asked, f"Answer: {first}", *others)):
        sheet.merge_range(row, 0, row, 2, "", book.style(text_wrap=True))
        book.put(sheet, row, 0, text, text_wrap=True)
        sheet.set_row(row, LINE * len(textwrap.wrap(text, _LINE)) + 4)
        row += 1
    row = _facts(book, sheet, facts, row + 1)
    row = _grounds(book, sheet, plan, checks, row + 1)
    _sheets(book, sheet, row + 1)


def _heading(book: Book, sheet: Worksheet, row: int, text: str) -> int:
    for column in range(len(_WIDTHS)):
        sheet.write_blank(row, column, None, book.style(bottom=1))
    book.put(sheet, row, 0, text, bold=True, bottom=1)
    return row + 1


def _facts(book: Book, sheet: Worksheet, facts: Sequence[Fact], row: int) -> int:
    row = _heading(book, sheet, row, "Key figures, each named plan_…")
    for row, fact in enumerate(facts, row):  # noqa: B020
        book.put(sheet, row, 0, fact.label)
        book.put(sheet, row, 1, fact.value, num_format=fact.shape, align="right")
        book.put(sheet, row, 2, fact.meaning, align="left", indent=1)
        book.workbook.define_name(f"plan_{fact.key}", f"='{FRONT}'!$B${row + 1}")
    return row + 1


def _grounds(book: Book, sheet: Worksheet, plan: Plan, checks: int, row: int) -> int:
    """Proof, audit, versions, and the instance's hash."""
    row = _heading(book, sheet, row, "What the figures rest on")
    lines: list[tuple[str, object]] = [
        ("Price base", f"{plan.instance.price_base}; undiscounted unless it says present value"),
    ]
    if plan.certificate is not None:
        proved = "proved optimal" if plan.certificate.passed else "FAILED"
        lines.append(
            ("Certificate", f"{proved}, gap {scientific(plan.certificate.gap)} (relative)")
        )
    if plan.audit is not None:
        passed = "passed" if plan.audit.passed else "FAILED"
        worst = scientific(plan.audit.worst.relative)
        rules = counted(len(plan.audit.findings), "rule")
        lines.append(("Audit", f"{passed}: {rules}, worst violation {worst} (relative)"))
    if checks:
        lines.append(("Checks of this workbook", Formula("=plan_verdict", VERDICT.format(checks))))
    lines += [
        ("Solved by", f"{plan.solver}, formulation {plan.formulation}, allocator {__version__}"),
        ("Instance", f"{plan.instance.name}, hash {plan.instance.hash}"),
        ("If the inputs change", "these results are of the inputs with that hash: solve again"),
    ]
    for row, (name, text) in enumerate(lines, row):  # noqa: B020
        book.put(sheet, row, 0, name)
        book.put(sheet, row, 1, text)
    return row + 1


def _sheets(book: Book, sheet: Worksheet, row: int) -> None:
    """Links to the other sheets."""
    row = _heading(book, sheet, row, "Sheets")
    link = book.style(font_color="#0563C1", underline=1)
    for each in book.workbook.worksheets():
        name = each.get_name()
        if name in _SHEETS:
            sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
            book.put(sheet, row, 1, _SHEETS[name])
            row += 1
    book.put(sheet, row, 0, "The other sheets are the plan's tables, then the instance's.")
