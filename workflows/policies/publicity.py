"""Who drafts, releases and reads notices, and who reads objections. Source: R1-27, R1-28."""

from django.db.models import Q

from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from workflows.models import Submission
from workflows.models.campaigns import RUNNING
from workflows.policies.holding import Holding

KEEPERS = ("liaison", "unit_head", "office")  # who publish notices read them before and after their days
RELEASERS = (*KEEPERS, "leader_in_charge", "school_group", "party_committee")


def drafters(holding, step, unit):
    """Return the ids of those who may draft a notice of ``unit`` for a step.

    They are those who act there, and in a unit its liaisons.
    """
    people = set(holding.acting(step.role, unit).people)
    return people if step.role in SCHOOL_ROLES else people | set(holding.filling(unit).people)


def releasers(notice, holding):
    """Return the ``Turn`` of a draft, which waits for its release.

    It is that of whoever acts at its step, but for its drafter and those whom its sheets concern. It climbs past them, because
    nobody publishes what he drafted, or what is about himself (design 5).
    """
    rows = Submission.objects.filter(Q(notice_sheets__notice=notice) | Q(carrier__notice_sheets__notice=notice))
    listed, step = list(rows.order_by().values_list("person", "unit")), notice.step_rules
    besides = {notice.drafted_by_id, *(person for person, _ in listed if person is not None)}
    if step.role in SCHOOL_ROLES:
        for unit in {unit for _, unit in listed if holding.parents.get(unit) is not None}:
            besides |= set(holding.staff.get(unit, ()))
    return holding.acting(step.role, notice.unit_id, besides=besides)


@policy("workflows.PublicityNotice")
class PublicityNoticePolicy(Policy):
    def visible(self, rows, actor):
        """Running notices by their audience, drafts and ended ones for those who publish them.

        A unit's notice is read by the unit, by whoever is in charge of it, and by the school's leading group and committee.
        Whoever handles an objection that came on the last day still reaches the notice.
        """
        if not actor.is_authenticated:
            return rows.none()
        objections = rows.model._meta.get_field("objections").related_model.objects.visible_to(actor)
        above = ("leader_in_charge", *SCHOOL_ROLES)
        inside = actor.home_unit_ids | actor.unit_ids("unit_head", "liaison", GROUP_MEMBER, *above)
        running = rows.model.objects.running(actor.on).filter(Q(audience__in=["school", "public"]) | Q(unit__in=inside))
        return rows.filter(
            Q(pk__in=running.order_by().values("pk"))
            | Q(unit__in=actor.unit_ids(*KEEPERS))
            | Q(released_at=None, unit__in=actor.unit_ids(*RELEASERS))
            | Q(pk__in=objections.values("notice"))
        )

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
        if not notice.bundled.exclude(submission__person=actor.user_id).exists():
            return no("对本人的评定有不同意见，请直接向单位领导小组反映。")
        return YES

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
        return rows.filter(notice__unit__in=actor.unit_ids(*KEEPERS)) if actor.is_authenticated else rows.none()


@policy("workflows.Objection")
class ObjectionPolicy(Policy):
    def visible(self, rows, actor):
        """The author's own, and all for the office.

        Never the unit concerned, nor office staff of that unit.
        """
        if not actor.is_authenticated:
            return rows.none()
        office, home = actor.unit_ids("office"), actor.home_unit_ids
        whole = Q(submission=None, notice__unit__in=office) & (Q(notice__unit__parent=None) | ~Q(notice__unit__in=home))
        sheets = Q(submission__unit__in=office) & ~Q(submission__unit__in=home)
        own = Q(submission__person=actor.user_id, submission__isnull=False)
        return rows.filter(Q(author=actor.user_id) | (whole | sheets) & ~own)

    def may_handle(self, actor, objection):
        """Handle an open objection: office staff of another unit than it is about."""
        about = objection.submission if objection.submission_id else objection.notice
        if objection.author_id == actor.user_id:
            return no("不能处理自己提出的异议。")
        inside = about.unit_id in actor.home_unit_ids and (objection.submission_id or about.unit.parent_id)
        if not actor.holds("office", about.unit_id) or inside:
            return no("异议由学校领导小组办公室处理，本单位人员回避。")
        return no("该异议已经处理。") if objection.handled_at else YES
