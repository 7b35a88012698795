"""Documents compiled from the register: directories of powers, processes, duties, regulations.

Each is about ``unit`` and lists what ``units`` have on record: for a record the whole tree, for a form the unit alone.
"""

from django.db.models import Q

from registers.models import ControlMeasure, Incumbency, Post, PowerItem, Regulation, RegulationPower, RiskPoint
from registers.papers.compose import source
from registers.responsible import names_by_post


@source(
    "power_directory",
    about="unit",
    rows=(
        "unit",
        "accountable_post",
        "accountable_person",
        "name",
        "procedure",
        "legal_basis",
        "domain",
        "chart_number",
        "remark",
    ),
)
def power_directory(*, unit, units, on, rules, reader=None):
    """风险岗位职权目录: the powers in force of a unit with post and holder on the day ``on``.

    Source: R1-14.
    """
    domains = {domain.code: domain.label for domain in rules.domains}
    holders = names_by_post(Incumbency.objects.in_force(on).filter(post__unit__in=units))
    return {
        "rows": [
            {
                "unit": item.unit.name,
                "accountable_post": item.accountable_post.name if item.accountable_post else "",
                "accountable_person": holders.get(item.accountable_post_id, ""),
                "name": item.name,
                "procedure": [step.procedure for step in item.steps.all()] or item.service_commitment,
                "legal_basis": item.legal_basis,
                "domain": domains.get(item.domain, item.domain),
                "chart_number": item.chart_number,
                "remark": item.remark,
            }
            for item in _powers(units, on)
        ]
    }


@source(
    "process_directory",
    about="unit",
    rows=(
        "unit",
        "name",
        "accountable_post",
        "procedure",
        "chart_number",
        "time_limit",
        "check_and_balance",
        "complaint_channel",
        "remark",
    ),
)
def process_directory(*, unit, units, on, rules, reader=None):
    """风险岗位业务流程目录: the steps of each power in force. Source: R1-34, R1-35."""
    return {
        "rows": [
            {
                "unit": item.unit.name,
                "name": item.name,
                "accountable_post": item.accountable_post.name if item.accountable_post else "",
                "procedure": [step.procedure for step in item.steps.all()],
                "chart_number": item.chart_number,
                "time_limit": item.time_limit,
                "check_and_balance": item.check_and_balance,
                "complaint_channel": item.complaint_channel,
                "remark": item.remark,
            }
            for item in _powers(units, on)
        ]
    }


def _powers(units, on):
    """Return the powers in force of ``units``, in their order."""
    powers = (
        PowerItem.objects.in_force(on)
        .filter(unit__in=units)
        .select_related("unit", "accountable_post")
        .prefetch_related("steps")
        .order_by("accountable_post__code", "pk")
    )
    return sorted(powers, key=_in_order_of(units))


def _in_order_of(units):
    """Return the key that sorts records by their unit as ``units`` are listed."""
    places = {unit.pk: place for place, unit in enumerate(units)}
    return lambda record: places[record.unit_id]


@source("duty_list", about="unit", rows=("unit", "post", "duties", "powers", "steps", "points"))
def duty_list(*, unit, units, on, rules, reader=None):
    """岗位职责—权力—步骤清单: the duties, powers, steps and risk points of each post.

    Of the risk points only those that ``reader`` may read. Source: R0-17.
    """
    powers, points = {}, {}
    for item in _powers(units, on):
        powers.setdefault(item.accountable_post_id, []).append(item)
    readable = RiskPoint.objects.visible_to(reader) if reader else RiskPoint.objects.all()
    for point in readable.in_force(on).filter(unit__in=units, post__isnull=False).order_by("pk"):
        points.setdefault(point.post_id, []).append(point.content)
    posts = Post.objects.existing(on).filter(unit__in=units).select_related("unit").prefetch_related("duties")
    return {
        "rows": [
            {
                "unit": post.unit.name,
                "post": post.name,
                "duties": [duty.text for duty in post.duties.all()],
                "powers": [item.name for item in powers.get(post.pk, [])],
                "steps": [step.procedure for item in powers.get(post.pk, []) for step in item.steps.all()],
                "points": points.get(post.pk, []),
            }
            for post in sorted(posts.order_by("code"), key=_in_order_of(units))
        ]
    }


@source(
    "regulation_directory",
    about="unit",
    rows=("unit", "regulation", "document_number", "issued_by", "effective_on", "subjects", "state"),
)
def regulation_directory(*, unit, units, on, rules, reader=None):
    """制度目录: the regulations of a unit, and what rests on each of them.

    First the units' own, then those of the school that their powers or measures rest on, then texts that their powers name
    as their basis. Of the risk points only those that ``reader`` may read. Source: R1-54.
    """
    powers = list(_powers(units, on))
    subjects = {}  # regulation → names of powers and risk points
    for number, item in _resting(powers):
        subjects.setdefault(number, []).append(item.name)
    for number, content in _controlled(units, on, reader):
        subjects.setdefault(number, []).append(content)
    places = {listed.pk: place for place, listed in enumerate(units)}
    regulations = Regulation.objects.filter(Q(unit__in=units) | Q(pk__in=subjects)).select_related("unit")
    listed = sorted(
        regulations,
        key=lambda row: (row.state == Regulation.State.REPEALED, places.get(row.unit_id, len(places)), row.pk),
    )
    unlisted = {}
    for item in powers:
        for line in filter(None, (line.strip() for line in item.legal_basis.splitlines())):
            named = _named_in(line, listed, item.unit_id)
            for number in named:
                subjects.setdefault(number, []).append(item.name)
            if not named:
                unlisted.setdefault((item.unit.name, line), []).append(item.name)
    rows = [
        {
            "unit": row.unit.name,
            "regulation": row.name,
            "document_number": row.document_number,
            "issued_by": row.issued_by,
            "effective_on": row.effective_on.isoformat() if row.effective_on else "",
            "subjects": list(dict.fromkeys(subjects.get(row.pk, []))),
            "state": row.get_state_display(),
        }
        for row in listed
    ]
    others = [{"unit": owner, "regulation": line, "subjects": names} for (owner, line), names in unlisted.items()]
    return {"rows": rows + others}


def _named_in(line, regulations, unit_id):
    """Return the regulations that a line names. Where several units have one of that name, the unit's own is meant."""
    named = [row for row in regulations if row.name in line]
    return [row.pk for row in named if row.unit_id == unit_id] or [row.pk for row in named]


def _resting(powers):
    """Return ``(regulation, power)`` for the powers that are linked to a regulation."""
    by_series = {item.series: item for item in powers}
    links = RegulationPower.objects.filter(power_series__in=by_series).order_by("pk")
    return [(number, by_series[series]) for number, series in links.values_list("regulation_id", "power_series")]


def _controlled(units, on, reader):
    """Return ``(regulation, content of a point)`` for the points whose measures name a regulation."""
    measures = ControlMeasure.objects.in_force(on).filter(unit__in=units, regulation__isnull=False)
    named = list(measures.order_by("pk").values_list("regulation_id", "point_series"))
    readable = RiskPoint.objects.visible_to(reader) if reader else RiskPoint.objects.all()
    points = readable.in_force(on).filter(series__in={series for _, series in named})
    contents = dict(points.values_list("series", "content"))
    return [(number, contents[series]) for number, series in named if series in contents]


@source("assessment", about="unit", rows=("name", "points"))
def assessment(*, unit, units, on, rules, reader=None):
    """考核评分表: the scheme's criteria with room for the scores. Source: R4-35."""
    return {"rows": [{"name": item.label, "points": item.points} for item in rules.assessment.criteria]}


def records_of(name, units, on):
    """Return what each row of the document ``name`` is about, in its order.

    The power's series; for other documents nothing. With it a row is known again when its words have changed.
    """
    if name not in ("power_directory", "process_directory"):
        return []
    return [str(item.series) for item in _powers(units, on)]
