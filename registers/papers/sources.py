"""Documents compiled from the register: directories of powers, processes, duties, regulations."""

from django.db.models import Q

from registers.models import ControlMeasure, Incumbency, Post, PowerItem, Regulation, RegulationPower, RiskPoint
from registers.papers.compose import source


@source(
    "power_directory",
    about="unit",
    rows=(
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
def power_directory(*, unit, on, rules, reader=None):
    """风险岗位职权目录: the powers in force of a unit with post and holder on the day ``on``.

    Source: R1-14.
    """
    domains = {domain.code: domain.label for domain in rules.domains}
    holders = dict(Incumbency.objects.in_force(on).filter(post__unit=unit).values_list("post_id", "user__name"))
    return {
        "rows": [
            {
                "accountable_post": item.accountable_post.name if item.accountable_post else "",
                "accountable_person": holders.get(item.accountable_post_id, ""),
                "name": item.name,
                "procedure": [step.procedure for step in item.steps.all()] or item.service_commitment,
                "legal_basis": item.legal_basis,
                "domain": domains.get(item.domain, item.domain),
                "chart_number": item.chart_number,
                "remark": item.remark,
            }
            for item in _powers(unit, on)
        ]
    }


@source(
    "process_directory",
    about="unit",
    rows=(
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
def process_directory(*, unit, on, rules, reader=None):
    """风险岗位业务流程目录: the steps of each power in force. Source: R1-34, R1-35."""
    return {
        "rows": [
            {
                "name": item.name,
                "accountable_post": item.accountable_post.name if item.accountable_post else "",
                "procedure": [step.procedure for step in item.steps.all()],
                "chart_number": item.chart_number,
                "time_limit": item.time_limit,
                "check_and_balance": item.check_and_balance,
                "complaint_channel": item.complaint_channel,
                "remark": item.remark,
            }
            for item in _powers(unit, on)
        ]
    }


def _powers(unit, on):
    return (
        PowerItem.objects.in_force(on)
        .filter(unit=unit)
        .select_related("accountable_post")
        .prefetch_related("steps")
        .order_by("accountable_post__code", "pk")
    )


@source("duty_list", about="unit", rows=("post", "duties", "powers", "steps", "points"))
def duty_list(*, unit, on, rules, reader=None):
    """岗位职责—权力—步骤清单: the duties, powers, steps and risk points of each post.

    Of the risk points only those that ``reader`` may read. Source: R0-17, C5-29.
    """
    powers, points = {}, {}
    for item in _powers(unit, on):
        powers.setdefault(item.accountable_post_id, []).append(item)
    readable = RiskPoint.objects.visible_to(reader) if reader else RiskPoint.objects.all()
    for point in readable.in_force(on).filter(unit=unit, post__isnull=False).order_by("pk"):
        points.setdefault(point.post_id, []).append(point.content)
    posts = Post.objects.filter(unit=unit, closed_on=None).prefetch_related("duties").order_by("code")
    return {
        "rows": [
            {
                "post": post.name,
                "duties": [duty.text for duty in post.duties.all()],
                "powers": [item.name for item in powers.get(post.pk, [])],
                "steps": [step.procedure for item in powers.get(post.pk, []) for step in item.steps.all()],
                "points": points.get(post.pk, []),
            }
            for post in posts
        ]
    }


@source(
    "regulation_directory",
    about="unit",
    rows=("regulation", "document_number", "issued_by", "effective_on", "subjects", "state"),
)
def regulation_directory(*, unit, on, rules, reader=None):
    """制度目录: the regulations of a unit, and what rests on each of them.

    First the unit's own, then those of the school that its powers or measures rest on, then texts that its powers name
    as their basis. Of the risk points only those that ``reader`` may read. Source: R1-54, C5-22.
    """
    powers = list(_powers(unit, on))
    subjects = {}  # regulation → names of powers and risk points
    for number, item in _resting(powers):
        subjects.setdefault(number, []).append(item.name)
    for number, content in _controlled(unit, on, reader):
        subjects.setdefault(number, []).append(content)
    regulations = Regulation.objects.filter(Q(unit=unit) | Q(pk__in=subjects))
    listed = sorted(
        regulations, key=lambda row: (row.state == Regulation.State.REPEALED, row.unit_id != unit.pk, row.pk)
    )
    by_name = {row.name: row.pk for row in listed}
    unlisted = {}
    for item in powers:
        for line in filter(None, (line.strip() for line in item.legal_basis.splitlines())):
            named = [number for name, number in by_name.items() if name in line]
            for number in named:
                subjects.setdefault(number, []).append(item.name)
            if not named:
                unlisted.setdefault(line, []).append(item.name)
    rows = [
        {
            "regulation": row.name,
            "document_number": row.document_number,
            "issued_by": row.issued_by,
            "effective_on": row.effective_on.isoformat() if row.effective_on else "",
            "subjects": list(dict.fromkeys(subjects.get(row.pk, []))),
            "state": row.get_state_display(),
        }
        for row in listed
    ]
    return {"rows": rows + [{"regulation": line, "subjects": names} for line, names in unlisted.items()]}


def _resting(powers):
    """Return ``(regulation, power)`` for the powers that are linked to a regulation."""
    by_series = {item.series: item for item in powers}
    links = RegulationPower.objects.filter(power_series__in=by_series).order_by("pk")
    return [(number, by_series[series]) for number, series in links.values_list("regulation_id", "power_series")]


def _controlled(unit, on, reader):
    """Return ``(regulation, content of a point)`` for the points whose measures name a regulation."""
    measures = ControlMeasure.objects.in_force(on).filter(unit=unit, regulation__isnull=False)
    named = list(measures.order_by("pk").values_list("regulation_id", "point_series"))
    readable = RiskPoint.objects.visible_to(reader) if reader else RiskPoint.objects.all()
    points = readable.in_force(on).filter(series__in={series for _, series in named})
    contents = dict(points.values_list("series", "content"))
    return [(number, contents[series]) for number, series in named if series in contents]


@source("assessment", about="unit", rows=("name", "points"))
def assessment(*, unit, on, rules, reader=None):
    """考核评分表: the scheme's criteria with room for the scores. Source: R4-35, C5-27."""
    return {"rows": [{"name": item.label, "points": item.points} for item in rules.assessment]}
