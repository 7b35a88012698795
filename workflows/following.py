"""What a change of the organisation means for running sheets: who acts on each before and after it.

Who acts is said by the deciders (``policies.Holding``) alone.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from registers.models import User
from workflows import policies
from workflows.models import Submission
from workflows.models.campaigns import RUNNING
from workflows.models.submissions import EDITABLE, UNFINISHED, State

NAMED = 3  # sheets of a line, and people of one


class Follows(StrEnum):
    """What becomes of a sheet."""

    STOPPED = "stopped"
    ALONE = "alone"  # nobody acts on it
    PASSED = "passed"
    OWED = "owed"


@dataclass(frozen=True)
class Place:
    """Where a running sheet stands: the people who fill it, or who act on it now.

    ``subject``: what it is, by its task and whose it is.
    """

    subject: tuple
    people: tuple
    is_filled: bool


@dataclass(frozen=True)
class Effect:
    """The same thing that becomes of several sheets.

    ``before`` and ``after``: ids of those who act. ``subjects``: the sheets as ``(task, post, person, unit or None)``; the unit only of
    a sheet that is the unit's own. ``names`` and ``sheets`` are for showing.
    """

    kind: Follows
    is_filled: bool
    before: tuple
    after: tuple
    reason: str
    subjects: tuple
    names: dict = field(default_factory=dict, compare=False, repr=False)
    sheets: list = field(default_factory=list, compare=False, repr=False)

    @property
    def count(self):
        return len(self.subjects)

    @property
    def more(self):
        """How many sheets there are beside those shown."""
        return self.count - len(self.sheets)

    @property
    def words(self):
        """What follows, in one sentence."""
        verb = "填报" if self.is_filled else "办理"
        if self.kind == Follows.STOPPED:
            return f"{self.count} 张表将停办（{self.reason}）"
        if self.kind == Follows.ALONE:
            return f"{self.count} 张表将没有人{verb}，请先任命有关人员"
        if self.kind == Follows.OWED:
            return f"将新增 {self.count} 张表，由{self._named(self.after)}填报"
        before = f"（原由{self._named(self.before)}{verb}）" if self.before else ""
        return f"{self.count} 张表将转由{self._named(self.after)}{verb}{before}"

    def _named(self, people):
        names = [self.names.get(person, "") for person in people]
        return "、".join(names[:NAMED]) + (f"等 {len(names)} 人" if len(names) > NAMED else "")


def who_acts(*, on):
    """Return id → ``Place`` of every sheet of the running campaigns that is not done, on the day ``on``."""
    holding = policies.Holding(on)
    rows = Submission.objects.filter(task__campaign__state__in=RUNNING, state__in=UNFINISHED).order_by("pk")
    columns = ("pk", "task_id", "unit_id", "post_id", "person_id", "state", "waiting_role", "assigned_to_id")
    return {row.pk: _place(row, holding) for row in rows.values_list(*columns, named=True)}


def _place(row, holding):
    is_filled = row.state == State.WAITING or row.state in EDITABLE
    turn = holding.filling(row.unit_id, row.person_id) if is_filled else holding.turn(row)
    subject = (row.task_id, row.post_id, row.person_id, None if row.person_id else row.unit_id)
    return Place(subject, turn.people, is_filled)


def effects_between(before, after):
    """Return an ``Effect`` for each thing that differs between two results, the gravest first.

    ``before``, ``after``: of ``who_acts``.
    """
    found = {}
    gone = [pk for pk in before if pk not in after]
    reasons = dict(Submission.objects.filter(pk__in=gone).values_list("pk", "cancel_reason")) if gone else {}
    for pk in gone:
        was = before[pk]
        key = (Follows.STOPPED, was.is_filled, (), (), reasons.get(pk, ""))
        found.setdefault(key, []).append((pk, was.subject))
    for pk, now in after.items():
        was = before.get(pk)
        if was is None:
            kind = Follows.OWED if now.people else Follows.ALONE
        elif was.people == now.people:
            continue
        else:
            kind = Follows.PASSED if now.people else Follows.ALONE
        key = (kind, now.is_filled, was.people if was else (), now.people, "")
        found.setdefault(key, []).append((pk, now.subject))
    return _shown(found)


def _shown(found):
    """Return the effects with the names of people and of the first sheets, in two queries at most."""
    people = {person for _, _, before, after, _ in found for person in (*before, *after)}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    first = [pk for sheets in found.values() for pk, _ in sheets[:NAMED]]
    rows = Submission.objects.filter(pk__in=first).values_list("pk", "task__label", "unit__name", "person__name")
    labels = {pk: f"{label}（{person or unit}）" for pk, label, unit, person in rows} if first else {}
    order = list(Follows)
    effects = [
        Effect(
            *key,
            tuple(sorted((subject for _, subject in sheets), key=repr)),
            names,
            [labels[pk] for pk, _ in sheets[:NAMED]],
        )
        for key, sheets in found.items()
    ]
    return sorted(effects, key=lambda effect: (order.index(effect.kind), -effect.count, effect.after))
