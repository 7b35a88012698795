"""Protections that a control test switches off in a child process, by name.

Every function gets the Celery application.
"""

import contextlib
import os
import signal
import time
import types
import uuid

from django.conf import settings
from django.core.mail.backends import filebased
from django.db.models import QuerySet
from django.utils import timezone

from workflows.messages import notifications, reminders
from workflows.models import Notification


def turns(app):
    """Switch off the lock on the day's row, and the unique key of a digest."""
    reminders.claim_day = lambda on: True
    reminders.digest_key = lambda on: f"digest:{uuid.uuid4().hex}"


def transaction(app):
    """Switch off the transaction around a day's reminders."""
    reminders.claim_day = lambda on: True
    reminders.transaction = types.SimpleNamespace(atomic=contextlib.nullcontext)


def late_acknowledgement(app):
    """Treat messages as done when they are fetched."""
    app.conf.task_acks_late = False


def return_of_a_lost_childs_task(app):
    app.conf.task_reject_on_worker_lost = False


def sweep(app):
    app.conf.beat_schedule = {name: entry for name, entry in app.conf.beat_schedule.items() if name != "sweep"}


def claims(app):
    """Hide from each worker what another worker is sending."""
    notifications.claim = lambda pk: [pk]


def row_locks(app):
    QuerySet.select_for_update = lambda self, *args, **kwargs: self


def clockproof_scheduler(app):
    app.conf.beat_scheduler = "celery.beat:PersistentScheduler"


def marking_afterwards(app):
    """Mark mails as sent before they are sent."""
    claim = notifications.claim

    def claim_and_mark(pk):
        keys = claim(pk)
        Notification.objects.filter(pk__in=keys).update(mailed_at=timezone.now())
        return keys

    notifications.claim = claim_and_mark


# --- What happens to a child, rather than what it lacks ---------------------------------------------------


class DyingBackend(filebased.EmailBackend):
    """Writes mails to files. Its process is killed, once, at the mail to the address in the file ``dies-before`` or ``dies-after``."""

    def send_messages(self, messages):
        self._perhaps_die("dies-before", messages)
        sent = super().send_messages(messages)
        self._perhaps_die("dies-after", messages)
        return sent

    @staticmethod
    def _perhaps_die(when, messages):
        file = settings.VAR / when
        if file.exists() and file.read_text() in messages[0].to:
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def life(app):
    """Kill the process over a mail."""
    settings.EMAIL_BACKEND = "tests.faults.taken_away.DyingBackend"


class MeetingBackend(filebased.EmailBackend):
    """Writes mails to files, the first only when another process has come to its first as well."""

    def send_messages(self, messages):
        (settings.VAR / f"sending-{os.getpid()}").touch()
        give_up = time.monotonic() + 60
        while len(list(settings.VAR.glob("sending-*"))) < 2 and time.monotonic() < give_up:
            time.sleep(0.02)
        return super().send_messages(messages)


def haste(app):
    """Make two workers stand in the middle of their mails at the same time."""
    settings.EMAIL_BACKEND = "tests.faults.taken_away.MeetingBackend"
