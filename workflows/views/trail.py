"""How a submission is shown in lists and on its page: its steps, its history, what to do next."""

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from workflows.models.submissions import CARRIED, EDITABLE, MEETING, NOTICE, UNPUBLISHED, State
from workflows.policies.remedies import AT_NOTICE, idle
from workflows.routing import steps

STATE_WORDS = dict(State.choices)


@dataclass
class Item:
    """One row of a to-do list."""

    submission: object
    due: object = None
    voted: bool = False
    leads: bool = False

    @property
    def waits_for_others(self):
        """Whether the reader has voted already and somebody else has to conclude."""
        return self.voted and not self.leads

    @property
    def state_label(self):
        """The state in words."""
        return STATE_WORDS[self.submission.state]

    @cached_property
    def step(self):
        """The step where it is, in the rule book."""
        return self.submission.step_rules

    @property
    def counts_votes(self):
        """Whether the present step asks for votes."""
        return self.step is not None and self.step.kind == "collective_review"

    @property
    def is_closed(self):
        """Whether its day has passed and the task takes no late submissions."""
        overdue = self.submission.state in EDITABLE and self.due is not None and self.due.tone == "late"
        return overdue and self.submission.task.rules.deadline != "soft"

    @property
    def about(self):
        """Whose it is, where he works, and on which paper it is printed, in words."""
        submission, paper = self.submission, self.submission.task.paper_rules
        whose = f"{submission.subject} · {submission.unit}" if submission.person_id else submission.subject
        return f"{whose} · {paper.label} {paper.title}" if paper.label else f"{whose} · {paper.title}"

    @property
    def next_words(self):
        """What the reader is asked to do, in words."""
        submission = self.submission
        if self.is_closed:
            return "已过截止日期，不能再提交" + (
                "；可申请延期" if submission.task.rules.deadline == "extension" else ""
            )
        if submission.state == State.RETURNED:
            return "按审核意见修改后重新提交"
        if submission.state in EDITABLE:
            return "填写并提交"
        if self.is_idle or submission.waiting_role == MEETING:
            return self._waiting_words()
        if self.counts_votes:
            return self._vote_words()
        return self.step.label if self.step else ""

    @property
    def is_idle(self):
        """Whether it is in review and nobody's turn."""
        return bool(idle(self.submission))

    @property
    def place(self):
        """The step where it is, in a few words."""
        submission = self.submission
        if submission.waiting_role in AT_NOTICE:
            return AT_NOTICE[submission.waiting_role]
        label = self.step.label if self.step else ""
        if submission.waiting_role == MEETING:
            return f"待会议审议：{label}"
        return f"{label}（待补正）" if submission.waiting_role == CARRIED else label

    def _waiting_words(self):
        if self.submission.waiting_role == MEETING:
            return self.place
        if self.submission.waiting_role == NOTICE:
            return "公示环节，期满后自动进入下一环节"
        if self.submission.waiting_role in (UNPUBLISHED, CARRIED):
            return f"等待{idle(self.submission)}"
        carrier = self.submission.carrier
        if carrier is None:
            return f"{idle(self.submission)}：等待单位表提交"
        carrier.task.campaign = self.submission.task.campaign  # the same, with its rule book
        return f"{idle(self.submission)}，现在：{Item(carrier).place}"

    def _vote_words(self):
        if not self.voted:
            return f"{self.step.label}：逐项表决"
        return "其他成员表决后，由您形成集体意见" if self.leads else "已表决，待组长形成集体意见"


@dataclass
class StepShown:
    """One step of the route as ``components/steps.html`` takes it."""

    label: str
    state: str
    who: str = ""
    when: str = ""


def route_steps(submission, decisions):
    """The submission's route, with who did what when. ``decisions``: its trail, oldest first."""
    done, filling = {}, submission.task.route_rules.steps[0].code
    for decision in decisions:
        if decision.verdict in steps.BACK:
            done = {}
        elif decision.verdict == "recompile":
            done = {step: act for step, act in done.items() if step == filling}
        elif decision.verdict in steps.FORWARD:
            done[decision.step] = decision
    shown, reached = [], False
    for step in submission.task.route_rules.steps:
        here = submission.state not in (State.FILED, State.CANCELLED) and step.code == submission.step
        reached = reached or here
        if submission.gravest_rank and not steps.concerns(step, submission.gravest_rank):
            state = "skipped"
        elif here:
            state = "back" if submission.state == State.RETURNED else "current"
        elif step.code in done and not reached:
            state = "done"
        else:
            state = "todo"
        decision = done.get(step.code) if state == "done" else None
        when = f"{timezone.localtime(decision.at):%Y-%m-%d %H:%M}" if decision else ""
        shown.append(StepShown(step.label, state, decision.who if decision and decision.actor_id else "", when))
    return shown


@dataclass
class Event:
    """One event in a submission's history, as ``components/decision.html`` takes it."""

    who: str
    verdict: str
    when: object
    role: str = ""
    step: str = ""
    tone: str = "note"
    opinion: str = ""
    days_late: int | None = None
    outside: str = ""
    digest: str = ""
    redo_due: str = ""


def history(submission, decisions):
    """Everything that happened to a submission, oldest first: its decisions and requests for longer terms.

    Reads requests only where ``submission.has_extensions``.
    """
    events = [
        Event(
            who=row.who,
            verdict=row.get_verdict_display(),
            when=row.at,
            role=row.role_label,
            step=row.step_label,
            tone=row.tone,
            opinion=row.opinion,
            days_late=row.days_late,
            outside="；".join(filter(None, [row.meeting_words, row.outside_words])),
            digest=row.code,
            redo_due=row.redo_text,
        )
        for row in decisions
    ]
    roles = submission.task.campaign.scheme.rules.roles
    asked = submission.extensions.select_related("asked_by", "decided_by", "on_behalf_of")
    for row in asked if submission.has_extensions else ():
        until = f"申请由 {row.due_before:%Y-%m-%d} 延至 {row.until:%Y-%m-%d}"
        events.append(
            Event(who=str(row.asked_by), verdict="申请延期", when=row.asked_at, opinion=row.reason, redo_due=until)
        )
        if row.granted is not None:
            events.append(
                Event(
                    who=row.who,
                    verdict=row.result,
                    when=row.decided_at,
                    role=roles.get(row.role, "") if row.decided_by_id else "",
                    tone="pass" if row.granted else "note",
                    opinion=row.answer,
                    redo_due=f"截止 {row.granted_until:%Y-%m-%d} 24:00" if row.granted else "",
                )
            )
    return sorted(events, key=lambda event: event.when)


TONES = {"return": "return", "part": "return", "agree": "pass", "submit": "pass"}


def trail_of(submission):
    """The decisions on a submission, oldest first, each with its tone for display."""
    roles = submission.task.campaign.scheme.rules.roles
    decisions = list(submission.decisions.select_related("actor", "on_behalf_of", "meeting").order_by("seen_version"))
    for decision in decisions:
        decision.tone = TONES.get(decision.verdict, "note")
        decision.role_label = roles.get(decision.acting_role, "")
        decision.redo_text = (
            f"限 {decision.redo_on.year}年{decision.redo_on.month}月{decision.redo_on.day}日 24:00 前重新提交"
            if decision.redo_on
            else ""
        )
    return decisions
