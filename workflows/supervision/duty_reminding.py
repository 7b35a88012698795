"""Reminders of statements to sign, avoidance to decide and leaving audits to record.

Before the day those whose turn it is are told, after it also whoever the scheme names (statements) or the office (the rest, because
few may read it). Each message has a key of its own, so that running it again adds nothing. None says who or what it is about beyond
the unit and the post. Source: R0-18, R2-18, R4-09.
"""

from django.conf import settings

from registers import clock
from registers.access import people_who_may
from registers.models import Scheme
from registers.text import clipped
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.messages.schedule import RANKS
from workflows.models import AvoidanceRecord, DutyStatement
from workflows.policies.handling import holders, organisers
from workflows.policies.holding import Holding
from workflows.supervision import avoidances
from workflows.supervision.waiting import AUDIT, DECIDE, SIGN, days_given

SOON = 3  # days before the day
KINDS = tuple(f"{about}.{word}" for about in ("duty", "avoidance", "leaving_audit") for word in ("due", "overdue"))


def remind(*, at):
    """Write the day's reminders and return how many messages they are.

    Not before REMINDER_HOUR.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    holding = Holding(clock.local_day(at))
    sent = [*_statements(holding), *_records(holding), *_audits(holding)]
    for kind in KINDS:
        notifications.post_each([message for named, *message in sent if named == kind], kind=kind, at=at)
    return len(sent)


def _statements(holding):
    """The head is told, and once the day is past the office and whoever the scheme names."""
    rows = DutyStatement.objects.filter(sent_at__isnull=False, signed_at=None).select_related("unit", "scheme")
    for row in rows.iterator(chunk_size=200):
        rules = row.scheme.rules
        due = _due(row.sent_at, rules, SIGN)
        word, key = _turn(due, holding.on), f"{row.pk}:{row.version}"
        text = f"{row}应在 {due:%-m月%-d日}前签字。"
        if word:
            yield from _to(people_who_may("sign", row), f"duty.{word}", f"sign:{key}", text)
        if word == "overdue":
            office = list(organisers(row.unit_id, holding=holding))
            yield from _to(office, "duty.overdue", f"office:{key}", text)
            for step in rules.conduct.reminders.escalate:
                if RANKS[step.tell] > RANKS["unit_head"] and days.add_days(due, step.after) <= holding.on:
                    above = holders(row.unit_id, step.tell, holding=holding).exclude(pk__in=[one.pk for one in office])
                    yield from _to(above, "duty.overdue", f"{key}:{step.after}", text)


def _records(holding):
    """Whoever decides is told, and once the day is past the office, which may decide as well."""
    rows = AvoidanceRecord.objects.filter(outcome="").select_related("unit", "scheme", "person")
    for row in rows.iterator(chunk_size=200):
        due = _due(row.declared_at, row.scheme.rules, DECIDE)
        word = _turn(due, holding.on)
        text = f"{row.unit.name}有一项回避报告应在 {due:%-m月%-d日}前决定。"
        deciders = people_who_may("decide", row) if word else ()
        yield from _to(deciders, f"avoidance.{word}", f"decide:{row.pk}", text)
        if word == "overdue":
            told = {row.person_id, *(one.pk for one in deciders)}
            office = organisers(row.unit_id, holding=holding).exclude(pk__in=told)
            yield from _to(office, "avoidance.overdue", f"office:{row.pk}", text)


def _audits(holding):
    """The office is told of posts of the listed domains whose last holder has no audit on record."""
    scheme = Scheme.objects.in_use()
    if scheme is None or scheme.rules.duties.leaving_audit is None:
        return
    for tenure in avoidances.not_audited(scheme.rules, list(holding.parents), on=holding.on):
        due = days.add_days(tenure.until, days_given(scheme.rules)[AUDIT])
        word = _turn(due, holding.on)
        if word:
            text = f"{tenure.post.unit.name}“{tenure.post.name}”人员离任后，应在 {due:%-m月%-d日}前登记离任审计。"
            office = organisers(tenure.post.unit_id, holding=holding).exclude(pk=tenure.user_id)
            yield from _to(office, f"leaving_audit.{word}", f"{tenure.pk}:{tenure.until}", text)


def _due(moment, rules, kind):
    return days.add_days(clock.local_day(moment), days_given(rules)[kind])


def _turn(due, on):
    """Whether a day is near (``due``), past (``overdue``) or neither (empty)."""
    if due < on:
        return "overdue"
    return "due" if days.add_days(on, SOON) >= due else ""


def _to(people, kind, key, text):
    found = {one.pk for one in people}
    return [(kind, person, f"{kind}:{key}", clipped(f"{text}请到“责任与教育”办理。", 200), None) for person in found]
