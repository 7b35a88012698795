"""Pages of 防控措施落实: the measures, their status, and notes on how they are carried out.

Source: R3-06, R3-26, R3-34.
"""

from collections import namedtuple
from functools import cache, lru_cache
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock, kept
from registers.access import Seen, can, policy_of, require
from registers.actors import LEDGER_READERS
from registers.models import ControlMeasure, RiskPoint, Scheme, Unit, User
from registers.models.risks import GRAVEST_FIRST
from registers.plain import Named
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from registers.responsible import people_of, with_names
from registers.views.incoming import files
from registers.views.paging import page_number, paged
from registers.views.sent import filters_sent
from workflows import attachments, controls, responsibilities
from workflows.deadlines import days
from workflows.models import MeasureCheck, MeasureProgress
from workflows.policies.checks import CHECKERS, rule_for
from workflows.supervision import checks

TABS = (
    ("", "全部"),
    ("mine", "我负责的"),
    ("check", "待我核查"),
    ("vacant", "无人承担"),
    ("uncovered", "尚未制定措施的风险点"),
)
TONES = {"done": "pass", "not_done": "return", "verified": "pass", "not_verified": "return"}
# What a row shows of a measure. ``point``: the first four of ``Point``; ``unit``: None where all are of one; ``due``: tone and words.
Row = namedtuple("Row", "series text stage point unit who is_vacant status due due_on")
# What is read of its point; the rest says who answers for it.
POINT = (
    "series",
    "content",
    "final_grade__rank",
    "final_grade__label",
    "unit_id",
    "post_id",
    "holder_id",
    "holder__name",
)
Point = namedtuple("Point", "series content rank grade unit_id post_id holder_id holder")
NEAR = 20  # pages of a long list that are read in its order


@require_safe
def measure_list(request):
    """Measures in force, those against the gravest points first, or the points without any measure.

    With ``view=check`` the measures that wait for the reader's check, with ``view=vacant`` those that nobody is there to carry out.
    Context: ``page`` of ``Row`` or, where ``view`` is ``uncovered``, of points,
    ``filters``, ``tabs``, ``stats``, ``bare`` as (grade label, rank,
    number, address), ``counted_at`` (the moment of figures that are kept, else None), ``ordered_at`` (that of a kept order),
    ``units``, ``stages``, ``states``.
    """
    actor = request.actor
    filters = filters_sent(request.GET, "view", "unit", "state", "stage", "grade")
    wider = actor.has(*LEDGER_READERS)
    view = filters["view"] if filters["view"] in dict(TABS) and filters["view"] else ("" if wider else "mine")
    scheme = Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme else None
    bare = kept.answer("uncovered", actor, unit=filters["unit"], grade=filters["grade"]) if wider else None
    stages = [(stage.code, stage.label) for stage in rules.measure_stages] if rules else []
    context = {
        "view": view,
        "filters": filters,
        "tabs": _tabs(
            view, wider, filters["unit"], checks=actor.has(*CHECKERS) and rules is not None and rules.residual.enabled
        ),
        "bare": _bare(bare.figures, rules, filters["unit"]) if wider else [],
        "units": kept.answer("measured_units", actor).every_row() if wider else [],
        "stages": stages,
        "states": list(controls.FILTERS.items()),
    }
    if view == "uncovered":
        found = bare or kept.answer("uncovered", actor, unit=filters["unit"], grade=filters["grade"])
        page = paged(request, found)
        page.rows = _uncovered(page.rows, actor)
        context |= {"page": page, "counted_at": found.made_at}
    else:
        asked = _asked(actor, view, filters)
        counted = kept.answer("measures", actor, **asked)
        if "state" in asked:
            page, ordered_at = paged(request, counted), None
            page.rows = _measures(page.rows, actor)
        else:
            page, ordered_at = _in_order(request, filters)
        page.rows = _shown_rows(page.rows, actor, dict(stages), with_units=len(context["units"]) > 1)
        context |= {"page": page, "stats": _stats(counted.figures, filters)}
        context |= {"counted_at": counted.made_at, "ordered_at": ordered_at}
    return render(request, "workflows/measure_list.html", context)


def _asked(actor, view, filters):
    """What the list asks of ``controls.tally``."""
    asked = {"view": view, "unit": filters["unit"]}
    if controls.is_read_in_order(actor, view):
        return asked
    state = filters["state"] if filters["state"] in controls.FILTERS else ""
    return asked | {"state": state, "stage": filters["stage"]}


def _in_order(request, filters):
    """A page of the list as it is read in its order, and the moment of that order: None is now.

    Far into the list it is an order that is kept.
    """
    actor, asked = request.actor, {name: filters[name] for name in ("state", "stage")}
    if page_number(request.GET) > NEAR:
        found = kept.answer("measures_further", actor, unit=filters["unit"], **asked)
        page = paged(request, found)
        page.rows = _measures(page.rows, actor)
        return page, found.made_at
    return paged(request, _InOrder(actor, filters["unit"], asked)), None


class _InOrder:
    """The measures of a reader who may read very many, in the order of the list.

    ``unit``: code of a unit, with all below it. ``asked``: status and stage.
    """

    def __init__(self, actor, unit, asked):
        self.asked, self.given = tuple(asked.values()), policy_of(ControlMeasure).facts(actor)
        if unit:
            self.given["below"] = set(Unit.objects.visible_to(actor).subtree(unit).values_list("pk", flat=True))

    def __getitem__(self, part):
        return _measures_in_order(frozenset(self.given), *self.asked, part.start, part.stop).of(**self.given)


@lru_cache(maxsize=64)
def _measures_in_order(names, state, stage, start, stop):
    """Return the query for a part of such a list. ``names``: of the facts that decide what may be read, and ``below``."""
    facts = {name: Given(name) for name in names}
    measures = controls.asked_one_by_one(facts)
    if "below" in facts:
        measures = measures.filter(unit__within=facts["below"])
    measures = controls.narrowed(measures, facts["today"], state, stage).order_by(*GRAVEST_FIRST)
    return Prepared(with_names(measures).select_related("unit")[start:stop])


def _measures(keys, actor):
    """The measures of these keys in their order, as far as the reader may read them still."""
    found = {measure.pk: measure for measure in _measures_shown().by(actor, keys=keys)} if keys else {}
    return [found[key] for key in keys if key in found]


@cache
def _measures_shown():
    measures = ControlMeasure.objects.filter(pk__within=Given("keys")).order_by()
    return Seen(with_names(measures).select_related("unit"))


def _tabs(view, wider, unit, *, checks):
    """``(label, address, is it the present one)``, none for people who see only their own measures.

    ``checks``: whether the reader is one of those who check measures.
    """
    if not wider:
        return []
    sent = {"unit": unit} if unit else {}
    return [
        (label, f"?{urlencode({'view': code} | sent)}", view == code)
        for code, label in TABS
        if checks or code != "check"
    ]


def _bare(counts, rules, unit):
    """How many points of each grade have no measure, gravest first: (label, rank, number, address)."""
    grades = [(grade.code, grade.label, grade.rank) for grade in rules.grades] if rules else []
    sent = {"view": "uncovered"} | ({"unit": unit} if unit else {})
    return [
        (label, rank, counts.get(code, 0), f"?{urlencode(sent | {'grade': code or 'none'})}")
        for code, label, rank in [*grades, ("", "未评定", None)]
        if code or counts.get(code)
    ]


def _uncovered(keys, actor):
    """The points of these keys in their order, as far as the reader may read them still."""
    points = RiskPoint.objects.visible_to(actor).filter(pk__in=keys)
    found = points.select_related("unit", "post", "holder", "final_grade", "category").in_bulk()
    return [found[key] for key in keys if key in found]


def _stats(counts, filters):
    """The measures counted by status: ``(code, label, number, address)``."""
    sent = {name: filters[name] for name in ("view", "unit") if filters[name]}
    return [("", "措施", counts["all"], f"?{urlencode(sent)}")] + [
        (code, label, counts[code], f"?{urlencode(sent | {'state': code})}") for code, label in controls.FILTERS.items()
    ]


def _shown_rows(measures, actor, stages, *, with_units):
    """Return what the list shows of ``measures``, each a ``Row``."""
    _with_words(measures, actor, stages, _points_shown(actor, measures))
    nobody = responsibilities.vacant_among(measures, on=actor.on)
    return [
        Row(
            measure.series,
            measure.text,
            measure.stage_label,
            measure.point and measure.point[:4],
            measure.unit.name if with_units else None,
            measure.who,
            measure.responsible_id in nobody,
            (measure.standing.code, measure.standing.label, measure.standing.tone),
            measure.due and (measure.due.tone, measure.due.relative),
            measure.due_on,
        )
        for measure in measures
    ]


def _points_shown(actor, measures):
    """Return the points of ``measures`` that the reader may read, by their series, as plain values."""
    if not (series := {measure.point_series for measure in measures}):
        return {}
    rows = _points_in_force().by(actor, on=actor.on, series=series)
    return {row[0]: Point(*row[:-1], Named(row[-1])) for row in rows}


@cache
def _points_in_force():
    points = RiskPoint.objects.in_force(Given("on")).filter(series__within=Given("series")).order_by()
    return Seen(points.values_list(*POINT))


def _with_words(measures, actor, stages, points):
    """Put on each measure what is shown of it: its point if readable, who carries it out, its status."""
    now = clock.now()
    names = responsibilities.names(measures, points, on=actor.on)
    for measure in measures:
        measure.point = points.get(measure.point_series)
        measure.who = names.get(measure.pk, "")
        measure.standing = controls.status_of(measure, on=actor.on)
        measure.due = days.shown(measure.due_on, now) if measure.standing.code != "done" else None
        measure.stage_label = stages.get(measure.stage, measure.stage)


def _points(actor, measures):
    series = {measure.point_series for measure in measures}
    return {point.series: point for point in _in_force().by(actor, on=actor.on, series=series)} if series else {}


@cache
def _in_force():
    points = RiskPoint.objects.in_force(Given("on")).filter(series__within=Given("series")).order_by()
    return Seen(points.select_related("unit", "post", "holder", "final_grade", "category"))


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
    versions = list(with_names(versions).select_related("regulation", "unit").order_by("-in_force_from", "-pk"))
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
    _with_words([measure], actor, _stage_labels(actor), _points(actor, [measure]))
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
            "tells_why": not may_check and rule_for(actor) is not None and actor.has(*LEDGER_READERS),
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
    return "、".join(named.values_list("name", flat=True)) or "无人承担，由单位负责人落实"


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
