"""Changes of units, posts and people that wait for their day: kept and given up.

What is planned of units and posts is made by ``reorganising``, of people by ``moving``.
"""

from django.db import transaction

from registers import audit
from registers.access import require
from registers.models import PlannedChange
from registers.refusals import Refused


def keep(*, actor, at, **columns):
    """Write down a change that is to be made on a later day, and return it.

    ``columns``: of ``PlannedChange``.
    """
    planned = PlannedChange.objects.create(by=actor.user, made_at=at, **columns)
    detail = {"act": planned.act, "unit": planned.unit_id}
    audit.append("organisation.plan", about=planned, actor=actor, at=at, detail=detail)
    return planned


def waiting():
    """Return the changes that wait for their day."""
    return PlannedChange.objects.filter(done_at=None, dropped_at=None, refused="")


@transaction.atomic
def drop(pk, *, actor, at):
    """Give up a change that is planned.

    Raises ``Refused`` where it is made or given up already, or ``NotAllowed``.
    """
    planned = PlannedChange.objects.select_for_update(of=("self",)).select_related("unit", "person").get(pk=pk)
    require(actor, "drop", planned)
    if planned.done_at or planned.dropped_at:
        raise Refused("该变更已经生效或取消，不能再取消。")
    planned.dropped_at = at
    planned.save(update_fields=["dropped_at"])
    audit.append("organisation.drop", about=planned, actor=actor, at=at)
