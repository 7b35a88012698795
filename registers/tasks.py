"""The tasks of this app for workers: one call each, safe to run twice."""

from celery import shared_task

from registers import clock, job_kinds, jobs  # noqa: F401 (job_kinds registers the kinds of jobs)


# Files may take longer than other work. A message that comes back meanwhile finds the jobs taken.
@shared_task(
    name="registers.work",
    ignore_result=True,
    soft_time_limit=jobs.LONGEST_SECONDS,
    time_limit=jobs.LONGEST_SECONDS + 60,
)
def work():
    """Do the jobs that wait."""
    jobs.work(at=clock.now())
