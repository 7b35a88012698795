"""Statements of duty (责任书、职责说明), from the text of the scheme to the head's signature.

The office drafts and sends, the head of the unit signs or sends back with what he wants changed. So two people stand behind each.
Source: R0-18, R2-18.
"""

from django.db import transaction

from registers import audit, clock
from registers.access import people_who_may, require
from registers.models import Unit
from registers.refusals import Refused, Stale
from registers.text import clipped, digest_of
from workflows.messages import notifications
from workflows.models import DutyStatement

NOT_ASKED = "现行方案没有要求签订责任书。"
LONGEST_REPLY = 1000


@transaction.atomic
def draft(scheme, institution, *, units, actor, at):
    """Draft this year's statements of ``units`` from the scheme and return those that are new.

    Units that have one are passed over. Raises ``NotAllowed`` or ``Refused``.
    """
    asked = scheme.rules.duties.statement
    if asked is None:
        raise Refused(NOT_ASKED)
    year = clock.local_day(at).year
    Unit.objects.select_for_update(of=("self",)).get(pk=institution.pk)
    there = set(DutyStatement.objects.filter(unit__in=units, year=year).values_list("unit_id", flat=True))
    made = []
    for unit in (unit for unit in units if unit.pk not in there):
        statement = DutyStatement(
            institution=institution,
            scheme=scheme,
            unit=unit,
            year=year,
            parts={part.code: part.text for part in asked.parts},
            drafted_by_id=actor.user_id,
            drafted_at=at,
        )
        require(actor, "draft", statement)
        statement.save()
        audit.append("duty.draft", about=statement, actor=actor, at=at)
        made.append(statement)
    return made


@transaction.atomic
def change(pk, *, parts, seen_version, actor, at):
    """Change the text before it is sent. ``parts``: code → text. Raises ``NotAllowed`` or ``Stale``."""
    statement = _opened(pk, "change", seen_version, actor)
    statement.parts = statement.parts | parts
    _save(statement, "parts")
    audit.append("duty.change", about=statement, actor=actor, at=at, detail={"digest": digest_to_sign(statement)})
    return statement


@transaction.atomic
def send(pk, *, seen_version, actor, at):
    """Send the statement to the head of the unit. Raises ``NotAllowed``, ``Refused`` or ``Stale``."""
    statement = _opened(pk, "send", seen_version, actor)
    if empty := [label for label, text in statement.shown if not text]:
        raise Refused(f"还没有写：{'、'.join(empty)}。请先修改文稿。")
    if not people_who_may("sign", statement).exclude(pk=actor.user_id).exists():
        raise Refused("该单位没有可以签字的负责人（送签人本人除外），请先由管理员任命。")
    statement.sent_by_id, statement.sent_at, statement.reply = actor.user_id, at, ""
    _save(statement, "sent_by", "sent_at", "reply")
    audit.append("duty.send", about=statement, actor=actor, at=at)
    _tell("duty.send", statement, people_who_may("sign", statement), "请核对并签字", at=at)
    return statement


@transaction.atomic
def send_back(pk, *, reply, seen_version, actor, at):
    """Send the statement back with what should be changed.

    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    statement = _opened(pk, "send_back", seen_version, actor)
    if not reply:
        raise Refused("请写明要修改什么、为什么。", "reply")
    statement.sent_by, statement.sent_at, statement.reply = None, None, reply
    _save(statement, "sent_by", "sent_at", "reply")
    audit.append("duty.send_back", about=statement, actor=actor, at=at)
    _tell("duty.send_back", statement, people_who_may("draft", statement), "单位负责人要求修改", at=at)
    return statement


@transaction.atomic
def sign(pk, *, seen_digest, actor, at):
    """Sign the statement as the head of the unit. Raises ``NotAllowed`` or ``Stale``."""
    statement = _locked(pk)
    require(actor, "sign", statement)
    if seen_digest != digest_to_sign(statement):
        raise Stale
    statement.signed_by_id, statement.signed_at, statement.signed_digest = actor.user_id, at, seen_digest
    _save(statement, "signed_by", "signed_at", "signed_digest")
    audit.append("duty.sign", about=statement, actor=actor, at=at, detail={"digest": seen_digest})
    return statement


def digest_to_sign(statement):
    """Return the digest of what the head signs: unit, year and every part in its order."""
    return digest_of([statement.unit_id, statement.year, statement.label, statement.shown])


def _locked(pk):
    rows = DutyStatement.objects.select_for_update(of=("self",)).select_related("unit", "scheme")
    return rows.get(pk=pk)


def _opened(pk, action, seen_version, actor):
    statement = _locked(pk)
    require(actor, action, statement)
    if statement.version != seen_version:
        raise Stale
    return statement


def _save(statement, *fields):
    statement.version += 1
    statement.save(update_fields=[*fields, "version"])


def _tell(act, statement, people, what, *, at):
    text = clipped(f"{statement}：{what}。请到“责任与教育”查看。", 200)
    key = f"{act}:{statement.pk}:{statement.version}"
    notifications.post(people, kind=act, key=key, text=text, submission=None, at=at)
