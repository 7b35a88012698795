"""Turn days into moments, and count working days. All moments are Beijing time."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import accumulate

from django.utils import timezone

from registers.prepared import Given, Prepared
from workflows.models import CalendarDay

FARTHEST = 366  # days


def due_moment(day):
    """The end of the day ``day`` (Asia/Shanghai), which is the first instant after it (aware).

    Whoever types the last day that there is in an address gets the start of it.
    """
    following = day + timedelta(days=1) if day < date.max else day
    return timezone.make_aware(datetime.combine(following, time.min))


def start_of(day):
    """The first instant of the day ``day`` (Asia/Shanghai, aware)."""
    return timezone.make_aware(datetime.combine(day, time.min))


def is_overdue(due_on, at):
    """Whether the moment ``at`` (aware) has passed the end of ``due_on``."""
    return at >= due_moment(due_on)


def days_late(due_on, at):
    """By how many days the moment ``at`` (aware) comes after the day ``due_on``.

    None when it is in time or there is no such day.
    """
    if due_on is None or not is_overdue(due_on, at):
        return None
    return (timezone.localdate(at) - due_on).days


@dataclass(frozen=True)
class Due:
    """A deadline ready to be shown: its day, the exact moment, how far off it is, and how urgent."""

    day: object
    text: str
    relative: str
    tone: str


def shown(due_on, at):
    """Describe the deadline ``due_on`` (a date or None) as seen at the moment ``at``."""
    if due_on is None:
        return None
    left = (due_on - timezone.localdate(at)).days
    text = f"{due_on.year}年{due_on.month}月{due_on.day}日 24:00 截止"
    if left < 0:
        return Due(due_on, text, f"逾期 {-left} 天", "late")
    if left == 0:
        return Due(due_on, text, "今天截止", "soon")
    return Due(due_on, text, f"还剩 {left} 天", "soon" if left <= 3 else "calm")


def is_too_far(day, on):
    """Whether a deadline ``day`` lies more than a year after ``on``, which is a slip in the year."""
    return (day - on).days > FARTHEST


def add_days(day, days):
    """The day ``days`` calendar days after ``day``."""
    return day + timedelta(days=days)


def add_working_days(day, days):
    """The last of ``days`` working days that begin after ``day``.

    Knows holidays and make-up days.
    """
    return adding_working_days(day, day, most=days)(day, days)


def adding_working_days(first, last, *, most):
    """Return ``add_working_days`` for many days: the calendar is read once.

    For days from ``first`` to ``last``, and for up to ``most`` working days.
    """
    # A span twice as long plus a fortnight holds enough working days even across 国庆 and 春节.
    horizon = last + timedelta(days=most * 2 + 14)
    special = dict(_special().of(first=first + timedelta(days=1), last=horizon))

    def add(day, days):
        while days:
            day += timedelta(days=1)
            days -= special.get(day, day.weekday() < 5)
        return day

    return add


def working_days_between(first, last):
    """List the working days from ``first`` to ``last``, both included, in order.

    Knows holidays and make-up days.
    """
    return list(_working(first, last, tuple(_special().of(first=first, last=last))))


@cache
def _special():
    rows = CalendarDay.objects.filter(day__gte=Given("first"), day__lte=Given("last"))
    return Prepared(rows.values_list("day", "is_working"))


@lru_cache(maxsize=64)
def _working(first, last, special):
    special = dict(special)
    return [day for day in every_day(first, last) if special.get(day, day.weekday() < 5)]


def every_day(first, last):
    """List the days from ``first`` to ``last``, both included."""
    return [add_days(first, number) for number in range((last - first).days + 1)]


def spread(first, last, number):
    """Pick at most ``number`` days from ``first`` to ``last``, evenly spread, both included."""
    length = (last - first).days
    steps = max(1, min(number - 1, length))
    return sorted({first + timedelta(days=round(length * step / steps)) for step in range(steps + 1)})


def days_since(day, on):
    """How many days the day ``day`` lies before ``on``."""
    return (on - day).days


def calendar_known(year):
    """Whether the year's holiday table has been loaded. Without it only weekends count as free days."""
    return CalendarDay.objects.filter(day__year=year).exists()


class WorkingDays:
    """The working days of all years, read once and asked often.

    Weekdays are working days, except where the calendar says otherwise.
    """

    def __init__(self, special):
        """``special``: day → whether it is a working day."""
        self._special = special
        odd = sorted((day.toordinal(), works - (day.weekday() < 5)) for day, works in special.items())
        self._odd_days = [ordinal for ordinal, _ in odd]
        self._sums = [0, *accumulate(change for _, change in odd)]

    def works(self, day):
        """Whether ``day`` is a working day."""
        return self._special.get(day, day.weekday() < 5)

    def number(self, day):
        """How many working days there have been up to the end of ``day``.

        Only differences mean something: they count the working days between two days.
        """
        weeks, rest = divmod(day.toordinal(), 7)  # the first day of the calendar is a Monday
        return weeks * 5 + min(rest, 5) + self._sums[bisect_right(self._odd_days, day.toordinal())]

    def last_before(self, day, days):
        """The last day from which ``days`` working days still end on ``day`` or before it.

        It is the counterpart of ``add_working_days``.
        """
        limit = self.number(day) - days
        while self.number(day) > limit:
            day -= timedelta(days=1)
        return day

    def last_within(self, day, days):
        """The last day, working or not, before more than ``days`` working days have gone by after ``day``."""
        limit = self.number(day) + days
        while self.number(following := day + timedelta(days=1)) <= limit:
            day = following
        return day


def working_days():
    """Read all that is known of working days, in one query."""
    return WorkingDays(dict(_known().of()))


@cache
def _known():
    return Prepared(CalendarDay.objects.order_by().values_list("day", "is_working"))


def local(moment):
    """A moment in the institution's time zone."""
    return timezone.localtime(moment)
