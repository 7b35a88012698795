"""People on record: who joins, what is known of them, who moves, leaves, is disabled and enabled.

What ends with a move or a departure is ``registers.imports.appointing``, the same for a page and for a file.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from registers import audit, clock, domains
from registers.access import require
from registers.actors import ROLE_LABELS
from registers.imports import appointing
from registers.models import AuditEntry, Unit, User
from registers.models.spans import is_closed
from registers.refusals import Refused, Stale
from registers.sorting import sort_key
from registers.text import digest_of

FIELDS = ("number", "name", "sort_key", "title", "rank", "is_party_member", "email", "phone", "joined_on")
HISTORY = 50  # entries on a person's page
OF_A_PERSON = ("person.", "account.")


def seen_digest(user):
    """Return a digest of what a form showed of a person, which changes when somebody else changes it."""
    return digest_of([getattr(user, name) for name in FIELDS])


@transaction.atomic
def add(values, *, unit, actor, at):
    """Add a person without a password and return him. ``values``: field → value, of ``FIELDS``.

    Raises ``Refused`` where the number is taken or the unit is closed.
    """
    require(actor, "keep", User)
    _check_number(values["number"])
    _check_unit(unit, values.get("joined_on") or clock.local_day(at), actor)
    user = User(**_with_key(values), unit=unit, password=UNUSABLE_PASSWORD_PREFIX)
    user.save()
    audit.append("person.add", about=user, actor=actor, at=at, detail={"unit": unit.pk})
    return user


@transaction.atomic
def change(pk, values, *, seen, actor, at):
    """Change what is known of a person, and return the names of the fields that changed.

    ``seen``: the digest of what the form showed. Raises ``Refused`` or ``Stale``.
    """
    user = _locked(pk, actor)
    if seen_digest(user) != seen:
        raise Stale(user, "这名人员的信息刚被他人修改，没有保存。请核对下面的新内容后再保存。")
    _check_number(values["number"], besides=user)
    values = _with_key(values)
    changed = [name for name in FIELDS if getattr(user, name) != values[name]]
    if changed:
        User.objects.filter(pk=pk).update(**{name: values[name] for name in changed})
        audit.append("person.change", about=user, actor=actor, at=at, detail={"fields": changed})
    return changed


def _with_key(values):
    return values | {"sort_key": values.get("sort_key") or sort_key(values["name"])}


def _check_number(number, *, besides=None):
    same = User.objects.filter(number__iexact=number).exclude(pk=besides.pk if besides else None).first()
    if same is not None:
        raise Refused(f"工号 {same.number} 已是{same}的，请核对。", "number")


def _check_unit(unit, on, actor):
    if is_closed(unit, on):
        raise Refused(f"{unit}已经撤销，请另选单位。", "unit")
    if actor is not None:
        require(actor, "keep", User(unit=unit))


def _locked(pk, actor, action="keep"):
    user = User.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=pk)
    if actor is not None:
        require(actor, action, user)
    return user


@transaction.atomic
def transfer(pk, unit, *, on, actor, at):
    """Let a person work in another unit from the day ``on``.

    The day is today or was before. ``actor`` None: the system makes what was planned. Raises ``Refused``.
    """
    user = _locked(pk, actor)
    _check_day(on, at)
    if not user.is_active:
        raise Refused("账号已停用，请先启用再办理调动。", "unit")
    if user.unit_id == unit.pk:
        raise Refused(f"{user}已在{unit}，请选择另一单位。", "unit")
    _check_unit(unit, on, actor)
    before = user.unit_id
    appointing.move(user, unit, on=on)
    detail = {"from": before, "to": unit.pk, "on": on.isoformat()}
    audit.append("person.transfer", about=user, actor=actor, at=at, detail=detail)


@transaction.atomic
def leave(pk, *, on, actor, at):
    """Let a person leave from the day ``on``: no account, no post, no role.

    The day is today or was before. ``actor`` None: the system makes what was planned. Raises ``Refused``.
    """
    user = _locked(pk, actor, "end")
    _check_day(on, at)
    if user.left_on is not None:
        raise Refused(f"{user}已于 {user.left_on:%Y-%m-%d} 离岗。")
    appointing.leave(user, on=on)
    audit.append("person.leave", about=user, actor=actor, at=at, detail={"on": on.isoformat()})


def _check_day(on, at):
    if on > clock.local_day(at):
        raise Refused("日期不能晚于今天；请在当天或以后办理。", "on")


@transaction.atomic
def disable(pk, *, actor, at):
    """Take a person's account away for a while. His posts and roles stay on record. Raises ``Refused``."""
    user = _locked(pk, actor, "end")
    if not user.is_active:
        raise Refused(f"{user}的账号已经停用。")
    User.objects.filter(pk=pk).update(is_active=False)
    audit.append("person.disable", about=user, actor=actor, at=at)


@transaction.atomic
def enable(pk, *, actor, at):
    """Give a person his account back. What ended when he left stays ended. Raises ``Refused``."""
    user = _locked(pk, actor, "end")
    if user.is_active:
        raise Refused(f"{user}的账号正在使用。")
    User.objects.filter(pk=pk).update(is_active=True, left_on=None)
    audit.append("person.enable", about=user, actor=actor, at=at)


@dataclass(frozen=True)
class Event:
    """One line of a person's history: ``what`` happened in words, when, by whom."""

    at: object
    by: str
    act: str
    what: str


def history(user):
    """Return what was done to a person, his roles and domains as ``Event`` rows, the latest first.

    Four queries. What files brought is on the pages of the imports.
    """
    about = [f"registers.user:{user.pk}"]
    about += [f"registers.appointment:{pk}" for pk in user.appointments.values_list("pk", flat=True)]
    charges = {f"registers.domaincharge:{pk}": domain for pk, domain in user.domains.values_list("pk", "domain")}
    about += charges
    entries = list(AuditEntry.objects.filter(about__in=about).select_related("actor")[:HISTORY])
    named = {entry.detail.get(key) for entry in entries for key in ("unit", "from", "to")}
    units = dict(Unit.objects.filter(pk__in=named - {None}).order_by().values_list("pk", "name"))
    labels = domains.labels() if charges else {}
    led = {about: labels.get(domain, domain) for about, domain in charges.items()}
    return [
        Event(
            entry.at,
            entry.actor.name if entry.actor else "系统",
            audit.ACTS[entry.act].label,
            _words(entry, units, led),
        )
        for entry in entries
    ]


def _words(entry, units, led):
    detail = entry.detail
    if entry.act == "person.change":
        return "、".join(str(User._meta.get_field(name).verbose_name) for name in detail["fields"])
    if entry.act == "person.transfer":
        return f"{units.get(detail['from'], '（无单位）')} → {units.get(detail['to'], '')}，自 {detail['on']} 起"
    if entry.act == "person.leave":
        return f"自 {detail['on']} 起"
    begins = entry.act in ("role.appoint", "domain.take")
    days = f"{detail.get('since')} 起" if begins else f"到 {detail.get('until')} 前一日止"
    if entry.about in led:
        return f"{led[entry.about]}，{days}"
    if "role" in detail:
        role = ROLE_LABELS.get(detail["role"], detail["role"])
        return f"{units.get(detail.get('unit'), '')}{role}，{days}" if "since" in detail else role
    return units.get(detail.get("unit"), "")
