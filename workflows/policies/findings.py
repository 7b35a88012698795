"""Who records findings, who puts them right, and who checks that (R0-24, R2-30, R4-36).

Whoever puts something right, or asks to have it closed, never closes it.
"""

from django.db.models import Exists, OuterRef, Q

from registers import clock
from registers.access import YES, Policy, PolicyOfFacts, can, no, policy, policy_of
from registers.actors import ANSWERABLE
from registers.models import User
from registers.models.spans import is_closed
from workflows.models import Finding, Inspection, InspectionSeat, Rectification
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import handles, holders, kept_from, organisers, own_units
from workflows.policies.inspections import facts_of, hosts, inspects, seat_of

NOT_ISSUED = "检查结论作出后下达整改。"
DONE = "该问题已经销号。"


@policy("workflows.Finding")
class FindingPolicy(PolicyOfFacts):
    def facts(self, actor):
        return facts_of(actor)

    def readable(self, facts):
        """Findings of inspections that he carries out or oversees, and those he puts right.

        Those of his unit from the preliminary opinion on.
        """
        full = Inspection.objects.filter(inspects(facts)).order_by().values("pk")
        hosted = Inspection.objects.filter(hosts(facts), preliminary_at__isnull=False).order_by().values("pk")
        own = Rectification.objects.filter(finding=OuterRef("pk"), owner=facts["person"])
        return Q(inspection__in=full) | Q(inspection__in=hosted) | Q(Exists(own))

    def may_record(self, actor, finding):
        """Record a finding, as a member of the team, until there is a conclusion."""
        return can(actor, "check", finding.inspection)

    def may_change(self, actor, finding):
        if finding.withdrawn_at is not None:
            return no("该问题已经撤销。")
        return self.may_record(actor, finding)

    may_withdraw = may_change

    def may_adjust(self, actor, finding):
        """Propose a change of the register because of a finding that stands."""
        if finding.withdrawn_at is not None or finding.inspection.concluded_at is None:
            return no(NOT_ISSUED)
        if finding.inspection.unit_id in actor.unit_ids(*ANSWERABLE, ORGANISER):
            return YES
        return no("因检查发现的问题调整登记册，由该单位联络员、负责人或办公室提出。")

    def may_warn(self, actor, finding):
        """Write a warning because of a finding that stands, as whoever handles the unit."""
        if finding.withdrawn_at is not None or finding.inspection.concluded_at is None:
            return no(NOT_ISSUED)
        return YES if handles(actor, finding.inspection.unit_id) else no("预警由学校领导小组办公室办理。")


@policy("workflows.Rectification")
class RectificationPolicy(PolicyOfFacts):
    def facts(self, actor):
        return facts_of(actor)

    def readable(self, facts):
        found = Finding.objects.filter(policy_of(Finding).readable(facts))
        return Q(finding__in=found.order_by().values("pk"))

    def may_work(self, actor, rectification):
        """Hand in the plan, report, ask for time or for closing.

        The unit's head or liaison, or whoever puts it right.
        """
        if rectification.closed_at is not None:
            return no(DONE)
        unit = rectification.finding.inspection.unit_id
        if actor.user_id == rectification.owner_id or unit in actor.unit_ids(*ANSWERABLE):
            return YES
        return no("整改由该单位负责人、联络员和责任人办理。")

    def may_assign(self, actor, rectification):
        """Say who answers for it, where its unit is closed or nobody is left, as whoever handles the unit."""
        if rectification.closed_at is not None:
            return no(DONE)
        unit = rectification.finding.inspection.unit
        if not handles(actor, unit.pk):
            return no("整改责任人由单位在方案中写明；单位撤销、无人承办的，由学校领导小组办公室指定。")
        if is_closed(unit, actor.on) or not answerable(rectification).exists():
            return YES
        return no("该单位有人承办，整改责任人由单位在方案中写明。")

    def may_report(self, actor, rectification):
        if rectification.planned_at is None:
            return no("请先报送整改方案。")
        return self.may_work(actor, rectification)

    def may_ask_time(self, actor, rectification):
        """Ask for a later day, once."""
        if rectification.extended or rectification.extension_until is not None:
            return no("整改期限只能申请延长一次。")
        return self.may_report(actor, rectification)

    def may_grant(self, actor, rectification):
        """Grant or refuse the later day, as the office, but nobody for his own unit."""
        if rectification.closed_at is not None:
            return no(DONE)
        if rectification.extension_until is None:
            return no("没有等待办理的延期申请。")
        if handles(actor, rectification.finding.inspection.unit_id):
            return YES
        return no("延期由学校领导小组办公室办理；与本人有关的单位应当回避。")

    def people_who_may_grant(self, rectification):
        return organisers(rectification.finding.inspection.unit_id)

    def may_ask(self, actor, rectification):
        if rectification.asked_at is not None:
            return no("已经申请销号，等待复查。")
        return self.may_report(actor, rectification)

    def may_recheck(self, actor, rectification):
        """Check again and close or return it: the team or the office, neither who puts it right nor who asked."""
        if rectification.asked_at is None or rectification.closed_at is not None:
            return no("没有等待复查的销号申请。")
        return self._another(actor, rectification)

    def people_who_may_recheck(self, rectification):
        inspection = rectification.finding.inspection
        seated = InspectionSeat.objects.filter(inspection=inspection, left_at=None, user__is_active=True)
        team = list(seated.values_list("user_id", flat=True))
        kept = kept_from(team, on=clock.today())
        others = User.objects.filter(pk__in=[person for person in team if inspection.unit_id not in kept[person]])
        people = others | organisers(inspection.unit_id)
        return people.exclude(pk__in=[one for one in (rectification.owner_id, rectification.asked_by_id) if one])

    def may_look_back(self, actor, rectification):
        """Look again at what was closed, once its day has come."""
        if rectification.closed_at is None or rectification.looked_back_at is not None:
            return no("销号以后、到回头看的日期再看。")
        if actor.on < rectification.look_back_on:
            return no(f"回头看的日期是 {rectification.look_back_on:%Y-%m-%d}。")
        return self._another(actor, rectification)

    def _another(self, actor, rectification):
        inspection = rectification.finding.inspection
        if actor.user_id in (rectification.owner_id, rectification.asked_by_id):
            return no("复查不能由整改责任人或申请人办理。")
        if inspection.unit_id in own_units(actor):
            return no("与本人有关的单位应当回避，请由他人复查。")
        if handles(actor, inspection.unit_id) or seat_of(actor, inspection) is not None:
            return YES
        return no("复查由检查组成员或学校领导小组办公室办理。")


def answerable(rectification, *, holding=None):
    """Return the people who have to put a finding right, as ``may_work`` lets them.

    ``holding``: of the day, where it has been read.
    """
    owner = User.objects.filter(pk=rectification.owner_id, is_active=True)
    return owner | holders(rectification.finding.inspection.unit_id, *ANSWERABLE, holding=holding)


@policy("workflows.RectificationStep")
class RectificationStepPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(rectification__in=Rectification.objects.visible_to(actor).order_by().values("pk"))
