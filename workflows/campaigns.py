"""Open a year's campaign from a scheme version: its phases, its tasks, and who owes what."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.models import Appointment, Incumbency
from registers.schemes.language import Level
from workflows import notifications, policies, terms
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
    subjects = _subjects(rules, institution, on=on)
    for position, task in enumerate(rules.tasks):
        phase = phases.get(task.phase)
        row = CampaignTask.objects.create(
            campaign=campaign,
            phase=phase,
            code=task.code,
            label=task.label,
            step_label=task.step_label,
            level=task.level,
            brings=task.brings,
            paper=task.paper,
            route=task.route,
            position=position,
            opens_on=task.opens.on(year) if task.opens else (phase.starts_on if phase else None) or on,
            due_on=task.due.on(year) if task.due else None,
        )
        first = rules.routes[task.route].steps[0].code
        Submission.objects.bulk_create(
            [Submission(task=row, step=first, due_on=row.due_on, **subject) for subject in subjects[task.level]],
            batch_size=500,
        )
    if institution.scheme_slug != scheme.slug:
        institution.scheme_slug = scheme.slug
        institution.save(update_fields=["scheme_slug"])
    audit.append("campaign.open", about=campaign, actor=actor, at=at)
    open_due(at=at, campaign=campaign)
    return campaign


def _subjects(rules, institution, *, on):
    """Who owes the sheets of each level: post holders in scope, units with a head, the institution for the school's own."""
    return {
        Level.PERSONAL: [
            {"unit_id": held.post.unit_id, "post_id": held.post_id, "person_id": held.user_id}
            for held in in_scope(rules, institution, on=on)
        ],
        Level.UNIT: [{"unit_id": unit} for unit in answerable_units(institution, on=on)],
        Level.SCHOOL: [{"unit_id": institution.pk}],
    }


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
        if all(_holds(rules, condition, incumbency) for condition in alternative):
            return rules.scope.text or "符合方案规定的人员范围"
    return ""


def _holds(rules, condition, incumbency):
    post, user = incumbency.post, incumbency.user
    facts = []
    if condition.post_flag:
        facts.append(getattr(post, f"is_{condition.post_flag}"))
    if condition.rank_at_least:
        # A rank that the scheme does not list is below all of them.
        ranks = rules.ranks
        facts.append(user.rank in ranks and ranks.index(user.rank) >= ranks.index(condition.rank_at_least))
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
    terms.leave_time(task, rows, at=at)
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


@transaction.atomic
def begin_again(submission, *, actor, at):
    """Open the next sheet of a task that stands all year, for the same subject; return it. Raises ``NotAllowed``.

    Two people asking at once get the same sheet. Source: R0-32, R4-34.
    """
    submission = Submission.objects.select_for_update(of=("self",)).with_rules().get(pk=submission.pk)
    require(actor, "begin_again", submission)
    again, made = Submission.objects.get_or_create(
        task=submission.task,
        unit_id=submission.unit_id,
        post_id=submission.post_id,
        person_id=submission.person_id,
        sequence=submission.sequence + 1,
        defaults={"step": submission.task.route_rules.steps[0].code, "state": State.OPEN, "moved_at": at},
    )
    if made:
        audit.append("submission.begun_again", about=again, actor=actor, at=at, detail={"after": submission.pk})
    return again


def current(institution=None):
    """The running campaign, the latest first."""
    found = (
        Campaign.objects.filter(state="open")
        .select_related("scheme", "institution")
        .defer("scheme__document", "scheme__source")
    )
    return (found.filter(institution=institution) if institution else found).first()
