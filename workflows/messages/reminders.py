"""Who is reminded of what on a working day: before, on and after each deadline, once each. Source: R1-12 and all dated steps.

``points`` says which points a deadline has, ``deadlines`` counts the working days, ``Reminder`` is the ledger of what has been
said. The job of a day runs in one transaction behind the row of that day, so two schedulers never interleave and a killed
worker leaves nothing half. After an outage the last point reached is spoken of, once. All is read and written by sets: the
number of queries does not grow with the sheets.
"""

from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.actors import GROUP_MEMBER
from registers.schemes.language import StepKind
from workflows import policies
from workflows.deadlines import days
from workflows.messages import digests, notifications, robots
from workflows.messages.schedule import Plan
from workflows.models import Campaign, DailyRun, Notification, Reminder, ReviewVote, Submission
from workflows.models.notifications import DIGEST, NEWS
from workflows.models.submissions import EDITABLE, State

KIND = "remind"
BATCH = 1000
SOON, TODAY, LATE, THEIRS = range(4)
NEVER = -1000  # working days; earlier than any point


def remind(*, at, whatever_the_hour=False):
    """Write the reminders and digests of the working day of ``at`` (aware); return how many digests are new.

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
    """Lock the day's row, made if need be; False when the day is done. Whoever comes second waits here for the first."""
    run, _ = DailyRun.objects.select_for_update().get_or_create(kind=KIND, day=on)
    return run.finished_at is None


def finish_day(on, at):
    """Put on record, in the job's transaction, that the day is done."""
    DailyRun.objects.filter(kind=KIND, day=on).update(finished_at=at)


def digest_key(on):
    """One digest per person and day."""
    return f"{DIGEST}:{on:%Y%m%d}"


def said_before(due_days):
    """What the ledger holds of these deadlines: (sheet, step, round, due day, recipient) → the last point spoken of.

    ``due_days``: point → due days that have reached it. Only what has been said at that point or later matters.
    """
    wanted = Q(pk__in=[])
    for point, dates in due_days.items():
        wanted |= Q(due_on__in=dates, point__gte=point)
    rows = Reminder.objects.filter(wanted).order_by("point")
    said = rows.values_list("submission_id", "step", "round", "due_on", "recipient_id", "point")
    return {row[:5]: row[5] for row in said}


class Morning:
    """The reminders of one working day: lines in the ledger, a digest to each person, a message to each robot."""

    def __init__(self, on, days):
        self.on, self.days, self.holding = on, days, policies.Holding(on)
        running = Campaign.objects.filter(state="open").select_related("scheme").defer("scheme__source")
        self.rules = {campaign.pk: campaign.scheme.rules for campaign in running}
        self.plans = {
            pk: Plan(book.conduct.reminders, frozenset(map(str, book.roles))) for pk, book in self.rules.items()
        }
        # Person → how much is soon due, due today, late; and how much of others' is late.
        self.rows, self.counts, self.groups = [], {}, robots.Groups(on)

    def write(self, at):
        """Write it all; return the number of digests."""
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
        sheets = Submission.objects.filter(task__campaign__in=self.plans).order_by("pk")
        about = ("unit_id", "task__campaign_id", "person_id")
        to_fill = sheets.filter(policies.takes_content(self.on), state__in=EDITABLE, due_on__lte=near)
        to_fill = list(to_fill.values_list("pk", "step", "round", "due_on", *about, "person__is_active"))
        in_review = sheets.filter(state=State.IN_REVIEW, step_due_on__lte=near).exclude(waiting_role=policies.NOTICE)
        hands = ("waiting_role", "assigned_to_id", "task__route")
        in_review = list(in_review.values_list("pk", "step", "round", "step_due_on", *about, *hands))

        today, reached, due_days = self.days.number(self.on), {}, {}
        for due, campaign in {(row[3], row[5]) for rows in (to_fill, in_review) for row in rows}:
            point = self.plans[campaign].reached(today - self.days.number(due))
            if point is not None:
                reached[due, campaign] = point
                due_days.setdefault(point, []).append(due)
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

    def _tell(self, sheets, whose_hands, reached, said):
        """Add the lines about ``sheets``; ``whose_hands``: row → (role, ids of those who have to act)."""
        superiors, add = cache(self._superiors), self._add
        for row in sheets:
            pk, step, turn, due, unit, campaign, subject = row[:7]
            point = reached.get((due, campaign))
            if point is None:
                continue
            role, people = whose_hands(row)
            urgency = SOON if due > self.on else TODAY if due == self.on else LATE
            new = False
            for person in people:
                if not said or said.get((pk, step, turn, due, person), NEVER) < point:
                    add(person, urgency, row, point, "")
                    new = True
            if self.groups.listening:
                self.groups.hear(unit, role, people, urgency, new)
            if point <= 0:
                continue
            for person, heard_as in superiors(campaign, point, role, unit):
                if person == subject or person in people:
                    continue  # of his own delay nobody hears as of his unit's
                if not said or said.get((pk, step, turn, due, person), NEVER) < point:
                    add(person, THEIRS, row, point, heard_as)

    def _add(self, person, urgency, row, point, heard_as):
        pk, step, turn, due = row[:4]
        # By position, in the order of the model's fields: by name it takes twice as long, and this is the job's inner loop.
        self.rows.append(Reminder(None, person, pk, step, turn, due, point, self.on, heard_as))
        counts = self.counts.get(person)
        if counts is None:
            counts = self.counts[person] = [0, 0, 0, 0]
        counts[urgency] += 1

    def _who_fills(self, row):
        unit, person, active = row[4], row[6], row[7]
        if person is None:
            return "liaison", self.holding.holders("liaison", unit)
        return "post_holder", (person,) if active else ()

    def _who_decides(self, row):
        """Whoever acts at the step: the colleague it was handed to while he holds the part; no member who has voted."""
        pk, step, _, _, unit, campaign, subject, role, assigned, route = row
        people = self.holding.deciders(role, unit, person=subject, assigned_to=assigned)
        if role == GROUP_MEMBER and (campaign, route, step) in self._collective:
            concluding = self.holding.conclude(unit, subject)
            people = [user for user in people if (pk, user) not in self._voted or user in concluding]
        return role, people

    def _superiors(self, campaign, point, role, unit):
        """(id, role) of everybody who hears of the delay besides those who have to act; each once, in his nearest role."""
        found = {}
        for heard_as in self.plans[campaign].told(point, role):
            for person in self.holding.holders(heard_as, unit):
                found.setdefault(person, heard_as)
        return list(found.items())


def _message(person, key, kind, text, at):
    """A message, its columns by position (see ``_add``). News is read already: what it speaks of stands in the inbox as it is."""
    return Notification(None, person, key, kind, None, text, at, at if kind == NEWS else None, None, None, 0, False)


def _voted(in_review):
    """(sheet, member) of the votes cast in the present round of the sheets that wait for a group."""
    waiting = [row[0] for row in in_review if row[7] == GROUP_MEMBER]
    if not waiting:
        return set()
    votes = ReviewVote.objects.filter(
        round=F("submission__round"), submission__state=State.IN_REVIEW, submission__waiting_role=GROUP_MEMBER
    )
    return set(votes.order_by().values_list("submission_id", "member_id"))
