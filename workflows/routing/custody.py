"""Who may read a sheet because it has come to him."""

from workflows.models import Custody


def give_custody(submission, step, role, at):
    """Whoever acts on a sheet may read it from now on."""
    Custody.objects.get_or_create(
        submission=submission, role=role, defaults={"since": at, "is_copy": step.kind == "copy"}
    )


def share_custody(submission, members):
    """Whoever may read the sheet by now may read ``members``, the sheets that it carries."""
    held = list(submission.custodies.values("role", "since", "is_copy"))
    Custody.objects.bulk_create(
        [Custody(submission=member, **one) for member in members for one in held], ignore_conflicts=True
    )
