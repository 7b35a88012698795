"""The command ``load_calendar YEAR [YEAR…]``: store the announced holidays of these years."""

from django.core.management.base import BaseCommand, CommandError

from workflows.deadlines import holidays


class Command(BaseCommand):
    help = "把已公布的节假日与调休写入日历，工作日按它计算；重复运行不改变什么。"

    def add_arguments(self, parser):
        parser.add_argument("years", nargs="+", type=int, metavar="YEAR", help="年份，例如 2026")

    def handle(self, *args, years, **options):
        known = holidays.seed(years)
        for year in known:
            self.stdout.write(f"{year}年的节假日与调休已写入。")
        if missing := sorted(set(years) - set(known)):
            raise CommandError(
                f"{'、'.join(map(str, missing))}年的安排不在已安装的节假日表中，只按周末计算工作日。"
                "国务院办公厅公布后，请升级 holidays 软件包再运行。"
            )
