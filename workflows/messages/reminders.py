"""The reminders of a working day: before, on and after each deadline, each of them once.

``schedule`` says which moments a deadline has, ``workflows.deadlines`` counts the working days, ``Reminder`` rows
keep what has been said. The job of a day runs in one transaction and locks the row of that day, so two schedulers
never interleave and a killed worker leaves nothing half done. After an outage only the last moment reached is
reminded of, once. Everything is read and written in sets: the number of queries does not grow with the submissions.
Source: R1-12 and all dated steps.
"""

from collections import namedtuple
from functools import cache, reduce
from operator import or_

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.actors import GROUP_MEMBER
from registers.prepared import Given, Prepared, PreparedUpdate
from registers.schemes.language import StepKind
from workflows import policies
from workflows.deadlines import days
from workflows.messages import digests, notifications, robots
from workflows.messages.schedule import Plan
from workflows.models import Campaign, DailyRun, Notification, Reminder, ReviewVote, Submission
from workflows.models.campaigns import RUNNING
from workflows.models.notifications import DIGEST, NEWS
from workflows.models.submissions import EDITABLE, State

KIND = "remind"
BATCH = 1000
SOON, TODAY, LATE, THEIRS = range(4)
NEVER = -1000  # working days; earlier than any moment


def remind(*, at, whatever_the_hour=False):
    """Write the reminders and digests of the working day of ``at`` (aware) and return how many are new.

    Nothing happens on other days, nor before the hour REMINDER_HOUR, nor a second time on the same day.
    """
    on, working = timezone.localdate(at), days.working_days()
    if not working.works(on) or not (whatever_the_hour or days.local(at).hour >= settings.REMINDER_HOUR):
        return 0
    with transaction.atomic():
        if not claim_day(on):
            return 0
        made = Morning(on, working).write(at)
        finish_day(on, at)
    return made


def claim_day(on):
    """Lock the row of the day ``on``, made if need be, and return whether that day's work is still to do.

    A second scheduler waits here until the first has finished.
    """
    run, _ = DailyRun.objects.select_for_update().get_or_create(kind=KIND, day=on)
    return run.finished_at is None


def finish_day(on, at):
    """Mark the day as done, in the job's transaction."""
    _finish().of(day=on, at=at)


@cache
def _finish():
    return PreparedUpdate(DailyRun.objects.filter(kind=KIND, day=Given("day")), finished_at=Given("at"))


def digest_key(on):
    """The key of a day's digest: a person gets one digest a day."""
    return f"{DIGEST}:{on:%Y%m%d}"


def said_before(due_days):
    """Read the last moment that each person was reminded of.

    Returns (submission's id, step, round, due day, recipient's id) → moment. ``due_days``: moment → due days that have
    reached it. Only reminders of that moment or a later one are read.
    """
    given = {f"moment{place}": moment for place, moment in enumerate(due_days)}
    given |= {f"days{place}": dates for place, dates in enumerate(due_days.values())}
    return {row[:5]: row[5] for row in _said(len(due_days)).of(**given)}


@cache
def _said(number):
    """Return the query for what has been said of ``number`` moments or later."""
    arms = [Q(due_on__within=Given(f"days{n}"), moment__gte=Given(f"moment{n}")) for n in range(number)]
    said = Reminder.objects.filter(reduce(or_, arms)).order_by("moment")
    return Prepared(said.values_list("submission_id", "step", "round", "due_on", "recipient_id", "moment"))


_Statements = namedtuple("_Statements", "running to_fill in_review")


@cache
def _kept():
    """Return the queries for running campaigns, and for what is to be filled and to be decided."""
    running = Campaign.objects.filter(state__in=RUNNING).select_related("scheme").defer("scheme__source")
    submissions = Submission.objects.filter(task__campaign__within=Given("campaigns")).order_by("pk")
    about = ("unit_id", "task__campaign_id", "person_id")
    to_fill = submissions.filter(
        policies.takes_content(Given("on")), state__in=EDITABLE, due_on__lte=Given("near")
    ).values_list("pk", "step", "round", "due_on", *about)
    hands = ("waiting_role", "assigned_to_id", "task__route")
    in_review = submissions.filter(state=State.IN_REVIEW, step_due_on__lte=Given("near"))
    in_review = in_review.exclude(waiting_role__in=policies.IDLE)
    in_review = in_review.values_list("pk", "step", "round", "step_due_on", *about, *hands)
    return _Statements(*map(Prepared, (running, to_fill, in_review)))


class Morning:
    """The reminders of one working day: a row each, a digest for each person, a message for each robot."""

    def __init__(self, on, days):
        self.on, self.days, self.holding = on, days, policies.Holding(on)
        self.rules = {campaign.pk: campaign.scheme.rules for campaign in _kept().running.of()}
        self.plans = {
            pk: Plan(book.conduct.reminders, frozenset(map(str, book.roles))) for pk, book in self.rules.items()
        }
        # Person → how many submissions are due soon, due today, late; and how many of other people's are late.
        self.rows, self.counts, self.groups = [], {}, robots.Groups(on)

    def write(self, at):
        """Write the day's rows and messages, dated ``at`` (aware), and return the number of digests."""
        if self.plans:
            self._gather()
        unmailed = notifications.owed_by_digest()
        key, words = digest_key(self.on), cache(digests.sentence)
        messages = [
            _message(person, key, DIGEST, words(*counts, unmailed.pop(person, 0)), at)
            for person, counts in self.counts.items()
        ]
        messages += [_message(person, key, NEWS, words(0, 0, 0, 0, rest), at) for person, rest in unmailed.items()]
        Reminder.objects.bulk_create(self.rows, batch_size=BATCH, ignore_conflicts=True)
        Notification.objects.bulk_create(messages, batch_size=BATCH, ignore_conflicts=True)
        self.groups.write(at=at)
        return len(messages)

    # -- what is due, and in whose hands it is ------------------------------------------------------------
    def _gather(self):
        near = self.days.last_within(self.on, max(plan.ahead for plan in self.plans.values()))
        to_fill = _kept().to_fill.of(campaigns=[*self.plans], on=self.on, near=near)
        in_review = _kept().in_review.of(campaigns=[*self.plans], near=near)
        today, reached, due_days = self.days.number(self.on), {}, {}
        for due, campaign in {(row[3], row[5]) for rows in (to_fill, in_review) for row in rows}:
            moment = self.plans[campaign].reached(today - self.days.number(due))
            if moment is not None:
                reached[due, campaign] = moment
                due_days.setdefault(moment, []).append(due)
        said = said_before(due_days) if due_days else {}
        self._voted = _voted(in_review)
        self._collective = {
            (campaign, route, step.code)
            for campaign, book in self.rules.items()
            for route, rules in book.routes.items()
            for step in rules.steps
            if step.kind == StepKind.COLLECTIVE_REVIEW
        }
        self._tell(to_fill, self._who_fills, reached, said)
        self._tell(in_review, self._who_decides, reached, said)

    def _tell(self, submissions, whose_hands, reached, said):
        """Add the lines about ``submissions`` (rows); ``whose_hands``: row → (role, ids of those who have to act)."""
        superiors, add = cache(self._superiors), self._add
        for row in submissions:
            pk, step, turn, due, unit, campaign, subject = row[:7]
            moment = reached.get((due, campaign))
            if moment is None:
                continue
            role, people = whose_hands(row)
            urgency = SOON if due > self.on else TODAY if due == self.on else LATE
            new = False
            for person in people:
                if not said or said.get((pk, step, turn, due, person), NEVER) < moment:
                    add(person, urgency, row, moment, "")
                    new = True
            if self.groups.listening:
                self.groups.hear(unit, role, people, urgency, new)
            if moment <= 0:
                continue
            for person, heard_as in superiors(campaign, moment, role, unit):
                if person == subject or person in people:
                    continue  # nobody hears of his own delay as a delay of his unit
                if not said or said.get((pk, step, turn, due, person), NEVER) < moment:
                    add(person, THEIRS, row, moment, heard_as)

    def _add(self, person, urgency, row, moment, heard_as):
        pk, step, turn, due = row[:4]
        # Arguments in the order of the model's fields: by name it takes twice as long, and this is the inner loop.
        self.rows.append(Reminder(None, person, pk, step, turn, due, moment, self.on, heard_as))
        counts = self.counts.get(person)
        if counts is None:
            counts = self.counts[person] = [0, 0, 0, 0]
        counts[urgency] += 1

    def _who_fills(self, row):
        turn = self.holding.filling(row[4], row[6])
        return turn.role, turn.people

    def _who_decides(self, row):
        """The role and the people who act at the step.

        A submission handed over waits for that colleague while he holds the role. A member who has voted no longer
        counts.
        """
        pk, step, _, _, unit, campaign, subject, role, assigned, route = row
        people = self.holding.deciders(role, unit, person=subject, assigned_to=assigned)
        role = policies.ORGANISER if role == policies.MEETING else role
        if role == GROUP_MEMBER and (campaign, route, step) in self._collective:
            concluding = self.holding.concluders(unit, subject)
            people = [user for user in people if (pk, user) not in self._voted or user in concluding]
        return role, people

    def _superiors(self, campaign, moment, role, unit):
        """(id, role) of everybody who hears of the delay besides those who have to act.

        Each person once, in the role that is nearest to the filler.
        """
        nearest = {}
        for heard_as in self.plans[campaign].roles_informed_at(moment, role):
            for person in self.holding.holders(heard_as, unit):
                nearest.setdefault(person, heard_as)
        return list(nearest.items())


def _message(person, key, kind, text, at):
    """A message, its columns by position (see ``_add``).

    ``NEWS`` is marked as read from the start, because the messages it announces are in the inbox themselves.
    """
    return Notification(
        None, person, key, kind, None, text, at, at if kind == NEWS else None, None, None, 0, None, "", False
    )


def _voted(in_review):
    """(submission's id, member's id) of the votes in the present round of the submissions that wait for a group."""
    waiting = [row[0] for row in in_review if row[7] == GROUP_MEMBER]
    if not waiting:
        return set()
    votes = ReviewVote.objects.filter(
        round=F("submission__round"), submission__state=State.IN_REVIEW, submission__waiting_role=GROUP_MEMBER
    )
    return set(votes.order_by().values_list("submission_id", "member_id"))
