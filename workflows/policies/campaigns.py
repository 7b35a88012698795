"""Who may run a campaign and watch it."""

from registers.access import YES, no, policy
from registers.policies import OpenToStaff
from workflows.policies.submissions import MAY_NUDGE


@policy("workflows.Campaign")
class CampaignPolicy(OpenToStaff):
    def may_open(self, actor, campaign):
        return YES if actor.has("office", "registrar") else no("只有学校领导小组办公室或管理员可以开展年度活动。")

    def may_watch(self, actor, campaign):
        """Progress by unit and person: states only, no content."""
        roles = ("office", "registrar", "school_group", "leader_in_charge", "unit_head", "liaison", "party_committee")
        return YES if actor.has(*roles) else no("只有负责组织工作的人员可以查看进度。")

    def may_urge(self, actor, campaign):
        """催办 what is late: sheet by sheet the policy of sheets decides."""
        if campaign.state != "open":
            return no("该年度活动已结束，不能催办。")
        return YES if actor.has(*MAY_NUDGE) else no("只有联络员、单位负责人和学校办公室可以催办。")


@policy("workflows.CampaignTask")
class CampaignTaskPolicy(OpenToStaff):
    pass
