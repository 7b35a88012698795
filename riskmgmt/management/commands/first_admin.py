"""Appoint the first system administrator of a new site.

manage.py first_admin [--number NUMBER] [--name NAME] [--email ADDRESS]

He gets a password that is printed once, signs in, and appoints the others on the pages.
"""

import sys

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registers import administrators, clock, passwords
from registers.models import User
from registers.refusals import Refused


class Command(BaseCommand):
    help = "设立第一位系统管理员：新建账号并任命，一次性密码只显示一次。系统管理员看不到填报内容。"

    def add_arguments(self, parser):
        parser.add_argument("--number", help="工号")
        parser.add_argument("--name", help="姓名")
        parser.add_argument("--email", help="电子邮箱，可不填；填了才能给自己发测试邮件")

    def handle(self, *args, number, name, email, **options):
        # Whoever gives number and name is a script, or in a hurry: he is asked nothing.
        asked = not (number and name)
        if asked and not sys.stdin.isatty():
            raise CommandError("没有可以提问的终端。请加 --number 工号 --name 姓名。")
        user = User(
            number=number or input("工号：").strip(),
            name=name or input("姓名：").strip(),
            email=(input("电子邮箱（可不填）：").strip() if asked else "") if email is None else email,
        )
        password = passwords.one_time()
        try:
            user.clean_fields(exclude=["password", "unit"])
            administrators.appoint_first(
                number=user.number,
                name=user.name,
                email=user.email,
                password=password,
                institution=settings.INSTITUTION_NAME,
                at=clock.now(),
                until=passwords.last_day(clock.now()),
            )
        except ValidationError as fault:
            fields = {field.name: field.verbose_name for field in User._meta.fields}
            said = [f"{fields[name]}：{text}" for name, texts in fault.message_dict.items() for text in texts]
            raise CommandError("".join(said)) from None
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"已设立系统管理员 {user.name}（{user.number}）。一次性密码：{password}")
        self.stdout.write(
            f"密码只显示这一次。请登录 {settings.SITE_URL}/ ，首次登录先改成自己的密码，再按“开始使用”逐项办理。"
        )
