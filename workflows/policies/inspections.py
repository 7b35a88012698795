"""Who prepares, reads, carries out and answers inspections (R0-03, R0-27, R2-29, R3-34).

Nobody has a part in an inspection of his own unit (``handling.own_units``). A unit knows of an inspection once it has had
its notice, and reads what was found once it has the preliminary opinion.
"""

from django.db.models import Exists, OuterRef, Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy
from registers.actors import ANSWERABLE, GROUP_MEMBER, PART_IN_A_UNIT
from workflows.models import Inspection, InspectionSeat, InspectionSignature
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles, organisers, own_units
from workflows.policies.inspection_plans import NOT_OFFICE

CLOSED = "该检查已经作出结论或取消，不能再修改。"
OWN = "检查的是与您本人有关的单位，您应当回避。"


def seat_of(actor, inspection):
    """Return the seat that the actor has in the team and has not left, or None."""
    key = ("inspection seat", inspection.pk)
    if key not in actor.memory:
        rows = InspectionSeat.objects.filter(inspection=inspection, user=actor.user_id, left_at=None)
        actor.memory[key] = rows.first() if actor.user_id else None
    return actor.memory[key]


def facts_of(actor):
    """Return what decides which inspections an actor reads: who he is, and ids of units.

    Those of his own, those that he oversees, and those that he answers for when they are inspected.
    """
    return {
        "person": actor.user_id,
        "own_units": own_units(actor),
        "oversees": actor.unit_ids(ORGANISER, *BODIES),
        "hosts": actor.unit_ids(*PART_IN_A_UNIT),
    }


def inspects(facts):
    """The condition of inspections that an actor reads in full, of whom ``facts_of`` returns ``facts``.

    As the office, in one of the school's bodies, or in the team, and never of his own unit.
    """
    seated = InspectionSeat.objects.filter(inspection=OuterRef("pk"), user=facts["person"], left_at=None)
    overseen = Q(plan__institution__within=facts["oversees"])
    return ~Q(unit__within=facts["own_units"]) & (Q(Exists(seated)) | overseen)


def hosts(facts):
    """The condition of inspections that an actor reads for the inspected unit, after its notice."""
    return Q(unit__within=facts["hosts"], notified_at__isnull=False)


def _at_work(actor, inspection, otherwise):
    """Whether the actor inspects: seated, with nothing to keep him out, in a unit that is not his own.

    ``otherwise``: what is said to those outside of the team.
    """
    seat = seat_of(actor, inspection)
    if seat is None:
        return no(otherwise)
    if inspection.unit_id in own_units(actor):
        return no(OWN)
    return YES if seat.declared == InspectionSeat.Declared.CLEAR else no("请先作回避声明。")


def _leads(actor, inspection, otherwise):
    """Whether the actor is at work as the leader of the team. ``otherwise``: what is said to all others."""
    seat = seat_of(actor, inspection)
    return _at_work(actor, inspection, otherwise) if seat is None or seat.leads else no(otherwise)


@policy("workflows.Inspection")
class InspectionPolicy(PolicyOfFacts):
    def facts(self, actor):
        return facts_of(actor)

    def readable(self, facts):
        return inspects(facts) | hosts(facts)

    def may_read_results(self, actor, inspection):
        """Read what the team found.

        Whoever inspects may at any time, the unit once it has the preliminary opinion.
        """
        if (
            inspection.preliminary_at is not None
            or Inspection.objects.filter(inspects(facts_of(actor)), pk=inspection.pk).exists()
        ):
            return YES
        return no("检查组形成初步意见后可以查看。")

    def may_make(self, actor, inspection):
        """Arrange an inspection, as whoever handles the unit."""
        if handles(actor, inspection.unit_id):
            return YES
        concerned = inspection.unit_id in own_units(actor) and actor.has(ORGANISER, *BODIES)
        return no(OWN) if concerned else no(NOT_OFFICE)

    def people_who_may_make(self, inspection):
        return organisers(inspection.unit_id)

    def may_change(self, actor, inspection):
        """Change days and papers to be ready, until there is an opinion."""
        if not inspection.is_open or inspection.preliminary_at is not None:
            return no(CLOSED)
        return self.may_make(actor, inspection)

    def may_notify(self, actor, inspection):
        if inspection.notified_at is not None:
            return no("检查通知已经发出。")
        return self.may_change(actor, inspection)

    def may_call_off(self, actor, inspection):
        return self.may_make(actor, inspection) if inspection.is_open else no(CLOSED)

    may_seat = may_call_off  # until the conclusion somebody follows whoever leaves the school, also its leader

    def may_declare(self, actor, inspection):
        """Declare whether one has to keep out, each member for himself, once."""
        seat = seat_of(actor, inspection)
        if seat is None:
            return no("只有检查组成员作回避声明。")
        if not inspection.is_open:
            return no(CLOSED)
        return no("您已经声明过。") if seat.declared else YES

    def may_check(self, actor, inspection):
        """Fill in the checklist: members of the team who need not keep out, between notice and conclusion."""
        verdict = _at_work(actor, inspection, "检查表由检查组成员填写。")
        if not verdict:
            return verdict
        if not inspection.is_open:
            return no(CLOSED)
        return YES if inspection.notified_at else no("检查通知发出后才能填写。")

    def may_own_check(self, actor, inspection):
        """Say what the unit itself found, until the team has an opinion."""
        if inspection.unit_id not in actor.unit_ids(*ANSWERABLE):
            return no("自查情况由被检查单位的负责人或联络员填写。")
        if inspection.notified_at is None or not inspection.is_open or inspection.preliminary_at is not None:
            return no("检查组形成初步意见后，自查情况不能再改。")
        return YES

    def may_opine(self, actor, inspection):
        """Give the preliminary opinion, as the leader, once everybody in the team has declared."""
        verdict = self.may_check(actor, inspection)
        if not verdict:
            return verdict
        if not seat_of(actor, inspection).leads:
            return no("意见由检查组组长提出。")
        if inspection.answered_at is not None:
            return no("被检查单位已经答复，初步意见不能再改。")
        if inspection.seats.filter(left_at=None, declared="").exists():
            return no("检查组还有成员没有作回避声明。")
        return YES

    def may_answer(self, actor, inspection):
        """Answer the preliminary opinion, as the head of the unit, once."""
        if inspection.preliminary_at is None or not inspection.is_open:
            return no("现在没有等待答复的初步意见。")
        if inspection.answered_at is not None:
            return no("已经答复。")
        return YES if inspection.unit_id in actor.unit_ids("unit_head") else no("初步意见由被检查单位负责人答复。")

    def may_conclude(self, actor, inspection):
        """Give the final opinion: the leader, after the unit's answer or once the day for it has passed."""
        verdict = _leads(actor, inspection, "结论由检查组组长作出。")
        if not verdict:
            return verdict
        if not inspection.is_open:
            return no(CLOSED)
        if inspection.preliminary_at is None:
            return no("请先提出初步意见，听取被检查单位的意见。")
        if inspection.answered_at is None and actor.on <= inspection.answer_due_on:
            return no(f"被检查单位还没有答复，答复期限是 {inspection.answer_due_on:%Y-%m-%d}。")
        return YES

    def may_sign(self, actor, inspection):
        """Sign the final opinion: members of the team, and the head of the unit, each once."""
        if inspection.concluded_at is None:
            return no("作出结论后签字。")
        if part_of(actor, inspection) is None:
            return no("结论由检查组成员和被检查单位负责人签字。")
        signed = InspectionSignature.objects.filter(inspection=inspection, user=actor.user_id).exists()
        return no("您已经签字。") if signed else YES

    def may_refuse(self, actor, inspection):
        """Record that the unit refuses to sign, as the leader of the team."""
        verdict = _leads(actor, inspection, "拒签情况由检查组组长记录。")
        if not verdict:
            return verdict
        if inspection.concluded_at is None:
            return no("作出结论后签字。")
        settled = inspection.signatures.exclude(part=InspectionSignature.Part.TEAM).exists()
        return no("被检查单位已经签字，或拒签已经记录。") if settled else YES


def part_of(actor, inspection):
    """Return as what the actor signs an inspection: in the team, for the unit, or None."""
    if seat_of(actor, inspection) is not None:
        return InspectionSignature.Part.TEAM
    return InspectionSignature.Part.UNIT if inspection.unit_id in actor.unit_ids("unit_head") else None


class OfAnInspection(Policy):
    """The policy of what belongs to an inspection: whoever reads that reads it."""

    def visible(self, rows, actor):
        return rows.filter(inspection__in=Inspection.objects.visible_to(actor).order_by().values("pk"))


@policy("workflows.InspectionSeat")
class InspectionSeatPolicy(OfAnInspection):
    pass


@policy("workflows.InspectionSignature")
class InspectionSignaturePolicy(OfAnInspection):
    pass


@policy("workflows.CheckItem")
class CheckItemPolicy(Policy):
    def visible(self, rows, actor):
        """All lines for the team, the office and those who answer for the unit.

        For others only those that are about no risk point.
        """
        if not actor.is_authenticated:
            return rows.none()
        readable = Inspection.objects.visible_to(actor)
        seated = InspectionSeat.objects.filter(inspection=OuterRef("pk"), user=actor.user_id, left_at=None)
        whole = readable.filter(
            Q(Exists(seated))
            | Q(plan__institution__within=actor.unit_ids(ORGANISER))
            | Q(unit__within=actor.unit_ids(*ANSWERABLE, GROUP_MEMBER))
        )
        return rows.filter(
            Q(inspection__in=whole.order_by().values("pk"))
            | Q(point_series=None, inspection__in=readable.order_by().values("pk"))
        )
