"""Plans as readers want them."""

from allocator.report.text import summary

__all__ = ["summary"]
