"""What a reviewer is told whose sheet has moved since he opened it. His words come back to him."""

from django.http import Http404
from django.shortcuts import render

from registers.views.sent import number
from workflows.deadlines import days
from workflows.models import Submission
from workflows.policies import seen
from workflows.views.submissions import NEEDED, moved


def said(request, submission):
    """The words that a reviewer sent, each with what it is: ``(label, text)``."""
    positions = {str(entry): place for entry, place in submission.lines.values_list("entry", "position")}
    labels = {"opinion": "意见", "remark": "表决意见", "outside_body": "受理备案的机关", "outside_number": "备案文号"}
    found = []
    for name, text in request.POST.items():
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
    submission = Submission.objects.visible_to(request.actor).select_related(*NEEDED).filter(pk=pk).first()
    if submission is None:
        return None, _gone(request, pk)
    if submission.version != number(request.POST.get("seen_version")):
        return submission, moved(request, submission, typed=said(request, submission))
    return submission, None
