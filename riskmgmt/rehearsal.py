"""A rehearsal of the coming campaign (演练): a site of its own that is deleted whole.

Anybody can walk through it. A second database instead of a mark on rows: register, rankings, notices, reminders, ledgers and the audit
chain need not know of it, so none of them can forget to leave it out. It holds the organisation and the adopted rule book and nothing
else: no risk point, no sheet, no address of a person. So everybody may sign in as anybody, with one password that is made for it.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from datetime import datetime, time
from urllib.parse import urlsplit

from django.conf import settings
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from registers.models import (
    Appointment,
    DomainCharge,
    Duty,
    Grade,
    GroupMember,
    Incumbency,
    Keeper,
    LeadingGroup,
    Post,
    RiskCategory,
    Scheme,
    Unit,
    UnitAlias,
    User,
)
from registers.refusals import Refused
from workflows.campaign import rehearsing
from workflows.models import CalendarDay

FOLDER = rehearsing.FOLDER
PORT = 8010
# What is copied: model → the fields that go along, None for all. What is not named here stays behind.
COPIED = {
    Scheme: None,
    RiskCategory: None,
    Grade: None,
    Keeper: None,
    Unit: None,
    UnitAlias: None,
    User: ("number", "name", "sort_key", "title", "rank", "is_party_member", "unit", "is_active"),
    Appointment: None,
    DomainCharge: None,
    Post: None,
    Duty: None,
    Incumbency: None,
    LeadingGroup: ("unit", "since", "until"),
    GroupMember: ("group", "user", "seat", "member_type", "is_contact"),
    CalendarDay: None,
}
OF_THE_SCHEME = (RiskCategory, Grade, Keeper)


def rows():
    """Return what is copied, as the rows that ``loaddata`` reads.

    Raises ``Refused`` where no rule book is adopted.
    """
    scheme = Scheme.objects.in_use()
    if scheme is None:
        raise Refused("学校还没有采用方案，不能演练。请先由管理员在“方案”中采用本校的方案。")
    found = []
    for model, fields in COPIED.items():
        chosen = model._base_manager.order_by("pk")
        if model is Scheme:
            chosen = chosen.filter(pk=scheme.pk)
        elif model in OF_THE_SCHEME:
            chosen = chosen.filter(scheme=scheme)
        found += serializers.serialize("python", chosen, fields=fields)
    return found


def environment(folder, *, port, url):
    """Return the environment of the rehearsal's programs.

    It is that of this site without its database, queue, mail and secret.
    """
    return os.environ | {
        "REHEARSAL": "1",
        "DEMO": "1",
        "DEBUG": "0",
        "RISKMGMT_VAR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "REDIS_URL": "",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": url,
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(("localhost", "127.0.0.1", urlsplit(url).hostname or "localhost"))),
        "SECURE_SSL": "1" if url.startswith("https:") else "0",
        "PORT": str(port),
    }


def prepare(folder, *, year, port, url, password):
    """Make the rehearsal's database in ``folder`` and open the campaign of ``year`` in it.

    The folder is emptied first. Returns the environment of its programs. Raises ``Refused``; then the folder is gone again.
    """
    copied = json.dumps(rows(), cls=DjangoJSONEncoder, ensure_ascii=False)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    made = environment(folder, port=port, url=url)
    begin = ("rehearsal", "--begin", str(year))
    for command, given in (("migrate", ""), ("createcachetable", ""), (begin, json.dumps([password, copied]))):
        words = (command,) if isinstance(command, str) else command
        done = subprocess.run(  # noqa: S603  our own commands
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=made,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise Refused(f"演练没有准备好：{done.stderr.strip()[-600:] or done.stdout.strip()[-600:]}")
    return made


def morning_of(day):
    """Return the moment at which the clock of a rehearsal begins."""
    return timezone.make_aware(datetime.combine(day, time(9)))


def serve(folder, made, *, year):
    """Run the rehearsal's programs until somebody ends them, then delete all of it.

    The page 开始使用 of the site shows it for that long. Returns their exit status.
    """
    child = subprocess.Popen([sys.executable, "-m", "riskmgmt.serve"], cwd=settings.BASE_DIR, env=made, process_group=0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: child.terminate())
    try:
        with rehearsing.announced(year=year, url=made["SITE_URL"], folder=folder):
            return child.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
