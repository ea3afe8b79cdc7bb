"""Results are kept part by part, and ratios by version."""

from dataclasses import replace

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
