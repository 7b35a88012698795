"""The life of a notice: opened by a route, ended by its last day, blocked by open objections. Source: R1-27, R1-28."""

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.access import require
from workflows import deadlines, notifications, policies
from workflows.models import Objection, PublicityNotice


def open_notice(submission, step, *, at, items):
    """Publish what may be public of a sheet for ``step.days`` working days, from the day after ``at`` (domain D1).

    ``items``: (place, category, grade) in words, the only fields shown.
    """
    today = timezone.localdate(at)
    starts_on = deadlines.add_days(today, 1)
    return PublicityNotice.objects.create(
        submission=submission,
        round=submission.round,
        audience=step.audience,
        unit=submission.unit,
        title=f"关于{submission.unit}{submission.task.label}结果的公示",
        items=items,
        starts_on=starts_on,
        ends_on=deadlines.add_working_days(today, step.days),
    )


def ended(on):
    """Notices whose last day is past, with no objection open, still waiting to be cleared."""
    return PublicityNotice.objects.filter(ends_on__lt=on, cleared_at=None).exclude(
        objections__handled_at=None, objections__isnull=False
    )


@transaction.atomic
def clear(notice, *, at):
    """Close an ended notice and say how it ended; the route goes on from there."""
    objections = notice.objections.count()
    notice.outcome = f"收到异议 {objections} 件，均已处理" if objections else "无异议"
    notice.cleared_at = at
    notice.save(update_fields=["outcome", "cleared_at"])
    audit.append("notice.clear", about=notice, at=at)


@transaction.atomic
def object_to(notice, *, actor, text, at):
    """Record a colleague's objection; the office is told, the unit concerned is not. Raises ``NotAllowed``."""
    require(actor, "object", notice)
    objection, created = Objection.objects.get_or_create(
        notice=notice, author=actor.user, defaults={"text": text, "at": at}
    )
    if created:
        office = policies.holders("office", notice.unit, on=actor.on).exclude(
            pk__in=policies.concerned(notice.submission, "office", on=actor.on)
        )
        notifications.post(
            office,
            kind="notice.object",
            key=f"objection:{objection.pk}",
            at=at,
            submission=None,
            text=f"“{notice.title}”收到异议，请处理。",
        )
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
