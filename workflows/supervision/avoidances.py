"""What people keep out of (回避), and the audits of those who leave (离任审计). Source: R4-09."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from registers import audit
from registers.access import people_who_may, require
from registers.models import Incumbency, User
from registers.refusals import Refused
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import AvoidanceRecord, LeavingAudit

AUDIT = ("post", "kind", "left_on", "reference", "audited_on", "findings", "kept_at")
LOOKED_BACK = 365  # days after which somebody who has left is no longer listed as not audited
WAITS = "有一项回避报告待您决定。请到“责任与教育”查看。"
DECIDED = "您的回避报告已有决定。请到“责任与教育”查看。"


@transaction.atomic
def declare(scheme, institution, *, unit, relation, matter, actor, at):
    """Declare what the actor has to keep out of, and return the record. What is sent twice is one record.

    ``unit``: where he works. Raises ``NotAllowed`` or ``Refused``.
    """
    asked = scheme.rules.duties.avoidance
    if asked is None or relation not in [one.code for one in asked.relations]:
        raise Refused("现行方案没有这种关系，请重新选择。", "relation")
    record = AvoidanceRecord(
        institution=institution,
        scheme=scheme,
        unit=unit,
        person_id=actor.user_id,
        relation=relation,
        matter=matter,
        declared_at=at,
    )
    require(actor, "declare", record)
    User.objects.select_for_update(of=("self",)).get(pk=actor.user_id)  # two clicks take turns
    waiting = AvoidanceRecord.objects.filter(person=actor.user_id, relation=relation, matter=matter, outcome="")
    if (again := waiting.first()) is not None:
        return again
    record.save()
    audit.append("avoidance.declare", about=record, actor=actor, at=at)
    _tell("avoidance.declare", record, people_who_may("decide", record), WAITS, at=at)
    return record


@transaction.atomic
def decide(pk, *, outcome, words, actor, at):
    """Decide whether the person keeps out, and how the matter is handled.

    Raises ``NotAllowed`` or ``Refused``.
    """
    record = AvoidanceRecord.objects.select_for_update(of=("self",)).select_related("person", "unit").get(pk=pk)
    require(actor, "decide", record)
    if outcome not in AvoidanceRecord.Outcome.values:
        raise Refused("请选择决定。", "outcome")
    if not words:
        raise Refused("请写明由谁接手办理，或为什么不需要回避。", "words")
    record.outcome, record.words, record.decided_by_id, record.decided_at = outcome, words, actor.user_id, at
    record.save(update_fields=["outcome", "words", "decided_by", "decided_at"])
    audit.append("avoidance.decide", about=record, actor=actor, at=at, detail={"outcome": outcome})
    _tell("avoidance.decide", record, [record.person], DECIDED, at=at)
    return record


@transaction.atomic
def record_audit(scheme, institution, *, unit, person, values, actor, at):
    """Record the audit of somebody who left a post of ``unit``, and return it.

    What is sent twice is one record. ``values``: those in ``AUDIT``. Raises ``NotAllowed`` or ``Refused``.
    """
    made = LeavingAudit(institution=institution, scheme=scheme, unit=unit, person=person, **values)
    require(actor, "record", made)
    for name, word in (("left_on", "离任日期"), ("audited_on", "报告日期")):
        if values[name] > actor.on:
            raise Refused(f"{word}不能晚于今天。", name)
    User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    known = LeavingAudit.objects.filter(institution=institution, reference=made.reference, person=person)
    if (again := known.first()) is not None:
        if all(getattr(again, name) == value for name, value in values.items()) and again.unit_id == unit.pk:
            return again
        raise Refused("该人员、该文号的审计已经登记过。", "reference")
    made.by_id, made.at = actor.user_id, at
    made.save()
    audit.append("leaving_audit.record", about=made, actor=actor, at=at)
    return made


def not_audited(rules, units, *, on):
    """Return the times in post that ended in the last year without an audit on record.

    In the domains of the scheme. ``units``: ids of those that the reader handles. The latest first.
    """
    asked = rules.duties.leaving_audit
    if asked is None:
        return Incumbency.objects.none()
    there = Q(post__unit__in=units, post__domain__in=asked.domains)
    left = ended_without_audit(on=on, after=looked_back_from(on)).filter(there)
    return left.select_related("post__unit", "user").order_by("-until", "post__code")


def looked_back_from(on):
    """Return the day after which a time in post has ended that is still looked at on the day ``on``."""
    return days.add_days(on, -LOOKED_BACK)


def ended_without_audit(*, on, after):
    """Return the times in post that ended after a day and by the day ``on`` without an audit on record."""
    audited = LeavingAudit.objects.filter(person=OuterRef("user"), left_on__gte=OuterRef("since"))
    return Incumbency.objects.filter(~Exists(audited), until__lte=on, until__gt=after)


def _tell(act, record, people, text, *, at):
    notifications.post(people, kind=act, key=f"{act}:{record.pk}", text=text, submission=None, at=at)
