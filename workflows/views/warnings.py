"""Pages of warnings: the list, writing one, one warning and what is done about it, its papers.

Source: R1-44, R4-12, R4-31.
"""

from functools import cache

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock, offers
from registers.access import Seen, can, require
from registers.models import RiskPoint, Scheme, Unit
from registers.papers.compose import compose
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.one import one_or_404
from registers.views.paging import paged
from registers.views.papers import download
from registers.views.sent import filters_sent, key, series
from registers.views.units import school, school_or_404, unit_named
from workflows import attachments
from workflows.campaign import campaigns
from workflows.compiled import warnings as papers
from workflows.deadlines import days
from workflows.forms import warnings as forms
from workflows.models import (
    CaseAnalysis,
    Finding,
    RiskWarning,
    TalkRecord,
    WarningOutcome,
    WarningStep,
    WarningVisit,
)
from workflows.policies.handling import handled_units, handles
from workflows.policies.warnings import APPROVERS
from workflows.supervision import draws
from workflows.supervision.warnings import analyses, drafting, outcomes, steps
from workflows.views import form_pages, warning_rows
from workflows.views.activities import FILES
from workflows.views.form_pages import FASTER, acting, add_refusal, form_page

CRUMB = "预警与文书"
EVIDENCE = FILES | {"label": "随答复提交的材料"}
POINTS_SHOWN = 40  # points of a unit that a warning may name, the gravest first
# Tab → its words, what it narrows the list to.
TABS = {"": "未办结", "proposed": "系统建议", "drafts": "拟稿和送批", "lifted": "已解除", "dismissed": "不予采用"}
OUTSIDE = ("", "lifted")  # the tabs of whom letters are issued to
ACTIONS = ("handle", "draft", "deliver", "correct", "talk", "visit", "settle", "analyse")


def crumbs_of():
    """Return the way back from a page about warnings."""
    return [(CRUMB, reverse("warning_list"))]


def crumbs_to(warning):
    """Return the way back from a page about one warning."""
    return [*crumbs_of(), (str(warning), reverse("warning_detail", args=[warning.pk]))]


def visible(request, pk):
    """Return the warning if the reader may see it, with what its pages need."""
    return one_or_404(_by_key(), request.actor, pk=pk)


@cache
def _by_key():
    related = ("scheme", "institution", "unit", "person", "made_by", "handed_in_by", "issued_by", "lifted_by")
    related += ("escalated_from__scheme", "finding__inspection__plan", "talk")
    return Seen(RiskWarning.objects.filter(pk=Given("pk")).select_related(*related).prefetch_related("deliveries"))


def institution_of(request):
    """Return the institution and the scheme in use. Raises ``Refused`` where none has been adopted."""
    root = school_or_404(request.actor)
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    if scheme is None:
        raise Refused(f"还没有采用方案。{campaigns.ADOPT_FIRST}")
    return root, scheme


def units_of(request, root):
    """Return the units that the reader handles: ``[(code, name)]``."""
    known = draws.candidates(root, on=request.actor.on).visible_to(request.actor)
    return list(known.filter(pk__within=handled_units(request.actor)).values_list("code", "name"))


@require_safe
def warning_list(request):
    """The warnings that the reader may see, newest first.

    Context: ``page`` of ``warning_rows.Row``, ``stage``, ``tabs``, ``inside`` (may he handle or issue any), ``may_count``.
    """
    actor = request.actor
    stage = filters_sent(request.GET, "stage")["stage"]
    inside = actor.has(*APPROVERS)
    shown = {code: words for code, words in TABS.items() if inside or code in OUTSIDE}
    stage = stage if stage in shown else ""
    page, now = paged(request, warning_rows.listed().parts(actor, [stage])), clock.now()
    page.rows = [warning_rows.shown(warning, now) for warning in page.rows]
    root = school(actor)
    context = {
        "page": page,
        "stage": stage,
        "tabs": list(shown.items()),
        "inside": inside,
        "may_count": root is not None and can(actor, "count", RiskWarning(institution=root)),
    }
    return render(request, "workflows/warning_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def warning_add(request):
    """Begin a warning by hand. Context: see ``form_page``.

    ``?finding=``, ``?point=``: from which it comes.
    """
    root, scheme = institution_of(request)
    require(request.actor, "count", RiskWarning(institution=root))
    finding, point = _finding(request), _point(request)
    units = units_of(request, root)
    about = finding.inspection.unit if finding else point.unit if point else None
    if about is not None:
        units = [(about.code, about.name)] if handles(request.actor, about.pk) else []
    require(request.actor, "draft", RiskWarning(institution=root, unit=about or _first(request, units, root)))
    page = {"title": "拟写预警文书", "crumbs": crumbs_of(), "submit": "保存文稿"}
    if request.method != "POST":
        start = {"unit": about.code if about else "", "facts": finding.fact if finding else ""}
        return form_page(request, forms.WarningForm(initial=start, rules=scheme.rules, units=units), **page)
    form = forms.WarningForm(request.POST, rules=scheme.rules, units=units)
    if not form.is_valid():
        return form_page(request, form, **page)
    named = [point.series] if point else [finding.point_series] if finding and finding.point_series else []
    try:
        made = drafting.begin(
            scheme,
            root,
            unit=unit_named(request.actor, form.cleaned_data["unit"]),
            person=form.cleaned_data["person"],
            values=form.values,
            points=named,
            finding=finding,
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "文稿已保存。核对后送批，由另一人签发。")
    return redirect("warning_detail", pk=made.pk)


def _first(request, units, root):
    """The first unit that the reader handles, else the institution, so that he is told why not."""
    return Unit.objects.visible_to(request.actor).get(code=units[0][0]) if units else root


def _finding(request):
    rows = Finding.objects.visible_to(request.actor).select_related("inspection__unit", "inspection__plan")
    return rows.filter(pk=key(request.GET.get("finding", ""))).first() if "finding" in request.GET else None


def _point(request):
    rows = RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on).select_related("unit")
    return rows.filter(series=series(request.GET.get("point", ""))).first() if "point" in request.GET else None


@offers.offered_on("risk")
def of_point(point, actor):
    """Offer to write a warning about a point to whoever handles its unit. Nothing is read for all others."""
    if not actor.has(*APPROVERS):
        return []
    root = Unit.objects.visible_to(actor).get(parent=None)
    allowed = can(actor, "draft", RiskWarning(institution=root, unit=point.unit))
    return [("拟写预警文书", f"{reverse('warning_add')}?point={point.series}")] if allowed else []


@require_http_methods(["GET", "HEAD", "POST"])
def warning_edit(request, pk):
    """Write the text of a warning. Context: see ``form_page``."""
    warning = visible(request, pk)
    require(request.actor, "draft", warning)
    options = {"rules": warning.scheme.rules, "points": _points_of(request, warning)}
    page = {
        "title": "修改文稿" if warning.made_by_id else "核对建议、写文稿",
        "crumbs": crumbs_to(warning),
        "submit": "保存文稿",
        "intro": f"{warning.get_trigger_display()}。{warning.because}",
        "seen_version": warning.version,
    }
    if request.method != "POST":
        start = {name: getattr(warning, name) for name in drafting.FIELDS}
        start["copy_to"] = warning.copy_to or (warning.action.copy_to if warning.action else "")
        start["points"] = [str(one.series) for one in warning.points.all()]
        return form_page(request, forms.WarningForm(initial=start, **options), **page)
    form = forms.WarningForm(request.POST, **options)
    if not form.is_valid():
        return form_page(request, form, **page)
    chosen = form.cleaned_data.get("points")
    return done(
        request,
        warning,
        form,
        page,
        act=lambda seen: drafting.change(
            pk,
            values=form.values,
            points=None if chosen is None else [series(text) for text in chosen],
            seen_version=seen,
            actor=request.actor,
            at=clock.now(),
        ),
        said="文稿已保存。",
    )


def _points_of(request, warning):
    """The points that a warning may be about: those it names, then the gravest of its unit."""
    named = [one.series for one in warning.points.all()]
    visible_points = RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on)
    visible_points = visible_points.select_related("final_grade", "category")
    own = list(visible_points.filter(series__in=named))
    others = visible_points.filter(unit=warning.unit).exclude(series__in=named)
    if warning.person_id:
        others = others.filter(holder=warning.person)
    rows = own + list(others.order_by("final_grade__rank", "pk")[:POINTS_SHOWN])
    return [(str(one.series), point_words(one)) for one in rows]


def point_words(point):
    """Return how a form names a risk point."""
    grade = f"{point.final_grade.label}，" if point.final_grade else ""
    return f"{point.content[:40]}（{grade}{point.category.label}）"


def done(request, warning, form, page, *, act, said):
    """Do what a form asks for and lead to the warning, or show the form again with what is wrong."""
    return form_pages.done(
        request,
        form,
        lambda seen: form_page(request, form, **page | {"seen_version": seen}),
        act=act,
        anew=lambda: visible(request, warning.pk),
        seen=page.get("seen_version"),
        said=said,
        back=("warning_detail", warning.pk),
    )


@require_safe
def warning_detail(request, pk):
    """One warning. Context: see ``_page``."""
    return _page(request, visible(request, pk))


def _page(request, warning, *, form=None, file_error="", status=200):
    """Render one warning.

    Context: ``warning`` with ``due``, ``inside`` (does the reader handle or issue it), ``missing`` (labels of what is still to be
    written), ``texts`` as (label, text), ``points``, ``steps`` with their files, ``form`` (what can be done, None for nothing),
    ``answers`` (may files be added), ``may`` (action → verdict), ``papers`` (slug → layout), ``talk``, ``visits``,
    ``outcomes`` as (outcome, form in words), ``analysis``, ``looked``, ``following`` (the graver one), ``file_error``, ``crumbs`` and what
    ``components/file_input.html`` takes.
    """
    actor = request.actor
    may = {action: can(actor, action, warning) for action in ACTIONS}
    inside = bool(may["handle"]) or bool(can(actor, "issue", warning)) or warning.issued_by_id == actor.user_id
    waiting = warning.answer_due_on and warning.answered_at is None and warning.lifted_at is None
    warning.due = days.shown(warning.answer_due_on, clock.now()) if waiting else None
    rows = WarningStep.objects.visible_to(actor).filter(warning=warning).select_related("by")
    kinds = _kinds(actor, warning)
    analysis = CaseAnalysis.objects.visible_to(actor).filter(warning=warning).select_related("by").first()
    context = {
        "warning": warning,
        "inside": inside,
        "missing": drafting.missing(warning) if may["draft"] and warning.action else [],
        "texts": _texts(warning, inside),
        "points": _named_points(actor, warning),
        "steps": rows.prefetch_related(attachments.of_each()),
        "form": form or _step_form(warning, kinds),
        "answers": WarningStep.Kind.ANSWER in kinds,
        "may": may,
        "papers": papers.of(warning, inside=inside),
        "talk": TalkRecord.objects.visible_to(actor).filter(warning=warning).first(),
        "visits": WarningVisit.objects.visible_to(actor).filter(warning=warning).select_related("by")
        if warning.lifted_at
        else (),
        "outcomes": [
            (row, outcomes.FORMS[row.form])
            for row in WarningOutcome.objects.visible_to(actor).filter(warning=warning).select_related("person")
        ],
        "analysis": analysis,
        "looked": analyses.looked(analysis, actor=actor) if analysis else [],
        "following": RiskWarning.objects.visible_to(actor)
        .filter(escalated_from=warning)
        .select_related("scheme")
        .first(),
        "file_error": file_error,
        "crumbs": crumbs_of(),
        **EVIDENCE,
    }
    return render(request, "workflows/warning_detail.html", context, status=status)


def _texts(warning, inside):
    """What a warning says: for whom it is, no more than its letter prints."""
    shown = drafting.TEXTS if inside or warning.action is None else drafting.needed(warning)
    texts = [(drafting.LABELS[name], getattr(warning, name)) for name in drafting.TEXTS if name in shown]
    return [(label, text) for label, text in texts if text]


def _kinds(actor, warning):
    """Kinds of steps that the reader may do now."""
    return [kind for kind in steps.ACTS if can(actor, str(kind), warning)]


def _step_form(warning, kinds):
    graver = drafting.graver(warning) if warning.action else ()
    return forms.StepForm(kinds=kinds, graver=graver) if kinds else None


def _named_points(actor, warning):
    """The points that a warning names, as far as the reader may read them."""
    named = [one.series for one in warning.points.all()]
    rows = RiskPoint.objects.visible_to(actor).in_force(actor.on).filter(series__in=named)
    return list(rows.select_related("category", "final_grade")) if named else []


@require_POST
def warning_step(request, pk):
    """Do one thing about a warning."""
    warning = visible(request, pk)
    kinds, asked = _kinds(request.actor, warning), request.POST.get("kind", "")
    if asked in steps.ACTS and asked not in kinds:
        require(request.actor, asked, warning)
    graver = drafting.graver(warning) if warning.action else ()
    form = forms.StepForm(request.POST, kinds=kinds, graver=graver)
    if not form.is_valid():
        return _page(request, warning, form=form, status=422)
    typed = form.cleaned_data
    try:
        step = steps.act(
            pk,
            typed["kind"],
            words=typed["words"],
            follows=typed.get("follows", ""),
            uploads=files(request),
            **acting(request),
        )
    except Refused as refused:
        file_error = add_refusal(form, refused, files=True)
        return _page(request, warning, form=form, file_error=file_error, status=422)
    except Stale:
        form.add_error(None, FASTER)
        return _page(request, visible(request, pk), form=form, status=409)
    messages.success(request, f"已办理：{step.get_kind_display()}。")
    return redirect("warning_detail", pk=pk)


@require_safe
def warning_file(request, pk, slug, form):
    """A paper about a warning, for whoever may have it."""
    warning = visible(request, pk)
    inside = can(request.actor, "handle", warning) or can(request.actor, "issue", warning)
    layout = papers.of(warning, inside=bool(inside)).get(slug)
    if layout is None:
        raise Http404
    audit.append("paper.export", about=warning, actor=request.actor, detail={"form": form, "paper": slug})
    name = f"{layout.title}（{warning.letter_number or '文稿'}）"
    return download(request, compose(layout, papers.about_warning(layout, warning)), form, name)
