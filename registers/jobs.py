"""Work that a worker does for a person, such as writing a file.

The row comes first, then a wake-up call (design decision 8).
"""

from urllib.parse import quote

from django.db import transaction

from registers import leases
from registers.models import Job

KINDS = {}
PLACES = {}  # kind → what its page is called, and the name and URL name of the page it was asked for on
ATTEMPTS = 3
STALE_SECONDS = 120


def kind(name, *, title, place, door):
    """Register the function that does jobs of this kind: ``(parameters, owner) -> (file name, bytes)``.

    ``title``: what its page is called; ``place`` and ``door``: name and URL name of the page that it is asked for on.
    """

    def register(function):
        KINDS[name], PLACES[name] = function, (title, place, door)
        return function

    return register


def create(name, *, owner, parameters, at):
    """Write a job's row and wake a worker once the transaction has committed.

    ``parameters`` holds ids, no text.
    """
    job = Job.objects.create(kind=name, owner=owner, parameters=parameters, created_at=at)
    transaction.on_commit(wake)
    return job


def wake():
    """Tell the workers that there is work.

    When the broker is down, the next sweep finds the row.
    """
    from celery import current_app  # noqa: PLC0415 (slow import)
    from kombu.exceptions import OperationalError  # noqa: PLC0415 (slow import)

    try:
        current_app.send_task("registers.work", retry=False)
    except (OperationalError, OSError):
        return


def waiting(at):
    """Jobs that nobody has finished and nobody is working on."""
    free = leases.free("started_at", at=at, seconds=STALE_SECONDS)
    return Job.objects.filter(free, finished_at=None, attempts__lt=ATTEMPTS)


def work(*, at, limit=20):
    """Do waiting jobs, oldest first, and return how many were finished.

    Two workers never do the same job at once.
    """
    done = 0
    for pk in list(waiting(at).order_by("pk").values_list("pk", flat=True)[:limit]):
        if leases.take(waiting(at).filter(pk=pk), "started_at", tries="attempts", at=at):
            done += _finish(Job.objects.select_related("owner").get(pk=pk), at)
    return done


def _finish(job, at):
    try:
        name, content = KINDS[job.kind](job.parameters, job.owner)
    except (
        Exception
    ):  # whatever goes wrong with one job must not stop the others; it is retried and then shown as failed
        if job.attempts >= ATTEMPTS:
            Job.objects.filter(pk=job.pk).update(
                error="文件生成失败，请稍后重试；仍不成功请联系管理员。", finished_at=at
            )
            raise
        Job.objects.filter(pk=job.pk).update(started_at=None)
        return False
    Job.objects.filter(pk=job.pk).update(file_name=name, content=content, finished_at=at)
    return True


def as_attachment(response, name):
    """Give a download its (Chinese) file name."""
    safe = "".join(char for char in name if char not in '\\/:*?"<>|\r\n')
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(safe)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
