"""What calibrations and backtests tell of the files that they were given."""

from __future__ import annotations

from collections.abc import Iterable

import click


def tell_passed_over(files: Iterable[tuple[str, str]]) -> None:
    """Files that were not read, a line on stderr for each reason."""
    reasons: dict[str, list[str]] = {}
    for name, why in files:
        reasons.setdefault(why, []).append(name)
    for why, names in reasons.items():
        click.echo(f"passed over: {', '.join(names)}: {why}", err=True)
