"""The page on which the agenda of a meeting is put together."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registers import clock
from registers.access import require
from registers.refusals import Refused, Stale
from registers.views.sent import key, number
from workflows.compiled import minutes
from workflows.deadlines import days
from workflows.models import MeetingItem
from workflows.routing.meetings import agenda
from workflows.views.meetings import crumbs_of, visible


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_agenda(request, pk):
    """Choose what is on the agenda: the sheets that wait for the body, and other matters.

    By POST ``put_on`` (the ticked sheets, or all that wait), ``matter`` (a title) or ``take_off`` (an item). Context: ``meeting``,
    ``waiting`` and ``overseen`` sheets, ``items`` on the agenda, ``error``, ``typed`` title, ``crumbs``.
    """
    meeting = visible(request, pk)
    require(request.actor, "change", meeting)
    if request.method != "POST":
        return _agenda_page(request, meeting)
    said = {"actor": request.actor, "at": clock.now()}
    try:
        if "take_off" in request.POST:
            agenda.take_off(pk, key(request.POST["take_off"]), **said)
        elif "matter" in request.POST:
            agenda.add_matter(pk, _matter(request), **said)
        else:
            agenda.put_on(pk, _ticked(request, meeting), **said)
    except (Refused, Stale) as why:
        return _agenda_page(request, meeting, error=str(why))
    return redirect("meeting_agenda", pk=pk)


def _matter(request):
    title = request.POST.get("title", "").strip()
    if len(title) > 120:
        raise Refused(f"议题最多 120 字，现有 {len(title)} 字，请删减。", "title")
    return title


def _ticked(request, meeting):
    """The sheets to put on: those ticked with the version that was seen, or all that wait now."""
    if request.POST.get("put_on") == "all":
        rows = agenda.waiting_for(meeting.campaign, meeting.body).visible_to(request.actor)
        return dict(rows.values_list("pk", "version")[: agenda.MOST])
    ticked = [key(text) for text in request.POST.getlist("sheet")]
    if not ticked:
        raise Refused("还没有勾选要列入议程的表。")
    return {pk: number(request.POST.get(f"seen-{pk}")) for pk in ticked}


def _agenda_page(request, meeting, *, error=""):
    now, sheets = clock.now(), {}
    for name in ("waiting", "overseen"):
        rows = agenda.waiting_for(meeting.campaign, meeting.body, overseen=name == "overseen")
        rows = rows.visible_to(request.actor).with_rules().select_related("unit", "person", "post")
        sheets[name] = list(rows[: agenda.MOST])
        for row in sheets[name]:
            row.due = days.shown(row.step_due_on, now)
            row.ticked = error != "" and str(row.pk) in request.POST.getlist("sheet")
    context = {
        "meeting": meeting,
        **sheets,
        "items": _items(request, meeting),
        "error": error,
        "typed": request.POST.get("title", ""),
        "crumbs": crumbs_of(meeting),
    }
    return render(request, "workflows/meeting_agenda.html", context, status=422 if error else 200)


def _items(request, meeting):
    rows = MeetingItem.objects.visible_to(request.actor).filter(meeting=meeting)
    items = list(rows.select_related("submission__task", "submission__unit", "submission__person", "submission__post"))
    for item in items:
        item.called = minutes.called(item)
        item.moved = item.submission_id is not None and item.submission.version != item.seen_version
    return items
