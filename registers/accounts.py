"""One-time passwords on printed slips, and locks after wrong passwords.

A password is made here, hashed, and handed back once for the slip. It is stored and logged nowhere. Whoever signs in with it has to
choose his own first (``PasswordFirst``); after its last day it lets nobody in.
"""

from dataclasses import dataclass
from datetime import date

from axes.utils import reset
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import transaction
from django.db.models import Q
from django.shortcuts import redirect

from registers import audit, passwords
from registers.access import can, require
from registers.models import Appointment, User
from registers.policies import GUARDED

MOST_SLIPS = 64  # at once: each password is hashed slowly on purpose
WITHOUT_OWN_PASSWORD = ("password_change", "password_change_done", "logout", "healthz")


@dataclass(frozen=True)
class Slip:
    """A one-time password of a person, and the last day on which it lets him in."""

    user: User
    password: str
    until: date


def waiting_for_slip(people, on):
    """Keep those of ``people`` who never signed in and could not do so on the day ``on``."""
    nothing = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(slip_until__lt=on)
    return people.filter(nothing, is_active=True, last_login=None)


def given_a_slip(people, on):
    """Keep those of ``people`` who were given a slip that is good on the day ``on``, and never signed in.

    A file of slips that was lost is made anew for them.
    """
    return people.filter(is_active=True, last_login=None, slip_until__gte=on)


def done_by_others(people, actor):
    """Return ``[(user, reason)]`` of those of ``people`` whose password is not for ``actor`` to give.

    Their roles are the reason.
    """
    held = Appointment.objects.in_own_right().in_force(actor.on).filter(role__in=GUARDED)
    verdicts = [(user, can(actor, "give_password", user)) for user in people.filter(pk__in=held.values("user"))]
    return [(user, verdict.reason) for user, verdict in verdicts if not verdict]


def issue(people, *, actor, at):
    """Give each of ``people`` (ids) a one-time password and return their ``Slip`` rows in order.

    What they had before lets them in no more, and whoever is signed in with it is signed out. Raises ``NotAllowed``; then nobody has
    got a new one. Hashing is slow on purpose, so it is done before any row is locked.
    """
    drawn = {user.pk: passwords.one_time() for user in _allowed(people, actor)}
    hashed = {pk: make_password(password) for pk, password in drawn.items()}
    until = passwords.last_day(at)
    with transaction.atomic():
        users = _allowed(drawn, actor, lock=True)
        for user in users:
            user.password, user.slip_until = hashed[user.pk], until
            user.save(update_fields=["password", "slip_until"])
        for user in users:
            audit.append("account.slip", about=user, actor=actor, at=at, detail={"until": until.isoformat()})
    return [Slip(user, drawn[user.pk], until) for user in users]


def _allowed(people, actor, *, lock=False):
    """The active ones of ``people`` (ids) in the order of a list. Raises ``NotAllowed``."""
    rows = User.objects.select_related("unit").filter(pk__in=list(people), is_active=True)
    rows = rows.order_by("unit__position", "unit__code", "sort_key", "number")[:MOST_SLIPS]
    users = list(rows.select_for_update(of=("self",), no_key=True) if lock else rows)
    for user in users:
        require(actor, "give_password", user)
    return users


def unlock(pk, *, actor, at):
    """End the lock after wrong passwords, and return whether there was one. Raises ``NotAllowed``."""
    user = User.objects.get(pk=pk)
    require(actor, "give_password", user)
    ended = reset(username=user.number)
    if ended:
        audit.append("account.unlock", about=user, actor=actor, at=at)
    return bool(ended)


def has_expired(user, on):
    """Whether a one-time password lets nobody in any more."""
    return user.slip_until is not None and user.slip_until < on


class PasswordFirst:
    """Middleware that leads whoever signed in with a one-time password to where he chooses his own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if user.is_authenticated and user.slip_until and request.resolver_match.url_name not in WITHOUT_OWN_PASSWORD:
            return redirect("password_change")
        return None
