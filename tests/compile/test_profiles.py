"""Numbers held by key and range: they read as the dictionary they stand for."""

import numpy as np
import pytest

from allocator.compile.data import Data
from allocator.compile.frames import Frame
from allocator.compile.records import Param, Set
from formulations.profiles import Profiles, Spans

RANGES = [(("b", "x"), range(2, 5)), (("a", "y"), range(0)), (("a", "x"), range(-1, 1))]
LISTED = [("b", "x", 2), ("b", "x", 3), ("b", "x", 4), ("a", "x", -1), ("a", "x", 0)]


def test_spans_are_a_sequence_of_indices():
    spans = Spans.of(RANGES)
    assert list(spans) == [spans[n] for n in range(len(spans))] == spans[:] == LISTED
    assert spans[-1] == LISTED[-1] and spans[1:3] == LISTED[1:3]
    assert list(spans.only(np.array([False, True, True]))) == LISTED[3:]


@pytest.mark.parametrize(
    "other",
    [RANGES[:2], [*RANGES[:2], (("a", "z"), range(-1, 1))], [*RANGES[:2], (("a", "x"), range(2))]],
)
def test_spans_are_the_same_only_where_every_index_is(other):
    assert Spans.of(RANGES).same(Spans.of(RANGES))
    assert not Spans.of(RANGES).same(Spans.of(other))


def test_profiles_reads_as_a_dictionary():
    profiles = Profiles(Spans.of(RANGES), np.arange(5.0))
    assert dict(profiles) == dict(zip(LISTED, range(5), strict=True))
    assert profiles.get(("b", "x", 5)) is None and profiles.get(("a", "y", 0)) is None
    assert profiles.get(("c", "x", 2), 7.0) == 7.0


def test_rows_are_asked_for_by_key():
    profiles = Profiles.over([("a",), ("b",)], range(2), [[97, 98], [98, 99]])
    assert profiles.rows_of([("b",), ("c",), ("a",)]).tolist() == [[98, 99], [0, 0], [97, 98]]
    assert Profiles.over([], range(2), 1.0).rows_of([("a",)]).tolist() == [[0, 0]]


def test_arrays_of_profiles_are_those_of_its_dictionary():
    """Codes of names and the places of keys, whichever of the two a formulation gives."""
    profiles, data = Profiles(Spans.of(RANGES), np.arange(5.0)), Data()
    ranged = data.elements(Set(initialize=profiles.spans, dimen=3))
    listed = data.elements(Set(initialize=LISTED, dimen=3))
    assert ranged.tolist() == listed.tolist()
    for name, given in (("ranged", profiles), ("listed", dict(profiles))):
        param = Param(None, initialize=given)
        param.name = name
        keys, numbers = data.finder(param), data.numbers(param)
        there, beyond = Frame.of(listed), Frame.of(np.add(listed, [[0], [0], [3]]))
        other = Frame.of(listed + 50)
        assert numbers[keys.find(there, there.indices)].tolist() == [0, 1, 2, 3, 4]
        assert (keys.find(beyond, beyond.indices) < 0).all()  # their keys are there
        assert (keys.find(other, other.indices) < 0).all()
