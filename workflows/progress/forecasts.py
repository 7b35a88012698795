"""Forecast which units will miss a deadline, from the pace so far. Pure: no Django, no database.

The pace is what was handed in per working day over the last ten working days, today included, or since the task
opened if that is shorter. At that pace the rest takes so many working days from today. Source: R1-12, R0-31.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

WINDOW = 10  # working days that the pace is taken from
TOO_FEW = 3  # working days since the opening before a forecast is made
DONE, ON_TIME, EARLY, LATE, STALLED = "done", "on_time", "early", "late", "stalled"
URGENCY = {STALLED: 0, LATE: 1, EARLY: 2, ON_TIME: 3, DONE: 4}


class WorkingDays:
    """The working days of a span of time, in order. Days outside the span are unknown."""

    def __init__(self, days):
        self._days = sorted(days)

    @property
    def last(self):
        """The last day that is known."""
        return self._days[-1] if self._days else None

    def between(self, first, last):
        """How many working days there are from ``first`` to ``last``, both included."""
        return max(0, bisect_right(self._days, last) - bisect_left(self._days, first))

    def after(self, day, last):
        """How many working days there are after ``day``, up to and including ``last``."""
        return max(0, bisect_right(self._days, last) - bisect_right(self._days, day))

    def nth_from(self, day, number):
        """The ``number``-th working day from ``day`` on, None if unknown.

        ``day`` itself counts as the first if it is a working day.
        """
        at = bisect_left(self._days, day) + number - 1
        return self._days[at] if at < len(self._days) else None

    def window(self, day, number=WINDOW):
        """The first of the last ``number`` working days that end with ``day``, or ``day`` if none is known."""
        end = bisect_right(self._days, day)
        return self._days[max(0, end - number)] if end else day


@dataclass(frozen=True)
class Forecast:
    """The forecast of a unit or a task.

    ``finishes_on``: the day on which the last submission will be handed in, None when that cannot be said or lies
    beyond the known working days. ``late_by``: by how many working days that is after the deadline; when nothing is
    handed in, how many have passed since it. ``pace``: submissions per working day. ``left``: working days until the
    deadline, today included.
    """

    verdict: str
    pace: float = 0.0
    finishes_on: object = None
    late_by: int = 0
    left: int = 0

    @property
    def misses(self):
        """Whether the deadline will be missed.

        Where nothing is handed in, that is said once the deadline is no further off than the pace looks back.
        """
        return self.verdict == LATE or (self.verdict == STALLED and self.left <= WINDOW)

    @property
    def order(self):
        """The key for sorting: what will miss its deadline comes first, the worst on top."""
        return URGENCY[self.verdict] if self.misses or self.verdict != STALLED else URGENCY[LATE] + 0.5, -self.late_by


def forecast(*, remaining, handed, opened_on, due_on, today, days):
    """Compute the ``Forecast`` for ``remaining`` submissions.

    ``handed``: how many were handed in within the last ``WINDOW`` working days. ``opened_on``, ``due_on`` (its end
    counts) and ``today`` are dates, ``days`` the ``WorkingDays`` around them.
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
    """Find the worst ``(forecast, key)`` among one unit's tasks, at the pace of all of them together.

    ``several``: (key, remaining, handed, opened on, due on) of each task; what is due first is done first. One task
    of a unit is often a single submission, which has no pace of its own. ``(None, None)`` when there are no tasks.
    """
    if not several:
        return None, None
    handed, opened_on = sum(task[2] for task in several), min(task[3] for task in several)
    forecasts, before = [], 0
    for key, remaining, _, _, due_on in sorted(several, key=lambda task: task[4]):
        before += remaining
        if remaining > 0:
            expected = forecast(
                remaining=before, handed=handed, opened_on=opened_on, due_on=due_on, today=today, days=days
            )
            forecasts.append((expected, key))
    return min(forecasts, key=lambda one: one[0].order, default=(Forecast(DONE), several[0][0]))
