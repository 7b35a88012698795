"""The demo's calendar: which day it is, and on which days things happened a year ago."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from registers.schemes.language import Brings, Level
from workflows.deadlines import days

DAYS_LEFT = 5  # days until the self-checks are due
DAYS_BEFORE = 7  # days from the beginning of an empty site to the opening of its campaign
WITHOUT_CALENDAR = (9, 15)
FOUNDED, EXCHANGED = (12, 10), (1, 12)
WITHOUT_START = 30  # days before the first deadline


def moment(day, hour, minute=0):
    """A time of the day ``day`` in the institution's zone (aware)."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@dataclass(frozen=True)
class Year:
    """The demo's year under a scheme.

    ``opening``: the campaign's first day. ``today``: the demo's day, when the self-checks are nearly due.
    """

    number: int
    opening: date
    today: date

    @classmethod
    def of(cls, rules, number, *, today=None):
        """Make the year ``number``, with the demo's day shortly before the self-checks are due.

        ``today``: another demo's day instead.
        """
        searches = [task for task in rules.tasks if task.brings == Brings.POINTS]
        searches.sort(key=lambda task: task.level != Level.PERSONAL)
        dated = [task for task in searches or rules.tasks if task.due]
        shown = days.add_days(dated[0].due.on(number), -DAYS_LEFT) if dated else date(number, *WITHOUT_CALENDAR)
        named = [*(phase.start for phase in rules.phases), *(task.opens for task in rules.tasks)]
        starts = [rule.on(number) for rule in named if rule] or [
            days.add_days(task.due.on(number) if task.due else shown, -WITHOUT_START) for task in rules.tasks
        ]
        opening = min((day for day in starts if day < shown), default=date(number, 1, 1))
        return cls(number, opening, today or shown)

    @property
    def founded(self):
        """The day on which the organisation came on record, before everything that was filed a year ago."""
        return date(self.number - 2, *FOUNDED)

    @property
    def exchange(self):
        """The day on which two people change posts, where the rule book asks for an audit of who leaves one."""
        return date(self.number, *EXCHANGED)

    @property
    def before(self):
        """The time at which an empty site begins: early enough to open the campaign in time."""
        return moment(days.add_days(self.opening, -DAYS_BEFORE), 10)

    @property
    def now(self):
        """The time at which the demo begins."""
        return moment(self.today, 10)

    def last(self, rules, *brings):
        """The day by which last year's submissions of these kinds had been filed."""
        due = [task.due.on(self.number - 1) for task in rules.tasks if task.due and task.brings in brings]
        return min(max(due, default=date(self.number - 1, 11, 20)), days.add_days(self.opening, -30))
