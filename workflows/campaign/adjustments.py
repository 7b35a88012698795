"""Changes of the register at any time: who may propose them, and the sheets on which they travel.

They belong to no campaign. A year has its own row beside the campaigns (``Campaign.State.STANDING``) for each scheme version that is
followed, so that a sheet keeps the rules it was begun under. Source: R0-32, R4-34.
"""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from registers import audit
from registers.access import can, require
from registers.models import Post, Unit
from registers.refusals import Refused
from registers.schemes.adjusting import POWERS, code_for
from registers.schemes.parts import Level
from workflows.campaign import campaigns
from workflows.models import Campaign, CampaignTask, Submission
from workflows.models.submissions import EDITABLE, State
from workflows.sheets import drafts, sheet_for
from workflows.sheets.adjusting import REASON
from workflows.sheets.shown import Change

NO_SCHEME = "学校尚未采用方案，不能提出调整。请先由管理员选用方案。"


def offered(actor, *, scheme, units=()):
    """Return what ``actor`` may propose to change, as ``[(unsaved submission, task of the scheme)]``.

    It is the points of every post that he holds, and of ``units`` what he may change there.
    """
    rules, found = scheme.rules, []
    held = actor.post_ids
    posts = Post.objects.filter(pk__in=held).select_related("unit").order_by("code") if held else ()
    own = [Submission(unit=post.unit, post=post, person_id=actor.user_id) for post in posts]
    wanted = [(sheet, Level.PERSONAL) for sheet in own]
    for unit in units:
        levels = (Level.UNIT,) if unit.parent_id else (Level.UNIT, Level.SCHOOL)
        wanted += [(Submission(unit=unit, person_id=actor.user_id), what) for what in (*levels, POWERS)]
    for sheet, what in wanted:
        task = rules.adjustments.get(code_for(what))
        if task is not None and can(actor, "adjust", sheet):
            found.append((sheet, task))
    return found


@transaction.atomic
def begin(what, *, unit, actor, at, post=None, key="", reason=""):
    """Return the open sheet on which ``actor`` proposes changes.

    ``what``: a level, whose points are changed, or ``POWERS``. ``unit``: whose they are. ``post``: of which post, for points of one.
    ``key``: a record in force that is put on the sheet at once, to be changed for ``reason`` where one is given. A sheet of the same
    kind that he has not handed in yet is taken up again. Raises ``NotAllowed``, and ``Refused`` where the scheme has nothing of it.
    """
    institution = Unit.objects.select_for_update(of=("self",)).get(parent=None)
    scheme = campaigns.scheme_for(institution)
    if scheme is None:
        raise Refused(NO_SCHEME)
    require(actor, "adjust", Submission(unit=unit, post=post, person_id=actor.user_id))
    rules = scheme.rules.adjustments.get(code_for(what))
    fits = (what == Level.PERSONAL) == (post is not None) and (what != Level.SCHOOL or unit.parent_id is None)
    if rules is None or not fits:
        raise Refused("现行方案没有这一类登记，不能提出调整。")
    task = yearly_task(institution, scheme, rules, at=at)
    mine = Submission.objects.filter(task=task, unit=unit, post=post, person=actor.user_id)
    sheet = mine.filter(state__in=EDITABLE).order_by("-sequence").first()
    if sheet is None:
        sheet = Submission.objects.create(
            task=task,
            unit=unit,
            post=post,
            person_id=actor.user_id,
            sequence=(mine.aggregate(last=Max("sequence"))["last"] or 0) + 1,
            state=State.OPEN,
            step=task.route_rules.steps[0].code,
            moved_at=at,
        )
        audit.append("submission.adjustment", about=sheet, actor=actor, at=at)
    if key:
        _put_on(sheet, key, reason, actor=actor, at=at)
    return sheet


def _put_on(sheet, key, reason, *, actor, at):
    """Put a record in force on a sheet, in its draft, unless it is there already."""
    kind = sheet_for(sheet)
    content = kind.content()
    entry = kind.taken(key)
    if entry is None or any(there["key"] == key for there in content["entries"]):
        return
    if reason:
        entry = {**entry, "change": Change.REVISE, "values": {**entry["values"], REASON.name: reason}}
    draft = getattr(sheet, "draft", None)
    content = {**content, "entries": [*content["entries"], entry]}
    drafts.save(sheet, content, actor=actor, seen=draft.version if draft else 0, at=at)


def yearly_task(institution, scheme, rules, *, at):
    """Return the task of this year's standing row. Both are made when they are needed first."""
    on = timezone.localdate(at)
    standing, _ = Campaign.objects.get_or_create(
        institution=institution,
        year=on.year,
        scheme=scheme,
        state=Campaign.State.STANDING,
        defaults={"opened_at": at},
    )
    task = CampaignTask.objects.filter(campaign=standing, code=rules.code).first()
    return task or campaigns.make_task(standing, rules, phase=None, position=0, on=on)
