"""The list of submissions with their progress, 催办 of one or of all late ones, and the list as a file."""

from collections import namedtuple
from functools import cache
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock, jobs, kept
from registers.access import Seen, can, require
from registers.models import Unit
from registers.prepared import Given, Prepared
from registers.views.paging import paged
from workflows import policies
from workflows.compiled import volumes
from workflows.deadlines import days
from workflows.models import Campaign, Decision, Submission
from workflows.models.submissions import EDITABLE, State
from workflows.policies.publicity import Drafts
from workflows.policies.remedies import idle, reason
from workflows.progress import figures, nudging
from workflows.progress.figures import Choice
from workflows.routing import routes
from workflows.views import trail

Shown = namedtuple(
    "Shown", "pk subject person post unit task state days_late filed_at may_open place waits_for why since due"
)
PLACES = ("/progress/", "/board/", "/submissions/")  # the pages that 催办 may return to


@require_safe
def progress_list(request):
    """Every submission the reader watches: states, no content. What is due first is on top.

    Context: ``campaign``, ``filters``, ``tasks``, ``units``, ``states``, ``stats`` with the ``links`` behind them and
    ``counted_at``, their moment if they are kept, ``tabs``; ``items`` of this ``page`` (``may_open``: the reader may see the
    content) and whether any of them ``may_nudge``, or with ``view=units`` a page of figures ``by_unit``.
    """
    require(request.actor, "watch", Campaign)
    running, _ = chosen_campaign(request)
    choice, year = Choice.sent(request.GET), request.GET.get("year", "")
    view = "units" if request.GET.get("view") == "units" else ""
    listed = figures.listed(request.actor, running)
    owing = Exists(listed.order_by().filter(unit=OuterRef("pk")))
    units = Unit.objects.visible_to(request.actor).filter(owing)
    found = _answer(request.actor, running, choice)
    context = {
        "campaign": running,
        "year": year,
        "filters": choice,
        "view": view,
        "sent": {"year": year, **choice.given()},
        "tasks": list(running.tasks.all()) if running else [],
        "units": units.values_list("code", "name"),
        "states": [("late", "已逾期"), ("unfinished", "未办结"), *STATES],
        "links": links_of(choice, year),
        "tabs": [
            (label, address(choice.but(state=""), year=year, view=other), view == other)
            for label, other in (("按表", ""), ("按单位", "units"))
        ],
        "may_urge": running is not None and can(request.actor, "urge", running),
        "stats": found.figures,
        "counted_at": found.made_at,
    }
    if view == "units":
        chosen, counted = choice.whose(listed), figures.figures(clock.today())
        found = units.filter(Exists(chosen.order_by().filter(unit=OuterRef("pk"))))
        context["page"] = page = paged(request, found.values_list("pk", flat=True))
        by_unit = chosen.filter(unit__in=page.rows).order_by("unit__position", "unit__code")
        context["by_unit"] = [
            (row, address(choice.but(unit=row["unit__code"], state=""), year=year))
            for row in by_unit.values("unit__name", "unit__code", "unit__position").annotate(**counted)
        ]
        return render(request, "workflows/progress_list.html", context)
    page = paged(request, found)
    units_known = policies.known_units(request.actor)
    asked = {"person": request.actor.user_id, "units": units_known, "campaign": running and running.pk}
    shown = {row.pk: row for row in _rows().of(keys=page.rows, **asked)} if page.rows else {}
    page.rows = [shown[key] for key in page.rows if key in shown]
    items = items_of(request.actor, running, page.rows)
    context |= {"page": page, "items": items, "may_nudge": any(item.may_nudge for item in items)}
    return render(request, "workflows/progress_list.html", context)


def _answer(actor, campaign, choice):
    """The kept answer of the list; the name of a person that was typed is not kept."""
    find = kept.anew if choice.person else kept.answer
    return find("sheets", actor, campaign=campaign.pk if campaign else None, **choice.given())


STATES = [choice for choice in State.choices if choice[0] != State.CANCELLED]


def chosen_campaign(request):
    """The campaign that was asked for, and all that the reader may choose from.

    It is the one of the year asked for, else the running one, else the latest, None if there is none. Raises
    ``Http404`` for a year without one.
    """
    year, campaigns = request.GET.get("year", ""), figures.campaigns_for(request.actor)
    campaign = figures.chosen(campaigns, year)
    if figures.is_year(year) and campaign is None:
        raise Http404
    return campaign, campaigns


def address(choice, **more):
    """The query string of the list for a choice."""
    return f"?{urlencode({name: value for name, value in {**choice.given(), **more}.items() if value})}"


def links_of(choice, year):
    """The address behind each of the headline figures."""
    return {state or "all": address(choice.but(state=state), year=year) for state in ("", figures.LATE, *State.values)}


def in_full(rows):
    """Submissions in the list's order, with everything that a line shows."""
    handed_in = Decision.objects.filter(submission=OuterRef("pk"), verdict="submit").order_by("-seen_version")
    rows = rows.annotate(days_late=Subquery(handed_in.values("days_late")[:1]))
    return figures.in_order(rows.select_related("task__phase", "unit", "post", "person", "assigned_to"))


@cache
def _rows():
    """Return the query for the submissions of a page, as far as its reader may know of them."""
    known = policies.known_to(Given("person"), Given("units"))
    rows = figures.of_campaign(Submission.objects.filter(known, pk__within=Given("keys")), Given("campaign"))
    return Prepared(in_full(rows).order_by())


def items_of(actor, campaign, rows, holding=None):
    """Describe each submission: its state, who has it now, and what the reader may do.

    ``rows``: submissions of ``campaign``. ``holding``: who holds which role today, if it has been read already.
    Returns a list of ``trail.Item``, each with what its row has: ``shown``, ``mark``, and which ``button``.
    """
    readable = {pk for (pk,) in _readable().by(actor, sheets=[row.pk for row in rows])}
    now, items = clock.now(), []
    holding = holding or policies.Holding(timezone.localdate(now))
    drafts = Drafts(holding)
    for row in rows:
        row.task.campaign = campaign  # the same object, so its rule book is read once
        item = trail.Item(row, days.shown(row.due_now, now) if row.state in figures.BEGUN else None)
        item.may_open = row.pk in readable
        item.may_nudge = campaign.state == "open" and can(actor, "nudge", row)
        item.waits_for = waits_for(row, holding, drafts)
        item.why = why(row, holding)
        item.since = (
            days.days_since(timezone.localdate(row.moved_at), holding.on)
            if row.moved_at and row.state in figures.BEGUN
            else None
        )
        item.button = _button(item)
        item.mark = (
            "is-returned"
            if row.state == State.RETURNED
            else "is-overdue"
            if item.due and item.due.tone == "late"
            else ""
        )
        item.shown = _shown(item)
        items.append(item)
    return items


def _button(item):
    """Return what the reader may press beside a sheet: a form, a button with its ``reason``, or nothing."""
    if item.is_idle or not item.due or item.submission.state == State.WAITING:
        return ""
    return "form" if item.may_nudge else "reason"


def _shown(item):
    """Return the plain values of a sheet that its row shows."""
    sheet, due = item.submission, item.due
    person, post = sheet.person.name if sheet.person_id else "", sheet.post.name if sheet.post_id else ""
    place = "" if sheet.state in (State.FILED, State.WAITING) else item.place
    return Shown(
        sheet.pk,
        sheet.subject,
        person,
        post,
        sheet.unit.name,
        sheet.task.label,
        sheet.state,
        sheet.days_late,
        sheet.filed_at,
        item.may_open,
        place,
        item.waits_for,
        item.why,
        item.since,
        due and (due.tone, due.relative, due.day),
    )


@cache
def _readable():
    return Seen(Submission.objects.filter(pk__within=Given("sheets")).order_by().values_list("pk"))


def waits_for(submission, holding, drafts):
    """Who has to act, in words: the role and the people.

    ``drafts``: the notices that wait for their release.
    """
    if submission.state not in figures.BEGUN:
        return ""
    if submission.waiting_role == policies.UNPUBLISHED:
        people = [holding.names[user] for user in drafts.turn(submission).people]
        return f"{idle(submission)}：{some(people)}" if people else f"{idle(submission)}（暂无经办人）"
    if words := idle(submission):
        return words
    if submission.state in EDITABLE and submission.person_id:
        return submission.person.name
    turn = holding.turn(submission)
    role, people = turn.role, [holding.names[user] for user in turn.people]
    label = submission.task.campaign.scheme.rules.roles.get(role, role)
    return f"{label} {some(people)}" if people else f"{label}（暂无经办人）"


def why(submission, holding):
    """Return in words why it is the turn of these people, empty where everybody expects it."""
    own = submission.state in EDITABLE and submission.person_id
    if own or submission.state not in figures.BEGUN or idle(submission):
        return ""
    asked = submission.step_rules.role
    turn, rules = holding.turn(submission, asked=asked), submission.task.campaign.scheme.rules
    return reason(turn, holding, rules, submission.unit_id, asked=asked)


def some(names, number=3):
    """The first few names, and the number of all if there are more."""
    return "、".join(names) if len(names) <= number else f"{'、'.join(names[:number])}等{len(names)}人"


@require_POST
def submission_nudge(request, pk):
    """催办 of one submission."""
    submission = get_object_or_404(
        Submission.objects.listed_to(request.actor).select_related(
            "task__campaign__scheme", "unit", "person", "assigned_to"
        ),
        pk=pk,
    )
    reminded = routes.nudge(submission, actor=request.actor, at=clock.now())
    messages.success(
        request,
        f"已催办，提醒 {reminded} 人（同一天重复催办只送达一次）。"
        if reminded
        else "该环节暂无经办人，请核对人员任职。",
    )
    return _back(request)


def _back(request):
    back = request.POST.get("back", "")
    if back.startswith(PLACES) and "\\" not in back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("progress_list")


@require_POST
def progress_nudge(request):
    """催办 of everything late in the chosen part of the list: one message per person."""
    campaign, choice = _posted(request)
    require(request.actor, "urge", campaign)
    submissions = choice.but(state="").whose(figures.listed(request.actor, campaign))
    nudged = nudging.nudge_late(submissions, campaign=campaign, actor=request.actor, at=clock.now())
    said = messages.success if nudged.people else messages.info
    said(request, _said(nudged))
    return _back(request)


def _said(nudged):
    parts = [f"已催办 {nudged.people} 人，涉及 {nudged.submissions} 张" if nudged.people else "没有新的催办"]
    if nudged.again:
        parts.append(f"另有 {nudged.again} 人今天已催过，不再重复")
    if nudged.vacant:
        parts.append(f"{nudged.vacant} 张暂无经办人，请核对人员任职")
    if parts == ["没有新的催办"]:
        parts.append("所选范围内没有您可以催办的逾期表")
    return "；".join(parts) + "。"


@require_POST
def progress_export(request):
    """Order the list of late or unfinished submissions (``which``) as a file. A worker writes it."""
    require(request.actor, "watch", Campaign)
    campaign, choice = _posted(request)
    which = figures.UNFINISHED if request.POST.get("which") == figures.UNFINISHED else figures.LATE
    parameters = {
        "campaign": campaign.pk,
        "which": which,
        **choice.but(state=choice.state if choice.state in figures.BEGUN else "", person="").given(),
        **_people(choice, choice.whose(figures.listed(request.actor, campaign))),
    }
    with transaction.atomic():
        job = jobs.create("unfinished", owner=request.actor.user, at=clock.now(), parameters=parameters)
        detail = {
            "job": job.pk,
            "which": which,
            **{name: parameters[name] for name in ("task", "unit", "state") if name in parameters},
        }
        if not job.asked_before:
            audit.append("progress.export", about=campaign, actor=request.actor, detail=detail)
    return redirect("job_detail", pk=job.pk)


@require_POST
def progress_papers(request):
    """Have a worker print the filed sheets of the chosen part, for the archive."""
    require(request.actor, "watch", Campaign)
    campaign, choice = _posted(request)
    people = _people(choice, choice.whose(figures.listed(request.actor, campaign)))
    if not volumes.filed(request.actor, campaign, choice, people.get("people")).exists():
        messages.info(request, "所选范围内没有您可以查看的已备案表格。请换一个事项、单位或人员再打包。")
        return redirect(f"{reverse('progress_list')}{address(choice, year=request.POST.get('year', ''))}")
    parameters = {"campaign": campaign.pk, **choice.but(state="", person="").given(), **people}
    with transaction.atomic():
        job = jobs.create("volumes", owner=request.actor.user, at=clock.now(), parameters=parameters)
        if not job.asked_before:
            detail = {"form": "zip", **{name: parameters[name] for name in ("task", "unit") if name in parameters}}
            audit.append("paper.export", about=campaign, actor=request.actor, detail={"job": job.pk, **detail})
    return redirect("job_detail", pk=job.pk)


def _people(choice, rows):
    """The people that were searched for, as a job's parameter. The text that was typed is a name and must not get there."""
    return {"people": sorted(set(rows.order_by().values_list("person", flat=True)))} if choice.person else {}


def _posted(request):
    """The campaign and the choice that a form names. Raises ``Http404``."""
    campaign = figures.chosen(figures.campaigns_for(request.actor), request.POST.get("year", ""))
    if campaign is None:
        raise Http404
    return campaign, Choice.sent(request.POST)
