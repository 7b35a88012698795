"""The Celery application.

It only wakes workers. What there is to do is in the database.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")

app = Celery("riskmgmt")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
