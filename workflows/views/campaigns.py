"""The year's campaign: its calendar, and who stands where."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registers import clock
from registers.access import can, require
from registers.models import Scheme, Unit
from registers.views.paging import paged
from workflows import campaigns, deadlines, routes
from workflows.models import Campaign, Submission
from workflows.models.submissions import UNFINISHED, State
from workflows.views import trail


def campaign(request):
    """The running campaign: phases, tasks with dates and counts. Context: ``campaign``, ``phases``, ``may_open``, ``years``."""
    running = campaigns.current()
    context = {"campaign": running, "may_open": can(request.actor, "open", Campaign), "form": OpenForm(initial={"year": clock.today().year})}
    if running is not None:
        counts = {row["task"]: row for row in Submission.objects.filter(task__campaign=running).order_by().values("task").annotate(
            owed=Count("pk"), filed=Count("pk", filter=Q(state=State.FILED)), moving=Count("pk", filter=Q(state=State.IN_REVIEW)))}
        now, today = clock.now(), clock.today()
        phases = []
        for phase in running.phases.prefetch_related("tasks"):
            tasks = sorted(phase.tasks.all(), key=lambda task: (task.due_on, task.position))
            phases.append((phase, _phase_state(phase, today), [(task, deadlines.shown(task.due_on, now), counts.get(task.pk)) for task in tasks]))
        context |= {"phases": phases, "scheme": running.scheme}
    return render(request, "workflows/campaign.html", context)


def _phase_state(phase, today):
    if phase.starts_on and today < phase.starts_on:
        return "todo"
    return "done" if today > phase.due_on else "current"


class OpenForm(forms.Form):
    """Which year to open."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)


@require_POST
def campaign_open(request):
    """Open a year's campaign from the scheme in force."""
    require(request.actor, "open", Campaign)
    form = OpenForm(request.POST)
    scheme = Scheme.objects.visible_to(request.actor).filter(is_current=True).first()
    root = Unit.objects.visible_to(request.actor).filter(parent=None).first()
    if not form.is_valid() or scheme is None or root is None:
        messages.error(request, "年度应为 2000 至 2100 之间的整数；开展前须先载入方案和单位。")
        return redirect("campaign")
    try:
        opened = campaigns.open_campaign(scheme=scheme, institution=root, year=form.cleaned_data["year"], at=clock.now(), actor=request.actor)
    except campaigns.AlreadyOpen as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{opened}已开展，共 {opened.tasks.count()} 项任务。")
    return redirect("campaign")


def progress_list(request):
    """Who stands where: states without content, late ones first. Context: ``page`` of items, ``filters``, choices, ``stats``."""
    require(request.actor, "watch", Campaign)
    running = campaigns.current()
    filters = {name: request.GET.get(name, "").strip()[:40] for name in ("task", "unit", "state")}
    rows = Submission.objects.listed_to(request.actor).filter(task__campaign=running).select_related(
        "task__campaign__scheme", "unit", "post", "person", "assigned_to").order_by("due_on", "unit__position", "pk")
    if filters["task"]:
        rows = rows.filter(task__code=filters["task"])
    if filters["unit"]:
        rows = rows.filter(unit__code=filters["unit"])
    today = clock.today()
    if filters["state"] == "late":
        rows = rows.filter(Q(due_on__lt=today, state__in=[State.OPEN, State.RETURNED]) | Q(step_due_on__lt=today, state=State.IN_REVIEW))
    elif filters["state"] in State.values:
        rows = rows.filter(state=filters["state"])
    else:
        rows = rows.exclude(state=State.WAITING)
    stats = Submission.objects.listed_to(request.actor).filter(task__campaign=running).aggregate(
        owed=Count("pk"), filed=Count("pk", filter=Q(state=State.FILED)), moving=Count("pk", filter=Q(state=State.IN_REVIEW)),
        open=Count("pk", filter=Q(state__in=[State.OPEN, State.RETURNED])),
        late=Count("pk", filter=Q(due_on__lt=today, state__in=[State.OPEN, State.RETURNED]) | Q(step_due_on__lt=today, state=State.IN_REVIEW)))
    page = paged(request, rows)
    now = clock.now()
    actor = request.actor
    items = []
    for row in page.rows:
        item = trail.Item(row, deadlines.shown(row.due_on if row.state in (State.OPEN, State.RETURNED) else row.step_due_on, now)
                          if row.state in UNFINISHED else None)
        item.may_nudge = can(actor, "nudge", row)
        items.append(item)
    return render(request, "workflows/progress_list.html", {
        "page": page, "items": items, "filters": filters, "stats": stats, "campaign": running,
        "tasks": list(running.tasks.all()) if running else [], "states": [("late", "已逾期"), *State.choices],
        "units": Unit.objects.visible_to(actor).filter(parent__isnull=False).values_list("code", "name"),
    })


@require_POST
def submission_nudge(request, pk):
    """催办."""
    submission = get_object_or_404(Submission.objects.listed_to(request.actor).select_related("task__campaign__scheme", "unit", "person", "assigned_to"), pk=pk)
    told = routes.nudge(submission, actor=request.actor, at=clock.now())
    messages.success(request, f"已催办，提醒 {told} 人（同一天重复催办只送达一次）。" if told else "该环节暂无经办人，请核对人员任职。")
    return redirect(request.POST.get("back") or "progress_list") if request.POST.get("back", "").startswith("/progress/") else redirect("progress_list")
