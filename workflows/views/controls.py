"""Pages of 防控措施落实: the measures, their status, and notes on how they are carried out.

Source: R3-06, R3-26, R3-34.
"""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import can, policy_of, require
from registers.actors import SCHOOL_ROLES
from registers.models import ControlMeasure, RiskPoint, Scheme, Unit
from registers.models.risks import GRAVEST_FIRST
from registers.refusals import Refused
from registers.responsible import people_of, with_names
from registers.views.incoming import files
from registers.views.paging import paged
from registers.views.sent import filters_sent
from workflows import attachments, controls
from workflows.deadlines import days
from workflows.models import MeasureCheck, MeasureProgress
from workflows.policies.checks import CHECKERS, rule_for
from workflows.supervision import checks

TABS = (("", "全部"), ("mine", "我负责的"), ("check", "待我核查"), ("uncovered", "尚未制定措施的风险点"))
TONES = {"done": "pass", "not_done": "return", "verified": "pass", "not_verified": "return"}
WIDER = ("unit_head", "liaison", "group_member", "leader_in_charge", *SCHOOL_ROLES)


@require_safe
def measure_list(request):
    """Measures in force, those against the gravest points first, or the points without any measure.

    With ``view=check`` the measures that wait for the reader's check. Context: ``page`` of measures (each with ``point``,
    ``who``, ``standing`` (its ``Status``), ``due``, ``stage_label``) or, where ``view`` is ``uncovered``, of points;
    ``filters``, ``tabs``, ``stats``, ``bare`` as (grade label, rank, number, address), ``units``, ``stages``, ``states``.
    """
    actor, on = request.actor, request.actor.on
    filters = filters_sent(request.GET, "view", "unit", "state", "stage", "grade")
    wider = actor.has(*WIDER)
    view = filters["view"] if filters["view"] in ("mine", "uncovered", "check") else ("" if wider else "mine")
    scheme = Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme else None
    points = RiskPoint.objects.visible_to(actor).in_force(on)
    measures = controls.mine(actor) if view == "mine" else controls.readable(actor)
    if view == "check":
        measures = policy_of(MeasureCheck).awaiting(measures, actor)
    if filters["unit"]:
        below = Unit.objects.visible_to(actor).subtree(filters["unit"])
        points, measures = points.filter(unit__in=below), measures.filter(unit__in=below)
    context = {
        "view": view,
        "filters": filters,
        "tabs": _tabs(
            view, wider, filters["unit"], checks=actor.has(*CHECKERS) and rules is not None and rules.residual.enabled
        ),
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
        context["page"] = paged(request, measures.order_by(*GRAVEST_FIRST).select_related("responsible", "unit"))
        _with_words(context["page"].rows, actor, dict(context["stages"]))
    return render(request, "workflows/measure_list.html", context)


def _tabs(view, wider, unit, *, checks):
    """``(label, address, is it the present one)``, none for people who see only their own measures.

    ``checks``: whether the reader is one of those who check measures.
    """
    if not wider:
        return []
    kept = {"unit": unit} if unit else {}
    return [
        (label, f"?{urlencode({'view': code} | kept)}", view == code)
        for code, label in TABS
        if checks or code != "check"
    ]


def _units(actor):
    held = controls.readable(actor).filter(unit=OuterRef("pk"))
    return list(Unit.objects.visible_to(actor).filter(Exists(held)).values_list("code", "name"))


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
    counts = measures.aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(noted=controls.State.DONE)),
        overdue=Count("pk", filter=Q(controls.UNDONE, due_on__lt=on)),
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
    """One measure through its versions, with the notes and checks of each and forms for new ones.

    Context: ``measure`` (the newest version), ``today`` (the names of those whom its posts and offices mean), ``versions`` as
    (version, its ``Status``, its notes and checks, newest first), ``point`` or None, ``may_record``, ``may_check`` (a
    ``Verdict``), ``tells_why`` (whether the reader may want to know why he may not), ``states``, ``results``, ``typed`` and
    ``fault`` (field → sentence) of either form, ``accepted``, ``crumbs``.
    """
    versions = _versions(request.actor, series)
    if request.method == "POST":
        return _written(
            request,
            versions,
            "note",
            model=MeasureProgress,
            write=controls.note,
            names=("state", "text"),
            done="已记录。",
        )
    return _shown(request, versions)


@require_POST
def measure_check(request, series):
    """Record a check of a measure in force (核查). What is wrong is said on the measure's page."""
    versions = _versions(request.actor, series)
    return _written(
        request,
        versions,
        "check",
        model=MeasureCheck,
        write=checks.check,
        names=("result", "text"),
        done="核查已记录，并已告知责任人。",
    )


def _versions(actor, series):
    """The versions of a measure, newest first. Raises ``Http404`` where the reader may see none."""
    versions = ControlMeasure.objects.visible_to(actor).filter(series=series)
    versions = list(versions.select_related("responsible", "regulation", "unit").order_by("-in_force_from", "-pk"))
    if not versions:
        raise Http404
    return versions


def _written(request, versions, action, *, model, write, names, done):
    """Write a note or a check on the newest version, or show the page again with what was typed and what is wrong."""
    measure = versions[0]
    require(request.actor, action, model(measure=measure))
    typed = {name: request.POST.get(name, "") for name in names}
    try:
        write(measure.pk, **typed, actor=request.actor, at=clock.now(), uploads=files(request))
    except Refused as refused:
        return _shown(request, versions, **{action: (typed, {refused.field: str(refused)})})
    messages.success(request, done)
    return redirect("measure_detail", series=measure.series)


def _shown(request, versions, note=({}, {}), check=({}, {})):
    """The page of a measure. ``note``, ``check``: what was typed into either form, and what is wrong with it."""
    actor, measure = request.actor, versions[0]
    _with_words([measure], actor, _stage_labels(actor))
    written = _written_on(versions, actor)
    notes = [row.at for row in written.get(measure.pk, []) if isinstance(row, MeasureProgress)]
    measure.recorded_at = max(notes, default=None)
    may_check = can(actor, "check", MeasureCheck(measure=measure))
    return render(
        request,
        "workflows/measure_detail.html",
        {
            "measure": measure,
            "today": _meant_today(measure, actor),
            "versions": [
                (version, controls.status_of(version, on=actor.on), written.get(version.pk, [])) for version in versions
            ],
            "point": measure.point,
            "may_record": can(actor, "note", MeasureProgress(measure=measure)),
            "may_check": may_check,
            "tells_why": not may_check and rule_for(actor) is not None and actor.has(*WIDER),
            "states": controls.State.choices,
            "results": MeasureCheck.Result.choices,
            "typed": {"note": note[0], "check": check[0]},
            "fault": {"note": note[1], "check": check[1]},
            "accepted": (attachments.ACCEPTED, attachments.ACCEPTED_WORDS),
            "crumbs": [("防控措施落实", reverse("measure_list"))],
        },
        status=422 if note[1] or check[1] else 200,
    )


def _meant_today(measure, actor):
    """Return the names of those who carry a measure out today, where it names a post or an office."""
    if measure.responsible is None or all(party.user_id for party in measure.responsible.parties.all()):
        return ""
    people = people_of([measure.responsible], actor.on)[measure.responsible_id]
    named = User.objects.visible_to(actor).filter(pk__in=people).order_by("sort_key", "number")
    return "、".join(named.values_list("name", flat=True)) or "目前无人"


def _written_on(versions, actor):
    """Version id → its notes and checks, newest first, each with its ``words`` and ``tone``."""
    rows = {}
    for model, name in ((MeasureProgress, "state"), (MeasureCheck, "result")):
        of_these = model.objects.visible_to(actor).filter(measure__in=[version.pk for version in versions])
        for row in of_these.select_related("by").prefetch_related(attachments.of_each()):
            row.words, row.tone = getattr(row, f"get_{name}_display")(), TONES.get(getattr(row, name), "")
            rows.setdefault(row.measure_id, []).append(row)
    return {pk: sorted(there, key=lambda row: row.at, reverse=True) for pk, there in rows.items()}


def _stage_labels(actor):
    scheme = Scheme.objects.visible_to(actor).in_use()
    return {stage.code: stage.label for stage in scheme.rules.measure_stages} if scheme else {}
