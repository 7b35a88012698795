"""Documents to read: who gets them, and who has read them (R2-21, R4-18)."""

from functools import cache

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.actors import GROUP_MEMBER
from registers.models import Appointment, GroupMember, LeadingGroup, Unit, User
from registers.prepared import Prepared
from registers.refusals import Refused
from workflows import activities, attachments
from workflows.messages import notifications
from workflows.models import ReadingDocument, ReadReceipt, Submission
from workflows.models.submissions import State

Audience = ReadingDocument.Audience
BATCH = 1000
# The roles that a document can be for; holders of the others are few enough to be spoken to.
ROLES = ("unit_head", "liaison", GROUP_MEMBER, "leader_in_charge", "office", "school_group", "party_committee")


def readers(document, units, *, on):
    """The users a document is for on the day ``on``. ``units`` narrows it to these and what is below them."""
    below = activities.below(units or [document.unit])
    if document.audience == Audience.EVERYBODY:
        return activities.people_in(below, activities.EVERYBODY, on=on)
    if document.audience == Audience.FILLERS:
        owing = Submission.objects.filter(task__campaign=document.campaign_id, unit__in=below, person__isnull=False)
        return User.objects.filter(is_active=True, pk__in=owing.exclude(state=State.CANCELLED).values("person"))
    held = Appointment.objects.in_force(on).filter(role__in=document.roles, unit__in=below).values("user")
    wanted = Q(pk__in=held)
    if GROUP_MEMBER in document.roles:
        groups = LeadingGroup.objects.in_force(on).filter(unit__in=below)
        wanted |= Q(pk__in=GroupMember.objects.filter(group__in=groups).values("user"))
    return User.objects.filter(wanted, is_active=True)


@transaction.atomic
def publish(*, campaign, unit, values, units=(), uploads=(), actor, at):
    """Publish a document, send each of its readers a message, and return the document.

    ``values``: title, text, audience, roles, due_on. A form that is sent twice publishes once. Raises ``NotAllowed`` or
    ``Refused``; then nothing is stored.
    """
    document = ReadingDocument(campaign=campaign, unit=unit, published_by_id=actor.user_id, published_at=at, **values)
    require(actor, "publish", document)
    # The lock makes two clicks take turns, so that the second sees the first.
    Unit.objects.select_for_update().get(pk=unit.pk)
    mine = ReadingDocument.objects.filter(
        campaign=campaign, unit=unit, withdrawn_at=None, published_by=actor.user_id, **values
    )
    same = (row for row in mine if set(row.units.all()) == set(units))
    if (again := attachments.sent_before(same, uploads)) is not None:
        return again
    document.save()
    document.units.set(units)
    attachments.take(document, uploads, actor=actor, at=at)
    count = _reach(document, list(units), at=at)
    if not count:
        raise Refused("所选范围内没有人员，没有发布。请另选阅读人员或单位。", "audience")
    audit.append("reading.published", about=document, actor=actor, at=at, detail={"readers": count})
    return document


def _reach(document, units, *, at):
    """Give the document to everybody it is for who does not have it, and return how many these are."""
    missing = list(
        readers(document, units, on=timezone.localdate(at))
        .exclude(Exists(ReadReceipt.objects.filter(document=document.pk, user=OuterRef("pk"))))
        .order_by("pk")
    )
    ReadReceipt.objects.bulk_create(
        [ReadReceipt(document=document, user=user) for user in missing], batch_size=BATCH, ignore_conflicts=True
    )
    due = f"，请于{document.due_on.month}月{document.due_on.day}日前阅读" if document.due_on else "，请阅读"
    notifications.post(
        missing,
        kind="reading.published",
        key=f"reading:{document.pk}",
        text=f"学习文件“{document.title}”{due}并确认。",
        submission=None,
        at=at,
    )
    return len(missing)


@transaction.atomic
@cache
def _published():
    """The statement that reads the documents that are to be read."""
    published = ReadingDocument.objects.filter(withdrawn_at=None, campaign__state="open").select_related("unit")
    return Prepared(published.prefetch_related("units"))


def extend(*, at):
    """Give published documents to people who have come since, and return how many receipts are new.

    Running it again changes nothing.
    """
    reached = 0
    for document in _published().of():
        if count := _reach(document, list(document.units.all()), at=at):
            audit.append("reading.extended", about=document, at=at, detail={"readers": count})
            reached += count
    return reached


@transaction.atomic
def confirm(document_id, *, actor, at):
    """Confirm that the actor has read the document. Only the first time counts. Raises ``NotAllowed``."""
    receipt = ReadReceipt.objects.select_for_update(of=("self",)).select_related("document")
    receipt = receipt.filter(document=document_id, user=actor.user_id).first()
    if receipt is not None and receipt.read_at is not None:
        return
    document = receipt.document if receipt else ReadingDocument.objects.get(pk=document_id)
    require(actor, "confirm", document)
    receipt.read_at = at
    receipt.save(update_fields=["read_at"])
    audit.append("reading.confirmed", about=document, actor=actor, at=at)


@transaction.atomic
def withdraw(document_id, *, actor, at):
    """Withdraw a document: nobody has to read it any more, its receipts stay. Raises ``NotAllowed``."""
    document = ReadingDocument.objects.select_for_update(of=("self",)).select_related("unit").get(pk=document_id)
    require(actor, "withdraw", document)
    document.withdrawn_at, document.withdrawn_by_id = at, actor.user_id
    document.save(update_fields=["withdrawn_at", "withdrawn_by"])
    audit.append("reading.withdrawn", about=document, actor=actor, at=at)


def owed(person):
    """The receipts of what ``person`` (id) still has to read, with their documents, most urgent first."""
    return (
        ReadReceipt.objects.filter(user=person, read_at=None, document__withdrawn_at=None)
        .filter(document__campaign__state="open")
        .select_related("document__unit")
        .order_by(F("document__due_on").asc(nulls_last=True), "document_id")
    )


def tally(receipts):
    """Count readers: ``{document id: (people it is for, of whom have read it)}``.

    People whose account is disabled do not count.
    """
    return {document: tuple(numbers) for document, *numbers in tallied(receipts)}


def tallied(receipts):
    """Return the query of ``tally``, for (document id, people it is for, how many have read it)."""
    rows = receipts.filter(user__is_active=True).order_by().values_list("document")
    return rows.annotate(asked=Count("pk"), read=Count("pk", filter=Q(read_at__isnull=False)))
