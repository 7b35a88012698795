"""Which units will miss a deadline, judged by the pace so far. Pure: no Django, no database.

Pace is what was handed in per working day over the last ten working days, today among them, or since the task opened if
that is shorter. At that pace the rest takes so many working days from today. Source: R1-12, R0-31.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

WINDOW = 10  # working days that the pace is taken from
TOO_FEW = 3  # working days since the opening before anything can be said
DONE, ON_TIME, EARLY, LATE, STALLED = "done", "on_time", "early", "late", "stalled"
URGENCY = {STALLED: 0, LATE: 1, EARLY: 2, ON_TIME: 3, DONE: 4}


class WorkingDays:
    """The working days of a stretch of time, in order; what lies outside is unknown."""

    def __init__(self, days):
        self._days = sorted(days)

    @property
    def last(self):
        """The last day that is known."""
        return self._days[-1] if self._days else None

    def between(self, first, last):
        """How many working days from ``first`` to ``last``, both among them."""
        return max(0, bisect_right(self._days, last) - bisect_left(self._days, first))

    def after(self, day, last):
        """How many working days after ``day``, up to and with ``last``."""
        return max(0, bisect_right(self._days, last) - bisect_right(self._days, day))

    def nth_from(self, day, number):
        """The ``number``-th working day from ``day`` on, ``day`` itself counting as the first if it is one; None if unknown."""
        at = bisect_left(self._days, day) + number - 1
        return self._days[at] if at < len(self._days) else None

    def window(self, day, number=WINDOW):
        """The first of the last ``number`` working days up to and with ``day``; ``day`` where none is known."""
        end = bisect_right(self._days, day)
        return self._days[max(0, end - number)] if end else day


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of a unit or a task.

    ``finishes_on``: the day the last sheet is handed in, None when that cannot be said or lies further off than the known
    working days. ``late_by``: working days after the deadline (of what is already past it, when nothing moves).
    ``pace``: sheets per working day. ``left``: working days until the deadline, today among them.
    """

    verdict: str
    pace: float = 0.0
    finishes_on: object = None
    late_by: int = 0
    left: int = 0

    @property
    def misses(self):
        """Will the deadline be missed? Where nothing moves, that is said once the deadline is as near as the pace looks back."""
        return self.verdict == LATE or (self.verdict == STALLED and self.left <= WINDOW)

    @property
    def order(self):
        """Sorts what will miss its deadline first, the worst on top."""
        return URGENCY[self.verdict] if self.misses or self.verdict != STALLED else URGENCY[LATE] + 0.5, -self.late_by


def forecast(*, remaining, handed, opened_on, due_on, today, days):
    """The ``Forecast`` for ``remaining`` sheets, when ``handed`` were handed in within the window.

    ``opened_on``, ``due_on`` (its end counts) and ``today`` are dates, ``days`` the ``WorkingDays`` around them.
    """
    if remaining <= 0:
        return Forecast(DONE)
    since = max(opened_on, days.window(today))
    left = days.between(today, due_on)
    observed = days.between(since, today)
    if today <= due_on and days.between(opened_on, today) < TOO_FEW:
        return Forecast(EARLY, left=left)
    if handed <= 0 or observed <= 0:
        return Forecast(STALLED, late_by=days.after(due_on, today), left=left)
    finishes_on = days.nth_from(today, -(-remaining * observed // handed))
    pace = handed / observed
    if finishes_on is None:
        return Forecast(LATE, pace, None, days.after(due_on, days.last), left)
    return Forecast(LATE if finishes_on > due_on else ON_TIME, pace, finishes_on, days.after(due_on, finishes_on), left)


def forecast_of_several(several, *, today, days):
    """The worst ``(forecast, key)`` of one unit's tasks at the pace of all of them together, what is due first done first.

    ``several``: (key, remaining, handed, opened on, due on) each. One task of a unit is often a single sheet, which has no
    pace of its own. ``(None, None)`` of nothing.
    """
    if not several:
        return None, None
    handed, opened_on = sum(task[2] for task in several), min(task[3] for task in several)
    found, before = [], 0
    for key, remaining, _, _, due_on in sorted(several, key=lambda task: task[4]):
        before += remaining
        if remaining > 0:
            expected = forecast(
                remaining=before, handed=handed, opened_on=opened_on, due_on=due_on, today=today, days=days
            )
            found.append((expected, key))
    return min(found, key=lambda one: one[0].order, default=(Forecast(DONE), several[0][0]))
