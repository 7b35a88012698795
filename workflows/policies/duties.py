"""Who handles and reads statements of duty, avoidance, leaving audits and plans of education.

Nobody drafts or decides for what concerns himself. Avoidance and audits are read by the person, the head of the unit, the office that
handles it and the 纪委, by nobody else. Source: R0-18, R2-17, R2-18, R4-09.
"""

from django.db.models import Q

from registers import clock
from registers.access import YES, PolicyOfFacts, no, policy
from registers.actors import DISCIPLINE, PART_IN_A_UNIT
from workflows.policies.activities import ACTIVITY_READERS, keeps
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles, holders, organisers
from workflows.policies.holding import Holding
from workflows.policies.warnings import concerns, facts_of, issues

READERS = (ORGANISER, *BODIES, "auditor")
NOT_OFFICE = "由学校领导小组办公室办理；与本人有关的单位应当回避。"
NOT_KEEPER = "教育计划由本单位联络员或负责人制定，学校的由领导小组办公室制定。"


@policy("workflows.DutyStatement")
class DutyStatementPolicy(PolicyOfFacts):
    def facts(self, actor):
        """Return the ids of the units whose statements the actor reads, leads, or works in."""
        roles = {"reads": READERS, "leads": PART_IN_A_UNIT}
        return {name: actor.unit_ids(*held) for name, held in roles.items()} | {"home": actor.home_unit_ids}

    def readable(self, facts):
        """All of a school for its office and bodies.

        Once it was sent, those who lead the unit read it, once it is signed, everybody who works there.
        """
        sent = Q(sent_at__isnull=False) | ~Q(reply="")
        own = sent & Q(unit__within=facts["leads"]) | Q(signed_at__isnull=False, unit__within=facts["home"])
        return Q(institution__within=facts["reads"]) | own

    def may_draft(self, actor, statement):
        """Draft the statement of a unit, as whoever handles it."""
        return YES if handles(actor, statement.unit_id) else no(NOT_OFFICE)

    def may_change(self, actor, statement):
        """Change its text, until it is sent to the unit."""
        if statement.sent_at is not None:
            return no("已经送签，不能再改。单位负责人退回以后可以修改。")
        return self.may_draft(actor, statement)

    may_send = may_change

    def may_sign(self, actor, statement):
        """Sign it as the head of the unit in his own right: nobody answers for a unit in another's place."""
        if statement.signed_at is not None:
            return no("已经签字。")
        if statement.sent_at is None:
            return no("还没有送签。")
        if statement.unit_id not in actor.unit_ids_in_own_right("unit_head"):
            return no("由单位负责人本人签字，不能代理。")
        return no("送签人不能自己签字，请由办公室的另一人送签。") if statement.sent_by_id == actor.user_id else YES

    may_send_back = may_sign

    def people_who_may_sign(self, statement):
        return heads_of(statement.unit_id).exclude(pk=statement.sent_by_id)

    def people_who_may_draft(self, statement):
        return organisers(statement.unit_id)


class Restricted(PolicyOfFacts):
    """The policy of records about a person.

    Read by himself, his unit's head, the office that handles them and the 纪委.
    """

    def facts(self, actor):
        """Return those on warnings, and the units that he heads or keeps clues of, and for whom he stands in."""
        headed, discipline = actor.unit_ids("unit_head"), actor.unit_ids(DISCIPLINE)
        return facts_of(actor) | {"headed": headed, "discipline": discipline, "others": actor.stands_in_for}

    def readable(self, facts):
        heads = Q(unit__within=facts["headed"]) & ~Q(person__within=facts["others"])
        kept = Q(institution__within=facts["discipline"]) | heads
        return Q(person=facts["person"]) | kept | issues(facts)


@policy("workflows.AvoidanceRecord")
class AvoidancePolicy(Restricted):
    def may_declare(self, actor, record):
        """Declare what one has to keep out of oneself: nobody does so for another."""
        return YES if actor.is_authenticated and record.person_id == actor.user_id else no("由本人报告。")

    def may_decide(self, actor, record):
        """Decide, as the head of the unit or the office, never about oneself or whom one stands in for."""
        if record.outcome:
            return no("已经作出决定。")
        if record.person_id in {actor.user_id, *actor.stands_in_for}:
            return no("与本人有关，应当回避。")
        if record.unit_id in actor.unit_ids("unit_head") or handles(actor, record.unit_id):
            return YES
        return no("由单位负责人或学校领导小组办公室决定。")

    def people_who_may_decide(self, record):
        """The heads of the unit but for the person himself and who stands in for him, else the office."""
        holding = Holding(clock.today())
        kept = {record.person_id, *holding.stand_ins.get(record.person_id, ())}
        heads = heads_of(record.unit_id, holding=holding).exclude(pk__in=kept)
        return heads if heads.exists() else organisers(record.unit_id, holding=holding).exclude(pk__in=kept)


@policy("workflows.LeavingAudit")
class LeavingAuditPolicy(Restricted):
    def may_record(self, actor, audit):
        if handles(actor, audit.unit_id) and not concerns(actor, audit):
            return YES
        return no(NOT_OFFICE)


@policy("workflows.EducationItem")
class EducationPolicy(PolicyOfFacts):
    def facts(self, actor):
        return {"units": actor.home_unit_ids | actor.unit_ids(*ACTIVITY_READERS)}

    def readable(self, facts):
        """The school's plan for everybody, a unit's for those who work there or answer for it."""
        return Q(unit__parent=None) | Q(unit__within=facts["units"])

    def may_plan(self, actor, item):
        """Plan for ``item.unit``: the unit's liaison or head, for the school the office."""
        return keeps(actor, item.unit, NOT_KEEPER)

    may_change = may_tie = may_plan

    def may_drop(self, actor, item):
        """Strike an item off the plan while nothing was held for it."""
        if item.activities.exists():
            return no("已经开展了活动，不能删去。")
        return self.may_plan(actor, item)


def heads_of(unit_id, *, holding=None):
    """Return who heads a unit today. ``holding``: of the day, where it has been read."""
    return holders(unit_id, "unit_head", holding=holding).filter(is_active=True)
