"""Accounts: the first administrator of a site, and changing one's own password."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from registers.models import Appointment, AuditEntry, Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

GOOD = "mei-hua-2026-chun"
VARIABLE = "DJANGO_SUPERUSER_PASSWORD"


def appoint(monkeypatch, *, password=GOOD, **options):
    monkeypatch.setitem(os.environ, VARIABLE, password)
    call_command("createsuperuser", noinput=True, **({"number": "20130015", "name": "周明"} | options))


def test_first_administrator_of_an_empty_site_can_sign_in(monkeypatch, settings):
    settings.INSTITUTION_NAME = "某大学"
    appoint(monkeypatch)

    user, role = User.objects.get(), Appointment.objects.get()
    assert (role.user, role.role, role.unit) == (user, "sys_admin", Unit.objects.get(parent=None, name="某大学"))
    answer = Client().post(reverse("login"), {"username": user.number, "password": GOOD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert AuditEntry.objects.filter(act="organisation.change").count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"password": ""}, f"没有密码。请设环境变量 {VARIABLE}"),
        ({"password": "1234567890"}, "密码只包含数字"),
        ({"password": "20130015abc"}, "工号"),
        ({"number": None}, "没有工号。请加 --number。"),
        ({"name": None}, "没有姓名。请加 --name。"),
        ({"number": "9" * 21}, "20"),
        ({}, "请先在环境变量或 .env 中填写 INSTITUTION_NAME"),
    ],
)
def test_administrator_that_cannot_be_made_is_refused_in_words(monkeypatch, given, said):
    with pytest.raises(CommandError, match=said):
        appoint(monkeypatch, **given)
    assert not User.objects.exists()
    assert not Unit.objects.exists()


def test_number_that_is_taken_is_refused(monkeypatch, campus):
    with pytest.raises(CommandError, match="工号 clerk 已有账号"):
        appoint(monkeypatch, number="clerk")
    assert Appointment.objects.filter(role="sys_admin").count() == 1


# --- One's own password -----------------------------------------------------------------------------------


@pytest.fixture
def changed(campus):
    """Post the form of the clerk, whose password is GOOD; return the answer."""
    user = campus.clerk
    user.sort_key, user.name = "ouyang nana", "欧阳娜娜"
    user.set_password(GOOD)
    user.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

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
