"""Rehearse the coming campaign on a site of its own, which is deleted when it ends.

manage.py rehearsal [--year YEAR] [--port PORT] [--url URL]
"""

import json
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from registers import audit, clock, passwords
from registers.models import Appointment, Incumbency, LeadingGroup, Scheme, Unit, User
from registers.refusals import Refused
from riskmgmt import rehearsal
from riskmgmt.serve import StartError, port_wanted
from workflows.campaign import beginning, campaigns


class Command(BaseCommand):
    help = "演练：用本校的组织和方案另起一个站点，开展下一次年度活动，供人走一遍；停止后全部删除，不影响正式站点。"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, help="演练哪一年度，默认下一次要开展的年度")
        parser.add_argument("--port", default=str(rehearsal.PORT), help=f"端口，默认 {rehearsal.PORT}")
        parser.add_argument("--url", default="", help="他人访问的网址；不写则只能在本机访问")
        # Run by this command itself, in the rehearsal's own environment.
        parser.add_argument("--begin", type=int, metavar="YEAR", help="内部使用")

    def handle(self, *args, year, port, url, begin, **options):
        try:
            if settings.REHEARSAL:
                return self._begin(begin)
            year = year or beginning.coming_year(on=clock.today())
            password, number = passwords.one_time(), port_wanted(port)
            url = url.rstrip("/") or f"http://127.0.0.1:{number}"
            self.stdout.write(f"正在准备{year}年度的演练……")
            made = rehearsal.prepare(rehearsal.FOLDER, year=year, port=number, url=url, password=password)
        except (Refused, StartError) as refused:
            raise CommandError(str(refused)) from None
        audit.append(beginning.REHEARSED, at=clock.now(), detail={"year": year})
        self.stdout.write(
            f"演练网址 {url}/ ，登录用本人工号，密码均为 {password}（只用于演练）。按 Ctrl-C 结束，内容随即删除。"
        )
        self.stdout.flush()
        sys.exit(rehearsal.serve(rehearsal.FOLDER, made, year=year))

    def _begin(self, year):
        """Fill the rehearsal's database with what is handed in, and open the campaign."""
        if year is None:
            raise CommandError("这里已经是演练站点。请在正式站点的目录中运行。")
        password, copied = json.load(sys.stdin)
        with tempfile.TemporaryDirectory() as folder:
            fixture = Path(folder) / "copied.json"
            fixture.write_text(copied, encoding="utf-8")
            call_command("loaddata", str(fixture), verbosity=0)
        User.objects.update(password=make_password(password))
        scheme, root = Scheme.objects.in_use(), Unit.objects.get(parent=None)
        day = beginning.first_day_of(scheme, root, year=year, on=clock.today())
        for model in (Appointment, Incumbency, LeadingGroup):
            # Whoever is here today plays from the first day on, also where that has passed.
            model.objects.filter(since__gt=day).update(since=day)
        clock.set_demo(rehearsal.morning_of(day))
        campaigns.open_campaign(scheme=scheme, institution=root, year=year, at=clock.now())
