"""What happens next in the demo, on working days and during working hours."""

import heapq
from itertools import count

from django.utils import timezone

from registers import clock
from workflows.deadlines import days
from workflows.demo.year import moment

MORNING, EVENING = 8 * 60 + 30, 17 * 60 + 30  # minutes of the day
BREATH = 20 * 60  # seconds at least between two acts on one submission


class Agenda:
    """A queue of journeys, run in the order of time until the end of the story.

    A journey is a generator: it yields the time at which it wants to go on, and acts when it is resumed. So the audit
    chain and the inboxes come out in the order in which a year goes by. The demo's clock follows day by day.
    """

    def __init__(self, *, start, until):
        self.at, self.until = start, until
        self._waiting, self._order = [], count()
        self.days = _working_days(self.today, timezone.localdate(until))
        clock.set_demo(start)

    @property
    def today(self):
        return timezone.localdate(self.at)

    def add(self, journey):
        """Start ``journey``, and resume it when the time that it yields has come."""
        wanted = next(journey, None)
        if wanted is not None:
            heapq.heappush(self._waiting, (max(wanted, self.at), next(self._order), journey))

    def run(self):
        """Run everything that is due before the end. What would come later never happens."""
        while self._waiting:
            wanted, _, journey = heapq.heappop(self._waiting)
            if wanted > self.until:
                continue
            if timezone.localdate(wanted) != self.today:
                clock.set_demo(wanted)
            self.at = wanted
            self.add(journey)

    def pace(self, chance, first, last, count):
        """Yield times for ``count`` acts on working days from ``first`` to ``last``, and more if asked.

        None is in the past.
        """
        dates = [day for day in self.days if first <= day <= last] or [max(first, self.today)]
        wanted = sorted((chance.choice(dates), chance.randint(MORNING, EVENING)) for _ in range(count))
        for day, minutes in wanted:
            yield max(moment(day, minutes // 60, minutes % 60), self.at + clock.seconds(BREATH))
        while True:
            yield self.at + clock.seconds(BREATH)


def _working_days(first, last):
    dates, day = [], days.add_days(first, -1)
    while (day := days.add_working_days(day, 1)) <= last:
        dates.append(day)
    return dates
