"""The command ``remind [--at ISO]``: do what the hourly job does, and send mails, whatever the hour.

Changes of units and people that are due by then take effect. Reminders are written on a working day and once a day only.
"""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registers import clock
from workflows import sweeping
from workflows.messages import notifications


def moment(text):
    """Parse an ISO time. Without a zone it is Beijing time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"时间“{text}”无法识别，请写成 2026-09-20T09:00。") from None
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class Command(BaseCommand):
    help = (
        "办理每小时的定时工作（到期的机构和人员变动、当天的提醒等）并发送邮件，不等 REMINDER_HOUR；"
        "非工作日不提醒，同一天重复运行不会重复提醒。"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--at", metavar="ISO", help="按此时刻计算，如 2026-09-20T09:00（北京时间）；到该时刻为止的变动随即生效"
        )

    def handle(self, *args, at, **options):
        now = moment(at) if at else clock.now()
        new = sweeping.each_hour(at=now, whatever_the_hour=True)
        self.stdout.write(f"新增每日提醒 {new} 份，发出邮件 {notifications.deliver()} 封。")
