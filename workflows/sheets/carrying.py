"""The personal sheets that a unit's sheet takes along (``carries`` of its task).

Here: which sheets these are, and which of them are there. Never here: what they hold (``documents``) and moving them
(``workflows.routing.carrying``). Source: R3-24, R4-27.
"""

from collections import namedtuple
from functools import cache, cached_property

from registers.models import Incumbency
from registers.prepared import Given, Prepared
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
        return _kept().aboard.of(carrier=self.submission.pk)

    @cached_property
    def _others(self):
        task = self.submission.task
        asked = {"campaign": task.campaign_id, "code": task.rules.carries, "units": reach_of(self.submission)}
        return _kept().others.of(**asked)

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


_Statements = namedtuple("_Statements", "aboard others")


@cache
def _kept():
    """Return the queries for the sheets that one carries, and for those of its units on their own way, in their order."""
    rows = Submission.objects.with_rules().select_related("task__phase", "unit", "post", "person", "group")
    rows = rows.order_by("post__code", "pk")
    others = rows.filter(task__campaign=Given("campaign"), task__code=Given("code"), unit__within=Given("units"))
    others = others.filter(carrier=None, person__isnull=False).exclude(state__in=[State.FILED, State.CANCELLED])
    return _Statements(Prepared(rows.filter(carrier=Given("carrier"))), Prepared(others))
