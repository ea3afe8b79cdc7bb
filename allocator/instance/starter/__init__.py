"""The starter instance: a made-up council whose every cell explains itself.

``template`` is an ordinary instance, with comments in its settings and notes in its rows.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from allocator.files import place_folder
from allocator.instance.reading import read
from allocator.instance.writing import INSTANCE, WORKBOOK, check_place, write

TEMPLATE: Final = Path(__file__).parent / "template"


def write_starter(path: str | Path, *, force: bool = False) -> None:
    """Write the starter instance to a folder, or to a workbook if ``path`` ends in .xlsx.

    Raises UsageError if something is there already, unless ``force`` is true and it is an
    instance.
    """
    path = Path(path)
    check_place(path)
    if path.suffix.lower() == WORKBOOK:
        write(read(TEMPLATE), path, force=force)
    else:
        place_folder(path, _copy_template, kind=INSTANCE, force=force)


def _copy_template(folder: Path) -> None:
    for file in sorted(TEMPLATE.iterdir()):
        shutil.copyfile(file, folder / file.name)
