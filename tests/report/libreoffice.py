"""LibreOffice without a window: workbooks recalculated by it, and printed."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.presence import need

# Formulas are worked out anew when a file is opened, whatever values it came with.
_SETTINGS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def without_values(source: Path, path: Path) -> Path:
    """A copy whose formulas have no values, so that what is read later was worked out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            new.writestr(name, data)
    return path


def converted(paths: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """Files opened and saved as another kind, in a profile of their own."""
    program = need("soffice", "libreoffice")
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(_SETTINGS, encoding="utf-8")
    out = folder / kind
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
    run = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=False)
    made = [out / f"{path.stem}.{kind}" for path in paths]
    assert all(path.is_file() for path in made), run.stderr + run.stdout
    return made
