"""Who plans inspections, draws units and inspectors, and reads both (R0-03, R0-25).

Here also: which units concern a person, so that nobody inspects his own (``own_units``).
"""

from django.db.models import Q

from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER
from workflows.policies.deciders import ORGANISER

WATCHERS = (ORGANISER, "school_group", "party_committee", "auditor")
PART_IN_A_UNIT = ("unit_head", "liaison", GROUP_MEMBER, "leader_in_charge")
NOT_OFFICE = "检查由学校领导小组办公室组织。"


def with_kin(units, parents):
    """Return the ids of ``units``, of all above them except the institution, and of all below them.

    ``parents``: unit id → id of the unit above it.
    """
    above, below = set(), set(units)
    for unit in units:
        at = parents.get(unit)
        while at is not None and parents.get(at) is not None:
            above.add(at)
            at = parents[at]
    waiting = set(units)
    while waiting:
        waiting = {unit for unit, parent in parents.items() if parent in waiting} - below
        below |= waiting
    return above | below


def own_units(actor):
    """Return the ids of the units that concern the actor himself.

    They are those where he works or has a part, and their kin.
    """
    if "own_units" not in actor.memory:
        parents = actor.parents
        own = {unit for unit in actor.home_unit_ids | actor.own_unit_ids(*PART_IN_A_UNIT) if parents.get(unit)}
        actor.memory["own_units"] = with_kin(own, parents)
    return actor.memory["own_units"]


@policy("workflows.InspectionPlan")
class InspectionPlanPolicy(Policy):
    def visible(self, rows, actor):
        """The plans of a school whose office, group or committee he belongs to, or whose auditor he is."""
        return rows.filter(institution__in=actor.unit_ids(*WATCHERS)) if actor.is_authenticated else rows.none()

    def may_read(self, actor, plan):
        """Open the page of plans, also where there is none yet."""
        if plan.institution_id in actor.unit_ids(*WATCHERS):
            return YES
        return no("检查计划供学校领导小组办公室、领导小组、党委和审计员查看。")

    def may_make(self, actor, plan):
        """Make the plan of a year and change its items, as the office.

        ``plan``: of which the institution is known.
        """
        return YES if plan.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)


@policy("workflows.PlanItem")
class PlanItemPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(plan__institution__in=actor.unit_ids(*WATCHERS)) if actor.is_authenticated else rows.none()

    def may_make(self, actor, item):
        return YES if item.plan.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)

    may_change = may_make

    def may_drop(self, actor, item):
        """Strike an item off the plan, before anything has been done about it."""
        if item.draws.exists():
            return no("该事项已经确定抽取名单，不能删去。")
        if item.inspections.exists():
            return no("该事项已经安排检查，不能删去。")
        return self.may_make(actor, item)

    def may_draw(self, actor, item):
        """Freeze a pool and draw. Only what the scheme calls random is drawn."""
        if not item.is_drawn:
            return no("只有随机抽查的事项抽取检查对象和检查人员。")
        return self.may_make(actor, item)


@policy("workflows.Draw")
class DrawPolicy(Policy):
    def visible(self, rows, actor):
        """Draws as the plan they belong to.

        Once every unit drawn has had its notice, everybody may look.
        """
        if not actor.is_authenticated:
            return rows.none()
        return rows.filter(Q(released_at__isnull=False) | Q(item__plan__institution__in=actor.unit_ids(*WATCHERS)))

    def may_make(self, actor, draw):
        """Enter the seed and draw, once."""
        if draw.drawn_at is not None:
            return no("这一次抽取已经完成。确需重新抽取的，写明原因另作一次，两次都保留。")
        return YES if draw.item.plan.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)

    def may_arrange(self, actor, draw):
        """Arrange the inspections that a draw has found, as the office."""
        if draw.drawn_at is None:
            return no("还没有抽取。")
        return YES if draw.item.plan.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)
