"""Follow staff changes during a campaign: who came, left or changed post, and what that changes.

The register belongs to the post: what its last holder has filed counts, and his successor is asked to look at each
point. Source: R0-26, R2-01, R4-30.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.models import RiskPoint, Unit
from registers.models.spans import existing_on
from registers.schemes.language import SUCCESSION, Brings, Level
from registers.text import clipped
from workflows import policies
from workflows.campaign import campaigns, owing, scoping
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Campaign, RosterChange, Submission
from workflows.models.submissions import State

Kind = RosterChange.Kind
LAST = 900  # position of the successors' task: after all tasks of the rule book
CLOSED, DISABLED = "单位已撤销", "账号停用"
TAKEN = (State.IN_REVIEW, State.FILED)  # what a post's holder has handed in counts for the post


@dataclass
class _Case:
    """What changes for one person at one post: why, which tasks are owed, which submissions end."""

    kind: str
    reason: str
    unit: int
    owed: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    succeeds: bool = False


def reconcile_all(*, at):
    """Bring every running campaign up to today's posts, and return how many changes there were.

    Running it again changes nothing.
    """
    return sum(reconcile(campaign, at=at) for campaign in Campaign.objects.filter(state="open"))


@transaction.atomic
@audit.at_the_end()
def reconcile(campaign, *, at, actor=None):
    """Bring a campaign up to today's posts, and return how many changes there were.

    Newcomers get their submissions, those of people who left or are no longer asked are stopped, successors are
    asked. Submissions in review go on, whatever happened to their filler. Who gave up a post gets no message;
    liaisons are told how many came and went. Locks the campaign, so two runs at once do it once.
    """
    campaign = (
        Campaign.objects.select_for_update(of=("self",)).select_related("scheme", "institution").get(pk=campaign.pk)
    )
    if campaign.state != Campaign.State.OPEN:
        return 0
    on = timezone.localdate(at)
    roster = _Roster(campaign, on)
    cases = roster.cases()
    _settle(campaign, roster, cases, at=at)
    units = _units(campaign, roster, at=at)
    if cases or units:
        owing.open_ready(at=at, campaign=campaign.pk)
        _tell_liaisons(roster, cases, at=at)
        audit.append(
            "campaign.roster", about=campaign, actor=actor, at=at, detail={"changes": len(cases), "unit_sheets": units}
        )
    return len(cases)


@dataclass
class Due:
    """What following the posts of a day would do.

    ``ends``: sheet's id → why it is stopped. ``begins``: how many sheets are new.
    """

    ends: dict
    begins: int


def due(campaign, *, on):
    """Return the ``Due`` of an open campaign on the day ``on``: what ``reconcile`` would do."""
    roster = _Roster(campaign, on)
    cases = roster.cases().values()
    ends = {pk: _in_words(case) for case in cases for pk in case.ends}
    ends |= dict.fromkeys(_gone(campaign, on).filter(state__in=owing.STOPPABLE).values_list("pk", flat=True), CLOSED)
    subjects, begins = _headed(roster), sum(len(case.owed) + case.succeeds for case in cases)
    for task in roster.unit_tasks:
        begins += sum(1 for _ in owing.owed(task, subjects))
    return Due(ends, begins)


class _Roster:
    """Today's posts beside what is owed, read in a constant number of queries."""

    def __init__(self, campaign, on):
        self.campaign, self.on, self.rules = campaign, on, campaign.scheme.rules
        self.units = set(campaign.enrolments.values_list("unit_id", flat=True))
        gone = Unit.objects.filter(~existing_on(on), pk__in=self.units)
        self.closed = set(gone.order_by().values_list("pk", flat=True))
        self.tasks = campaigns.open_tasks(campaign)
        self.personal = [task for task in self.tasks if task.level == Level.PERSONAL and task.code != SUCCESSION]
        self.unit_tasks = [task for task in self.tasks if task.level == Level.UNIT]
        self.held, self.judged = {}, {}
        self.holders, self.newest = defaultdict(set), {}  # post → ids of those who hold it, who took it last
        for held, said in scoping.judged(self.rules, scoping.holders_of_posts(self.units, on=on)):
            self.held[held.post_id, held.user_id] = held
            self.judged[held.post_id, held.user_id] = said
            self.holders[held.post_id].add(held.user_id)
            newest = self.newest.setdefault(held.post_id, held)
            self.newest[held.post_id] = max(newest, held, key=lambda row: (row.since, row.pk))
        self.submissions, self.of_post = defaultdict(list), defaultdict(set)
        rows = Submission.objects.filter(task__campaign=campaign, person__isnull=False).order_by("pk")
        for pk, task, code, brings, unit, post, person, state in rows.values_list(
            "pk", "task_id", "task__code", "task__brings", "unit_id", "post_id", "person_id", "state"
        ):
            self.submissions[post, person].append((pk, task, code, brings, unit, state))
            if state in TAKEN and person not in self.holders.get(post, ()):
                self.of_post[post].add(task)

    def cases(self):
        """Compare posts and submissions: ``{(post, person): _Case}`` of everything that has to change today."""
        cases = {}
        for key, rows in self.submissions.items():
            ends = [pk for pk, *_, state in rows if state in owing.STOPPABLE]
            if not ends:
                continue
            if key not in self.held:
                cases[key] = _Case(Kind.LEFT, self._why_left(key, rows[0][4]), rows[0][4], ends=ends)
            elif not self.judged[key].is_in:
                ends = [pk for pk, _, code, *_, state in rows if state in owing.STOPPABLE and code != SUCCESSION]
                if ends:
                    cases[key] = _Case(Kind.OUT_OF_SCOPE, self.judged[key].reason, rows[0][4], ends=ends)
        for key, held in self.held.items():
            if key not in cases and self.judged[key].is_in and (owed := self._missing(key)):
                cases[key] = _Case(Kind.JOINED, self.judged[key].reason, held.post.unit_id, owed=owed)
        for key, held in self._successors():
            if key in cases and cases[key].kind == Kind.OUT_OF_SCOPE:
                continue
            case = cases.setdefault(key, _Case(Kind.SUCCEEDED, "接任该岗位，岗位已有登记的风险点", held.post.unit_id))
            case.succeeds = True
            if case.kind == Kind.JOINED:
                case.reason += "；接任该岗位，岗位已有登记的风险点"
        return cases

    def _why_left(self, key, unit):
        if unit in self.closed:
            return CLOSED
        return DISABLED if key in self.disabled else "已不担任该岗位"

    @cached_property
    def disabled(self):
        """Those who hold their posts as before, but whose accounts are disabled."""
        return scoping.disabled_holders(self.units, on=self.on)

    @cached_property
    def succession(self):
        """The campaign's task for successors, made when it is first needed."""
        task = self.campaign.tasks.filter(code=SUCCESSION).first() or campaigns.make_task(
            self.campaign, self.rules.succession, phase=None, position=LAST, on=self.on
        )
        task.campaign = self.campaign
        return task

    def due_of(self, task):
        """Return a function subject → last day, for somebody who comes to ``task`` today."""
        if task.code == SUCCESSION:
            asked_until = days.add_working_days(self.on, self.rules.conduct.succession.days)
            return lambda subject: asked_until
        return campaigns.due_of_late(task, on=self.on)

    def _missing(self, key):
        """The tasks that the holder has no submission of and that his predecessor has not handed in for the post."""
        has = {task for _, task, *_, state in self.submissions.get(key, ()) if state != State.CANCELLED}
        return [task for task in self.personal if task.pk not in has and task.pk not in self.of_post[key[0]]]

    def _successors(self):
        """Yield the holders of posts whose points still name somebody who holds the post no more.

        Of several holders it is whoever took the post last. Who is being asked about those points already is left out.
        """
        if self.rules.succession is None:
            return
        points = RiskPoint.objects.open().filter(
            level=self.rules.succession.points or Level.PERSONAL, unit__in=self.units
        )
        named = defaultdict(set)
        for post, holder in points.values_list("post_id", "holder_id"):
            named[post].add(holder)
        for post, held in self.newest.items():
            person = held.user_id
            if not named[post] - self.holders[post]:
                continue
            mine = self.submissions.get((post, person), ())
            asked = any(
                state != State.CANCELLED and (code == SUCCESSION or (brings == Brings.POINTS and state != State.FILED))
                for _, _, code, brings, _, state in mine
            )
            if not asked and not self._will_search((post, person)):
                yield (post, person), held

    def _will_search(self, key):
        """Whether he is about to get the search task itself, which asks about every point."""
        return self.judged[key].is_in and any(task.brings == Brings.POINTS for task in self._missing(key))


def _settle(campaign, roster, cases, *, at):
    """Make and cancel the submissions of all cases, a task or a reason at a time, and store the cases."""
    on, owed, ends, changes = roster.on, defaultdict(list), defaultdict(list), []
    for (post, person), case in cases.items():
        subject = {"unit_id": case.unit, "post_id": post, "person_id": person}
        for task in [*case.owed, *([roster.succession] if case.succeeds else [])]:
            owed[task].append(subject)
        ends[_in_words(case)] += case.ends
        changes.append(
            RosterChange(
                campaign=campaign,
                post_id=post,
                person_id=person,
                kind=case.kind,
                reason=clipped(case.reason, 200),
                opened=len(case.owed) + case.succeeds,
                cancelled=len(case.ends),
                on=on,
            )
        )
    for words, pks in ends.items():
        owing.stop(Submission.objects.filter(pk__in=pks), reason=words, at=at)
    for task, subjects in owed.items():
        owing.owe(task, subjects, due_of=roster.due_of(task))
    RosterChange.objects.bulk_create(changes, batch_size=500, ignore_conflicts=True)


def _units(campaign, roster, *, at):
    """Make the submissions of units that have got a head, cancel those of closed units, return how many it was."""
    subjects = _headed(roster)
    owed = sum(
        owing.owe(task, subjects, due_of=campaigns.due_of_late(task, on=roster.on)) for task in roster.unit_tasks
    )
    return owed + owing.stop(_gone(campaign, roster.on), reason=CLOSED, at=at)


def _headed(roster):
    """The subjects of unit sheets: the units that have a head of their own."""
    return [{"unit_id": unit} for unit in scoping.answerable(roster.units, on=roster.on)]


def _gone(campaign, on):
    """The sheets of closed units."""
    return Submission.objects.filter(~existing_on(on, "unit"), task__campaign=campaign, person=None)


def _in_words(case):
    """Why a sheet is stopped. Whose account is disabled may hold the post all the same, so he is not said to have left."""
    return case.reason if case.reason == DISABLED else f"{Kind(case.kind).label}：{case.reason}"


def _tell_liaisons(roster, cases, *, at):
    """Send one message per unit and day to its liaisons: how many changes there were, not who."""
    by_unit = defaultdict(int)
    for case in cases.values():
        by_unit[case.unit] += 1
    day, messages, holding = f"{roster.on:%Y%m%d}", [], policies.Holding(roster.on)
    for enrolment in roster.campaign.enrolments.filter(unit__in=by_unit).select_related("unit"):
        unit = enrolment.unit
        text = f"{unit}有 {by_unit[unit.pk]} 项人员变动，应填的表已相应调整，请核对。"
        key = f"roster:{roster.campaign.pk}:{unit.pk}:{day}"
        messages += [(person, key, text, None) for person in holding.holders("liaison", unit.pk)]
    notifications.post_each(messages, kind="campaign.roster", at=at)
