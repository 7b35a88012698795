"""The Celery tasks of this app. Each is one call and safe to run twice."""

from celery import shared_task

from registers import clock, job_kinds  # noqa: F401 (job_kinds registers the kinds of jobs)
from workflows import sweeping
from workflows.messages import notifications


@shared_task(name="workflows.remind", ignore_result=True)
def remind():
    """Do what each hour brings: staff changes, the day's reminders and what else is looked at by the hour."""
    sweeping.each_hour(at=clock.now())


@shared_task(name="workflows.sweep", ignore_result=True)
def sweep():
    """Open what is due, end what has ended, send what is owed."""
    sweeping.sweep(at=clock.now())


@shared_task(name="workflows.deliver", ignore_result=True)
def deliver():
    """Send owed mails now instead of at the next sweep."""
    notifications.deliver()
