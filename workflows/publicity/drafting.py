"""Drafts of notices: which sheets wait for one, and who bundles them. Source: R1-27, R1-28."""

from dataclasses import dataclass, field
from functools import cache

from django.db import transaction
from django.db.models import Exists, OuterRef

from registers import audit
from registers.access import NotAllowed, require
from registers.models import Unit
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from registers.schemes.publicity import kind_named
from workflows import policies
from workflows.campaign.repeated import AGAIN, TITLE
from workflows.messages import notifications
from workflows.models import NoticeSheet, PublicityNotice, Submission
from workflows.models.audiences import CHOSEN
from workflows.models.campaigns import RUNNING, tasks_with_rules
from workflows.models.submissions import State
from workflows.policies.publicity import drafters, releasers, to_release
from workflows.publicity import attaching, notices, showing
from workflows.routing.steps import step_of

NEEDED = ("unit", "post", "person", "task__campaign__institution")
DRAFTED = "“{title}”已起草，请审核后发布。"
NOT_CHOSEN = "“{step}”的范围由方案规定，不能另选单位。"


@dataclass
class Bundle:
    """Sheets that wait for a notice and belong on one.

    They are of one task and step, of a unit or of the school (``place``).
    """

    task: object
    step: object
    place: Unit
    sheets: list = field(default_factory=list)

    @property
    def title(self):
        """The usual title of a notice about them."""
        title = TITLE.format(unit=unit_of(self.sheets, self.place), task=self.task.label)
        return title + AGAIN if repeated(self.sheets) is not None else title


def kind_of(bundle):
    """Return the kind of notice that the step of a bundle names, else the usual one."""
    return kind_named(bundle.task.campaign.scheme.rules, bundle.step.notice)


def unit_of(sheets, place):
    """Return the unit of a notice about ``sheets``: their own where they have but one, else ``place``."""
    units = {sheet.unit_id: sheet.unit for sheet in sheets}
    return next(iter(units.values())) if len(units) == 1 else place


def repeated(sheets):
    """Return the last notice that one of ``sheets`` has been on, None where there was none."""
    earlier = NoticeSheet.objects.filter(
        submission__in=sheets, left_at__isnull=False, notice__released_at__isnull=False
    )
    last = earlier.select_related("notice").order_by("-left_at").first()
    return last.notice if last is not None else None


def waiting(**which):
    """The sheets that wait for a notice and are on no draft. ``which``: conditions that narrow them down."""
    there = NoticeSheet.objects.filter(submission=OuterRef("pk"), left_at=None)
    waits = Submission.objects.filter(state=State.IN_REVIEW, waiting_role=policies.UNPUBLISHED, **which)
    waits = waits.filter(task__campaign__state__in=RUNNING).exclude(Exists(there))
    return waits.with_rules().select_related(*NEEDED).order_by("task__position", "unit__position", "post__code", "pk")


def to_publish(actor):
    """Return each ``Bundle`` for which ``actor`` may draft a notice, and the drafts that he may release.

    One query where nothing waits.
    """
    if not actor.is_authenticated or not actor.grants or not is_any_waiting():
        return [], []
    return bundles_for(actor), to_release(actor)


def is_any_waiting():
    """Return whether any sheet waits for a notice, drafted or not."""
    return bool(_unpublished().of())


@cache
def _unpublished():
    rows = Submission.objects.filter(state=State.IN_REVIEW, waiting_role=policies.UNPUBLISHED)
    return Prepared(rows.order_by().values_list("pk")[:1])


def bundles_for(actor):
    """Return the ``Bundle`` of each task, step and unit for which ``actor`` may draft a notice now.

    A notice within a unit is about that unit; for the school's readers there is one of all units. However many sheets wait, only
    those are read that he may draft a notice of.
    """
    if not actor.is_authenticated or not actor.grants:
        return []
    where, of_places = _queries()
    places = set(where.of())
    tasks = tasks_with_rules({task for task, *_ in places})
    found, holding = {}, policies.Holding.of(actor)
    mine = [
        (task, step, unit)
        for task, step, unit in places
        if actor.user_id in drafters(holding, step_of(tasks[task].route_rules, step), unit)
    ]
    asked = {"tasks": {task for task, *_ in mine}, "units": {unit for *_, unit in mine}}
    for sheet in of_places.of(**asked) if mine else ():
        if (sheet.task_id, sheet.step, sheet.unit_id) in mine:
            step = sheet.step_rules
            unit = sheet.unit if step.audience == "unit" else sheet.task.campaign.institution
            key = (sheet.task_id, step.code, unit.pk)
            found.setdefault(key, Bundle(sheet.task, step, unit)).sheets.append(sheet)
    return list(found.values())


@cache
def _queries():
    """Return the queries for where sheets wait, and for the sheets of some tasks and units."""
    where = waiting().order_by().values_list("task", "step", "unit").distinct()
    of_places = waiting(task__within=Given("tasks"), unit__within=Given("units"))
    return Prepared(where), Prepared(of_places)


@transaction.atomic
def draft(bundle, chosen, *, title, actor, at, units=()):
    """Draft a notice about those sheets of a ``Bundle`` whose ids are ``chosen``, and return it.

    ``units``: its only readers, where the step lets the drafter choose some; those of the sheets are always among them. Whoever may
    release it is told. Raises ``NotAllowed``, or ``Refused`` where nothing is chosen, a sheet is gone or the whole audience is told.
    """
    if units and not bundle.step.chosen_units:
        raise Refused(NOT_CHOSEN.format(step=bundle.step.label), "units")
    if not chosen:
        raise Refused("请至少选择一张表。")
    offered = {sheet.pk for sheet in bundle.sheets} & chosen
    locked = Submission.objects.filter(pk__in=offered).order_by("pk").select_for_update()
    list(locked.values_list("pk"))  # what waits is asked only now: whoever held them may have drafted a notice of them
    sheets = list(waiting(pk__in=offered, step=bundle.step.code))
    if len(sheets) != len(chosen):
        raise Refused("所选的表有的已列入其他公示或已变动，请刷新后重新选择。")
    holding = policies.Holding.of(actor)
    if any(actor.user_id not in drafters(holding, bundle.step, sheet.unit_id) for sheet in sheets):
        raise NotAllowed("不能起草这项公示。", "draft", f"workflows.campaigntask:{bundle.task.pk}")
    notice = PublicityNotice.objects.create(
        task=bundle.task,
        step=bundle.step.code,
        kind=kind_of(bundle).code,
        audience=CHOSEN if units else bundle.step.audience,
        unit=unit_of(sheets, bundle.place),
        title=title,
        columns=showing.columns(bundle.task),
        drafted_by=actor.user,
        drafted_at=at,
        follows=repeated(sheets),
    )
    if units:
        notice.units.set({unit.pk for unit in units} | {sheet.unit_id for sheet in sheets})
    NoticeSheet.objects.bulk_create(
        [NoticeSheet(notice=notice, submission=sheet, round=sheet.round) for sheet in sheets]
    )
    audit.append("notice.draft", about=notice, actor=actor, at=at, detail={"sheets": len(sheets)})
    text = DRAFTED.format(title=title)
    people = releasers(notice, holding).people
    notifications.post_each([(user, f"draft:{notice.pk}", text, None) for user in people], kind="notice.draft", at=at)
    return notice


def sheets_of(notice):
    """The sheets of a notice, in the order of its rows."""
    found = Submission.objects.filter(notice_sheets__notice=notice)
    return found.with_rules().select_related(*NEEDED).order_by("unit__position", "post__code", "pk")


@transaction.atomic
def discard(notice, *, actor, at):
    """Throw a draft away: its sheets wait for another.

    Raises ``NotAllowed``, or ``Refused`` when it is gone already.
    """
    notice = notices.locked(notice)
    require(actor, "discard", notice)
    attaching.detach_all(notice, actor=actor, at=at)
    audit.append("notice.discard", about=notice, actor=actor, at=at)
    notice.delete()
