"""Calls deep down do not ask the system for memory again and again."""

import resource
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack import with_room

pytestmark = pytest.mark.once

ROUNDS = 300
DEPTHS = range(200)  # their frames fill more than one piece, so some loop stands just below an end


def _leaf(a, b, c, d):
    return a, b, c, d, [a, b, c, d]


def _calls_at(depth):
    """Call again and again from so many frames below."""
    if depth:
        return _calls_at(depth - 1)
    for _ in range(ROUNDS):
        _leaf(1, 2, 3, 4)
    return None


def _faults_at_worst():
    """The most pages that the calls of one depth asked for."""
    return max(_faults_of(depth) for depth in DEPTHS)


def _faults_of(depth):
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    _calls_at(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def test_loop_asks_for_no_memory_at_any_depth():
    """In a thread of its own, because this one may have room already."""
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(with_room, _faults_at_worst).result() < ROUNDS / 3


def test_what_is_called_gets_its_arguments_and_gives_its_result_or_error():
    assert with_room(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        with_room(divmod, 7, 0)
