"""The scheme's papers as blank forms, and papers as files."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import clock, jobs
from registers.jobs import as_attachment
from registers.models import Scheme
from registers.papers import pages, writing
from registers.papers.compose import empty
from registers.text import digest_of_text


def download(request, paper, form, name):
    """Answer with a paper as a file of type ``form`` (pdf, xlsx, docx).

    A heavy one is written by a worker: the answer then leads to the page that shows how far it is, and the same address gives
    the file once it is there. Whoever may not read the paper any more has been refused before this is called. Raises
    ``Refused``.
    """
    file, content_type = f"{name}.{form}", writing.content_type(form)
    if not writing.is_heavy(paper):
        return as_attachment(HttpResponse(writing.write(paper, form), content_type=content_type), file)
    packed = writing.pack(paper)
    asked = {"path": request.get_full_path(), "form": form, "digest": digest_of_text(packed.decode())}
    job = jobs.create("paper", owner=request.actor.user, parameters=asked, source=packed, at=clock.now())
    if not job.asked_before or job.finished_at is None:
        return redirect("job_detail", pk=job.pk)
    return as_attachment(FileResponse(jobs.opened(job), content_type=content_type), file)


@require_safe
def paper_list(request):
    """List all papers of the scheme in force.

    Context: ``scheme``, ``papers`` as (slug, layout, level in words, tasks it is filed for).
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    papers = []
    if scheme is not None:
        rules = scheme.rules
        every = (*rules.tasks, *rules.adjustments.values(), *rules.imports.values())
        used = {slug: [task.label for task in every if task.paper == slug] for slug in rules.papers}
        papers = [
            (slug, layout, rules.levels.get(layout.level, ""), used[slug]) for slug, layout in rules.papers.items()
        ]
    return render(request, "registers/paper_list.html", {"scheme": scheme, "papers": papers})


def _layout(request, slug):
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    layout = scheme.rules.papers.get(slug) if scheme else None
    if layout is None:
        raise Http404
    return scheme, layout


@require_safe
def paper_blank(request, slug):
    """Show one blank paper. Context: ``layout``, ``slug``, ``sheet`` (HTML), ``crumbs``."""
    scheme, layout = _layout(request, slug)
    return render(
        request,
        "registers/paper_blank.html",
        {
            "slug": slug,
            "layout": layout,
            "crumbs": [("表格样式", reverse("paper_list"))],
            "sheet": pages.to_html(empty(layout, scheme.rules), standalone=False),
        },
    )


@require_safe
def paper_file(request, slug, form):
    """Send one blank paper as a file."""
    scheme, layout = _layout(request, slug)
    return download(request, empty(layout, scheme.rules), form, f"{layout.label}{layout.title}（空白）")
