"""Open a year's campaign from a scheme version: its phases, its tasks, and who owes what."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from registers import audit
from registers.models import Appointment, Incumbency
from registers.schemes.language import Level
from workflows import notifications, policies
from workflows.models import Campaign, CampaignTask, Phase, Submission
from workflows.models.submissions import State


class AlreadyOpen(Exception):
    """The institution has a campaign for that year."""


@transaction.atomic
def open_campaign(*, scheme, institution, year, at, actor=None):
    """Open the campaign of ``year`` for everyone in scope; sheets whose day has come open at once.

    Every post holder in scope gets the personal sheets, every unit with a head the unit sheets. Raises
    ``AlreadyOpen``. Source: R1-08 to R1-11, R1-47.
    """
    if Campaign.objects.filter(institution=institution, year=year).exists():
        raise AlreadyOpen(f"{institution}{year}年度活动已经开展，不能重复。")
    rules = scheme.rules
    campaign = Campaign.objects.create(scheme=scheme, institution=institution, year=year, opened_at=at)
    phases = {
        phase.code: Phase.objects.create(
            campaign=campaign,
            code=phase.code,
            label=phase.label,
            position=position,
            starts_on=phase.start.on(year) if phase.start else None,
            due_on=phase.due.on(year),
        )
        for position, phase in enumerate(rules.phases)
    }
    on = timezone.localdate(at)
    people, units = in_scope(rules, institution, on=on), answerable_units(institution, on=on)
    for position, task in enumerate(rules.tasks):
        row = CampaignTask.objects.create(
            campaign=campaign,
            phase=phases[task.phase],
            code=task.code,
            label=task.label,
            step_label=task.step_label,
            level=task.level,
            brings=task.brings,
            paper=task.paper,
            route=task.route,
            position=position,
            opens_on=(task.opens.on(year) if task.opens else phases[task.phase].starts_on or on),
            due_on=task.due.on(year),
        )
        first = rules.routes[task.route].steps[0].code
        owed = (
            [{"unit_id": held.post.unit_id, "post_id": held.post_id, "person_id": held.user_id} for held in people]
            if task.level == Level.PERSONAL
            else [{"unit_id": unit} for unit in units]
        )
        Submission.objects.bulk_create(
            [Submission(task=row, step=first, due_on=row.due_on, **subject) for subject in owed], batch_size=500
        )
    audit.append("campaign.open", about=campaign, actor=actor, at=at)
    open_due(at=at, campaign=campaign)
    return campaign


def in_scope(rules, institution, *, on):
    """The incumbencies whose holders owe personal sheets on the day ``on``. Source: R1-01, R2-01, R3-04."""
    held = (
        Incumbency.objects.in_force(on)
        .select_related("post__unit", "user")
        .filter(post__closed_on=None, post__unit__in=institution.descendants(include_self=True))
        .order_by("pk")
    )
    return [incumbency for incumbency in held if why_in_scope(rules, incumbency)]


def why_in_scope(rules, incumbency):
    """The scheme's reason for asking this post holder, as a sentence; empty when he is not asked."""
    if not rules.scope.any_of:
        return rules.scope.text or "全体人员"
    for alternative in rules.scope.any_of:
        if all(_holds(condition, incumbency) for condition in alternative):
            return rules.scope.text or "符合方案规定的人员范围"
    return ""


def _holds(condition, incumbency):
    post, user = incumbency.post, incumbency.user
    facts = []
    if condition.post_flag:
        facts.append(getattr(post, f"is_{condition.post_flag}"))
    if condition.unit_types:
        facts.append(post.unit.unit_type in condition.unit_types)
    if condition.party_member is not None:
        facts.append(user.is_party_member == condition.party_member)
    return all(facts)


def answerable_units(institution, *, on):
    """Ids of the units that owe unit sheets: all below the institution with a head of their own."""
    headed = Appointment.objects.in_force(on).filter(role="unit_head").values("unit")
    return list(institution.descendants().filter(pk__in=headed, closed_on=None).values_list("pk", flat=True))


@transaction.atomic
def open_due(*, at, campaign=None):
    """Open every waiting sheet whose day has come and whose predecessors are filed; tell the fillers. Repeatable."""
    on, opened = timezone.localdate(at), 0
    tasks = CampaignTask.objects.filter(campaign__state="open", opens_on__lte=on).select_related("campaign__scheme")
    for task in tasks.filter(campaign=campaign) if campaign else tasks:
        waiting = Submission.objects.filter(task=task, state=State.WAITING)
        for code in task.rules.after:
            done = Submission.objects.filter(task__campaign=task.campaign_id, task__code=code, state=State.FILED)
            waiting = waiting.filter(Exists(_same_subject(done, task.level)))
        opened += _open_all(task, waiting, at)
    return opened


def _same_subject(sheets, level):
    """Those of ``sheets`` that are owed by the subject of the row outside: a post can have two holders, each with his own."""
    if level == Level.PERSONAL:
        return sheets.filter(post=OuterRef("post"), person=OuterRef("person"))
    return sheets.filter(person=None, unit=OuterRef("unit"))


def _open_all(task, waiting, at):
    rows = list(waiting.select_related("unit", "person").select_for_update(of=("self",)))
    if not rows:
        return 0
    Submission.objects.filter(pk__in=[row.pk for row in rows], state=State.WAITING).update(
        state=State.OPEN, moved_at=at
    )
    liaisons = {}
    for row in rows:
        row.task = task
        if row.person_id is None and row.unit_id not in liaisons:
            liaisons[row.unit_id] = list(policies.holders("liaison", row.unit, on=timezone.localdate(at)))
        people = [row.person] if row.person_id else liaisons[row.unit_id]
        notifications.post(
            people,
            kind="submission.opened",
            key=f"opened:{row.pk}",
            at=at,
            submission=row,
            text=notifications.sentence("submission.opened", row),
        )
    audit.append("submission.opened", about=task, at=at, detail={"count": len(rows)})
    return len(rows)


def current(institution=None):
    """The running campaign, the latest first."""
    found = Campaign.objects.filter(state="open").select_related("scheme", "institution").defer("scheme__document")
    return (found.filter(institution=institution) if institution else found).first()
