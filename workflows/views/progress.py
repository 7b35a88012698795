"""The list of who stands where, and 催办 of one sheet."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, When
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import can, require
from registers.models import Unit
from registers.views.paging import paged
from workflows import campaigns, deadlines, policies, progress, routes
from workflows.models import Campaign, Submission
from workflows.models.submissions import EDITABLE, UNFINISHED, State
from workflows.views import trail


@require_safe
def progress_list(request):
    """Who stands where: states, no content; what is due first on top, what is filed at the end.

    Context: ``campaign``, ``filters``, ``tasks``, ``units``, ``states``, ``stats`` with the ``links`` behind them, ``tabs``;
    ``items`` of this ``page`` (``may_open`` says that the reader may see what is in the sheet) and whether any of them
    ``may_nudge``, or with ``view=units`` the figures ``by_unit``.
    """
    require(request.actor, "watch", Campaign)
    running = campaigns.current()
    filters = {name: request.GET.get(name, "").strip()[:40] for name in ("task", "unit", "state", "view")}
    listed = Submission.objects.listed_to(request.actor).filter(task__campaign=running).exclude(state=State.CANCELLED)
    units = Unit.objects.visible_to(request.actor).filter(pk__in=listed.order_by().values("unit"))
    if filters["task"]:
        listed = listed.filter(task__code=filters["task"])
    if filters["unit"]:
        listed = listed.filter(unit__code=filters["unit"])
    today = clock.today()
    figures = progress.figures(today)
    context = {
        "campaign": running,
        "filters": filters,
        "stats": listed.aggregate(**figures),
        "tasks": list(running.tasks.all()) if running else [],
        "units": units.values_list("code", "name"),
        "states": [("late", "已逾期"), *[choice for choice in State.choices if choice[0] != State.CANCELLED]],
        "links": {state: _address(filters, state=state, view="") for state in ("", "late", *State.values)},
        "tabs": [
            (label, _address(filters, state="", view=view), filters["view"] == view)
            for label, view in (("按表", ""), ("按单位", "units"))
        ],
    }
    if filters["view"] == "units":
        by_unit = listed.order_by("unit__position", "unit__code").values("unit__name", "unit__code", "unit__position")
        context["by_unit"] = [
            (row, _address(filters, unit=row["unit__code"], view="", state="")) for row in by_unit.annotate(**figures)
        ]
        return render(request, "workflows/progress_list.html", context)
    rows = listed.select_related("task", "unit", "post", "person", "assigned_to").order_by(
        Case(When(state=State.FILED, then=1), default=0),
        Coalesce(Case(When(state=State.IN_REVIEW, then="step_due_on")), "due_on").asc(nulls_last=True),
        "unit__position",
        "pk",
    )
    if filters["state"] == "late":
        rows = rows.filter(progress.late(today))
    elif filters["state"] in State.values:
        rows = rows.filter(state=filters["state"])
    else:
        rows = rows.exclude(state=State.WAITING)
    page = paged(request, rows)
    items = _standing(request.actor, running, page.rows)
    context |= {"page": page, "items": items, "may_nudge": any(item.may_nudge for item in items)}
    return render(request, "workflows/progress_list.html", context)


def _standing(actor, running, rows):
    """How each sheet stands and what the reader may do about it."""
    readable = set(
        Submission.objects.visible_to(actor).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    now, items = clock.now(), []
    for row in rows:
        row.task.campaign = running  # already read, with its rule book
        due = row.due_on if row.state in EDITABLE else row.step_due_on
        item = trail.Item(row, deadlines.shown(due, now) if row.state in UNFINISHED else None)
        item.may_open = row.pk in readable
        item.may_nudge = can(actor, "nudge", row)
        item.waits_for = _waits_for(item)
        items.append(item)
    return items


def _address(filters, **changed):
    """The page's own address with other filters."""
    return f"?{urlencode({name: value for name, value in (filters | changed).items() if value})}"


def _waits_for(item):
    """Whose turn it is, in words."""
    submission = item.submission
    roles = submission.task.campaign.scheme.rules.roles
    if submission.state in (State.OPEN, State.RETURNED):
        return submission.person.name if submission.person_id else roles.get("liaison", "")
    if submission.state != State.IN_REVIEW:
        return ""
    if submission.waiting_role == policies.NOTICE:
        return "公示结束"
    return submission.assigned_to.name if submission.assigned_to_id else roles.get(submission.waiting_role, "")


@require_POST
def submission_nudge(request, pk):
    """催办."""
    submission = get_object_or_404(
        Submission.objects.listed_to(request.actor).select_related(
            "task__campaign__scheme", "unit", "person", "assigned_to"
        ),
        pk=pk,
    )
    told = routes.nudge(submission, actor=request.actor, at=clock.now())
    messages.success(
        request,
        f"已催办，提醒 {told} 人（同一天重复催办只送达一次）。" if told else "该环节暂无经办人，请核对人员任职。",
    )
    return (
        redirect(request.POST.get("back") or "progress_list")
        if request.POST.get("back", "").startswith("/progress/")
        else redirect("progress_list")
    )
