"""The set-up: settings, health, the front-end files, the start script and what it starts."""

import importlib.metadata
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from riskmgmt import celery, health, vendor, webserver, wsgi
from riskmgmt.logs import JsonFormatter, PlainFormatter
from riskmgmt.wsgi import with_client_address
from tests.setup_cases import ROOT, site

pytestmark = pytest.mark.database("both")

LOCK_FILES = ["requirements.txt", "requirements-dev.txt", "requirements-node.txt", "package-lock.json", ".npmrc"]


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        **environment,
    )  # fmt: skip


@pytest.mark.once
def test_lock_files_name_no_address():
    for name in LOCK_FILES:
        text = (ROOT / name).read_text()
        assert not re.search(r"--(extra-)?index-url|--find-links|file://|\"resolved\"|^registry *=", text, re.M), name


@pytest.mark.once
def test_every_locked_python_package_has_a_digest():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-node.txt"):
        entries = re.split(r"\n(?=[a-zA-Z])", (ROOT / name).read_text().replace("\\\n", ""))
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == [], name


@pytest.mark.once
def test_both_lock_files_agree():
    def versions(name):
        return set(re.findall(r"^([a-z0-9-]+==\S+)", (ROOT / name).read_text(), re.M))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")


@pytest.mark.once
def test_no_module_at_the_root_shadows_a_package():
    """A file `redis.py` beside manage.py would be imported in place of the library, by every process."""
    here = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert here & set(importlib.metadata.packages_distributions()) == set()


@pytest.mark.once
@pytest.mark.parametrize("name", vendor.ASSETS)
def test_vendor_file_is_found(name):
    assert Path(finders.find(name)).is_file()


@pytest.mark.once
def test_vendor_shows_nothing_else():
    assert finders.find("vendor/tabler/tabler.css") is None
    assert finders.find("@tabler/core/package.json") is None
    assert finders.find("vendor/../package.json") is None
    assert {name for name, _storage in vendor.VendorFinder().list(None)} == set(vendor.ASSETS)


@pytest.mark.once
def test_every_reference_between_static_files_resolves(tmp_path, settings):
    """Collecting with a manifest stops at the first stylesheet or script that names a missing file."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    collected = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert set(vendor.ASSETS) <= set(collected)
    assert "django_htmx/htmx-2.min.js" in collected


@pytest.mark.once
def test_missing_front_end_files_are_a_warning_with_a_remedy(tmp_path, settings):
    settings.NODE_MODULES = tmp_path
    found = {problem.id: problem.hint for problem in health.check_setup(None)}
    assert "npm ci" in found["riskmgmt.W003"]
    assert finders.find("vendor/tabler/tabler.min.css") is None


@pytest.mark.once
@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["help"],
        ["migrate"],
        ["load_schemes"],
        ["shell", "-c", "from registers.models import User"],
        ["typo"],
    ],
)
def test_production_refuses_every_command_without_a_secret(tmp_path, arguments):
    answer = manage(*arguments, env=site(tmp_path))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("环境变量 SECRET_KEY 没有设好")
    assert len(answer.stderr.splitlines()) == 1
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://risk:hidden@localhost/risk"),
        ("DATABASE_URL", "postgres://risk:hidden@localhost:five/risk"),
        ("DATABASE_URL", "postgres://localhost/"),
        ("REDIS_URL", "localhost:6379"),
        ("SEAL_KEYS", "hidden"),
        ("EMAIL_URL", "pigeon://hidden@roof"),
        ("TRUSTED_PROXIES", "one"),
        ("LOGIN_FAILURE_LIMIT", "0"),
        ("SECURE_SSL", "ture"),
        ("TIME_ZONE", "Asia/Changchun"),
        ("LOG_LEVEL", "loud"),
        ("RISKMGMT_VAR", "/dev/null/var"),
    ],
)
def test_setting_that_cannot_be_used_is_named_and_not_repeated(tmp_path, name, value):
    answer = manage("check", env=site(tmp_path, DEMO="1") | {name: value})
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"环境变量 {name} 没有设好。")
    assert len(answer.stderr.splitlines()) == 1
    assert "hidden" not in answer.stderr


@pytest.mark.once
@pytest.mark.parametrize(
    "program", [["celery", "--app", "riskmgmt", "worker"], ["gunicorn", "--preload", "riskmgmt.wsgi"]]
)
def test_service_without_a_secret_ends_with_a_sentence(tmp_path, program):
    answer = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env=site(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode != 0
    assert "SECRET_KEY" in answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.once
def test_trial_makes_its_secret_once_and_keeps_it_private(tmp_path):
    var = tmp_path / "var"
    show = [sys.executable, "-c", "from riskmgmt import settings; print(settings.SECRET_KEY)"]
    first, second = (
        subprocess.run(
            show, cwd=ROOT, env=site(var, DEMO="1"), capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    )
    assert first == second == (var / "secret-key").read_text()
    assert len(first) >= 50
    assert (var / "secret-key").stat().st_mode & 0o077 == 0
    assert var.stat().st_mode & 0o077 == 0


@pytest.mark.once
def test_production_profile_passes_the_deployment_checks(tmp_path):
    environment = site(
        tmp_path, SECRET_KEY="k8#vQz2" * 10, ALLOWED_HOSTS="risk.example.edu.cn", TRUSTED_PROXIES="1",
        DATABASE_URL="postgres://risk:x@127.0.0.1:1/risk", REDIS_URL="redis://127.0.0.1:1/0",
        SITE_URL="https://risk.example.edu.cn", EMAIL_URL="smtp+tls://risk:x@127.0.0.1:587",
    )  # fmt: skip
    answer = manage("check", "--deploy", "--fail-level", "WARNING", env=environment)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.once
def test_cache_and_queue_use_different_redis_databases(tmp_path):
    program = "from riskmgmt import settings as s; print(s.CELERY_BROKER_URL, s.CACHES['default']['LOCATION'])"
    environment = site(tmp_path, DEMO="1", REDIS_URL="redis://:pw@127.0.0.1:6390/0")
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["redis://:pw@127.0.0.1:6390/0", "redis://:pw@127.0.0.1:6390/1"]


@pytest.mark.once
def test_tests_keep_away_from_the_data_of_a_site():
    assert settings.TESTING
    assert settings.VAR != ROOT / "var"
    assert settings.PASSWORD_HASHERS[0].endswith("MD5PasswordHasher")


def test_migrations_are_complete(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.once
def test_every_periodic_task_exists_and_expires_before_the_next():
    from riskmgmt import celery_app  # noqa: PLC0415  its tasks are found only now

    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(celery_app.tasks)
    assert all(entry["options"]["expires"] for entry in settings.CELERY_BEAT_SCHEDULE.values())


def test_lock_out_holds_for_one_person_from_one_place(client, db):
    people = get_user_model()
    for number in ("70001", "70002"):
        person = people(number=number)
        person.set_password("Right-Password-7")
        person.save()
    sign_in = reverse("login")

    def attempt(number, password, place="10.0.0.1"):
        return client.post(sign_in, {"username": number, "password": password}, REMOTE_ADDR=place)

    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert attempt("70001", "wrong").status_code not in {302, 429}
    locked = attempt("70001", "wrong")
    assert locked.status_code == 429
    assert "15 分钟" in locked.content.decode()
    assert attempt("70001", "Right-Password-7").status_code == 429
    assert attempt("70002", "Right-Password-7").status_code == 302
    client.logout()
    assert attempt("70001", "Right-Password-7", place="10.0.0.2").status_code == 302


def test_pages_need_a_login_and_carry_the_policy(client, db):
    answer = client.get(reverse("desk"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))
    policy = answer["Content-Security-Policy"]
    for part in ("default-src 'self'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy


@pytest.mark.once
@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "10.1.1.1", "10.1.1.1"),
        (1, "6.6.6.6, 10.1.1.1", "10.1.1.1"),
        (2, "6.6.6.6, 10.1.1.1, 10.0.0.9", "10.1.1.1"),
        (2, "6.6.6.6", "127.0.0.1"),
    ],
)
def test_only_the_entries_of_trusted_proxies_count(proxies, forwarded, seen):
    environ = {"REMOTE_ADDR": "127.0.0.1"}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    application = with_client_address(lambda environ, _start: environ["REMOTE_ADDR"], proxies=proxies)
    assert application(environ, None) == seen


@pytest.mark.once
@pytest.mark.parametrize("wanted", [True, False])
def test_web_server_and_worker_get_ready_to_print_when_they_start(settings, monkeypatch, wanted):
    settings.WARM_PAPERS, times = wanted, []
    monkeypatch.setattr("registers.papers.pages.warm", lambda: times.append("warm"))
    monkeypatch.setattr("registers.papers.pages.print_specimen", lambda: times.append("printed"))

    wsgi.build()
    celery.warm_papers()
    webserver.post_worker_init(None)

    assert times == (["warm", "warm", "printed"] if wanted else [])


def alive(*, seconds_ago=0):
    cache.set(health.HEARTBEAT_KEY, timezone.now().timestamp() - seconds_ago, timeout=None)


NO_MAILS = {"mails": {"unsent": 0, "oldest": None}}


def test_healthz_needs_no_login_and_reports_each_part(client, db):
    health.heartbeat()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok", **NO_MAILS}
    assert "no-store" in answer["Cache-Control"]


def test_healthz_misses_a_silent_worker(client, db):
    alive(seconds_ago=health.HEARTBEAT_STALE_SECONDS + 5)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "down"
    assert answer.json()["database"] == "ok"
    assert "celery worker" in answer.json()["remedies"]["worker"]
    cache.delete(health.HEARTBEAT_KEY)
    assert client.get("/healthz").json()["worker"] == "down"


def test_healthz_answers_without_a_database(client, db, monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("connection refused by 10.0.0.5")

    with monkeypatch.context() as broken:
        broken.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", refuse)
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "down"
    assert "10.0.0.5" not in answer.content.decode()


def test_healthz_logs_each_change_once(client, db, settings, tmp_path, caplog):
    settings.VAR, settings.REDIS_URL = tmp_path, ""
    with caplog.at_level(logging.WARNING):
        for seconds, asked in ((0, 1), (health.HEARTBEAT_STALE_SECONDS + 5, 3), (0, 3)):
            alive(seconds_ago=seconds)
            for _ in range(asked):
                client.get("/healthz")
            for name in ("messages", "control"):
                (tmp_path / "queue" / name).mkdir(parents=True, exist_ok=True)

    assert caplog.messages == ["down: broker", "down: worker", "up again: worker"]


@pytest.mark.once
def test_broker_state_follows_the_queue_folder(tmp_path, settings):
    settings.REDIS_URL, settings.VAR = "", tmp_path
    assert not health.broker_answers()
    for name in ("messages", "control"):
        (tmp_path / "queue" / name).mkdir(parents=True)
    assert health.broker_answers()


@pytest.mark.once
def test_broker_state_follows_redis(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not health.broker_answers()


@pytest.mark.once
@pytest.mark.parametrize("formatter", [PlainFormatter(), JsonFormatter()])
def test_log_keeps_one_event_per_line_and_no_values(formatter):
    typed = "收受" + "红包"  # apart, because a trace shows source lines
    try:
        raise ValueError(f"Key (content)=({typed}) already exists")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("risk", logging.ERROR, __file__, 1, "path %s", ("/a\r\n2026 INFO forged",), error)
    text = formatter.format(record)
    assert typed not in text
    assert "builtins.ValueError" in text
    assert not any(line.startswith("2026 INFO forged") for line in text.splitlines())
    if isinstance(formatter, JsonFormatter):
        assert json.loads(text)["message"] == "path /a\r\n2026 INFO forged"
        assert "\n" not in text
