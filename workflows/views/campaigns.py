"""The page of the year's campaign and its calendar."""

from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers import clock
from registers.access import can
from registers.models import Scheme
from registers.papers.words import day_within
from registers.schemes.language import SUCCESSION
from workflows.campaign import scoping
from workflows.deadlines import days, timetables
from workflows.models import Campaign, CampaignTask, DeadlineChange, Submission
from workflows.models.submissions import State
from workflows.progress import figures
from workflows.views.years import years


@require_safe
def campaign(request):
    """The running campaign: phases, tasks with dates and counts.

    Context: ``campaign``, ``years``, ``scheme`` (the campaign's, or the one adopted, from which one would be opened), ``may_open``,
    ``may_prepare``, ``next_year``; with a campaign also ``may_run``, ``may_watch``, ``outside`` (how many units do not take part yet),
    ``timeline`` for ``components/timeline.html``, ``phases`` as (phase, state, [(task, due, counts)]) and
    ``standing`` (year-round tasks) as [(task, due, counts)], ``may_move`` (deadlines); a task carries
    ``paper_label``, ``filler``, ``moved`` (its deadline was), ``words`` (the rule book's for its day), ``is_succession``
    and ``owes``: it is open and submissions are missing. A dated step of a phase stands between as (None, step, None).
    """
    chosen = years(request)
    running = chosen.campaign
    context = {
        "campaign": running,
        "years": chosen,
        "may_prepare": can(request.actor, "prepare", Campaign),
        "may_open": can(request.actor, "open", Campaign),
        "next_year": clock.today().year,
    }
    if running is not None:
        rows = (
            Submission.objects.filter(task__campaign=running).exclude(state=State.CANCELLED).order_by().values("task")
        )
        counts = {row["task"]: row for row in rows.annotate(**figures.figures(clock.today()))}
        now, today, may_run = clock.now(), clock.today(), can(request.actor, "enrol", running)
        phases, words = [], {phase.code: phase.due for phase in running.scheme.rules.phases}
        tasks_of = CampaignTask.objects.visible_to(request.actor).annotate(
            moved=Exists(DeadlineChange.objects.visible_to(request.actor).filter(task=OuterRef("pk")))
        )
        for phase in running.phases.prefetch_related(Prefetch("tasks", tasks_of)):
            tasks = sorted(phase.tasks.all(), key=lambda task: (task.due_on, task.position))
            phase.words = words.get(phase.code) and timetables.words_of(words[phase.code], phase.due_on)
            rows = _with_steps(_shown(running, tasks, counts, now), phase, running)
            phases.append((phase, phase.state(today), rows))
        year_round = running.tasks.filter(phase=None).order_by("position")
        context |= {
            "phases": phases,
            "standing": _shown(running, year_round, counts, now),
            "scheme": running.scheme,
            "may_watch": can(request.actor, "watch", Campaign),
            "may_run": may_run,
            "outside": _outside(running) if may_run else 0,
            "may_move": request.actor.has("office", "registrar"),
            "timeline": [
                {"label": phase.label, "state": state, "dates": _span(phase, running.year), "url": f"#{phase.code}"}
                for phase, state, _ in phases
            ],
        }
    else:
        context["scheme"] = Scheme.objects.visible_to(request.actor).in_use()
    return render(request, "workflows/campaign.html", context)


def _outside(running):
    """How many of the institution's units do not take part yet."""
    return len(
        set(scoping.units_of(running.institution, on=clock.today()))
        - set(running.enrolments.values_list("unit_id", flat=True))
    )


def _shown(running, tasks, counts, now):
    """``[(task, due, counts)]`` for the page."""
    rules, today = running.scheme.rules, clock.today()
    for task in tasks:
        paper = rules.papers[task.paper]
        task.paper_label = paper.label or paper.title
        task.campaign = running  # the same object, so its rule book is read once
        task.filler = rules.roles[task.route_rules.steps[0].role]
        count = counts.get(task.pk)
        task.is_succession = task.code == SUCCESSION
        task.words = timetables.words_of(task.rules.due, task.due_on) if task.due_on and task.rules.due else ""
        task.owes = bool(count) and count["filed"] < count["owed"] and task.opens_on <= today
    return [(task, days.shown(task.due_on, now), counts.get(task.pk)) for task in tasks]


def _with_steps(rows, phase, running):
    """The rows of a phase with its dated steps between them, in the order of their days."""
    dated = [
        (step.day, 1, (None, step, None))
        for step in timetables.dated_steps(running.scheme.rules, phase.code, running.year)
    ]
    return [
        row for *_, row in sorted([*((row[0].due_on, 0, row) for row in rows), *dated], key=lambda entry: entry[:2])
    ]


def _span(phase, year):
    """First and last day in words. A day of another year than ``year`` names its year."""
    due = day_within(phase.due_on, year)
    return f"{day_within(phase.starts_on, year)} – {due}" if phase.starts_on else f"{due}前"
