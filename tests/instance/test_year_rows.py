"""Numbers by key and year read as a dictionary of them does."""

from __future__ import annotations

from allocator.instance.year_rows import YearRows

RATES = YearRows(range(2020, 2022), {("need", "care"): [0.1, 0.2], ("care", "exit"): [0.3, 0.4]})
CELLS = {
    ("need", "care", 2020): 0.1,
    ("need", "care", 2021): 0.2,
    ("care", "exit", 2020): 0.3,
    ("care", "exit", 2021): 0.4,
}


def test_every_number_has_its_key_and_year():
    assert {key: RATES[key] for key in RATES} == dict(RATES.items()) == RATES == CELLS
    assert (list(RATES), len(RATES)) == (list(CELLS), len(CELLS))


def test_outside_the_horizon_or_of_another_key_there_is_none():
    assert RATES.get(("need", "care", 2019)) is None
    assert ("need", "care", 2022) not in RATES
    assert ("care", "need", 2020) not in RATES
