"""The checklist of an inspection, filled in line by line by the team and by the unit.

It works without network for a while: ``static/js/checks.js``.
"""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import require
from registers.refusals import Refused, Stale
from registers.views.resend import by_script
from registers.views.sent import number
from workflows.forms import inspections as forms
from workflows.models import CheckItem
from workflows.supervision import checklists
from workflows.views.inspections import crumbs_to, visible

FASTER = "这一项刚被他人保存过。下面是他写的，和您写的并列；核对后再保存，即以您的为准。"
FIELDS = ("result", "words", "sampled", "sampled_of", "wrong", "score", "own_result", "own_words")


@require_safe
def inspection_check(request, pk):
    """The checklist for the team. Context: see ``_page``."""
    inspection = visible(request, pk)
    require(request.actor, "check", inspection)
    return _page(request, inspection, own=False)


@require_safe
def inspection_own_check(request, pk):
    """The checklist for the unit itself. Context: see ``_page``."""
    inspection = visible(request, pk)
    require(request.actor, "own_check", inspection)
    return _page(request, inspection, own=True)


def _page(request, inspection, *, own, line=None, error="", theirs=None, status=200):
    """Render a checklist.

    Context: ``inspection``, ``own`` (is it the unit that fills it in), ``lines`` each with ``seen_version``, ``typed``, ``error``
    and ``theirs``, ``results`` to choose from, ``crumbs``. ``line``: the one that was sent, with its ``error``.
    """
    lines = list(CheckItem.objects.visible_to(request.actor).filter(inspection=inspection).select_related("checked_by"))
    for row in lines:
        sent = line is not None and row.pk == line.pk
        row.typed = forms.typed(request.POST) if sent else {name: getattr(row, name) for name in FIELDS}
        row.seen_version = _version_of(row, own)
        row.error, row.theirs = (error, theirs) if sent else ("", None)
    context = {
        "inspection": inspection,
        "own": own,
        "lines": lines,
        "results": [(value, label) for value, label in CheckItem.Result.choices if value],
        "crumbs": crumbs_to(inspection),
    }
    return render(request, "workflows/inspection_check.html", context, status=status)


@require_POST
def inspection_check_save(request, pk):
    """Save what the team found about one line."""

    def save(seen):
        said = forms.checked(request.POST)
        return checklists.check(pk, said, seen_version=seen, actor=request.actor, at=clock.now())

    return _save(request, pk, "check", save)


@require_POST
def inspection_own_save(request, pk):
    """Save what the unit says of one line itself."""
    data = request.POST

    def save(seen):
        return checklists.own_check(
            pk,
            result=data.get("own_result", ""),
            words=data.get("own_words", "").replace("\r\n", "\n").strip(),
            seen_version=seen,
            actor=request.actor,
            at=clock.now(),
        )

    return _save(request, pk, "own_check", save)


def _save(request, pk, action, save):
    """Save one line and answer a script with JSON, a form with the page."""
    rows = CheckItem.objects.visible_to(request.actor).select_related("inspection", "checked_by")
    line = get_object_or_404(rows, pk=pk)
    inspection = visible(request, line.inspection_id)
    require(request.actor, action, inspection)
    own = action == "own_check"
    try:
        saved = save(number(request.POST.get("seen_version")))
    except Refused as refused:
        if by_script(request):
            return JsonResponse({"message": str(refused)}, status=422)
        return _page(request, inspection, own=own, line=line, error=str(refused), status=422)
    except Stale:
        theirs = _theirs(line, own)
        if by_script(request):
            return JsonResponse({"message": FASTER, "theirs": theirs, "version": _version_of(line, own)}, status=409)
        return _page(request, inspection, own=own, line=line, error=FASTER, theirs=theirs, status=409)
    if by_script(request):
        at = timezone.localtime(clock.now())
        return JsonResponse({"version": _version_of(saved, own), "saved_at": f"{at:%H:%M}"})
    messages.success(request, f"第 {saved.position} 项已保存。")
    page = reverse("inspection_own_check" if own else "inspection_check", args=[inspection.pk])
    return redirect(f"{page}#check-{saved.pk}")


def _version_of(line, own):
    """The version of what the unit says of a line, or of what the team says."""
    return line.own_version if own else line.version


def _theirs(line, own):
    """What another person has saved of a line, in words."""
    if own:
        return f"{line.get_own_result_display()}：{line.own_words}"
    who = f"（{line.checked_by.name}）" if line.checked_by else ""
    score = f"，{line.score} 分" if line.score is not None else ""
    return f"{line.get_result_display()}{score}：{line.words}{who}"
