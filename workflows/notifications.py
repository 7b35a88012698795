"""Who hears of what, once: rows written with the act, delivered afterwards (design decision 8)."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from registers import clock
from registers.access import people_who_may
from registers.audit import ACTS
from workflows.models import Notification

MAIL_ATTEMPTS = 5
BATCH = 1000
CLAIM_SECONDS = 300  # a claim older than this belonged to a worker that died


def tell(act, submission, *, key, at):
    """Write the inbox rows of an act, in its transaction. Running it again adds nothing."""
    audience = ACTS[act].told
    if audience == "filler":
        people = people_who_may("fill", submission)
    elif audience == "next":
        people = people_who_may("decide", submission)
    else:
        return
    post(people, kind=act, key=key, text=sentence(act, submission), submission=submission, at=at)


def post(people, *, kind, key, text, submission, at):
    """One inbox row per person; the unique key swallows repeats."""
    post_each([(person, key, text, submission) for person in people], kind=kind, at=at)


def post_each(messages, *, kind, at):
    """As ``post``, for many at once: ``messages`` are (person, key, text, sheet or None)."""
    Notification.objects.bulk_create(
        [
            Notification(recipient=person, kind=kind, key=key, text=text, submission=submission, created_at=at)
            for person, key, text, submission in messages
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def sentence(act, submission):
    """What the recipient reads: which paper, whose, what to do. Never what the sheet says."""
    paper, day = submission.task.label, submission.due_on
    words = {
        "submission.opened": f"请填报“{paper}”，截止 {day} 24:00。"
        if day
        else f"“{paper}”已开放，没有截止日期，请及时填报。",
        "submission.return": f"您的“{paper}”被退回，请按意见修改，限 {day} 前重新提交。",
        "submission.filed": f"您的“{paper}”已办结备案。",
        "submission.copied": f"“{paper}”（{submission.unit}）已抄送备查，无须办理。",
    }
    return words.get(
        act,
        f"“{paper}”（{submission.unit}）等待您办理：{submission.step_rules.label if submission.step_rules else ''}。",
    )


def unclaimed():
    """Messages whose mail has not gone out and that nobody is sending at the moment; columns of the message alone.

    A claim is an update of these. With a join it would become ``id IN (SELECT …)``, which PostgreSQL does not look at
    again after waiting for another worker's claim: both would send.
    """
    stale = timezone.now() - clock.seconds(CLAIM_SECONDS)
    return Notification.objects.filter(
        Q(mail_claimed_at=None) | Q(mail_claimed_at__lt=stale), mailed_at=None, mail_attempts__lt=MAIL_ATTEMPTS
    )


def owed():
    """Unclaimed messages to people who have an address and an account."""
    return unclaimed().exclude(recipient__email="").filter(recipient__is_active=True)


def deliver(limit=500):
    """Send owed mails, oldest first; return how many went out. Safe to run in several workers at once.

    A message is claimed by a conditional update before it is sent, so two workers never send the same one; a
    worker that dies between sending and marking may cause one repeat (mail is at-least-once, the inbox exactly once).
    """
    sent = 0
    for pk in list(owed().order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            if (
                not unclaimed()
                .filter(pk=pk)
                .update(mail_claimed_at=timezone.now(), mail_attempts=F("mail_attempts") + 1)
            ):
                continue
        message = _of_mail(pk)
        try:
            send_mail(
                f"【廉政风险防控】{ACTS[message.kind].label if message.kind in ACTS else '提醒'}",
                f"{message.recipient.name}：\n\n{message.text}\n{_whose(message)}\n请登录系统办理：{settings.SITE_URL}/\n",
                None,
                [message.recipient.email],
            )
        except (OSError, ValueError):  # ValueError: an address no mail server would take
            continue  # the claim lapses and a later sweep tries again, up to MAIL_ATTEMPTS times
        Notification.objects.filter(pk=pk).update(mailed_at=clock.now())
        sent += 1
    return sent


def _of_mail(pk):
    return Notification.objects.select_related(
        "recipient", "submission__unit", "submission__post", "submission__person"
    ).get(pk=pk)


def _whose(message):
    """The inbox shows it beside the message; a mail has to say it."""
    return f"填报对象：{message.submission.subject}\n" if message.submission_id else ""
