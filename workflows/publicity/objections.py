"""Objections to a notice: colleagues raise them, the office handles them. Source: R1-27, R1-28."""

from django.db import transaction

from registers import audit
from registers.access import require
from workflows import policies
from workflows.messages import notifications
from workflows.models import Objection
from workflows.publicity import notices


@transaction.atomic
def object_to(notice, *, actor, text, at):
    """Record a colleague's objection: return it, and whether it is new.

    The office gets a message, the unit concerned does not. Raises ``NotAllowed``, also when the notice has just ended.
    """
    notice = notices.locked(notice)
    require(actor, "object", notice)
    objection, created = Objection.objects.get_or_create(
        notice=notice, author=actor.user, defaults={"text": text, "at": at}
    )
    if created:
        _, office = policies.Holding(actor.on).able("office", notice.unit_id, person=notice.submission.person_id)
        text = f"“{notice.title}”收到异议，请处理。"
        messages = [(person, f"objection:{objection.pk}", text, None) for person in office]
        notifications.post_each(messages, kind="notice.object", at=at)
        audit.append("notice.object", about=objection, actor=actor, at=at)
    return objection, created


@transaction.atomic
def handle(objection, *, actor, handling, at):
    """Record how an objection was handled. Raises ``NotAllowed``."""
    objection = Objection.objects.select_for_update().select_related("notice").get(pk=objection.pk)
    require(actor, "handle", objection)
    objection.handled_at, objection.handled_by_id, objection.handling = at, actor.user_id, handling
    objection.save(update_fields=["handled_at", "handled_by", "handling"])
    audit.append("notice.handle", about=objection, actor=actor, at=at)
