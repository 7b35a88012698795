"""How findings are put right: plan, progress, one extension, a check by another, closing, a look back.

Every act writes a ``RectificationStep``. Source: R0-24, R4-36.
"""

from django.db import transaction

from registers import audit, clock
from registers.access import people_who_may, require
from registers.refusals import Refused, Stale
from registers.text import clipped, digest_of
from workflows import attachments
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Rectification, RectificationStep
from workflows.policies.findings import answerable

Kind = RectificationStep.Kind
LONGEST = 5000
# Kind of a step → what one must be allowed, its act.
ACTS = {
    Kind.PLAN: ("work", "rectification.plan"),
    Kind.ASSIGN: ("assign", "rectification.assign"),
    Kind.PROGRESS: ("report", "rectification.progress"),
    Kind.ASK_TIME: ("ask_time", "rectification.ask_time"),
    Kind.TIME: ("grant", "rectification.time"),
    Kind.NO_TIME: ("grant", "rectification.no_time"),
    Kind.ASK: ("ask", "rectification.ask"),
    Kind.CLOSED: ("recheck", "rectification.closed"),
    Kind.RETURNED: ("recheck", "rectification.returned"),
    Kind.LOOKED: ("look_back", "rectification.looked"),
    Kind.RECURRED: ("look_back", "rectification.recurred"),
}
WITH_EVIDENCE = (Kind.ASK,)


def issue(inspection, *, at):
    """Order that what an inspection found be put right, within the transaction of its conclusion (整改通知)."""
    on = clock.local_day(at)
    plan_due_on = days.add_working_days(on, inspection.rules.plan_days)
    rows = [
        Rectification(finding=finding, issued_at=at, plan_due_on=plan_due_on, due_on=max(finding.due_on, on))
        for finding in inspection.findings.filter(withdrawn_at=None)
    ]
    Rectification.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def act(pk, kind, *, words, owner=None, until=None, uploads=(), seen_version, actor, at):
    """Do one thing about a finding and return the step. What is sent twice is one step.

    ``owner``: who puts it right, with the plan. ``until``: the later day that is asked for. Raises ``NotAllowed``, ``Refused`` or
    ``Stale``.
    """
    row = _locked(pk)
    if kind not in ACTS:
        raise Refused("请选择要办理的事项。", "kind")
    last = row.steps.filter(kind=kind, words=words, by=actor.user_id).order_by("-pk")[:1]
    if row.version != seen_version:
        if (again := attachments.sent_before(last, uploads)) is not None:
            return again
        raise Stale
    action, name = ACTS[kind]
    require(actor, action, row)
    if not words:
        raise Refused("请写明情况。", "words")
    if len(words) > LONGEST:
        raise Refused(f"情况说明最多 {LONGEST} 字，现有 {len(words)} 字，请删减。", "words")
    step = RectificationStep.objects.create(rectification=row, kind=kind, words=words, by_id=actor.user_id, at=at)
    attachments.take(step, uploads, actor=actor, at=at)
    if kind in WITH_EVIDENCE and not _evidence(row):
        raise Refused("申请销号须有佐证材料，请上传。", "files")
    _APPLIED[kind](row, actor=actor, at=at, owner=owner, until=until)
    row.version += 1
    row.save()
    audit.append(name, about=row, actor=actor, at=at, detail={"step": step.pk, "digest": digest_of(words)})
    _tell(name, row, step, at=at)
    return step


def _plan(row, *, at, owner, **_):
    if owner is None:
        raise Refused("请填写整改责任人。", "owner")
    row.owner, row.planned_at = owner, at


def _assign(row, *, owner, **_):
    """Let somebody answer for it in place of a unit that is closed, or where nobody is left."""
    if owner is None:
        raise Refused("请填写整改责任人。", "owner")
    if not owner.is_active:
        raise Refused(f"{owner.name}的账号已停用，请另指定一人。", "owner")
    row.owner = owner


def _ask_time(row, *, until, actor, **_):
    if until is None or until <= row.due_on:
        raise Refused(f"请填写延长后的期限，应晚于 {row.due_on:%Y-%m-%d}。", "until")
    if days.is_too_far(until, actor.on):
        raise Refused("期限离今天超过一年，请核对年份。", "until")
    row.extension_until = until


def _time(row, **_):
    row.due_on, row.extension_until, row.extended = row.extension_until, None, True


def _no_time(row, **_):
    row.extension_until, row.extended = None, True


def _ask(row, *, actor, at, **_):
    row.asked_at, row.asked_by_id = at, actor.user_id


def _closed(row, *, actor, at, **_):
    months = row.finding.inspection.rules.look_back_months
    row.closed_at, row.closed_by_id = at, actor.user_id
    row.look_back_on = clock.months_after(actor.on, months)


def _returned(row, **_):
    row.asked_at = row.asked_by = None


def _looked(row, *, at, **_):
    row.looked_back_at = at


def _recurred(row, *, actor, **_):
    """Open it again: it has come back, and its history says so."""
    row.closed_at = row.closed_by = row.asked_at = row.asked_by = row.planned_at = row.look_back_on = None
    row.extended, row.extension_until = False, None
    rules = row.finding.inspection.rules
    row.plan_due_on = days.add_working_days(actor.on, rules.plan_days)
    row.due_on = days.add_days(actor.on, rules.rectification_days)


def _nothing(row, **_):
    """Report without changing anything."""


_APPLIED = {
    Kind.PLAN: _plan,
    Kind.ASSIGN: _assign,
    Kind.PROGRESS: _nothing,
    Kind.ASK_TIME: _ask_time,
    Kind.TIME: _time,
    Kind.NO_TIME: _no_time,
    Kind.ASK: _ask,
    Kind.CLOSED: _closed,
    Kind.RETURNED: _returned,
    Kind.LOOKED: _looked,
    Kind.RECURRED: _recurred,
}


def _evidence(row):
    """Whether any step since it was last returned or opened again has a file."""
    last = row.steps.filter(kind__in=[Kind.RETURNED, Kind.RECURRED]).order_by("-pk").first()
    since = row.steps.filter(pk__gt=last.pk) if last else row.steps
    return since.filter(attachments__isnull=False).exists()


def _locked(pk):
    rows = Rectification.objects.select_for_update(of=("self",))
    return rows.select_related("finding__inspection__plan__scheme", "finding__inspection__unit", "owner").get(pk=pk)


def _tell(name, row, step, *, at):
    """Tell the unit what is decided, those who may answer what it asks for, and the owner that he is one."""
    if step.kind == Kind.PROGRESS:
        return
    asked = {Kind.ASK_TIME: "grant", Kind.ASK: "recheck"}.get(step.kind)
    people = (
        [row.owner]
        if step.kind in (Kind.PLAN, Kind.ASSIGN)
        else people_who_may(asked, row)
        if asked
        else answerable(row)
    )
    text = clipped(
        f"{row.finding.inspection.unit.name}问题{row.finding.label}：{step.get_kind_display()}。请到“检查与整改”查看。",
        200,
    )
    notifications.post(people, kind=name, key=f"{name}:{step.pk}", text=text, submission=None, at=at)
