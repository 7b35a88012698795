"""Reminders of rectification: of its day, of what waits for an answer, and of looking back.

After the day the superiors whom the scheme names hear of it as well.
Each message has a key of its own, so that running it again adds nothing. Source: R0-24, R1-45.
"""

from django.conf import settings

from registers import clock
from registers.access import people_who_may
from registers.text import clipped
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Rectification
from workflows.policies.findings import answerable
from workflows.policies.handling import holders, organisers
from workflows.policies.holding import Holding

SOON = 3  # working days before the day


def remind(*, at):
    """Write the day's reminders of what is to be put right, and return how many messages they are.

    Not before REMINDER_HOUR.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    holding, sent = Holding(clock.local_day(at)), []
    rows = Rectification.objects.filter(looked_back_at=None, finding__withdrawn_at=None)
    rows = rows.select_related("finding__inspection__plan__scheme", "finding__inspection__unit", "owner")
    for row in rows.iterator(chunk_size=200):
        sent += _back(row, holding) if row.closed_at else _open(row, holding)
    for kind in ("rectification.due", "rectification.overdue", "rectification.waiting", "rectification.look_back"):
        notifications.post_each([message for named, *message in sent if named == kind], kind=kind, at=at)
    return len(sent)


def _open(row, holding):
    """What is due soon is said to the unit; what is overdue also to whoever the scheme names, later and later."""
    inspection, on = row.finding.inspection, holding.on
    label = f"{inspection.unit.name}问题{row.finding.label}"
    if row.asked_at is not None:
        yield from _waiting(row, label, on)
        return
    if row.extension_until is not None:
        yield from _extension(row, label, on)
    people = answerable(row, holding=holding)
    if row.planned_at is None and row.plan_due_on < on:
        text = f"{label}的整改方案已过报送期限（{row.plan_due_on:%-m月%-d日}），请尽快报送。"
        yield from _to(people, "rectification.overdue", f"plan:{row.pk}:{row.plan_due_on}", text)
    if row.due_on < on:
        text = f"{label}整改逾期（期限 {row.due_on:%-m月%-d日}），请督促。"
        yield from _to(people, "rectification.overdue", f"late:{row.pk}:{row.due_on}", text)
        for step in inspection.plan.scheme.rules.conduct.reminders.escalate:
            if days.add_working_days(row.due_on, step.after) <= on:
                above = holders(inspection.unit_id, step.tell, holding=holding)
                yield from _to(above, "rectification.overdue", f"late:{row.pk}:{row.due_on}:{step.after}", text)
    elif days.add_working_days(on, SOON) >= row.due_on:
        text = f"{label}应在 {row.due_on:%-m月%-d日}前整改完毕并申请销号。"
        yield from _to(people, "rectification.due", f"soon:{row.pk}:{row.due_on}", text)


def _waiting(row, label, on):
    """Those who may check what was put right are told once that it has waited for days."""
    asked = clock.local_day(row.asked_at)
    if days.add_working_days(asked, SOON) <= on:
        text = f"{label}已于 {asked:%-m月%-d日}申请销号，尚未复查，请办理。"
        yield from _to(people_who_may("recheck", row), "rectification.waiting", f"recheck:{row.pk}:{asked}", text)


def _extension(row, label, on):
    """Those who may grant a later day are told once before the day it is about."""
    if days.add_working_days(on, SOON) >= row.due_on:
        text = f"{label}申请延期至 {row.extension_until:%-m月%-d日}，尚未答复，请办理。"
        yield from _to(people_who_may("grant", row), "rectification.waiting", f"grant:{row.pk}:{row.due_on}", text)


def _back(row, holding):
    """The office and whoever closed it are told that it is time to look again."""
    inspection = row.finding.inspection
    if row.look_back_on <= holding.on:
        text = f"{inspection.unit.name}问题{row.finding.label}已销号满期，请回头看。"
        people = [*organisers(inspection.unit_id, holding=holding), row.closed_by]
        yield from _to(people, "rectification.look_back", f"back:{row.pk}:{row.look_back_on}", text)


def _to(people, kind, key, text):
    return [(kind, person.pk, key, clipped(text, 200), None) for person in {one.pk: one for one in people}.values()]
