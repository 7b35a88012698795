"""What the rules of a scheme propose: one set of rows a rule, whatever the size of the school.

A rule only proposes. A person drafts, another issues, or it is put aside with a reason. Each proposal has a key of what the rule
saw, so that it is made once. Source: R0-12, R2-33, R4-12.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from registers import audit, clock
from registers.batches import having
from registers.hints import FLAGS
from registers.models import ControlMeasure, Incumbency, RiskPoint, Scheme, Unit
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Decision, Objection, Rectification, RiskWarning, Submission, WarningPoint
from workflows.models.submissions import EDITABLE, State
from workflows.policies.warnings import office_of

Trigger = RiskWarning.Trigger
UPHELD = (Objection.Finding.UPHELD, Objection.Finding.PARTLY)


@dataclass(frozen=True)
class Proposal:
    """What a rule saw. ``because``: in words of the system. ``points``: series of the points it is about."""

    trigger: str
    key: str
    unit: int
    because: str
    person: int | None = None
    points: tuple = ()
    finding: int | None = None


def proposals(scheme, institution, *, on):
    """Return ``(rule, Proposal)`` for everything that the rules of ``scheme`` see on the day ``on``.

    A constant number of queries.
    """
    rules = scheme.rules
    return [(rule, seen) for rule in rules.warnings.rules for seen in _LOOK[rule.trigger](rule, rules, institution, on)]


@transaction.atomic
def propose(*, at):
    """Write what the rules see today and is not written yet, tell the office, and return how many are new.

    Not before REMINDER_HOUR.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    scheme, institution, on = Scheme.objects.in_use(), Unit.objects.filter(parent=None).first(), clock.local_day(at)
    if scheme is None or institution is None:
        return 0
    seen = proposals(scheme, institution, on=on)
    keys = RiskWarning.objects.order_by().values_list("trigger_key", flat=True)
    known = set(having(keys, "trigger_key", [one.key for _, one in seen]))
    fresh = {one.key: (rule, one) for rule, one in seen if one.key not in known}
    if not fresh:
        return 0
    rows = [_row(rule, one, scheme, institution, at) for rule, one in fresh.values()]
    RiskWarning.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    made = {row.trigger_key: row for row in having(RiskWarning.objects.all(), "trigger_key", fresh)}
    points = [
        WarningPoint(warning=made[key], series=series) for key, (_, one) in fresh.items() for series in one.points
    ]
    WarningPoint.objects.bulk_create(points, batch_size=500, ignore_conflicts=True)
    audit.append("warning.propose", about=institution, at=at, detail={"keys": sorted(fresh)})
    _tell([made[key] for key in fresh], on, at)
    return len(fresh)


def _row(rule, one, scheme, institution, at):
    action = next(action for action in scheme.rules.warning_actions if action.code == rule.action)
    return RiskWarning(
        scheme=scheme,
        institution=institution,
        unit_id=one.unit,
        person_id=one.person,
        trigger=one.trigger,
        trigger_key=one.key,
        because=one.because,
        finding_id=one.finding,
        level=rule.level,
        kind=rule.action,
        is_reference=action.reference_only,
        is_talk=action.talk,
        made_at=at,
    )


def _tell(rows, on, at):
    """Tell everybody who handles any of the new proposals, once a day, and never what they are about."""
    people = {}
    for row in {(row.unit_id, row.person_id): row for row in rows}.values():
        people |= {person.pk: person for person in office_of(row)}
    text = "按方案的规则，有新的预警建议，请到“预警与文书”研究是否采用。"
    key = f"warning.propose:{on.isoformat()}"
    notifications.post(people.values(), kind="warning.propose", key=key, text=text, submission=None, at=at)


# --- The rules ---------------------------------------------------------------------------------------------


def _overdue(rule, rules, institution, on):
    """Sheets of one filler that were handed in late, or are still owed after their day."""
    late = Decision.objects.filter(submission=OuterRef("pk"), verdict=Decision.Verdict.SUBMIT, days_late__gt=0)
    rows = Submission.objects.exclude(state=State.CANCELLED).filter(
        Q(due_on__lt=on, state__in=EDITABLE) | Exists(late),
        task__campaign__institution=institution,
        task__campaign__year=on.year,
    )
    for whose, filler in (("person", rows.exclude(person=None)), ("unit", rows.filter(person=None))):
        counted = filler.order_by().values_list(whose).annotate(number=Count("pk"), of=Min("unit"))
        for pk, number, unit in counted.filter(number__gte=rule.times):
            yield Proposal(
                Trigger.OVERDUE,
                f"overdue:{on.year}:{whose}:{pk}",
                unit,
                f"{on.year} 年有 {number} 张表逾期提交或逾期未交。",
                person=pk if whose == "person" else None,
            )


def _rectification(rule, rules, institution, on):
    """Findings for whose closing nobody has asked, more than ``days`` after their day."""
    rows = Rectification.objects.filter(closed_at=None, asked_at=None, finding__withdrawn_at=None)
    rows = rows.filter(
        finding__inspection__plan__institution=institution, due_on__lt=days.add_days(on, -rule.days)
    ).select_related("finding__inspection__plan")
    for row in rows:
        yield Proposal(
            Trigger.RECTIFICATION,
            f"rectification:{row.pk}:{row.due_on.isoformat()}",
            row.finding.inspection.unit_id,
            f"问题{row.finding.label}应在 {row.due_on} 前整改完毕，逾期没有申请销号。",
            points=(row.finding.point_series,) if row.finding.point_series else (),
            finding=row.finding_id,
        )


def _no_measure(rule, rules, institution, on):
    """Points of the named grades that have no measure so long after they came into force, by unit.

    A point that another proposal of this rule has named already is left out until that one is lifted.
    """
    measures = ControlMeasure.objects.in_force(on).filter(point_series=OuterRef("series"))
    named = WarningPoint.objects.filter(
        series=OuterRef("series"), warning__trigger=Trigger.NO_MEASURE, warning__lifted_at=None
    )
    points = RiskPoint.objects.in_force(on).filter(
        ~Exists(measures),
        ~Exists(named),
        final_grade__rank__in=rule.grades,
        category__scheme__slug=rules.identity.slug,
        in_force_from__lt=days.add_days(on, -rule.days),
        unit__in=institution.subtree(),
    )
    by_unit = {}
    for unit, series in points.order_by("unit", "pk").values_list("unit", "series"):
        by_unit.setdefault(unit, []).append(series)
    for unit, found in by_unit.items():
        yield Proposal(
            Trigger.NO_MEASURE,
            f"no_measure:{unit}:{on.isoformat()}",
            unit,
            f"有 {len(found)} 个风险点生效超过 {rule.days} 天没有防控措施。",
            points=tuple(found),
        )


def _objection(rule, rules, institution, on):
    """Units against whose sheets objections were upheld, as a whole or in part, so often in a year."""
    rows = Objection.objects.filter(
        finding__in=UPHELD, notice__task__campaign__institution=institution, notice__task__campaign__year=on.year
    )
    counted = rows.annotate(whose=Coalesce("submission__unit", "notice__unit")).order_by().values_list("whose")
    for unit, number in counted.annotate(number=Count("pk")).filter(number__gte=rule.times):
        yield Proposal(
            Trigger.OBJECTION, f"objection:{on.year}:{unit}", unit, f"{on.year} 年有 {number} 件异议成立或部分成立。"
        )


def _term(rule, rules, institution, on):
    """Holders who have been in a post so much longer than the rotation of the scheme allows."""
    rotation = rules.rotation
    flag, _ = FLAGS[rotation.flag]
    held = Incumbency.objects.in_force(on).filter(post__unit__in=institution.subtree())
    held = held.filter(**({f"post__{flag}": True} if flag else {}), since__year__lte=on.year - rotation.post_years)
    over = [row for row in held.select_related("post") if days.add_days(_until(row, rotation), rule.days) < on]
    points = {}
    in_force = RiskPoint.objects.in_force(on).order_by("pk").values_list("post", "series")
    for post, series in having(in_force, "post", [row.post_id for row in over]):
        points.setdefault(post, []).append(series)
    for row in over:
        yield Proposal(
            Trigger.TERM,
            f"term:{row.pk}",
            row.post.unit_id,
            f"“{row.post.name}”应在 {_until(row, rotation)} 前轮岗，至今没有轮岗。",
            points=tuple(points.get(row.post_id, ())),
        )


def _until(row, rotation):
    """The day on which a holder has been in the post for as long as the scheme allows."""
    return clock.months_after(row.since, 12 * rotation.post_years)


_LOOK = {
    "overdue": _overdue,
    "rectification": _rectification,
    "no_measure": _no_measure,
    "objection": _objection,
    "term": _term,
}
