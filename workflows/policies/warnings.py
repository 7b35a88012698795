"""Who drafts, issues, delivers, reads and answers warnings (R1-44, R4-12, R4-31).

The office that issues them reads all but those of its own units. The head of a unit reads what was issued to the unit, whoever was
head then; what was issued to a person is read by him and the office, and by no successor. Talks and outcomes are the office's alone.
"""

from functools import reduce
from operator import or_

from django.db.models import Q

from registers import clock
from registers.access import YES, Policy, PolicyOfFacts, Rule, no, policy
from registers.models import User
from workflows.models import RiskWarning, WarningStep
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles, holders, kept_from, left_by_office, own_units
from workflows.policies.holding import Holding
from workflows.policies.queues import NONE

APPROVERS = (ORGANISER, *BODIES)
NOT_OFFICE = "预警由学校领导小组办公室办理；与本人有关的单位应当回避。"
NOT_ISSUED = "文书签发以后办理。"
ENDED = "该预警已经解除。"
NOT_ADDRESSED = "由收到文书的单位负责人或本人办理。"


def facts_of(actor):
    """Return name → value of all that decides which warnings the actor handles, issues or receives.

    Who he is and which units he heads. Of the office and the bodies also for which units they act, and whom and which units they
    keep out of. Nothing of that is read for people who hold no such role.
    """
    found = {"person": actor.user_id}
    if heads := actor.unit_ids("unit_head"):
        found["heads"] = heads
    if held := [role for role in APPROVERS if actor.has(role)]:
        found |= {"held": held, "office": actor.unit_ids(ORGANISER), "today": actor.on}
        found |= {"own_units": own_units(actor), "own_people": {actor.user_id, *actor.stands_in_for}}
    if bodies := actor.unit_ids(*BODIES):
        found |= {"bodies": bodies, "left": left_by_office(actor), **{role: actor.unit_ids(role) for role in BODIES}}
    return found


def issues(facts):
    """The condition of warnings that somebody handles as the office, none that concern himself.

    ``facts``: what ``facts_of`` returns of him.
    """
    if "office" not in facts:
        return NONE
    units = Q(institution__within=facts["office"])
    if "bodies" in facts:
        units |= Q(institution__within=facts["bodies"], unit__within=facts["left"])
    return units & _of_others(facts)


def _approves(facts):
    """The condition of warnings that a body of the school is to issue, or has issued."""
    if "bodies" not in facts:
        return NONE
    found = reduce(or_, (Q(approver_role=role, institution__within=facts[role]) for role in BODIES))
    return found & Q(handed_in_at__isnull=False) & _of_others(facts)


def _addressed(facts):
    """The condition of warnings that were issued to a person, or to a unit that he heads.

    None of which only a reference is kept, and of a talk nothing before it was held.
    """
    to_unit = Q(person=None, unit__within=facts["heads"]) if "heads" in facts else NONE
    there = Q(issued_at__isnull=False, is_reference=False) & (Q(is_talk=False) | Q(delivered_on__isnull=False))
    return (Q(person=facts["person"]) | to_unit) & there


def _of_others(facts):
    return ~Q(unit__within=facts["own_units"]) & (Q(person=None) | ~Q(person__within=facts["own_people"]))


def _waits(facts):
    """The condition of warnings that wait for a person.

    A proposal, a hand-in, a delivery, an answer, a visit.
    """
    for_him = Q(delivered_on=None) | Q(answer_due_on__isnull=False, answered_at=None)
    found = _addressed(facts) & Q(lifted_at=None) & for_him & ~Q(is_talk=True)
    if "office" in facts:
        waiting = Q(handed_in_at__isnull=False, issued_at=None, approver_role__within=facts["held"])
        waiting &= ~Q(handed_in_by=facts["person"])
        begun = Q(handed_in_at=None, dismissed_at=None, issued_at=None)
        undelivered = Q(issued_at__isnull=False, delivered_on=None, is_reference=False, lifted_at=None)
        answered = Q(answered_at__isnull=False, accepted_at=None, lifted_at=None)
        visit = Q(lifted_at__isnull=False, visit_on__lte=facts["today"])
        found |= (issues(facts) | _approves(facts)) & waiting
        found |= issues(facts) & (begun | undelivered | answered | visit)
    return found


TO_DO = Rule(facts_of, _waits)  # warnings that wait for the actor


def addressees(warning, *, holding=None):
    """Return the people who receive and answer a warning, as ``may_receive`` lets them."""
    if warning.is_reference:
        return User.objects.none()
    if warning.person_id:
        return User.objects.filter(pk=warning.person_id, is_active=True)
    return holders(warning.unit_id, "unit_head", holding=holding)


def office_of(warning, *, holding=None):
    """Return the people who handle a warning, as ``issues`` says."""
    holding = holding or Holding(clock.today())
    for roles in ((ORGANISER,), BODIES):
        if people := _able(warning, roles, holding):
            return User.objects.filter(pk__in=people)
    return User.objects.none()


def approving(warning, *, drafter, holding=None):
    """Return ``(role, ids of people)`` who may issue a warning that ``drafter`` (id) hands in.

    By the role that its kind asks for; where nobody else holds that, by the next higher. ``("", [])`` where nobody can.
    """
    holding = holding or Holding(clock.today())
    for role in APPROVERS[APPROVERS.index(warning.action.approver) :]:
        if people := [person for person in _able(warning, (role,), holding) if person != drafter]:
            return role, people
    return "", []


def _able(warning, roles, holding):
    """Ids of those who hold ``roles`` for the institution and whom the warning does not concern."""
    held = holders(warning.institution_id, *roles, holding=holding).filter(is_active=True)
    people = [person for person in held.values_list("pk", flat=True) if person != warning.person_id]
    kept = kept_from(people, on=holding.on)
    return [person for person in people if warning.unit_id not in kept[person]]


def concerns(actor, warning):
    """Whether a warning is about the actor, about one for whom he stands in, or about a unit of his."""
    own = {actor.user_id, *actor.stands_in_for}
    return warning.person_id in own or warning.unit_id in own_units(actor)


def _handles(actor, warning):
    return handles(actor, warning.unit_id) and not concerns(actor, warning)


@policy("workflows.RiskWarning")
class RiskWarningPolicy(PolicyOfFacts):
    def facts(self, actor):
        return facts_of(actor)

    def readable(self, facts):
        return issues(facts) | _approves(facts) | _addressed(facts)

    def may_count(self, actor, institution_or_warning):
        """Read how many warnings there were: the office and the school's bodies."""
        unit = getattr(institution_or_warning, "institution_id", None)
        return YES if unit in actor.unit_ids(*APPROVERS) else no("统计供学校领导小组办公室、领导小组和党委查看。")

    def may_handle(self, actor, warning):
        """Handle a warning as the office. Whoever may sees drafts, talks and outcomes of it."""
        return YES if _handles(actor, warning) else no(NOT_OFFICE)

    def people_who_may_handle(self, warning):
        return office_of(warning)

    def may_draft(self, actor, warning):
        """Write the text, until it is handed in."""
        if warning.issued_at is not None or warning.dismissed_at is not None:
            return no("文书已经签发或不予采用，不能再改。")
        if warning.handed_in_at is not None:
            return no("文书正在送批，收回以后才能修改。")
        return self.may_handle(actor, warning)

    may_dismiss = may_draft

    def may_hand_in(self, actor, warning):
        if warning.made_by_id is None:
            return no("请先核对系统建议、写好文稿，再送批。")
        return self.may_draft(actor, warning)

    def may_take_back(self, actor, warning):
        if warning.handed_in_at is None or warning.issued_at is not None:
            return no("没有正在送批的文书。")
        return self.may_handle(actor, warning)

    def may_issue(self, actor, warning):
        """Issue what another has handed in, by the role that its kind asks for."""
        if warning.handed_in_at is None or warning.issued_at is not None:
            return no("没有正在送批的文书。")
        if warning.handed_in_by_id == actor.user_id:
            return no("送批人不能自己签发，须由另一人批准。")
        if concerns(actor, warning):
            return no("与本人有关，应当回避。")
        if warning.institution_id in actor.unit_ids(warning.approver_role):
            return YES
        return no("文书由方案规定的批准人签发。")

    may_send_back = may_issue

    def people_who_may_issue(self, warning):
        _, people = approving(warning, drafter=warning.handed_in_by_id)
        return User.objects.filter(pk__in=people)

    def may_deliver(self, actor, warning):
        """Record the delivery, as the office."""
        if warning.issued_at is None:
            return no(NOT_ISSUED)
        if warning.is_reference or warning.is_talk:
            return no("没有需要送达的文书。")
        if warning.delivered_on is not None:
            return no("送达情况已经登记。")
        return self.may_handle(actor, warning)

    def may_correct(self, actor, warning):
        """Correct the receipt that was recorded, until it is lifted. What was signed for on the page stands."""
        delivery = None if warning.delivered_on is None or warning.is_talk else warning.delivery
        if delivery is None or delivery.way == delivery.Way.ONLINE:
            return no("没有可以更正的送达登记。")
        return no(ENDED) if warning.lifted_at is not None else self.may_handle(actor, warning)

    def may_receive(self, actor, warning):
        """Sign for a letter on the page, as its addressee."""
        verdict = self.may_deliver_to(actor, warning)
        if not verdict:
            return verdict
        return no("已经签收。") if warning.delivered_on is not None else YES

    def may_deliver_to(self, actor, warning):
        """Be the one whom a letter is for."""
        if warning.issued_at is None or warning.is_reference or warning.is_talk:
            return no(NOT_ISSUED)
        if warning.person_id:
            return YES if warning.person_id == actor.user_id else no(NOT_ADDRESSED)
        return YES if warning.unit_id in actor.unit_ids("unit_head") else no(NOT_ADDRESSED)

    def may_answer(self, actor, warning):
        verdict = self.may_deliver_to(actor, warning)
        if not verdict:
            return verdict
        if warning.delivered_on is None:
            return no("请先签收。")
        if warning.answer_due_on is None or warning.lifted_at is not None:
            return no("这份文书不要求答复。")
        return no("已经答复。") if warning.answered_at is not None else YES

    def may_accept(self, actor, warning):
        """Accept an answer or ask for another one."""
        if warning.answered_at is None or warning.accepted_at is not None or warning.lifted_at is not None:
            return no("没有待审核的答复。")
        return self.may_handle(actor, warning)

    may_ask_again = may_accept

    def may_escalate(self, actor, warning):
        """Follow a warning by a graver one: its answer was not accepted, did not come, or more came to light."""
        if not warning.is_open or warning.delivered_on is None:
            return no("送达以后、解除以前可以升级。")
        if RiskWarning.objects.filter(escalated_from=warning).exists():
            return no("已经升级。")
        return self.may_handle(actor, warning)

    def may_lift(self, actor, warning):
        """Lift a warning: its answer was accepted, or none was asked for, and the quiet days have passed."""
        if not warning.is_open:
            return no(ENDED if warning.lifted_at else NOT_ISSUED)
        verdict = self.may_handle(actor, warning)
        if not verdict or warning.is_reference:
            return verdict
        if warning.delivered_on is None:
            return no("送达以后才能解除。")
        if warning.answer_due_on is not None and warning.accepted_at is None:
            return no("答复认可以后才能解除。")
        since = clock.local_day(warning.accepted_at) if warning.accepted_at else warning.delivered_on
        quiet = warning.rules.quiet_days
        if (actor.on - since).days < quiet:
            return no(f"认可答复（不要求答复的，送达）{quiet} 天后没有再发生的，才能解除。")
        return YES

    def may_visit(self, actor, warning):
        """Record a visit after it was lifted, as the office."""
        if warning.lifted_at is None or warning.is_reference:
            return no("文书解除以后回访。")
        return self.may_handle(actor, warning)

    def may_talk(self, actor, warning):
        """Write the record of a talk, once."""
        if warning.issued_at is None:
            return no(NOT_ISSUED)
        if not warning.is_talk or warning.delivered_on is not None:
            return no("没有待登记的谈话。")
        return self.may_handle(actor, warning)

    def may_settle(self, actor, warning):
        """Record what came of it for a person."""
        if warning.issued_at is None:
            return no(NOT_ISSUED)
        if not warning.action.forms:
            return no("这种方式不计入四种形态。")
        return self.may_handle(actor, warning)

    def may_analyse(self, actor, warning):
        """Write what was learned from a warning, once."""
        if warning.issued_at is None:
            return no(NOT_ISSUED)
        if hasattr(warning, "analysis"):
            return no("已经作出事后分析。")
        return self.may_handle(actor, warning)


@policy("workflows.WarningStep")
class WarningStepPolicy(Policy):
    def visible(self, rows, actor):
        """All for those who handle or issue the warning.

        For whom it is, what was done about it since it was issued.
        """
        if not actor.is_authenticated:
            return rows.none()
        his = facts_of(actor)
        inside = RiskWarning.objects.filter(issues(his) | _approves(his)).order_by().values("pk")
        outside = RiskWarning.objects.filter(_addressed(his)).order_by().values("pk")
        return rows.filter(Q(warning__in=inside) | Q(warning__in=outside, kind__in=WarningStep.FOR_THE_ADDRESSEE))


class OfTheOffice(Policy):
    """The policy of what only the office reads of a warning that it handles."""

    def visible(self, rows, actor):
        if not actor.is_authenticated:
            return rows.none()
        return rows.filter(warning__in=RiskWarning.objects.filter(issues(facts_of(actor))).order_by().values("pk"))


@policy("workflows.TalkRecord")
class TalkRecordPolicy(OfTheOffice):
    pass


@policy("workflows.WarningVisit")
class WarningVisitPolicy(OfTheOffice):
    pass


@policy("workflows.WarningOutcome")
class WarningOutcomePolicy(OfTheOffice):
    pass


@policy("workflows.CaseAnalysis")
class CaseAnalysisPolicy(OfTheOffice):
    pass
