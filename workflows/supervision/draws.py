"""Drawing units and inspectors: the pool is frozen first, then the seed is entered.

Source: R0-25.
"""

from django.db import transaction
from django.db.models import Max

from registers import audit
from registers.access import require
from registers.models import Unit, User
from registers.refusals import Refused
from registers.text import digest_of
from workflows.models import Draw, PlanItem
from workflows.policies.handling import kept_from
from workflows.supervision import drawing

FEWEST_UNITS = 1


def candidates(institution, *, on):
    """Return the units that can be inspected: those directly below the institution that are not closed."""
    return Unit.objects.existing(on).filter(parent=institution).order_by("position", "code")


@transaction.atomic
def prepare(item_id, *, people, excluded_units, excluded_people, number, seed_source, reason, actor, at):
    """Freeze the pool of a draw, name where its seed will come from, and return the ``Draw``.

    ``people``: the users who may inspect. ``excluded_units`` and ``excluded_people``: id → why it is not in the pool, which stays
    on record. ``number``: how many units are drawn. ``reason``: why it is drawn again, where it has been. Raises ``NotAllowed`` or
    ``Refused``.
    """
    item = (
        PlanItem.objects.select_for_update(of=("self",))
        .select_related("plan__scheme", "plan__institution")
        .get(pk=item_id)
    )
    require(actor, "draw", item)
    before = list(item.draws.order_by("position"))
    if before and before[-1].drawn_at is None:
        raise Refused("上一次的名单还没有抽取，请先完成抽取。")
    if before and not reason:
        raise Refused("已经抽取过一次。重新抽取须写明原因，两次都保留备查。", "reason")
    pool = _pool(item, people, excluded_units, excluded_people, number, on=actor.on)
    draw = Draw.objects.create(
        item=item,
        position=(item.draws.aggregate(last=Max("position"))["last"] or 0) + 1,
        reason=reason if before else "",
        seed_source=seed_source,
        pool=pool,
        digest=digest_of(pool),
        algorithm=drawing.ALGORITHM,
        prepared_by_id=actor.user_id,
        prepared_at=at,
    )
    audit.append("inspection.pool", about=draw, actor=actor, at=at, detail={"digest": draw.digest})
    return draw


def _pool(item, people, excluded_units, excluded_people, number, *, on):
    units = list(candidates(item.plan.institution, on=on))
    names = {unit.pk: unit.code for unit in units}
    keeps = kept_from([person.pk for person in people], on=on)
    targets = [{"id": unit.code, "name": unit.name, "excluded": excluded_units.get(unit.pk, "")} for unit in units]
    inspectors = [
        {
            "id": person.number,
            "name": person.name,
            "excluded": excluded_people.get(person.pk, ""),
            "keeps_from": sorted(names[unit] for unit in keeps[person.pk] if unit in names),
        }
        for person in sorted(people, key=lambda person: person.number)
    ]
    pool = {"targets": targets, "inspectors": inspectors, "number_of_targets": number, "team": item.team}
    open_to = [unit["id"] for unit in targets if not unit["excluded"]]
    if not FEWEST_UNITS <= number <= len(open_to):
        raise Refused(f"可抽取的单位有 {len(open_to)} 个，抽取数应在 1 到 {len(open_to)} 之间。", "number")
    short = [unit for unit in targets if not unit["excluded"] and len(drawing.able(pool, unit["id"])) < item.team]
    if short:
        named = "、".join(unit["name"] for unit in short[:5]) + ("等" if len(short) > 5 else "")
        raise Refused(f"检查人员不够：除去须回避的人，{named}不足 {item.team} 人可派。请增加检查人员。", "people")
    return pool


@transaction.atomic
def make(pk, *, seed, witness, actor, at):
    """Enter the seed, draw from the frozen pool, and return the ``Draw``.

    Raises ``NotAllowed`` or ``Refused``.
    """
    draw = Draw.objects.select_for_update(of=("self",)).select_related("item__plan__scheme").get(pk=pk)
    require(actor, "make", draw)
    if digest_of(draw.pool) != draw.digest:
        raise Refused("抽取名单与确定时不一致，不能抽取。请联系管理员核查审计记录。")
    draw.seed, draw.witness = seed, witness
    draw.result = drawing.drawn(seed, draw.pool)
    draw.drawn_by_id, draw.drawn_at = actor.user_id, at
    draw.save(update_fields=["seed", "witness", "result", "drawn_by", "drawn_at"])
    audit.append(
        "inspection.draw",
        about=draw,
        actor=actor,
        at=at,
        detail={"pool": draw.digest, "result": digest_of(draw.result)},
    )
    return draw


def in_turn(draw, unit, *, on):
    """Return those whom a draw has found for a unit and who can still inspect it, in their order.

    Whoever has left the school since, or has come to have a part in the unit, is passed over.
    """
    order = draw.result["teams"].get(unit.code, [])
    people = {person.number: person for person in User.objects.filter(number__in=order, is_active=True)}
    kept = kept_from([person.pk for person in people.values()], on=on)
    return [people[number] for number in order if number in people and unit.pk not in kept[people[number].pk]]


def shown(draw):
    """Return the result in words.

    As ``[(unit name, [name of whoever inspects], [name of who would follow])]``.
    """
    units = {unit["id"]: unit["name"] for unit in draw.pool["targets"]}
    names = {person["id"]: person["name"] for person in draw.pool["inspectors"]}
    team = draw.pool["team"]
    return [
        (units[unit], [names[one] for one in order[:team]], [names[one] for one in order[team:]])
        for unit, order in ((unit, draw.result["teams"][unit]) for unit in draw.result.get("targets", ()))
    ]
