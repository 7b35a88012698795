"""Who reads and who makes checks of measures (核查).

Nobody checks his own work. Where the scheme asks for it, somebody outside the unit checks.
"""

from django.db.models import Exists, F, OuterRef, Q, Subquery

from registers import clock
from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Incumbency, ResponsibleParty, RiskPoint, Scheme
from registers.models.spans import has_begun, has_ended
from workflows.models import MeasureCheck, MeasureProgress
from workflows.policies.controls import answers_for, is_named, of_readable_measure

WITHIN = ("unit_head", GROUP_MEMBER)
ABOVE = ("leader_in_charge", *SCHOOL_ROLES)
CHECKERS = (*WITHIN, *ABOVE)


@policy("workflows.MeasureCheck")
class MeasureCheckPolicy(Policy):
    def visible(self, rows, actor):
        """The checks of measures that the actor may read."""
        return rows.filter(of_readable_measure(actor))

    def may_check(self, actor, check):
        """Check a measure in force.

        For the unit's head and group and the roles above, each for what is not his own.
        """
        measure, rule = check.measure, rule_for(actor)
        if reason := _never_checked(measure, rule, actor.on):
            return no(reason)
        points = RiskPoint.objects.in_force(actor.on).filter(series=measure.point_series)
        point = points.select_related("final_grade").first()
        if point is None or point.final_grade is None:
            return no("该措施针对的风险点尚未评定等级，不必核查。")
        if _is_own(actor, measure, point):
            return no("措施责任人、该岗位的责任人和记录过落实情况的人不能核查，请由他人核查。")
        return YES if measure.unit_id in _units_for(actor, rule, point.final_grade.rank) else no(_who(rule, point))

    def awaiting(self, measures, actor):
        """Keep the measures that wait for a check and that this person may check.

        Their latest note says that they are carried out, and no check since then counts. Gravest first is the caller's.
        """
        rule = rule_for(actor)
        if rule is None or not actor.has(*CHECKERS):
            return measures.none()
        points = RiskPoint.objects.in_force(actor.on).filter(series=OuterRef("point_series"))
        within = ~Q(grade_rank__in=rule.outside_unit) & Q(unit__within=actor.unit_ids(*CHECKERS))
        measures = measures.annotate(
            grade_rank=Subquery(points.values("final_grade__rank")[:1]),
            point_from=Subquery(points.values("in_force_from")[:1]),
            held_from=Subquery(holders(actor.on).values("since")[:1]),
        )
        measures = measures.filter(
            Q(unit__within=units_outside(actor)) | within, grade_rank__isnull=False, in_force_from__lte=actor.on
        )
        return _waiting(_not_own(measures, actor), rule, on=actor.on)


def rule_for(actor):
    """Return what the scheme in use says of actual grades, None where it does not switch them on."""
    key = MeasureCheckPolicy
    if key not in actor.memory:
        scheme = Scheme.objects.in_use()
        rule = scheme.rules.residual if scheme is not None else None
        actor.memory[key] = rule if rule is not None and rule.enabled else None
    return actor.memory[key]


def units_outside(actor):
    """Return the ids of the units for which the actor checks from outside.

    He has a role above them and does not work there, nor in a part of them. The school as a whole is nobody's own unit.
    """
    own = set()
    for unit in actor.home_unit_ids:
        own.add(unit)
        while (unit := actor.parents.get(unit)) is not None and actor.parents.get(unit) is not None:
            own.add(unit)
    return actor.unit_ids(*ABOVE) - own


def _never_checked(measure, rule, on):
    """Why nobody checks this version of a measure on the day ``on``, empty where somebody may."""
    if rule is None:
        return "学校采用的方案没有启用措施核查。"
    if not has_begun(measure, on):
        return "该措施尚未生效，不能核查。"
    if has_ended(measure, on):
        return "该措施已修订或撤销，请核查现行的措施。"
    return ""


def _units_for(actor, rule, rank):
    """The ids of the units in which the actor may check measures against points of this rank."""
    outside = units_outside(actor)
    return outside if rank in rule.outside_unit else outside | actor.unit_ids(*CHECKERS)


def _who(rule, point):
    if point.final_grade.rank in rule.outside_unit:
        label = point.final_grade.label
        return f"{label}风险点的措施由单位以外的人员核查：分管校领导、学校领导小组办公室、学校领导小组或党委。"
    return "措施由本单位负责人、领导小组成员，或分管校领导、学校领导小组办公室、学校领导小组、党委核查。"


def _is_own(actor, measure, point):
    principals = actor.stands_in_for
    if is_named(actor, measure, *principals) or point.holder_id in principals:
        return True
    if answers_for(actor, point):
        return True
    return MeasureProgress.objects.filter(measure=measure, by=actor.user_id).exists()


def _not_own(measures, actor):
    """Leave out what ``_is_own`` refuses, for many measures at once."""
    people = [actor.user_id, *actor.stands_in_for]
    points = RiskPoint.objects.in_force(actor.on).filter(series=OuterRef("point_series"))
    own = points.filter(Q(holder__in=people) | Q(holder=None, post__within=actor.post_ids))
    noted = MeasureProgress.objects.filter(measure=OuterRef("pk"), by=actor.user_id)
    named = ResponsibleParty.objects.naming(actor, *people).values("responsibility")
    return measures.exclude(Exists(own)).exclude(Exists(noted)).exclude(responsible__in=named)


def holders(on):
    """Return who holds the post of a measure's point, the last to come first, for a subquery."""
    points = RiskPoint.objects.in_force(on).filter(series=OuterRef(OuterRef("point_series")))
    held = Incumbency.objects.in_force(on).filter(post__in=points.filter(post__isnull=False).values("post"))
    return held.order_by("-since")


def with_latest_check(measures, *, before=None):
    """Annotate ``measures`` with their latest check.

    ``checked_as``, ``checked_on``, ``checked_at``, ``checked_outside``: its result, day, moment, and whether it came from outside.
    ``undone_at``: when a note last said that the measure is not done. ``before``: only what was written before this moment counts.
    """
    of_measure = {"measure": OuterRef("pk"), **({"at__lt": before} if before else {})}
    checks = MeasureCheck.objects.filter(**of_measure).order_by("-at", "-pk")
    undone = MeasureProgress.objects.filter(**of_measure).exclude(state=MeasureProgress.State.DONE).order_by("-at")
    return measures.annotate(
        checked_as=Subquery(checks.values("result")[:1]),
        checked_on=Subquery(checks.values("on")[:1]),
        checked_at=Subquery(checks.values("at")[:1]),
        checked_outside=Subquery(checks.values("outside")[:1]),
        undone_at=Subquery(undone.values("at")[:1]),
    )


def _waiting(measures, rule, *, on):
    """Keep the measures that are said to be carried out and of which no check counts."""
    notes = MeasureProgress.objects.filter(measure=OuterRef("pk")).order_by("-at", "-pk")
    measures = with_latest_check(measures).annotate(
        noted_as=Subquery(notes.values("state")[:1]), noted_at=Subquery(notes.values("at")[:1])
    )
    verified = Q(checked_as=MeasureCheck.Result.VERIFIED)
    outlived = Q(checked_on__lte=clock.months_after(on, -rule.months))
    outlived |= Q(checked_on__lt=F("point_from")) | Q(checked_on__lt=F("held_from")) | Q(checked_at__lt=F("undone_at"))
    from_within = Q(checked_outside=False, grade_rank__in=rule.outside_unit)
    return measures.filter(
        Q(checked_at=None) | ~verified & Q(checked_at__lt=F("noted_at")) | verified & (outlived | from_within),
        noted_as=MeasureProgress.State.DONE,
    )
