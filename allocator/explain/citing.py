"""From a constraint, or a cell, to the rows of the instance it comes from and a council's words.

``growth_limited[derbyshire,conference,4]`` is "the growth limit of family group conferences in
2023-24", from ``services.csv``, row 5.  The vocabulary says both of every family of columns and
rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from allocator.explain.sources import Sources, column_of, is_setting, rows_of
from allocator.instance.cell_changes import cells_meant
from allocator.instance.instance import Instance, Row
from allocator.instance.keys import Key
from allocator.instance.raw import SETTINGS_FILE, SETTINGS_SHEET
from allocator.instance.rows import table_of, target_children
from allocator.instance.schema import ALL, EXIT, OUTSIDE, TABLES, TIERS
from allocator.program.program import Family
from allocator.vocabulary import term
from allocator.wording import TIER_WORDS, listed, number, runs_said, shortened, years_said
from formulations.names import KEYS

LONGEST: Final = 60  # characters of a label
_TIER_WORDS: Final = {**TIER_WORDS, "total": "everything"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the instance: its file (or workbook and sheet), row and column, and what it says.

    ``row`` is None for a setting, whose column is ``section.name``; ``key`` is as ``--set`` names
    it; ``source`` is where the author has the row from.
    """

    file: str
    row: int | None
    column: str
    key: str
    value: Any
    source: str = ""

    def __str__(self) -> str:
        """``budgets.csv, row 7``."""
        return f"{self.file}, {self.column if self.row is None else f'row {self.row}'}"


@dataclass(frozen=True, slots=True)
class Citation:
    """What a constraint is in words, and the cells that say it.

    ``noun`` has a gap for the ``{place}`` and may have one for the ``{years}``; ``areas`` are
    labels, empty where there is but one area or all are meant.
    """

    noun: str
    years: frozenset[int]
    areas: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def words(self) -> str:
        """``the growth limit of Family hubs in Derby in 2022-23``."""
        few = len(self.areas) < 4
        place = f" in {listed(self.areas) if few else f'{len(self.areas)} areas'}"
        return self.noun.format(place=place if self.areas else "", years=years_said(self.years))

    @property
    def where(self) -> str:
        """``budgets.csv, rows 7 and 8; services.csv, row 3``."""
        files: dict[str, list[Cell]] = {}
        for cell in self.cells:
            files.setdefault(cell.file, []).append(cell)
        return "; ".join(f"{file}, {_rows_said(cells)}" for file, cells in files.items())

    def to_dict(self) -> dict[str, Any]:
        """As ``--json`` shows it."""
        return {
            "words": self.words,
            "cells": [
                {
                    "file": c.file,
                    "row": c.row,
                    "column": c.column,
                    "key": c.key,
                    "value": c.value,
                    "source": c.source,
                }
                for c in self.cells
            ],
        }


def merged(citations: Iterable[Citation]) -> list[Citation]:
    """The same, with those that differ in years, then those that differ in area, made one."""
    joined = _joined(citations, lambda c: (c.noun, c.areas))
    return _joined(joined, lambda c: (c.noun, c.years))


def _joined(citations: Iterable[Citation], alike: Any) -> list[Citation]:
    groups: dict[Any, Citation] = {}
    for each in citations:
        before = groups.get(alike(each))
        groups[alike(each)] = (
            each
            if before is None
            else replace(
                each,
                years=before.years | each.years,
                areas=tuple(dict.fromkeys((*before.areas, *each.areas))),
                cells=tuple(dict.fromkeys((*before.cells, *each.cells))),
            )
        )
    return list(groups.values())


def _rows_said(cells: Sequence[Cell]) -> str:
    rows = {cell.row for cell in cells if cell.row is not None}
    settings = sorted({cell.column for cell in cells if cell.row is None})
    told = f"{'row' if len(rows) == 1 else 'rows'} {runs_said(rows)}" if rows else ""
    return ", ".join(filter(None, (told, *settings)))


class Citer:
    """Cites the constraints, columns and cells of one instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._sources = Sources(instance)
        self._known: dict[tuple[Any, ...], Citation] = {}

    def member(self, family: Family, index: Sequence[Any]) -> Citation:
        """Of a member of a family of rows or columns; KeyError for one of which nothing is said."""
        return self.keyed(family.name, dict(zip(family.keys, index, strict=True)))

    def keyed(self, name: str, keys: Mapping[str, Any]) -> Citation:
        """The same with the index by name; what is no key, or blank, is left out.

        So a row of ``plan.tables["prices"]`` can be given as it is.
        """
        own = {key: keys[key] for key in KEYS if keys.get(key) is not None}
        year = self._year(own)
        own.pop("period", None)
        asked = (name, year, *own.items())
        if asked not in self._known:
            self._known[asked] = self._cited(name, own, year)
        return self._known[asked]

    def _cited(self, name: str, own: Mapping[str, Any], year: int | None) -> Citation:
        """Of a member of a family in a year: its periods are cited alike."""
        said = term(name)
        rows = rows_of(self._sources, said, own, year)
        cells = tuple(self.cell(row, column_of(said, row)) for row in rows)
        if is_setting(said):
            cells = (self.setting(said.source),)
        noun = _escaped(said.noun, self._labels(own, rows))
        if said.table == "budgets" and rows and rows[0].table == "funds":
            noun += ", of which none is listed,"
        years = frozenset() if year is None else frozenset({year})
        return Citation(noun, years, self._areas(own), cells)

    def row(self, row: Row, column: str) -> Citation:
        """Of a cell of a table: ``the unit cost of Family hubs``."""
        keys = {name: row[name] for name in TABLES[row.table].key if row[name] is not None}
        noun = _escaped(_cell_words(row, column), self._labels(keys, (row,)))
        years = frozenset({int(keys["year"])}) if "year" in keys else frozenset[int]()
        area = keys.get("area")
        areas = (self._label("areas", area),) if area and row.table != "areas" else ()
        return Citation(noun, years, areas, (self.cell(row, column),))

    def place(self, text: str) -> list[Citation]:
        """Of the cells or setting that the left side of a ``--set`` or an axis names.

        UsageError if it names nothing, or more than one row without a ``*``.
        """
        rows, column = cells_meant(self.instance, text)
        if rows:
            return [self.row(row, column) for row in rows]
        words = f"the setting {text.strip()}{{place}}"
        return [Citation(words, frozenset(), (), (self.setting(text.strip()),))]

    def cell(self, row: Row, column: str) -> Cell:
        """Where a cell stands and what it says; the default where it is blank."""
        key = f"{row.table}.{Key.of(self.instance, row)}.{column}"
        return Cell(row.file, row.number, column, key, row[column], row["source"] or "")

    def setting(self, name: str) -> Cell:
        """Where a setting, as ``section.name``, stands and what it says."""
        section, _, key = name.partition(".")
        owner: Any = self.instance
        if section == "double_investment":
            owner = self.instance.double_investment
        elif section == "reinvestment":
            key = "reinvestment_share"
        elif section == "wider_benefits":
            key = "benefit_weight"
        elif section == "shortfall":
            owner = self.instance.shortfall
        value = getattr(owner, key, None)
        source = self.instance.remarks.get(f"{section}.source", "")
        return Cell(self._settings_file, None, name, name, value, source)

    @cached_property
    def _settings_file(self) -> str:
        """The workbook's sheet where the instance was read from one."""
        files = (row.file for rows in self.instance.tables.values() for row in rows)
        workbook = next((f.partition(": ")[0] for f in files if ": " in f), "")
        return f"{workbook}: {SETTINGS_SHEET}" if workbook else SETTINGS_FILE

    def _year(self, keys: Mapping[str, Any]) -> int | None:
        """Year of an index; periods before the start belong to the first, later to the last."""
        if "year" in keys:
            return int(keys["year"])
        if "period" not in keys:
            return None
        period = min(max(int(keys["period"]), 1), self.instance.number_of_periods)
        return self.instance.first_year + (period - 1) // self.instance.periods_per_year

    def _areas(self, keys: Mapping[str, Any]) -> tuple[str, ...]:
        area = keys.get("area", keys.get("owner", ALL))
        if not self.instance.has_areas or area == ALL:
            return ()
        return (self._label("areas", area),)

    def _labels(self, keys: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, str]:
        """What fills the gaps of a family's words."""
        labels = {name: str(value) for name, value in keys.items()}
        for name in ("service", "fund", "state", "role", "practice"):
            if name in keys:
                labels[name] = self._label(f"{name}s", keys[name])
        for name in ("from", "to", "instead"):
            if name in keys:
                words = {EXIT: "leaving", OUTSIDE: OUTSIDE}.get(keys[name])
                labels[name] = words or self._label("states", keys[name])
        if "from" in keys and "to" in keys:
            stays = keys["from"] == keys["to"]
            labels["move"] = (
                f"staying in {labels['from']}"
                if stays
                else f"moves from {labels['from']} to {labels['to']}"
            )
        if "tier" in keys:
            labels["tier"] = _TIER_WORDS[keys["tier"]]
        if "item" in keys:
            labels["item"] = self._item(keys["item"])
        if "band" in keys:
            labels["band"] = str(int(keys["band"]) + 1)
        if "fund" in keys:
            labels["budget"] = _money_words(keys["fund"], labels["fund"])
        if rows and rows[0].table == "targets":
            labels["children"] = number(target_children(self.instance, rows[0]))
        return labels

    def _item(self, name: str) -> str:
        if name in TIERS or name in _TIER_WORDS:
            return _TIER_WORDS[name]
        return self._label(table_of(self.instance, name), name)

    def _label(self, table: str, name: str) -> str:
        return shortened(self.instance.label(table, name), LONGEST)


def _money_words(fund: str, label: str) -> str:
    """``core budget``; a label that says what it is stands as it is."""
    if label == fund:
        return f"{fund} budget"
    says = label.lower().endswith(("budget", "fund", "grant", "money"))
    return label if says else f"budget of {label}"


# Cells that have words of their own; any other is "the <column> of <what the row is about>".
_CELLS: Final[Mapping[tuple[str, str], str]] = {
    ("budgets", "amount"): "the {years} {budget}{place}",
    **dict.fromkeys(
        (("targets", "children"), ("targets", "per_10000")),
        "the target of {children} children{place} by the end of {years}",
    ),
    ("limits", "maximum"): "the most that may be spent on {item}{place}",
    ("limits", "minimum"): "the least that must be spent on {item}{place}",
    ("services", "growth_per_year"): "the growth limit of {service}{place}",
    ("services", "coverage"): "the coverage limit of {service}{place}",
    ("roles", "hires_per_year"): "the hiring limit of {role}{place}",
    ("practices", "growth_per_year"): "the growth limit of {practice} for {role}{place}",
    ("effects", "effect"): "the effect of {service} on {move}{place}",
    ("arrivals", "children"): "the children arriving in {state}{place} from {years}",
    ("prices", "index"): "the price index of {item}{place} from {years}",
    ("drivers", "value"): "{driver}{place} from {years}",
    ("benefits", "amount"): "the good that {item}{place} does to {to_whom}",
    ("responses", "response"): "the response of {move}{place} to {driver}",
}
_ABOUT: Final[Mapping[str, str]] = {
    "areas": "{area}", "states": "{state}", "services": "{service}",
    "transitions": "{move}", "effects": "{service} on {move}", "returns": "{service}",
    "funds": "{fund}", "arrivals": "{state}", "budgets": "{budget}", "limits": "{item}",
    "targets": "the target", "prices": "{item}", "drivers": "{driver}",
    "responses": "{move} to {driver}", "inflation": "inflation",
    "roles": "{role}", "workloads": "{role} for {item}", "practices": "{practice} for {role}",
    "benefits": "the good that {item} does to {to_whom}", "optimism": "{evidence}",
}  # fmt: skip


def _cell_words(row: Row, column: str) -> str:
    words = _CELLS.get((row.table, column))
    if words is not None:
        if row.table == "limits" and row["year"] is not None:
            words += " in {years}"
        return words
    about, dated = _ABOUT[row.table], " from {years}"
    at_lag = f" after {row['lag_years']} years" if row.table == "effects" else ""
    up_to = f" up to a share of {row['up_to']:g}" if row.table == "returns" else ""
    when = dated if row.table == "transitions" and row["year"] is not None else ""
    return f"the {column.replace('_', ' ')} of {about}{at_lag}{up_to}{{place}}{when}"


def _escaped(words: str, labels: Mapping[str, str]) -> str:
    """Words with labels in their gaps, and the gaps for place and years left open."""
    safe = {name: text.replace("{", "{{").replace("}", "}}") for name, text in labels.items()}
    return words.format(**{**safe, "place": "{place}", "years": "{years}"})
