"""Reminders of warnings: of the answer's day, of letters that nobody has signed for, and of visits.

Each message has a key of its own, so that running it again adds nothing. None says what a letter is about. Without a receipt nothing
is overdue.
"""

from django.conf import settings

from registers import clock
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import RiskWarning
from workflows.policies.holding import Holding
from workflows.policies.warnings import addressees, office_of

SOON = 2  # working days before the day
UNSIGNED = 3  # working days after the issue


def remind(*, at):
    """Write the day's reminders of warnings and return how many messages they are.

    Not before REMINDER_HOUR.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    holding, sent = Holding(clock.local_day(at)), []
    rows = RiskWarning.objects.filter(
        issued_at__isnull=False, lifted_at=None, answered_at=None, is_reference=False
    ).select_related("scheme", "unit", "person")
    for row in rows.iterator(chunk_size=200):
        sent += _unsigned(row, holding) if row.delivered_on is None else _unanswered(row, holding)
    lifted = RiskWarning.objects.filter(lifted_at__isnull=False, visit_on__lte=holding.on)
    for row in lifted.select_related("unit").iterator(chunk_size=200):
        text = "有一份已解除的文书到了回访日期，请到“预警与文书”登记回访情况。"
        key = f"warning.visit_due:{row.pk}:{row.visit_on}"
        sent += _to(office_of(row, holding=holding), "warning.visit_due", key, text)
    for kind in ("warning.unsigned", "warning.due", "warning.overdue", "warning.visit_due"):
        notifications.post_each([message for named, *message in sent if named == kind], kind=kind, at=at)
    return len(sent)


def _unsigned(row, holding):
    """The office is told of a letter that nobody has signed for, and of a talk not held yet."""
    issued_on = clock.local_day(row.issued_at)
    if days.add_working_days(issued_on, UNSIGNED) < holding.on:
        text = "有一份已签发的文书还没有送达，请到“预警与文书”登记送达或谈话情况。"
        yield from _to(office_of(row, holding=holding), "warning.unsigned", f"warning.unsigned:{row.pk}", text)


def _unanswered(row, holding):
    due, on = row.answer_due_on, holding.on
    if due is None:
        return
    if due < on:
        text = f"有一份文书应在 {due:%-m月%-d日}前答复，已经逾期，请到“预警与文书”办理。"
        people = [*addressees(row, holding=holding), *office_of(row, holding=holding)]
        yield from _to(people, "warning.overdue", f"warning.overdue:{row.pk}:{due}", text)
    elif days.add_working_days(on, SOON) >= due:
        text = f"有一份文书应在 {due:%-m月%-d日}前答复，请到“预警与文书”办理。"
        yield from _to(addressees(row, holding=holding), "warning.due", f"warning.due:{row.pk}:{due}", text)


def _to(people, kind, key, text):
    return [(kind, person, key, text, None) for person in {one.pk for one in people}]
