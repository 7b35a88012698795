"""Accounts: the first administrator of a site, and changing one's own password."""

import io
import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registers import administrators, passwords
from registers.models import Appointment, AuditEntry, Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

GOOD = "mei-hua-2026-chun"


def appoint(**options):
    """Run the command, and return what it prints."""
    out = io.StringIO()
    call_command("first_admin", stdout=out, **({"number": "20130015", "name": "周明"} | options))
    return out.getvalue()


def test_first_administrator_of_an_empty_site_can_sign_in(settings):
    settings.INSTITUTION_NAME = "某大学"
    assert "manage.py first_admin" in Client().get(reverse("login")).content.decode()
    said = appoint(email="zm@example.edu.cn")

    user, role = User.objects.get(), Appointment.objects.get()
    assert (role.user, role.role, role.unit) == (user, "sys_admin", Unit.objects.get(parent=None, name="某大学"))
    [password] = re.findall(r"一次性密码：(\S+)", said)
    assert password not in user.password
    his = Client()
    answer = his.post(reverse("login"), {"username": user.number, "password": password})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert his.get("/")["Location"] == reverse("password_change")  # his own password first
    assert AuditEntry.objects.filter(act="organisation.change").count() == 1
    assert "first_admin" not in Client().get(reverse("login")).content.decode()


def test_one_time_passwords_satisfy_every_rule_and_differ():
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        validate_password(password, User(number="20130015", name="周明"))
        assert not set(password) & set("01ilo")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"number": None}, "没有可以提问的终端。请加 --number 工号 --name 姓名。"),
        ({"name": None}, "没有可以提问的终端。"),
        ({"number": "9" * 21}, "工号：.*20"),
        ({"email": "nowhere"}, "电子邮箱："),
        ({}, "请先在环境变量或 .env 中填写 INSTITUTION_NAME"),
    ],
)
def test_administrator_that_cannot_be_made_is_refused_in_words(monkeypatch, given, said):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match=said):
        appoint(**given)
    assert not User.objects.exists()
    assert not Unit.objects.exists()


def test_nobody_is_appointed_on_the_server_while_there_is_an_administrator(campus):
    with pytest.raises(CommandError, match=r"已有系统管理员 辛一（sys_admin）.*changepassword sys_admin"):
        appoint()
    assert Appointment.objects.filter(role="sys_admin").count() == 1

    User.objects.filter(pk=campus.sys_admin.pk).update(is_active=False)
    with pytest.raises(CommandError, match="工号 clerk 已有账号"):
        appoint(number="clerk")
    appoint()
    [present] = administrators.holders("sys_admin", on=timezone.localdate())["sys_admin"]
    assert present.number == "20130015"


@pytest.mark.parametrize("options", [{}, {"noinput": True}, {"number": "1", "name": "甲"}])
def test_command_for_a_superuser_says_what_to_use(options):
    with pytest.raises(CommandError, match="first_admin --number"):
        call_command("createsuperuser", **options)
    assert not User.objects.exists()


# --- One's own password -----------------------------------------------------------------------------------


@pytest.fixture
def changed(campus):
    """Post the form of the clerk, whose password is GOOD; return the answer."""
    user = campus.clerk
    user.sort_key, user.name = "ouyang nana", "欧阳娜娜"
    user.set_password(GOOD)
    user.save()
    client = Client()
    client.force_login(user, backend="registers.sessions.People")

    def post(new="bai-yang-2027-dong", old=GOOD, again=None):
        sent = {"old_password": old, "new_password1": new, "new_password2": again or new}
        return client.post(reverse("password_change"), sent)

    return post


def test_guessing_the_old_password_is_limited_as_signing_in_is(changed, settings):
    answers = [changed(old=f"guess-{number}") for number in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers] == [422] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert AuditEntry.objects.filter(act="session.password_failed").count() == settings.AXES_FAILURE_LIMIT

    assert changed().status_code == 429  # now the right one does not help either
    assert Client().post(reverse("login"), {"username": "clerk", "password": GOOD}).status_code == 429


def test_right_password_is_changed_and_stays_signed_in(changed):
    assert changed().status_code == 302
    assert User.objects.get(number="clerk").check_password("bai-yang-2027-dong")
    assert AuditEntry.objects.filter(act="session.password").count() == 1


OWN = ("欧阳娜娜欧阳娜娜欧阳娜娜", "ouyangnana1", "OuYangNaNaOuYang", "clerkclerkclerk12", "nana-ouyang-nana")


@pytest.mark.parametrize("new", [*OWN, "short", "1234567890", "password1234"])
def test_password_that_is_easily_guessed_is_refused_in_chinese(changed, new):
    page = changed(new).content.decode()
    said = page[page.index("<form") :].split("field-error")[1].split("</p>")[0]
    assert "密码" in said
    assert not User.objects.get(number="clerk").check_password(new)


@pytest.mark.parametrize("sent", [{"old": " "}, {"new": " "}, {"again": "other-than-this"}, {"old": "x" * 5000}])
def test_every_fault_of_the_form_is_said_in_chinese(changed, sent):
    answer = changed(**sent)
    faults = [text for errors in answer.context["form"].errors.values() for text in errors]
    assert answer.status_code == 422
    assert faults
    assert not [text for text in faults if text.isascii()]
