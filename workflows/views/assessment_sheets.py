"""Pages on which an assessment is filled in by the unit, the office and the leaders.

Source: R4-35.
"""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from registers import clock
from registers.access import require
from registers.refusals import Refused
from registers.views.incoming import files
from registers.views.sent import keys
from workflows.forms import assessments as forms
from workflows.forms.laid import LaidForm
from workflows.models import AssessmentLine, LeaderScore
from workflows.supervision import assessments
from workflows.views.activities import FILES
from workflows.views.assessments import crumbs_of, done, lines_of, visible

EVIDENCE = FILES | {"label": "佐证材料"}


def _page(request, assessment, form, *, title, intro, submit, seen_version):
    """Render a sheet of lines.

    Context: ``assessment``, ``form`` (a ``LinesForm``), ``title``, ``intro``, ``submit``, ``seen_version``, ``reads_own`` (does the reader
    see what the unit gave itself), ``crumbs``.
    """
    context = {
        "assessment": assessment,
        "form": form,
        "title": title,
        "intro": intro,
        "submit": submit,
        "seen_version": seen_version,
        "reads_own": not isinstance(form, forms.OwnForm),
        "crumbs": crumbs_of(assessment),
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "workflows/assessment_sheet.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_fill(request, pk):
    """Fill in the unit's own scores. Context: see ``_page``."""
    assessment = visible(request, pk)
    require(request.actor, "fill", assessment)
    lines = lines_of(request, assessment)
    intro = "可以分几次填写。填完并上传佐证材料后，由单位负责人在考核页签字报送。"
    page = {"title": "自评", "intro": intro, "submit": "保存"}
    if request.method != "POST":
        start = {f"own-{line.pk}": line.own for line in lines} | {
            f"evidence-{line.pk}": line.evidence for line in lines
        }
        form = forms.OwnForm(initial=start | {"summary": assessment.summary}, lines=lines)
        return _page(request, assessment, form, seen_version=assessment.version, **page)
    form = forms.OwnForm(request.POST, lines=lines)
    return done(
        request,
        assessment,
        form,
        lambda seen: _page(request, assessment, form, seen_version=seen, **page),
        act=lambda seen: assessments.fill(
            pk,
            scores=form.said("own"),
            evidence=form.said("evidence"),
            summary=form.cleaned_data["summary"],
            seen_version=seen,
            actor=request.actor,
            at=clock.now(),
        ),
        said="自评已保存。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_evidence(request, pk):
    """Add files to a line as evidence, or remove some.

    Context: ``line``, ``files``, ``form``, ``file_error``, ``crumbs``.
    """
    rows = AssessmentLine.objects.visible_to(request.actor).select_related("assessment__unit", "assessment__scheme")
    line = get_object_or_404(rows, pk=pk)
    require(request.actor, "fill", line.assessment)
    error = ""
    if request.method == "POST":
        dropped = keys(request.POST.getlist("drop"))
        try:
            assessments.add_files(pk, uploads=files(request), dropped=dropped, actor=request.actor, at=clock.now())
        except Refused as refused:
            error = str(refused)
        else:
            return redirect("assessment_detail", pk=line.assessment_id)
    context = {
        "line": line,
        "kept": line.attachments.without_content(),
        "form": LaidForm(),
        "file_error": error,
        "crumbs": crumbs_of(line.assessment),
        **EVIDENCE,
    }
    return render(request, "workflows/assessment_evidence.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_score(request, pk):
    """Score a unit as the office. Context: see ``_page``."""
    assessment = visible(request, pk)
    require(request.actor, "score", assessment)
    lines = lines_of(request, assessment)
    intro = "按依据材料逐项打分。扣分或不适用的，写明原因；不适用的项目除去后折算成百分制。"
    page = {"title": "考评打分", "intro": intro, "submit": "保存"}
    if request.method != "POST":
        start = {f"office-{line.pk}": line.office for line in lines} | {
            f"reason-{line.pk}": line.reason for line in lines
        }
        start |= {f"out-{line.pk}": [] if line.applies else ["yes"] for line in lines}
        return _page(
            request, assessment, forms.OfficeForm(initial=start, lines=lines), seen_version=assessment.version, **page
        )
    form = forms.OfficeForm(request.POST, lines=lines)
    return done(
        request,
        assessment,
        form,
        lambda seen: _page(request, assessment, form, seen_version=seen, **page),
        act=lambda seen: assessments.score(
            pk,
            scores=form.said("office"),
            reasons=form.said("reason"),
            left_out=form.left_out,
            seen_version=seen,
            actor=request.actor,
            at=clock.now(),
        ),
        said="考评已保存。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_lead(request, pk):
    """Score a unit as one of the school's leaders. Context: see ``_page``."""
    assessment = visible(request, pk)
    require(request.actor, "lead", assessment)
    lines = lines_of(request, assessment)
    page = {
        "title": "校领导评分",
        "intro": "每位校领导各自评分，取平均分。您的评分只有您本人看得到；反馈单位以前可以修改。",
        "submit": "提交评分",
        "seen_version": assessment.version,
    }
    if request.method != "POST":
        given = LeaderScore.objects.visible_to(request.actor).filter(line__assessment=assessment)
        start = {f"lead-{line}": score for line, score in given.values_list("line_id", "score")}
        return _page(request, assessment, forms.LeaderForm(initial=start, lines=lines), **page)
    form = forms.LeaderForm(request.POST, lines=lines)
    return done(
        request,
        assessment,
        form,
        lambda seen: _page(request, assessment, form, **page),
        act=lambda seen: assessments.lead(pk, scores=form.said("lead"), actor=request.actor, at=clock.now()),
        said="评分已提交。",
    )
