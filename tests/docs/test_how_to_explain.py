"""The commands of the page on explanations, run as written."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from allocator.cli import cli
from allocator.explain import explanation
from allocator.explain.explanation import Explanation
from tests.docs.test_readme import by_years

PAGE = (Path(__file__).parents[2] / "docs" / "how-to-explain.md").read_text(encoding="utf-8")


def once(monkeypatch) -> None:
    """An instance is explained once, however its answer is told."""
    known, own = {}, explanation.explain

    def explain(instance, **options):
        key = instance.hash
        if key not in known:
            known[key] = own(instance, **options)
        return known[key]

    monkeypatch.setattr(explanation, "explain", explain)


def test_its_commands_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    once(monkeypatch)
    (block,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        words = shlex.split(line)
        result = CliRunner().invoke(cli, words[1:])
        assert result.exit_code == (3 if "--set" in words else 0), (line, result.stderr)
        by_years(line)
        if "--json" in words:
            assert json.loads(result.stdout)["status"] == "optimal"
    assert (tmp_path / "why" / "explain.json").is_file()


def test_it_names_every_table():
    assert all(f"`{name}.csv`" in PAGE for name in Explanation.COLUMNS)
