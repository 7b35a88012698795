"""What a digest says: its sentence, its lines on the page, and the mail made from what is still undone when it goes out."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.utils import timezone

from registers.access import can, policy_of
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from workflows import policies
from workflows.models import Reminder, ReviewVote, Submission
from workflows.models.submissions import EDITABLE, State

BY_NAME = 12  # so many delays of a unit are told by name; more are a number and a link
OWN_SHOWN = 20  # lines of one's own per digest; the desk shows the rest
LINES_READ = 600  # of all digests on a page
ABOUT = ("submission__task__campaign__scheme", "submission__unit", "submission__post", "submission__person")
LONG = ("submission__task__campaign__scheme__document", "submission__task__campaign__scheme__source")


def sentence(soon, today, late, theirs, messages):
    """The digest in one sentence, from its numbers."""
    own = [f"{soon} 项即将截止", f"{today} 项今天截止", f"{late} 项已逾期"]
    own = [words for words, number in zip(own, (soon, today, late), strict=True) if number]
    parts = [f"今天有 {soon + today + late} 项提醒：{'，'.join(own)}"] if own else []
    parts += [f"所负责单位有 {theirs} 项逾期"] if theirs else []
    parts += [f"另有 {messages} 条新消息" if parts else f"有 {messages} 条新消息"] if messages else []
    return f"{'；'.join(parts)}。"


def undone(reminders):
    """Those of ``reminders`` whose sheet still stands where it stood, with the same deadline, in a campaign that runs."""
    fill = Q(submission__state__in=EDITABLE, submission__due_on=F("due_on"))
    review = Q(submission__state=State.IN_REVIEW, submission__step_due_on=F("due_on"))
    return reminders.filter(
        fill | review & ~Q(submission__waiting_role=policies.NOTICE),
        submission__step=F("step"),
        submission__round=F("round"),
        submission__task__campaign__state="open",
    )


def waiting_for(actor, sheets):
    """Ids of those of ``sheets`` (a queryset) that ``actor`` has to fill or to decide now; where he has voted, only to conclude."""
    policy = policy_of(Submission)
    found = (
        (policy.to_fill(sheets, actor) | policy.awaiting(sheets, actor)).with_rules().select_related("unit", "person")
    )
    found = {sheet.pk: sheet for sheet in found}
    with_group = [sheet for sheet in found.values() if sheet.waiting_role == GROUP_MEMBER]
    voted = set()
    if with_group:
        mine = ReviewVote.objects.filter(member=actor.user_id, submission__in=with_group)
        voted = set(mine.values_list("submission_id", "round"))
    done = {
        sheet.pk
        for sheet in with_group
        if (sheet.pk, sheet.round) in voted
        and sheet.step_rules.kind == "collective_review"
        and not can(actor, "conclude", sheet)
    }
    return set(found) - done


@dataclass
class Line:
    """Something one has to do oneself: ``sheet``, its ``due`` day, and how urgent that was on the digest's day.

    ``done``: it has been seen to, or its deadline was moved. ``may_open``: the reader may open the sheet.
    """

    sheet: Submission
    due: object
    tone: str
    done: bool = False
    may_open: bool = False

    @property
    def what(self):
        """What there is to do."""
        step = self.sheet.step_rules
        return "填报" if self.sheet.state in EDITABLE or step is None else step.label

    @property
    def whose(self):
        """Which of the sheets of that name: one's own by its post, another's by its subject."""
        own = self.sheet.person_id and self.sheet.state in EDITABLE
        return self.sheet.post.name if own else self.sheet.subject


@dataclass
class Place:
    """What is late in one unit: ``number`` in all, and ``papers`` (paper → names) as far as the reader is told names."""

    name: str
    code: str
    number: int
    papers: dict = field(default_factory=dict)

    @property
    def by_name(self):
        """``[(paper, names)]``; empty for the school's own roles and where the list would be long."""
        told = sum(map(len, self.papers.values()))
        return [(paper, "、".join(names)) for paper, names in self.papers.items()] if told == self.number else []

    @property
    def words(self):
        """The unit's delays in a line of text."""
        return "；".join(f"“{paper}”{names}" for paper, names in self.by_name) or f"{self.number} 项"


@dataclass
class Digest:
    """The lines of one day: ``own`` (more than shown: ``own_more``) and ``places``."""

    own: list = field(default_factory=list)
    own_more: int = 0
    places: list = field(default_factory=list)


def of_days(actor, days):
    """Day → ``Digest`` of the reader, for the digests of these days. As many queries for one day and line as for all.

    Sheets he no longer knows of (he has left the unit) are left out; so are delays that have been made up for.
    """
    mine = Reminder.objects.visible_to(actor).filter(day__in=days)
    known = Submission.objects.listed_to(actor)
    found = {day: Digest() for day in days}
    own = mine.filter(heard_as="", submission__in=known).select_related(*ABOUT).defer(*LONG)
    own = list(own.order_by("-day", "due_on", "pk")[:LINES_READ])
    live = set(undone(mine.filter(heard_as="")).filter(pk__in=[row.pk for row in own]).values_list("pk", flat=True))
    sheets = [row.submission_id for row in own]
    readable = set(Submission.objects.visible_to(actor).filter(pk__in=sheets).values_list("pk", flat=True))
    for row in own:
        digest = found[row.day]
        if len(digest.own) == OWN_SHOWN:
            digest.own_more += 1
            continue
        tone = "soon" if row.due_on > row.day else "today" if row.due_on == row.day else "late"
        done, may_open = row.pk not in live, row.submission_id in readable
        digest.own.append(Line(row.submission, row.due_on, tone, done, may_open))
    for day, places in _places(mine, known).items():
        found[day].places = places
    return found


def _places(reminders, known):
    """Day → what is late in the units one answers for, by unit. Two queries: the numbers, and the names of short lists."""
    late = undone(reminders.exclude(heard_as="")).filter(submission__in=known)
    unit = ("submission__unit__position", "submission__unit__code", "submission__unit__name", "submission__unit_id")
    found = {}
    for row in late.order_by("-day", *unit).values("day", *unit).annotate(number=Count("pk")):
        place = Place(row["submission__unit__name"], row["submission__unit__code"], row["number"])
        found.setdefault(row["day"], {})[row["submission__unit_id"]] = place
    short = [place for places in found.values() for place in places.values() if place.number <= BY_NAME]
    named = late.exclude(heard_as__in=SCHOOL_ROLES).filter(submission__unit__code__in={place.code for place in short})
    for row in named.select_related(*ABOUT).defer(*LONG).order_by("-day", "due_on", "pk")[:LINES_READ]:
        place = found[row.day][row.submission.unit_id]
        if place.number <= BY_NAME:
            place.papers.setdefault(row.submission.task.label, []).append(_who(row.submission))
    return {day: list(places.values()) for day, places in found.items()}


def _who(sheet):
    """Whose sheet is late, and at which step when it is no longer he who has to act."""
    whose = sheet.person.name if sheet.person_id else "单位表"
    return whose if sheet.state in EDITABLE else f"{whose}（待{sheet.step_rules.label}）"


def letter(message, actor):
    """What the mail of a digest says of its reminders, as they stand now: list of lines, empty when all is done."""
    day = timezone.localdate(message.created_at)
    mine = Reminder.objects.visible_to(actor).filter(day=day)
    known = Submission.objects.listed_to(actor)
    own = undone(mine.filter(heard_as="", submission__in=known)).select_related(*ABOUT).defer(*LONG)
    own = list(own.order_by("due_on", "pk"))
    waiting = waiting_for(actor, Submission.objects.filter(pk__in=[row.submission_id for row in own])) if own else set()
    own = [row for row in own if row.submission_id in waiting]
    lines = ["需要您办理："] if own else []
    for number, row in enumerate(own[:OWN_SHOWN], start=1):
        line = Line(row.submission, row.due_on, "")
        until = f"{row.due_on.month}月{row.due_on.day}日 24:00 截止"
        lines.append(f"{number}. “{row.submission.task.label}”（{line.what}，{line.whose}），{until}")
    if len(own) > OWN_SHOWN:
        lines.append(f"共 {len(own)} 项，其余见“我的待办”。")
    places = _places(mine, known).get(day, [])
    if places:
        lines += [*([""] if lines else []), "所负责单位的逾期事项："]
        lines += [f"- {place.name}：{place.words}" for place in places]
    return lines
