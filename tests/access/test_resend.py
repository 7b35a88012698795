"""A form that comes too late brings its words back, but only to whom it was shown."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.access.browsers import PASSWORD, judged

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]
OURS = {"Origin": "http://testserver"}
FOREIGN = {"Origin": "https://evil.example"}


def late(world, *, signed_in, headers):
    """A reviewer's form, posted without a session or with the token of another sign-in."""
    client = Client(enforce_csrf_checks=signed_in)
    if signed_in:
        client.force_login(world.campus.head, backend="registers.sessions.People")
    sheet = world.sheets["sign"]
    sent = judged(sheet, opinion="写了很久的意见", password=PASSWORD)
    return client.post(reverse("submission_decide", args=[sheet.pk]), sent, headers=headers)


@pytest.mark.parametrize("signed_in", [False, True])
def test_words_come_back_without_the_password(world, signed_in):
    answer = late(world, signed_in=signed_in, headers=OURS)
    page = answer.content.decode()

    assert answer.status_code == (403 if signed_in else 401)
    assert 'name="opinion" value="写了很久的意见"' in page
    assert "重新提交" in page
    assert PASSWORD not in page


@pytest.mark.parametrize("headers", [FOREIGN, {}, {"Origin": "null"}])
def test_a_form_from_elsewhere_is_not_offered_again(world, headers):
    answer = late(world, signed_in=True, headers=headers)

    assert answer.status_code == 403
    assert "写了很久的意见" not in answer.content.decode()


def test_stranger_from_elsewhere_is_sent_to_the_login(world):
    answer = late(world, signed_in=False, headers=FOREIGN)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("signed_in", [False, True])
def test_script_is_told_in_one_sentence(world, signed_in):
    answer = late(world, signed_in=signed_in, headers={**OURS, "X-Requested-With": "fetch"})

    assert answer.status_code == 401
    assert "登录" in answer.json()["message"]
