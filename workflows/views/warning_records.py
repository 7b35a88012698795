"""Pages beside a warning: receipt, talk, visit, outcomes, analysis, figures, accountability, praise."""

from functools import cache

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from registers import clock
from registers.access import Seen, require
from registers.models import Unit
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.sent import number, series
from registers.views.units import school, unit_named
from workflows.forms import warnings as forms
from workflows.models import AccountabilityRecord, Commendation, RiskWarning
from workflows.policies.warnings import APPROVERS
from workflows.supervision import plans
from workflows.supervision.warnings import analyses, deliveries, merits, outcomes, visits
from workflows.views.form_pages import add_refusal, form_page
from workflows.views.warnings import crumbs_of, crumbs_to, done, institution_of, point_words, units_of, visible


@require_http_methods(["GET", "HEAD", "POST"])
def warning_deliver(request, pk):
    """Record how a letter was delivered. Context: see ``form_page``."""
    start = {"received_on": clock.today(), "refused": "no"}
    return _recorded(
        request,
        pk,
        "deliver",
        forms.DeliveryForm,
        deliveries.deliver,
        start=start,
        title="登记送达",
        said="送达情况已登记。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def warning_talk(request, pk):
    """Write the record of a talk. Context: see ``form_page``."""
    start = {"held_on": clock.today(), "signed": "no"}
    return _recorded(
        request, pk, "talk", forms.TalkForm, deliveries.talk, start=start, title="登记谈话记录", said="谈话记录已登记。"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def warning_correct(request, pk):
    """Correct a receipt that was recorded wrongly. Context: see ``form_page``."""

    def start(warning):
        kept = {name: getattr(warning.delivery, name) for name in deliveries.FIELDS}
        return kept | {"refused": "yes" if kept["refused"] else "no"}

    return _recorded(
        request,
        pk,
        "correct",
        forms.CorrectionForm,
        lambda pk, *, values, **said: deliveries.correct(pk, **values, **said),
        start=start,
        title="更正送达登记",
        said="送达登记已更正，原登记保留备查。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def warning_visit(request, pk):
    """Record a visit after a warning was lifted. Context: see ``form_page``."""
    return _recorded(
        request,
        pk,
        "visit",
        forms.VisitForm,
        lambda pk, *, values, **said: visits.visit(pk, **values, **said),
        start={"visited_on": clock.today()},
        title="登记回访",
        said="回访情况已登记。",
    )


def _recorded(request, pk, action, form_of, act, *, start, title, said):
    """Show a form about a warning, and do what it says.

    ``start``: what stands in it, or a function of the warning.
    """
    warning = visible(request, pk)
    require(request.actor, action, warning)
    start = start(warning) if callable(start) else start
    page = {"title": title, "crumbs": crumbs_to(warning), "submit": "登记", "seen_version": warning.version}
    form = form_of(request.POST) if request.method == "POST" else form_of(initial=start)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    values = form.values
    return done(
        request,
        warning,
        form,
        page,
        act=lambda seen: act(pk, values=values, seen_version=seen, actor=request.actor, at=clock.now()),
        said=said,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def warning_outcome(request, pk):
    """Record what came of a warning for one person. Context: see ``form_page``."""
    warning = visible(request, pk)
    require(request.actor, "settle", warning)
    page = {
        "title": "登记对个人的处理",
        "crumbs": crumbs_to(warning),
        "submit": "登记",
        "intro": "按人统计四种形态。单位整改、函询没有问题的，不登记。",
    }
    options = {"forms_of": warning.action.forms}
    start = {"person": warning.person.number if warning.person_id else "", "decided_on": clock.today()}
    form = forms.OutcomeForm(request.POST or None, initial=start, **options)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    person, values = form.cleaned_data["person"], form.values
    return done(
        request,
        warning,
        form,
        page,
        act=lambda _: outcomes.settle(pk, person, values=values, actor=request.actor, at=clock.now()),
        said="处理结果已登记。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def warning_analysis(request, pk):
    """Write what is learned from a warning. Context: see ``form_page``."""
    warning = visible(request, pk)
    require(request.actor, "analyse", warning)
    points = [
        (str(point.series), f"{point.unit.name}：{point_words(point)}")
        for point in analyses.alike(warning, actor=request.actor)
    ]
    page = {
        "title": "事后分析",
        "crumbs": crumbs_to(warning),
        "submit": "保存",
        "intro": "查原因、堵漏洞，由同类风险点的单位对照检查措施。保存以后不能修改。",
    }
    form = forms.AnalysisForm(request.POST or None, points=points)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    chosen, values = [series(text) for text in form.cleaned_data.get("points", ())], form.values
    return done(
        request,
        warning,
        form,
        page,
        act=lambda _: analyses.analyse(pk, values=values, points=chosen, actor=request.actor, at=clock.now()),
        said="事后分析已保存，同类风险点的单位已收到提示。",
    )


@require_safe
def warning_figures(request):
    """How many warnings there were in a year (``?year=``): by kind, by level, persons by form.

    Context: ``year``, ``years``, ``kinds``, ``levels``, ``forms`` as (words, persons), ``crumbs``.
    """
    root, scheme = institution_of(request)
    require(request.actor, "count", RiskWarning(institution=root))
    on = request.actor.on
    year = plans.year_of(number(request.GET.get("year", "")))
    period = {"since": on.replace(year=year, month=1, day=1), "until": on.replace(year=year, month=12, day=31)}
    persons = outcomes.persons_by_form(root, **period)
    context = {
        "year": year,
        "years": [year - 1, year, *([year + 1] if year < on.year else [])],
        "kinds": outcomes.by_kind(scheme.rules, root, **period, on=on),
        "levels": outcomes.by_level(scheme.rules, root, **period),
        "forms": [(words, persons[form]) for form, words in outcomes.FORMS.items()],
        "crumbs": crumbs_of(),
    }
    return render(request, "workflows/warning_figures.html", context)


@cache
def _commendations():
    return Seen(Commendation.objects.select_related("unit", "person"))


@require_safe
def commendation_list(request):
    """Commendations, for everybody, and what the office keeps of accountability.

    Context: ``page`` of commendations, ``accountabilities``, ``inside`` (is he of the office), ``may_record``.
    """
    inside, root = request.actor.has(*APPROVERS), school(request.actor)
    kept = AccountabilityRecord.objects.visible_to(request.actor).select_related("unit", "person")
    context = {
        "page": paged(request, _commendations().parts(request.actor)),
        "accountabilities": list(kept[:50]) if inside else [],
        "inside": inside,
        "may_record": bool(inside and root and units_of(request, root)),
    }
    return render(request, "workflows/commendation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def commendation_add(request):
    """Record a commendation. Context: see ``form_page``."""
    return _merit(request, Commendation, forms.CommendationForm, merits.commend, title="登记表扬", intro="")


@require_http_methods(["GET", "HEAD", "POST"])
def accountability_add(request):
    """Record that somebody was held to account, by reference only. Context: see ``form_page``."""
    intro = "只登记文号、日期和存放处。决定的内容按档案规定不在本系统保存。"
    return _merit(
        request, AccountabilityRecord, forms.AccountabilityForm, merits.hold_to_account, title="登记问责", intro=intro
    )


def _merit(request, model, form_of, act, *, title, intro):
    root, _ = institution_of(request)
    units = units_of(request, root)
    first = Unit.objects.visible_to(request.actor).filter(code=units[0][0]).first() if units else root
    require(request.actor, "record", model(institution=root, unit=first))
    crumbs = [("表扬与问责", reverse("commendation_list"))]
    page = {"title": title, "crumbs": crumbs, "submit": "登记", "intro": intro}
    form = form_of(request.POST or None, units=units, initial={"decided_on": clock.today()})
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    unit = unit_named(request.actor, form.cleaned_data["unit"])
    person = form.cleaned_data["person"]
    try:
        act(root, unit=unit, person=person, values=form.values, actor=request.actor, at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "已登记。")
    return redirect("commendation_list")
