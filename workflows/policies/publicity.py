"""Who drafts, releases and reads notices, and who reads objections. Source: R1-27, R1-28."""

from dataclasses import replace
from functools import cache, cached_property

from django.db.models import Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy, policy_of
from registers.actors import ANSWERABLE, GROUP_MEMBER, SCHOOL_ROLES
from registers.prepared import Given, Prepared
from workflows.models import NoticeSheet, Objection, PublicityNotice, Submission
from workflows.models.audiences import CHOSEN, PUBLIC, SCHOOL, UNIT
from workflows.models.campaigns import RUNNING
from workflows.models.submissions import UNPUBLISHED
from workflows.policies.deciders import Turn
from workflows.policies.door import OFFICE_OPENS, audiences, the_door
from workflows.policies.holding import Holding

KEEPERS = ("liaison", "unit_head", "office")  # who publish notices read them before and after their days


def insiders(actor):
    """Return the ids of the units whose notices the actor reads as one of theirs.

    He works there, has a part there, or is above them.
    """
    above = ("leader_in_charge", *SCHOOL_ROLES)
    return actor.home_unit_ids | actor.unit_ids(*ANSWERABLE, GROUP_MEMBER, *above)


def of_audience(inside, model):
    """Return the condition of the rows whose audience somebody of the units ``inside`` belongs to.

    ``inside``: as of ``insiders``. ``model``: notices or publications.
    """
    chosen = model.units.through.objects.filter(unit__within=inside).order_by().values(model._meta.model_name)
    audience = Q(audience__in=[SCHOOL, PUBLIC]) | Q(audience=UNIT, unit__within=inside)
    return audience | Q(audience=CHOSEN, pk__in=chosen)


def drafters(holding, step, unit):
    """Return the ids of those who may draft a notice of ``unit`` for a step.

    They are those who act there, and in a unit its liaisons.
    """
    people = set(holding.turn_at(step.role, unit).people)
    return people if step.role in SCHOOL_ROLES else people | set(holding.filling(unit).people)


class Drafts:
    """The drafts of notices of running campaigns, and whose turn it is to write or to release one.

    ``drafts``: a query of others. Read at first use: one query where there is no draft, three where there are, whatever is asked.
    """

    def __init__(self, holding, drafts=None):
        self.holding = holding
        self._drafts = drafts

    @cached_property
    def _of_sheet(self):
        """Sheet's id → its draft."""
        found = _running().of() if self._drafts is None else _whole(self._drafts)
        drafts = {draft.pk: draft for draft in found}
        return {sheet: drafts[pk] for pk, sheet in (_sheets().of(notices=list(drafts)) if drafts else ())}

    @cached_property
    def turns(self):
        """Draft → the ``Turn`` of its release.

        It is that of whoever acts at its step, but for its drafter and those whom its sheets concern. It climbs past them, because
        nobody publishes what he drafted, or what is about himself.
        """
        about = {draft: set() for draft in self._of_sheet.values()}
        listed = _subjects().of(sheets=list(self._of_sheet)) if about else ()
        for pk, carrier, *subject in listed:
            about[self._of_sheet[pk if pk in self._of_sheet else carrier]].add(tuple(subject))
        return {
            draft: self.holding.turn_at(
                draft.step_rules.role, draft.unit_id, besides={draft.drafted_by_id}, about=subjects
            )
            for draft, subjects in about.items()
        }

    def turn(self, submission):
        """Return whose ``Turn`` a sheet is that waits for a notice: to release its draft, else to write one."""
        if (draft := self._of_sheet.get(submission.pk)) is not None:
            return self.turns[draft]
        people = drafters(self.holding, submission.step_rules, submission.unit_id)
        turn = self.holding.turn_at(submission.step_rules.role, submission.unit_id)
        return replace(turn, people=tuple(sorted(people)), lack=None) if people else turn


def _whole(drafts):
    return drafts.with_rules().select_related("drafted_by")


@cache
def _running():
    return Prepared(_whole(PublicityNotice.objects.filter(released_at=None, task__campaign__state__in=RUNNING)))


@cache
def _sheets():
    rows = NoticeSheet.objects.filter(notice__within=Given("notices")).order_by()
    return Prepared(rows.values_list("notice", "submission"))


@cache
def _subjects():
    among = Q(pk__within=Given("sheets")) | Q(carrier__within=Given("sheets"))
    return Prepared(Submission.objects.filter(among).order_by().values_list("pk", "carrier", "unit", "person"))


def turn_of(submission, holding, drafts):
    """Return whose ``Turn`` a sheet is, be it at a notice step (``drafts``) or at any other."""
    if submission.waiting_role == UNPUBLISHED:
        return drafts.turn(submission)
    step = submission.step_rules
    return holding.turn(submission, asked=step.role if step else "")


def releasers(notice, holding):
    """Return the ``Turn`` of the release of one draft."""
    return Drafts(holding, PublicityNotice.objects.filter(pk=notice.pk)).turns.get(notice, Turn())


def to_release(actor):
    """The drafts that wait for ``actor`` to release them."""
    turns = Drafts(Holding.of(actor)).turns if actor.grants else {}
    return [draft for draft, turn in turns.items() if actor.user_id in turn.people]


@policy("workflows.PublicityNotice")
class PublicityNoticePolicy(PolicyOfFacts):
    def facts(self, actor):
        """Return those on objections, the day, and the units that the actor belongs to or publishes for.

        Where he holds another role only, also the drafts that wait for him to release them.
        """
        keeps = actor.unit_ids(*KEEPERS)
        facts = policy_of(Objection).facts(actor) | {"today": actor.on, "inside": insiders(actor), "keeps": keeps}
        if actor.unit_ids(*{grant.role for grant in actor.grants}) - keeps:
            facts["drafts"] = [draft.pk for draft in to_release(actor)]
        return facts

    def readable(self, facts):
        """As ``visible`` says it of colleagues."""
        notices, on = PublicityNotice.objects, facts["today"]
        audience, objections = of_audience(facts["inside"], PublicityNotice), Objection.objects
        running, kept = (
            some.filter(audience).order_by().values("pk") for some in (notices.running(on), notices.kept(on))
        )
        objected = objections.filter(policy_of(Objection).readable(facts)).values("notice")
        readable = Q(pk__in=running) | Q(pk__in=kept) | Q(unit__within=facts["keeps"])
        readable |= Q(released_at=None, drafted_by=facts["person"]) | Q(released_by=facts["person"])
        if "drafts" in facts:
            readable |= Q(pk__within=facts["drafts"])
        return readable | Q(pk__in=objected)

    def visible(self, rows, actor):
        """Running notices by their audience, and so what is kept without names.

        Drafts and ended ones for those who publish them. A draft is also read by whoever wrote it, and at higher levels by
        those who may release it; whoever released it has it to keep. A unit's notice is read by the unit, by whoever is in
        charge of it, and by the school's leading group and committee. Whoever handles an objection that came on the last day
        still reaches the notice. Whoever is not logged in reads what runs and stands at the public door.
        """
        if not actor.is_authenticated:
            running = rows.model.objects.running(actor.on)
            return self.listed(rows, actor).filter(pk__in=running.order_by().values("pk"))
        return super().visible(rows, actor)

    def listed(self, rows, actor):
        """For people who are not logged in: also what stood at the public door and stands there no more."""
        if actor.is_authenticated:
            return self.visible(rows, actor)
        return rows.filter(audience__in=audiences(the_door()), released_at__isnull=False, starts_on__lte=actor.on)

    def may_object(self, actor, notice):
        """Object while the notice runs. Whoever writes it down asks again under the notice's lock."""
        if notice.released_at is None:
            return no("公示尚未发布。")
        if notice.withdrawn_at is not None:
            return no("公示已撤回，更正后重新公示。")
        if actor.on < notice.starts_on and not notice.cleared_at:
            return no(f"公示自 {notice.starts_on.isoformat()} 起，届时可以提出异议。")
        if actor.on > notice.ends_on or notice.cleared_at:
            return no("公示期已过，不能再提出异议。")
        if actor.is_authenticated and not notice.bundled.exclude(submission__person=actor.user_id).exists():
            return no("对本人的评定有不同意见，请直接向单位领导小组反映。")
        return YES

    def may_keep(self, actor, notice):
        """Read what is kept of a notice beside its page, and see what others see of it."""
        return self._keeps(actor, notice, "公示留痕由起草、发布公示的人员查阅。")

    def may_attach(self, actor, notice):
        """Attach files to a draft: whoever could have drafted it."""
        if notice.released_at is not None:
            return no("公示已经发布，附件不能再改；有误的请撤回。")
        return self._drafts(actor, notice, "附件由起草人或有权起草的人员添加。")

    @staticmethod
    def _keeps(actor, notice, reason):
        mine = actor.user_id in {notice.drafted_by_id, notice.released_by_id} - {None}
        if mine or notice.unit_id in actor.unit_ids(*KEEPERS):
            return YES
        draft = notice.released_at is None
        return YES if draft and actor.user_id in releasers(notice, Holding.of(actor)).people else no(reason)

    def may_discard(self, actor, notice):
        """Throw a draft away: its drafter, and whoever could have drafted it."""
        if notice.released_at is not None:
            return no("公示已经发布，不能删除；有误的请撤回。")
        return self._drafts(actor, notice, "草稿由起草人或有权起草的人员删除。")

    def may_release(self, actor, notice):
        """Release a draft: another than its drafter, whom nothing on it concerns."""
        if notice.released_at is not None:
            return no("公示已经发布。")
        if notice.task.campaign.state not in RUNNING:
            return no("该年度活动已经结束，不能再发布公示。")
        if notice.drafted_by_id == actor.user_id:
            return no("起草人不能发布，须由另一人审核后发布。")
        if actor.user_id not in releasers(notice, Holding.of(actor)).people:
            return no("公示由本环节的负责人发布；起草人和公示涉及的人员须回避。")
        return YES

    def may_withdraw(self, actor, notice):
        """Take a notice back that has not ended: whoever published it, or could have drafted it."""
        if notice.released_at is None:
            return no("公示尚未发布，可以删除草稿。")
        if notice.cleared_at is not None or notice.withdrawn_at is not None:
            return no("公示已经结束。")
        if notice.task.campaign.state not in RUNNING:
            return no("该年度活动已经结束，不能再撤回公示。")
        if notice.released_by_id == actor.user_id:
            return YES
        return self._drafts(actor, notice, "公示由发布人或有权起草的人员撤回。")

    @staticmethod
    def _drafts(actor, notice, reason):
        drafting = drafters(Holding.of(actor), notice.step_rules, notice.unit_id)
        return YES if actor.user_id in {*drafting, notice.drafted_by_id} - {None} else no(reason)


@policy("workflows.NoticeSheet")
class NoticeSheetPolicy(Policy):
    def visible(self, rows, actor):
        """Which sheets are on a notice: for those who publish notices of the unit."""
        return rows.filter(notice__unit__within=actor.unit_ids(*KEEPERS)) if actor.is_authenticated else rows.none()


@policy("workflows.Correction")
class CorrectionPolicy(Policy):
    def visible(self, rows, actor):
        """What was corrected in a notice is read like the notice, also at the public door."""
        return rows.filter(notice__in=PublicityNotice.objects.visible_to(actor).order_by().values("pk"))


@policy("workflows.Objection")
class ObjectionPolicy(PolicyOfFacts):
    """The author's own, and all for the office.

    Never the unit concerned, nor office staff of that unit.
    """

    def facts(self, actor):
        """Return who the actor is, and, of the office, for which units he acts and where he works."""
        office = actor.unit_ids("office")
        return {"person": actor.user_id} | ({"office": office, "home": actor.home_unit_ids} if office else {})

    def readable(self, facts):
        authored = Q(author=facts["person"])
        if "office" not in facts:
            return authored
        office, home = facts["office"], facts["home"]
        whole = Q(submission=None, notice__unit__within=office) & (
            Q(notice__unit__parent=None) | ~Q(notice__unit__within=home)
        )
        sheets = Q(submission__unit__within=office) & ~Q(submission__unit__within=home)
        own = Q(submission__person=facts["person"], submission__isnull=False)
        return authored | (whole | sheets) & ~own

    def may_handle(self, actor, objection):
        """Handle an open objection: office staff of another unit than it is about."""
        about = objection.submission if objection.submission_id else objection.notice
        if objection.author_id == actor.user_id:
            return no("不能处理自己提出的异议。")
        inside = about.unit_id in actor.home_unit_ids and (objection.submission_id or about.unit.parent_id)
        if not actor.holds("office", about.unit_id) or inside:
            return no("异议由学校领导小组办公室处理，本单位人员回避。")
        return no("该异议已经处理。") if objection.handled_at else YES

    def may_retract(self, actor, objection):
        """Take an objection back: its author, as long as it is open."""
        if not objection.author_id or objection.author_id != actor.user_id:
            return no("异议由提出人本人撤回。")
        return no("该异议已经处理，不能再撤回。") if objection.handled_at else YES

    def may_open(self, actor, objection):
        """See who objected: whoever handles it, with a reason that is kept."""
        if objection.handled_at is None and not (verdict := self.may_handle(actor, objection)):
            return verdict
        visible = self.visible(objection.__class__.objects.all(), actor).filter(pk=objection.pk)
        return YES if actor.has("office") and visible.exists() else no(OFFICE_OPENS)

    def may_extend(self, actor, objection):
        """Take longer over the answer, once: whoever handles it."""
        if objection.extended_at is not None:
            return no("答复已延期一次，不能再延。")
        return self.may_handle(actor, objection)
