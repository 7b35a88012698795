"""What a unit has done in a year, in numbers: the annual summary and the contents of its archive.

Both are about the unit and all below it, with a line for each unit directly below. The lines add up to the whole.
"""

from collections import Counter

from django.db.models import Count, Q

from registers.models import ControlMeasure, Post, PowerItem, RiskPoint
from registers.models.spans import is_closed
from registers.papers.compose import source
from registers.schemes.language import SUCCESSION
from workflows.compiled import activities, disclosures
from workflows.models import Campaign, Decision, PublicityNotice, Submission
from workflows.models.submissions import State

UNGRADED = "未评定"


@source("archive_contents", about="unit", rows=("name", "count"))
def archive_contents(*, unit, units, on, rules, reader=None):
    """廉政风险信息档案目录: how many submissions of each kind are filed this year, then by unit.

    Source: R1-54.
    """
    filed = Submission.objects.filter(
        unit__in=units, state=State.FILED, task__campaign__year=on.year, filed_at__date__lte=on
    )
    by_task, by_unit = Counter(), Counter()
    counted = filed.order_by().values_list("unit", "task__code").annotate(number=Count("pk"))
    for owner, code, number in counted:
        by_task[code] += number
        by_unit[owner] += number
    papers = {task.code: rules.papers[task.paper] for task in rules.tasks}
    names = {code: f"{layout.label}{layout.title}" for code, layout in papers.items()}
    if SUCCESSION in by_task:  # it uses the paper of the search, so it is listed under its own name
        names[SUCCESSION] = rules.succession.label
    names |= {
        code: f"{rules.papers[task.paper].title}（{rules.levels[task.level]}）"
        for code, task in rules.adjustments.items()
        if code in by_task
    }
    names |= {code: rules.papers[task.paper].title for code, task in rules.imports.items() if code in by_task}
    rows = [{"name": name, "count": by_task[code]} for code, name in names.items()]
    lines = _lines_of(unit, units, by_unit, on)
    if lines:
        rows.append({"name": "合计", "count": by_unit.total()})
    for name, ids in lines:
        rows.append({"name": f"其中：{name}", "count": sum(by_unit[owner] for owner in ids)})
    return {"rows": rows}


@source("annual_summary", about="unit", rows=("name", "count", "detail"))
def annual_summary(*, unit, units, on, rules, reader=None):
    """The year in numbers. Nothing is typed, so totals always add up. Source: R2-32."""
    by_unit = _figures(units, on)
    whole = sum(by_unit.values(), Counter())
    rows = [
        ("岗位（个）", whole["posts"]),
        ("权力事项（项）", whole["powers"]),
        ("风险点（个）", whole["points"]),
        *((f"其中：{grade.label}", whole[grade.label]) for grade in rules.grades),
        *([(f"其中：{UNGRADED}", whole[UNGRADED])] if whole[UNGRADED] else []),
        ("防控措施（条）", whole["measures"]),
        ("应交填报表（张）", whole["owed"]),
        ("已办结（张）", whole["filed"]),
        ("动态调整（张）", whole["adjusted"]),
        ("退回修改（次）", whole["returned"]),
        ("公示（次）", whole["notices"]),
        *activities.figures(units=units, on=on),
        *disclosures.figures(units=units, on=on, rules=rules),
    ]
    lines = [
        {"name": name, **_in_words(sum((by_unit[owner] for owner in ids if owner in by_unit), Counter()), rules)}
        for name, ids in _lines_of(unit, units, by_unit, on)
    ]
    if lines:
        lines.insert(
            0, {"name": "各单位风险点（个）", "count": whole["points"], "detail": "等级；防控措施；已办结/应交填报表"}
        )
    return {"rows": [{"name": name, "count": count} for name, count in rows] + lines}


def _lines_of(unit, units, by_unit, on):
    """Return ``[(name, ids)]``: who has a line of its own below the totals.

    Nobody where the totals are of one unit. The unit itself, and units that were closed, only where they have anything.
    """
    if len(units) == 1:
        return []
    return [
        (f"{part.name}（本级）" if part == unit else part.name, ids)
        for part, ids in unit.parts()
        if any(by_unit.get(owner) for owner in ids) or (part != unit and not is_closed(part, on))
    ]


def _figures(units, on):
    """Return unit → what it has and what it has done, each counted once for all ``units``."""
    of_year = Submission.objects.filter(unit__in=units, task__campaign__year=on.year).exclude(state=State.CANCELLED)
    # What is proposed at any time was owed by nobody.
    standing = Q(task__campaign__state=Campaign.State.STANDING)
    year, adjusted = of_year.exclude(standing), of_year.filter(standing, state=State.FILED, filed_at__date__lte=on)
    found = {}

    def count(rows, name, unit="unit", **how):
        for owner, number in rows.order_by().values_list(unit).annotate(number=Count("pk", **how)):
            found.setdefault(owner, Counter())[name] += number

    count(Post.objects.existing(on).filter(unit__in=units), "posts")
    count(PowerItem.objects.in_force(on).filter(unit__in=units), "powers")
    count(ControlMeasure.objects.in_force(on).filter(unit__in=units), "measures")
    count(year, "owed")
    count(adjusted, "adjusted")
    count(year, "filed", filter=Q(state=State.FILED))
    count(
        Decision.objects.filter(submission__in=year, verdict="return", at__date__lte=on), "returned", "submission__unit"
    )
    notices = PublicityNotice.objects.filter(unit__in=units, task__campaign__year=on.year, starts_on__lte=on)
    count(notices, "notices")
    points = RiskPoint.objects.in_force(on).filter(unit__in=units).order_by()
    for owner, grade, number in points.values_list("unit", "final_grade__label").annotate(number=Count("pk")):
        found.setdefault(owner, Counter()).update({"points": number, grade or UNGRADED: number})
    return found


def _in_words(figures, rules):
    """Return a unit's line: its points as the number, their grades, its measures and sheets in words."""
    graded = [(label, figures[label]) for label in (*(grade.label for grade in rules.grades), UNGRADED)]
    parts = [
        "、".join(f"{label}{number}" for label, number in graded if number),
        f"{figures['measures']}条",
        f"{figures['filed']}/{figures['owed']}张",
    ]
    return {"count": figures["points"], "detail": "；".join(part for part in parts if part)}
