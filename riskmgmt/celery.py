"""The Celery application.

It only wakes workers. What there is to do is in the database.
"""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")

app = Celery("riskmgmt")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def warm_papers(**_):
    """Make ready to print before the processes that do the work are forked from this one."""
    from django.conf import settings  # noqa: PLC0415  settings are only complete once Django is set up

    if settings.WARM_PAPERS:
        from registers.papers import pages  # noqa: PLC0415  the same

        pages.warm()
