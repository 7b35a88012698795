"""What an inspection finds: recorded by the team until the conclusion, each with its files.

A finding on a point or measure of which one was found before is linked to that (复发). Source: R0-24, R2-30, R4-36.
"""

from django.db import transaction
from django.db.models import Max, Q

from registers import audit
from registers.access import require
from registers.models import RiskPoint
from registers.refusals import Refused, Stale
from registers.schemes.parts import Level
from registers.text import digest_of
from workflows import attachments
from workflows.campaign import adjustments
from workflows.deadlines import days
from workflows.models import Finding
from workflows.supervision.inspections import locked

FIELDS = ("fact", "clause", "cause", "kind", "demand", "due_on")


def day_for(kind, rules, *, on):
    """Return by when a finding of ``kind`` is usually to be put right."""
    return days.add_days(on, rules.at_once_days if kind == Finding.Kind.AT_ONCE else rules.rectification_days)


@transaction.atomic
def record(inspection_id, *, values, line=None, uploads=(), actor, at):
    """Record a finding and return it.

    ``values``: those in ``FIELDS``. ``line``: of the checklist, whose point and measure it is about. What is sent twice is one
    finding. Raises ``NotAllowed`` or ``Refused``.
    """
    inspection = locked(inspection_id)
    finding = Finding(inspection=inspection, check_item=line, made_by_id=actor.user_id, made_at=at, **values)
    require(actor, "record", finding)
    _fits(values, on=actor.on)
    same = inspection.findings.filter(made_by=actor.user_id, check_item=line, **values)
    if (again := attachments.sent_before(same, uploads)) is not None:
        return again
    finding.number = (inspection.findings.aggregate(last=Max("number"))["last"] or 0) + 1
    if line is not None:
        finding.point_series, finding.measure_series = line.point_series, line.measure_series
        finding.recurrence_of = earlier(finding)
    finding.save()
    attachments.take(finding, uploads, actor=actor, at=at)
    detail = {"digest": digest_of_finding(finding), "recurrence_of": finding.recurrence_of_id}
    audit.append("finding.record", about=finding, actor=actor, at=at, detail=detail)
    return finding


def earlier(finding):
    """Return the last finding on the same measure or point, from another inspection.

    Of the unit, or of one that was merged into it. None where there is none.
    """
    about = Q(measure_series=finding.measure_series) if finding.measure_series else Q(point_series=finding.point_series)
    if finding.point_series is None:
        return None
    units = finding.inspection.unit.subtree()
    rows = Finding.objects.filter(about, inspection__unit__in=units, withdrawn_at=None)
    return rows.exclude(inspection=finding.inspection).order_by("-pk").first()


@transaction.atomic
def change(pk, *, values, seen_version, uploads=(), dropped=(), actor, at):
    """Correct a finding and its files. Raises ``NotAllowed``, ``Refused`` or ``Stale``."""
    finding = _locked(pk)
    require(actor, "change", finding)
    if finding.version != seen_version:
        raise Stale
    _fits(values, on=actor.on)
    for name in FIELDS:
        setattr(finding, name, values[name])
    finding.version += 1
    finding.save(update_fields=[*FIELDS, "version"])
    attachments.drop(finding, dropped, actor=actor, at=at)
    attachments.take(finding, uploads, actor=actor, at=at)
    audit.append("finding.change", about=finding, actor=actor, at=at, detail={"digest": digest_of_finding(finding)})
    return finding


@transaction.atomic
def withdraw(pk, *, reason, actor, at):
    """Withdraw a finding that does not stand. It stays on record with the reason.

    Raises ``NotAllowed``.
    """
    finding = _locked(pk)
    require(actor, "withdraw", finding)
    finding.withdrawn_at, finding.withdraw_reason = at, reason
    finding.save(update_fields=["withdrawn_at", "withdraw_reason"])
    audit.append("finding.withdraw", about=finding, actor=actor, at=at)
    return finding


@transaction.atomic
def propose(pk, *, actor, at):
    """Begin a sheet that changes the register because of a finding, and return it (R2-30, R3-35).

    It is an ordinary adjustment, which names the finding. Raises ``NotAllowed`` or ``Refused``.
    """
    finding = _locked(pk)
    require(actor, "adjust", finding)
    point = RiskPoint.objects.open().filter(series=finding.point_series).select_related("post", "unit").first()
    if point is not None and point.level == Level.PERSONAL:
        raise Refused("该风险点属于个人岗位，由在岗的本人在“动态调整”中提出。请转告责任人。")
    sheet = adjustments.begin(
        point.level if point is not None else Level.UNIT,
        unit=point.unit if point is not None else finding.inspection.unit,
        key=str(point.series) if point is not None else "",
        actor=actor,
        at=at,
    )
    finding.changes.add(sheet)
    audit.append("finding.adjust", about=finding, actor=actor, at=at, detail={"submission": sheet.pk})
    return sheet


def digest_of_finding(finding):
    """Return the digest of what a finding says."""
    return digest_of({name: str(getattr(finding, name)) for name in FIELDS})


def _locked(pk):
    """The finding, behind the lock of its inspection: none is changed while that is being concluded."""
    inspection = locked(Finding.objects.values_list("inspection", flat=True).get(pk=pk))
    return inspection.findings.get(pk=pk)


def _fits(values, *, on):
    if values["kind"] not in Finding.Kind.values:
        raise Refused("请选择整改类别。", "kind")
    if values["due_on"] < on:
        raise Refused("整改期限不能早于今天。", "due_on")
    if days.is_too_far(values["due_on"], on):
        raise Refused("整改期限离今天超过一年，请核对年份。", "due_on")
