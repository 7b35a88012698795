"""Who may read a sheet because it has come to him."""

from workflows.models import Custody


def give_custody(submission, step, role, at):
    """Whoever acts on a sheet may read it from now on."""
    Custody.objects.get_or_create(
        submission=submission, role=role, defaults={"since": at, "is_copy": step.kind == "copy"}
    )
