"""What a control takes away from a child, by name. Every function gets the Celery application."""

import contextlib
import os
import signal
import types
import uuid

from django.conf import settings
from django.core.mail.backends import filebased
from django.db.models import QuerySet
from django.utils import timezone

from workflows import notifications, reminders
from workflows.models import Notification


def turns(app):
    """The row of the day that jobs queue up behind, and the digest's key."""
    reminders.claim_day = lambda on: True
    reminders.digest_key = lambda on: f"digest:{uuid.uuid4().hex}"


def transaction(app):
    """The transaction around a day's reminders."""
    reminders.claim_day = lambda on: True
    reminders.transaction = types.SimpleNamespace(atomic=contextlib.nullcontext)


def late_acknowledgement(app):
    """Messages are done when they are fetched."""
    app.conf.task_acks_late = False


def return_of_a_lost_childs_task(app):
    app.conf.task_reject_on_worker_lost = False


def sweep(app):
    app.conf.beat_schedule = {name: entry for name, entry in app.conf.beat_schedule.items() if name != "sweep"}


def claims(app):
    """Nobody sees what another worker is sending."""
    notifications.claim = lambda pk: [pk]


def row_locks(app):
    QuerySet.select_for_update = lambda self, *args, **kwargs: self


def clockproof_scheduler(app):
    app.conf.beat_scheduler = "celery.beat:PersistentScheduler"


# --- What happens to a child, rather than what it lacks -----------------------------------------------


class DyingBackend(filebased.EmailBackend):
    """Writes mails to files; its process is killed right after the mail to the address in the file ``last-mail``, once."""

    def send_messages(self, messages):
        sent = super().send_messages(messages)
        last = settings.VAR / "last-mail"
        if last.exists() and last.read_text() in messages[0].to:
            last.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return sent


def life(app):
    """It dies between sending a mail and marking it."""
    settings.EMAIL_BACKEND = "tests.faults.taken_away.DyingBackend"


def marking_afterwards(app):
    """Mails are marked before they are sent."""
    claim = notifications.claim

    def claim_and_mark(pk):
        keys = claim(pk)
        Notification.objects.filter(pk__in=keys).update(mailed_at=timezone.now())
        return keys

    notifications.claim = claim_and_mark
