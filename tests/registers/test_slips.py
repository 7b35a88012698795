"""One-time passwords: on paper only, for a time, and never one's own."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from registers import accounts
from registers.actors import Actor
from registers.models import AuditEntry, User
from registers.text import digest_of
from tests.factories import make_person, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]
TODAY, AT = date(2026, 9, 15), moment("2026-09-15 10:00")
OWN = "bai-yang-2027-dong"


@pytest.fixture
def slip(campus, clock):
    [slip] = accounts.issue([campus.clerk.pk], actor=Actor(campus.registrar, on=TODAY), at=AT)
    return slip


def signed_in(password, number="clerk"):
    client = Client()
    answer = client.post(reverse("login"), {"username": number, "password": password})
    return client, answer


def test_first_sign_in_leads_to_the_change_and_nowhere_else(slip):
    client, answer = signed_in(slip.password)
    assert answer.status_code == 302
    for door in ("desk", "risk_list", "inbox"):
        assert client.get(reverse(door))["Location"] == reverse("password_change")
    sent = {"old_password": slip.password, "new_password1": slip.password, "new_password2": slip.password}
    same = client.post(reverse("password_change"), sent)
    assert "不能与一次性密码相同" in same.content.decode()
    sent |= {"new_password1": OWN, "new_password2": OWN}
    assert client.post(reverse("password_change"), sent).status_code == 302
    assert client.get(reverse("desk")).status_code == 200
    assert User.objects.get(number="clerk").slip_until is None
    assert signed_in(slip.password)[1].status_code == 422


def test_password_is_nowhere_but_on_the_slip(slip, tmp_path, caplog):
    assert len(slip.password) == 14
    call_command("dumpdata", "registers", output=str(tmp_path / "all.json"), verbosity=0)
    assert slip.password not in (tmp_path / "all.json").read_text()
    assert slip.password not in caplog.text
    assert AuditEntry.objects.get(act="account.slip").detail == {"until": slip.until.isoformat()}
    assert digest_of(slip.password) not in (tmp_path / "all.json").read_text()


def test_unused_password_expires_at_the_end_of_its_last_day(slip, clock):
    clock.set(f"{slip.until} 23:00")
    assert signed_in(slip.password)[1].status_code == 302
    clock.set(f"{slip.until + timedelta(days=1)} 00:00")
    answer = signed_in(slip.password)[1]
    assert answer.status_code == 422
    assert "有效期至 2026-09-29），请向管理员重新领取" in answer.content.decode()


def test_new_slip_ends_the_old_password_and_what_is_signed_in_with_it(slip, campus):
    client, _ = signed_in(slip.password)
    accounts.issue([campus.clerk.pk], actor=Actor(campus.registrar, on=TODAY), at=AT)
    assert reverse("login") in client.get(reverse("desk"))["Location"]
    assert signed_in(slip.password)[1].status_code == 422


def test_lock_is_ended_by_the_registrar(campus, settings, clock):
    for number in range(settings.AXES_FAILURE_LIMIT):
        answer = signed_in(f"guess-{number}")[1]
    assert answer.status_code == 429
    actor = Actor(campus.registrar, on=TODAY)
    assert accounts.unlock(campus.clerk.pk, actor=actor, at=AT)
    assert signed_in("password-for-tests")[1].status_code == 302
    assert not accounts.unlock(campus.clerk.pk, actor=actor, at=AT)


def test_slips_wait_for_those_who_cannot_sign_in(campus, clock):
    new = make_person("新一", campus.unit, number="new")
    User.objects.filter(pk=new.pk).update(password="!")
    assert [user.number for user in accounts.waiting_for_slip(User.objects.all(), TODAY)] == ["new"]
    accounts.issue([new.pk], actor=Actor(campus.registrar, on=TODAY), at=AT)
    assert not accounts.waiting_for_slip(User.objects.all(), TODAY)
    assert [user.number for user in accounts.waiting_for_slip(User.objects.all(), date(2026, 10, 1))] == ["new"]


# --- Many at once --------------------------------------------------------------------------------------------------


@pytest.fixture
def registrar(campus, clock):
    client = Client()
    client.force_login(campus.registrar, backend="registers.sessions.People")
    return client


def test_one_whose_account_is_anothers_holds_up_nobody(campus, registrar):
    """A new site: nobody has a password, and one of those is the auditor, whose slip the security administrator prints."""
    User.objects.exclude(pk=campus.registrar.pk).update(password=make_password(None), last_login=None)

    page = registrar.get(reverse("slip_batch"))
    printed = registrar.post(reverse("slip_batch"))

    assert f"{campus.auditor}担任审计员，其账号由安全管理员办理" in page.content.decode()
    assert printed["Content-Type"] == "application/pdf"
    left = accounts.waiting_for_slip(User.objects.all(), TODAY)
    assert campus.auditor in left
    assert campus.clerk not in left


def test_slips_that_never_arrived_are_made_anew_for_all_of_them(campus, registrar):
    User.objects.filter(pk=campus.clerk.pk).update(password=make_password(None), last_login=None)
    assert registrar.post(reverse("slip_batch"), {"unit": "CW"}).status_code == 200  # and the file is lost
    lost = User.objects.get(pk=campus.clerk.pk).password
    assert registrar.post(reverse("slip_batch"), {"unit": "CW"}).status_code == 422

    page = registrar.get(reverse("slip_batch"), {"unit": "CW", "whose": "given"})
    again = registrar.post(reverse("slip_batch"), {"unit": "CW", "whose": "given"})

    assert page.context["count"] == 1
    assert again["Content-Type"] == "application/pdf"
    assert User.objects.get(pk=campus.clerk.pk).password not in (lost, "")
