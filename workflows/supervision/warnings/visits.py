"""Visits after a warning was lifted (回访)."""

from django.db import transaction

from registers import clock
from registers.access import require
from registers.refusals import Refused, Stale
from workflows.models import WarningStep, WarningVisit
from workflows.supervision.warnings.drafting import locked
from workflows.supervision.warnings.steps import noted

FIELDS = ("visited_on", "result", "words")


@transaction.atomic
def visit(pk, *, values, again_on, seen_version, actor, at):
    """Record a visit and return it. What is sent twice is one visit.

    ``values``: those in ``FIELDS``. ``again_on``: the day of the next visit, None where none is needed. Raises ``NotAllowed``,
    ``Refused`` or ``Stale``.
    """
    warning = locked(pk)
    require(actor, "visit", warning)
    if warning.version != seen_version:
        again = warning.visits.filter(by=actor.user_id, **values).first()
        if again is None:
            raise Stale(warning)
        return again
    lifted_on = clock.local_day(warning.lifted_at)
    if not lifted_on <= values["visited_on"] <= actor.on:
        raise Refused(f"回访日期应在解除之日（{lifted_on}）至今天之间。", "visited_on")
    if again_on is not None and again_on <= actor.on:
        raise Refused("再次回访的日期应晚于今天。", "again_on")
    if again_on is None and values["result"] == WarningVisit.Result.PART:
        raise Refused("部分到位的，请填写再次回访的日期。", "again_on")
    made = WarningVisit.objects.create(warning=warning, by_id=actor.user_id, at=at, **values)
    warning.visit_on = again_on
    warning.version += 1
    warning.save(update_fields=["visit_on", "version"])
    noted(warning, WarningStep.Kind.VISIT, actor=actor, at=at)
    return made
