"""Domains of an institution's work, such as finance, and the leaders in charge of them (分管领域).

A domain is one of the rule book in use, or has a name that the institution gives it. Who is in charge of one is named where leaders
are; who decides on a sheet is not asked here. Source: R2-06, R4-05, R4-06.
"""

from datetime import date

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.appointments import appointed_until, check_apart, ended_until, last_day
from registers.models import DomainCharge, Scheme
from registers.refusals import Refused

LONGEST = DomainCharge._meta.get_field("domain").max_length


def labels():
    """Return code → label of the domains of the rule book in use."""
    scheme = Scheme.objects.in_use()
    return {domain.code: domain.label for domain in scheme.rules.domains} if scheme else {}


def choices(on):
    """Return code → label of all domains to choose from on a day.

    They are those of the rule book, then others that leaders have.
    """
    known = labels()
    led = (
        DomainCharge.objects.in_force(on).exclude(domain__in=known).order_by("domain").values_list("domain", flat=True)
    )
    return known | {name: name for name in led}


def code_of(words, known):
    """Return the code of the domain that ``words`` name, the words themselves where they name none.

    ``known``: code → label.
    """
    words = " ".join(words.split())
    return next((code for code, label in known.items() if words in (code, label)), words)


@transaction.atomic
def take(person, *, domains, since, last, actor, at):
    """Put a person (his id) in charge of ``domains`` and return the new rows.

    ``domains``: codes or names. ``last``: the last day, None where none is known. Raises ``Refused`` or ``NotAllowed``; then he has
    none of them.
    """
    user, until = appointed_until(person, since=since, last=last)
    made = []
    for domain in dict.fromkeys(domains):
        row = DomainCharge(user=user, domain=domain, since=since, until=until)
        check(row, actor=actor)
        row.save()
        made.append(row)
    for row in made:
        audit.append("domain.take", about=row, actor=actor, at=at, detail=_detail(row))
    return made


def check(row, *, actor):
    """Stop what must not be written. ``row`` is not written yet. Raises ``Refused`` or ``NotAllowed``."""
    require(actor, "appoint", row)
    check_apart(row)
    if not 0 < len(row.domain) <= LONGEST:
        raise Refused(f"分管领域的名称须在 {LONGEST} 字以内，请改短。", "others")
    same = DomainCharge.objects.within(row.since, row.until or date.max).filter(user=row.user_id, domain=row.domain)
    if (other := same.first()) is not None:
        words = f"自 {other.since:%Y-%m-%d} 起" + (f"至 {last_day(other):%Y-%m-%d} " if other.until else "")
        raise Refused(
            f"{row.user}{words}已分管{labels().get(row.domain, row.domain)}，请调整日期或去掉这一领域。", "domains"
        )


@transaction.atomic
def end(pk, *, last, actor, at):
    """End a leader's charge of a domain with the day ``last``, and return it.

    One that has not begun by then never begins. Raises ``Refused`` or ``NotAllowed``.
    """
    row = DomainCharge.objects.select_for_update(of=("self",)).select_related("user").get(pk=pk)
    until = check_end(row, last=last, actor=actor, on=clock.local_day(at))
    DomainCharge.objects.filter(pk=row.pk).end(until)
    row.refresh_from_db(fields=["until"])
    audit.append("domain.end", about=row, actor=actor, at=at, detail=_detail(row))
    return row


def check_end(row, *, last, actor, on):
    """Return the first day on which he is not in charge any more. Raises ``Refused`` or ``NotAllowed``."""
    require(actor, "appoint", row)
    return ended_until(row, last=last, on=on)


def _detail(row):
    return {  # which domain stands in the row, and may be a word of the institution's own
        "user": row.user_id,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }
