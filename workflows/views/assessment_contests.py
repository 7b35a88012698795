"""Pages of what a unit says against single lines of its assessment, and of the answers."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from registers import clock
from registers.access import require
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.sent import keys, number
from workflows.forms import assessments as forms
from workflows.models import Assessment, AssessmentContest, AssessmentLine
from workflows.supervision import assessment_contesting
from workflows.views.activities import FILES
from workflows.views.assessments import crumbs_of
from workflows.views.form_pages import FASTER, add_refusal, form_page

EVIDENCE = FILES | {"label": "佐证材料"}


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_contest(request, pk):
    """Say something against the score of a line, with evidence. Context: see ``form_page``."""
    rows = AssessmentLine.objects.visible_to(request.actor).select_related("assessment__unit", "assessment__scheme")
    line = get_object_or_404(rows, pk=pk)
    require(request.actor, "answer", line.assessment)
    known = AssessmentContest.objects.visible_to(request.actor).filter(line=line).first()
    kept = known.attachments.without_content() if known else ()
    page = {
        "title": f"对第 {line.position} 项提出异议",
        "intro": f"{line.label}（{line.points} 分，考评 {_score(line)}）。各项写完后，在“核对考评情况”中提交。",
        "submit": "保存",
        "files": EVIDENCE | {"kept": kept},
    }
    form = forms.ContestForm(request.POST if request.method == "POST" else None, initial={"words": _words(known)})
    return _answered(
        request,
        line.assessment,
        form,
        page,
        act=lambda seen: assessment_contesting.contest(
            pk,
            words=form.cleaned_data["words"],
            uploads=files(request),
            dropped=keys(request.POST.getlist("drop")),
            seen_version=seen,
            actor=request.actor,
            at=clock.now(),
        ),
        said="已保存，尚未提交。请在“核对考评情况”中选“有异议”提交。",
    )


def _words(contest):
    return contest.words if contest else ""


def _score(line):
    if line.surveyed:
        return "按测评计分"
    return f"{line.office} 分" if line.applies else "不适用"


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_settle(request, pk):
    """Answer what the unit says against a line. Context: see ``form_page``."""
    rows = AssessmentContest.objects.visible_to(request.actor)
    found = get_object_or_404(rows.select_related("line__assessment__unit", "line__assessment__scheme"), pk=pk)
    require(request.actor, "settle", found)
    page = {
        "title": f"答复对第 {found.line.position} 项的异议",
        "intro": f"{found.line.label}（考评 {_score(found.line)}）。异议：{found.words}",
        "submit": "保存",
    }
    form = forms.SettleForm(
        request.POST if request.method == "POST" else None, initial={"outcome": found.outcome, "words": found.reply}
    )
    return _answered(
        request,
        found.line.assessment,
        form,
        page,
        act=lambda seen: assessment_contesting.settle(
            pk, **form.cleaned_data, seen_version=seen, actor=request.actor, at=clock.now()
        ),
        said="已保存。各项都答复后，点“答复异议”送单位。",
    )


def _answered(request, assessment, form, page, *, act, said):
    """Show a form about a line, or do what it asks for and lead to the assessment."""
    page = page | {"crumbs": crumbs_of(assessment)}
    if request.method != "POST":
        return form_page(request, form, **page, seen_version=assessment.version)
    seen = request.POST.get("seen_version", "")
    if not form.is_valid():
        return form_page(request, form, **page, seen_version=seen)
    try:
        act(number(seen))
    except Refused as refused:
        if refused.field == "files":
            return form_page(request, form, **page, seen_version=seen, file_error=str(refused))
        add_refusal(form, refused)
        return form_page(request, form, **page, seen_version=seen)
    except Stale:
        form.add_error(None, FASTER)
        current = Assessment.objects.visible_to(request.actor).get(pk=assessment.pk).version
        return form_page(request, form, **page, seen_version=current)
    messages.success(request, said)
    return redirect("assessment_detail", pk=assessment.pk)
