"""``allocator calibrate``: an instance from data; a file here for each kind of data."""

from __future__ import annotations

from allocator.cli.verbs import Verbs

command = Verbs(
    "calibrate",
    verbs={
        "published": "Make an instance from published tables.",
        "ssda903": "Make an instance from SSDA903 returns.",
    },
    package="allocator.cli.calibrate",
    help="Make an instance from a council's own returns or from the published tables, with rates "
    "estimated from them and what they leave open marked as assumptions.",
    examples=(
        "allocator calibrate published downloads --council Reading --year 2025 --out reading",
        "allocator calibrate ssda903 returns --out my-council",
    ),
)
