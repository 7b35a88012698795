"""`manage.py check --deploy`: every risk of a site's settings is named with its remedy."""

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import ConnectionHandler, connection

from riskmgmt import deployment
from riskmgmt.uploads import PATIENCE

pytestmark = pytest.mark.once

SOUND = {
    "ALLOWED_HOSTS": ["risk.example.edu.cn"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SITE_URL": "https://risk.example.edu.cn",
    "ROBOT_HOSTS": ["qyapi.weixin.qq.com", "http://robot.example.edu.cn"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}
FILE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
RISKY = [
    ("riskmgmt.E101", "ALLOWED_HOSTS", [["*"], ["risk.example.edu.cn", " * "], ["."]]),
    ("riskmgmt.W102", "DATABASES", [FILE]),
    ("riskmgmt.W103", "REDIS_URL", [""]),
    (
        "riskmgmt.E104",
        "SITE_URL",
        ["javascript:alert(1)", "risk.example.edu.cn", "ftp://x", "https://", "//x", "", "http://[x", "https://a b"],
    ),
    ("riskmgmt.W105", "SITE_URL", ["http://risk.example.edu.cn", "http://127.0.0.1:8000"]),
    ("riskmgmt.E106", "ROBOT_HOSTS", [["*"], ["*.example.edu.cn"], [""]]),
    ("riskmgmt.W107", "EMAIL_BACKEND", ["django.core.mail.backends.filebased.EmailBackend"]),
]


@pytest.fixture
def site(monkeypatch):
    """Settings without a risk, for the checks alone."""
    site = SimpleNamespace(**SOUND)
    monkeypatch.setattr(deployment, "settings", site)
    return site


def test_sound_settings_are_without_risk(site):
    assert deployment.check_deployment(None) == []


@pytest.mark.parametrize(("number", "name", "values"), RISKY)
def test_each_risk_is_named_with_its_remedy(site, number, name, values):
    variable = {"DATABASES": "DATABASE_URL", "EMAIL_BACKEND": "EMAIL_URL"}.get(name, name)
    for value in values:
        setattr(site, name, value)
        [problem] = deployment.check_deployment(None)
        assert problem.id == number, value
        assert variable in problem.hint
        assert "请" in problem.hint


def test_every_risk_of_the_list_is_tried():
    assert sorted(number for *_, number in deployment.RISKS) == sorted(number for number, *_ in RISKY)


def test_command_says_them_only_when_asked_about_deployment(site):
    site.ALLOWED_HOSTS = ["*"]
    call_command("check")
    with pytest.raises(CommandError, match="ALLOWED_HOSTS 含有"):
        call_command("check", deploy=True)


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "UTF8"])
def test_database_that_counts_bytes_is_refused_before_anything_is_written(monkeypatch, encoding):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE other ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    others = ConnectionHandler({"default": {**connection.settings_dict, "NAME": "other"}})
    try:
        monkeypatch.setattr(deployment, "connections", others)
        if encoding == "UTF8":
            call_command("check", databases=["default"])
        else:
            with pytest.raises(SystemCheckError, match=r"编码是 SQL_ASCII(?s:.)*createdb --encoding UTF8"):
                call_command("migrate", verbosity=0, skip_checks=False)
    finally:
        others.close_all()
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE other")


def test_what_stands_before_the_site_lets_through_what_the_site_answers(settings):
    """A form that is too large is refused by the site, which keeps what was typed; nginx would not."""
    said = (settings.BASE_DIR / "deploy/nginx.conf").read_text()
    assert f"client_max_body_size {(settings.FORM_FILES_MAX_SIZE * PATIENCE) >> 20}m;" in said
