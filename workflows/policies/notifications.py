"""Who sees messages, reminders and channel choices: only the person they belong to.

That a mail could not be sent, and to whom, is for the system administrator to know and to put right. He never reads it.
"""

from django.db.models import Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy


@policy("workflows.Reminder")
class ReminderPolicy(PolicyOfFacts):
    def facts(self, actor):
        return {"person": actor.user_id}

    def readable(self, facts):
        return Q(recipient=facts["person"])


@policy("workflows.Notification")
class NotificationPolicy(ReminderPolicy):
    def listed(self, rows, actor):
        mine = self.visible(rows, actor)
        return rows.filter(Q(recipient=actor.user_id) | ~Q(mail_error="")) if self.may_send_again(actor) else mine

    def may_send_again(self, actor, message=None):
        """See which mails could not be sent, and have them sent again."""
        return YES if actor.has("sys_admin") else no("未能发出的邮件由系统管理员处理。")


@policy("workflows.ChannelChoice")
class ChannelChoicePolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(user=actor.user_id) if actor.is_authenticated else rows.none()
