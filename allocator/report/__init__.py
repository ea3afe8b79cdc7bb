"""Plans as readers want them."""

from allocator.report.pages.summary import summary

__all__ = ["summary"]
