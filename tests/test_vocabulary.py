"""Of every family of columns and constraints something is said, by cells that there are."""

from __future__ import annotations

from functools import partial

import pytest

from allocator.compile import compile_program
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS
from allocator.solving.session import build
from allocator.vocabulary import AFTER_WINDOW, COLUMNS, CONSTRAINTS, IN_WINDOW, term
from formulations import FORMULATIONS, one_future
from formulations.names import KEYS, LETTERS, keys_of
from tests.plans import NAMES, instance_of


def test_no_family_lacks_words_and_no_words_a_family():
    asked = [name for name, each in FORMULATIONS.items() if not each.chooses_window]
    programs = [build(instance_of(name), question) for name in NAMES for question in asked]
    programs += [compile_program(partial(one_future.build, instance_of(n))) for n in NAMES]
    rows, columns = ({f for p in programs for f in getattr(p, of)} for of in ("rows", "columns"))
    kept = {f"{aim.name}_kept" for p in programs for aim in p.objectives}  # no rule of the model's
    assert rows - kept == set(CONSTRAINTS)
    assert columns == {*COLUMNS, IN_WINDOW, AFTER_WINDOW}


def test_indices_mean_what_their_letters_say():
    assert set(LETTERS.values()) < set(KEYS)
    assert keys_of("ait") == ("area", "state", "period")
    assert keys_of("apijlt") == ("area", "service", "from", "to", "instead", "period")
    assert keys_of(("o", "item", "y")) == ("owner", "item", "year")


@pytest.mark.parametrize("name", NAMES)
def test_every_index_has_a_key_of_each_part(name):
    program = build(instance_of(name))
    for family in (*program.rows.values(), *program.columns.values()):
        if family.name in (IN_WINDOW, AFTER_WINDOW):
            continue
        assert set(family.keys) <= set(KEYS)
        assert all(len(index) == len(family.keys) for index in family.indices)


@pytest.mark.parametrize("name", [*CONSTRAINTS, *COLUMNS])
def test_a_source_is_a_cell(name):
    said = term(name)
    if said.table in SETTINGS:
        assert said.column in {each.name for each in SETTINGS[said.table]}
    else:
        assert said.column in TABLES[said.table].names


@pytest.mark.parametrize("name", [n for n, each in CONSTRAINTS.items() if each.relief])
def test_relief_can_be_told(name):
    relief = CONSTRAINTS[name].relief
    assert "{price}" in relief.saves
    assert not relief.size or relief.size.count(".") == 1
    assert relief.way is None or relief.way.sign in (1.0, -1.0)
