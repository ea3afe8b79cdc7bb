"""Results are kept part by part, and ratios by version."""

from dataclasses import replace

from benchmarks import lines
from benchmarks.record import Aim, Record

HEADINGS = {"a": "(a) Building", "b": "(b) Solving"}
FAST = Aim("a build, of arrays by hand", 1.5, 2.0)


def kept(place, letter, text, aims, version):
    record = Record(place / "results.md")
    record.put(HEADINGS[letter], text, aims, version)
    record.write("# Benchmarks")
    return (place / "results.md").read_text(encoding="utf-8")


def test_a_run_of_one_part_keeps_the_other(tmp_path):
    kept(tmp_path, "b", "### Many areas\n\nten windows", [], "1")
    kept(tmp_path, "a", "was slow", [replace(FAST, ratio=4.0)], "1")
    text = kept(tmp_path, "a", "is fast", [FAST], "1")
    assert "was slow" not in text
    assert text.index("## (a) Building\n\nis fast") < text.index("## (b) Solving\n\n### Many areas")
    assert "ten windows" in text
    assert text.count("- (a) a build, of arrays by hand: **1.50 ×**, aim at most 2 ×: met") == 1


def test_ratios_stand_by_version(tmp_path):
    kept(tmp_path, "a", "", [replace(FAST, ratio=1.2)], "1")
    kept(tmp_path, "b", "", [Aim("answers", 0.5, 0.9, at_most=False)], "1")
    text = kept(tmp_path, "a", "", [replace(FAST, ratio=3.0)], "2")
    assert "|  | 1 | 2 |" in text
    assert "| (a) a build, of arrays by hand | 1.20 | 3.00 |" in text
    assert "| (b) answers | 0.50 | – |" in text
    assert "- (a) a build, of arrays by hand: **3.00 ×**, aim at most 2 ×: **missed**" in text
    assert "- (b) answers: **0.50 ×**, aim at least 0.9 ×: **missed**" in text


def test_seconds_are_told_as_seconds_when_they_are_read_back(tmp_path):
    kept(tmp_path, "a", "", [Aim("help", 0.1, 0.15, unit="s")], "1")
    text = kept(tmp_path, "b", "", [], "1")
    assert "- (a) help: **0.10 s**, aim at most 0.15 s: met" in text


def test_a_miss_shows_where_its_time_goes(tmp_path):
    slow = replace(FAST, ratio=3.0)
    path = Record(tmp_path / "results.md").profile("a", slow)
    path.parent.mkdir()
    path.write_text("0.10 s of CPU\n  itself   in all  line\n 100% 100%  a.py:1  slowly()\n")
    text = kept(tmp_path, "a", "", [slow], "1")
    assert "slowly()" in text and f"(profiles/{path.name})" in text
    assert "slowly()" not in kept(tmp_path, "a", "", [FAST], "1")


def test_time_is_that_of_the_line_of_ours_that_calls(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", [])
    out = tmp_path / "told.txt"
    lines.main(str(out), "keyword")  # a module that is soon done
    sampler = lines.LineSampler()
    sampler.own[lines.__file__, 1] = sampler.within[lines.__file__, 1] = 3.0
    sampler.own["", 0] = 1.0
    first, _, ours, other = sampler.told().splitlines()
    assert first == "4.00 s of CPU" and out.read_text(encoding="utf-8").endswith("\n")
    assert ours.startswith("   75.0%    75.0%  benchmarks/lines.py:1")
    assert other == "   25.0%    25.0%  start and end of Python"
