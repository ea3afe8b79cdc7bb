"""A report as one page that opens offline in any browser."""

from allocator.report.html.page import page, write_page

__all__ = ["page", "write_page"]
