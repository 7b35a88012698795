"""The preview says of every audience what its people really see: standing lists, results and notices, inside and at the door."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.doors import open_door, page_of
from tests.factories import make_person
from tests.workflows.test_publishing import first, publish, result  # noqa: F401 (first is a fixture)
from workflows.models.audiences import AUDIENCES

pytestmark = pytest.mark.database("both")

NOUNS = {"publication": ("publication_detail", "public_publication"), "notice": ("notice_detail", "public_notice")}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def previewed(client, noun, about):
    """Of each reader: whether the preview shows the page's contents to him."""
    address = reverse(f"{noun}_preview", args=[about.pk])
    page = client.get(address).content.decode()
    tabs = re.findall(r'href="\?as=(\w+)"', page)
    shown = {}
    for tab in tabs:
        answer = client.get(address, {"as": tab})
        assert answer.status_code == 200
        shown[tab] = f'<h2 class="card-title">{about.title}</h2>' in answer.content.decode()
    return shown


def seen(client, door, about):
    """Whether somebody gets the contents on the real page."""
    answer = client.get(reverse(door, args=[about.pk]))
    return answer.status_code == 200 and about.title in page_of(answer)


@pytest.mark.parametrize("audience", [code for code, _ in AUDIENCES])
@pytest.mark.parametrize("case", ["list", "result", "notice"])
def test_preview_shows_to_each_reader_what_he_really_sees(year, first, at_the_door, case, audience):  # noqa: F811
    campus, noun = year.campus, "notice" if case == "notice" else "publication"
    year.at("09-17")
    about = {"list": first, "notice": at_the_door[0]}.get(case) or publish(year, result(year, ends_on=None))
    open_door(at=year.clock.now)
    type(about).objects.filter(pk=about.pk).update(audience=audience)
    if audience == "chosen":
        about.units.set([campus.unit, campus.other_unit])
    outsider = make_person("丑一", campus.office_unit, number="outsider")
    inside, door = NOUNS[noun]

    shown = previewed(signed_in(campus.liaison), noun, about)
    assert shown["reader"] and seen(signed_in(campus.clerk), inside, about)
    assert seen(signed_in(campus.other_head), inside, about) == (audience != "unit")
    assert shown.get("others", True) == seen(signed_in(outsider), inside, about) == (audience in ("school", "public"))
    assert shown["door"] == seen(Client(), door, about)
    assert signed_in(outsider).get(reverse(f"{noun}_preview", args=[about.pk])).status_code in (403, 404)


def test_draft_is_previewed_before_it_is_released(year):
    made = result(year)
    client = signed_in(year.campus.head)
    assert made.blocks[0] in client.get(reverse("publication_preview", args=[made.pk])).content.decode()
    afterwards = client.get(reverse("publication_preview", args=[made.pk]), {"as": "after"}).content.decode()
    assert made.blocks[0] not in afterwards
    assert "到截止日期或撤下后" in afterwards
