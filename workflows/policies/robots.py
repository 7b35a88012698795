"""Who may keep a unit's group robots: its liaison and head, and the office and registrar for all."""

from registers.access import YES, Policy, no, policy

KEEPERS = ("liaison", "unit_head", "office", "registrar")


@policy("workflows.Robot")
class RobotPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(unit__within=actor.unit_ids(*KEEPERS)) if actor.is_authenticated else rows.none()

    def may_keep(self, actor, robot):
        """Add, test and stop a robot. For the model itself: keep any robot at all."""
        refusal = "群机器人由本单位联络员、单位负责人，或学校领导小组办公室、管理员管理。"
        if isinstance(robot, type):
            return YES if actor.has(*KEEPERS) else no(refusal)
        return YES if robot.unit_id in actor.unit_ids(*KEEPERS) else no(refusal)
