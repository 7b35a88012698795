"""The scheme's papers as blank forms."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from registers.jobs import as_attachment
from registers.models import Scheme
from registers.papers import docx, pages, xlsx
from registers.papers.compose import compose

TYPES = {
    "pdf": ("application/pdf", lambda paper: pages.to_pdf([paper])),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", lambda paper: xlsx.to_xlsx([paper])),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", lambda paper: docx.to_docx([paper])),
}


def download(paper, form, name):
    """A paper as a file of type ``form`` (pdf, xlsx, docx)."""
    content_type, write = TYPES[form]
    return as_attachment(HttpResponse(write(paper), content_type=content_type), f"{name}.{form}")


def paper_list(request):
    """All papers of the scheme in force. Context: ``papers`` as (slug, layout)."""
    scheme = Scheme.objects.visible_to(request.actor).filter(is_current=True).first()
    return render(request, "registers/paper_list.html", {"scheme": scheme, "papers": list(scheme.rules.papers.items()) if scheme else []})


def _layout(request, slug):
    scheme = Scheme.objects.visible_to(request.actor).filter(is_current=True).first()
    layout = scheme.rules.papers.get(slug) if scheme else None
    if layout is None:
        raise Http404
    return scheme, layout


def blank(layout, rules):
    """The empty paper, its fixed rows already written."""
    level = layout.level if layout.level != "school" else "unit"
    fixed = [category.label for category in rules.categories_for(level)]
    return compose(layout, {"fields": {}, "rows": [], "fixed": fixed, "institution": rules.identity.institution}, blank=True)


def paper_blank(request, slug):
    """One blank paper on screen. Context: ``layout``, ``slug``, ``sheet`` (HTML)."""
    scheme, layout = _layout(request, slug)
    return render(request, "registers/paper_blank.html", {
        "slug": slug, "layout": layout, "sheet": pages.to_html(blank(layout, scheme.rules), standalone=False)})


def paper_file(request, slug, form):
    """One blank paper as a file."""
    scheme, layout = _layout(request, slug)
    return download(blank(layout, scheme.rules), form, f"{layout.label}{layout.title}（空白）")
