"""Messages are their recipient's alone."""

from registers.access import Policy, policy


@policy("workflows.Notification")
class NotificationPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(recipient=actor.user_id) if actor.is_authenticated else rows.none()
