"""The published tables, however they were downloaded, as one panel: council, year, measure."""

from allocator.calibrate.panel.councils import find_council
from allocator.calibrate.panel.panel import Panel
from allocator.calibrate.panel.reading import read_panel

__all__ = ["Panel", "find_council", "read_panel"]
