"""Who plans inspections, draws units and inspectors, and reads both (R0-03, R0-25).

Whom a unit concerns, so that he inspects none of it, and who handles it is said in ``handling``.
"""

from django.db.models import Q

from registers.access import YES, Policy, no, policy
from registers.models import Unit
from workflows.models import Draw
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles, left_by_office, own_units

PLAN_READERS = (ORGANISER, *BODIES, "auditor")
NOT_OFFICE = "检查由学校领导小组办公室组织。"


@policy("workflows.InspectionPlan")
class InspectionPlanPolicy(Policy):
    def visible(self, rows, actor):
        """The plans of a school whose office, group or committee he belongs to, or whose auditor he is."""
        return rows.filter(institution__within=actor.unit_ids(*PLAN_READERS)) if actor.is_authenticated else rows.none()

    def may_read(self, actor, plan):
        """Open the page of plans, also where there is none yet."""
        if plan.institution_id in actor.unit_ids(*PLAN_READERS):
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
        return (
            rows.filter(plan__institution__within=actor.unit_ids(*PLAN_READERS))
            if actor.is_authenticated
            else rows.none()
        )

    def may_make(self, actor, item):
        return YES if item.plan.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)

    may_change = may_make

    def may_inspect(self, actor, item):
        """Arrange an inspection of one of the units that the actor handles."""
        if item.plan.institution_id in actor.unit_ids(*BODIES) and left_by_office(actor) - own_units(actor):
            return YES
        return self.may_make(actor, item)

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
        return rows.filter(
            Q(released_at__isnull=False) | Q(item__plan__institution__within=actor.unit_ids(*PLAN_READERS))
        )

    def may_make(self, actor, draw):
        """Enter the seed and draw, once."""
        if draw.drawn_at is not None:
            return no("这一次抽取已经完成。确需重新抽取的，写明原因另作一次，两次都保留。")
        return YES if draw.item.plan.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)

    def may_arrange(self, actor, draw):
        """Arrange the inspections that a draw has found, each where the actor handles the unit."""
        if draw.drawn_at is None:
            return no("还没有抽取。")
        if Draw.objects.filter(item=draw.item_id, position__gt=draw.position).exists():
            return no("该事项之后重新抽取过，以最后一次为准。")
        if draw.item.plan.institution_id in actor.unit_ids(ORGANISER):
            return YES
        units = Unit.objects.filter(code__in=draw.result["targets"]).values_list("pk", flat=True)
        left = draw.item.plan.institution_id in actor.unit_ids(*BODIES) and any(handles(actor, unit) for unit in units)
        return YES if left else no(NOT_OFFICE)
