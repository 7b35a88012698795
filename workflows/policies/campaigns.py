"""Who may run a campaign and watch it."""

from registers.access import YES, no, policy
from registers.policies import OpenToStaff


@policy("workflows.Campaign")
class CampaignPolicy(OpenToStaff):
    def may_open(self, actor, campaign):
        return YES if actor.has("office", "registrar") else no("只有学校领导小组办公室或管理员可以开展年度活动。")

    def may_watch(self, actor, campaign):
        """Progress by unit and person: states only, no content."""
        roles = ("office", "registrar", "school_group", "leader_in_charge", "unit_head", "liaison", "party_committee")
        return YES if actor.has(*roles) else no("只有负责组织工作的人员可以查看进度。")


@policy("workflows.CampaignTask")
class CampaignTaskPolicy(OpenToStaff):
    def may_move_deadline(self, actor, task):
        """调整截止, for everybody, a unit or a person."""
        if not actor.has("office", "registrar"):
            return no("只有学校领导小组办公室或管理员可以调整截止日期。")
        if task.due_on is None:
            return no("该事项常年开放，没有截止日期。")
        return YES if task.campaign.state == "open" else no("该年度活动已经结束，不能调整截止日期。")
