"""Reminders of notices: drafts that nobody writes or releases, and what still hangs after the end.

Each message has a key of its own, so that running it again adds nothing. Source: supervision 1.2.
"""

from django.conf import settings
from django.db.models import Min

from registers import clock
from registers.text import clipped
from workflows.campaign.repeated import TITLE
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import CampaignTask, Publication
from workflows.policies.holding import Holding
from workflows.policies.inspection_plans import holders
from workflows.policies.publications import RELEASERS
from workflows.policies.publicity import Drafts, drafters
from workflows.publicity import drafting, places
from workflows.routing.steps import step_of

STEPS = (1, 3, 5, 10, 20)  # working days after which it is said again
HANGS = "“{title}”已经结束，{places}尚未撤下，请撤下后登记。"
UNRELEASED = "“{title}”起草已有 {days} 个工作日，请审核后发布。"
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
    notifications.post_each(waiting, kind="notice.draft_waits", at=at)
    return len(hanging) + len(waiting)


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
