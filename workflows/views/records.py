"""Pages of compiled papers: a unit's directories and ledgers, letters about a submission, notices."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock, jobs
from registers.access import require
from registers.jobs import as_attachment
from registers.models import Scheme, Unit
from registers.papers import pages
from registers.papers.compose import compose
from registers.views.papers import download
from registers.views.units import unit_named
from workflows.compiled import logs
from workflows.models import PublicityNotice, Submission
from workflows.views.submissions import readable_votes

# Rows of a paper that are laid out while somebody waits: half a minute of a PDF. A workbook takes any number.
MOST_ROWS = 600


def _unit(request, code):
    """A unit whose compiled papers the reader may see: the same people as its ledger.

    Raises ``Http404`` or ``NotAllowed``.
    """
    unit = unit_named(request.actor, code)
    require(request.actor, "view_ledger", unit)
    return unit


@require_safe
def record_list(request, code):
    """The compiled papers of a unit. Context: ``unit``, ``papers`` as (slug, layout), ``on``."""
    unit = _unit(request, code)
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    papers = logs.papers_about(scheme.rules, "unit").items() if scheme else []
    crumbs = [("单位与岗位", reverse("unit_list")), (unit.name, reverse("unit_detail", args=[unit.code]))]
    context = {"unit": unit, "papers": papers, "on": clock.today(), "crumbs": crumbs}
    return render(request, "workflows/record_list.html", context)


def _compiled(request, unit, slug):
    """Compile one paper of a unit as of today, with what the reader may read: ``(layout, paper)``.

    Raises ``Http404``.
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    layout = logs.papers_about(scheme.rules, "unit").get(slug) if scheme else None
    if layout is None:
        raise Http404
    return layout, logs.paper(layout, scheme.rules, unit=unit, on=clock.today(), reader=request.actor)


@require_safe
def record_detail(request, code, slug):
    """One compiled paper on screen.

    Context: ``unit``, ``slug``, ``layout``, ``sheet`` (HTML), ``crumbs``; for one too long to be laid out ``length`` instead
    of ``sheet``, and ``below``, the units it can be read by.
    """
    unit = _unit(request, code)
    return _shown(request, unit, slug, *_compiled(request, unit, slug))


def _shown(request, unit, slug, layout, paper, *, status=200):
    """Render a compiled paper, or how long it is where it is too long."""
    long = len(paper.body) > MOST_ROWS
    code, below = unit.code, Unit.objects.visible_to(request.actor).existing(request.actor.on).filter(parent=unit)
    crumbs = [(unit.name, reverse("unit_detail", args=[code])), ("台账与档案", reverse("record_list", args=[code]))]
    context = {"unit": unit, "slug": slug, "layout": layout, "crumbs": crumbs}
    if long:
        context |= {"length": len(paper.body), "below": below}
    else:
        context["sheet"] = pages.to_html(paper, standalone=False)
    return render(request, "workflows/record_detail.html", context, status=status)


@require_safe
def record_file(request, code, slug, form):
    """One compiled paper of a unit as a file. One too long to be laid out comes as a workbook only."""
    unit = _unit(request, code)
    layout, paper = _compiled(request, unit, slug)
    if form != "xlsx" and len(paper.body) > MOST_ROWS:
        return _shown(request, unit, slug, layout, paper, status=422)
    audit.append("paper.export", about=unit, actor=request.actor, detail={"form": form, "paper": slug})
    return download(request, paper, form, f"{layout.title}（{unit.name}）")


@require_POST
def record_bind(request, code):
    """Have a worker bind a unit's mechanisms and directories as one PDF (R2-27)."""
    unit, at = _unit(request, code), clock.now()
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    if scheme is None:
        raise Http404
    parameters = {"unit": unit.code, "on": clock.local_day(at).isoformat()}
    job = jobs.create("bound", owner=request.actor.user, at=at, parameters=parameters)
    if not job.asked_before:
        audit.append("paper.export", about=job, actor=request.actor, detail={"form": "pdf", **parameters})
    return redirect("job_detail", pk=job.pk)


@require_safe
def submission_record(request, pk, slug, form):
    """A letter or review record about one submission, for those who may read it."""
    readable = Submission.objects.visible_to(request.actor).with_rules().select_related("unit", "post", "person")
    submission = get_object_or_404(readable, pk=pk)
    layout = logs.papers_about(submission.task.campaign.scheme.rules, "sheet").get(slug)
    if layout is None:
        raise Http404
    paper = compose(layout, logs.about_submission(layout, submission, votes=readable_votes(request.actor, submission)))
    audit.append("paper.export", about=submission, actor=request.actor, detail={"form": form, "paper": slug})
    return download(request, paper, form, f"{layout.title}（{submission.subject}）")


@require_safe
def notice_file(request, pk, form):
    """A notice as a letter, for the unit's board."""
    notice, paper = _letter(request, pk)
    audit.append("paper.export", about=notice, actor=request.actor, detail={"form": form})
    return download(request, paper, form, notice.title)


@require_safe
def notice_html(request, pk):
    """A notice as a page for the unit's own web site (R1-53)."""
    notice, paper = _letter(request, pk)
    audit.append("paper.export", about=notice, actor=request.actor, detail={"form": "html"})
    return as_attachment(HttpResponse(pages.to_html(paper)), f"{notice.title}.html")


def _letter(request, pk):
    """A released notice that the reader may see, and its letter. Raises ``Http404``."""
    readable = PublicityNotice.objects.visible_to(request.actor).select_related("unit", "task__campaign__scheme")
    notice = get_object_or_404(readable.filter(released_at__isnull=False), pk=pk)
    layout = logs.letter_of(notice.task.campaign.scheme.rules)
    if layout is None:
        raise Http404
    return notice, compose(logs.layout_of_notice(layout, notice), logs.about_notice(layout, notice))
