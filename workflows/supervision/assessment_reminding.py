"""What an assessment waits for, by when, and the reminders of it.

Each message has a key of its own, so that running it again adds nothing. None says what anybody gave. Source: R3-37.
"""

from django.conf import settings

from registers import clock
from registers.access import people_who_may
from registers.actors import ANSWERABLE
from registers.text import clipped
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Assessment, LeaderScore
from workflows.policies.handling import holders, organisers
from workflows.policies.holding import Holding

SOON = 3  # working days before the day
KINDS = ("assessment.due", "assessment.overdue")


def waits_for(assessment, *, on):
    """Return what an assessment waits for on the day ``on``: ``(words, day or None)``.

    The day of the office's and the leaders' scores is counted from when their turn began.
    """
    rules = assessment.rules
    if assessment.signed_at is None:
        return "填写自评，由负责人签字报送", assessment.due_on
    if assessment.scored_at is None:
        return "考评打分", _after(assessment.signed_at, rules.score_days)
    if assessment.shown_at is None:
        return "校领导评分，评完反馈单位", _after(assessment.scored_at, rules.score_days)
    if assessment.answered_at is None and on <= assessment.contest_due_on:
        return "核对考评情况", assessment.contest_due_on
    if assessment.stand == Assessment.Stand.CONTEST and assessment.replied_at is None:
        return "答复异议", _after(assessment.answered_at, rules.contest_days)
    return ("复核结果" if assessment.decided_at else "审定结果"), None


def _after(moment, count):
    return days.add_working_days(clock.local_day(moment), count)


def remind(*, at):
    """Write the day's reminders of assessments and return how many messages they are.

    Not before REMINDER_HOUR.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    holding, sent = Holding(clock.local_day(at)), []
    rows = Assessment.objects.filter(decided_at=None).select_related("unit", "scheme")
    for row in rows.iterator(chunk_size=200):
        what, due = waits_for(row, on=holding.on)
        if due is None:
            continue
        if due < holding.on:
            sent += _late(row, what, due, holding)
        elif days.add_working_days(holding.on, SOON) >= due and (row.signed_at is None or row.shown_at):
            text = f"{row}：{what}，请在 {due:%-m月%-d日}前完成。"
            sent += _to(_whose_turn(row, holding), "assessment.due", f"{what}:{row.pk}:{due}", text)
    for kind in KINDS:
        notifications.post_each([message for named, *message in sent if named == kind], kind=kind, at=at)
    return len(sent)


def _late(row, what, due, holding):
    """Whoever is late is told, of a unit that has not handed in also the office and whoever the scheme names."""
    text = f"{row}：{what}已逾期（{due:%-m月%-d日}），请尽快办理。"
    key = f"late:{what}:{row.pk}:{due}"
    people = [*_whose_turn(row, holding)]
    if row.signed_at is None:
        people += organisers(row.unit_id, holding=holding)
        for step in row.scheme.rules.conduct.reminders.escalate:
            if days.add_working_days(due, step.after) <= holding.on:
                above = holders(row.unit_id, step.tell, holding=holding).exclude(pk__in=[one.pk for one in people])
                yield from _to(above, "assessment.overdue", f"{key}:{step.after}", text)
    yield from _to(people, "assessment.overdue", key, text)


def _whose_turn(row, holding):
    """The people for whom an assessment waits: the unit, the office, or the leaders who have not scored."""
    if row.scored_at and row.shown_at is None:
        given = LeaderScore.objects.filter(line__assessment=row).values("leader")
        left = people_who_may("lead", row).exclude(pk__in=given)
        return left if left.exists() else organisers(row.unit_id, holding=holding)
    if row.signed_at is None or (row.shown_at and row.answered_at is None):
        return holders(row.unit_id, *ANSWERABLE, holding=holding)
    return organisers(row.unit_id, holding=holding)


def _to(people, kind, key, text):
    found = {one.pk for one in people}
    return [(kind, person, f"{kind}:{key}", clipped(f"{text}请到“考核与测评”办理。", 200), None) for person in found]
