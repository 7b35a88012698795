"""What units make public of their matters: what is to be public by when, and what is public where.

A matter has the parts that the scheme names, such as decision, execution and result. Source: R0-22, R1-37, R4-07.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from registers import audit, clock
from registers import disclosed as shown
from registers.access import require
from registers.actors import ANSWERABLE
from registers.models import Unit
from registers.refusals import Stale
from registers.schemes.checking.lengths import stored
from registers.text import clipped, digest_of
from workflows import attachments
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import DisclosedPart, Disclosure
from workflows.policies.handling import holders
from workflows.policies.holding import Holding

FIELDS = ("title", "power", "power_name", "matter", "mode", "asked_by", "asked_on", "answer_due_on", "answered_on")
PART_FIELDS = ("due_on", "happened_on", "content", "document_number", "disclosed_on", "channel", "place")
PUBLIC, LATE, AWAITED = ("已公开", "ok"), ("逾期未公开", "danger"), ("待公开", "warn")
SHOWN = 10  # matters on the page of a power

stored(
    Disclosure,
    matter="disclosure.matters.*.code",
    mode="disclosure.modes.*.code",
    asked_by="disclosure.askers.*.code",
)
stored(DisclosedPart, part="disclosure.parts.*.code", channel="disclosure.channels.*.code")


# --- Acts --------------------------------------------------------------------------------------------------


@transaction.atomic
def enter(*, scheme, unit, values, due, actor, at):
    """Record a matter, and return it.

    ``values``: the fields in ``FIELDS``. ``due``: code of a part → the day by which it is to be public. A form that is sent twice
    makes one record. Raises ``NotAllowed``.
    """
    day = clock.local_day(at)
    made = Disclosure(scheme=scheme, unit=unit, recorded_by_id=actor.user_id, recorded_on=day, **values)
    require(actor, "enter", made)
    # The lock makes two clicks take turns, so that the second sees the first.
    Unit.objects.select_for_update().get(pk=unit.pk)
    mine = valid(Disclosure.objects.filter(unit=unit, recorded_by=actor.user_id, recorded_on=day, **values))
    for again in mine.prefetch_related("parts"):
        if {part.part: part.due_on for part in again.parts.all()} == due:
            return again
    made.save()
    DisclosedPart.objects.bulk_create(
        DisclosedPart(disclosure=made, part=part.code, due_on=due[part.code]) for part in made.rules.parts
    )
    audit.append("disclosure.record", about=made, actor=actor, at=at, detail={"digest": _digest(made, FIELDS)})
    return made


@transaction.atomic
def change(disclosure_id, *, values, seen_version, actor, at):
    """Correct a matter, and return it. Raises ``NotAllowed`` or ``Stale``."""
    disclosure = _locked(disclosure_id, seen_version, actor)
    changed = [name for name in FIELDS if getattr(disclosure, name) != values[name]]
    before = _digest(disclosure, FIELDS)
    for name in changed:
        setattr(disclosure, name, values[name])
    disclosure.version += 1
    disclosure.save(update_fields=[*changed, "version"])
    detail = {"fields": changed, "before": before, "digest": _digest(disclosure, FIELDS)}
    audit.append("disclosure.change", about=disclosure, actor=actor, at=at, detail=detail)
    return disclosure


@transaction.atomic
def record(part_id, *, values, uploads=(), dropped=(), seen_version, actor, at):
    """Record when and where a part was made public, or by when it will be, and return the part.

    ``values``: the fields in ``PART_FIELDS``. Raises ``NotAllowed``, ``Refused`` or ``Stale``, and then nothing has changed.
    """
    part = DisclosedPart.objects.get(pk=part_id)
    disclosure = _locked(part.disclosure_id, seen_version, actor)
    part.refresh_from_db()  # now that the matter is locked
    before = _digest(part, PART_FIELDS)
    for name in PART_FIELDS:
        setattr(part, name, values[name])
    part.save(update_fields=PART_FIELDS)
    disclosure.version += 1
    disclosure.save(update_fields=["version"])
    attachments.drop(part, dropped, actor=actor, at=at)
    attachments.take(part, uploads, actor=actor, at=at)
    detail = {"part": part.part, "before": before, "digest": _digest(part, PART_FIELDS)}
    audit.append("disclosure.part", about=disclosure, actor=actor, at=at, detail=detail)
    return part


@transaction.atomic
def void(disclosure_id, *, reason, seen_version, actor, at):
    """Declare a record void. It stays, struck out, with the reason. Raises ``NotAllowed`` or ``Stale``."""
    disclosure = _locked(disclosure_id, seen_version, actor)
    disclosure.voided_at, disclosure.voided_by_id, disclosure.void_reason = at, actor.user_id, reason.strip()
    disclosure.version += 1
    disclosure.save(update_fields=["voided_at", "voided_by", "void_reason", "version"])
    audit.append(
        "disclosure.void", about=disclosure, actor=actor, at=at, detail={"digest": _digest(disclosure, FIELDS)}
    )
    return disclosure


def _locked(disclosure_id, seen_version, actor):
    rows = Disclosure.objects.select_for_update(of=("self",)).select_related("unit", "scheme")
    disclosure = rows.get(pk=disclosure_id)
    require(actor, "change", disclosure)
    if disclosure.version != seen_version:
        raise Stale
    return disclosure


def _digest(row, fields):
    return digest_of({name: str(getattr(row, name) or "") for name in fields})


# --- What is public, and what is missing -------------------------------------------------------------------


def valid(disclosures):
    """Leave out records that were declared void."""
    return disclosures.filter(voided_at=None)


def late(disclosures, *, on):
    """Keep the records that are late on the day ``on``: in a part, or in the answer to whoever asked."""
    missing = DisclosedPart.objects.filter(disclosure=OuterRef("pk"), disclosed_on=None, due_on__lt=on)
    return valid(disclosures).filter(Q(Exists(missing)) | Q(answered_on=None, answer_due_on__lt=on))


def unfinished(disclosures):
    """Keep the records of which a part is not public yet, or somebody waits for the answer."""
    missing = DisclosedPart.objects.filter(disclosure=OuterRef("pk"), disclosed_on=None)
    return valid(disclosures).filter(Q(Exists(missing)) | Q(answered_on=None, answer_due_on__isnull=False))


def complete(disclosures):
    """Keep the records of which every part is public and nobody waits for an answer."""
    return valid(disclosures).exclude(pk__in=unfinished(disclosures).order_by().values("pk"))


def state_of(part, *, on):
    """Return the state of a part on the day ``on``, as words and the tone of a tag.

    What was made public after that day was not public yet.
    """
    if part.disclosed_on is not None and part.disclosed_on <= on:
        return PUBLIC
    return LATE if part.due_on is not None and part.due_on < on else AWAITED


def late_days(part):
    """By how many days a part was made public after its day, 0 where it was in time."""
    if part.disclosed_on is None or part.due_on is None:
        return 0
    return max(0, days.days_since(part.due_on, part.disclosed_on))


def unrecorded(powers, *, year):
    """Keep the powers that touch vital interests and of which nothing is recorded in the year.

    Source: R1-37.
    """
    matters = valid(Disclosure.objects.filter(power=OuterRef("series"), recorded_on__year=year))
    return powers.filter(~Exists(matters), touches_vital_interests=True)


def kept_by(actor):
    """Return the ids of the units whose records the person keeps.

    As liaison or head his unit's, as the office the school's.
    """
    if not actor.has(*ANSWERABLE, "office"):
        return set()
    schools = {unit for unit, above in actor.parents.items() if above is None}
    return (actor.unit_ids(*ANSWERABLE) - schools) | (actor.own_unit_ids("office") & schools)


def due_from(actor):
    """Return the late records of the units that the person keeps, the oldest first."""
    return late_in(kept_by(actor), on=actor.on).order_by("recorded_on", "pk")


def late_in(units, *, on):
    """Return the late records of ``units`` (ids)."""
    return late(Disclosure.objects.filter(unit__within=units), on=on)


@shown.answered_by
def of_power(actor, series):
    """Return the matters of a power that the actor may read, newest first. Source: R1-37."""
    rows = valid(Disclosure.objects.visible_to(actor).filter(power=series)).select_related("scheme")
    rows = rows.defer("scheme__source").prefetch_related("parts")[:SHOWN]
    return [
        shown.Matter(row.pk, row.title, tuple(_shown(row, part, actor.on) for part in row.parts.all())) for row in rows
    ]


def _shown(row, part, on):
    state = state_of(part, on=on)
    return shown.Part(
        row.rules.label_of("parts", part.part),
        part.disclosed_on if state is PUBLIC else part.due_on,
        where_of(row.rules, part) if state is PUBLIC else "",
        state,
    )


def where_of(rules, part):
    """Say where a part was made public: the channel, and the place in it."""
    channel = rules.label_of("channels", part.channel) if part.channel else ""
    return f"{channel}（{part.place}）" if channel and part.place else channel


# --- Reminders ---------------------------------------------------------------------------------------------


def remind(*, at):
    """Tell who keeps a unit's records of what is late, once for each day that was missed.

    Returns how many messages that would be. Not before REMINDER_HOUR. Running it again adds nothing.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    holding = Holding(clock.local_day(at))
    sent = [*_late_parts(holding), *_late_answers(holding)]
    notifications.post_each(sent, kind="disclosure.late", at=at)
    return len(sent)


def _late_parts(holding):
    parts = DisclosedPart.objects.filter(disclosed_on=None, due_on__lt=holding.on, disclosure__voided_at=None)
    for part in parts.select_related("disclosure__unit", "disclosure__scheme").order_by("pk"):
        row = part.disclosure
        words = f"“{row.title}”的{row.rules.label_of('parts', part.part)}已过计划公开日期（{part.due_on:%-m月%-d日}），请公开并登记。"
        yield from _to(row, f"part:{part.pk}:{part.due_on}", words, holding)


def _late_answers(holding):
    rows = valid(Disclosure.objects.filter(answered_on=None, answer_due_on__lt=holding.on)).select_related("unit")
    for row in rows.order_by("pk"):
        words = f"“{row.title}”应在 {row.answer_due_on:%-m月%-d日}前答复，请答复并登记。"
        yield from _to(row, f"answer:{row.pk}:{row.answer_due_on}", words, holding)


def _to(row, key, words, holding):
    roles = ANSWERABLE if row.unit.parent_id is not None else ("office",)
    people = holders(row.unit_id, *roles, holding=holding).values_list("pk", flat=True)
    return [(person, f"disclosure:{key}", clipped(words, 200), None) for person in people]
