"""Filling a sheet: its form, saving while one types, adding entries, handing it in."""

import uuid

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from registers import clock
from registers.access import NotAllowed, can, require
from registers.papers import glyphs
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.sent import number
from workflows import attachments
from workflows.deadlines import days, timetables
from workflows.forms.submissions import SheetForm, chosen, read
from workflows.models.submissions import State
from workflows.progress import leading
from workflows.routing import routes
from workflows.sheets import Incomplete, drafts, sheet_for
from workflows.views import trail
from workflows.views.submissions import moved, visible
from workflows.views.suggestions import answer, beside


@require_http_methods(["GET", "HEAD", "POST"])
def submission_fill(request, pk):
    """The form of a sheet. Without script every button saves.

    Context: ``form`` (SheetForm), ``draft_version``, ``item``.
    """
    submission = visible(request, pk)
    verdict = can(request.actor, "fill", submission)
    if not verdict and request.method == "GET":
        messages.info(request, verdict.reason)
        return redirect("submission_detail", pk=pk)
    if not verdict and (again := _sent_again(request, submission)):
        return again
    require(request.actor, "fill", submission)
    sheet = sheet_for(submission)
    if request.method == "POST":
        return _filled(request, submission, sheet)
    return _form(request, submission, SheetForm(sheet))


def _form(request, submission, form, *, status=200, conflict=None, draft_version=None, not_handed_in=""):
    """``not_handed_in``: why a submission was refused though the draft was kept."""
    decisions = trail.trail_of(submission)
    draft = getattr(submission, "draft", None)
    due = days.shown(submission.due_on, clock.now())
    sections, suggested = form.sections(), beside(submission, form.content, request.actor)
    for section in sections:
        section.suggestions = [row for row in suggested if row.unanswered and row.category == section.code]
    placed = {row.pk for section in sections for row in section.suggestions}
    return render(
        request,
        "workflows/submission_fill.html",
        {
            "submission": submission,
            "form": form,
            "sections": sections,
            "suggested": suggested,
            "unplaced": [row for row in suggested if row.unanswered and row.pk not in placed],
            "unanswered": sum(row.unanswered for row in suggested),
            "conflict": conflict,
            "draft": draft,
            "draft_version": draft_version if draft_version is not None else (draft.version if draft else 0),
            "item": trail.Item(submission, due),
            "unprintable": glyphs.unprintable(form.typed()),
            "hand_in": can(request.actor, "hand_in", submission),
            "is_late": due is not None and due.tone == "late",
            "advice": _advice(submission),
            "leaders_first": leading.hint(submission, on=clock.today()),
            "may_extend": can(request.actor, "extend", submission),
            "extension": submission.extensions.last() if submission.has_extensions else None,
            "not_handed_in": not_handed_in,
            "steps": trail.route_steps(submission, decisions),
            "returned": next((row for row in reversed(decisions) if row.verdict == "return"), None)
            if submission.state == "returned"
            else None,
            "paper": submission.task.paper_rules,
            "files": attachments.of_submission(submission),
            "accepted": attachments.ACCEPTED,
            "accepted_words": attachments.ACCEPTED_WORDS,
            "most": attachments.MOST,
            "crew": form.sheet.crew,
            "missing": _missing(request.actor, form.sheet.crew),
        },
        status=status,
    )


def _advice(submission):
    """By when a sheet should be handed in to be concluded in time, in words.

    Empty where its last day is early enough.
    """
    task, rules = submission.task, submission.task.campaign.scheme.rules
    if submission.due_on is None or submission.state == State.RETURNED:
        return ""
    timetable = timetables.timetable_of(
        rules, task.rules, task.campaign.year, days.working_days(), due_on=submission.due_on
    )
    return timetable.advice(clock.today()) if timetable else ""


def _missing(actor, crew):
    """The sheets that a unit's sheet should take along and that are not there yet, each with whether the reader may urge it."""
    now, items = clock.now(), []
    for row in crew.missing if crew is not None else ():
        item = trail.Item(row, days.shown(row.due_on, now))
        item.may_nudge = can(actor, "nudge", row)
        items.append(item)
    return items


def _filled(request, submission, sheet):
    seen = number(request.POST.get("draft_version"))
    content, draft = read(sheet, request.POST), getattr(submission, "draft", None)
    if draft is not None and draft.version == seen:
        content = chosen(request.POST, content, draft.content)
    anchor = _edited(request, sheet, content)
    try:
        if "adopt" in request.POST or "decline" in request.POST:
            anchor = answer(request, submission, content, sheet=sheet, seen=seen)
            return redirect(reverse("submission_fill", args=[submission.pk]) + anchor)
        version = drafts.save(submission, content, actor=request.actor, seen=seen, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return _form(request, submission, SheetForm(sheet, content), status=422, draft_version=max(seen, 0))
    except Stale as stale:
        return _form(
            request,
            submission,
            SheetForm(sheet, content, theirs=stale.current.content),
            status=409,
            conflict=stale.current,
            draft_version=stale.current.version,
        )
    try:
        added = _files(request, submission)
    except Refused as refused:
        faults = {"": {"files": str(refused)}}
        return _form(request, submission, SheetForm(sheet, content, faults), status=422, draft_version=version)
    if "submit" in request.POST:
        return _hand_in(request, submission, sheet, content, version)
    if added or "drop" in request.POST:
        messages.success(request, f"已上传 {added} 个文件，草稿已保存。" if added else "附件已移除，草稿已保存。")
        anchor = "#files"
    elif "attach" in request.POST:
        messages.info(request, "没有选择新的文件；草稿已保存。")
        anchor = "#files"
    elif not {"add", "take", "remove"} & request.POST.keys():
        messages.success(request, "草稿已保存。")
    return redirect(reverse("submission_fill", args=[submission.pk]) + anchor)


def _edited(request, sheet, content):
    """Add, take or remove the entry that a button names, and return where the page is to be opened."""
    anchor = ""
    if "add" in request.POST:
        _require_addable(sheet)
        drafts.require_room(len(content["entries"]) + 1)
        entry = sheet.new_entry(sheet.added_to(request.POST["add"]))
        content["entries"].append(entry)
        anchor = f"#e-{entry['key']}"
    if "take" in request.POST and sheet.takes and (entry := sheet.taken(request.POST.get("taken", ""))):
        if all(there["key"] != entry["key"] for there in content["entries"]):
            content["entries"].append(entry)
        anchor = f"#e-{entry['key']}"
    if "remove" in request.POST:
        content["entries"] = [entry for entry in content["entries"] if entry["key"] != request.POST["remove"]]
    return anchor


def _require_addable(sheet):
    if not sheet.may_add:
        about = f"workflows.submission:{sheet.submission.pk}"
        raise NotAllowed("本表的各项由登记册给出，不能另行添加。", "add", about)


def _files(request, submission):
    """Take in the files that came along, whichever button was pressed: a chosen file is never left behind. Returns how many."""
    uploads, dropped = files(request), request.POST.getlist("drop")
    if not uploads and not dropped:
        return 0
    dropped = [number(pk) for pk in dropped]
    return attachments.change_files(
        submission.pk, uploads=uploads, dropped=dropped, actor=request.actor, at=clock.now()
    )


def _hand_in(request, submission, sheet, content, version):
    if not (verdict := can(request.actor, "hand_in", submission)):
        form = SheetForm(sheet, content)
        return _form(request, submission, form, status=422, draft_version=version, not_handed_in=verdict.reason)
    try:
        routes.submit(
            submission.pk,
            actor=request.actor,
            seen_version=number(request.POST.get("seen_version")),
            content=content,
            at=clock.now(),
        )
    except Incomplete as incomplete:
        return _form(
            request, submission, SheetForm(sheet, content, incomplete.faults), status=422, draft_version=version
        )
    except Stale as stale:
        return _sent_again(request, stale.current) or moved(request, stale.current)
    except NotAllowed as refused:  # closed or handed to somebody else at this very moment
        form = SheetForm(sheet, content)
        return _form(request, submission, form, status=422, draft_version=version, not_handed_in=refused.reason)
    messages.success(request, "已提交，进入审核。您可以随时在这里查看进度；审核开始前可以撤回。")
    return redirect("submission_detail", pk=submission.pk)


def _sent_again(request, submission):
    """The answer to a form that was handed in before and is sent once more, None where this one was not.

    Raises ``Stale`` where it holds something else than what was handed in.
    """
    last = submission.decisions.filter(verdict="submit", actor=request.actor.user_id).order_by("seen_version").last()
    if "submit" not in request.POST or last is None or last.seen_version != number(request.POST.get("seen_version")):
        return None
    when = f"该表已于 {days.local(last.at):%Y-%m-%d %H:%M} 提交"
    draft = getattr(submission, "draft", None)
    if draft is None or read(sheet_for(submission), request.POST) != draft.content:
        raise Stale(submission, f"{when}，这次填写的内容与提交的不同，没有保存。需要修改的，请先撤回该表。")
    messages.info(request, f"{when}，不必再次提交。")
    return redirect("submission_detail", pk=submission.pk)


@require_POST
def submission_save(request, pk):
    """Save a draft while it is typed, answering JSON.

    ``{"version": n, "saved_at": "10:21"}``, or 409 when another window was faster.
    """
    submission = visible(request, pk)
    require(request.actor, "fill", submission)
    sheet = sheet_for(submission)
    content = read(sheet, request.POST)
    at = clock.now()
    try:
        version = drafts.save(
            submission, content, actor=request.actor, seen=number(request.POST.get("draft_version")), at=at
        )
    except Stale:
        words = "该表已在另一窗口修改，本窗口没有覆盖它。所填内容仍在本页，点“保存草稿”可逐项对照、选择。"
        return JsonResponse({"message": words}, status=409)
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=422)
    return JsonResponse(
        {"version": version, "saved_at": f"{days.local(at):%H:%M:%S}", "proposals": _proposals(sheet, content)}
    )


def _proposals(sheet, content):
    """What the grading rule says of each entry as typed so far: entry key → sentence. Empty on other sheets."""
    if not sheet.proposes:
        return {}
    return {entry["key"]: sheet.typed_proposal(entry).reason for entry in content["entries"]}


@require_POST
def submission_entry(request, pk):
    """A fresh entry for a section, as the fragment that the form appends. Saves nothing."""
    submission = visible(request, pk)
    require(request.actor, "fill", submission)
    sheet = sheet_for(submission)
    _require_addable(sheet)
    section = request.POST.get("add", "")
    entry = SheetForm(sheet).new_entry(section, str(uuid.uuid4()))
    return render(request, "workflows/_entry.html", {"entry": entry, "submission": submission})
