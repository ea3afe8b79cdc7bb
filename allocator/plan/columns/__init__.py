"""What each column of a result is, once: its meaning, its unit, and how it is shown.

Read by whatever writes, loads or shows a table: the CSV files of plans and answers and the READMEs
beside them, ``--json``, the workbook, the sweep, the report.
"""

from allocator.plan.columns.answers import ANSWERS
from allocator.plan.columns.futures import BACKTEST, FORECAST, PROJECTED, SWEEP
from allocator.plan.columns.measure import (
    AnswerColumns,
    Columns,
    Measure,
    ResultTable,
    table_of,
    typed,
)
from allocator.plan.columns.plans import COLUMNS, HEDGED, TABLES, WINDOWS, shaped

__all__ = [
    "ANSWERS",
    "BACKTEST",
    "COLUMNS",
    "FORECAST",
    "HEDGED",
    "PROJECTED",
    "SWEEP",
    "TABLES",
    "WINDOWS",
    "AnswerColumns",
    "Columns",
    "Measure",
    "ResultTable",
    "shaped",
    "table_of",
    "typed",
]
