"""Sphinx's settings: `make site` builds these pages into build/site, without a network.

The pages of the API are written into docs/reference/ from the packages that there are, the
picture of the architecture from their imports; neither is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE))

import api  # noqa: E402  (beside this file)
import architecture  # noqa: E402

from allocator import __version__  # noqa: E402

project = "Allocator"
author = "The Allocator contributors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml"]
exclude_patterns = ["notebook.ipynb"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3
suppress_warnings = [
    "myst.xref_missing",  # links out of docs/: a test follows them
    "ref.python",  # a class name that two packages have: the link leads to one of them
]
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "alabaster"
html_theme_options = {"description": "The cheapest path to a target", "fixed_sidebar": True}
html_math_renderer = "mathml"
html_show_sphinx = False


def setup(app: Any) -> None:
    """Write what is made from the code before the pages are read."""
    api.write(HERE / "reference")
    architecture.write(HERE / "architecture.svg")
