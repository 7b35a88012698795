"""Objections to a notice: colleagues raise them, the office handles them. Source: R1-27, R1-28."""

from django.db import transaction

from registers import audit
from registers.access import require
from registers.refusals import Refused
from workflows import policies
from workflows.messages import notifications
from workflows.models import NoticeSheet, Objection, Submission
from workflows.publicity import notices, releasing
from workflows.sheets.documents import Composition

Finding = Objection.Finding
OBJECTED = "“{title}”收到异议，请处理。"
SENT_BACK = "公示期间收到异议，经核实{finding}，退回修改后重新公示。"
LEFT = "异议{finding}，退回修改"


@transaction.atomic
def object_to(notice, *, actor, text, at, row=0):
    """Record a colleague's objection to row number ``row`` of a notice, or to the whole (0).

    Return it, and whether it is new. The office gets a message, the unit concerned does not. Raises ``NotAllowed``, also when the
    notice has just ended, or ``Refused`` where the notice has no such row or it is about the objector himself.
    """
    sheet = _sheet_of(notice, row)
    notice = notices.locked(notice, Submission.objects.filter(pk=sheet.pk) if sheet is not None else None)
    require(actor, "object", notice)
    person = _person_of(notice, row, sheet)
    if person == actor.user_id:
        raise Refused("对本人的评定有不同意见，请直接向单位领导小组反映。")
    objection, created = Objection.objects.get_or_create(
        notice=notice, author=actor.user, row=row, defaults={"text": text, "at": at, "submission": sheet}
    )
    if created:
        unit = sheet.unit_id if sheet is not None else notice.unit_id
        _, office = policies.Holding(actor.on).able("office", unit, person=person)
        text = OBJECTED.format(title=notice.title)
        messages = [(person, f"objection:{objection.pk}", text, None) for person in office]
        notifications.post_each(messages, kind="notice.object", at=at)
        audit.append("notice.object", about=objection, actor=actor, at=at)
    return objection, created


def _sheet_of(notice, row):
    """Return the sheet that the row ``row`` stands on; that of the notice where it has but one, else None for the whole."""
    bundled = list(NoticeSheet.objects.filter(notice=notice).select_related("submission"))
    if not row:
        return bundled[0].submission if len(bundled) == 1 else None
    if row > len(notice.items):
        raise Refused("公示中没有这一项，请重新选择。")
    pk = notice.items[row - 1].get("sheet")
    return next((one.submission for one in bundled if one.submission_id == pk), bundled[0].submission)


def _person_of(notice, row, sheet):
    """Return the id of the person whom a row is about, or the sheet where no row is named; None where it is a unit's."""
    if sheet is None:
        return None
    entry = notice.items[row - 1].get("entry") if row and sheet.task.rules.carries else None
    entries = Composition(sheet).entries if entry else ()
    carried = next((shown.submission for shown in entries if shown.key == entry), None)
    return carried.person_id if carried is not None else sheet.person_id


@transaction.atomic
@audit.at_the_end()
def handle(objection, *, actor, handling, at, finding=Finding.REJECTED, row=0):
    """Record how an objection was handled.

    Where it is upheld, wholly or in part, the sheet goes back to its filler from where it waits and leaves the notice, which is
    withdrawn when nothing is left on it. ``row``: the row that is wrong, where the objection was to the whole.
    Raises ``NotAllowed``, or ``Refused`` where no row is named.
    """
    objection = Objection.objects.select_related("notice").get(pk=objection.pk)
    number, upheld = objection.row or row, finding in (Finding.UPHELD, Finding.PARTLY)
    if upheld and not number and len(objection.notice.items) == 1:
        number = 1
    sheet = _sheet_of(objection.notice, number)
    composition = notices.locked_on(objection.notice, sheet.pk) if upheld and sheet is not None else None
    notice = notices.locked(objection.notice)
    objection = Objection.objects.select_for_update(of=("self",)).select_related("notice").get(pk=objection.pk)
    require(actor, "handle", objection)
    if upheld and not number:
        raise Refused("认定异议成立的，请选择是哪一项，以便退回更正。")
    objection.handled_at, objection.handled_by_id, objection.handling = at, actor.user_id, handling
    objection.finding, objection.submission = finding, sheet
    objection.save(update_fields=["handled_at", "handled_by", "handling", "finding", "submission"])
    audit.append("notice.handle", about=objection, actor=actor, at=at, detail={"finding": str(finding)})
    if composition is not None:
        words = Finding(finding).label
        reasons = {notice.items[number - 1].get("entry", ""): handling}
        notices.send_back(composition, reasons, why=SENT_BACK.format(finding=words), handling=handling, at=at)
        if (
            not notice.bundled.filter(left_at=None).exists()
            and notice.cleared_at is None
            and notice.withdrawn_at is None
        ):
            releasing.call_off(notice, why=LEFT.format(finding=words), by=actor, at=at)
