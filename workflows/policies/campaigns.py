"""Who may run a campaign, and who may watch its progress."""

from django.db.models import Q

from registers.access import YES, Policy, no, policy
from registers.actors import SCHOOL_ROLES
from registers.policies import OpenToStaff
from workflows.policies.submissions import MAY_NUDGE, NUDGING

WATCHES_PROGRESS = (
    "liaison",
    "unit_head",
    "leader_in_charge",
    "office",
    "school_group",
    "party_committee",
    "registrar",
)
PREPARES = ("sys_admin", "security_admin", "registrar", "office")


@policy("workflows.Campaign")
class CampaignPolicy(OpenToStaff):
    def readable(self, facts):
        """Show campaigns to all colleagues. What stands outside of any is no campaign."""
        return ~Q(state="standing")

    def may_open(self, actor, campaign):
        return YES if actor.has("office", "registrar") else no("只有学校领导小组办公室或管理员可以开展年度活动。")

    def may_enrol(self, actor, campaign):
        """Enrol further units, and settle staff changes."""
        if not actor.has("office", "registrar"):
            return no("只有学校领导小组办公室或管理员可以调整参加范围。")
        return YES if campaign.state == "open" else no("该年度活动已经结束。")

    def may_close(self, actor, campaign):
        if not actor.has("office", "registrar"):
            return no("只有学校领导小组办公室或管理员可以结束年度活动。")
        return YES if campaign.state == "open" else no("该年度活动已经结束。")

    def may_undo(self, actor, campaign):
        """Take back a campaign that was opened by mistake."""
        if not actor.has("office", "registrar"):
            return no("只有学校领导小组办公室或管理员可以撤销年度活动。")
        return YES if campaign.state == "open" else no("该年度活动已经结束，不能撤销。")

    def may_prepare(self, actor, campaign):
        """See what a site still needs before its first campaign, and put right what needs no other role."""
        return (
            YES
            if actor.has(*PREPARES)
            else no("开始使用前的准备由系统管理员、安全管理员、管理员和学校领导小组办公室办理。")
        )

    def may_watch(self, actor, campaign):
        """See progress by unit and person: states only, no content."""
        return YES if actor.has(*WATCHES_PROGRESS) else no("只有负责组织工作的人员可以查看进度。")

    def may_urge(self, actor, campaign):
        """Urge late submissions (催办). For each submission its own policy decides as well."""
        if campaign.state != "open":
            return no("该年度活动已结束，不能催办。")
        return YES if actor.has(*MAY_NUDGE) else no(NUDGING)


@policy("workflows.CampaignTask")
class CampaignTaskPolicy(OpenToStaff):
    def may_move_deadline(self, actor, task):
        """Move the deadline (调整截止) for everybody, a unit or a person."""
        if not actor.has("office", "registrar"):
            return no("只有学校领导小组办公室或管理员可以调整截止日期。")
        if task.due_on is None:
            return no("该事项常年开放，没有截止日期。")
        if task.phase is not None and task.phase.is_closed:
            return no(f"“{task.phase.label}”已经关闭，请先重新开放，再调整截止日期。")
        return YES if task.campaign.state == "open" else no("该年度活动已经结束，不能调整截止日期。")


@policy("workflows.Phase")
class PhasePolicy(OpenToStaff):
    def may_close(self, actor, phase):
        """Close the phase, or reopen it."""
        if not actor.has("office", "registrar"):
            return no("只有学校领导小组办公室或管理员可以关闭阶段。")
        return YES if phase.campaign.state == "open" else no("该年度活动已经结束。")


@policy("workflows.Enrolment")
class EnrolmentPolicy(OpenToStaff):
    pass


@policy("workflows.RosterChange")
class RosterChangePolicy(Policy):
    def visible(self, rows, actor):
        """Staff changes in the units whose work the actor organises."""
        if not actor.is_authenticated:
            return rows.none()
        return rows.filter(
            post__unit__within=actor.unit_ids("liaison", "unit_head", "leader_in_charge", "registrar", *SCHOOL_ROLES)
        )
