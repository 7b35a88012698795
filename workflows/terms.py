"""Until when: the day in force for a sheet, and moving it for everybody, a unit or a person (reliability T10).

Which of several moves holds: the last one that names the narrowest circle, a person before the nearest unit before everybody.
A wider move does not take away what somebody was given on his own (a move, a granted extension, the days of somebody who came
late), unless its day is later: then he has that one. A returned sheet keeps its redo day, unless a move names its unit or person.
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.refusals import Refused
from workflows import extensions, policies
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import CampaignTask, DeadlineChange, Extension, Submission
from workflows.models.submissions import State


def due_for(task, *, unit, person):
    """The last day of ``task`` that is in force for a person's sheet at ``unit``, or with ``person`` None the unit's own sheet."""
    return _Moves(task).day(unit.pk, person.pk if person else None)


def days_for(task):
    """As ``due_for``, for many: a function of the ids of unit and person (or None)."""
    return _Moves(task).day


def at_least(submission):
    """A sheet's own last day, or the day in force where that is later: it may have been moved while the sheet was in review."""
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
        """The day in force; the rule is the module's."""
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
        """How narrow a circle this move names that the sheet is in: 0 is everybody; None when it is not in it."""
        if change.person_id:
            return 1000 if change.person_id == person_id else None
        if change.unit_id:
            depth, below = self._circles[change.unit_id]
            return depth + 1 if unit_id in below else None
        return 0


def _all_below(unit):
    return set(unit.descendants(include_self=True).values_list("pk", flat=True))


def preview(task, *, due_on, unit=None, person=None, on):
    """The sheets that a move would give another day, each with ``new_due``; changes nothing. Raises ``Refused``."""
    _check(task, due_on, unit, person, on=on)
    return _affected(task, due_on, unit, person)


@transaction.atomic
def move(task, *, due_on, reason, actor, at, unit=None, person=None):
    """Move the deadline of ``task`` to ``due_on`` for everybody, for a ``unit`` with all below it, or for a ``person``.

    Only sheets not yet handed in get the new day (the rule is above); whoever is concerned is told at once, and requests for
    no more time than that lapse. Returns the ``DeadlineChange``. Raises ``Refused`` or ``NotAllowed``; then nothing has changed.
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
    for day, group in _by(lambda sheet: sheet.new_due, moved).items():
        Submission.objects.filter(pk__in=[sheet.pk for sheet in group]).update(due_on=day)
    met = Extension.objects.filter(submission__in=[sheet.pk for sheet in moved], until__lte=F("submission__due_on"))
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
    """Nobody moves what concerns himself or his own unit alone (design decision 5)."""
    own = actor.home_unit_ids
    if person is not None and (person.pk == actor.user_id or person.pk in actor.stands_in_for):
        raise Refused("不能调整本人或被代理人的截止日期，请由其他经办人办理。", "number")
    if unit is not None and unit.parent_id and unit.pk in own:
        raise Refused("不能单独调整本单位的截止日期，请由其他经办人办理。", "unit")


def _before(task, unit, person):
    """The day that has held for a circle: the one its last move gave, else everybody's."""
    last = DeadlineChange.objects.filter(task=task, unit=unit, person=person).order_by("pk").last()
    return last.due_on if last is not None and (unit or person) else task.due_on


def _affected(task, due_on, unit, person, *, lock=False):
    """The unfinished sheets of the circle that the move gives another day, each with its ``new_due``."""
    states = [State.WAITING, State.OPEN, *([State.RETURNED] if unit or person else [])]
    sheets = Submission.objects.filter(task=task, state__in=states).select_related("unit", "person")
    if person is not None:
        sheets = sheets.filter(person=person)
    elif unit is not None:
        sheets = sheets.filter(unit__in=_all_below(unit))
    before, after = _Moves(task), _Moves(task)
    after.changes.append(DeadlineChange(unit=unit, person=person, due_on=due_on))
    if unit is not None:
        after._circles[unit.pk] = len(unit.ancestors()), _all_below(unit)
    found = []
    for sheet in (sheets.select_for_update(of=("self",)) if lock else sheets).order_by("pk"):
        held, day = (moves.day(sheet.unit_id, sheet.person_id) for moves in (before, after))
        if person is not None or sheet.state == State.RETURNED:
            day = due_on
        elif sheet.due_on != held:  # a day of its own
            day = max(day, sheet.due_on)
        if day != sheet.due_on:
            sheet.new_due = day
            found.append(sheet)
    return found


def _by(key, things):
    groups = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return groups


def _tell(change, moved, *, at):
    """Everybody concerned, once for each move, whatever the number of his sheets."""
    holding, rows = policies.Holding(timezone.localdate(at)), []
    for sheet in moved:
        text = (
            f"“{change.task.label}”的截止日期由 {_day(sheet.due_on)} 调整为 {_day(sheet.new_due)} 24:00"
            f"（{sheet.subject if sheet.person_id else sheet.unit}）。"
        )
        people = [sheet.person_id] if sheet.person_id else holding.holders("liaison", sheet.unit_id)
        text = text if len(text) <= 200 else f"{text[:199]}…"
        rows += [(person, f"moved:{change.pk}", text, sheet) for person in people]
    notifications.post_each(rows, kind="campaign.deadline_moved", at=at)


def _day(day):
    return f"{day.month}月{day.day}日"


def leave_time(task, sheets, *, at):
    """Sheets that open after their day, because what they follow was late: where a late one is refused they get days anew.

    They get as many working days as somebody who comes late (``conduct.newcomer_days``); ``sheets`` carry them afterwards.
    """
    on = timezone.localdate(at)
    if task.rules.deadline == "soft" or task.due_on is None:
        return
    late = [sheet for sheet in sheets if sheet.due_on is not None and sheet.due_on < on]
    if not late:
        return
    due = days.add_working_days(on, task.campaign.scheme.rules.conduct.newcomer_days)
    Submission.objects.filter(pk__in=[sheet.pk for sheet in late]).update(due_on=due)
    for sheet in late:
        sheet.due_on = due
