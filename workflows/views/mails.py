"""Mails that could not be sent: what the system administrator sees of them, and sending them again."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import require
from registers.audit import ACTS
from registers.views.paging import paged
from registers.views.sent import keys
from workflows.messages import failures
from workflows.models import Notification


@require_safe
def mail_list(request):
    """List the mails that could not be sent, oldest first: to whom and why, never what they say.

    Context: ``page`` of messages, each with ``label`` (what kind of message) and ``given_up``.
    """
    require(request.actor, "send_again", Notification)
    rows = failures.failed(Notification.objects.listed_to(request.actor)).select_related("recipient").defer("text")
    page = paged(request, rows.order_by("created_at", "pk"))
    for row in page.rows:
        row.label = ACTS[row.kind].label if row.kind in ACTS else "每日提醒"
        row.given_up = row.mail_attempts >= failures.ATTEMPTS
    return render(request, "workflows/mail_list.html", {"page": page})


@require_POST
def mail_again(request):
    """Have one mail (``mail``) or all that have failed sent again."""
    chosen = keys(request.POST.getlist("mail")) if "mail" in request.POST else None
    number = failures.send_again(chosen, actor=request.actor, at=clock.now())
    if number:
        messages.success(request, f"{number} 封邮件将在一分钟内再次发送；仍不成功的会重新出现在这里。")
    else:
        messages.info(request, "这些邮件已经发出，无须再次发送。")
    return redirect("mail_list")
