"""The Celery application of the children: the product's own, with an hour of a second, and a note of every task.

``WITHOUT`` in the environment names protections that a control takes away.
"""

import json
import os

import django
from celery import signals
from celery.concurrency import asynpool
from django.conf import settings

from riskmgmt.celery import app

django.setup()

from riskmgmt import health  # noqa: E402 (needs models)
from tests.faults import taken_away  # noqa: E402 (needs models)

# A test counts what is in the queue: nothing may be there that it did not send.
assert signals.worker_ready.disconnect(health.first_heartbeat)

# An hour that is shorter than what a worker does in it would let it work all the time that a test waits for something else.
HOUR = 1.0
app.conf.beat_schedule = {
    "sweep": {"task": "workflows.sweep", "schedule": HOUR, "options": {"expires": 60}},
    "remind": {"task": "workflows.remind", "schedule": HOUR, "options": {"expires": 60}},
}
# What takes seconds in production shall take less.
app.conf.broker_transport_options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "unacked_restore_interval": 1}
app.conf.worker_lost_wait = 0.5
asynpool.AsynPool.timers = property(lambda pool: {pool.maintain_pool: 0.5})  # how often it looks for dead children


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


def take_away(names):
    """Switch off the protections of these names, which commas part."""
    for name in filter(None, names.split(",")):
        getattr(taken_away, name)(app)


take_away(os.environ.get("WITHOUT", ""))
