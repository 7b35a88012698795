"""The numbers in the frame of every page, by statements that are made once."""

from functools import cache

from registers.prepared import HOW_MANY, Given, Prepared
from workflows.models import Notification, Submission
from workflows.models.submissions import EDITABLE, State
from workflows.policies.holding import Holding
from workflows.policies.queues import at_turn, fills_for, roles_of
from workflows.policies.submissions import filled_by, takes_content


def unread(actor):
    """Return how many messages to the actor are unread."""
    return _unread().number(person=actor.user_id)


def waiting(actor):
    """Return how many submissions wait for the actor, to fill in or to decide: as many as ``to_do`` has.

    ``tests/workflows/test_deciders.py`` holds the two together.
    """
    count = _to_fill().number(person=actor.user_id, units=fills_for(actor), on=actor.on)
    holding = Holding.of(actor)
    for role in roles_of(actor):
        places = holding.units_of(role, actor.user_id)
        own, people = holding.keeps_out_of(role, actor.user_id)
        if not (units := set().union(*places.values()) - own):
            continue
        colleagues = {user for place in places for user in holding.at(role, place)} - {actor.user_id}
        asked = {"role": role, "units": units, "people": people, "colleagues": colleagues}
        count += _to_decide().number(**asked)
        # What was handed to a colleague is his, as long as he can take it.
        count += sum(
            actor.user_id in holding.deciders(role, unit, person=person, assigned_to=colleague)
            for unit, person, colleague in (_handed().of(**asked) if colleagues else ())
        )
    return count


@cache
def _unread():
    return Prepared(
        Notification.objects.filter(recipient=Given("person"), read_at=None).order_by().values_list(HOW_MANY)
    )


@cache
def _to_fill():
    mine = filled_by(Given("person"), Given("units")) & takes_content(Given("on"))
    return Prepared(Submission.objects.filter(mine, state__in=EDITABLE).order_by().values_list(HOW_MANY))


def _waiting():
    turn = at_turn(Given("role"), Given("units"), Given("people"))
    return Submission.objects.filter(turn, state=State.IN_REVIEW).order_by()


@cache
def _to_decide():
    return Prepared(_waiting().exclude(assigned_to__within=Given("colleagues")).values_list(HOW_MANY))


@cache
def _handed():
    handed = _waiting().filter(assigned_to__within=Given("colleagues"))
    return Prepared(handed.values_list("unit", "person", "assigned_to"))
