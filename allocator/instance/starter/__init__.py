"""The starter instance: a made-up council whose every cell explains itself.

``template`` is an ordinary instance, with comments in its settings and notes in its rows.  As a
workbook it has what README.txt says of it in its guide, and a sheet of headings for each table
that README.txt shows commented out.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Final

from allocator.files import place_file, place_folder
from allocator.instance.reading import read
from allocator.instance.writing import INSTANCE, WORKBOOK, check_place

TEMPLATE: Final = Path(__file__).parent / "template"


def write_starter(path: str | Path, *, force: bool = False) -> None:
    """Write the starter instance to a folder, or to a workbook if ``path`` ends in .xlsx.

    Raises UsageError if something is there already, unless ``force`` is true and it is an
    instance.
    """
    path = Path(path)
    check_place(path)
    if path.suffix.lower() == WORKBOOK:
        from allocator.instance.sheets import write_workbook  # only a workbook needs it

        fill = partial(write_workbook, read(TEMPLATE), shows=what_it_shows(), empty=True)
        place_file(path, fill, force=force)
    else:
        place_folder(path, _copy_template, kind=INSTANCE, force=force)


def what_it_shows() -> list[str]:
    """Paragraphs of the part of README.txt that tells what the starter shows."""
    text = (TEMPLATE / "README.txt").read_text(encoding="utf-8")
    _, _, after = text.partition("What it shows\n-------------\n\n")
    told, _, _ = after.partition("\n\nHow to make it yours\n")
    return [" ".join(part.replace("`", "").split()) for part in told.split("\n\n")]


def _copy_template(folder: Path) -> None:
    for file in sorted(TEMPLATE.iterdir()):
        shutil.copyfile(file, folder / file.name)
