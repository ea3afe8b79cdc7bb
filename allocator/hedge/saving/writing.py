"""A hedge to a folder, whole or not at all: every scenario's plan in tidy tables, and the facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from allocator import __version__
from allocator.files import check_folder, place_folder
from allocator.hedge.answer import Hedge
from allocator.hedge.saving.layout import (
    HEDGE,
    SCENARIO,
    owns,
)
from allocator.instance.writing import write
from allocator.plan.columns import HEDGED, WINDOWS
from allocator.plan.saving.facts import as_json
from allocator.plan.saving.layout import (
    HEDGE_FILE,
    INSTANCE_FOLDER,
    README_FILE,
    WINDOWS_FILE,
    described,
)
from allocator.plan.saving.seal import SEAL, seal_of
from allocator.plan.saving.writing import window_table
from allocator.spreadsheet import write_csv

SCHEMA: Final = 1


def save_hedge(
    hedge: Hedge,
    folder: str | Path,
    *,
    force: bool = False,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write a hedge to a folder; ``beside`` as :func:`allocator.plan.saving.save` has it.

    Nothing is ever half-written.  Raises UsageError if the folder holds something, unless
    ``force`` is true and it holds a hedge.
    """
    place_folder(Path(folder), partial(_fill, hedge, beside), force=force, kind=HEDGE)


def check_place(folder: str | Path, *, force: bool = False) -> None:
    """Raise UsageError now if ``save_hedge`` would, before the work is done."""
    check_folder(Path(folder), force=force, kind=HEDGE)


def _fill(hedge: Hedge, beside: Mapping[str, str], folder: Path) -> None:
    write(hedge.instance, folder / INSTANCE_FOLDER, beside=beside)
    plans = plan_tables(hedge)
    for name, table in {
        **plans,
        **hedge.tables,
        "windows": window_table(hedge.windows).frame,
    }.items():
        write_csv(table, folder / f"{name}.csv")
    _write_text(_readme(hedge, list(plans)), folder / README_FILE)
    facts = json.loads(as_json({**hedge.to_dict(), "saved": _saved(hedge, list(plans))}))
    facts["saved"][SEAL] = seal_of(folder, facts, owns, HEDGE_FILE)
    _write_text(as_json(facts, ascii_only=False) + "\n", folder / HEDGE_FILE)


def plan_tables(hedge: Hedge) -> dict[str, pd.DataFrame]:
    """The tables of every scenario's plan, each with a column that says of which scenario."""
    made = {}
    for name in HEDGED:
        own = [
            each.plan.tables[name].assign(**{SCENARIO: each.scenario.name})
            for each in hedge.futures
            if name in each.plan.tables
        ]
        if own:
            made[name] = pd.concat(own, ignore_index=True)[list(HEDGED[name].columns)]
    return made


def _saved(hedge: Hedge, plans: list[str]) -> dict[str, Any]:
    """What loading needs beyond the facts that people quote."""
    from allocator import __version__

    return {
        "schema": SCHEMA,
        "allocator": __version__,
        "tables": plans,
        "terminal_values": {e.scenario.name: e.plan.terminal_value for e in hedge.futures},
        "following": hedge.following,
        "certificate": None if hedge.certificate is None else asdict(hedge.certificate),
    }


def _write_text(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _readme(hedge: Hedge, plans: list[str]) -> str:
    """What each file and column is, with its unit and price base."""
    base = hedge.instance.price_base
    lines = [
        f"A plan over {len(hedge.futures)} futures for {hedge.instance.title}",
        f"written by allocator {__version__}",
        "",
        f"Money is in pounds at {base} prices and not discounted unless it says present value.",
        "Counts are children, levels are cases per year.  Tables are UTF-8 CSV files with a",
        "heading.  To check all of it again: allocator audit FOLDER.",
        "",
        f"{HEDGE_FILE}: every fact, as `allocator hedge --json` prints it; `saved` is for loading.",
        f"{INSTANCE_FOLDER}: a copy of the instance with its scenarios, hash "
        f"{hedge.instance.hash}.",
    ]
    for name in hedge.tables:
        width = max(map(len, hedge.COLUMNS[name]))
        lines += ["", f"{name}.csv"]
        columns = hedge.COLUMNS[name].items()
        lines += [f"  {column:{width}}  {said.meaning}" for column, said in columns]
    for name in plans:
        lines += ["", f"{name}.csv", *described(*HEDGED[name], base)]
    return "\n".join([*lines, "", WINDOWS_FILE, *described(*WINDOWS, base), ""])
