"""Where notices and publications hang, and what is to be taken down (撤下清单)."""

from functools import cache

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from workflows.models import NoticePlace, PublicityNotice

MOST = 20  # places of one notice
TOO_MANY = f"一次公示最多登记 {MOST} 处。"
TWICE = "“{label}”已经在列。"
FUTURE = "{what}日期不能晚于今天。"
BEFORE = "{what}日期不能早于{than}（{day:%Y-%m-%d}）。"


def _about(about):
    return {"notice" if isinstance(about, PublicityNotice) else "publication": about}


def hang(about, labels):
    """List the places where a notice or a publication is put up: those that its kind names, at release."""
    NoticePlace.objects.bulk_create([NoticePlace(**_about(about), label=label) for label in dict.fromkeys(labels)])


@transaction.atomic
def add(about, label, *, actor, at):
    """List another place of a notice or a publication. Raises ``NotAllowed`` or ``Refused``."""
    type(about).objects.select_for_update(of=("self",)).get(pk=about.pk)  # two clicks come in turn
    require(actor, "keep", about)
    labels = list(about.notice_places.values_list("label", flat=True))
    if label in labels:
        raise Refused(TWICE.format(label=label), "label")
    if len(labels) >= MOST:
        raise Refused(TOO_MANY, "label")
    place = NoticePlace.objects.create(**_about(about), label=label)
    audit.append("notice.place", about=place, actor=actor, at=at)
    return place


@transaction.atomic
def post(place, on, *, actor, at):
    """Say that the notice was put up at a place on the day ``on``.

    Raises ``NotAllowed``, or ``Refused`` for a day before its release or after today.
    """
    place = _locked(place)
    require(actor, "post", place)
    subject = place.notice or place.publication
    if subject.released_at is None:
        raise Refused("尚未发布，不能张贴。", "on")
    _require_day(on, "张贴", "发布", timezone.localdate(subject.released_at), actor)
    place.posted_on, place.posted_by = on, actor.user
    place.save(update_fields=["posted_on", "posted_by"])
    audit.append("notice.posted", about=place, actor=actor, at=at)


@transaction.atomic
def take(place, on, *, actor, at):
    """Say that the notice was taken down at a place on the day ``on``.

    Raises ``NotAllowed``, or ``Refused`` for a day before it was put up or after today.
    """
    place = _locked(place)
    require(actor, "take", place)
    _require_day(on, "撤下", "张贴", place.posted_on, actor)
    place.taken_on, place.taken_by = on, actor.user
    place.save(update_fields=["taken_on", "taken_by"])
    audit.append("notice.taken", about=place, actor=actor, at=at)


def _locked(place):
    rows = NoticePlace.objects.select_for_update(of=("self",)).select_related("notice", "publication")
    return rows.get(pk=place.pk)


def _require_day(on, what, than, earliest, actor):
    if on > actor.on:
        raise Refused(FUTURE.format(what=what), "on")
    if on < earliest:
        raise Refused(BEFORE.format(what=what, than=than, day=earliest), "on")


def hanging(on):
    """The places where something still hangs though it is over, withdrawn or replaced by the day ``on``."""
    over = Q(notice__ends_on__lt=on) | Q(notice__withdrawn_at__isnull=False)
    over |= Q(publication__ended_at__isnull=False) | Q(publication__ends_on__lt=on)
    return NoticePlace.objects.filter(over, posted_on__isnull=False, taken_on=None)


@cache
def _hanging_of():
    mine, person = Q(), Given("person")
    for about in ("notice", "publication"):
        mine |= Q(**{f"{about}__released_by": person}) | Q(**{f"{about}__drafted_by": person})
    return Prepared(hanging(Given("on")).filter(mine).select_related("notice", "publication"))


def to_take_down(actor):
    """Return what ``actor`` published and that still hangs somewhere though it is over.

    Each notice or publication has its ``hung`` places.
    """
    if not actor.is_authenticated or not actor.grants:
        return []
    found = {}
    for place in _hanging_of().of(person=actor.user_id, on=actor.on):
        subject = place.notice or place.publication
        subject = found.setdefault((subject._meta.model_name, subject.pk), subject)
        subject.__dict__.setdefault("hung", []).append(place)
    return list(found.values())
