"""Who may read a sheet because it has come to him: the arrivals of a sheet at roles."""

from registers.inserting import insert_few
from workflows.models import Arrival


def note_arrival(submission, step, role, at):
    """Whoever acts on a sheet may read it from now on."""
    one = {"submission_id": submission.pk, "role": role, "since": at, "is_copy": step.kind == "copy"}
    insert_few(Arrival, [one], unless_there=True)


def share_arrivals(submission, members):
    """Whoever may read the sheet by now may read ``members``, the sheets that it carries."""
    held = list(submission.arrivals.values("role", "since", "is_copy"))
    Arrival.objects.bulk_create(
        [Arrival(submission=member, **one) for member in members for one in held], ignore_conflicts=True
    )
