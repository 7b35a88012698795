"""Run a year's campaign: open it from a scheme version, enrol units, close its phases, close it."""

from functools import cache

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.models import Scheme, Unit
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from workflows import policies, terms
from workflows.campaign import owing, scoping
from workflows.campaign.readiness import readiness
from workflows.deadlines import days
from workflows.models import Campaign, CampaignTask, Enrolment, Meeting, Phase, Submission
from workflows.models.submissions import ALONE, State
from workflows.policies.door import beside_rules

ADOPT_FIRST = "请先由管理员在“方案”中采用本校的方案。"


@transaction.atomic
@audit.at_the_end()
def open_campaign(*, scheme, institution, year, at, actor=None, units=None):
    """Open the campaign of ``year`` for everyone in scope in ``units`` (ids, None for all), and return it.

    Every post holder in scope gets the personal submissions, every unit with a head those of the unit. What is due to
    open opens at once. Units whose submissions nobody could conclude stay out (``refusals`` says why). They and others
    come in with ``enrol``. Raises ``Refused``, also when no unit is left. Source: R1-08 to R1-11, R1-47, R3-38.
    """
    if institution.scheme_slug != scheme.slug:
        raise Refused(f"{institution}没有采用{scheme.institution}《{scheme.title}》，不能据此开展。{ADOPT_FIRST}")
    if Campaign.objects.filter(institution=institution, year=year).exclude(state=Campaign.State.STANDING).exists():
        raise Refused(f"{institution}{year}年度活动已经开展，不能重复。")
    rules, on = scheme.rules, timezone.localdate(at)
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
    for position, task in enumerate(rules.tasks):
        make_task(campaign, task, phase=phases.get(task.phase), position=position, on=on)
    audit.append("campaign.open", about=campaign, actor=actor, at=at)
    units = scoping.units_of(institution, on=on) if units is None else list(units)
    refused = refusals(campaign, units, on=on)
    if units and not (ready := [unit for unit in units if unit not in refused]):
        raise Refused(f"没有单位可以参加，年度活动未开展。{words_of(refused)}。")
    _take_in(campaign, ready if units else [], wave=1, at=at)
    return campaign


def refusals(campaign, units, *, on):
    """Return unit id → why it cannot take part, for units whose submissions nobody could conclude.

    ``units``: ids of the units that are to come in together.
    """
    enrolled = set(campaign.enrolments.values_list("unit_id", flat=True))
    rules, institution = campaign.scheme.rules, campaign.institution
    owed = scoping.subjects(rules, institution, units, on=on)
    headed = scoping.answerable(scoping.units_of(institution, on=on), on=on)
    found = readiness(rules, owed, policies.Holding(on), headed=headed, joining=units, enrolled=enrolled)
    return {unit: verdict.words for unit, verdict in found.items() if verdict.refused and unit not in enrolled}


def words_of(refused):
    """Return the ``refusals`` as one message: which units, and what each lacks."""
    names = dict(Unit.objects.filter(pk__in=refused).values_list("pk", "name"))
    return "；".join(f"{names[unit]}：{words}" for unit, words in refused.items())


def make_task(campaign, task, *, phase, position, on):
    """Make the campaign's row for a task of the rule book.

    It opens on its own first day, else on that of its phase, else on the day ``on``.
    """
    year = campaign.year
    return CampaignTask.objects.create(
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


@transaction.atomic
@audit.at_the_end()
def enrol(campaign, units, *, actor, at):
    """Enrol further units (ids) in a running campaign as its next wave and return the ``Enrolment`` rows.

    Units that are enrolled already are skipped, and those whose submissions nobody could conclude (``refusals`` says
    why). Who comes late has at least the scheme's ``newcomer_days`` working days. Raises ``NotAllowed``. Source: R3-38.
    """
    campaign = (
        Campaign.objects.select_for_update(of=("self",)).select_related("scheme", "institution").get(pk=campaign.pk)
    )
    require(actor, "enrol", campaign)
    known = set(campaign.enrolments.values_list("unit_id", flat=True))
    on = timezone.localdate(at)
    new = [unit for unit in scoping.units_of(campaign.institution, on=on) if unit in set(units) - known]
    refused = refusals(campaign, new, on=on)
    new = [unit for unit in new if unit not in refused]
    if not new:
        return []
    wave = (campaign.enrolments.aggregate(last=Max("wave"))["last"] or 0) + 1
    made = _take_in(campaign, new, wave=wave, at=at)
    audit.append("campaign.enrol", about=campaign, actor=actor, at=at, detail={"wave": wave, "units": new})
    return made


def _take_in(campaign, units, *, wave, at):
    """Enrol ``units`` (ids) and make their submissions."""
    on = timezone.localdate(at)
    made = Enrolment.objects.bulk_create(
        Enrolment(campaign=campaign, unit_id=unit, wave=wave, enrolled_on=on) for unit in units
    )
    subjects = scoping.subjects(campaign.scheme.rules, campaign.institution, units, on=on)
    for task in open_tasks(campaign):
        owing.owe(task, subjects[task.level], due_of=_as_planned(task) if wave == 1 else due_of_late(task, on=on))
    owing.open_ready(at=at, campaign=campaign.pk)
    return made


def open_tasks(campaign):
    """The campaign's tasks for which submissions can still be made: all but those of a closed phase."""
    tasks = list(campaign.tasks.exclude(phase__closed_at__isnull=False))
    for task in tasks:
        task.campaign = campaign  # the same object, so its rule book is read once
    return tasks


def _as_planned(task):
    return lambda subject: task.due_on


def due_of_late(task, *, on):
    """Return a function subject → last day, for those who come to ``task`` on the day ``on``.

    It is the day in force for the subject, but never earlier than the scheme's ``newcomer_days`` working days from
    ``on``.
    """
    if task.due_on is None:
        return lambda subject: None
    moved = terms.days_for(task)
    earliest = days.add_working_days(on, task.campaign.scheme.rules.conduct.newcomer_days)
    return lambda subject: max(moved(subject["unit_id"], subject.get("person_id")), earliest)


@transaction.atomic
def close_phase(phase, *, actor, reason, at):
    """Close a phase: nothing of it can be filled in or opened any more, but what is in review goes on.

    Closing also stops late submissions that the deadlines would still allow. A returned submission can be filled in
    until its redo day. Closing can be taken back. Raises ``NotAllowed``, and ``Refused`` when it is closed already.
    """
    phase = Phase.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=phase.pk)
    require(actor, "close", phase)
    if phase.is_closed:
        raise Refused(f"“{phase.label}”已经关闭。")
    phase.closed_at, phase.closed_by_id, phase.close_reason = at, actor.user_id, reason
    phase.save(update_fields=["closed_at", "closed_by", "close_reason"])
    audit.append("phase.close", about=phase, actor=actor, at=at)


@transaction.atomic
@audit.at_the_end()
def reopen_phase(phase, *, actor, at):
    """Reopen a closed phase. Raises ``NotAllowed``, and ``Refused`` when it is not closed."""
    phase = Phase.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=phase.pk)
    require(actor, "close", phase)
    if not phase.is_closed:
        raise Refused(f"“{phase.label}”没有关闭。")
    phase.closed_at, phase.closed_by, phase.close_reason = None, None, ""
    phase.save(update_fields=["closed_at", "closed_by", "close_reason"])
    audit.append("phase.reopen", about=phase, actor=actor, at=at)
    owing.open_ready(at=at, phase=phase.pk)


@transaction.atomic
def close(campaign, *, actor, at):
    """Close a campaign: nothing of it can be filled in any more.

    Returns how many submissions were never handed in, or never taken along by the unit's; they stay as they are. Raises
    ``NotAllowed``, and ``Refused`` while others are in review or a meeting is still to be signed, so nothing that somebody handed
    in is lost.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    require(actor, "close", campaign)
    submissions = held(campaign)
    if moving := submissions.filter(state=State.IN_REVIEW).exclude(ALONE).count():
        raise Refused(f"还有 {moving} 张表在审核中，不能结束。请先办结、退回，或等公示期满。")
    if meetings := list(open_meetings(campaign)):
        named = "、".join(map(str, meetings[:3])) + ("等" if len(meetings) > 3 else "")
        raise Refused(f"还有 {len(meetings)} 次会议没有签署纪要（{named}），不能结束。请先签署，或取消会议。")
    undone = submissions.filter(Q(state__in=owing.STOPPABLE) | ALONE).count()
    campaign.state, campaign.closed_at = Campaign.State.CLOSED, at
    campaign.save(update_fields=["state", "closed_at"])
    audit.append("campaign.close", about=campaign, actor=actor, at=at, detail={"unfinished": undone})
    return undone


def held(campaign):
    """Return the campaign's submissions, all locked.

    What is being handed in at this moment is there, or waits to be refused.
    """
    submissions = Submission.objects.filter(task__campaign=campaign)
    list(submissions.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return submissions


def open_meetings(campaign):
    """The campaign's meetings whose minutes are to be signed still."""
    return Meeting.objects.filter(campaign=campaign, signed_at=None, cancelled_at=None).order_by("held_on", "pk")


@transaction.atomic
@audit.at_the_end()
def open_due(*, at):
    """Open every waiting submission whose day has come. Repeatable."""
    return owing.open_ready(at=at)


@transaction.atomic
def begin_again(submission, *, actor, at):
    """Open the next submission of a year-round task for the same subject, and return it.

    Two people who ask at once get the same one. Raises ``NotAllowed``. Source: R0-32, R4-34.
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
    """The running campaign (of ``institution``, if given), the latest if there are several, or None."""
    return _latest(Campaign.State.OPEN, institution)


def current_for(actor):
    """Return ``current()`` beside the rule book in use (``beside_rules``), read once for an actor."""
    if current_for not in actor.memory:
        actor.memory[current_for] = next(iter(_running().of()), None)
    return actor.memory[current_for]


def current_or_yearly():
    """Return the running campaign, without one the year's row of what is proposed at any time, or None."""
    return current() or _latest(Campaign.State.STANDING)


def current_or_ended():
    """Return the running campaign, without one the latest that has ended, or None."""
    return current() or _latest(Campaign.State.CLOSED)


def scheme_for(institution):
    """Return the scheme version that whatever begins now follows, None where there is none.

    Changes at any time, plans of inspections, surveys and assessments ask for it. It is that of the running campaign, else the one in use.
    """
    running = current(institution)
    return running.scheme if running is not None else Scheme.objects.in_use()


@cache
def _running():
    return Prepared(beside_rules(_with_scheme(Campaign.State.OPEN))[:1], planned=True)


def _latest(state, institution=None):
    """Return the latest campaign in a state, of an institution or of any."""
    given = {"state": str(state)} | ({"institution": institution.pk} if institution else {})
    return next(iter(_latest_of(frozenset(given)).of(**given)), None)


@cache
def _latest_of(names):
    rows = _with_scheme(Given("state"))
    return Prepared((rows.filter(institution=Given("institution")) if "institution" in names else rows)[:1])


def _with_scheme(state):
    rows = Campaign.objects.filter(state=state).select_related("scheme", "institution")
    return rows.defer("scheme__document", "scheme__source")
