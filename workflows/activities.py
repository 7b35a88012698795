"""Meetings and education activities: what was held, who was expected, who came.

Source: R0-15, R1-42, R1-52, R3-09, R4-18.
"""

import re

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from registers import audit
from registers.access import require
from registers.actors import ANSWERABLE
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit, User
from registers.refusals import Refused, Stale
from registers.text import clipped, digest_of
from workflows import attachments
from workflows.models import Activity, Attendance, Opinion

Mark = Attendance.Mark
EVERYBODY, LEADERS, NAMED = "everybody", "leaders", "named"
FIELDS = ("kind", "title", "held_on", "place", "host", "audience", "content", "power", "power_name", "asked", "experts")
OPINION_FIELDS = ("source", "words", "adopted", "reason")
OUT = "out"  # the mark that removes somebody from the list of those expected
BATCH = 500


def below(units):
    """Ids of ``units`` and of everything below them, in one query."""
    children = {}
    for pk, parent in Unit.objects.order_by().values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    units_below, waiting = set(), [unit.pk for unit in units]
    while waiting:
        pk = waiting.pop()
        if pk not in units_below:
            units_below.add(pk)
            waiting.extend(children.get(pk, ()))
    return units_below


def people_of(unit, who, *, on):
    """The users expected by default: everybody in the unit and below it, or only who leads there.

    ``who``: ``EVERYBODY``, ``LEADERS`` or ``NAMED`` (nobody by default). In a unit the leading group counts among the
    leaders, in the school as a whole it does not.
    """
    return people_in(below([unit]), who, on=on, groups=unit.parent_id is not None)


def people_in(units, who, *, on, groups=True):
    """As ``people_of``, for the ids of units. ``groups``: whether leading groups count among the leaders."""
    people = User.objects.filter(is_active=True)
    if who == EVERYBODY:
        posts = Incumbency.objects.in_force(on).filter(post__unit__in=units).values("user")
        return people.filter(Q(unit__in=units) | Q(pk__in=posts))
    if who == LEADERS:
        held = Appointment.objects.in_force(on).filter(unit__in=units, role__in=ANSWERABLE).values("user")
        leaders = Q(pk__in=held)
        if groups:
            filed = LeadingGroup.objects.in_force(on).filter(unit__in=units)
            leaders |= Q(pk__in=GroupMember.objects.filter(group__in=filed).values("user"))
        return people.filter(leaders)
    return people.none()


def by_numbers(text):
    """The users whose staff numbers ``text`` lists, one per line or separated by commas or spaces.

    Raises ``Refused`` with a sentence for every number that is wrong.
    """
    wanted = [
        (line, number)
        for line, row in enumerate(text.splitlines(), start=1)
        for number in re.split(r"[\s,，、;；]+", row.strip())
        if number
    ]
    known = {user.number: user for user in User.objects.filter(number__in={number for _, number in wanted})}
    wrong = []
    for line, number in wanted:
        if number not in known:
            wrong.append(f"第 {line} 行：没有工号为“{clipped(number, 20)}”的人员，请核对。")
        elif not known[number].is_active:
            wrong.append(f"第 {line} 行：“{clipped(number, 20)}”（{known[number].name}）已不在岗，请删去。")
    if wrong:
        raise Refused(wrong, "numbers")
    return list(dict.fromkeys(known[number] for _, number in wanted))


@transaction.atomic
def enter(*, campaign, unit, values, expected, numbers="", uploads=(), actor, at):
    """Enter an activity, with everybody expected marked as present, and return it.

    ``values``: some of the fields in ``FIELDS``. ``expected``: ``EVERYBODY``, ``LEADERS`` or ``NAMED``. ``numbers``: staff
    numbers of other people. A form that is sent twice makes one activity. Raises ``NotAllowed`` or ``Refused``; then
    nothing is stored.
    """
    activity = Activity(campaign=campaign, unit=unit, recorded_by_id=actor.user_id, recorded_at=at, **values)
    require(actor, "enter", activity)
    named = by_numbers(numbers)
    # The lock makes two clicks take turns, so that the second sees the first.
    Unit.objects.select_for_update().get(pk=unit.pk)
    mine = valid(Activity.objects.filter(campaign=campaign, unit=unit, recorded_by=actor.user_id, **values))
    if (again := attachments.sent_before(mine, uploads)) is not None:
        return again
    activity.save()
    people = dict.fromkeys([*people_of(unit, expected, on=activity.held_on), *named])
    Attendance.objects.bulk_create(
        [Attendance(activity=activity, user=user) for user in people], batch_size=BATCH, ignore_conflicts=True
    )
    attachments.take(activity, uploads, actor=actor, at=at)
    audit.append(
        "activity.record",
        about=activity,
        actor=actor,
        at=at,
        detail={"digest": _digest(activity), "expected": len(people)},
    )
    return activity


@transaction.atomic
def change(activity_id, *, values, uploads=(), dropped=(), seen_version, actor, at):
    """Correct an activity and its files, and return it.

    Raises ``Stale``, ``NotAllowed`` or ``Refused``; then nothing has changed.
    """
    activity = _locked(activity_id)
    require(actor, "change", activity)
    if activity.version != seen_version:
        raise Stale
    changed = [name for name in values if getattr(activity, name) != values[name]]
    before = _digest(activity)
    for name in changed:
        setattr(activity, name, values[name])
    activity.version += 1
    activity.save(update_fields=[*changed, "version"])
    attachments.drop(activity, dropped, actor=actor, at=at)
    attachments.take(activity, uploads, actor=actor, at=at)
    detail = {"fields": changed, "before": before, "digest": _digest(activity), "version": activity.version}
    audit.append("activity.change", about=activity, actor=actor, at=at, detail=detail)
    return activity


@transaction.atomic
def mark(activity_id, *, marks, numbers="", mark_as=Mark.PRESENT, actor, at):
    """Correct who came, and return how many marks changed.

    ``marks``: user id → a mark or ``OUT``. ``numbers``: more people, marked ``mark_as``; somebody who was not
    expected is added. The audit log keeps what every mark replaced. Raises ``NotAllowed`` or ``Refused``; then
    nothing has changed.
    """
    activity = _locked(activity_id)
    require(actor, "change", activity)
    wanted = dict(marks) | {user.pk: mark_as for user in by_numbers(numbers)}
    rows = {row.user_id: row for row in activity.attendances.filter(user__in=wanted)}
    history, added = [], []
    for user, mark_ in sorted(wanted.items()):
        row = rows.get(user)
        before = row.mark if row else OUT
        if mark_ == before:
            continue
        history.append([user, before, mark_])
        if row is None:
            added.append(Attendance(activity=activity, user_id=user, mark=mark_))
        elif mark_ == OUT:
            row.delete()
        else:
            row.mark = mark_
            row.save(update_fields=["mark"])
    Attendance.objects.bulk_create(added, batch_size=BATCH)
    if history:
        audit.append("activity.attendance", about=activity, actor=actor, at=at, detail={"marks": history})
    return len(history)


@transaction.atomic
def void(activity_id, *, reason, actor, at):
    """Declare an activity void. It stays, struck out, with the reason. Raises ``NotAllowed``."""
    activity = _locked(activity_id)
    require(actor, "void", activity)
    activity.voided_at, activity.voided_by_id, activity.void_reason = at, actor.user_id, reason.strip()
    activity.save(update_fields=["voided_at", "voided_by", "void_reason"])
    audit.append("activity.void", about=activity, actor=actor, at=at, detail={"digest": _digest(activity)})
    return activity


@transaction.atomic
def delete(activity_id, *, actor, at):
    """Delete an activity and its files, on the day it was entered. Raises ``NotAllowed``."""
    activity = _locked(activity_id)
    require(actor, "delete", activity)
    audit.append("activity.delete", about=activity, actor=actor, at=at, detail={"digest": _digest(activity)})
    attachments.drop(activity, list(activity.attachments.values_list("pk", flat=True)), actor=actor, at=at)
    activity.delete()


@transaction.atomic
def enter_opinion(activity_id, *, values, actor, at):
    """Enter an opinion that a consultation received, and return it.

    ``values``: the fields in ``OPINION_FIELDS``. A form that is sent twice makes one. Raises ``NotAllowed``. Source: R4-03.
    """
    activity = _locked(activity_id)
    require(actor, "change", activity)
    opinion, made = Opinion.objects.get_or_create(activity=activity, **values)
    if made:
        _note_opinion(opinion, actor=actor, at=at)
    return opinion


@transaction.atomic
def change_opinion(opinion_id, *, values, seen, actor, at):
    """Correct an opinion, or say what came of it, and return it.

    ``seen``: ``opinion_digest`` of what was on screen. Raises ``NotAllowed`` or ``Stale``.
    """
    opinion = _locked_opinion(opinion_id, actor)
    if opinion_digest(opinion) != seen:
        raise Stale
    for name in OPINION_FIELDS:
        setattr(opinion, name, values[name])
    opinion.save(update_fields=OPINION_FIELDS)
    _note_opinion(opinion, actor=actor, at=at)
    return opinion


@transaction.atomic
def drop_opinion(opinion_id, *, actor, at):
    """Take away an opinion that was entered by mistake. Raises ``NotAllowed``."""
    opinion = _locked_opinion(opinion_id, actor)
    detail = {"digest": opinion_digest(opinion)}
    audit.append("activity.opinion_dropped", about=opinion.activity, actor=actor, at=at, detail=detail)
    opinion.delete()


def opinion_digest(opinion):
    """Return the digest of what an opinion says."""
    return digest_of({name: getattr(opinion, name) for name in OPINION_FIELDS})


def _locked_opinion(opinion_id, actor):
    """Lock the consultation of an opinion, then read the opinion.

    Raises ``Stale`` where it was taken away.
    """
    rows = Opinion.objects.filter(pk=opinion_id)
    if (activity_id := rows.values_list("activity", flat=True).first()) is None:
        raise Stale
    activity = _locked(activity_id)
    require(actor, "change", activity)
    if (opinion := rows.first()) is None:
        raise Stale
    opinion.activity = activity
    return opinion


def _note_opinion(opinion, *, actor, at):
    detail = {"opinion": opinion.pk, "digest": opinion_digest(opinion)}
    audit.append("activity.opinion", about=opinion.activity, actor=actor, at=at, detail=detail)


def counted(activities):
    """Annotate activities with ``expected``, ``present``, ``excused`` and ``absent`` (应到、实到、请假、缺席)."""
    marks = {mark: Count("attendances", filter=Q(attendances__mark=mark)) for mark in Mark.values}
    return activities.annotate(expected=Count("attendances"), **marks)


def with_opinions(activities):
    """Annotate activities with ``received`` opinions and those ``adopted`` at least partly."""

    def counted_of(**narrow):
        opinions = Opinion.objects.filter(activity=OuterRef("pk"), **narrow).order_by()
        return Coalesce(Subquery(opinions.values("activity").annotate(number=Count("pk")).values("number")), 0)

    adopted = [Opinion.Adopted.YES, Opinion.Adopted.PARTLY]
    return activities.annotate(received=counted_of(), adopted=counted_of(adopted__in=adopted))


def valid(activities):
    """Leave out activities that were declared void."""
    return activities.filter(voided_at=None)


def _locked(activity_id):
    rows = Activity.objects.select_for_update(of=("self",)).select_related("unit", "campaign")
    return rows.get(pk=activity_id)


def _digest(activity):
    return digest_of({name: getattr(activity, name) for name in FIELDS})
