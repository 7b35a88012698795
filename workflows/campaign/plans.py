"""The preview of a campaign before it is opened: who is asked, how many submissions, which days.

Source: R1-47, R3-38.
"""

from collections import namedtuple
from dataclasses import dataclass, field
from datetime import datetime

from registers.models import Unit
from registers.schemes.language import Level
from workflows import policies
from workflows.campaign import asked, scoping
from workflows.campaign.readiness import Readiness, readiness, short_bodies
from workflows.deadlines import days
from workflows.deadlines.timetables import timetable_of

TYPES = dict(Unit.Type.choices)
MOST_REASONS = 3  # for which nobody is asked


@dataclass
class UnitPlan:
    """One unit of the preview.

    ``is_chosen``: it is to take part. ``people_in``, ``people_out``: how many post holders are asked and not asked.
    ``gaps``: what is worth knowing, in words. ``refused``: why it cannot take part, ``awaited``: what its first
    submissions will bring, both as ``Remedy``.
    """

    unit: Unit
    is_chosen: bool
    people_in: int = 0
    people_out: int = 0
    gaps: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    awaited: list = field(default_factory=list)

    @property
    def shown(self):
        """What the row of a list shows, as plain values."""
        unit = self.unit
        about = (
            unit.pk,
            unit.code,
            unit.name,
            TYPES.get(unit.unit_type, unit.unit_type),
            self.people_in,
            self.people_out,
            self.is_chosen,
        )
        return ShownPlan(*about, tuple(self.gaps), tuple(self.refused), tuple(self.awaited))


# Of a ``UnitPlan``: its unit's id, code, name and type in words, and what it says itself.
ShownPlan = namedtuple("ShownPlan", "pk code name type people_in people_out is_chosen gaps refused awaited")


@dataclass
class TaskPlan:
    """One task of the preview, with its days in the year and the number of its submissions (``sheets``).

    ``notes``: what a reader should notice; they are no faults.
    """

    task: object
    opens: object
    due: object
    sheets: int
    filler: str
    notes: list


@dataclass
class Plan:
    """The whole preview.

    ``warnings``: what should be put right before opening, ``bodies``: which bodies are too few to decide, as ``Remedy``.
    ``nobody``: the one among the warnings that says why nobody is asked, if nobody is. ``counted_at``: the moment of how many people
    are asked, where that is kept.
    """

    scheme: object
    year: int
    units: list
    tasks: list
    warnings: list
    bodies: list
    nobody: list
    counted_at: datetime | None = None

    @property
    def chosen(self):
        return [row for row in self.units if row.is_chosen]

    @property
    def people(self):
        return sum(row.people_in for row in self.chosen)

    @property
    def people_out(self):
        return sum(row.people_out for row in self.chosen)

    @property
    def sheets(self):
        return sum(row.sheets for row in self.tasks)


def plan_of(scheme, institution, *, year, on, chosen=None, enrolled=(), actor=None):
    """Preview the campaign of ``year`` for ``chosen`` units (ids, None for all), seen on the day ``on``.

    Units whose submissions nobody could conclude are not chosen, unless they are ``enrolled`` already. ``actor``: for whom it is kept
    who is asked, as of his day. The number of queries is constant.
    """
    rules, ids = scheme.rules, scoping.units_of(institution, on=on)
    chosen = set(ids) if chosen is None else set(chosen) & set(ids)
    found = list(Unit.objects.filter(pk__within=ids).with_tree_fields())
    tree = {
        "parents": {unit.pk: unit.parent_id for unit in found},
        "unit_names": {unit.pk: unit.name for unit in found},
    }
    holding = policies.Holding.of(actor) if actor else policies.Holding(on, **tree)
    counted = asked.kept_count(actor, scheme, institution) if actor else asked.count(rules, ids, holding)
    present = set(ids)
    # Of a unit that was closed since it was counted nobody is asked.
    personal = [{"unit_id": unit, "person_id": person} for unit, person in counted.personal if unit in present]
    headed = set(scoping.answerable(ids, on=on))
    subjects = {
        Level.PERSONAL: personal,
        Level.UNIT: [{"unit_id": unit} for unit in headed],
        Level.SCHOOL: [{"unit_id": institution.pk}],
    }
    joining, units = chosen - set(enrolled), []
    ready = readiness(rules, subjects, holding, headed=headed, joining=joining, enrolled=enrolled)
    for unit in found:
        verdict = ready.get(unit.pk, Readiness())
        is_chosen = unit.pk in chosen and (unit.pk in enrolled or not verdict.refused)
        row = UnitPlan(unit, is_chosen, counted.people_in[unit.pk], counted.people_out[unit.pk])
        row.refused, row.awaited = verdict.refused, verdict.awaited
        if unit.pk not in headed and unit.pk != institution.pk:
            row.gaps.append("未设负责人，不产生单位表")
        units.append(row)
    chosen = {row.unit.pk for row in units if row.is_chosen}
    owed = {
        Level.PERSONAL: sum(row.people_in for row in units if row.is_chosen),
        Level.UNIT: len(headed & chosen),
        Level.SCHOOL: int(institution.pk in chosen),
    }
    tasks = _tasks(rules, year, owed, on)
    bodies = short_bodies(rules, institution.pk, holding)
    nobody = _nobody(tasks, personal, counted.why)
    warnings = _warnings(units, tasks, year, on) + nobody
    return Plan(scheme, year, units, tasks, warnings, bodies, nobody, counted.counted_at)


def _nobody(tasks, personal, why):
    """Why nobody is asked for anything, where the rule book asks people. ``why``: reason of those left out → how many."""
    if personal or all(row.task.level != Level.PERSONAL for row in tasks):
        return []
    if not why:
        return ["没有任何人需要填报：各单位还没有在岗人员，请先导入岗位和任岗人员。"]
    reasons = "；".join(f"{reason}（{number} 人次）" for reason, number in why.most_common(MOST_REASONS))
    return [f"没有任何人需要填报。原因：{reasons}。请核对岗位的职级、类别和“是否风险岗位”等内容，可逐人查看。"]


def _tasks(rules, year, owed, on):
    phases = {phase.code: phase for phase in rules.phases}
    working, plans = days.working_days(), []
    for task in rules.tasks:
        start = task.opens or (phases[task.phase].start if task.phase else None)
        opens, due = start.on(year) if start else on, task.due.on(year) if task.due else None
        notes = []
        if due and due < on:
            notes.append("截止日期已过，开展后即逾期")
        elif due and not working.works(due):
            notes.append("截止日不是工作日")
        if due and task.phase and phases[task.phase].due.on(year) < due:
            notes.append("晚于所属阶段的结束日期")
        timetable = timetable_of(rules, task, year, working)
        notes += timetable.notes if timetable else []
        filler = rules.roles[rules.routes[task.route].steps[0].role]
        plans.append(TaskPlan(task, opens, due, owed[task.level], filler, notes))
    return plans


def _warnings(units, tasks, year, on):
    warnings = []
    years = sorted({day.year for row in tasks for day in (row.opens, row.due) if day} | {year})
    if missing := [str(number) for number in years if not days.calendar_known(number)]:
        warnings.append(f"{'、'.join(missing)}年的节假日与调休尚未载入，这些年份只按周末计算工作日。")
    if late := [row.task.label for row in tasks if row.due and row.due < on]:
        warnings.append(f"有 {len(late)} 个事项的截止日期已过：{'、'.join(late[:3])}{'等' if len(late) > 3 else ''}。")
    if gaps := [row for row in units if row.is_chosen and row.gaps]:
        warnings.append(f"有 {len(gaps)} 个单位未设负责人，见下表。")
    if refused := [row for row in units if row.refused and not row.is_chosen]:
        warnings.append(f"有 {len(refused)} 个单位的表无人能够办结，不能参加，缺什么、由谁补见下表。")
    if not any(row.is_chosen for row in units):
        warnings.append("没有选择任何单位。")
    return warnings
