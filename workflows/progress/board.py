"""The committee's board: figures by phase, paper and unit, and what is to be expected.

One query reads all submissions of a campaign, whatever their number. The rest is arithmetic. Source: R1-12, R0-31.
"""

from collections import namedtuple
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db.models import Case, Q, When
from django.utils import timezone

from registers import kept, residuals
from workflows.deadlines import days
from workflows.models.submissions import State
from workflows.policies import IDLE, MEETING, ORGANISER, Holding
from workflows.progress import curves, forecasts
from workflows.progress.figures import Figures, campaign_of, folded, late, listed, summed, tallies

AHEAD = 370  # days for which the pace is extrapolated
READINGS = 11  # of a curve; each costs a count
LONGEST = 8  # of the places where sheets wait
NAMES = 3  # of the people who keep them waiting

Waiting = namedtuple("Waiting", "label role who units number late days")
# The figures by (unit, task), by task, by unit, and all together.
Sums = namedtuple("Sums", "cells by_task by_unit whole")
Dated = namedtuple("Dated", "pk opens_on due_on")


@dataclass
class TaskLine:
    """A paper on the board with its figures, its deadline ``due`` (``days.Due``) and its forecast."""

    task: object
    figures: Figures
    due: object
    forecast: forecasts.Forecast | None


@dataclass
class PhaseLine:
    """A phase with its papers. ``phase`` None: the year-round papers. ``state``: next, current or done."""

    phase: object
    state: str
    tasks: list
    figures: Figures = field(default_factory=Figures)


@dataclass
class UnitLine:
    """A unit on the board. ``forecast`` is that of ``task``, the paper it is worst with."""

    unit: object
    figures: Figures
    forecast: forecasts.Forecast | None = None
    task: object = None

    @property
    def order(self):
        """The key that sorts what misses its deadline first to the top, then what has most to do."""
        expected = self.forecast.order if self.forecast else (max(forecasts.URGENCY.values()) - 0.5, 0)
        return *expected, -self.figures.late, -self.figures.remaining


class Board:
    """The progress of a campaign at the moment ``at`` (aware).

    ``rows``: the submissions of ``campaign`` that the reader may know of. Whoever knows their ``tallies`` may set them.
    """

    def __init__(self, campaign, rows, *, at):
        self.campaign, self.rows, self.at, self.on = campaign, rows, at, timezone.localdate(at)
        self.running = campaign.state == "open"

    @cached_property
    def tasks(self):
        """The campaign's tasks in the order of the rule book, by id."""
        return {task.pk: task for task in self.campaign.tasks_in_order}

    @cached_property
    def _working(self):
        dated = [task.opens_on for task in self.tasks.values()]
        first = min([*dated, days.add_days(self.on, -3 * forecasts.WINDOW)])
        return tuple(days.working_days_between(first, days.add_days(self.on, AHEAD)))

    @cached_property
    def _days(self):
        return forecasts.WorkingDays(self._working)

    @cached_property
    def tallies(self):
        """The counts that everything else is worked out from."""
        since = days.start_of(self._days.window(self.on))
        past = [days.due_moment(day) for day in self.readings if day <= self.on]
        return tallies(self.rows, on=self.on, since=since, moments=past)

    @cached_property
    def readings(self):
        """The days of the curve."""
        dated = [task for task in self.tasks.values() if task.due_on]
        if not dated:
            return []
        first, last = min(task.opens_on for task in dated), max(task.due_on for task in dated)
        last = max(last, self.on) if self.running else last
        spread = days.spread(first, last, READINGS)
        return sorted({*spread, self.on} if first <= self.on <= last else spread)

    @cached_property
    def _sums(self):
        return _sums_of(tuple(self.tallies))

    @property
    def figures(self):
        """Totals over all units and tasks."""
        return self._sums.whole

    @property
    def unit_ids(self):
        """Ids of the units that owe something."""
        return set(self._sums.by_unit)

    def _forecast(self, task, figures):
        opened_on = _opened(task, figures, self.on) if self.running else None
        if opened_on is None:
            return None
        return forecasts.forecast(
            remaining=figures.remaining,
            handed=figures.recent,
            opened_on=opened_on,
            due_on=task.due_on,
            today=self.on,
            days=self._days,
        )

    # -- by phase and paper ----------------------------------------------------------------------------
    def phases(self):
        """Return a ``PhaseLine`` for each phase in order, then one for the year-round papers, if any."""
        lines = {}
        for phase in self.campaign.phases_in_order:
            lines[phase.pk] = PhaseLine(phase, phase.state(self.on), [])
        for task in sorted(self.tasks.values(), key=lambda task: (task.due_on or task.opens_on, task.position)):
            figures = self._sums.by_task.get(task.pk)
            if figures is None:
                continue
            line = lines.setdefault(task.phase_id, PhaseLine(None, "", []))
            line.tasks.append(
                TaskLine(
                    task,
                    figures,
                    days.shown(task.due_on, self.at),
                    self._forecast(task, figures),
                )
            )
        by_phase = folded(self._sums.by_task, lambda task: self.tasks[task].phase_id)
        for phase, line in lines.items():
            line.figures = by_phase.get(phase, line.figures)
        return list(lines.values())

    # -- by unit ---------------------------------------------------------------------------------------
    def units(self, units):
        """Return a ``UnitLine`` for each of ``units`` that owes something, the most urgent first."""
        by_unit, expected = self._sums.by_unit, {}
        if self.running:
            dated = tuple([Dated(task.pk, task.opens_on, task.due_on) for task in self.tasks.values() if task.due_on])
            expected = _expected(tuple(self.tallies), dated, self.on, self._working)
        lines = []
        for unit in units:
            if unit.pk in by_unit:
                forecast, task = expected.get(unit.pk, (None, None))
                lines.append(UnitLine(unit, by_unit[unit.pk], forecast, self.tasks.get(task)))
        return sorted(lines, key=lambda line: line.order)

    # -- who holds up reviews --------------------------------------------------------------------------
    def held_up(self, units, holding=None):
        """Return where submissions in review have waited longest, a ``Waiting`` by step and people.

        ``units``: id → unit.
        """
        holding, places, labels, deciders = holding or Holding(self.on), {}, {}, {}
        roles = self.campaign.scheme.rules.roles
        for found in self.tallies:
            if found.state != State.IN_REVIEW or found.role in IDLE:
                continue  # it waits for the calendar, or for another sheet
            if found.task not in labels:
                labels[found.task] = {step.code: step.label for step in self.tasks[found.task].route_rules.steps}
            label, turn = labels[found.task].get(found.step, ""), (found.role, found.unit)
            if turn not in deciders:
                deciders[turn] = holding.deciders(*turn)
            people = deciders[turn]
            label = f"{label}（待会议审议）" if found.role == MEETING else label
            # Where nobody acts, it matters whose the sheets are.
            places.setdefault((label, found.role, people, None if people else found.unit), []).append(found)
        # Only what is shown is put into words: a school has hundreds of places.
        ordered = [
            (days.days_since(timezone.localdate(min(one.since for one in found)), self.on), place, found)
            for place, found in places.items()
        ]
        ordered.sort(key=lambda one: (-one[0], -sum(tally.number for tally in one[2])))
        waiting = []
        for since, (label, role, people, _), found in ordered[:LONGEST]:
            own = [units[unit] for unit in dict.fromkeys(one.unit for one in found) if unit in units]
            waiting.append(
                Waiting(
                    label,
                    roles.get(ORGANISER if role == MEETING else role, role),
                    _named([holding.names[user] for user in people]),
                    own,
                    sum(one.number for one in found),
                    sum(one.late for one in found),
                    since,
                )
            )
        return waiting

    # -- over time -------------------------------------------------------------------------------------
    def curve(self):
        """Return the curve of what was handed in, against an even pace up to each deadline.

        None where no submission has a deadline.
        """
        by_task = self._sums.by_task
        owed = {task: by_task[pk].owed for pk, task in self.tasks.items() if task.due_on and pk in by_task}
        handed = [
            sum(column)
            for column in zip(*(one.handed for one in self.tallies if self.tasks[one.task].due_on), strict=True)
        ]
        readings = [
            curves.Reading(
                day,
                sum(number * self._planned(task, day) for task, number in owed.items()),
                handed[at] if at < len(handed) else None,
            )
            for at, day in enumerate(self.readings)
        ]
        return curves.curve(readings, sum(owed.values()))

    def _planned(self, task, day):
        """Return the part of a task that an even pace would have handed in by the end of ``day``."""
        if day >= task.due_on:
            return 1
        asked = self._days.between(task.opens_on, task.due_on)
        return self._days.between(task.opens_on, day) / asked if asked and day >= task.opens_on else 0


@lru_cache(maxsize=16)
def _sums_of(tallies):
    """Return the ``Sums`` of ``Tally`` rows. They follow from these alone, and nobody changes them."""
    cells = summed(tallies)
    by_task = folded(cells, lambda cell: cell[1])
    whole = folded(by_task, lambda task: None).get(None, Figures())
    return Sums(cells, by_task, folded(cells, lambda cell: cell[0]), whole)


@lru_cache(maxsize=16)
def _expected(tallies, tasks, on, working):
    """Return unit → (forecast, id of the task that it is of), of units that have something with a deadline open.

    ``tasks``: those with a deadline (``Dated``), ``on``: the day, ``working``: the working days around it.
    """
    dated, several = {task.pk: task for task in tasks}, {}
    for (unit, key), figures in _sums_of(tallies).cells.items():
        task = dated.get(key)
        if task and (opened_on := _opened(task, figures, on)) is not None:
            several.setdefault(unit, []).append((key, figures.remaining, figures.recent, opened_on, task.due_on))
    known = forecasts.WorkingDays(working)
    return {unit: forecasts.forecast_of_several(owed, today=on, days=known) for unit, owed in several.items()}


def _opened(task, figures, on):
    """Return since when a task with a deadline could be worked on, None where it cannot be yet on the day ``on``."""
    if task.due_on is None or task.opens_on > on:
        return None
    if figures.handed or figures.returned or not figures.remaining:
        return task.opens_on
    # It may have waited for another paper long after its day.
    return max(task.opens_on, timezone.localdate(figures.opened)) if figures.opened else None


@kept.finder("board")
def residual_counts(actor, *, campaign):
    """Find the ``residuals.counts`` of the units on the board of a campaign (its key), for ``kept``."""
    of = campaign_of(actor, campaign)
    units = listed(actor, of).order_by().values("unit").distinct()
    return residuals.counts(units, of.scheme.rules, on=actor.on), []


def _named(names):
    """A few names, and how many there are."""
    return "、".join(names) if len(names) <= NAMES else f"{'、'.join(names[:NAMES])} 等 {len(names)} 人"


@dataclass
class PersonLine:
    """Whoever owes sheets in a post, with the sheet of each task, None where none is owed."""

    person: object
    post: object
    submissions: list


def by_person(rows, tasks, subjects, *, on):
    """Return a unit's own submissions, the tasks that people owe, and a ``PersonLine`` per subject.

    ``subjects``: (person id, post id). ``tasks``: id → task, in order. ``rows``: the unit's submissions, each ``is_late`` or not
    on the day ``on``. Of a task that was begun again the latest submission counts.
    """
    own, found = {}, {}
    rows = rows.filter(Q(person=None) | Q(person__in={person for person, _ in subjects}))
    rows = rows.annotate(is_late=Case(When(late(on), then=True), default=False))
    for submission in rows.select_related("person", "post").order_by("sequence"):
        submission.task = tasks[submission.task_id]
        if submission.person_id is None:
            own[submission.task_id] = submission
            continue
        line = found.setdefault(
            (submission.person_id, submission.post_id), PersonLine(submission.person, submission.post, {})
        )
        line.submissions[submission.task_id] = submission
    owed = [key for key in tasks if any(key in line.submissions for line in found.values())]
    for line in found.values():
        line.submissions = [line.submissions.get(key) for key in owed]
    people = [found[subject] for subject in subjects if subject in found]
    return [own[key] for key in tasks if key in own], [tasks[key] for key in owed], people
