"""What time it is: the machine's clock, or in a demo the demo's clock.

Only edges (views, tasks, commands) ask; rules get ``on=`` or ``at=`` handed in.
"""

import calendar
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from registers.prepared import Given, Prepared, PreparedUpdate

# How far ahead the demo's clock was found to run, while ``read_once`` lasts.
_READ = ContextVar("read", default=None)


def now():
    """Return the present moment (aware)."""
    return timezone.now() + ahead() if settings.DEMO else timezone.now()


def today():
    """Return the present day in the institution's time zone."""
    return timezone.localdate(now())


def ahead():
    """Return how far the demo's clock runs ahead of the machine's (may be negative)."""
    read = _READ.get()
    if read is None:
        return _interval()
    if not read:
        read.append(_interval())
    return read[0]


@contextmanager
def read_once():
    """Read the demo's clock at most once while this lasts, as a request does."""
    before = _READ.set([])
    try:
        yield
    finally:
        _READ.reset(before)


def _interval():
    return timedelta(seconds=sum(_ahead().of()))


@cache
def _ahead():
    rows = apps.get_model("registers", "DemoClock").objects.filter(pk=1).order_by()
    return Prepared(rows.values_list("ahead_seconds", flat=True), planned=True)


@cache
def _put():
    rows = apps.get_model("registers", "DemoClock").objects.filter(pk=1)
    return PreparedUpdate(rows, ahead_seconds=Given("seconds"))


def set_demo(moment: datetime):
    """Make the demo's clock show ``moment`` (aware) now.

    It goes on ticking from there.
    """
    ahead = int((moment - timezone.now()).total_seconds())
    if not _put().of(seconds=ahead):
        apps.get_model("registers", "DemoClock").objects.update_or_create(pk=1, defaults={"ahead_seconds": ahead})
    if read := _READ.get():
        read.clear()


def days(number):
    """Return a span of ``number`` days."""
    return timedelta(days=number)


def seconds(number):
    """Return a span of ``number`` seconds."""
    return timedelta(seconds=number)


def local_day(moment):
    """Return the day of an aware ``moment`` in the institution's time zone."""
    return timezone.localdate(moment)


def months_after(day, months):
    """Return the day that lies ``months`` months after ``day`` (before it where negative).

    In a month that is too short it is the last day. Before the first year that there is, and after the last, it stays there.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= years <= date.max.year:
        return date.min if months < 0 else date.max
    return day.replace(year=years, month=month + 1, day=min(day.day, calendar.monthrange(years, month + 1)[1]))


def whole_years(since, on):
    """Return how many whole years have passed from the day ``since`` to the day ``on``."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
