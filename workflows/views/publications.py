"""Pages of standing lists (公开) and results (通报), and of what publishing means for the people named."""

from functools import cache

from django.contrib import messages
from django.db.models import Case, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.models import Scheme, Unit
from registers.refusals import Refused
from registers.schemes.publicity import PERSON
from registers.text import digest_of
from registers.views.paging import paged
from registers.views.papers import download
from workflows.compiled import publications as papers
from workflows.forms.publications import EndForm, ImpactForm, ListForm, PublishForm, ResultForm
from workflows.models import ImpactAssessment, Publication
from workflows.policies.publications import DRAFTERS, is_public
from workflows.publicity import impacts, publishing
from workflows.views import notice_beside

CRUMB = "公开与通报"
LONG = (
    "procedure",
    "legal_basis",
    "check_and_balance",
    "complaint_channel",
    "service_commitment",
)  # columns of long texts


def _own_units(actor):
    """The units for which the person drafts, the school first, as a query."""
    units = Unit.objects.visible_to(actor).existing(actor.on).filter(pk__within=actor.unit_ids(*DRAFTERS))
    return units.order_by(Case(When(parent=None, then=0), default=1), "position", "pk")


def _offered(units):
    """Return units as choices."""
    return list(units.values_list("code", "name"))


def _scheme(request):
    return Scheme.objects.visible_to(request.actor).in_use()


def _kinds(scheme, verb):
    return [kind for kind in scheme.rules.notices if kind.verb == verb] if scheme is not None else []


def stage_of(publication, on):
    """The stage of a publication: ``(words, tone of the badge)``."""
    if publication.released_at is None:
        return "待审核发布", "warn"
    if is_public(publication, on):
        return ("现行" if publication.verb == "standing" else "通报中"), "primary"
    return ("已被新版代替" if publication.verb == "standing" and publication.ended_by_id is None else "已撤下"), "off"


@require_safe
def publication_list(request):
    """Standing lists and results that the reader may see, newest first. Context: see ``_list_page``."""
    return _list_page(request)


@cache
def _rows():
    return Seen(Publication.objects.with_rules().select_related("unit"))


def _list_page(request, form=None):
    """Render the list.

    Context: ``page``, each with its ``stage``; ``form`` to draft a list, ``may_assess``, ``may_tell`` for those who may.
    """
    page = paged(request, _rows().parts(request.actor))
    for row in page.rows:
        row.stage = stage_of(row, request.actor.on)
    units, scheme = _offered(_own_units(request.actor)), _scheme(request)
    kinds = _kinds(scheme, "standing")
    offered = {"kinds": [(kind.code, kind.label) for kind in kinds], "units": units}
    context = {
        "page": page,
        "form": form or (ListForm(**offered) if kinds and units else None),
        "may_tell": bool(units and scheme),
        "may_assess": scheme is not None and bool(can(request.actor, "assess", ImpactAssessment(scheme=scheme))),
    }
    return render(request, "workflows/publication_list.html", context, status=422 if form is not None else 200)


@require_POST
def publication_draft(request):
    """Draft the next version of a standing list."""
    units, scheme = _own_units(request.actor), _scheme(request)
    kinds = {kind.code: kind for kind in _kinds(scheme, "standing")}
    if scheme is None or not kinds:
        raise Http404
    offered = _offered(units)
    if not offered:
        require(request.actor, "draft", Publication(scheme=scheme))
    form = ListForm(request.POST, kinds=[(code, kind.label) for code, kind in kinds.items()], units=offered)
    if not form.is_valid():
        return _list_page(request, form)
    unit = units.get(code=form.cleaned_data["unit"])
    kind = kinds[form.cleaned_data["kind"]]
    try:
        made = publishing.draft_list(kind, scheme, unit, actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error("kind", str(refused))
        return _list_page(request, form)
    messages.success(request, "已按登记册起草，由另一人审核后发布。")
    return redirect("publication_detail", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def publication_result(request):
    """Draft a result in free words. Context: that of ``form_page.html``."""
    units, scheme = _own_units(request.actor), _scheme(request)
    if scheme is None:
        raise Http404
    own = _offered(units)
    if not own:
        require(request.actor, "draft", Publication(scheme=scheme))
    every = Unit.objects.visible_to(request.actor).existing(request.actor.on).filter(parent__isnull=False)
    every = every.order_by("position", "pk")
    offered = {"own": own, "every": _offered(every)}
    form = ResultForm(request.POST or None, initial={"unit": own[0][0], "audience": "school"}, **offered)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        about = {unit.code: unit for unit in every.filter(code__in=said["units"])}
        try:
            made = publishing.draft_result(
                scheme,
                units.get(code=said["unit"]),
                title=said["title"],
                blocks=said["text"].split("\n"),
                audience=said["audience"],
                units=[about[code] for code in said["units"]],
                ends_on=said["ends_on"],
                actor=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error({"blocks": "text"}.get(refused.field, refused.field or None), str(refused))
        else:
            messages.success(request, "通报已起草，由另一人审核后发布。")
            return redirect("publication_detail", pk=made.pk)
    context = {
        "form": form,
        "title": "起草通报",
        "submit": "交审核发布",
        "crumbs": [(CRUMB, reverse("publication_list"))],
    }
    return render(request, "workflows/publication_result.html", context, status=422 if form.errors else 200)


def _readable(request, pk):
    rows = Publication.objects.visible_to(request.actor).with_rules()
    return get_object_or_404(rows.select_related("unit", "drafted_by", "released_by", "replaces", "ended_by"), pk=pk)


@require_safe
def publication_detail(request, pk):
    """One standing list or result. Context: see ``publication_page``."""
    return publication_page(request, _readable(request, pk))


def rows_of(publication, found):
    """Return the rows ``found`` of a publication as (number, cells).

    A cell is (heading, text, is it long).
    """
    return [
        (row["item"], [(heading, row.get(field, ""), field in LONG) for field, heading in publication.columns])
        for row in found
    ]


def publication_page(request, publication, *, releasing=None, ending=None, kept=None):
    """Render the page of a publication. A form that was refused is shown again as it was typed.

    Context: ``publication`` with its ``stage``, ``rows`` of its table (see ``rows_of``), ``changes``, ``leaks`` that keep a draft
    from being released, ``seen_digest``, ``may_release``, ``may_discard``, ``may_end``, the forms, ``behind``: how many differences
    the register has from it, and what ``notice_beside.context`` adds.
    """
    on, draft = request.actor.on, publication.released_at is None
    found = publishing.preview(publication, on) if draft else publication.items
    publication.stage = stage_of(publication, on)
    rights = {f"may_{act}": can(request.actor, act, publication) for act in ("release", "discard", "end")}
    kept_context = notice_beside.context(request, publication, **(kept or {}))
    context = {
        "publication": publication,
        "rows": rows_of(publication, found),
        "changes": publishing.differences(publication, found) if draft else publication.changes,
        "leaks": publishing.leaks_of(publication, found) if draft else [],
        "seen_digest": digest_of(found) if draft else "",
        "release_form": releasing or PublishForm(),
        "end_form": ending or EndForm(),
        "behind": publishing.out_of_date(publication, on) if kept_context["may_keep"] else 0,
        "crumbs": [(CRUMB, reverse("publication_list"))],
        **rights,
        **kept_context,
    }
    refused = (releasing, ending, kept)
    return render(request, "workflows/publication_detail.html", context, status=422 if any(refused) else 200)


@require_POST
def publication_release(request, pk):
    """Publish a draft that somebody else has drafted."""
    publication = _readable(request, pk)
    require(request.actor, "release", publication)
    form = PublishForm(request.POST)
    if form.is_valid():
        try:
            publishing.release(publication, actor=request.actor, at=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else "reviewed", str(refused))
        else:
            messages.success(request, "已发布。")
            return redirect("publication_detail", pk=pk)
    return publication_page(request, publication, releasing=form)


@require_POST
def publication_discard(request, pk):
    """Throw a draft away."""
    publishing.discard(_readable(request, pk), actor=request.actor, at=clock.now())
    messages.success(request, "草稿已删除。")
    return redirect("publication_list")


@require_POST
def publication_end(request, pk):
    """Take a publication down."""
    publication = _readable(request, pk)
    require(request.actor, "end", publication)
    form = EndForm(request.POST)
    if not form.is_valid():
        return publication_page(request, publication, ending=form)
    publishing.end(publication, actor=request.actor, at=clock.now(), **form.cleaned_data)
    messages.success(request, "已撤下；张贴在别处的，请撤下后登记。")
    return redirect("publication_detail", pk=pk)


@require_safe
def publication_file(request, pk, form):
    """A standing list or a result as a file."""
    return _paper(request, pk, form, changes=False)


@require_safe
def publication_changes(request, pk, form):
    """What a version of a standing list changes, as a file."""
    return _paper(request, pk, form, changes=True)


def _paper(request, pk, form, *, changes):
    publication = _readable(request, pk)
    there = publication.released_at is not None and (publication.changes or not changes)
    paper = papers.paper_of(publication, changes=changes) if there else None
    if paper is None:
        raise Http404
    audit.append("paper.export", about=publication, actor=request.actor, detail={"form": form, "changes": changes})
    return download(request, paper, form, f"{publication.title}{'变更说明' if changes else ''}")


@require_http_methods(["GET", "HEAD", "POST"])
def impact_list(request):
    """What publishing means for the people named, by kind of notice, and the form for a new assessment.

    Context: ``kinds`` as (kind, its columns in words, does it name people, its last assessment, is that up to date), ``form``,
    ``crumbs``.
    """
    scheme = _scheme(request)
    if scheme is None:
        raise Http404
    require(request.actor, "assess", ImpactAssessment(scheme=scheme))
    kinds = {kind.code: kind for kind in scheme.rules.notices}
    form = ImpactForm(request.POST or None, kinds=[(code, kind.label) for code, kind in kinds.items()])
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        kind = kinds[said.pop("kind")]
        shown = [field for field, _ in impacts.columns_shown(scheme, kind)]
        impacts.assess(scheme, kind, fields=shown, actor=request.actor, at=clock.now(), **said)
        messages.success(request, f"“{kind.label}”的个人信息保护影响评估已记录。")
        return redirect("impact_list")
    context = {
        "kinds": [_assessed(scheme, kind) for kind in kinds.values()],
        "form": form,
        "crumbs": [(CRUMB, reverse("publication_list"))],
    }
    return render(request, "workflows/impact_list.html", context, status=422 if form.errors else 200)


def _assessed(scheme, kind):
    shown, last = dict(impacts.columns_shown(scheme, kind)), impacts.current(scheme, kind.code)
    words = "、".join(shown.values())
    return kind, words, PERSON in shown, last, impacts.covers(last, shown)
