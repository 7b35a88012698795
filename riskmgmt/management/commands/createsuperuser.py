"""Django's command for a superuser, of whom there are none here: it says what to use instead."""

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "本系统没有超级用户；设立第一位系统管理员请用 first_admin。"

    def add_arguments(self, parser):
        # What an operator knows from Django may stand there; the answer is the same.
        parser.add_argument("--number", help="不用")
        parser.add_argument("--name", help="不用")
        parser.add_argument("--noinput", "--no-input", action="store_true", help="不用")

    def handle(self, *args, **options):
        raise CommandError(
            "本系统没有超级用户，没有设立任何账号。设立第一位系统管理员请运行：manage.py first_admin --number 工号 --name 姓名"
        )
