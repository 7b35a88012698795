"""Objections to a notice: colleagues raise them, the office handles them. Source: R1-27, R1-28.

Those of people who are not logged in come by ``door``; what follows is the same.
"""

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.refusals import Refused
from workflows import policies
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import NoticeSheet, Objection, Objector, SealedReading, Submission
from workflows.publicity import correcting, notices, releasing
from workflows.sheets.documents import Composition

Finding = Objection.Finding
OBJECTED = "“{title}”收到异议，请处理。"
SENT_BACK = "公示期间收到异议，经核实{finding}，退回修改后重新公示。"
LEFT = "异议{finding}，退回修改"
TO_CORRECT, CORRECTED = "公示期间发现文字差错，退回更正后重新公示。", "文字差错，退回更正后重新公示"
RIGHT = "“{wrong}”应为“{right}”。{handling}"
# Is it corrected? → what the filler is told, why the notice is withdrawn, what becomes of the sheet on it.
_SAID = {False: (SENT_BACK, LEFT, notices.UPHELD), True: (TO_CORRECT, CORRECTED, CORRECTED)}
RETRACTED = "提出人撤回。"
MERGED = "并入第 {number} 号异议，一并答复。"


@transaction.atomic
def object_to(notice, *, actor, text, at, row=0, category=Objection.Category.OTHER):
    """Record a colleague's objection to row number ``row`` of a notice, or to the whole (0).

    Return it, and whether it is new. The office gets a message, the unit concerned does not. Raises ``NotAllowed``, also when the
    notice has just ended, or ``Refused`` where the notice has no such row or it is about the objector himself.
    """
    notice, sheet, person = locked_for(notice, row)
    require(actor, "object", notice)
    if person == actor.user_id:
        raise Refused("对本人的评定有不同意见，请直接向单位领导小组反映。")
    said = {"text": text, "at": at, "submission": sheet, "category": category}
    objection, created = Objection.objects.get_or_create(notice=notice, author=actor.user, row=row, defaults=said)
    if created:
        tell_office(objection, OBJECTED, person=person, kind="notice.object", on=actor.on, at=at)
        audit.append("notice.object", about=objection, actor=actor, at=at)
    return objection, created


def locked_for(notice, row):
    """Lock a notice for an objection to its row.

    Return it, the sheet of the row, and whom that is about (an id or None).     Raises ``Refused`` where the notice has no such row.
    """
    sheet = _sheet_of(notice, row)
    notice = notices.locked(notice, Submission.objects.filter(pk=sheet.pk) if sheet is not None else None)
    return notice, sheet, _person_of(notice, row, sheet)


def tell_office(objection, words, *, kind, on, at, person=None, key=""):
    """Tell those of the office who may handle an objection.

    ``person``: whom it is about, who hears nothing.
    """
    unit = objection.submission.unit_id if objection.submission_id else objection.notice.unit_id
    _, office = policies.Holding(on).able("office", unit, person=person)
    text = words.format(title=objection.notice.title)
    messages = [(member, key or f"objection:{objection.pk}", text, None) for member in office]
    notifications.post_each(messages, kind=kind, at=at)


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


def due_on(objection, door):
    """Return the day by which an objection is answered: so many working days after its notice."""
    return due_days([objection], door)[objection.pk]


def due_days(raised, door):
    """Return ``due_on`` of many objections, with their notices: id → day. The calendar is read once."""
    ends = {one.pk: one.notice.ends_on or timezone.localdate(one.at) for one in raised}
    if not ends:
        return {}
    add = days.adding_working_days(min(ends.values()), max(ends.values()), most=door.answer_days + door.more_days)
    granted = {one.pk: door.answer_days + (door.more_days if one.extended_at else 0) for one in raised}
    return {pk: add(last, granted[pk]) for pk, last in ends.items()}


def names(keys, opened):
    """Return who gave his name at the public door: id of the objection → name and contact.

    Both are left out unless the name was ``opened``.
    """
    named = Objector.objects.filter(objection__in=keys).values_list("objection", flat=True)
    shown = Objector.objects.filter(objection__in=opened)
    return dict.fromkeys(named, "") | {row.objection_id: f"{row.name}，{row.contact}" for row in shown}


def of_notice(notice, *, besides):
    """The other objections to a notice that are answered for themselves, so that ``besides`` can join one."""
    return Objection.objects.filter(notice=notice, into=None).exclude(pk=besides.pk).exclude(finding="retracted")


@transaction.atomic
@audit.at_the_end()
def handle(objection, *, actor, handling, at, finding=Finding.REJECTED, row=0, into=None, wrong="", right=""):
    """Record how an objection was handled.

    Where it is upheld, wholly or in part, the sheet goes back to its filler from where it waits and leaves the notice, which is
    withdrawn when nothing is left on it. ``row``: the row that is wrong, where the objection was to the whole. ``into``: the id of
    the objection that says the same. ``wrong`` and ``right``: the words of a correction; the sheet goes back where it says them
    itself (``correcting``). Raises ``NotAllowed``, or ``Refused`` where no row or no other objection is named, or a correction does
    not fit.
    """
    objection = Objection.objects.select_related("notice").get(pk=objection.pk)
    number, upheld = objection.row or row, finding in (Finding.UPHELD, Finding.PARTLY)
    if upheld and not number and len(objection.notice.items) == 1:
        number = 1
    sheet, corrects = _sheet_of(objection.notice, number), finding == Finding.CORRECTED
    if corrects:
        correcting.require_fit(objection.notice, number, wrong, right)
    goes_back = upheld or (corrects and correcting.is_of_the_sheet(objection.notice, number, wrong))
    composition = notices.locked_on(objection.notice, sheet.pk) if goes_back and sheet is not None else None
    notice = notices.locked(objection.notice)
    objection = Objection.objects.select_for_update(of=("self",)).select_related("notice").get(pk=objection.pk)
    require(actor, "handle", objection)
    if upheld and not number:
        raise Refused("认定异议成立的，请选择是哪一项，以便退回更正。")
    if finding == Finding.MERGED:
        objection.into = _other(objection, into)
        handling = handling or MERGED.format(number=objection.into_id)
    objection.handled_at, objection.handled_by_id, objection.handling = at, actor.user_id, handling
    objection.finding, objection.submission = finding, sheet
    objection.save(update_fields=["handled_at", "handled_by", "handling", "finding", "submission", "into"])
    audit.append("notice.handle", about=objection, actor=actor, at=at, detail={"finding": str(finding)})
    if corrects and not goes_back:
        correcting.correct(notice, number, wrong, right, objection=objection, actor=actor, at=at)
    if composition is not None:
        words, left, outcome = _SAID[corrects]
        words, left = (text.format(finding=Finding(finding).label, wrong=wrong, right=right) for text in (words, left))
        handling = RIGHT.format(wrong=wrong, right=right, handling=handling) if corrects else handling
        reasons = {notice.items[number - 1].get("entry", ""): handling}
        notices.send_back(composition, reasons, why=words, handling=handling, at=at, outcome=outcome)
        _call_off_if_empty(notice, why=left, actor=actor, at=at)


def _call_off_if_empty(notice, *, why, actor, at):
    running = notice.cleared_at is None and notice.withdrawn_at is None
    if running and not notice.bundled.filter(left_at=None).exists():
        releasing.call_off(notice, why=why, by=actor, at=at)


def _other(objection, into):
    other = of_notice(objection.notice, besides=objection).filter(pk=into).first() if into else None
    if other is None:
        raise Refused("请选择并入哪一件异议。", "into")
    if other.handled_at is None:
        # What it holds up, the other one must hold up as well.
        same = other.submission_id is None or other.submission_id == objection.submission_id
        if not same:
            raise Refused("这两件异议针对不同的表，不能并入，请分别处理。", "into")
    return other


@transaction.atomic
def extend(objection, *, why, actor, at):
    """Take longer over an answer, once. Whoever objected reads why. Raises ``NotAllowed``."""
    objection = Objection.objects.select_for_update(of=("self",)).select_related("notice").get(pk=objection.pk)
    require(actor, "extend", objection)
    objection.extended_at, objection.extended_why = at, why
    objection.save(update_fields=["extended_at", "extended_why"])
    audit.append("notice.extend", about=objection, actor=actor, at=at)


@transaction.atomic
def retract(objection, *, actor, at):
    """Take one's own objection back, so that it holds nothing up.

    ``actor`` is the author, or None for whoever has its code. Raises ``Refused`` where it was handled meanwhile.
    """
    notices.locked(objection.notice)
    objection = Objection.objects.select_for_update(of=("self",)).select_related("notice").get(pk=objection.pk)
    if objection.handled_at is not None:
        raise Refused("该异议已经处理，不能再撤回。")
    if actor is not None:
        require(actor, "retract", objection)
    objection.handled_at, objection.finding, objection.handling = at, Finding.RETRACTED, RETRACTED
    objection.save(update_fields=["handled_at", "finding", "handling"])
    audit.append("notice.retract", about=objection, actor=actor, at=at)


@transaction.atomic
def open_name(objection, *, reason, actor, at):
    """Write down who looks up the name of an objector, and why. Raises ``NotAllowed``."""
    require(actor, "open", objection)
    SealedReading.objects.create(objection=objection, reader=actor.user, reason=reason, at=at)
    audit.append("notice.open_name", about=objection, actor=actor, at=at)
