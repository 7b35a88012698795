"""What is longer than ``./run test`` has time for; ``LONG_TESTS=1 ./run test`` runs it."""

import faulthandler
import os

import pytest
from django.db import connection

LONG = bool(os.environ.get("LONG_TESTS"))


def longer(why):
    """Return the marker of a test that only the long form runs."""
    return pytest.mark.skipif(not LONG, reason=f"{why}; LONG_TESTS=1 runs it")


def examples(number):
    """Return how many examples a property of sets of rows is tried with: as many, or on PostgreSQL the first third of them.

    The rule is tried on SQLite. PostgreSQL, where a statement costs twice the processor time, shows that it answers the same.
    """
    return number if LONG or connection.vendor == "sqlite" else max(number // 3, 4)


def allow(seconds):
    """Let the test that calls this take so many seconds, for which others would be ended (``faulthandler_timeout``)."""
    faulthandler.dump_traceback_later(seconds, exit=True)
