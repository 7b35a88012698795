"""How long a submission is on its way, and until when it must be handed in.

So that the rule book's day is kept. Counted backwards from the last dated step of the route, else from the end of the
phase, with the working days that every step has (``Scheme.days_at``). What is returned takes longer. Source: R1-12, R1-19,
R2-14, R3-10.
"""

from dataclasses import dataclass, replace

from registers.schemes.language import StepKind
from workflows.deadlines import days


@dataclass(frozen=True)
class Timetable:
    """The way of a task's sheets in one year.

    ``latest``: the last day for handing in so that all is concluded by ``ends_on``, which the rule book words as
    ``named``. ``opens_on`` and ``due_on`` are the task's days; ``takes`` counts the working days from handing in to the end,
    those of a notice (``has_notice``) among them.
    """

    opens_on: object
    due_on: object
    latest: object
    ends_on: object
    named: str
    takes: int
    has_notice: bool

    @property
    def is_kept(self):
        """Whether a sheet handed in on its last day is concluded in time."""
        return self.latest >= self.due_on

    def advice(self, on):
        """A sentence for whoever fills the sheet on the day ``on``.

        Empty where the sheet's own day is early enough, or so late that it has been moved beyond the rule book's.
        """
        if self.is_kept or self.due_on > self.ends_on or on > self.ends_on:
            return ""
        if on > self.latest:
            return f"{self._takes}，要在{self.named}办结，请尽快提交"
        return f"最迟{_day(self.latest)}提交，方能在{self.named}办结（{self._takes}）"

    @property
    def _takes(self):
        return f"审核{'、公示' if self.has_notice else ''}约需 {self.takes} 个工作日"

    @property
    def notes(self):
        """What the author of the rule book should know, as a list of sentences."""
        if self.is_kept:
            return []
        if self.opens_on is not None and self.latest < self.opens_on:
            return [f"从开放到{self.named}不够办完：{self._takes}"]
        return [
            f"截止日提交的，{self.named}办不完：最迟须{_day(self.latest)}提交（审核、公示约需 {self.takes} 个工作日）"
        ]


def timetable_of(rules, task, year, working, *, due_on=None):
    """Return the ``Timetable`` of a task in ``year``, or None where nothing says when its route must end.

    ``working``: the ``days.WorkingDays``. ``due_on``: the day in force, where it differs from the rule book's.
    """
    if task.due is None:
        return None
    if carrier := rules.carrier_of(task.code):  # it goes on with the unit's sheet, and has to be there with it
        timetable = timetable_of(rules, carrier, year, working)
        return timetable and replace(timetable, opens_on=_opens(rules, task, year), due_on=due_on or task.due.on(year))
    steps = rules.route(task.route).steps
    phase = next((phase for phase in rules.phases if phase.code == task.phase), None)
    dated = [place for place, step in enumerate(steps) if step.due]
    last = dated[-1] if dated else len(steps) - 1
    end = steps[last].due if dated else phase.due if phase else None
    due_on = due_on or task.due.on(year)
    if end is None or end.on(year) < task.due.on(year):
        return None  # the task is due after its phase: the rule book names no end for it
    latest, takes = end.on(year), 0
    passed = steps[1 : last + 1]
    for step in reversed(passed):
        latest = min(latest, step.due.on(year)) if step.due else latest
        latest, takes = _before(step, rules.days_at(step), latest, working), takes + rules.days_at(step)
    has_notice = any(step.kind == StepKind.PUBLICISE for step in passed)
    return Timetable(_opens(rules, task, year), due_on, latest, end.on(year), _by(end, year), takes, has_notice)


def _opens(rules, task, year):
    """The first day of a task, which may be that of its phase, None where neither has one."""
    start = task.opens or next((phase.start for phase in rules.phases if phase.code == task.phase), None)
    return start.on(year) if start else None


@dataclass(frozen=True)
class DatedStep:
    """A day in the institution's plan for what is done with the sheets of a phase.

    ``label``: its heading there (审核风险点). ``what`` and ``who``: the steps and roles that it holds for.
    """

    label: str
    what: str
    who: str
    day: object
    words: str


def dated_steps(rules, phase, year):
    """List the ``DatedStep`` of a phase (its code) in ``year``.

    Those with the same heading and day are one.
    """
    found = {}
    for task in rules.tasks:
        for step in rules.route(task.route).steps if task.phase == phase else ():
            if step.due and (step.plan_label or step.due != task.due):
                found.setdefault((step.plan_label or step.label, step.due), {})[step.label] = rules.roles[step.role]
    rows = [
        DatedStep(label, "、".join(steps), "、".join(dict.fromkeys(steps.values())), due.on(year), due.label)
        for (label, due), steps in found.items()
    ]
    return sorted(rows, key=lambda row: row.day)


def _before(step, number, day, working):
    """The last day on which a submission may reach ``step`` to have left it by ``day``."""
    if not number:
        return day
    if step.kind == StepKind.PUBLICISE:
        day = days.add_days(day, -1)  # a notice lasts to the end of its last day and is cleared afterwards
    return working.last_before(day, number)


def words_of(rule, day):
    """Return how the rule book words a ``day`` (4月上旬), empty where the day says it itself.

    ``rule``: its ``DateRule``. ``day``: the day in force, which may have been moved.
    """
    return rule.label if rule.label and rule.on(day.year - rule.year_offset) == day else ""


def _by(rule, year):
    """The day in words: as the rule book has it, with the day it means where that is not the same."""
    day = rule.on(year)
    return f"{rule}前（{_day(day)}）" if rule.label else f"{_day(day)}前"


def _day(day):
    return f"{day.month}月{day.day}日"
