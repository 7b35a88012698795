"""Who sees messages, reminders and channel choices: only the person they belong to."""

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
