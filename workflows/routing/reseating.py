"""Pass on submissions that nobody can take any more at their step, to whoever acts there today."""

from django.utils import timezone

from workflows import policies
from workflows.models import Submission
from workflows.models.campaigns import RUNNING
from workflows.models.submissions import State
from workflows.routing import routes


def next_turn(submission, holding):
    """Return the ``Turn`` of those to whom a sheet in review is passed on.

    None where it stays with the role it waits for.
    """
    role, unit, person = submission.waiting_role, submission.unit_id, submission.person_id
    if submission.state != State.IN_REVIEW or role in (*policies.IDLE, policies.MEETING):
        return None
    if holding.is_manned(role, *holding.able(role, unit, person=person)):
        return None
    turn = holding.turn_at(submission.step_rules.role, unit, person=person)
    return turn if turn.people and turn.role != role else None


def reseat(*, at):
    """Pass every submission that nobody can take to whoever acts in its step today and return how many.

    Running it again changes nothing.
    """
    holding, reseated = policies.Holding(timezone.localdate(at)), 0
    waiting = (
        Submission.objects.filter(state=State.IN_REVIEW, task__campaign__state__in=RUNNING)
        .exclude(waiting_role__in=[*policies.IDLE, policies.MEETING])
        .with_rules()
        .select_related("unit", "person")
    )
    for submission in waiting.iterator(chunk_size=2000):
        if next_turn(submission, holding) is not None:
            reseated += routes.pass_up(submission, at=at)
    return reseated
