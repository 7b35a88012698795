"""What is longer than ``./run test`` has time for; ``LONG_TESTS=1 ./run test`` runs it."""

import os

import pytest

LONG = bool(os.environ.get("LONG_TESTS"))


def longer(why):
    """Return the marker of a test that only the long form runs."""
    return pytest.mark.skipif(not LONG, reason=f"{why}; LONG_TESTS=1 runs it")
