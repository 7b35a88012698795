"""The preview of a rule book: its year, its routes, its papers, and what it changes."""

import difflib
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import clock
from registers.models import Scheme
from registers.papers import glyphs, pages
from registers.papers.compose import compose, empty
from registers.schemes.desk import drafts
from registers.schemes.desk.differences import differences
from registers.schemes.desk.pictures import note, route_picture
from registers.schemes.desk.samples import sample
from registers.views.papers import download
from registers.views.sent import number
from workflows.deadlines.yearplan import ADDED, year_plan
from workflows.views.schemes import CRUMBS, draft_or_404, maintained


@dataclass(frozen=True)
class Book:
    """A rule book under preview: typed, as plain data, and as text."""

    rules: object
    document: dict
    text: str


TEMPLATES = {
    "calendar": "workflows/scheme_calendar.html",
    "routes": "workflows/scheme_routes.html",
    "papers": "workflows/scheme_papers.html",
    "changes": "workflows/scheme_changes.html",
}
PARTS = {"calendar": "日程", "routes": "流程", "papers": "表格", "changes": "与现行版本的差异"}


@require_safe
def scheme_draft_preview(request, pk, part):
    """One part of a draft's preview. A draft with faults goes back to its editor."""
    maintained(request)
    draft = draft_or_404(request, pk)
    findings = drafts.findings(draft)
    if findings:
        messages.error(request, f"方案还有 {len(findings)} 处问题，改正后才能预览。")
        return redirect("scheme_edit", pk=pk)
    rules, document, _ = drafts.checked(draft.text)
    addresses = {name: reverse("scheme_draft_preview", args=[pk, name]) for name in PARTS}
    return _preview(request, part, Book(rules, document, draft.text), addresses, draft=draft)


@require_safe
def scheme_preview(request, pk, part):
    """One part of the preview of a stored version."""
    maintained(request)
    scheme = get_object_or_404(Scheme.objects.visible_to(request.actor), pk=pk)
    addresses = {name: reverse("scheme_preview", args=[pk, name]) for name in PARTS}
    return _preview(
        request, part, Book(scheme.rules, scheme.document, drafts.text_of(scheme)), addresses, scheme=scheme
    )


def _preview(request, part, book, addresses, **about):
    """Render one part of a preview, or answer with the file that the part makes.

    Context: ``part``, ``tabs`` as (label, address, present), ``rules``, ``draft`` or ``scheme``, and what the part
    shows.
    """
    show = {"calendar": _calendar, "routes": _routes, "papers": _papers, "changes": _changes}
    if part not in show:
        raise Http404
    shown = show[part](request, book)
    if not isinstance(shown, dict):
        return shown
    identity = book.rules.identity
    return render(
        request,
        TEMPLATES[part],
        {
            "part": part,
            "title": f"{identity.institution}{identity.title}",
            "tabs": [(label, addresses[name], name == part) for name, label in PARTS.items()],
            "rules": book.rules,
            "crumbs": CRUMBS,
            **about,
            **shown,
        },
    )


def _calendar(request, book):
    """``year`` and ``days`` of that year."""
    wanted = number(request.GET.get("year"), most=2100)
    year = wanted if wanted >= 2000 else clock.today().year
    return {"year": year, "days": year_plan(book.rules, year)}


def _routes(request, book):
    """``routes`` as (route, its picture, its steps, labels of its tasks).

    A step is (step, role in words, note). A task that the document does not name says so.
    """
    rules = book.rules
    return {
        "routes": [
            (
                route,
                route_picture(rules, route),
                [(step, rules.roles.get(step.role, step.role), note(rules, step)) for step in route.steps],
                [
                    f"{task.label}（{ADDED}）" if task.inferred else task.label
                    for task in (*rules.tasks, *rules.adjustments.values(), *rules.imports.values())
                    if task.route == slug
                ],
            )
            for slug, route in rules.routes.items()
        ]
    }


def _papers(request, book):
    """``papers`` as (slug, layout, present) and the chosen one, or a file.

    Of the chosen one: ``slug``, ``layout``, ``filled`` and ``sheet`` (HTML).
    """
    rules = book.rules
    slug = request.GET.get("paper") or next(iter(rules.papers))
    layout = rules.papers.get(slug)
    if layout is None:
        raise Http404
    filled = request.GET.get("fill") == "sample"
    paper = compose(layout, sample(rules, layout)) if filled else empty(layout, rules)
    form = request.GET.get("form", "")
    if form in ("pdf", "xlsx", "docx"):
        return download(request, paper, form, f"{layout.label}{layout.title}（{'样张' if filled else '空白'}）")
    return {
        "papers": [(name, other, name == slug) for name, other in rules.papers.items()],
        "slug": slug,
        "layout": layout,
        "filled": filled,
        "sheet": pages.to_html(paper, standalone=False),
        "unprintable": glyphs.unprintable(glyphs.places_of(paper)),
    }


def _changes(request, book):
    """What differs from the version in force.

    ``current``: that version. ``changes``: the differences in words. ``lines``: the lines of the texts that differ.
    """
    current = Scheme.objects.visible_to(request.actor).filter(slug=book.rules.identity.slug, is_current=True).first()
    if current is None:
        return {"current": None, "changes": [], "lines": []}
    theirs = drafts.text_of(current)
    lines = difflib.unified_diff(theirs.splitlines(), book.text.splitlines(), lineterm="", n=2)
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return {
        "current": current,
        "changes": differences(current.document, book.document),
        "lines": [(kinds.get(line[:1], ""), line) for line in list(lines)[2:]],
    }
