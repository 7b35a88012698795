"""The words of a reviewer: kept while he types, given back when the sheet has moved meanwhile."""

from django.http import Http404
from django.shortcuts import render

from registers import clock
from registers.views.sent import number
from workflows.deadlines import days
from workflows.forms.reviews import LONGEST, typed_by_reviewer
from workflows.policies import seen
from workflows.sheets import drafts
from workflows.views.submissions import moved, visible_or_none


def said(request, submission):
    """The words that a reviewer sent, each with what it is: ``(label, text)``."""
    positions = {str(entry): place for entry, place in submission.lines.values_list("entry", "position")}
    labels = {"opinion": "意见", "remark": "表决意见", "outside_body": "受理备案的机关", "outside_number": "备案文号"}
    found = []
    for name, text in typed_by_reviewer(request.POST).items():
        kind, _, key = name.partition("-")
        if kind in ("c", "r"):
            place = f"第 {positions[key]} 项" if key in positions else "该项"
            found.append((place + ("意见" if kind == "c" else "理由"), text))
        elif name in labels:
            found.append((labels[name], text))
    return [(label, text) for label, text in found if text.strip()]


def _gone(request, pk):
    """What became of a sheet that the reviewer had on screen and may not see any more, with his words.

    Raises ``Http404`` where he never had it.
    """
    submission = seen.by_mark(request.POST.get("mark", ""), pk, request.actor)
    last = submission and submission.decisions.order_by("-seen_version").first()
    if last is None:
        raise Http404
    when = f"{days.local(last.at):%Y-%m-%d %H:%M}"
    words = f"{when} “{last.step_label}”环节已办理：{last.get_verdict_display()}。您的操作未生效，数据没有改动。"
    context = {"gone": words, "typed": said(request, submission)}
    return render(request, "workflows/submission_moved.html", context, status=409)


def on_screen(request, pk):
    """The sheet, and None or the answer to a reviewer who had another version of it on screen."""
    submission = visible_or_none(request, pk)
    if submission is None:
        return None, _gone(request, pk)
    if submission.version != number(request.POST.get("seen_version")):
        return submission, moved(request, submission, typed=said(request, submission))
    return submission, None


def keep_beside(request, submission):
    """Keep what was typed in the form of the one who concludes, which was sent along with his own vote."""
    typed = typed_by_reviewer(request.POST)
    if typed.get("opinion", "").strip():
        drafts.save_review(submission, typed, actor=request.actor, seen=0, at=clock.now())


def words_of_a_vote(request, submission):
    """What keeps a decision in a collective review: words in one's own ballot that were not sent with it."""
    remark = typed_by_reviewer(request.POST).get("remark", "").strip()
    mine = submission.votes.filter(round=submission.round, member=request.actor.user_id).first()
    if submission.step_rules.kind != "collective_review" or not remark or (mine and mine.opinion == remark):
        return ""
    if len(remark) > LONGEST:
        return f"“我的表决”中的意见最多 {LONGEST} 字，现有 {len(remark)} 字，请删减。"
    return "“我的表决”中写的意见还没有提交：请先提交（或更改）表决，或删去后再办理。"


def typed_so_far(request, submission):
    """Return what the reader has typed, and what the autosave of his page needs.

    It is what stands in the form that he sent, else what was kept of it.
    """
    draft = drafts.review_of(submission, request.actor)
    kept = draft.content if draft is not None and draft.sheet_version == submission.version else {}
    sent = {"opinion", "remark"} & set(request.POST)
    typed = request.POST if sent else kept
    return typed, {
        "rest": typed.get("rest") == "yes",
        "kept_at": draft.saved_at if kept and not sent else None,
        "draft_version": draft.version if draft is not None else 0,
        "mark": seen.mark(submission, request.actor),
    }
