"""The tasks of this app for workers: one call each, safe to run twice."""

from celery import shared_task

from registers import clock, exports, jobs  # noqa: F401 (exports registers the kinds of jobs)


@shared_task(name="registers.work", ignore_result=True)
def work():
    """Do the jobs that wait."""
    jobs.work(at=clock.now())
