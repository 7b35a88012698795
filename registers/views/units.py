"""Units that pages begin with or offer to choose, read by statements made once."""

from functools import cache

from registers.access import Seen
from registers.models import Unit
from registers.prepared import Given
from registers.views.one import one_or_404


def school(actor):
    """Return the unit above all, None where there is none or the actor sees none."""
    return next(iter(_schools().by(actor)), None)


def school_or_404(actor):
    """Return the unit above all. Raises ``Http404`` where the actor sees none."""
    return one_or_404(_schools(), actor)


def unit_named(actor, code):
    """Return the unit with a code. Raises ``Http404`` where there is none, or the actor does not see it."""
    return one_or_404(_by_code(), actor, code=code)


def existing(actor, ids):
    """Return the units with these ids that are not closed on the actor's day, as far as he sees them."""
    return _existing().by(actor, ids=ids, on=actor.on) if ids else []


@cache
def _schools():
    return Seen(Unit.objects.filter(parent=None), most=1)


@cache
def _by_code():
    return Seen(Unit.objects.filter(code=Given("code")), most=1)


@cache
def _existing():
    there = Unit.objects.existing(Given("on")).filter(pk__within=Given("ids"))
    return Seen(there.order_by("parent_id", "position"))
