"""The text of a daily digest: one sentence, the lines on the page, and the mail.

The page and the mail are made from the reminders when they are read or sent, so work that was done meanwhile is left
out of the mail and marked as done on the page.
"""

from dataclasses import dataclass, field
from functools import cache

from django.db.models import Count, F, Q
from django.utils import timezone

from registers.access import Seen, can, policy_of
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.prepared import Given, Prepared
from workflows import policies
from workflows.models import Reminder, ReviewVote, Submission
from workflows.models.campaigns import RUNNING
from workflows.models.submissions import EDITABLE, State

BY_NAME = 12  # up to so many delays of a unit are listed by name; more are shown as a number and a link
OWN_SHOWN = 20  # the reader's own lines in one digest; the desk shows the rest
LINES_READ = 600  # lines read for all digests of one page together
ABOUT = ("submission__task__campaign__scheme", "submission__unit", "submission__post", "submission__person")
LONG = ("submission__task__campaign__scheme__document", "submission__task__campaign__scheme__source")


def sentence(soon, today, late, theirs, messages):
    """Say the digest in one sentence, which still holds when it is read another day.

    ``soon``, ``today``, ``late``: how many submissions of the reader's own are due soon, due today or late.
    ``theirs``: how many are late in the units he answers for. ``messages``: how many new messages his mail brings.
    """
    own = [f"{soon} 项即将截止", f"{today} 项当日截止", f"{late} 项已逾期"]
    own = [words for words, number in zip(own, (soon, today, late), strict=True) if number]
    parts = [f"当日有 {soon + today + late} 项提醒：{'，'.join(own)}"] if own else []
    parts += [f"所负责单位有 {theirs} 项逾期"] if theirs else []
    parts += [f"另有 {messages} 条新消息" if parts else f"有 {messages} 条新消息"] if messages else []
    return f"{'；'.join(parts)}。"


def undone(reminders):
    """Keep those of ``reminders`` (a queryset) that still ask for work.

    The submission is at the same step and round, has the same deadline, and its campaign is running.
    """
    fill = Q(submission__state__in=EDITABLE, submission__due_on=F("due_on"))
    review = Q(submission__state=State.IN_REVIEW, submission__step_due_on=F("due_on"))
    return reminders.filter(
        fill | review & ~Q(submission__waiting_role__in=policies.IDLE),
        submission__step=F("step"),
        submission__round=F("round"),
        submission__task__campaign__state__in=RUNNING,
    )


def waiting_for(actor, submissions):
    """Ids of those of ``submissions`` (a queryset) that ``actor`` has to fill or to decide now.

    A collective review in which he has voted counts only if it is he who concludes it.
    """
    waiting = policy_of(Submission).to_do(submissions, actor).with_rules().select_related("unit", "person")
    waiting = {submission.pk: submission for submission in waiting}
    with_group = [submission for submission in waiting.values() if submission.waiting_role == GROUP_MEMBER]
    voted = set()
    if with_group:
        mine = ReviewVote.objects.filter(member=actor.user_id, submission__in=with_group)
        voted = set(mine.values_list("submission_id", "round"))
    done = {
        submission.pk
        for submission in with_group
        if (submission.pk, submission.round) in voted
        and submission.step_rules.kind == "collective_review"
        and not can(actor, "conclude", submission)
    }
    return set(waiting) - done


@dataclass
class Line:
    """One thing that the reader of a digest has to do himself.

    ``due``: the last day of ``submission``. ``tone``: how urgent that was on the day of the digest (soon, today, late).
    ``done``: the work was done, or the deadline was moved. ``may_open``: the reader may open the submission.
    """

    submission: Submission
    due: object
    tone: str
    done: bool = False
    may_open: bool = False

    @property
    def what(self):
        """The work to do, in words: fill in, or the name of the step."""
        step = self.submission.step_rules
        return "填报" if self.submission.state in EDITABLE or step is None else step.label

    @property
    def whose(self):
        """The name that tells it from others of the task: the post if it is his own, else the subject."""
        own = self.submission.post_id and self.submission.state in EDITABLE
        return self.submission.post.name if own else self.submission.subject


@dataclass
class Place:
    """The delays of one unit.

    ``number``: how many submissions are late. ``papers``: label of the paper → names, as far as the reader may see
    names.
    """

    name: str
    code: str
    number: int
    papers: dict = field(default_factory=dict)

    @property
    def by_name(self):
        """``[(paper, names)]``, empty for the school's own roles and where the list would be long."""
        named = sum(map(len, self.papers.values()))
        return [(paper, "、".join(names)) for paper, names in self.papers.items()] if named == self.number else []

    @property
    def words(self):
        """The unit's delays in one line of text."""
        return "；".join(f"“{paper}”{names}" for paper, names in self.by_name) or f"{self.number} 项"


@dataclass
class Digest:
    """The lines of one day's digest.

    ``own``: what the reader has to do himself (``Line``). ``own_more``: how many more there are. ``places``: the
    delays of the units he answers for (``Place``).
    """

    own: list = field(default_factory=list)
    own_more: int = 0
    places: list = field(default_factory=list)


def of_days(actor, days):
    """Read the digests of ``actor`` for ``days``: day → ``Digest``.

    Submissions that he may no longer know of (he has left the unit) are left out, and so are delays that have been made
    up for. The number of queries does not grow with the days or the lines.
    """
    asked = _asked(actor, days)
    digests = {day: Digest() for day in days}
    own = _own().of(**asked)
    live = {pk for (pk,) in _live().of(reminders=[row.pk for row in own])} if own else set()
    readable = {pk for (pk,) in _sheets().by(actor, about={row.submission_id for row in own})} if own else set()
    for row in own:
        digest = digests[row.day]
        if len(digest.own) == OWN_SHOWN:
            digest.own_more += 1
            continue
        tone = "soon" if row.due_on > row.day else "today" if row.due_on == row.day else "late"
        done, may_open = row.pk not in live, row.submission_id in readable
        digest.own.append(Line(row.submission, row.due_on, tone, done, may_open))
    for day, places in _places(asked).items():
        digests[day].places = places
    return digests


def _asked(actor, days):
    """Return what the statements about the reminders of ``days`` are asked."""
    return {**policy_of(Reminder).facts(actor), "units": policies.known_units(actor), "days": list(days)}


def _mine():
    """The reminders of some days that their reader may see, about sheets of which he may know."""
    known = Submission.objects.filter(policies.known_to(Given("person"), Given("units")))
    mine = policy_of(Reminder).readable({"person": Given("person")})
    return Reminder.objects.filter(mine, day__within=Given("days"), submission__in=known)


@cache
def _own():
    own = _mine().filter(heard_as="").select_related(*ABOUT).defer(*LONG)
    return Prepared(own.order_by("-day", "due_on", "pk")[:LINES_READ])


@cache
def _live():
    return Prepared(undone(Reminder.objects.filter(pk__within=Given("reminders"))).order_by().values_list("pk"))


@cache
def _sheets():
    return Seen(Submission.objects.filter(pk__within=Given("about")).order_by().values_list("pk"))


def _places(asked):
    """Read what is late in the units that the reader answers for: day → list of ``Place``. ``asked``: from ``_asked``.

    Two queries: the numbers, and the names where the list is short.
    """
    late_in = {}
    for day, _, code, name, unit, number in _late().of(**asked):
        late_in.setdefault(day, {})[unit] = Place(name, code, number)
    short = {place.code for places in late_in.values() for place in places.values() if place.number <= BY_NAME}
    for row in _named().of(**asked, codes=short) if short else ():
        place = late_in[row.day][row.submission.unit_id]
        if place.number <= BY_NAME:
            place.papers.setdefault(row.submission.task.label, []).append(_who(row.submission))
    return {day: list(places.values()) for day, places in late_in.items()}


@cache
def _late():
    shown = ("day", *(f"submission__unit__{name}" for name in ("position", "code", "name")), "submission__unit_id")
    late = undone(_mine().exclude(heard_as=""))
    return Prepared(late.order_by("-day", *shown[1:]).values_list(*shown).annotate(number=Count("pk")))


@cache
def _named():
    named = undone(_mine().exclude(heard_as="")).exclude(heard_as__in=SCHOOL_ROLES)
    named = named.filter(submission__unit__code__within=Given("codes")).select_related(*ABOUT).defer(*LONG)
    return Prepared(named.order_by("-day", "due_on", "pk")[:LINES_READ])


def _who(submission):
    """Whose submission is late, and at which step once it has left the filler."""
    whose = submission.person.name if submission.person_id else "单位表"
    return whose if submission.state in EDITABLE else f"{whose}（待{submission.step_rules.label}）"


def letter(message, actor):
    """Write the lines of a digest's mail from what is undone now: a list of lines, empty when all is done."""
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
    places = _places(_asked(actor, [day])).get(day, [])
    if places:
        lines += [*([""] if lines else []), "所负责单位的逾期事项："]
        lines += [f"- {place.name}：{place.words}" for place in places]
    return lines
