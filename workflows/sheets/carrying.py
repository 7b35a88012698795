"""The personal sheets that a unit's sheet takes along (``carries`` of its task).

Here: which sheets these are, and which of them are there. Never here: what they hold (``documents``) and moving them
(``workflows.routing.carrying``). Source: R3-24, R4-27.
"""

from functools import cached_property

from registers.models import Incumbency
from workflows.models import Submission
from workflows.models.submissions import CARRIER, State
from workflows.policies.reach import reach_of
from workflows.sheets.fields import Field

REASON = 200  # characters of the reason why somebody is missing
NAME = "missing-{}"  # of the field that asks for it


class Crew:
    """The sheets of one unit's sheet (``submission``), in the order of their posts.

    ``aboard``: those taken along when it was handed in. ``ready``: those that wait for a sheet to take them. ``missing``: those
    still on their own way, or with their filler. ``filed`` ones are in none of these lists.
    """

    def __init__(self, submission):
        self.submission = submission

    @cached_property
    def aboard(self):
        """The sheets that this one carries now."""
        return list(_in_order(Submission.objects.filter(carrier=self.submission.pk)))

    @cached_property
    def _others(self):
        task = self.submission.task
        others = Submission.objects.filter(task__campaign=task.campaign_id, task__code=task.rules.carries, carrier=None)
        others = others.filter(unit__in=reach_of(self.submission), person__isnull=False)
        return list(_in_order(others.exclude(state__in=[State.FILED, State.CANCELLED])))

    @cached_property
    def ready(self):
        return [row for row in self._others if is_ready(row)]

    @cached_property
    def missing(self):
        return [row for row in self._others if not is_ready(row)]

    def fields(self):
        """The fields that ask why each missing sheet does not come along."""
        return [
            Field(
                NAME.format(row.pk),
                f"{row.subject}的表未随本表审核的原因",
                required=True,
                limit=REASON,
                missing=f"{row.subject}的表还没有交齐：请催办，或写明未随本表审核的原因。",
                whole_row=True,
            )
            for row in self.missing
        ]

    def absent(self, values):
        """Who is missing and why, as the document keeps it.

        ``values``: what was typed of the sheet as a whole.
        """
        return [
            {"person": row.person.name, "post": row.post.name, "reason": values.get(NAME.format(row.pk), "").strip()}
            for row in self.missing
        ]

    def gone(self):
        """Whoever was aboard and owes nothing any more, as the document keeps it."""
        gone = [row for row in self.aboard if row.state == State.CANCELLED]
        return [{"person": row.person.name, "post": row.post.name, "reason": row.cancel_reason} for row in gone]

    def left(self, on):
        """The sheets aboard whose people do not hold the post on the day ``on``."""
        held = Incumbency.objects.in_force(on).filter(post__in=[row.post_id for row in self.aboard])
        holding = set(held.values_list("post", "user")) if self.aboard else set()
        return [row for row in self.aboard if (row.post_id, row.person_id) not in holding]


def is_ready(submission):
    """Whether a sheet waits for another to carry it."""
    return submission.state == State.IN_REVIEW and submission.waiting_role == CARRIER


def _in_order(rows):
    return (
        rows.with_rules().select_related("task__phase", "unit", "post", "person", "group").order_by("post__code", "pk")
    )
