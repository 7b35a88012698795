"""Arranging inspections: who is inspected by whom, the notice to the unit, the team's declarations.

Source: R0-25, R0-27, R2-29.
"""

from django.db import transaction
from django.db.models import Max

from registers import audit, clock
from registers.access import people_who_may, require
from registers.actors import PART_IN_A_UNIT
from registers.models import Unit
from registers.models.spans import is_closed
from registers.refusals import Refused, Stale
from registers.text import clipped
from workflows.messages import notifications
from workflows.models import Draw, Inspection, InspectionPlan, InspectionSeat, PlanItem
from workflows.policies.handling import handles, holders, kept_from
from workflows.supervision import checklists, draws

FIELDS = ("starts_on", "ends_on", "covers", "materials", "contact")
Declared = InspectionSeat.Declared


@transaction.atomic
def make(item_id, *, unit, people, values, actor, at, draw=None):
    """Arrange the inspection of a unit and return it.

    ``people``: the team, its leader first. ``values``: those in ``FIELDS``.
    What is sent twice makes one inspection. Raises ``NotAllowed`` or ``Refused``.
    """
    item = PlanItem.objects.select_related("plan__scheme", "plan__institution").get(pk=item_id)
    plan = InspectionPlan.objects.select_for_update(of=("self",)).get(pk=item.plan_id)
    inspection = Inspection(
        plan=item.plan, item=item, draw=draw, unit=unit, made_by_id=actor.user_id, made_at=at, **values
    )
    require(actor, "make", inspection)
    again = Inspection.objects.filter(item=item, unit=unit, called_off_at=None).first()
    if again is not None:
        return again
    if item.is_drawn and draw is None:
        raise Refused("随机抽查的检查对象和检查人员由抽签产生，请先抽取。")
    if unit.parent_id != plan.institution_id or is_closed(unit, actor.on):
        raise Refused("检查对象应为学校直属的、没有撤销的单位。", "unit")
    _fits(values)
    _team_fits(item, unit, people, on=actor.on)
    inspection.number = (plan.inspections.aggregate(last=Max("number"))["last"] or 0) + 1
    inspection.save()
    InspectionSeat.objects.bulk_create(
        [InspectionSeat(inspection=inspection, user=person, leads=not place) for place, person in enumerate(people)]
    )
    inspection.left_out = checklists.make(inspection, actor=actor, on=actor.on)
    inspection.save(update_fields=["left_out"])
    audit.append("inspection.make", about=inspection, actor=actor, at=at, detail={"people": [one.pk for one in people]})
    _call(inspection, people, at=at)
    return inspection


@transaction.atomic
def make_drawn(draw_id, *, actor, at):
    """Arrange the inspections of the units that a draw has found, all or none, and return the new ones.

    Units that concern the actor are left to a colleague, units closed since are left out. Raises ``NotAllowed`` or ``Refused``.
    """
    draw = Draw.objects.select_related("item__plan__scheme").get(pk=draw_id)
    require(actor, "arrange", draw)
    item, made = draw.item, []
    units = {unit.code: unit for unit in _drawn_units(draw, actor.on)}
    there = set(Inspection.objects.filter(item=item, called_off_at=None).values_list("unit_id", flat=True))
    values = {"starts_on": item.starts_on, "ends_on": item.ends_on, "covers": "", "materials": "", "contact": ""}
    for unit in (units[code] for code in draw.result["targets"] if code in units):
        if unit.pk in there or not handles(actor, unit.pk):
            continue
        team = draws.in_turn(draw, unit, on=actor.on)[: draw.pool["team"]]
        made.append(make(item.pk, unit=unit, people=team, values=values, draw=draw, actor=actor, at=at))
    return made


def _drawn_units(draw, on):
    """The units that a draw has found and that are not closed on the day ``on``."""
    return Unit.objects.existing(on).filter(code__in=draw.result["targets"])


@transaction.atomic
def change(pk, *, values, seen_version, actor, at):
    """Change days and papers of an inspection. Raises ``NotAllowed``, ``Refused`` or ``Stale``."""
    inspection = locked(pk)
    require(actor, "change", inspection)
    if inspection.version != seen_version:
        raise Stale
    _fits(values)
    changed = [name for name in FIELDS if getattr(inspection, name) != values[name]]
    for name in changed:
        setattr(inspection, name, values[name])
    inspection.version += 1
    inspection.save(update_fields=[*changed, "version"])
    audit.append("inspection.change", about=inspection, actor=actor, at=at, detail={"fields": changed})
    if changed and inspection.notified_at:
        what = f"检查安排有变动，现定于 {inspection.starts_on:%-m月%-d日}至 {inspection.ends_on:%-m月%-d日}"
        tell("inspection.change", inspection, hosts_of(inspection), what, at=at)
    return inspection


@transaction.atomic
def declare(pk, *, avoids, reason, actor, at):
    """Declare as a member whether one has to keep out.

    Whoever has leaves the team, and the office hears of it.

    Raises ``NotAllowed`` or ``Refused``.
    """
    inspection = locked(pk)
    require(actor, "declare", inspection)
    if avoids and not reason:
        raise Refused("请写明须回避的关系，例如近亲属在该单位任职、曾在该单位工作。", "reason")
    seat = inspection.seats.select_for_update().get(user=actor.user_id, left_at=None)
    seat.declared, seat.declared_at = (Declared.AVOID if avoids else Declared.CLEAR), at
    if avoids:
        seat.left_at, seat.reason = at, reason
    seat.save(update_fields=["declared", "declared_at", "left_at", "reason"])
    audit.append("inspection.declare", about=seat, actor=actor, at=at, detail={"declared": seat.declared})
    if avoids:
        office = people_who_may("make", inspection)
        tell("inspection.declare", inspection, office, f"{seat.user.name}须回避，请补齐检查组", at=at)
    return seat


@transaction.atomic
def seat(pk, person, *, reason, leaves=None, actor, at):
    """Take ``person`` into the team and return his seat. He leads it where nobody else does.

    ``leaves``: the seat (id) of whoever cannot come, in whose place he comes. Where the team was drawn, only whoever follows next
    in the draw. What is sent twice takes him in once. Raises ``NotAllowed`` or ``Refused``.
    """
    inspection = locked(pk)
    require(actor, "seat", inspection)
    gone = inspection.seats.filter(pk=leaves, left_at=None).first()
    again = inspection.seats.filter(user=person).first()
    if again is not None and again.left_at is None and gone is None:
        return again
    if again is not None:
        raise Refused(f"{person.name}已经在检查组中，或已经退出。", "number")
    if leaves is not None and (gone is None or not reason):
        raise Refused("请选择要替换的成员，并写明原因。", "reason")
    _next_in_turn(inspection, person, on=actor.on)
    _keeps_out(inspection.unit, [person], on=actor.on, field="number")
    if gone is not None:
        gone.left_at, gone.reason = at, reason
        gone.save(update_fields=["left_at", "reason"])
    leads = not inspection.seats.filter(leads=True, left_at=None).exists()
    taken = InspectionSeat.objects.create(inspection=inspection, user=person, leads=leads)
    audit.append("inspection.replace", about=taken, actor=actor, at=at, detail={"left": leaves})
    _call(inspection, [person], at=at)
    return taken


def following(inspection, *, on):
    """Return whoever follows next in the draw that found the team, None where nobody is left."""
    there = set(inspection.seats.values_list("user_id", flat=True))
    turns = draws.in_turn(inspection.draw, inspection.unit, on=on)
    return next((person for person in turns if person.pk not in there), None)


def _next_in_turn(inspection, person, *, on):
    """Raise ``Refused`` where the team was drawn and somebody else follows."""
    if inspection.draw_id is None:
        return
    following_now = following(inspection, on=on)
    if following_now is None:
        raise Refused("抽取顺序中没有可以递补的人了。请取消这次检查，增加检查人员后重新抽取。", "number")
    if person != following_now:
        raise Refused(f"检查组由抽签产生，只能由下一名{following_now.name}（{following_now.number}）递补。", "number")


@transaction.atomic
def notify(pk, *, actor, at):
    """Send the unit its notice (检查通知书). Raises ``NotAllowed`` or ``Refused``."""
    inspection = locked(pk)
    require(actor, "notify", inspection)
    there = inspection.seats.filter(left_at=None)
    if there.count() < inspection.item.team or not there.filter(leads=True).exists():
        raise Refused(f"检查组应有 {inspection.item.team} 人，其中组长 1 人。请先补齐。")
    inspection.notified_by_id, inspection.notified_at = actor.user_id, at
    inspection.version += 1
    inspection.save(update_fields=["notified_by", "notified_at", "version"])
    audit.append("inspection.notify", about=inspection, actor=actor, at=at)
    tell(
        "inspection.notify",
        inspection,
        hosts_of(inspection),
        f"将于 {inspection.starts_on:%-m月%-d日}起检查，请准备材料并自查",
        at=at,
    )
    _release(inspection, at=at)
    return inspection


@transaction.atomic
def call_off(pk, *, reason, actor, at):
    """Call an inspection off. Raises ``NotAllowed`` or ``Refused``."""
    inspection = locked(pk)
    require(actor, "call_off", inspection)
    if not reason:
        raise Refused("请写明取消的原因。", "reason")
    inspection.called_off_at, inspection.call_off_reason = at, reason
    inspection.version += 1
    inspection.save(update_fields=["called_off_at", "call_off_reason", "version"])
    audit.append("inspection.call_off", about=inspection, actor=actor, at=at)
    people = [seat.user for seat in inspection.seats.filter(left_at=None).select_related("user")]
    if inspection.notified_at:
        people += hosts_of(inspection)
    tell("inspection.call_off", inspection, people, "已取消", at=at)
    _release(inspection, at=at)
    return inspection


def _release(inspection, *, at):
    """Open a draw to everybody once each of its units has had its notice, or is not inspected after all."""
    if inspection.draw_id is None:
        return
    draw = inspection.draw
    of_item = Inspection.objects.filter(item=draw.item)  # some units may have been found by an earlier draw
    waiting = of_item.filter(notified_at=None, called_off_at=None)
    left = _drawn_units(draw, clock.local_day(at)).exclude(pk__in=of_item.values("unit"))
    if not waiting.exists() and not left.exists():
        Draw.objects.filter(item=draw.item, released_at=None, drawn_at__isnull=False).update(released_at=at)


def locked(pk):
    """Return the inspection under its lock, with what its rules need."""
    rows = Inspection.objects.select_for_update(of=("self",))
    return rows.select_related("plan__scheme", "item", "unit", "draw__item").get(pk=pk)


def hosts_of(inspection):
    """Return who hears of an inspection for the unit: head, liaison, leading group, leader in charge."""
    return holders(inspection.unit_id, *PART_IN_A_UNIT)


def tell(act, inspection, people, what, *, at):
    """Write the message of an act to ``people``: which inspection, and ``what`` there is to do."""
    text = clipped(f"检查“{inspection}”：{what}。请到“检查与整改”查看。", 200)
    key = f"{act}:{inspection.pk}:{inspection.version}:{clock.local_day(at).isoformat()}"
    notifications.post(people, kind=act, key=key, text=text, submission=None, at=at)


def _call(inspection, people, *, at):
    text = clipped(f"您被列入检查组：{inspection.item.title}，检查{inspection.unit.name}。请先声明是否须回避。", 200)
    key = f"inspection.seat:{inspection.pk}"
    notifications.post(people, kind="inspection.seat", key=key, text=text, submission=None, at=at)


def _fits(values):
    if values["ends_on"] < values["starts_on"]:
        raise Refused("检查结束不能早于开始。", "ends_on")


def _team_fits(item, unit, people, *, on):
    if len(people) < item.team:
        raise Refused(f"{unit.name}的检查组至少 {item.team} 人，现有 {len(people)} 人。", "numbers")
    _keeps_out(unit, people, on=on)


def _keeps_out(unit, people, *, on, field="numbers"):
    keeps = kept_from([person.pk for person in people], on=on)
    own = [person.name for person in people if unit.pk in keeps[person.pk]]
    if own:
        raise Refused(f"{'、'.join(own)}与{unit.name}有工作关系，应当回避，不能检查该单位。", field)
