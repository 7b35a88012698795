"""The clock of a test."""

import contextlib
from datetime import UTC

import time_machine

from tests import factories


class Clock:
    """The time of a test: stands still until it is set. Texts are Beijing time, ``2026-09-15 10:00``."""

    def __init__(self, traveller, at):
        self._traveller, self.now = traveller, at

    def set(self, text):
        """Set the time to ``text`` for everything that asks, and return the moment (aware)."""
        self.now = factories.moment(text)
        # In UTC: given a zone, time_machine would change the zone of the whole process.
        self._traveller.move_to(self.now.astimezone(UTC))
        return self.now

    @property
    def today(self):
        return self.now.date()


@contextlib.contextmanager
def standing_still():
    """Stop the time at 2026-09-15 10:00 in Beijing while the body runs, and yield the clock."""
    start = factories.moment("2026-09-15 10:00")
    with time_machine.travel(start.astimezone(UTC), tick=False) as traveller:
        yield Clock(traveller, start)
