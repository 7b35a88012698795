"""Which statements of duty, avoidance records and late audits wait for one person. Conditions on rows.

Source: R0-18, R2-18, R4-09.
"""

from django.db.models import Q

from workflows.policies.handling import handled_units
from workflows.policies.holding import Holding

HEAD = "unit_head"


def statements_to_sign(actor):
    """The condition of statements that the actor is to sign, as ``may_sign`` lets him."""
    sent = Q(sent_at__isnull=False, signed_at=None, unit__within=actor.unit_ids_in_own_right(HEAD))
    return sent & ~Q(sent_by=actor.user_id)


def statements_to_revise(actor):
    """The condition of statements that came back to the office with what the head wants changed."""
    return Q(sent_at=None, signed_at=None, unit__within=handled_units(actor)) & ~Q(reply="")


def records_to_decide(actor):
    """The condition of avoidance records that the actor may decide. See ``is_his`` for whose turn it is."""
    units = actor.unit_ids(HEAD) | handled_units(actor)
    return Q(outcome="", unit__within=units) & ~Q(person__in={actor.user_id, *actor.stands_in_for})


def is_his(actor, unit, person):
    """Whether the decision about ``person`` of ``unit`` (ids) waits for the actor.

    As ``people_who_may_decide`` says. The office is asked where no other head can decide.
    """
    if unit in actor.unit_ids(HEAD):
        return True
    holding = Holding.of(actor)
    heads = {head for above in holding.above(unit) for head in holding.at(HEAD, above)}
    return not heads - {person, *holding.stand_ins.get(person, ())}
