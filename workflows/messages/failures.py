"""Mails that could not be sent: why, when they are tried again, and who sees it.

Nothing is lost: a mail that has been tried for a week stays listed until the system administrator has it sent again.
"""

import socket
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.db import transaction
from django.db.models import Count, Min

from registers import audit, clock
from registers.access import require
from workflows.models import Notification

# Minutes from one try to the next: soon at first, then half a day apart, a week in all. What still has not gone out then stays
# on the system administrator's list.
WAITS = (5, 10, 20, 40, 80, 160, 320, 640, *[720] * 12)
ATTEMPTS = len(WAITS) + 1
# What went wrong with this mail alone, and says nothing of the next one.
OF_ONE_MAIL = (SMTPRecipientsRefused, SMTPDataError, ValueError)
# The first kind that fits.
REASONS = (
    (SMTPRecipientsRefused, "邮件服务器不接受收件地址"),
    (SMTPSenderRefused, "邮件服务器不接受发件地址，请检查 DEFAULT_FROM_EMAIL"),
    (SMTPAuthenticationError, "邮件服务器不接受账号或密码，请检查 EMAIL_URL"),
    (TimeoutError, "邮件服务器没有响应"),
    (ConnectionRefusedError, "邮件服务器拒绝连接"),
    (socket.gaierror, "找不到邮件服务器，请检查 EMAIL_URL"),
    (ValueError, "收件地址无效"),
)


def concerns_all(failure):
    """Return whether the next mail would fail in the same way: the server is away or lets nobody in."""
    return not isinstance(failure, OF_ONE_MAIL)


def reason(failure):
    """Return in words why a mail was not sent.

    Never the text of the exception, which may hold an address or a password.
    """
    if said := next((words for kind, words in REASONS if isinstance(failure, kind)), ""):
        return said
    if isinstance(failure, SMTPResponseException):
        return f"邮件服务器返回错误 {failure.smtp_code}"
    return f"未能连接邮件服务器（{type(failure).__name__}）"


def note(message, claimed, failure, *, at):
    """Set the next try of a ``message`` that has failed, and let go of what was ``claimed`` (ids) with it.

    ``at``: by the machine's clock, as claims are.
    """
    tries = min(message.mail_attempts, len(WAITS))
    again = at + clock.seconds(60 * WAITS[tries - 1])
    Notification.objects.filter(pk__in=claimed).update(mail_claimed_at=None, mail_next_at=again)
    Notification.objects.filter(pk=message.pk).update(mail_error=reason(failure)[:60])


def failed(rows):
    """Narrow messages to those whose mail was tried in vain and is still to be sent."""
    return rows.filter(mailed_at=None, recipient__is_active=True).exclude(mail_error="").exclude(recipient__email="")


def figures():
    """Return how many mails have failed so far, and since when the oldest one waits (None without any)."""
    counted = failed(Notification.objects.all()).aggregate(number=Count("pk"), oldest=Min("created_at"))
    return counted["number"], counted["oldest"]


@transaction.atomic
def send_again(keys, *, actor, at):
    """Let failed mails go out at the next sweep, as if they had never been tried, and return how many.

    ``keys``: their ids, None for all. Raises ``NotAllowed``.
    """
    require(actor, "send_again", Notification)
    rows = failed(Notification.objects.listed_to(actor))
    rows = rows if keys is None else rows.filter(pk__in=keys)
    number = Notification.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        mail_attempts=0, mail_next_at=None, mail_claimed_at=None
    )
    if number:
        audit.append("mail.send_again", actor=actor, at=at, detail={"mails": number})
    return number
