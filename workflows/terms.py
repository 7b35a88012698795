"""The last day of a submission, and moving deadlines for everybody, a unit or a person.

Which of several moves holds: the last move of the narrowest kind. A move for a person is narrower than one for the
nearest unit, that one than a move for a wider unit, and that one than a move for everybody. A wider move does not
take away what somebody was given on his own (a move, a granted extension, the days of somebody who came late), unless
its day is later: then he has that day. A returned submission keeps its redo day, unless a move names its unit or
person.
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.refusals import Refused
from registers.text import clipped
from workflows import extensions, policies
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import CampaignTask, DeadlineChange, Extension, Submission
from workflows.models.submissions import State


def due_for(task, *, unit, person):
    """The last day of ``task`` in force for a person's submission at ``unit``.

    With ``person`` None: for the unit's own submission.
    """
    return _Moves(task).day(unit.pk, person.pk if person else None)


def usual_redo_day(step, on):
    """The usual last day of a sheet that is returned at ``step`` on the day ``on``. Source: R1-21."""
    return days.add_days(on, step.redo_days)


def redo_day_fault(day, on):
    """Say what is wrong with the last day of a sheet returned on the day ``on``, empty where nothing is."""
    if day is None:
        return "请填写限期重新查找的日期。"
    if day < on:
        return "限期不得早于今天。"
    return "限期在一年以后，请核对年份。" if days.is_too_far(day, on) else ""


def days_for(task):
    """As ``due_for``, for many subjects: return a function of the ids of unit and person (or None)."""
    return _Moves(task).day


def at_least(submission):
    """A submission's own last day, or the day in force for it where that is later.

    The deadline may have been moved while the submission was in review.
    """
    if submission.due_on is None:
        return None
    moved = due_for(submission.task, unit=submission.unit, person=submission.person)
    return max(submission.due_on, moved) if moved else submission.due_on


class _Moves:
    """The moves of one task, in the order in which they were made."""

    def __init__(self, task):
        self.task = task
        self.changes = list(DeadlineChange.objects.filter(task=task).order_by("pk").select_related("unit"))
        self._circles = {
            change.unit_id: (len(change.unit.ancestors()), _all_below(change.unit))
            for change in self.changes
            if change.unit_id
        }

    def day(self, unit_id, person_id):
        """The day in force for a subject, by the rule of this module."""
        last = {}
        for place, change in enumerate(self.changes):
            width = self._width(change, unit_id, person_id)
            if width is not None:
                last[width] = place, change.due_on
        if not last:
            return self.task.due_on
        made, day = last[max(last)]
        return max([day, *(wider for place, wider in last.values() if place > made)])

    def _width(self, change, unit_id, person_id):
        """Specificity of a move for a subject: 0 for everybody, depth + 1 for a unit, 1000 for the person.

        None if the move does not apply to the subject.
        """
        if change.person_id:
            return 1000 if change.person_id == person_id else None
        if change.unit_id:
            depth, below = self._circles[change.unit_id]
            return depth + 1 if unit_id in below else None
        return 0


def _all_below(unit):
    return set(unit.descendants(include_self=True).values_list("pk", flat=True))


def preview(task, *, due_on, unit=None, person=None, on):
    """List the submissions that a move would give another day, each with ``new_due``. Changes nothing.

    Raises ``Refused``.
    """
    _check(task, due_on, unit, person, on=on)
    return _affected(task, due_on, unit, person)


@transaction.atomic
@audit.at_the_end()
def move(task, *, due_on, reason, actor, at, unit=None, person=None):
    """Move the deadline of ``task`` for everybody, for a ``unit`` and all below it, or for a ``person``.

    Only submissions that are not handed in get the new day, by the rule of this module. The people concerned get a
    message at once, and open requests for no more time than that lapse. Returns the ``DeadlineChange``. Raises
    ``Refused`` or ``NotAllowed``; then nothing has changed.
    """
    task = CampaignTask.objects.select_for_update(of=("self",)).select_related("campaign__scheme").get(pk=task.pk)
    require(actor, "move_deadline", task)
    _check(task, due_on, unit, person, on=timezone.localdate(at))
    _not_ones_own(actor, unit, person)
    if not reason.strip():
        raise Refused("请写明调整的理由。", "reason")
    moved = _affected(task, due_on, unit, person, lock=True)
    change = DeadlineChange.objects.create(
        task=task,
        unit=unit,
        person=person,
        due_before=_before(task, unit, person),
        due_on=due_on,
        reason=reason.strip(),
        sheets=len(moved),
        by_id=actor.user_id,
        at=at,
    )
    if unit is None and person is None:
        task.due_on = due_on
        task.save(update_fields=["due_on"])
    for day, group in _by(lambda submission: submission.new_due, moved).items():
        Submission.objects.filter(pk__in=[submission.pk for submission in group]).update(due_on=day)
    met = Extension.objects.filter(
        submission__in=[submission.pk for submission in moved], until__lte=F("submission__due_on")
    )
    extensions.lapse(met.values("submission"), why="截止日期已经调整", at=at)
    audit.append(
        "campaign.deadline_moved",
        about=task,
        actor=actor,
        at=at,
        detail={"change": change.pk, "unit": change.unit_id, "person": change.person_id, "sheets": len(moved)},
    )
    _tell(change, moved, at=at)
    return change


def _check(task, due_on, unit, person, *, on):
    if unit is not None and person is not None:
        raise Refused("请只选一种范围：某单位或某人。", "whom")
    if due_on is None or due_on < on:
        raise Refused("新的截止日期不能早于今天。", "due_on")
    if days.is_too_far(due_on, on):
        raise Refused("新的截止日期在一年以后，请核对年份。", "due_on")
    if due_on < task.opens_on:
        raise Refused(f"新的截止日期不能早于开放日期（{task.opens_on:%Y-%m-%d}）。", "due_on")
    if person is not None and not Submission.objects.filter(task=task, person=person).exists():
        raise Refused("该人员不须填报这一事项，请核对工号。", "number")
    if unit is not None and not Submission.objects.filter(task=task, unit__in=_all_below(unit)).exists():
        raise Refused("该单位没有需要填报这一事项的表，请另选单位。", "unit")
    if due_on == _before(task, unit, person):
        raise Refused("新的截止日期与现行的相同，无须调整。", "due_on")


def _not_ones_own(actor, unit, person):
    """Refuse a move that concerns the actor himself or his own unit alone."""
    own = actor.home_unit_ids
    if person is not None and (person.pk == actor.user_id or person.pk in actor.stands_in_for):
        raise Refused("不能调整本人或被代理人的截止日期，请由其他经办人办理。", "number")
    if unit is not None and unit.parent_id and unit.pk in own:
        raise Refused("不能单独调整本单位的截止日期，请由其他经办人办理。", "unit")


def _before(task, unit, person):
    """The day in force before the move: the one of the last move for the same circle, else everybody's."""
    last = DeadlineChange.objects.filter(task=task, unit=unit, person=person).order_by("pk").last()
    return last.due_on if last is not None and (unit or person) else task.due_on


def _affected(task, due_on, unit, person, *, lock=False):
    """The unfinished submissions that the move gives another day, each with its ``new_due``."""
    states = [State.WAITING, State.OPEN, *([State.RETURNED] if unit or person else [])]
    submissions = Submission.objects.filter(task=task, state__in=states).select_related("unit", "person")
    if person is not None:
        submissions = submissions.filter(person=person)
    elif unit is not None:
        submissions = submissions.filter(unit__in=_all_below(unit))
    before, after = _Moves(task), _Moves(task)
    after.changes.append(DeadlineChange(unit=unit, person=person, due_on=due_on))
    if unit is not None:
        after._circles[unit.pk] = len(unit.ancestors()), _all_below(unit)
    affected = []
    for submission in (submissions.select_for_update(of=("self",)) if lock else submissions).order_by("pk"):
        held, day = (moves.day(submission.unit_id, submission.person_id) for moves in (before, after))
        if person is not None or submission.state == State.RETURNED:
            day = due_on
        elif submission.due_on != held:  # it was given a day of its own
            day = max(day, submission.due_on)
        if day != submission.due_on:
            submission.new_due = day
            affected.append(submission)
    return affected


def _by(key, things):
    groups = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return groups


def _tell(change, moved, *, at):
    """Send everybody concerned one message per move, whatever the number of his submissions."""
    holding, rows = policies.Holding(timezone.localdate(at)), []
    for submission in moved:
        text = (
            f"“{change.task.label}”的截止日期由 {_day(submission.due_on)} 调整为 {_day(submission.new_due)} 24:00"
            f"（{submission.subject if submission.person_id else submission.unit}）。"
        )
        people = holding.filling(submission.unit_id, submission.person_id).people
        text = clipped(text, 200)
        rows += [(person, f"moved:{change.pk}", text, submission) for person in people]
    notifications.post_each(rows, kind="campaign.deadline_moved", at=at)


def _day(day):
    return f"{day.month}月{day.day}日"


def leave_time(task, submissions, *, at):
    """Give new days to submissions that open after their own day, because earlier tasks were late.

    Only where the task refuses late submissions. They get as many working days as somebody who comes late
    (``conduct.newcomer_days``). ``submissions`` (a list) carry the new day afterwards.
    """
    on = timezone.localdate(at)
    if task.rules.deadline == "soft" or task.due_on is None:
        return
    late = [submission for submission in submissions if submission.due_on is not None and submission.due_on < on]
    if not late:
        return
    due = days.add_working_days(on, task.campaign.scheme.rules.conduct.newcomer_days)
    Submission.objects.filter(pk__in=[submission.pk for submission in late]).update(due_on=due)
    for submission in late:
        submission.due_on = due
