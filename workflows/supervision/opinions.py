"""What comes of an inspection: preliminary opinion, the unit's answer, final opinion, signatures.

Source: R0-28, R2-30, R4-35.
"""

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.refusals import Refused, Stale
from registers.text import digest_of
from workflows.deadlines import days
from workflows.models import InspectionSignature
from workflows.policies.inspections import part_of
from workflows.supervision import checklists, findings, rectification
from workflows.supervision.inspections import hosts_of, locked, tell

Part = InspectionSignature.Part
SIGNED = ("label", "result", "words", "sampled", "sampled_of", "wrong", "score")  # of a line of the checklist


@transaction.atomic
def opine(pk, *, words, seen_version, actor, at):
    """Give the preliminary opinion to the unit, or correct it, and return the inspection.

    Every item of the checklist has a score then, or does not apply. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    inspection = _current(pk, "opine", seen_version, actor)
    left = checklists.unscored(inspection.checks.all())
    if left:
        raise Refused(f"检查项目还有 {len(left)} 项没有打分：{left[0].label}。不适用的请选“不适用”。", "preliminary")
    inspection.preliminary, inspection.preliminary_by_id, inspection.preliminary_at = words, actor.user_id, at
    inspection.answer_due_on = days.add_working_days(actor.on, inspection.rules.answer_days)
    _save(inspection, "preliminary", "preliminary_by", "preliminary_at", "answer_due_on")
    audit.append("inspection.opinion", about=inspection, actor=actor, at=at, detail={"digest": digest_of(words)})
    what = f"初步意见已提出，请在 {inspection.answer_due_on:%-m月%-d日}前答复"
    tell("inspection.opinion", inspection, hosts_of(inspection), what, at=at)
    return inspection


@transaction.atomic
def answer(pk, *, stand, words, seen_version, actor, at):
    """Answer the preliminary opinion for the unit and return the inspection.

    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    inspection = _current(pk, "answer", seen_version, actor)
    if stand not in inspection.Stand.values:
        raise Refused("请选择有无异议。", "stand")
    if stand == inspection.Stand.PLEAD and not words:
        raise Refused("有申辩意见的，请写明事实和理由。", "answer")
    inspection.stand, inspection.answer = stand, words
    inspection.answered_by_id, inspection.answered_at = actor.user_id, at
    _save(inspection, "stand", "answer", "answered_by", "answered_at")
    audit.append("inspection.answer", about=inspection, actor=actor, at=at, detail={"stand": stand})
    tell("inspection.answer", inspection, team_of(inspection), "被检查单位已经答复初步意见", at=at)
    return inspection


@transaction.atomic
def conclude(pk, *, words, seen_version, actor, at):
    """Give the final opinion with the score of the checklist, and return the inspection.

    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    inspection = _current(pk, "conclude", seen_version, actor)
    score = checklists.score_of(inspection.checks.all())
    if score is None:
        raise Refused("检查项目没有打完分，不能作结论。", "conclusion")
    inspection.conclusion, inspection.score = words, score
    inspection.concluded_by_id, inspection.concluded_at = actor.user_id, at
    _save(inspection, "conclusion", "score", "concluded_by", "concluded_at")
    audit.append("inspection.conclude", about=inspection, actor=actor, at=at, detail={"digest": digest_of(words)})
    issued = rectification.issue(inspection, at=at)
    what = f"检查结论已作出，请负责人签字{f'；下达整改 {issued} 项' if issued else ''}"
    tell("inspection.conclude", inspection, hosts_of(inspection), what, at=at)
    return inspection


@transaction.atomic
def sign(pk, *, seen_digest, actor, at):
    """Sign the final opinion and return the signature. Raises ``NotAllowed`` or ``Stale``."""
    inspection = locked(pk)
    require(actor, "sign", inspection)
    if seen_digest != digest_to_sign(inspection):
        raise Stale
    signature = InspectionSignature.objects.create(
        inspection=inspection, part=part_of(actor, inspection), user_id=actor.user_id, digest=seen_digest, at=at
    )
    audit.append("inspection.sign", about=signature, actor=actor, at=at, detail={"digest": seen_digest})
    return signature


@transaction.atomic
def refuse(pk, *, words, witness, actor, at):
    """Record that the unit refuses to sign, before a witness, and return it. Raises ``NotAllowed``."""
    inspection = locked(pk)
    require(actor, "refuse", inspection)
    refusal = InspectionSignature.objects.create(
        inspection=inspection,
        part=Part.REFUSED,
        user_id=actor.user_id,
        digest=digest_to_sign(inspection),
        words=words,
        witness=witness,
        at=at,
    )
    audit.append("inspection.refuse", about=refusal, actor=actor, at=at, detail={"digest": refusal.digest})
    return refusal


def digest_to_sign(inspection, lines=None):
    """Return the digest of what is signed: opinions, answer, score, checklist and the findings that stand.

    ``lines``: of its checklist in their order, where they have been read.
    """
    lines = inspection.checks.order_by("position") if lines is None else lines
    said = [inspection.preliminary, inspection.stand, inspection.answer, inspection.conclusion, str(inspection.score)]
    said += [[str(getattr(line, name)) for name in SIGNED] for line in lines]
    found = inspection.findings.filter(withdrawn_at=None).order_by("number")
    return digest_of([*said, *([one.number, findings.digest_of_finding(one)] for one in found)])


def team_of(inspection):
    """List the users in the team who have not left it."""
    return [seat.user for seat in inspection.seats.filter(left_at=None).select_related("user")]


def is_late(inspection):
    """Whether the unit has let the day of its answer pass."""
    due = inspection.answer_due_on
    return due is not None and inspection.answered_at is None and clock.today() > due


def _current(pk, action, seen_version, actor):
    inspection = locked(pk)
    require(actor, action, inspection)
    if inspection.version != seen_version:
        raise Stale
    return inspection


def _save(inspection, *fields):
    inspection.version += 1
    inspection.save(update_fields=[*fields, "version"])
