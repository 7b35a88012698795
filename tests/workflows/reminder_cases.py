"""What the tests of reminders share: running the job on days, and reading the ledger."""

from datetime import date, timedelta

from tests.personas import point
from workflows.messages import reminders
from workflows.models import Reminder

SEARCH = "personal-search"  # due on 20 September 2026, a working Sunday
DUE = date(2026, 9, 20)


def run(year, at):
    """Let it be ``at`` (``09-20 09:00``) and run the job; return the number of new digests."""
    return reminders.remind(at=year.clock.set(f"2026-{at}"))


def run_days(year, first, last, hours=("09:05",)):
    """The job on every day from ``first`` to ``last`` (dates)."""
    day = first
    while day <= last:
        for hour in hours:
            run(year, f"{day:%m-%d} {hour}")
        day += timedelta(days=1)


def lines(user=None, code=None, **only):
    """``(day as MM-DD, point)`` of the lines so far, with the role in which a superior heard; in the order written."""
    rows = Reminder.objects.filter(**only).order_by("pk")
    if user:
        rows = rows.filter(recipient=user)
    if code:
        rows = rows.filter(submission__task__code=code)
    return [
        (f"{row.day:%m-%d}", row.moment, row.heard_as) if row.heard_as else (f"{row.day:%m-%d}", row.moment)
        for row in rows
    ]


def reviewed(year, owner=None):
    """A sheet handed in on the 15th; the group's step is due on the 18th (three working days later)."""
    sheet = year.sheet(SEARCH, owner)
    return year.submit(sheet, year.points(sheet, point()))
