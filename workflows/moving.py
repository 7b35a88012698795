"""People who move to another unit or leave, today or on a later day.

One that is planned is looked at as it will be made: on its day, by the same function, and taken back. On its day the hourly job makes
it (``reorganising.make_due``).
"""

from functools import partial

from django.db import transaction

from registers import clock, staff
from registers.models import Unit, User
from registers.refusals import Refused
from workflows import planned
from workflows.deadlines import days
from workflows.routing import foresight

TRANSFER, LEAVE = "person_transfer", "person_leave"
FARTHEST = 366  # days ahead


def move_of(act, pk, *, on, actor, at, unit=None):
    """Return the function that lets a person move to ``unit``, or leave, on the day ``on``.

    ``act``: ``TRANSFER`` or ``LEAVE``. ``pk``: of the person. ``actor`` None: the system makes what was planned. A later day is taken
    for the present one, so call it for a later day only to take it back.
    """
    how = {"on": on, "actor": actor, "at": max(at, days.start_of(on))}
    return partial(staff.transfer, pk, unit, **how) if act == TRANSFER else partial(staff.leave, pk, **how)


def is_later(on, at):
    """Whether a move on the day ``on`` has to be planned at the moment ``at``."""
    return on > clock.local_day(at)


@transaction.atomic
def plan(act, pk, *, on, actor, at, unit=None):
    """Plan what ``move_of`` makes for a later day, and return the ``PlannedChange``.

    Raises ``Refused`` where it could not be made, or another move of the person waits for its day; ``NotAllowed``.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=pk)
    if (on - clock.local_day(at)).days > FARTHEST:
        raise Refused("生效日期应在今天起一年之内，请改正。", "on")
    if (other := planned.waiting().filter(person=person).first()) is not None:
        raise Refused(f"已登记“{other}”，{other.on:%Y-%m-%d} 生效；请先取消，再重新登记。", "on")
    foresight.taken_back(move_of(act, pk, on=on, actor=actor, at=at, unit=unit))
    words = f"{person}（{person.number}）：" + (f"调往{unit}" if act == TRANSFER else "离岗")
    asked = {"unit": unit.pk} if act == TRANSFER else {}
    home = person.unit or Unit.objects.get(parent=None)
    return planned.keep(act=act, person=person, unit=home, asked=asked, words=words, on=on, actor=actor, at=at)


def make(change, *, at):
    """Make a ``PlannedChange`` of a person whose day has come. Raises ``Refused``."""
    unit = Unit.objects.get(pk=change.asked["unit"]) if change.act == TRANSFER else None
    move_of(change.act, change.person_id, on=change.on, actor=None, at=at, unit=unit)()
