"""Messages and reminders are their recipient's alone; how he wants to hear of them is his own choice."""

from registers.access import Policy, policy


@policy("workflows.Notification")
@policy("workflows.Reminder")
class NotificationPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(recipient=actor.user_id) if actor.is_authenticated else rows.none()


@policy("workflows.ChannelChoice")
class ChannelChoicePolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(user=actor.user_id) if actor.is_authenticated else rows.none()
