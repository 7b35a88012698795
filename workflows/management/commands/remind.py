"""manage.py remind [--at ISO]: the day's reminders now, whatever the hour; on a working day, and once a day, as the job does."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registers import clock
from workflows import sweeping
from workflows.messages import notifications


def moment(text):
    """An ISO moment; without a zone it is Beijing time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"时间“{text}”无法识别，请写成 2026-09-20T09:00。") from None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


class Command(BaseCommand):
    help = "写入当天的提醒并发送邮件，不等 REMINDER_HOUR；非工作日不提醒，同一天重复运行不会重复提醒。"

    def add_arguments(self, parser):
        parser.add_argument("--at", metavar="ISO", help="按此时刻计算，如 2026-09-20T09:00（北京时间）")

    def handle(self, *args, at, **options):
        now = moment(at) if at else clock.now()
        new = sweeping.each_hour(at=now, whatever_the_hour=True)
        self.stdout.write(f"新增每日提醒 {new} 份，发出邮件 {notifications.deliver()} 封。")
