"""Drafts of notices: which sheets wait for one, and who bundles them. Source: R1-27, R1-28."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef

from registers import audit
from registers.access import NotAllowed, require
from registers.models import Unit
from registers.refusals import Refused
from workflows import policies
from workflows.campaign.repeated import AGAIN, TITLE
from workflows.messages import notifications
from workflows.models import NoticeSheet, PublicityNotice, Submission
from workflows.models.submissions import State
from workflows.policies.publicity import drafters, releasers
from workflows.publicity import showing

NEEDED = ("unit", "post", "person", "task__campaign__institution")
DRAFTED = "“{title}”已起草，请审核后发布。"


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


def waiting():
    """The sheets that wait for a notice and are on no draft."""
    there = NoticeSheet.objects.filter(submission=OuterRef("pk"), left_at=None)
    waits = Submission.objects.filter(state=State.IN_REVIEW, waiting_role=policies.NOTICE).exclude(Exists(there))
    return waits.with_rules().select_related(*NEEDED).order_by("task__position", "unit__position", "post__code", "pk")


def bundles_for(actor):
    """Return the ``Bundle`` of each task, step and unit for which ``actor`` may draft a notice now.

    A notice within a unit is about that unit; for the school's readers there is one of all units.
    """
    if not actor.is_authenticated:
        return []
    found, holding = {}, policies.Holding.of(actor)
    for sheet in waiting() if actor.grants else ():
        step = sheet.step_rules
        if actor.user_id in drafters(holding, step, sheet.unit_id):
            unit = sheet.unit if step.audience == "unit" else sheet.task.campaign.institution
            key = (sheet.task_id, step.code, unit.pk)
            found.setdefault(key, Bundle(sheet.task, step, unit)).sheets.append(sheet)
    return list(found.values())


@transaction.atomic
def draft(bundle, chosen, *, title, actor, at):
    """Draft a notice about those sheets of a ``Bundle`` whose ids are ``chosen``, and return it.

    Whoever may release it is told. Raises ``NotAllowed``, or ``Refused`` where nothing is chosen or a sheet is gone.
    """
    locked = waiting().select_for_update(of=("self",)).filter(pk__in=[sheet.pk for sheet in bundle.sheets])
    sheets = [sheet for sheet in locked if sheet.pk in chosen and sheet.step == bundle.step.code]
    if not chosen:
        raise Refused("请至少选择一张表。")
    if len(sheets) != len(chosen):
        raise Refused("所选的表有的已列入其他公示或已变动，请刷新后重新选择。")
    holding = policies.Holding.of(actor)
    if any(actor.user_id not in drafters(holding, bundle.step, sheet.unit_id) for sheet in sheets):
        raise NotAllowed("不能起草这项公示。", "draft", f"workflows.campaigntask:{bundle.task.pk}")
    notice = PublicityNotice.objects.create(
        task=bundle.task,
        step=bundle.step.code,
        audience=bundle.step.audience,
        unit=unit_of(sheets, bundle.place),
        title=title,
        columns=showing.columns(bundle.task),
        drafted_by=actor.user,
        drafted_at=at,
        follows=repeated(sheets),
    )
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
    """Throw a draft away: its sheets wait for another. Raises ``NotAllowed``."""
    notice = PublicityNotice.objects.select_for_update(of=("self",)).select_related("task").get(pk=notice.pk)
    require(actor, "discard", notice)
    audit.append("notice.discard", about=notice, actor=actor, at=at)
    notice.delete()
