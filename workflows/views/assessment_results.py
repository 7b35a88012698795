"""Pages of what comes of an assessment: figures, the unit's answer, the decision, papers.

Source: R1-48, R3-37.
"""

import tempfile
import zipfile

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import can, require
from registers.jobs import as_attachment
from registers.papers import writing
from registers.papers.compose import compose
from registers.refusals import Refused, Stale
from registers.views.papers import download
from registers.views.sent import number
from workflows.compiled import assessments as papers
from workflows.forms import assessments as forms
from workflows.policies.attachments import file_for
from workflows.supervision import assessment_deciding, assessments
from workflows.views.assessments import crumbs_of, done, figures_of, lines_of, page_of, visible
from workflows.views.form_pages import FASTER, form_page

HELD = 8 * 1024 * 1024  # bytes of a pack that stay in memory


@require_POST
def assessment_show(request, pk):
    """Show the figures to the unit."""
    assessment = visible(request, pk)
    require(request.actor, "show", assessment)
    try:
        assessments.show(pk, actor=request.actor, at=clock.now())
    except Refused as refused:
        return page_of(request, assessment, error=str(refused), status=422)
    messages.success(request, "考评情况已反馈单位。")
    return redirect("assessment_detail", pk=pk)


def _form(request, pk, action, make, *, title, submit, act, said, intro=""):
    """Show a form about an assessment, or do what it asks for.

    ``make``: makes the form of an assessment. ``act``: takes what was typed, and the rest.
    """
    assessment = visible(request, pk)
    require(request.actor, action, assessment)
    page = {"title": title, "crumbs": crumbs_of(assessment), "submit": submit, "intro": intro}
    if request.method != "POST":
        return form_page(request, make(assessment), **page, seen_version=assessment.version)
    form = make(assessment, request.POST)
    return done(
        request,
        assessment,
        form,
        lambda seen: form_page(request, form, **page, seen_version=seen),
        act=lambda seen: act(pk, **form.cleaned_data, seen_version=seen, actor=request.actor, at=clock.now()),
        said=said,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_answer(request, pk):
    """Accept or contest the figures for the unit. Context: see ``form_page``."""
    return _form(
        request,
        pk,
        "answer",
        lambda assessment, *data: forms.AnswerForm(*data),
        title="核对考评情况",
        submit="答复",
        act=assessments.answer,
        said="已答复。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_reply(request, pk):
    """Reply to what the unit contests. Context: see ``form_page``."""
    return _form(
        request,
        pk,
        "reply",
        lambda assessment, *data: forms.ReplyForm(*data),
        title="答复异议",
        submit="答复单位",
        act=assessments.reply,
        said="已答复单位。",
        intro=f"单位的异议：{visible(request, pk).contest}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_decide(request, pk):
    """Decide on the result. Context: see ``form_page``."""
    result = assessments.result_of(visible(request, pk))

    def make(assessment, *data):
        vetoes = [
            (veto.code, f"{veto.label}（最高评为“{assessment.rules.band(veto.cap).label}”）")
            for veto in assessment.rules.vetoes
        ]
        return forms.DecisionForm(*data, vetoes=vetoes)

    return _form(
        request,
        pk,
        "decide",
        make,
        title="审定考核结果",
        submit="审定",
        act=lambda pk, *, vetoes=(), **rest: assessment_deciding.decide(pk, vetoes=vetoes, **rest),
        said="已审定，等待另一人复核。",
        intro=f"得分 {result}。审定后由另一人复核，复核后生效并通知单位。",
    )


@require_POST
def assessment_confirm(request, pk):
    """Confirm what another has decided, or send it back (``undo``) with a reason."""
    assessment = visible(request, pk)
    require(request.actor, "confirm", assessment)
    said = {"seen_version": number(request.POST.get("seen_version")), "actor": request.actor, "at": clock.now()}
    undoes = "undo" in request.POST
    form = forms.UndoForm(request.POST)
    if undoes and not form.is_valid():
        return page_of(request, assessment, undo=form, status=422)
    try:
        if undoes:
            assessment_deciding.undo(pk, reason=form.cleaned_data["reason"], **said)
        else:
            assessment_deciding.confirm(pk, **said)
    except Stale:
        return page_of(request, visible(request, pk), error=FASTER, status=409)
    messages.success(request, "已退回重审。" if undoes else "已复核，结果生效并通知单位。")
    return redirect("assessment_detail", pk=pk)


@require_safe
def assessment_pack(request, pk):
    """The evidence pack of a unit: the index as a PDF, and every file as the index numbers it (R0-29)."""
    assessment = visible(request, pk)
    reads = can(request.actor, "read_figures", assessment)
    known = papers.of(assessment, figures=reads)
    layout = next((layout for layout in known.values() if layout.compiled == "assessment_pack"), None)
    if layout is None:
        raise Http404
    lines = lines_of(request, assessment)
    document = papers.about_assessment(layout, assessment, lines=lines, figures=figures_of(assessment, lines))
    kept = tempfile.SpooledTemporaryFile(max_size=HELD)  # noqa: SIM115  the answer closes it
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as pack:
        pack.writestr("00-目录.pdf", writing.write(compose(layout, document), "pdf"))
        for name, file in papers.numbered_files(lines):
            pack.writestr(name, bytes(file_for(request.actor, file.pk).content))
    kept.seek(0)
    audit.append("paper.export", about=assessment, actor=request.actor, detail={"form": "zip"})
    return as_attachment(FileResponse(kept, content_type="application/zip"), f"{assessment}佐证材料.zip")


@require_safe
def assessment_file(request, pk, slug, form):
    """A paper about an assessment, with what the reader may read of it."""
    assessment = visible(request, pk)
    reads = can(request.actor, "read_figures", assessment)
    layout = papers.of(assessment, figures=reads).get(slug)
    if layout is None:
        raise Http404
    lines = lines_of(request, assessment)
    figures = figures_of(assessment, lines) if reads else None
    document = papers.about_assessment(layout, assessment, lines=lines, figures=figures)
    audit.append("paper.export", about=assessment, actor=request.actor, detail={"form": form, "paper": slug})
    return download(request, compose(layout, document), form, f"{layout.title}（{assessment}）")
