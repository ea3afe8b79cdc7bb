"""Plans as readers want them.

``pages`` has every sentence, ``charts`` every chart; ``html``, ``workbook`` and ``paper`` put them
on a page, in sheets and in Word.
"""

from allocator.report.pages.summary import summary

__all__ = ["summary"]
