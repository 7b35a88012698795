"""All dated things of a rule book in one year, with notes on what its author should check."""

from dataclasses import dataclass, field

from workflows.deadlines.days import WorkingDays
from workflows.deadlines.timetables import timetable_of
from workflows.models import CalendarDay

WEEKDAYS = "一二三四五六日"
ADDED = "原文未载，由方案补出"  # of a task that is ``inferred``


@dataclass
class Day:
    """One thing that happens on one day.

    ``kind``: ``start``, ``end``, ``opens``, ``due`` or ``step``. ``notes``: what a reader should notice; they are no
    faults.
    """

    day: object
    kind: str
    what: str
    owner: str = ""
    notes: list = field(default_factory=list)
    special: str = ""
    is_working: bool = True

    @property
    def weekday(self):
        return f"周{WEEKDAYS[self.day.weekday()]}"


def year_plan(rules, year):
    """List everything dated in ``rules`` (a typed scheme) for the campaign of ``year``, in order.

    One query.
    """
    special = {row.day: row for row in CalendarDay.objects.all()}
    working = WorkingDays({day: row.is_working for day, row in special.items()})
    days = [*_phases(rules, year), *_tasks(rules, year, working), *_steps(rules, year)]
    for entry in days:
        known = special.get(entry.day)
        entry.is_working = known.is_working if known else entry.day.weekday() < 5
        entry.special = known.label if known else ""
        if not entry.is_working and entry.kind in ("due", "step", "end"):
            entry.notes.append(f"截止日不是工作日（{entry.special or entry.weekday}）")
    order = ("start", "opens", "step", "due", "end")
    return sorted(days, key=lambda entry: (entry.day, order.index(entry.kind)))


def _phases(rules, year):
    last = None
    for phase in rules.phases:
        end = Day(phase.due.on(year), "end", f"{phase.label}结束")
        if phase.start:
            start = Day(phase.start.on(year), "start", f"{phase.label}开始")
            if last and start.day <= last[1]:
                start.notes.append(f"与“{last[0]}”重叠")
            yield start
        else:
            end.notes.append("本阶段没有写开始日期")
        if end.day.year != year:
            end.notes.append("不在本年度之内")
        last = (phase.label, end.day)
        yield end


def _tasks(rules, year, working):
    phases = {phase.code: phase for phase in rules.phases}
    for task in rules.tasks:
        who = rules.roles.get(rules.routes[task.route].steps[0].role, "")
        if task.opens:
            yield Day(task.opens.on(year), "opens", f"{task.label}开放填报", who)
        if task.due:
            due = Day(task.due.on(year), "due", f"{task.label}截止", who)
            if phases[task.phase].due.on(year) < due.day:
                due.notes.append(f"晚于所属阶段“{phases[task.phase].label}”的结束日期")
            if task.inferred:
                due.notes.append(ADDED)
            timetable = timetable_of(rules, task, year, working)
            due.notes += timetable.notes if timetable else []
            yield due


def _steps(rules, year):
    seen = set()
    for route in rules.routes.values():
        for step in route.steps:
            if step.due and (step.label, step.due.on(year)) not in seen:
                seen.add((step.label, step.due.on(year)))
                what = f"{step.plan_label}：{step.label}" if step.plan_label else step.label
                yield Day(step.due.on(year), "step", f"{what}截止", rules.roles.get(step.role, ""))
