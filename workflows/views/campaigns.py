"""The year's campaign and its calendar."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import can, require
from registers.models import Scheme, Unit
from workflows import campaigns, deadlines, progress
from workflows.models import Campaign, Submission
from workflows.models.submissions import State


@require_safe
def campaign(request):
    """The running campaign: phases, tasks with dates and counts.

    Context: ``campaign``, ``scheme`` (the campaign's, or the one a campaign would be opened from), ``may_open``, ``form``;
    with a campaign also ``timeline`` for ``components/timeline.html``, ``may_watch``, ``phases`` as
    (phase, state, [(task, due, counts)]) and ``standing`` as [(task, due, counts)]; a task carries ``paper_label``, ``filler``
    and ``owes``: it is open and sheets are missing.
    """
    running = campaigns.current()
    context = {
        "campaign": running,
        "may_open": can(request.actor, "open", Campaign),
        "form": OpenForm(initial={"year": clock.today().year}),
    }
    if running is not None:
        rows = (
            Submission.objects.filter(task__campaign=running).exclude(state=State.CANCELLED).order_by().values("task")
        )
        counts = {row["task"]: row for row in rows.annotate(**progress.figures(clock.today()))}
        now, today = clock.now(), clock.today()
        phases = []
        for phase in running.phases.prefetch_related("tasks"):
            tasks = sorted(phase.tasks.all(), key=lambda task: (task.due_on, task.position))
            phases.append((phase, _phase_state(phase, today), _shown(running, tasks, counts, now)))
        standing = running.tasks.filter(phase=None).order_by("position") if running.scheme.rules.has_standing else []
        context |= {
            "phases": phases,
            "standing": _shown(running, standing, counts, now),
            "scheme": running.scheme,
            "may_watch": can(request.actor, "watch", Campaign),
            "timeline": [
                {"label": phase.label, "state": state, "dates": _span(phase), "url": f"#{phase.code}"}
                for phase, state, _ in phases
            ],
        }
    else:
        context["scheme"] = Scheme.objects.visible_to(request.actor).in_use()
    return render(request, "workflows/campaign.html", context)


def _shown(running, tasks, counts, now):
    """``[(task, due, counts)]`` for the page."""
    rules, today = running.scheme.rules, clock.today()
    for task in tasks:
        paper = rules.papers[task.paper]
        task.paper_label = paper.label or paper.title
        task.filler = rules.roles[rules.routes[task.route].steps[0].role]
        count = counts.get(task.pk)
        task.owes = bool(count) and count["filed"] < count["owed"] and task.opens_on <= today
    return [(task, deadlines.shown(task.due_on, now), counts.get(task.pk)) for task in tasks]


def _phase_state(phase, today):
    if phase.starts_on and today < phase.starts_on:
        return "next"
    return "done" if today > phase.due_on else "current"


def _span(phase):
    """From when to when, for the reader."""
    due = f"{phase.due_on.month}月{phase.due_on.day}日"
    return f"{phase.starts_on.month}月{phase.starts_on.day}日 – {due}" if phase.starts_on else f"{due}前"


class OpenForm(forms.Form):
    """Which year to open."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)


@require_POST
def campaign_open(request):
    """Open a year's campaign from the scheme in force."""
    require(request.actor, "open", Campaign)
    form = OpenForm(request.POST)
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    root = Unit.objects.visible_to(request.actor).filter(parent=None).first()
    if not form.is_valid() or scheme is None or root is None:
        messages.error(request, "年度应为 2000 至 2100 之间的整数；开展前须先载入方案和单位。")
        return redirect("campaign")
    try:
        opened = campaigns.open_campaign(
            scheme=scheme, institution=root, year=form.cleaned_data["year"], at=clock.now(), actor=request.actor
        )
    except campaigns.AlreadyOpen as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{opened}已开展，共 {opened.tasks.count()} 项任务。")
    return redirect("campaign")
