"""Who plans inspections, draws units and inspectors, and reads both (R0-03, R0-25).

Here also: which units concern a person, so that nobody inspects his own (``own_units``, for many people ``kept_from``), and who
hears of what happens to a unit (``holders``, ``organisers``).
"""

from django.db.models import Q

from registers import clock
from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit, User
from workflows.models import Draw
from workflows.policies.deciders import ORGANISER
from workflows.policies.holding import Holding

BODIES = ("school_group", "party_committee")
WATCHERS = (ORGANISER, *BODIES, "auditor")
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


def kept_from(people, *, on):
    """Return user id → ids of the units that concern each of ``people`` (ids), as ``own_units`` for one."""
    parents = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    own = {person: set() for person in people}
    groups = LeadingGroup.objects.in_force(on)
    for rows in (
        User.objects.filter(pk__in=people).values_list("pk", "unit_id"),
        Incumbency.objects.in_force(on).filter(user__in=people).values_list("user_id", "post__unit_id"),
        Appointment.objects.in_force(on)
        .filter(user__in=people, role__in=PART_IN_A_UNIT)
        .values_list("user_id", "unit_id"),
        GroupMember.objects.filter(user__in=people, group__in=groups).values_list("user_id", "group__unit_id"),
    ):
        for person, unit in rows:
            if parents.get(unit) is not None:
                own[person].add(unit)
    return {person: with_kin(units, parents) for person, units in own.items()}


def holders(unit_id, *roles, holding=None):
    """Return the users who hold one of ``roles`` for a unit or above it, as ``Actor.unit_ids`` counts.

    ``holding``: of the day, where it has been read.
    """
    holding = holding or Holding(clock.today())
    people = {person for unit in holding.above(unit_id) for role in roles for person in holding.at(role, unit)}
    return User.objects.filter(pk__in=people)


def organisers(unit_id, *, holding=None):
    """Return who handles the inspection of a unit, as ``handles`` says."""
    holding = holding or Holding(clock.today())
    for roles in ((ORGANISER,), BODIES):
        people = list(holders(unit_id, *roles, holding=holding).values_list("pk", flat=True))
        kept = kept_from(people, on=holding.on)
        if able := [person for person in people if unit_id not in kept[person]]:
            return User.objects.filter(pk__in=able)
    return User.objects.none()


def handles(actor, unit_id):
    """Whether the actor handles the inspection of a unit: the office, but nobody his own unit.

    A unit that concerns everybody in the office, as its own does, is left to the bodies of the school.
    """
    if unit_id in own_units(actor):
        return False
    if unit_id in actor.unit_ids(ORGANISER):
        return True
    return unit_id in actor.unit_ids(*BODIES) and unit_id in left_by_office(actor)


def handled_units(actor):
    """Return the ids of all units of which ``handles`` is true.

    Nothing is read for people who hold no such role.
    """
    if not actor.has(ORGANISER, *BODIES):
        return set()
    left = actor.unit_ids(*BODIES) & left_by_office(actor) if actor.has(*BODIES) else set()
    return (actor.unit_ids(ORGANISER) | left) - own_units(actor)


def left_by_office(actor):
    """Return the ids of the units that concern everybody in the office."""
    if "left by office" not in actor.memory:
        held = Holding.of(actor).held
        people = {person for (role, _), people in held.items() if role == ORGANISER for person in people}
        kept = kept_from(people, on=actor.on)
        actor.memory["left by office"] = set.intersection(*kept.values()) if kept else set(actor.parents)
    return actor.memory["left by office"]


@policy("workflows.InspectionPlan")
class InspectionPlanPolicy(Policy):
    def visible(self, rows, actor):
        """The plans of a school whose office, group or committee he belongs to, or whose auditor he is."""
        return rows.filter(institution__within=actor.unit_ids(*WATCHERS)) if actor.is_authenticated else rows.none()

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
        return (
            rows.filter(plan__institution__within=actor.unit_ids(*WATCHERS)) if actor.is_authenticated else rows.none()
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
        return rows.filter(Q(released_at__isnull=False) | Q(item__plan__institution__within=actor.unit_ids(*WATCHERS)))

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
