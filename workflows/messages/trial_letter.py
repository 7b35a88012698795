"""A letter to oneself, which shows whether mails go out: sent at once, its result said on the page."""

from django.conf import settings
from django.core.mail import send_mail

from registers import audit
from registers.access import require
from registers.refusals import Refused
from workflows.messages import failures
from workflows.models import Campaign

ACT = "mail.trial"
SUBJECT = "【廉政风险防控】测试邮件"
TEXT = "{name}：\n\n收到这封信，说明本站能够发出邮件，无须回复。\n\n{site}/\n"


def stays_here(backend):
    """Return whether mails of this backend (``EMAIL_BACKEND``) are written into files or dropped."""
    return "smtp" not in backend


def send(*, actor, at):
    """Send the letter to the actor's own address, and return the address.

    The chain keeps whether it went. Raises ``NotAllowed``, and ``Refused`` with the reason in words when there is no address or the
    letter did not go out.
    """
    require(actor, "prepare", Campaign)
    if not (address := actor.user.email):
        raise Refused("您的账号没有电子邮箱，没有发送。请先登记本人的电子邮箱。")
    body = TEXT.format(name=actor.user.name, site=settings.SITE_URL)
    try:
        send_mail(SUBJECT, body, None, [address])
    except (OSError, ValueError) as failure:  # ValueError: an address no mail server would take
        audit.append(ACT, actor=actor, at=at, detail={"sent": False})
        raise Refused(f"测试邮件没有发出：{failures.reason(failure)}。") from failure
    audit.append(ACT, actor=actor, at=at, detail={"sent": True})
    return address
