"""The ledger (风险岗位廉能管理台账): rows as of a day, totals, and the document of its paper.

Its workbook: ``ledger_books``. Source: R1-29, R1-31.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property, partial

from django.db.models import Count, Exists, F, Min, OuterRef

from registers import counts, plain, residuals
from registers.access import Seen, can, policy_of
from registers.actors import reached, tree_of
from registers.batches import batches, in_order
from registers.leaders import Leaders
from registers.models import ControlMeasure, PowerItem, RiskPoint, Scheme, Unit
from registers.papers.compose import source
from registers.prepared import Given, Prepared
from registers.responsible import Answering

WITHIN = ("category__position", "pk")
ORDER = ("unit__position", "unit__code", F("final_grade__rank").asc(nulls_last=True), *WITHIN)
SHOWN = ("unit", "post", "holder", "category", "final_grade")


@dataclass
class Scope:
    """The points and measures that a reader's ledger may hold, as querysets.

    ``reader``: who it is, where they are all that he may read.
    """

    points: object
    measures: object
    reader: object = None

    def measures_of(self, series, on):
        """Return the measures of points (their ``series``) in force on the day ``on``, for ``plain.measures``."""
        if self.reader is not None:
            return _measures_read().by(self.reader, series=series, on=on)
        rows = self.measures.in_force(on).filter(point_series__in=series)
        return rows.order_by("pk").values_list(*plain.MEASURED)


@dataclass
class Row:
    """One risk point of the ledger with its measures.

    ``by_stage`` maps a stage's code to the measure in force, ``leader`` is the name of the leader in charge, ``power`` the name that the
    point's power has on that day, ``versions`` counts the versions of the point so far, ``stages`` are ``(code, label)``,
    ``answering`` knows who answers for the point. ``residual``: (expected, actual) in words, empty where the scheme has none.
    """

    point: RiskPoint
    by_stage: dict
    leader: str
    versions: int
    first_filed: object
    stages: list = field(default_factory=list)
    power: str = ""
    answering: Answering | None = None
    residual: tuple = ()

    @property
    def person(self):
        """Who answers for the point on the ledger's day."""
        return self.answering.names_of(self.point)

    @property
    def measures(self):
        return {stage: measure.text for stage, measure in self.by_stage.items()}

    @property
    def people(self):
        """Who carries the measures out: ``[(stage label, name)]``, for the stages that have a measure."""
        return [
            (label, self.answering.of_measure(self.point, self.by_stage[code]))
            for code, label in self.stages
            if code in self.by_stage
        ]

    def arranged(self, code):
        """Return who and by when at a stage, in brackets, or an empty text where neither is given."""
        measure = self.by_stage.get(code)
        if measure is None:
            return ""
        parts = [("责任人", measure.responsible.name if measure.responsible_id else ""), ("时限", measure.due_on)]
        said = "；".join(f"{label}：{value}" for label, value in parts if value)
        return f"（{said}）" if said else ""

    @property
    def days(self):
        """By when the measures are to be carried out, where a day is named: ``[(stage label, day)]``."""
        return [
            (label, self.by_stage[code].due_on)
            for code, label in self.stages
            if code in self.by_stage and self.by_stage[code].due_on
        ]

    @property
    def changed(self):
        return f"第{self.versions}版，{self.point.in_force_from:%Y-%m-%d}" if self.versions > 1 else ""


def for_reader(actor):
    """Return the scope of what ``actor`` may read."""
    return _OfReader(actor)


class _OfReader(Scope):
    """The scope of a reader. Its queries are made where they are asked for: a page of a ledger asks by kept statements."""

    def __init__(self, reader):
        self.reader = reader

    @cached_property
    def points(self):
        return RiskPoint.objects.visible_to(self.reader)

    @cached_property
    def measures(self):
        return ControlMeasure.objects.visible_to(self.reader)


@cache
def _measures_read():
    rows = ControlMeasure.objects.in_force(Given("on")).filter(point_series__within=Given("series"))
    return Seen(rows.order_by("pk").values_list(*plain.MEASURED))


def for_export(actor, unit):
    """Return the scope of the ledger of ``unit`` that ``actor`` exports.

    It is what he may read, for a registrar what he files.
    """
    if can(actor, "view_ledger", unit):
        return for_reader(actor)
    points = policy_of(RiskPoint).filed_by(RiskPoint.objects.all(), actor)
    measured = ControlMeasure.objects.filter(in_force_from__isnull=False)
    return Scope(points, measured.filter(Exists(points.filter(series=OuterRef("point_series")))))


def everything():
    """Return the scope of the whole register.

    For the operator's command on the server, which has the database anyway.
    """
    return Scope(
        RiskPoint.objects.filter(in_force_from__isnull=False),
        ControlMeasure.objects.filter(in_force_from__isnull=False),
    )


def points_of(scope, scheme, unit, *, on):
    """Return the points of ``unit`` and all below it, in force on ``on``, gravest first."""
    return (
        scope.points.in_force(on)
        .filter(unit__in=unit.subtree(), category__scheme__slug=scheme.slug)
        .select_related(*SHOWN)
        .order_by(*ORDER)
    )


@dataclass
class Overview:
    """A ledger on screen.

    ``points``: as a ``counts.Listed`` of ``plain.Point``. ``readable``: how many these are. ``sums``: (id of a unit, its name,
    {grade label or None: count}, total) for each unit that has points.
    """

    points: object
    readable: int
    sums: list


def overview(actor, scheme, unit, *, on):
    """Return the ledger of ``unit``: the points of ``points_of`` that ``actor`` may read, and all totals."""
    units = units_of(unit)
    readable, order = counts.readable(actor, on=on, scheme=scheme), {pk: place for place, pk in enumerate(units)}
    places = counts.in_places([one for one in readable.counted if one[0] in order], order, units_first=True)
    read = partial(plain.readable, actor)
    points = readable.listed(places, order=ORDER, read=read, within=WITHIN)
    return Overview(points, sum(place.number for place in places), _sums(scheme, unit, units, on=on))


def units_of(unit):
    """Return a unit and all below it in the order of a ledger: id → name."""
    rows = _all_units().of()
    below = reached(tree_of([(pk, parent) for pk, parent, _ in rows]), [unit.pk])
    return {pk: name for pk, _, name in rows if pk in below}


@cache
def _all_units():
    return Prepared(Unit.objects.order_by("position", "code", "pk").values_list("pk", "parent_id", "name"))


def rows(scope, scheme, unit, *, on, points=None):
    """Return the ledger rows of ``unit`` and all below it as of the end of the day ``on``.

    ``points`` restricts the rows to some of the points, such as one page of them. A constant number of queries for so many rows.
    """
    points = list(points if points is not None else points_of(scope, scheme, unit, on=on))
    beside = _Beside(scope, scheme, on=on)
    return [row for part in batches(points) for row in beside.rows(part)]


def each_row(scope, scheme, unit, *, on):
    """Yield the ``rows`` of a whole ledger one by one. Of each, the point is a ``plain.Point``."""
    points = points_of(scope, scheme, unit, on=on)
    beside = _Beside(scope, scheme, on=on)
    for part in in_order(points, plain.Tables().points):
        yield from beside.rows(part)


class _Beside:
    """What a ledger's row says beside its point, for points that are read a batch at a time."""

    def __init__(self, scope, scheme, *, on):
        self.scope, self.rules, self.on = scope, scheme.rules, on
        self.leaders = Leaders(on)
        self.stages = [(stage.code, stage.label) for stage in self.rules.measure_stages]

    def rows(self, points):
        """Return the rows of ``points``, in their order. A constant number of queries."""
        series = [point.series for point in points]
        measures = {}
        for measure in plain.measures(self.scope.measures_of(series, self.on)):
            measures.setdefault(measure.point_series, {})[measure.stage] = measure
        begun, named = _of_series()
        history = {key: said for key, *said in begun.of(series=series, on=self.on)}
        placed = {point.power_series for point in points if point.power_series is not None}
        names = dict(named.of(series=placed, on=self.on)) if placed else {}
        lightened = residuals.of_points(points, self.rules, on=self.on)
        answering = Answering(points, self.on)
        for point in points:
            versions, first = history.get(point.series, (0, None))
            yield Row(
                point,
                measures.get(point.series, {}),
                self.leaders.name_of(point.unit_id),
                versions,
                first,
                self.stages,
                names.get(point.power_series, point.power_item),
                answering,
                _residual(self.rules, lightened.get(point.series)),
            )


@cache
def _of_series():
    """The statements for the versions of points and the names of powers, of some series until a day."""
    series, on = Given("series"), Given("on")
    begun = RiskPoint.objects.filter(series__within=series, in_force_from__lte=on).order_by().values_list("series")
    powers = PowerItem.objects.in_force(on).filter(series__within=series).values_list("series", "name")
    return Prepared(begun.annotate(Count("pk"), Min("in_force_from"))), Prepared(powers)


def _residual(rules, found):
    if not rules.residual.enabled:
        return ()
    grades = [residuals.grade_of(rules, rank) for rank in (found.expected, found.actual)] if found else [None, None]
    return tuple(grade.label if grade else "未评定" for grade in grades)


def totals(scheme, unit, *, on):
    """Count all points in force by unit and grade, also those whose text stays with their unit.

    Returns ``[(unit name, {grade label or "未评定": count}, total)]``; figures only, so no reader's scope applies.
    """
    sums = _sums(scheme, unit, units_of(unit), on=on)
    return [
        (name, Counter({label or "未评定": n for label, n in numbers.items()}), total)
        for _, name, numbers, total in sums
    ]


def _sums(scheme, unit, units, *, on):
    """The totals of a ledger with the ids of its ``units`` (id → name), for those that have points."""
    found = counts.totals(scheme, None if unit.parent_id is None else list(units), on=on)
    return [(pk, name, found[pk], sum(found[pk].values())) for pk, name in units.items() if pk in found]


@source(
    "unit_ledger",
    about="unit",
    rows=(
        "unit",
        "post",
        "person",
        "category",
        "content",
        "manifestation",
        "grade",
        "expected",
        "actual",
        "measures",
        "leader",
        "filed_on",
        "changed",
    ),
)
def unit_ledger(*, unit, units, on, rules, reader=None):
    """Return the ledger of a unit as a paper's document, as far as ``reader`` may read it.

    Unit by unit in the order of ``units``. The measures of all stages stand in one column.
    """
    scheme = Scheme.objects.filter(slug=rules.identity.slug).order_by("-version").first()
    scope = for_reader(reader) if reader else everything()
    order = {listed.pk: place for place, listed in enumerate(units)}
    points = points_of(scope, scheme, unit, on=on).filter(unit__in=units)
    points = sorted(points, key=lambda point: order[point.unit_id])
    labels = {stage.code: stage.label for stage in rules.measure_stages}
    return {
        "rows": [
            {
                "unit": row.point.unit.name,
                "post": row.point.post.name if row.point.post else row.point.involved_posts,
                "person": row.person,
                "category": row.point.category.label,
                "content": row.point.content,
                "manifestation": row.point.manifestation,
                "grade": row.point.final_grade.label if row.point.final_grade else "未评定",
                **dict(zip(("expected", "actual"), row.residual, strict=False)),
                "measures": [
                    f"{label}：{row.measures[code]}{row.arranged(code)}"
                    for code, label in labels.items()
                    if code in row.measures
                ],
                "leader": row.leader,
                "filed_on": f"{row.first_filed:%Y-%m-%d}" if row.first_filed else "",
                "changed": row.changed,
            }
            for row in rows(scope, scheme, unit, on=on, points=points)
        ]
    }
