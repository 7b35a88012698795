"""A rehearsal is a site of its own: what goes along, what stays behind, and that nothing of it is left."""

import io
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from registers.clock import now
from registers.models import Unit, User
from registers.refusals import Refused
from riskmgmt import rehearsal
from tests import factories, kept
from tests.longer import longer
from tests.personas import point
from tests.setup_cases import ROOT, site
from workflows.campaign import beginning
from workflows.models import Campaign, Notification, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

PASSWORD = "only-for-the-rehearsal"
CANARY = "采购参数照抄一家"


def test_organisation_and_rule_book_go_along_and_nothing_that_anybody_wrote(year):
    User.objects.update(email="someone@example.edu.cn")
    sheet = year.sheet("personal-search")
    year.agree(year.review(year.submit(sheet, year.points(sheet, point(CANARY)))), year.campus.office)

    copied = rehearsal.rows()

    written = json.dumps(copied, cls=DjangoJSONEncoder, ensure_ascii=False)
    for private in (CANARY, "someone@example.edu.cn", year.campus.clerk.password, year.campus.group.work_plan):
        assert private not in written
    counted = {model: sum(row["model"] == model._meta.label_lower for row in copied) for model in rehearsal.COPIED}
    assert sum(counted.values()) == len(copied)
    assert {model: count for model, count in counted.items() if count != model._base_manager.count()} == {}


def test_what_goes_along_points_to_nothing_that_stays_behind():
    for model, fields in rehearsal.COPIED.items():
        for field in model._meta.concrete_fields:
            if field.is_relation and (fields is None or field.name in fields):
                assert field.related_model in rehearsal.COPIED, f"{model.__name__}.{field.name}"


def test_rehearsal_begins_from_what_went_along(settings, monkeypatch, clock):
    with transaction.atomic():
        campus = factories.Campus()
        factories.appoint(campus.other_head, campus.other_unit, "liaison", since=clock.today)
        copied = json.dumps(rehearsal.rows(), cls=DjangoJSONEncoder, ensure_ascii=False)
        transaction.set_rollback(True)
    assert not User.objects.exists()
    settings.REHEARSAL = settings.DEMO = True
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps([PASSWORD, copied])))

    call_command("rehearsal", begin=2026)

    campaign = Campaign.objects.get()
    assert (campaign.year, campaign.scheme.slug, campaign.state) == (2026, "changchun-2016", "open")
    assert Submission.objects.filter(state="open", unit__code="ZS").exists()  # whose liaison came later
    assert Notification.objects.filter(recipient__number="liaison", kind="submission.opened").exists()
    assert all(user.check_password(PASSWORD) for user in User.objects.all())
    assert timezone.localtime(now()).isoformat()[:13] == "2026-07-06T09"
    with pytest.raises(CommandError, match="这里已经是演练站点"):
        call_command("rehearsal")


def test_rehearsal_needs_an_adopted_rule_book(campus):
    Unit.objects.filter(pk=campus.root.pk).update(scheme_slug="")
    with pytest.raises(Refused, match="没有采用方案"):
        rehearsal.rows()


def test_programs_of_a_rehearsal_reach_nothing_of_the_site(monkeypatch, tmp_path):
    for name, value in {
        "DATABASE_URL": "postgres://risk:secret@db/risk",
        "REDIS_URL": "redis://:secret@127.0.0.1:6379/0",
        "EMAIL_URL": "smtp+tls://user:secret@smtp.example.edu.cn:587",
        "SECRET_KEY": "secret" * 10,
    }.items():
        monkeypatch.setenv(name, value)
    made = rehearsal.environment(tmp_path, port=8010, url="https://try.example.edu.cn")
    assert not [name for name, value in made.items() if "secret" in value]
    assert (made["ALLOWED_HOSTS"], made["SECURE_SSL"]) == ("localhost,127.0.0.1,try.example.edu.cn", "1")


@pytest.mark.parametrize(("years", "coming"), [([], 2026), ([2026], 2027), ([2025], 2026), ([2026, 2027], 2028)])
def test_year_that_comes_next(campus, years, coming):
    for year in years:
        Campaign.objects.create(
            scheme=campus.scheme, institution=campus.root, year=year, opened_at=factories.moment("2026-01-05 09:00")
        )
    assert beginning.coming_year(on=factories.moment("2026-09-15 10:00").date()) == coming


@pytest.mark.parametrize(("rehearsal_runs", "words"), [(False, "演示环境，时钟为"), (True, "演练，与正式站点无关")])
def test_page_to_sign_in_says_that_the_site_is_no_real_one(campus, client, settings, rehearsal_runs, words):
    settings.DEMO, settings.REHEARSAL = True, rehearsal_runs
    page = " ".join(client.get("/login/").content.decode().split())
    assert words in page
    assert 'class="demo-strip"' not in page  # whose link is for those who are signed in
    settings.DEMO = settings.REHEARSAL = False
    assert words not in " ".join(client.get("/login/").content.decode().split())


@longer("a site and its rehearsal: real programs, half a minute")
def test_rehearsal_of_a_real_site_leaves_nothing(tmp_path):
    """Made from a site, served beside it, signed in to, ended: the site has one entry more in its chain and no folder."""
    kept.copy("sqlite", lambda path: kept.migrate(f"sqlite:///{path}", site(tmp_path)), tmp_path / "db.sqlite3")
    env = site(tmp_path, DEMO="1")
    manage = [sys.executable, "manage.py"]
    for command in (["load_schemes"], ["demo", "--scheme", "changchun-2016"]):
        subprocess.run([*manage, *command], cwd=ROOT, env=env, check=True, capture_output=True)
    process = subprocess.Popen(
        [*manage, "rehearsal", "--port", "8019"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        said = ""
        while "密码均为" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            try:
                page = urllib.request.urlopen("http://127.0.0.1:8019/login/", timeout=5).read().decode()
                break
            except OSError:
                time.sleep(0.3)
        assert "演练，与正式站点无关" in page
        assert re.search(r"密码均为 \S+（", said)
        assert (tmp_path / "rehearsal" / "db.sqlite3").exists()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert not (tmp_path / "rehearsal").exists()
