"""Which unit's sheet takes the personal sheets of a unit along (``carries`` of its task).

It is that of the nearest unit, from their own upwards, that has such a sheet.
"""

from registers.models import Unit
from workflows.models import Submission
from workflows.models.submissions import State


def reach_of(submission):
    """Return the ids of the units whose people's sheets ``submission`` carries.

    They are its own and those below it that have no such sheet themselves.
    """
    with_one = units_with(submission.task_id)
    parents = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    return [unit for unit in parents if nearest(unit, with_one, parents) == submission.unit_id]


def units_with(task):
    """Return the ids of the units that have a sheet of the unit's task ``task`` (id)."""
    sheets = Submission.objects.filter(task=task, person=None).exclude(state=State.CANCELLED)
    return set(sheets.order_by().values_list("unit", flat=True))


def nearest(unit, among, parents):
    """Return the nearest unit from ``unit`` upwards that is ``among`` these, None where there is none."""
    while unit is not None and unit not in among:
        unit = parents.get(unit)
    return unit
