"""Pages of 防控措施落实: the measures, their status, and notes on how they are carried out.

Source: R3-06, R3-26, R3-34.
"""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from registers import clock
from registers.access import can, require
from registers.actors import SCHOOL_ROLES
from registers.models import ControlMeasure, RiskPoint, Scheme, Unit
from registers.refusals import Refused
from registers.views.incoming import files
from registers.views.paging import paged
from registers.views.sent import filters_sent
from workflows import attachments, controls
from workflows.deadlines import days
from workflows.models import MeasureProgress

WIDER = ("unit_head", "liaison", "group_member", "leader_in_charge", *SCHOOL_ROLES)


@require_safe
def measure_list(request):
    """Measures in force, those against the gravest points first, or the points without any measure.

    Context: ``page`` of measures (each with ``point``, ``who``, ``standing`` (its ``Status``), ``due``,
    ``stage_label``) or, where ``view`` is ``uncovered``, of points; ``filters``, ``tabs``, ``stats``, ``bare`` as
    (grade label, rank, number, address), ``units``, ``stages``, ``states``.
    """
    actor, on = request.actor, request.actor.on
    filters = filters_sent(request.GET, "view", "unit", "state", "stage", "grade")
    wider = actor.has(*WIDER)
    view = filters["view"] if filters["view"] in ("mine", "uncovered") else ("" if wider else "mine")
    scheme = Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme else None
    points = RiskPoint.objects.visible_to(actor).in_force(on)
    measures = controls.with_latest_note(ControlMeasure.objects.visible_to(actor).in_force(on))
    if view == "mine":
        measures = controls.mine(measures, actor)
    if filters["unit"]:
        below = Unit.objects.visible_to(actor).subtree(filters["unit"])
        points, measures = points.filter(unit__in=below), measures.filter(unit__in=below)
    context = {
        "view": view,
        "filters": filters,
        "tabs": _tabs(view, wider, filters["unit"]),
        "bare": _bare(points, rules, on, filters["unit"]) if wider else [],
        "units": _units(actor) if wider else [],
        "stages": [(stage.code, stage.label) for stage in rules.measure_stages] if rules else [],
        "states": list(controls.FILTERS.items()),
    }
    if view == "uncovered":
        context["page"] = paged(request, _uncovered(points, filters["grade"], on))
    else:
        context["stats"] = _stats(measures, on, filters)
        measures = controls.narrowed(measures, filters["state"], on=on)
        if filters["stage"]:
            measures = measures.filter(stage=filters["stage"])
        ordered = controls.gravest_first(measures, on=on).select_related("responsible", "unit")
        context["page"] = paged(request, ordered)
        _with_words(context["page"].rows, actor, dict(context["stages"]))
    return render(request, "workflows/measure_list.html", context)


def _tabs(view, wider, unit):
    """``(label, address, is it the present one)``, none for people who see only their own measures."""
    if not wider:
        return []
    kept = {"unit": unit} if unit else {}
    return [
        (label, f"?{urlencode({'view': code} | kept)}", view == code)
        for code, label in (("", "全部"), ("mine", "我负责的"), ("uncovered", "尚未制定措施的风险点"))
    ]


def _units(actor):
    held = ControlMeasure.objects.visible_to(actor).in_force(actor.on).order_by().values("unit")
    return list(Unit.objects.visible_to(actor).filter(pk__in=held).values_list("code", "name"))


def _bare(points, rules, on, unit):
    """How many points of each grade have no measure, gravest first: (label, rank, number, address)."""
    counts = controls.uncovered_by_grade(points, on=on)
    grades = [(grade.code, grade.label, grade.rank) for grade in rules.grades] if rules else []
    kept = {"view": "uncovered"} | ({"unit": unit} if unit else {})
    return [
        (label, rank, counts.get(code, 0), f"?{urlencode(kept | {'grade': code or 'none'})}")
        for code, label, rank in [*grades, ("", "未评定", None)]
        if code or counts.get(code)
    ]


def _uncovered(points, grade, on):
    bare = controls.uncovered(points, on=on)
    if grade:
        bare = bare.filter(final_grade=None) if grade == "none" else bare.filter(final_grade__code=grade)
    return bare.select_related("unit", "post", "holder", "final_grade", "category").order_by(
        F("final_grade__rank").asc(nulls_last=True), "unit__position", "unit__code", "pk"
    )


def _stats(measures, on, filters):
    """The measures counted by status: ``(code, label, number, address)``."""
    done = Q(recorded=controls.State.DONE)
    undone = Q(recorded=None) | ~done
    counts = measures.aggregate(
        all=Count("pk"), done=Count("pk", filter=done), overdue=Count("pk", filter=Q(undone, due_on__lt=on))
    )
    counts["open"] = counts["all"] - counts["done"] - counts["overdue"]
    kept = {name: filters[name] for name in ("view", "unit") if filters[name]}
    return [("", "措施", counts["all"], f"?{urlencode(kept)}")] + [
        (code, label, counts[code], f"?{urlencode(kept | {'state': code})}") for code, label in controls.FILTERS.items()
    ]


def _with_words(measures, actor, stages):
    """Put on each measure what a row shows: its point if readable, who carries it out, its status."""
    now = clock.now()
    points = _points(actor, measures)
    names = controls.answering(measures, points, on=actor.on)
    for measure in measures:
        measure.point = points.get(measure.point_series)
        measure.who = names.get(measure.pk, "")
        measure.standing = controls.status_of(measure, on=actor.on)
        measure.due = days.shown(measure.due_on, now) if measure.standing.code != "done" else None
        measure.stage_label = stages.get(measure.stage, measure.stage)


def _points(actor, measures):
    points = RiskPoint.objects.visible_to(actor).in_force(actor.on)
    points = points.filter(series__in={measure.point_series for measure in measures})
    return {point.series: point for point in points.select_related("unit", "post", "holder", "final_grade", "category")}


@require_http_methods(["GET", "HEAD", "POST"])
def measure_detail(request, series):
    """One measure through its versions, with the notes on each and the form for a new note.

    Context: ``measure`` (the newest version), ``versions`` as (version, its ``Status``, its notes), ``point`` or None,
    ``may_record``, ``states``, ``typed``, ``fault`` (field → sentence), ``accepted``, ``crumbs``.
    """
    actor, on = request.actor, request.actor.on
    versions = controls.with_latest_note(ControlMeasure.objects.visible_to(actor).filter(series=series))
    versions = list(versions.select_related("responsible", "regulation", "unit").order_by("-in_force_from", "-pk"))
    if not versions:
        raise Http404
    measure = versions[0]
    fault, typed = {}, {}
    if request.method == "POST":
        require(actor, "note", MeasureProgress(measure=measure))
        typed = {name: request.POST.get(name, "") for name in ("state", "text")}
        try:
            controls.note(measure.pk, **typed, actor=actor, at=clock.now(), uploads=files(request))
        except Refused as refused:
            fault[refused.field] = str(refused)
        else:
            messages.success(request, "已记录。")
            return redirect("measure_detail", series=series)
    _with_words([measure], actor, _stage_labels(actor))
    notes = {}
    rows = MeasureProgress.objects.visible_to(actor).filter(measure__in=[version.pk for version in versions])
    for row in rows.select_related("by").prefetch_related("attachments"):
        notes.setdefault(row.measure_id, []).append(row)
    return render(
        request,
        "workflows/measure_detail.html",
        {
            "measure": measure,
            "versions": [
                (version, controls.status_of(version, on=on), notes.get(version.pk, [])) for version in versions
            ],
            "point": measure.point,
            "may_record": can(actor, "note", MeasureProgress(measure=measure)),
            "states": controls.State.choices,
            "typed": typed,
            "fault": fault,
            "accepted": (attachments.ACCEPTED, attachments.ACCEPTED_WORDS),
            "crumbs": [("防控措施落实", reverse("measure_list"))],
        },
        status=422 if fault else 200,
    )


def _stage_labels(actor):
    scheme = Scheme.objects.visible_to(actor).in_use()
    return {stage.code: stage.label for stage in scheme.rules.measure_stages} if scheme else {}
