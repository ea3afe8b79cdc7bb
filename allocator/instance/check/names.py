"""Names: every reference means something, and every row has a key of its own."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.cells import CellError, check_bounds, shown
from allocator.instance.check.candidate import DEFINED, Candidate, Check, at, key_of, unread_in
from allocator.instance.columns import Column
from allocator.instance.instance import Row
from allocator.instance.problems import Problem, did_you_mean
from allocator.instance.schema import FUTURES, RESERVED, TABLES


def something_to_plan(candidate: Candidate) -> Iterator[Problem]:
    """An instance has states, a fund and a budget."""
    remedies = {
        "states": "list the groups of children",
        "funds": "list the sources of money",
        "budgets": "give each fund its money by year",
    }
    for table, remedy in remedies.items():
        if not candidate.instance.tables[table] and table not in candidate.unread:
            yield candidate.whole(table, "has no rows", remedy)


def required_cells(candidate: Candidate) -> Iterator[Problem]:
    """A cell without a default is filled in."""
    for table, rows in candidate.instance.tables.items():
        required = [column for column in TABLES[table].columns if column.required]
        for row in rows:
            for column in required:
                if column.name not in row.values and column.name not in unread_in(row):
                    yield at(
                        row,
                        column.name,
                        "is blank, and has no default",
                        f"fill it in: {column.meaning}",
                    )


def cells_in_bounds(candidate: Candidate) -> Iterator[Problem]:
    """A number lies within its column's bounds, wherever the row came from."""
    for table, rows in candidate.instance.tables.items():
        bounded = {c.name: c for c in TABLES[table].columns if (c.low, c.high) != (None, None)}
        for row in rows:
            for name in filter(bounded.__contains__, row.values):
                try:
                    check_bounds(bounded[name], row.values[name])
                except CellError as error:
                    yield at(row, name, error.rule, error.remedy)


def reserved_words(candidate: Candidate) -> Iterator[Problem]:
    """Nothing that has a name takes a word that means something else."""
    for table, column in DEFINED:
        for row in candidate.instance.tables[table]:
            if row[column] in RESERVED:
                yield at(row, column, "is a word with a meaning of its own", "choose another name")


def items_apart(candidate: Candidate) -> Iterator[Problem]:
    """A state, a service and a role never share a name: prices and limits mean one of them."""
    for table, kind, others in (
        ("services", "service", ("state",)),
        ("roles", "role", ("state", "service")),
    ):
        for row in candidate.instance.tables[table]:
            for other in others:
                if row[kind] in candidate.names[other]:
                    yield at(row, kind, f"is the name of a {other} too", "rename one of the two")


def areas_are_listed(candidate: Candidate) -> Iterator[Problem]:
    """Where rows name areas, an areas table lists them."""
    if candidate.instance.has_areas or "areas" in candidate.unread:
        return
    for table, rows in candidate.instance.tables.items():
        naming = [
            row for row in rows if row["area"] is not None and table not in {"areas", *FUTURES}
        ]
        if naming:
            yield at(
                naming[0],
                "area",
                "names an area, but the instance has no areas table",
                "add an areas table that lists every area, or leave the area blank",
            )


def known_names(candidate: Candidate) -> Iterator[Problem]:
    """A reference names something that the instance has."""
    for table, rows in candidate.instance.tables.items():
        columns = [c for c in TABLES[table].columns if c.refers]
        if not candidate.instance.has_areas:  # another check says so, once a table
            columns = [c for c in columns if c.name != "area"]
        for column in columns:
            if candidate.is_open(column):
                continue
            allowed = candidate.allowed(column)
            for row in rows:
                if row[column.name] is not None and row[column.name] not in allowed:
                    yield at(
                        row,
                        column.name,
                        f"is not {_kinds(column)} of this instance",
                        did_you_mean(row[column.name], allowed),
                    )


def _kinds(column: Column) -> str:
    article = {
        "exit": "`exit`",
        "all": "`all`",
        "total": "`total`",
        "area": "an area",
        "outside": "`outside`",
    }
    named = [article.get(kind, f"a {kind}") for kind in column.refers]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


def known_in_the_area(candidate: Candidate) -> Iterator[Problem]:
    """A row of one area names only states, services and funds that the area has."""
    if candidate.unread:
        return
    here = {
        kind: {(area, row[kind]) for row, areas in candidate.in_force(table) for area in areas}
        for table, kind in DEFINED
        if table != "areas"
    }
    for table in TABLES:
        columns = [c for c in TABLES[table].columns if c.refers and c.name != "area"]
        for row in candidate.rows(table) if table != "areas" else ():
            for column in columns if row["area"] is not None else ():
                kinds = [
                    k for k in here if k in column.refers and row[column.name] in candidate.names[k]
                ]
                if kinds and all((row["area"], row[column.name]) not in here[k] for k in kinds):
                    yield at(
                        row,
                        column.name,
                        f"is not a {kinds[0]} that {row['area']} has",
                        f"add a row to {kinds[0]}s for {row['area']}, or remove this one",
                    )


def one_row_per_key(candidate: Candidate) -> Iterator[Problem]:
    """No two rows of a table have the same key, defaults counted."""
    for table, rows in candidate.instance.tables.items():
        key = TABLES[table].key
        if not key:  # rows that may repeat, since they apply in their order
            continue
        first: dict[tuple[object, ...], Row] = {}
        for row in rows:
            if unread_in(row).intersection(key) or not _has_key(row):
                continue
            other = first.setdefault(key_of(candidate.instance, row), row)
            if other is not row:
                where = "" if other.file == row.file else f" of {other.file}"
                yield at(
                    row,
                    _telling_column(row),
                    f"makes the same key ({_spelt(candidate, row)}) as row {other.number}{where}",
                    f"keep one of rows {other.number} and {row.number}, or tell them apart",
                )


def _has_key(row: Row) -> bool:
    return all(row[name] is not None for name in TABLES[row.table].needed)


def _telling_column(row: Row) -> str:
    return next(name for name in TABLES[row.table].key if name != "area" or row.table == "areas")


def _spelt(candidate: Candidate, row: Row) -> str:
    cells = zip(TABLES[row.table].key, key_of(candidate.instance, row), strict=True)
    return ", ".join(f"{name} {shown(value)}" for name, value in cells if value is not None)


CHECKS: tuple[Check, ...] = (
    something_to_plan,
    required_cells,
    cells_in_bounds,
    reserved_words,
    items_apart,
    areas_are_listed,
    known_names,
    known_in_the_area,
    one_row_per_key,
)
