"""Reminders of notices: drafts that wait, objections without answer, and what hangs after the end.

Each message has a key of its own, so that running it again adds nothing.
"""

from django.conf import settings
from django.db.models import Min

from registers import clock
from registers.actors import SCHOOL_ROLES
from registers.text import clipped
from workflows.campaign.repeated import TITLE
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import CampaignTask, Publication
from workflows.policies.door import the_door
from workflows.policies.handling import holders
from workflows.policies.holding import Holding
from workflows.policies.publications import RELEASERS
from workflows.policies.publicity import Drafts, drafters
from workflows.publicity import drafting, notices, objections, places
from workflows.routing.steps import step_of

STEPS = (1, 3, 5, 10, 20)  # working days after which it is said again
HANGS = "“{title}”已经结束，{places}尚未撤下，请撤下后登记。"
UNRELEASED = "“{title}”起草已有 {days} 个工作日，请审核后发布。"
ANSWER = "“{title}”的异议应在 {due:%-m月%-d日}前答复，请办理。"
UNANSWERED = "“{title}”的异议逾期未答复（期限 {due:%-m月%-d日}），请督促办理。"
SOON = 3  # working days before the day of an answer
UNWRITTEN = "{subject}等待公示已有 {days} 个工作日，请起草公示。"


def remind(*, at):
    """Write the day's reminders of notices, and return how many messages they are.

    Not before REMINDER_HOUR.
    """
    if days.local(at).hour < settings.REMINDER_HOUR:
        return 0
    holding = Holding(clock.local_day(at))
    hanging = list(_hanging(holding))
    waiting = [*_unreleased(holding), *_unreleased_publications(holding), *_unwritten(holding)]
    notifications.post_each(hanging, kind="notice.take_down", at=at)
    due, late = _unanswered(holding)
    notifications.post_each(waiting, kind="notice.draft_waits", at=at)
    notifications.post_each(due, kind="notice.answer_due", at=at)
    notifications.post_each(late, kind="notice.answer_late", at=at)
    return sum(map(len, (hanging, waiting, due, late)))


def _reached(since, on):
    """Return the last of ``STEPS`` that has been reached on the day ``on``, None before the first."""
    passed = len(days.working_days_between(days.add_days(since, 1), on)) if since < on else 0
    return max((step for step in STEPS if step <= passed), default=None)


def _hanging(holding):
    found = {}
    for place in places.hanging(holding.on).select_related("notice", "publication"):
        subject = place.notice or place.publication
        found.setdefault((subject._meta.model_name, subject.pk), (subject, []))[1].append(place.label)
    for (name, pk), (subject, labels) in found.items():
        step = _reached(_ended_on(subject), holding.on)
        text = clipped(HANGS.format(title=subject.title, places="、".join(labels)), 200)
        people = {subject.released_by_id, subject.drafted_by_id} - {None} if step else ()
        yield from ((person, f"hangs:{name}:{pk}:{step}", text, None) for person in people)


def _ended_on(subject):
    if isinstance(subject, Publication):
        ended = [subject.ends_on, subject.ended_at and days.local(subject.ended_at).date()]
    else:
        ended = [subject.ends_on, subject.withdrawn_at and days.local(subject.withdrawn_at).date()]
    return min(day for day in ended if day is not None)


def _unanswered(holding):
    """Return what is said of objections before the day of their answer and after it.

    The office hears of both, after the day more and more seldom. Then the superiors whom the scheme names hear of it, but nobody of
    the unit concerned: where the scheme names the office, the leading group hears.
    """
    rows = notices.open_objections().select_related("notice__task__campaign__scheme", "submission")
    text_of_rules = [f"notice__task__campaign__scheme__{name}" for name in ("document", "source")]
    rows = list(rows.defer(*text_of_rules).order_by("pk"))
    due_on, due, late = objections.due_days(rows, the_door()) if rows else {}, [], []
    for row in rows:
        day, title = due_on[row.pk], row.notice.title
        key = f"answer:{row.pk}:{day:%Y%m%d}"
        if day >= holding.on:
            if days.add_working_days(holding.on, SOON) >= day:
                text = clipped(ANSWER.format(title=title, due=day), 200)
                due += [(person, f"{key}:soon", text, None) for person in _handlers(row, "office", holding)]
            continue
        text, passed = clipped(UNANSWERED.format(title=title, due=day), 200), _reached(day, holding.on)
        told = {"office": passed or 0}
        for step in row.notice.rules.conduct.reminders.escalate:
            if step.tell in SCHOOL_ROLES and days.add_working_days(day, step.after) <= holding.on:
                told["school_group" if step.tell == "office" else str(step.tell)] = step.after
        for role, number in told.items():
            late += [(person, f"{key}:{role}:{number}", text, None) for person in _handlers(row, role, holding)]
    return due, late


def _handlers(objection, role, holding):
    """The people of a role of the school whom neither the objection nor its row concerns."""
    about = objection.submission or objection.notice
    person = about.person_id if objection.submission_id else None
    _, people = holding.able(role, about.unit_id, person=person, besides={objection.author_id} - {None})
    return people


def _unreleased(holding):
    for draft, turn in Drafts(holding).turns.items():
        if step := _reached(days.local(draft.drafted_at).date(), holding.on):
            text = clipped(UNRELEASED.format(title=draft.title, days=step), 200)
            yield from ((person, f"draft:{draft.pk}:{step}", text, None) for person in turn.people)


def _unreleased_publications(holding):
    for draft in Publication.objects.filter(released_at=None).order_by("pk"):
        if step := _reached(days.local(draft.drafted_at).date(), holding.on):
            text = clipped(UNRELEASED.format(title=draft.title, days=step), 200)
            people = holders(draft.unit_id, *RELEASERS, holding=holding).exclude(pk=draft.drafted_by_id)
            yield from ((person.pk, f"publication:{draft.pk}:{step}", text, None) for person in people)


def _unwritten(holding):
    """Of a task and unit one message, counted from the sheet that has waited longest."""
    groups = drafting.waiting().order_by().values_list("task", "step", "unit").annotate(Min("moved_at"))
    late = [(*key, since, step) for *key, since in groups if (step := _reached(days.local(since).date(), holding.on))]
    tasks = CampaignTask.objects.select_related("campaign__scheme")
    tasks = tasks.defer("campaign__scheme__document", "campaign__scheme__source").in_bulk({row[0] for row in late})
    for task, code, unit, since, step in late:
        subject = TITLE.format(unit=holding.unit_names[unit], task=tasks[task].label)
        text = clipped(UNWRITTEN.format(subject=subject, days=step), 200)
        key = f"unwritten:{task}:{unit}:{days.local(since):%Y%m%d}:{step}"
        people = drafters(holding, step_of(tasks[task].route_rules, code), unit)
        yield from ((person, key, text, None) for person in people)
