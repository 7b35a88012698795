"""Units that pages begin with or offer to choose, read by statements made once."""

from functools import cache

from registers.access import Seen
from registers.models import Unit
from registers.prepared import Given


def school(actor):
    """Return the unit above all, None where there is none or the actor sees none."""
    return next(iter(_schools().by(actor)), None)


def existing(actor, ids):
    """Return the units with these ids that are not closed on the actor's day, as far as he sees them."""
    return _existing().by(actor, ids=ids, on=actor.on) if ids else []


@cache
def _schools():
    return Seen(Unit.objects.filter(parent=None), most=1)


@cache
def _existing():
    there = Unit.objects.existing(Given("on")).filter(pk__within=Given("ids"))
    return Seen(there.order_by("parent_id", "position"))
