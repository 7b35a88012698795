"""What is done about a warning: handed in, issued, signed for, answered, escalated, lifted.

Every act writes a ``WarningStep``. Messages say that there is something, never what. Source: R1-44, R4-31.
"""

from django.db import transaction
from django.db.models import F

from registers import audit, clock
from registers.access import require
from registers.models import User
from registers.refusals import Refused, Stale
from registers.text import digest_of
from workflows import attachments
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import RiskWarning, WarningDelivery, WarningPoint, WarningSeries, WarningStep
from workflows.policies.warnings import addressees, approving, office_of
from workflows.supervision.warnings.drafting import FIELDS, REFERENCE, fits_grades, graver, locked, missing

Kind = WarningStep.Kind
LONGEST = 5000
# Kinds that are done on the page of a warning → their act. One must be allowed what the kind is called.
ACTS = {
    Kind.HAND_IN: "warning.hand_in",
    Kind.TAKE_BACK: "warning.take_back",
    Kind.ISSUE: "warning.issue",
    Kind.SEND_BACK: "warning.send_back",
    Kind.DISMISS: "warning.dismiss",
    Kind.RECEIVE: "warning.receive",
    Kind.ANSWER: "warning.answer",
    Kind.ACCEPT: "warning.accept",
    Kind.ASK_AGAIN: "warning.ask_again",
    Kind.ESCALATE: "warning.escalate",
    Kind.LIFT: "warning.lift",
}
# Kinds that are recorded on a page of their own → their act.
RECORDED = {Kind.DELIVER: "warning.deliver", Kind.CORRECT: "warning.correct", Kind.VISIT: "warning.visit"}
WITH_WORDS = (Kind.DISMISS, Kind.SEND_BACK, Kind.ANSWER, Kind.ASK_AGAIN, Kind.ESCALATE)
PLACE = "请到“预警与文书”"
# Kind → what people are told: those whom it is for, or those who handle it.
TO_ADDRESSEES = {
    Kind.ISSUE: f"有一份发给您或您单位的文书，{PLACE}签收。",
    Kind.ACCEPT: "您对文书的答复已经认可，可在“预警与文书”查看。",
    Kind.ASK_AGAIN: f"您对文书的答复须补充，{PLACE}重新答复。",
    Kind.LIFT: "发给您或您单位的一份文书已经办结，可在“预警与文书”查看。",
    Kind.CORRECT: f"发给您或您单位的一份文书更正了送达登记，{PLACE}核对答复期限。",
}
TO_OFFICE = {
    Kind.RECEIVE: f"有一份文书已经签收，{PLACE}查看。",
    Kind.ANSWER: f"有一份文书已经答复，{PLACE}审核。",
}


@transaction.atomic
def act(pk, kind, *, words="", follows="", uploads=(), seen_version, actor, at):
    """Do one thing about a warning and return the step. What is sent twice is one step.

    ``follows``: the kind of the graver warning, when it is escalated. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    warning = locked(pk)
    if kind not in ACTS:
        raise Refused("请选择要办理的事项。", "kind")
    if warning.version != seen_version:
        last = warning.steps.filter(kind=kind, words=words, by=actor.user_id).order_by("-pk")[:1]
        if (again := attachments.sent_before(last, uploads)) is not None:
            return again
        raise Stale(warning)
    require(actor, str(kind), warning)
    _words_fit(kind, words)
    if uploads and kind != Kind.ANSWER:
        raise Refused("只有答复可以附材料，所选文件没有保存。", "files")
    _APPLIED[kind](warning, actor=actor, at=at, follows=follows)
    warning.version += 1
    warning.save()
    return noted(warning, kind, words, uploads=uploads, actor=actor, at=at)


def noted(warning, kind, words="", *, uploads=(), actor, at):
    """Write the step, the audit entry and the messages of what was done, and return the step.

    Within the transaction of the act.
    """
    step = WarningStep.objects.create(warning=warning, kind=kind, words=words, by_id=actor.user_id, at=at)
    attachments.take(step, uploads, actor=actor, at=at)
    name = ACTS.get(kind) or RECORDED[kind]
    audit.append(name, about=warning, actor=actor, at=at, detail={"step": step.pk, "digest": digest_of(words)})
    _tell(name, warning, step, at)
    return step


def _words_fit(kind, words):
    if kind in WITH_WORDS and not words:
        raise Refused("请写明情况。", "words")
    if len(words) > LONGEST:
        raise Refused(f"情况说明最多 {LONGEST} 字，现有 {len(words)} 字，请删减。", "words")


def _tell(name, warning, step, at):
    key = f"{name}:{warning.pk}:{step.pk}"
    if step.kind == Kind.HAND_IN:
        _, people = approving(warning, drafter=warning.handed_in_by_id)
        said = User.objects.filter(pk__in=people), f"有一份文书等待您签发，{PLACE}办理。"
    elif step.kind == Kind.SEND_BACK:
        said = User.objects.filter(pk__in=[warning.made_by_id]), f"您拟的一份文书已退回，{PLACE}修改。"
    elif step.kind in TO_ADDRESSEES and not (warning.is_talk or warning.is_reference):
        said = addressees(warning), TO_ADDRESSEES[step.kind]
    elif step.kind in TO_OFFICE:
        said = office_of(warning), TO_OFFICE[step.kind]
    else:
        return
    people, text = said
    notifications.post(people, kind=name, key=key, text=text, submission=None, at=at)


# --- Until it is issued ------------------------------------------------------------------------------------


def _hand_in(warning, *, actor, at, **_):
    if lacking := missing(warning):
        raise Refused(f"送批以前还须填写：{'、'.join(lacking)}。请点“修改”补上。")
    fits_grades(warning)
    role, _ = approving(warning, drafter=actor.user_id)
    if not role:
        raise Refused("没有可以签发的人：空缺，或与该预警有关须回避。请管理员登记办公室、领导小组或党委的任职。")
    warning.handed_in_by_id, warning.handed_in_at, warning.approver_role = actor.user_id, at, role


def _take_back(warning, **_):
    warning.handed_in_by = warning.handed_in_at = None
    warning.approver_role = ""


def _dismiss(warning, *, actor, at, **_):
    """Put it aside. What it would have followed may then be escalated otherwise."""
    warning.escalated_from = None
    warning.dismissed_by_id, warning.dismissed_at = actor.user_id, at


def _issue(warning, *, actor, at, **_):
    """Issue it and take its number, from the series of its kind and year."""
    warning.issued_by_id, warning.issued_at = actor.user_id, at
    warning.answer_days = warning.action.answer_days
    if warning.is_reference:
        return
    warning.year = actor.on.year
    known = {"institution": warning.institution, "kind": warning.kind, "year": warning.year}
    series, _ = WarningSeries.objects.get_or_create(**known)
    series = WarningSeries.objects.select_for_update().get(pk=series.pk)
    series.last += 1
    series.save(update_fields=["last"])
    warning.number = series.last


# --- Receipt and answer ------------------------------------------------------------------------------------


def delivered(warning, on):
    """Let the answer's days run: they begin on the day after the receipt."""
    warning.delivered_on = on
    if warning.answer_days:
        warning.answer_due_on = days.add_working_days(on, warning.answer_days)


def _receive(warning, *, actor, at, **_):
    """Sign for it on the page, which is a receipt like any other."""
    WarningDelivery.objects.create(
        warning=warning,
        way=WarningDelivery.Way.ONLINE,
        signed_by=actor.user.name,
        received_on=actor.on,
        by_id=actor.user_id,
        at=at,
    )
    delivered(warning, actor.on)


def _answer(warning, *, actor, at, **_):
    warning.answered_at, warning.answer_late = at, days.is_overdue(warning.answer_due_on, at)


def _accept(warning, *, at, **_):
    warning.accepted_at = at


def _ask_again(warning, *, actor, **_):
    warning.answered_at, warning.answer_late = None, False
    warning.answer_due_on = days.add_working_days(actor.on, warning.answer_days)


# --- Its end -----------------------------------------------------------------------------------------------


def _escalate(warning, *, actor, at, follows, **_):
    """Begin the graver warning as a draft. This one stays open until that is lifted."""
    if follows not in [one.code for one in graver(warning)]:
        raise Refused("请选择升级后的方式，应比现在的重。", "follows")
    texts = {name: getattr(warning, name) for name in FIELDS if name not in REFERENCE}
    following = RiskWarning(
        scheme=warning.scheme,
        institution=warning.institution,
        unit=warning.unit,
        person=warning.person,
        finding_id=warning.finding_id,
        trigger=RiskWarning.Trigger.ESCALATED,
        because=f"由{warning.label}升级。",
        escalated_from=warning,
        made_by_id=actor.user_id,
        made_at=at,
        **texts | {"kind": follows, "level": _higher(warning)},
    )
    following.is_reference, following.is_talk = following.action.reference_only, following.action.talk
    if following.is_reference:
        following.facts = following.basis = following.causes = following.demands = ""
    following.save()
    WarningPoint.objects.bulk_create(
        [WarningPoint(warning=following, series=one.series) for one in warning.points.all()]
    )


def _higher(warning):
    """The code of the next graver level, the same where there is none."""
    now = warning.level_rules
    above = sorted(
        (one for one in warning.rules.levels if now and one.severity > now.severity), key=lambda one: one.severity
    )
    return above[0].code if above else warning.level


def _lift(warning, *, actor, at, **_):
    """Lift it, and with it those that it followed. It is visited again after the months of the scheme."""
    warning.lifted_by_id, warning.lifted_at = actor.user_id, at
    months = warning.rules.visit_months
    warning.visit_on = clock.months_after(actor.on, months) if months and not warning.is_reference else None
    before, seen = warning.escalated_from_id, {warning.pk}
    while before is not None and before not in seen:
        seen.add(before)
        earlier = locked(before)
        if earlier.lifted_at is None:
            RiskWarning.objects.filter(pk=before).update(
                lifted_by=actor.user_id, lifted_at=at, version=F("version") + 1
            )
        before = earlier.escalated_from_id


_APPLIED = {
    Kind.HAND_IN: _hand_in,
    Kind.TAKE_BACK: _take_back,
    Kind.SEND_BACK: _take_back,
    Kind.DISMISS: _dismiss,
    Kind.ISSUE: _issue,
    Kind.RECEIVE: _receive,
    Kind.ANSWER: _answer,
    Kind.ACCEPT: _accept,
    Kind.ASK_AGAIN: _ask_again,
    Kind.ESCALATE: _escalate,
    Kind.LIFT: _lift,
}
