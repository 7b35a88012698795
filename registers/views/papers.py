"""The scheme's papers as blank forms."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers.jobs import as_attachment
from registers.models import Scheme
from registers.papers import docx, pages, xlsx
from registers.papers.compose import empty

TYPES = {
    "pdf": ("application/pdf", lambda paper: pages.to_pdf([paper])),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", lambda paper: xlsx.to_xlsx([paper])),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        lambda paper: docx.to_docx([paper]),
    ),
}


def download(paper, form, name):
    """Return a paper as a file of type ``form`` (pdf, xlsx, docx)."""
    content_type, write = TYPES[form]
    return as_attachment(HttpResponse(write(paper), content_type=content_type), f"{name}.{form}")


@require_safe
def paper_list(request):
    """List all papers of the scheme in force.

    Context: ``scheme``, ``papers`` as (slug, layout, level in words, tasks it is filed for).
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    papers = []
    if scheme is not None:
        rules = scheme.rules
        used = {slug: [task.label for task in rules.tasks if task.paper == slug] for slug in rules.papers}
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
    return download(empty(layout, scheme.rules), form, f"{layout.label}{layout.title}（空白）")
