"""The page of one item of a meeting: the rows of its sheet and what was decided on them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from registers import clock
from registers.access import can, require
from registers.models import Grade
from registers.refusals import Refused, Stale
from registers.views.sent import number
from workflows import terms
from workflows.compiled import minutes
from workflows.forms import meetings as forms
from workflows.models import MeetingItem
from workflows.routing.meetings import recording
from workflows.sheets import changes, noticed
from workflows.views.form_pages import add_refusal
from workflows.views.meetings import FASTER, crumbs_of, visible

CALLED = ("content", "content_and_manifestation", "name")  # codes of the fields by which people know an entry


def _item(request, pk):
    rows = MeetingItem.objects.visible_to(request.actor).select_related("submission__task", "submission__unit")
    item = get_object_or_404(rows, pk=pk)
    return item, visible(request, item.meeting_id)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_item(request, pk):
    """Record what the meeting decided on one item. Context: see ``_page``."""
    item, meeting = _item(request, pk)
    if request.method != "POST":
        return _page(request, item, meeting)
    require(request.actor, "record", meeting)
    composition = recording.sheet_of(item) if item.submission_id else None
    form = _form(item, meeting, composition, data=request.POST)
    if not form.is_valid():
        return _page(request, item, meeting, form=form, composition=composition)
    typed, keys = form.cleaned_data, [entry.key for entry in composition.entries] if composition else []
    seen = number(request.POST.get("seen_version"))
    try:
        said = _said(request, typed, keys)
        recording.record_outcome(pk, typed["outcome"], said, seen_version=seen, actor=request.actor, at=clock.now())
    except Stale as stale:
        form.add_error(None, FASTER if stale.current is None or stale.current == meeting else str(stale))
        return _page(request, item, visible(request, meeting.pk), form=form, composition=composition)
    except Refused as refused:
        add_refusal(form, refused)
        return _page(request, item, meeting, form=form, composition=composition, faults=refused.fields)
    messages.success(request, f"第 {item.position} 项已登记：{dict(MeetingItem.Outcome.choices)[typed['outcome']]}。")
    return redirect("meeting_detail", pk=meeting.pk)


def _said(request, typed, keys):
    """Return what was said of the item and of its rows. Raises ``Refused``."""
    grades, returned = forms.rows_said(request.POST, keys)
    if wrong := forms.too_long([*(reason for _, reason in grades.values()), *returned.values()]):
        raise Refused(wrong)
    return recording.Said(
        words=typed["words"],
        redo_on=typed["redo_on"],
        grades=grades,
        returned=returned,
        against=typed["against"] or 0,
        abstained=typed["abstained"] or 0,
        avoid=tuple(typed["avoid"]),
    )


def _form(item, meeting, composition, *, data=None):
    members = [(seat.user_id, seat.user.name) for seat in meeting.seats.select_related("user")]
    step = composition.submission.step_rules if composition else None
    redo_on = terms.usual_redo_day(step, clock.today()) if step and step.may_return else None
    start = {
        "outcome": item.outcome,
        "words": item.words,
        "redo_on": item.redo_on or redo_on,
        "against": item.against or None,
        "abstained": item.abstained or None,
        "avoid": item.avoiding,
    }
    returnable = bool(step and step.may_return)
    return forms.OutcomeForm(data, initial=start, members=members, returnable=returnable)


def _page(request, item, meeting, *, form=None, composition=None, error="", faults=None):
    """Render one item.

    Context: ``item`` (with ``called``), ``meeting``, ``submission``, ``entries`` (each with ``proposed`` and what was typed),
    ``returned_changes`` (sentences), ``grades``, ``to_grade``, ``overseen``, ``form``, ``tally``, ``keeps_out`` (names), ``needed`` and
    ``missing`` documents, ``files``, ``may_record``, ``may_change``, ``error``, ``crumbs``. ``faults``: of rows, control → sentence.
    """
    composition = composition or (recording.sheet_of(item) if item.submission_id else None)
    protocol = minutes.protocol_of(meeting, on=clock.today(), items=MeetingItem.objects.visible_to(request.actor))
    own = next(found for found in protocol.items if found.pk == item.pk)
    submission = composition.submission if composition else None
    step = submission.step_rules if submission else None
    entries = composition.entries if composition else []
    to_grade = bool(step and step.kind == "adjudicate" and step.body == meeting.body)
    for entry in entries:
        _typed(request, item, entry, composition, to_grade=to_grade)
        entry.faults = {name: (faults or {}).get(f"{name}-{entry.key}", "") for name in ("g", "r", "c")}
    form = form or _form(item, meeting, composition)
    context = {
        "item": own,
        "meeting": meeting,
        "submission": submission,
        "entries": entries,
        "to_grade": to_grade,
        "grades": Grade.objects.filter(scheme=meeting.campaign.scheme_id) if to_grade else [],
        "returned_changes": changes.of_returned(composition) if composition else [],
        "overseen": bool(submission and recording.is_overseen(meeting, submission)),
        "returnable": bool(step and step.may_return),
        "form": form,
        "keeps_out": protocol.named(own.tally.avoiding),
        "needed": list(step.documents) if step else [],
        "missing": recording.missing_documents(item, submission, entries) if submission else [],
        "files": item.attachments.without_content(),
        "may_record": can(request.actor, "record", meeting),
        "may_change": can(request.actor, "change", meeting),
        "error": error,
        "crumbs": crumbs_of(meeting),
    }
    status = 422 if error or (form.is_bound and form.errors) else 200
    return render(request, "workflows/meeting_item.html", context, status=status)


def _typed(request, item, entry, composition, *, to_grade):
    """Give an entry what it is called, what was proposed, and what was recorded or typed of it."""
    entry.called = _called(entry)
    grade, reason = item.grades.get(entry.key, ("", ""))
    entry.to_grade = to_grade and entry.details.get("to_grade", False)
    step = composition.submission.step_rules
    entry.proposed = noticed.proposed_grade(composition, entry, step) if entry.to_grade else ""
    chosen = "" if grade == entry.proposed else grade
    entry.typed_grade = request.POST.get(f"g-{entry.key}", chosen)
    entry.typed_reason = request.POST.get(f"r-{entry.key}", reason)
    entry.typed_return = request.POST.get(f"v-{entry.key}", "no" if entry.key in item.returned else "") == "no"
    entry.typed_comment = request.POST.get(f"c-{entry.key}", item.returned.get(entry.key, ""))


def _called(entry):
    """What an entry is about: the content of a point or the name of a power, whatever the sheet asks first."""
    said = {code: value for code, _, value in entry.fields if value}
    known = next((said[code] for code in CALLED if code in said), "")
    record = next((line.record for line in entry.lines), None)
    return known or next(iter(said.values()), "") or str(record or "")


@require_POST
def meeting_document(request, pk):
    """Upload a document that the scheme asks for before the body decides."""
    item, meeting = _item(request, pk)
    require(request.actor, "change", meeting)
    try:
        recording.supply(
            pk, request.POST.get("code", ""), request.FILES.get("files"), actor=request.actor, at=clock.now()
        )
    except Refused as refused:
        return _page(request, item, meeting, error=str(refused))
    messages.success(request, "材料已上传。")
    return redirect("meeting_item", pk=pk)
