"""A year of reminders for a whole campus against an oracle that knows nothing of the job: none lost, none twice.

Sheets are handed in, returned and moved at random; the job runs several times a day, is down for days, and sees its clock
step. The oracle walks the calendar day by day with loops a child could follow, and keeps its own ledger.
"""

import random
from collections import Counter
from datetime import date, timedelta
from functools import cache

import pytest

from registers.models import Appointment, Post, Unit, User
from registers.prepared import Given, PreparedUpdate
from tests.factories import moment
from tests.longer import longer
from workflows.deadlines import holidays
from workflows.messages import reminders
from workflows.models import CalendarDay, CampaignTask, Notification, Reminder, Submission

pytestmark = pytest.mark.database("both")

FIRST, LAST = date(2026, 2, 1), date(2026, 12, 20)
LATE = ((1, "liaison"), (3, "unit_head"), (5, "leader_in_charge"), (10, "office"))
UNIT_SIZE = 25
CHANGED = ("due_on", "state", "round", "waiting_role", "submitted_at")


class Crowd:
    """``size`` people in units of their own, each with a sheet; every unit has a liaison, a head and the one leader."""

    def __init__(self, year, size):
        campus = year.campus
        Submission.objects.all().update(due_on=None, step_due_on=None)
        Notification.objects.all().delete()
        self.task = CampaignTask.objects.get(campaign=year.campaign, code="personal-search")
        units = Unit.objects.bulk_create(
            Unit(code=f"U{n}", name=f"单位{n}", unit_type="college", parent=campus.root)
            for n in range(size // UNIT_SIZE)
        )
        people = User.objects.bulk_create(
            [User(number=f"U{n}", name=f"某{n}", unit=units[n // UNIT_SIZE], password="!") for n in range(size)]
        )
        posts = Post.objects.bulk_create(
            [Post(code=f"U{n}", name="岗位", unit=who.unit) for n, who in enumerate(people)]
        )
        self.superiors = {}
        for number, unit in enumerate(units):
            held = {"liaison": people[number * UNIT_SIZE], "unit_head": people[number * UNIT_SIZE + 1]}
            held["leader_in_charge"] = campus.leader
            for role, user in held.items():
                Appointment.objects.create(user=user, unit=unit, role=role, since=date(2026, 1, 1))
            self.superiors[unit.pk] = {role: user.pk for role, user in held.items()} | {"office": campus.office.pk}
        self.sheets = Submission.objects.bulk_create(
            Submission(task=self.task, unit=who.unit, post=post, person=who, state="open", step="fill", round=1)
            for who, post in zip(people, posts, strict=True)
        )


class Oracle:
    """What must have been said, worked out the slow way."""

    def __init__(self, superiors):
        self.superiors = superiors
        self.special = dict(CalendarDay.objects.values_list("day", "is_working"))
        self.said, self.lines, self.points = {}, Counter(), {}

    def works(self, day):
        return self.special[day] if day in self.special else day.weekday() < 5

    def walk(self, day, count):
        """``count`` working days on from ``day``, or back."""
        step = timedelta(days=1 if count > 0 else -1)
        while count:
            day += step
            if self.works(day):
                count += -1 if count > 0 else 1
        return day

    def days_of(self, due):
        """``[(point, its day)]`` of a deadline."""
        if due not in self.points:
            last = due
            while not self.works(last):
                last -= timedelta(days=1)
            days = [(0, last), (-1, self.walk(last, -1)), (-5, self.walk(last, -5))]
            self.points[due] = sorted(days + [(after, self.walk(due, after)) for after, _ in LATE])
        return self.points[due]

    def morning(self, on, sheets):
        """Put down what a job that runs on the day ``on`` has to say of these sheets; return to whom."""
        told = set()
        for sheet in sheets:
            if sheet.due_on is None or sheet.state not in ("open", "returned"):
                continue
            past = [point for point, day in self.days_of(sheet.due_on) if day <= on]
            if not past:
                continue
            point = past[-1]
            hear = [sheet.person_id]
            hear += [self.superiors[sheet.unit_id][role] for after, role in LATE if after <= point]
            for person in dict.fromkeys(hear):
                key = (sheet.pk, sheet.round, sheet.due_on, person)
                if self.said.get(key, -99) < point:
                    self.said[key] = point
                    self.lines[(*key, point, on)] += 1
                    told.add(person)
        return told


def live(crowd, oracle, dice, *, trouble):
    """The year: what people do in the day, what the job does in the morning. Returns the digests that had to be written."""
    digests, done, day = set(), set(), FIRST
    down = 0
    while day <= LAST:
        run_on = [day]
        if trouble:
            down = max(0, down - 1) or (dice.random() < 0.03) * dice.randint(1, 4)
            run_on = [] if down else [day + timedelta(days=1), day] if dice.random() < 0.02 else [day]
        for on in run_on:
            if on not in done and oracle.works(on):
                digests |= {(person, on) for person in oracle.morning(on, crowd.sheets)}
                done.add(on)
            for hour in ("07:05", "08:05", "13:05") if trouble else ("08:05",):
                reminders.remind(at=moment(f"{on} {hour}"))
        _people_act(crowd, dice, day)
        day += timedelta(days=1)
    return digests


def _people_act(crowd, dice, day):
    """A few hand in, a few get their sheet back, a few get another deadline."""
    changed = dice.sample(crowd.sheets, k=max(1, len(crowd.sheets) // 40))
    for sheet in changed:
        what = dice.random()
        if sheet.due_on is None or what < 0.2:
            sheet.due_on = day + timedelta(days=dice.randint(0, 40))
        elif what < 0.6:
            sheet.state = "in_review" if sheet.state != "in_review" else "returned"
            sheet.round += sheet.state == "returned"
            sheet.waiting_role = "notice" if sheet.state == "in_review" else ""
            sheet.submitted_at = moment(f"{day} 12:00")
        values = {name: getattr(sheet, name) for name in CHANGED}
        _changed().of(pk=sheet.pk, **values)


@cache
def _changed():
    return PreparedUpdate(Submission.objects.filter(pk=Given("pk")), **{name: Given(name) for name in CHANGED})


@pytest.mark.database("sqlite", "postgresql")
@pytest.mark.parametrize(
    ("size", "trouble", "seed"),
    [
        pytest.param(250, False, 1, marks=pytest.mark.database("sqlite")),
        pytest.param(100, True, 2, marks=pytest.mark.database("postgresql")),
        pytest.param(100, True, 3, marks=longer("like the one before, with other dice")),
        pytest.param(5000, True, 4, marks=longer("takes two minutes")),
    ],
    ids=["calm", "trouble", "more trouble", "five thousand people"],
)
def test_every_reminder_of_a_year_is_written_once(year, size, trouble, seed):
    holidays.seed([2026])
    crowd = Crowd(year, size)
    oracle = Oracle(crowd.superiors)

    digests = live(crowd, oracle, random.Random(seed), trouble=trouble)  # noqa: S311 (dice)

    keys = ("submission_id", "round", "due_on", "recipient_id", "moment", "day")
    written = Counter(Reminder.objects.filter(submission__in=crowd.sheets).values_list(*keys))
    assert sum(written.values()) > size * 5
    assert (oracle.lines - written, written - oracle.lines) == (Counter(), Counter())
    rows = Notification.objects.filter(kind="digest").values_list("recipient_id", "key")
    assert Counter(rows) == Counter((person, f"digest:{on:%Y%m%d}") for person, on in digests)


def test_without_the_ledger_a_digest_comes_every_day(year, monkeypatch):
    """The control of the test above: the same year, blind to what has been said, and the comparison shows it."""
    holidays.seed([2026])
    monkeypatch.setattr(reminders, "said_before", lambda due_days: {})
    crowd = Crowd(year, 25)
    oracle = Oracle(crowd.superiors)

    digests = live(crowd, oracle, random.Random(1), trouble=False)  # noqa: S311 (dice)

    assert Notification.objects.filter(kind="digest").count() > 3 * len(digests)


def test_five_thousand_people_on_one_morning(year):
    holidays.seed([2026])
    crowd = Crowd(year, 5000)
    Submission.objects.filter(pk__in=[sheet.pk for sheet in crowd.sheets]).update(due_on=date(2026, 9, 20))

    assert reminders.remind(at=moment("2026-09-23 08:05")) == 5000  # among them the liaisons and heads
    assert reminders.remind(at=moment("2026-09-23 09:05")) == 0

    assert Reminder.objects.filter(heard_as="").count() == 5000
    assert Reminder.objects.filter(heard_as="liaison").count() == 4800  # all but their own
    assert Reminder.objects.filter(heard_as="unit_head").count() == 4800
