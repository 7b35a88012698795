"""Pages of surveys of satisfaction for whoever holds them, and the door at which one draws his slip.

Source: R0-27, R4-35.
"""

from functools import cache

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import Seen, can, require
from registers.models import Unit
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.units import school, school_or_404
from workflows.forms import surveys as forms
from workflows.models import Survey
from workflows.policies import handling
from workflows.policies.surveys import invitation_of
from workflows.supervision import answering, draws, surveys
from workflows.views.form_pages import add_refusal, form_page


def crumbs_of(survey=None):
    """Return the way back from a page about surveys."""
    crumbs = [("考核与测评", reverse("assessment_list")), ("满意度测评", reverse("survey_list"))]
    return crumbs if survey is None else [*crumbs, (str(survey), reverse("survey_detail", args=[survey.pk]))]


def handled_units(request):
    """Return the units right below the institution that the reader handles, as a query.

    It is empty for whoever handles nothing.
    """
    handled = handling.handled_units(request.actor)
    root = school(request.actor) if handled else None
    if root is None:
        return Unit.objects.none()
    return draws.candidates(root, on=request.actor.on).visible_to(request.actor).filter(pk__within=handled)


def visible(request, pk):
    """Return the survey if the reader may see it."""
    rows = Survey.objects.visible_to(request.actor).select_related("unit", "scheme")
    return get_object_or_404(rows, pk=pk)


@cache
def _rows():
    return Seen(Survey.objects.select_related("unit"))


@require_safe
def survey_list(request):
    """The surveys that the reader may see. Context: ``page``, ``may_open``, ``crumbs``."""
    context = {
        "page": paged(request, _rows().parts(request.actor)),
        "may_open": handled_units(request).exists(),
        "crumbs": crumbs_of()[:1],
        "today": clock.today(),
    }
    return render(request, "workflows/survey_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def survey_add(request):
    """Open a survey about a unit. Context: see ``form_page``."""
    units = handled_units(request)
    options = {"units": list(units.values_list("code", "name"))}
    if not options["units"]:
        require(request.actor, "make", Survey(unit=school_or_404(request.actor)))
    page = {"title": "开展满意度测评", "crumbs": crumbs_of(), "submit": "开展测评"}
    if request.method != "POST":
        return form_page(request, forms.OpenForm(**options), **page)
    form = forms.OpenForm(request.POST, **options)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        made = surveys.open_one(
            units.get(code=form.cleaned_data["unit"]),
            ends_on=form.cleaned_data["ends_on"],
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "测评已开始，名单上的人员已收到通知。")
    return redirect("survey_detail", pk=made.pk)


@require_safe
def survey_detail(request, pk):
    """One survey. Context: see ``_page``."""
    return _page(request, visible(request, pk))


def _page(request, survey, *, form=None):
    """Render one survey.

    Context: ``survey``, ``counts`` (by group, for whoever holds it), ``result`` (None before the end), ``invited`` (the reader's row on
    the roll), ``slips`` (form), ``may`` (action → verdict), ``crumbs``.
    """
    actor = request.actor
    may = {action: can(actor, action, survey) for action in ("print", "close", "draw", "read_result", "make")}
    numbers = surveys.counts(survey) if may["make"] else {}
    guests = [(group.code, group.label) for group in survey.rules.groups if group.audience == "guests"]
    context = {
        "survey": survey,
        "counts": [(group, *numbers[group.code]) for group in survey.rules.groups] if numbers else [],
        "result": surveys.shown(survey) if may["read_result"] else None,
        "invited": invitation_of(actor, survey),
        "slips": (form or forms.SlipsForm(groups=guests)) if may["print"] and guests else None,
        "may": may,
        "late": survey.is_open and clock.today() > survey.ends_on,
        "crumbs": crumbs_of(),
    }
    return render(request, "workflows/survey_detail.html", context, status=422 if form else 200)


@require_POST
@never_cache
def survey_slips(request, pk):
    """Make slips and show them to be printed, this once.

    Context: ``survey``, ``codes``, ``address``, ``group``, ``crumbs``.
    """
    survey = visible(request, pk)
    require(request.actor, "print", survey)
    guests = [(group.code, group.label) for group in survey.rules.groups if group.audience == "guests"]
    form = forms.SlipsForm(request.POST, groups=guests)
    if not form.is_valid():
        return _page(request, survey, form=form)
    codes = surveys.slips(pk, **form.cleaned_data, actor=request.actor, at=clock.now())
    context = {
        "survey": survey,
        "codes": [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes],
        "address": f"{settings.SITE_URL}{reverse('survey_enter')}",
        "group": survey.rules.group(form.cleaned_data["group"]),
        "crumbs": crumbs_of(survey),
    }
    return render(request, "workflows/survey_slips.html", context)


@require_POST
@never_cache
def survey_draw(request, pk):
    """Draw one's slip, which leads to the page where it is used."""
    survey = visible(request, pk)
    require(request.actor, "draw", survey)
    code = answering.draw(survey.pk, request.actor.user_id, on=clock.today())
    return redirect("survey_answer", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def survey_close(request, pk):
    """Close a survey. Context: see ``form_page``."""
    survey = visible(request, pk)
    require(request.actor, "close", survey)
    numbers = surveys.counts(survey)
    printed = [(group, numbers[group.code][1]) for group in survey.rules.groups if group.audience == "guests"]
    page = {
        "title": "结束测评",
        "crumbs": crumbs_of(survey),
        "submit": "结束测评",
        "intro": "结束后不再收答卷，结果随即生成，不能再改。",
    }
    if request.method != "POST":
        start = {f"out-{group.code}": number for group, number in printed}
        return form_page(request, forms.CloseForm(initial=start, printed=printed), **page)
    form = forms.CloseForm(request.POST, printed=printed)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        surveys.close(pk, given_out=form.given_out, actor=request.actor, at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "测评已结束。")
    return redirect("survey_detail", pk=pk)
