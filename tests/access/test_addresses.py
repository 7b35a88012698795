"""Nonsense in an address is no error, and nobody is sent elsewhere."""

import re

import pytest
from django.urls import reverse

from tests.access.browsers import PASSWORD
from tests.access.hostile import BAD_DAYS, HOSTILE
from tests.access.world import NOBODY

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]


LISTS = [
    "desk",
    "done_list",
    "inbox",
    "campaign",
    "progress_list",
    "risk_list",
    "power_list",
    "ledger",
    "unit_list",
    "notice_list",
    "audit_list",
    "paper_list",
]


FILTERS = (
    "page",
    "q",
    "category",
    "grade",
    "unit",
    "domain",
    "act",
    "number",
    "task",
    "state",
    "view",
    "person",
    "year",
    "on",
    "order_by",
    "sort",
)


@pytest.mark.parametrize(
    "bad",
    [
        "0",
        "-1",
        "1e3",
        "abc",
        "",
        "99999999999999999999",
        "１",
        "10001",
        "None",
        "__proto__",
        "pk__gt=0",
        *HOSTILE.values(),
        *BAD_DAYS,
        "x" * 10_000,
    ],
    ids=lambda bad: repr(bad)[:20],
)
def test_list_with_nonsense_in_its_address_is_a_list(world, bad):
    wrong = []
    for door in LISTS:
        data = dict.fromkeys(FILTERS, bad)
        if door == "ledger":
            data.pop("unit")
        answer = world.browsers["office"].get(reverse(door), data)
        if answer.status_code != 200 or "<script>alert" in answer.content.decode():
            wrong.append(f"{door}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("bad", ["no-such", "x" * 10_000, *HOSTILE.values()], ids=lambda bad: repr(bad)[:20])
def test_ledger_of_an_unknown_unit_is_not_found(world, bad):
    assert world.browsers["office"].get(reverse("ledger"), {"unit": bad}).status_code == 404


def test_repeated_filter_counts_once(world):
    answer = world.browsers["office"].get(reverse("risk_list") + "?grade=grade-1&grade=grade-2&page=1&page=2")
    assert answer.status_code == 200


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "%0d%0aLocation:evil",
    "\r\nSet-Cookie: a=b",
    "//evil.example/%2f..",
    "data:text/html,x",
    "\x00//evil.example",
    " //evil.example",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_login_leads_home_and_not_elsewhere(world, elsewhere):
    answer = world.browsers[NOBODY].post(
        reverse("login"), {"username": "clerk", "password": PASSWORD, "next": elsewhere}
    )
    assert answer.status_code == 302
    assert re.fullmatch(r"/([^/\\].*)?", answer.headers["Location"]), answer.headers["Location"]
    assert "evil" not in answer.headers["Location"] or answer.headers["Location"].startswith("/%")


def test_login_leads_to_the_page_that_was_asked_for(world):
    wanted = reverse("risk_list")
    answer = world.browsers[NOBODY].post(
        reverse("login") + f"?next={wanted}", {"username": "clerk", "password": PASSWORD, "next": wanted}
    )
    assert answer.headers["Location"] == wanted


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, "/progress/\r\nSet-Cookie: a=b", "/progress//evil", "/desk/"])
def test_nudge_leads_back_to_the_progress_page(world, elsewhere):
    answer = world.browsers["liaison"].post(
        reverse("submission_nudge", args=[world.sheets["draft"].pk]), {"back": elsewhere}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/progress/")
    assert "\n" not in answer.headers["Location"]
