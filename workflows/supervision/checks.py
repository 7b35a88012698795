"""Checks of measures (核查): somebody who does not answer for a measure says whether it is carried out."""

from django.db import transaction

from registers import audit, kept
from registers.access import require
from registers.models import ControlMeasure
from registers.refusals import Refused
from workflows import attachments, controls, responsibilities
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import MeasureCheck, MeasureProgress
from workflows.policies.checks import units_outside

Result = MeasureCheck.Result
MISSING = "请写明核查的情况：查了什么、怎样查的、结果如何；未通过的写明问题和要求。"


@transaction.atomic
def check(pk, *, result, text, actor, at, uploads=()):
    """Add a check of the measure version ``pk``, with evidence, and return it.

    Those who answer for the measure get a message. What is sent twice on one day is one check. ``uploads`` are Django
    ``UploadedFile``. Raises ``Refused`` or ``NotAllowed``.
    """
    measure = ControlMeasure.objects.select_for_update().get(pk=pk)
    require(actor, "check", MeasureCheck(measure=measure))
    if result not in Result.values:
        raise Refused("请选择核查结论。", "result")
    text = controls.worded(text, uploads, label="核查情况", missing=MISSING)
    if result == Result.VERIFIED and not _is_carried_out(measure):
        raise Refused("责任人尚未记录“已落实”，不能核查通过。请先由责任人记录，或选“核查未通过”并写明问题。", "result")
    said = controls.same_today(measure.checks.first(), {"result": result, "text": text}, actor=actor, at=at)
    if (again := attachments.sent_before(said, uploads)) is not None:
        return again
    made = MeasureCheck.objects.create(
        measure=measure,
        result=result,
        text=text,
        outside=measure.unit_id in units_outside(actor),
        by=actor.user,
        on=days.local(at).date(),
        at=at,
    )
    made.attachments.set([attachments.keep(upload, actor=actor, at=at) for upload in uploads])
    kept.forget(actor)
    _tell(made, at=at)
    detail = {"measure": measure.pk, "result": result, "files": len(uploads)}
    audit.append("measure.check", about=made, actor=actor, at=at, detail=detail)
    return made


def _is_carried_out(measure):
    latest = measure.progress.first()
    return latest is not None and latest.state == MeasureProgress.State.DONE


def _tell(made, *, at):
    """Write to whoever answers for the measure. Never what the measure or the check says."""
    said = f"您负责的一项防控措施（{made.measure.unit}）{made.get_result_display()}"
    said += "，请到“防控措施落实”中查看。" if made.result == Result.VERIFIED else "，请按核查情况落实后重新记录。"
    messages = [
        (person, f"check:{made.pk}", said, None) for person in responsibilities.people(made.measure, on=made.on)
    ]
    notifications.post_each(messages, kind="measure.check", at=at)
