"""The Celery application of the children: the product's own, with an hour of half a second, and a note of every task.

``WITHOUT`` in the environment names protections that a control takes away.
"""

import json
import os

import django
from celery import signals
from django.conf import settings

from riskmgmt.celery import app

django.setup()

from tests.faults import taken_away  # noqa: E402 (needs models)

app.conf.beat_schedule = {
    "sweep": {"task": "workflows.sweep", "schedule": 0.5, "options": {"expires": 60}},
    "remind": {"task": "workflows.remind", "schedule": 0.5, "options": {"expires": 60}},
}
# Retries of a lost broker begin at once; in production the same happens with seconds in between.
app.conf.broker_transport_options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "unacked_restore_interval": 1}


def note(what, **more):
    line = json.dumps({"what": what, "pid": os.getpid(), **more}) + "\n"
    with (settings.VAR / "notes").open("a") as file:  # appended as one write, whoever else writes
        file.write(line)


@signals.worker_ready.connect
def ready(**_):
    note("ready")


@signals.task_prerun.connect
def begun(task, **_):
    task.request.run = os.urandom(8).hex()
    note("begun", task=task.name, run=task.request.run)


@signals.task_postrun.connect
def ended(task, **_):
    note("ended", task=task.name, run=task.request.run)


for name in filter(None, os.environ.get("WITHOUT", "").split(",")):
    getattr(taken_away, name)(app)
