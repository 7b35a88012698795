"""Which statements of duty, avoidance records and late audits wait for one person. Conditions on rows.

They are made of facts about him, so that a statement of them can be kept. Source: R0-18, R2-18, R4-09.
"""

from django.db.models import Q

from workflows.policies.handling import handled_units
from workflows.policies.holding import Holding

HEAD = "unit_head"


def facts_of(actor):
    """Return name → value of all that decides what waits for the actor.

    Who he is, whom he stands in for, and the ids of the units where he signs, handles or decides.
    """
    handles = handled_units(actor)
    units = {"signs": actor.unit_ids_in_own_right(HEAD), "handles": handles, "decides": actor.unit_ids(HEAD) | handles}
    return {"person": actor.user_id, "own_people": {actor.user_id, *actor.stands_in_for}, **units}


def statements_to_sign(facts):
    """The condition of statements that somebody is to sign, as ``may_sign`` lets him."""
    sent = Q(sent_at__isnull=False, signed_at=None, unit__within=facts["signs"])
    return sent & ~Q(sent_by=facts["person"])


def statements_to_revise(facts):
    """The condition of statements that came back to the office with what the head wants changed."""
    return Q(sent_at=None, signed_at=None, unit__within=facts["handles"]) & ~Q(reply="")


def records_to_decide(facts):
    """The condition of avoidance records that somebody may decide. See ``is_his`` for whose turn it is."""
    return Q(outcome="", unit__within=facts["decides"]) & ~Q(person__within=facts["own_people"])


def is_his(actor, unit, person):
    """Whether the decision about ``person`` of ``unit`` (ids) waits for the actor.

    As ``people_who_may_decide`` says. The office is asked where no other head can decide.
    """
    if unit in actor.unit_ids(HEAD):
        return True
    holding = Holding.of(actor)
    heads = {head for above in holding.above(unit) for head in holding.at(HEAD, above)}
    return not heads - {person, *holding.stand_ins.get(person, ())}
