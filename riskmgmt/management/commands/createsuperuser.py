"""Appoint the system administrator of a new site.

manage.py createsuperuser [--number NUMBER] [--name NAME] [--noinput]

There are no superusers here. This takes the place of Django's command of that name, because operators look for it.
"""

import getpass
import os
import sys

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registers import administrators, clock
from registers.models import User
from registers.refusals import Refused

PASSWORD = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105 (the name of the variable)


class Command(BaseCommand):
    help = "设立系统管理员：新建账号并任命为全校的系统管理员。本系统没有超级用户，系统管理员看不到填报内容。"

    def add_arguments(self, parser):
        parser.add_argument("--number", help="工号")
        parser.add_argument("--name", help="姓名")
        parser.add_argument("--noinput", "--no-input", action="store_true", help=f"不提问；密码取自环境变量 {PASSWORD}")

    def handle(self, *args, number, name, noinput, **options):
        if not noinput and not sys.stdin.isatty():
            raise CommandError(
                f"没有可以提问的终端。请加 --noinput --number 工号 --name 姓名，并设环境变量 {PASSWORD}。"
            )
        user = User(
            number=number or self._ask("工号", "--number", noinput), name=name or self._ask("姓名", "--name", noinput)
        )
        password = os.environ.get(PASSWORD, "") if noinput else self._ask_password()
        if not password:
            raise CommandError(f"没有密码。请设环境变量 {PASSWORD}，或去掉 --noinput 后按提示输入。")
        try:
            user.clean_fields(exclude=["password", "unit"])
            validate_password(password, user)
            administrators.appoint_first(
                number=user.number,
                name=user.name,
                password=password,
                institution=settings.INSTITUTION_NAME,
                at=clock.now(),
            )
        except ValidationError as fault:
            raise CommandError("".join(fault.messages)) from None
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"已设立系统管理员 {user.name}（{user.number}），可以登录。")

    def _ask(self, label, option, noinput):
        if noinput:
            raise CommandError(f"没有{label}。请加 {option}。")
        return input(f"{label}：").strip()

    def _ask_password(self):
        password = getpass.getpass("密码（输入时不显示）：")
        if getpass.getpass("再输一次：") != password:
            raise CommandError("两次输入的密码不一致，没有设立。请重新运行本命令。")
        return password
