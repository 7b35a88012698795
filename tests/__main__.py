"""Run pytest as every pass of ``./run test`` does: with room for deep calls.

python -m tests [pytest arguments]
"""

import sys

import pytest

from tests.stack import with_room

if __name__ == "__main__":
    sys.exit(with_room(pytest.main))
