"""The example notebook, run from its first cell to its last, and how it is kept."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FILE = Path(__file__).parents[2] / "docs" / "notebook.ipynb"
KEPT = nbformat.read(FILE, as_version=4)
CODE = [cell for cell in KEPT.cells if cell.cell_type == "code"]


def test_it_is_kept_without_outputs():
    nbformat.validate(KEPT)
    assert [cell.source for cell in CODE if cell.outputs or cell.execution_count] == []
    assert set(KEPT.metadata) == {"kernelspec", "language_info"}


def test_its_links_lead_somewhere():
    text = "\n".join(cell.source for cell in KEPT.cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    assert all((FILE.parent / link).is_file() for link in links)


@pytest.fixture(scope="module")
def run(by_years: Path) -> dict[str, dict[str, str]]:
    """What each code cell shows at its end, by its source: text by media type.  By years."""
    book = nbformat.read(FILE, as_version=4)
    place = by_years.parent / FILE.parent.name
    place.mkdir(exist_ok=True)
    resources = {"metadata": {"path": str(place)}}
    NotebookClient(
        book, timeout=3600, startup_timeout=3600, kernel_name="python3", resources=resources
    ).execute()
    shown = {}
    for cell in book.cells:
        if cell.cell_type == "code":
            assert not [o for o in cell.outputs if o.output_type == "stream"], cell.outputs
            data = [dict(o.data) for o in cell.outputs if "data" in o]
            shown[cell.source] = data[-1] if data else {}
    return shown


def test_a_plan_shows_a_table_and_a_chart(run):
    plans = [shown for source, shown in run.items() if source.splitlines()[-1] in ("plan", "other")]
    assert len(plans) == 2
    for shown in plans:
        assert shown["text/html"].count("<tr>") == 11
        assert re.search(
            r'<img alt="Children in care\. [^"]*Plan: from \d+ to \d+\.', shown["text/html"]
        )
        assert shown["text/plain"].startswith("Reading")


def test_the_sweep_and_the_chart_have_something_to_show(run):
    table = next(shown for source, shown in run.items() if "sweep.run" in source)["text/plain"]
    assert len(re.findall(r"\boptimal\b", table)) >= 3
    assert any("image/png" in shown for source, shown in run.items() if ".plot(" in source)
