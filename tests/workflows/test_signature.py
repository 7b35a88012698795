"""A signature holds for exactly what was on the signer's screen."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import AuditEntry, Duty, RiskPoint
from tests.access.browsers import PASSWORD, judged
from tests.personas import point, unit_point
from tests.stories import played_once
from tests.workflows.route_cases import digest_now
from workflows.models import CampaignTask, Decision, FiledPaper
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
@played_once
def waiting(year):
    """The clerk's search sheet, concluded, before the head who signs it."""
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲"), point("乙", category="morality")))
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, year.campus.head)
    assert sheet.step == "sign"
    return sheet


def on_screen(sheet, user):
    """The reviewer's browser, and the digest that his page carries."""
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    page = client.get(reverse("submission_review", args=[sheet.pk])).content.decode()
    return client, re.search(r'name="seen_digest" value="(\w{64})"', page)[1]


def sign(client, sheet, digest):
    return client.post(
        reverse("submission_decide", args=[sheet.pk]), judged(sheet, password=PASSWORD, seen_digest=digest)
    )


def test_signature_carries_the_digest_of_the_page(year, waiting):
    client, digest = on_screen(waiting, year.campus.head)

    assert sign(client, waiting, digest).status_code == 302
    assert Decision.objects.get(submission=waiting, step="sign").digest == digest


@pytest.mark.parametrize("changed", ["duty", "post", "point"])
def test_what_changes_beside_the_sheet_changes_nothing_that_is_signed(year, waiting, changed):
    """A duty, a post's name, a line behind the engine's back: the document was composed when it was handed in (T3)."""
    client, digest = on_screen(waiting, year.campus.head)
    before = documents.document(waiting)
    if changed == "duty":
        Duty.objects.create(post=waiting.post, text="另有一项新职责", position=9)
    elif changed == "post":
        waiting.post.name = "改名后的岗位"
        waiting.post.save()
    else:
        RiskPoint.objects.filter(content="甲").update(content="甲，改过")
    assert digest_now(year.again(waiting)) != digest

    assert sign(client, waiting, digest).status_code == 302

    assert Decision.objects.get(submission=waiting, step="sign").digest == digest
    after = documents.document(year.again(waiting))
    assert [after[part] for part in documents.SIGNED_PARTS[1:4]] == [
        before[part] for part in documents.SIGNED_PARTS[1:4]
    ]


def test_digest_covers_what_is_to_be_retired(year):
    year.searched(point("甲"), point("乙", category="morality"))
    campaign_point = RiskPoint.objects.get(content="甲")
    sheet = year.sheet("personal-search", year.campus.head)
    sheet = year.submit(sheet, year.points(sheet, point("丙")))
    before = documents.digest(sheet)
    assert digest_now(sheet) == before

    line = sheet.lines.get()
    line.change, line.risk_point = "retire", campaign_point
    line.save()

    assert digest_now(sheet) != before
    kept, line.reason = digest_now(sheet), "岗位职责已调整"
    line.save()
    assert digest_now(sheet) != kept


def test_frozen_paper_is_what_was_signed(year, monkeypatch):
    """A unit's paper lists its people's points as well; one that is filed between signature and filing is not slipped in."""
    paper = year.sheet("unit-search").task.paper_rules.model_copy(update={"includes": "personal"})
    monkeypatch.setattr(CampaignTask, "paper_rules", paper)
    year.searched(point("在先"))
    year.at("09-16")
    sheet = year.sheet("unit-search")
    sheet = year.review(year.submit(sheet, year.points(sheet, unit_point("单位"))))
    signed = sheet.decisions.last()
    year.at("09-17")
    year.searched(point("在后"), owner=year.campus.head)

    year.agree(sheet, year.campus.office)

    frozen = FiledPaper.objects.get(submission=sheet).document
    assert [row["content"] for row in frozen["rows"]] == ["单位", "在先"]
    assert (frozen["code"], sheet.decisions.last().digest) == (signed.code, signed.digest)


def test_wrong_password_signs_nothing_and_is_on_record(year, waiting):
    client, digest = on_screen(waiting, year.campus.head)

    answer = client.post(
        reverse("submission_decide", args=[waiting.pk]), judged(waiting, password="guess", seen_digest=digest)
    )

    assert answer.status_code == 422
    assert "密码不正确，签字未生效" in answer.content.decode()
    assert not Decision.objects.filter(submission=waiting, step="sign").exists()
    assert AuditEntry.objects.latest("sequence").act == "submission.not_signed"


def test_guessing_at_the_signature_locks_the_account(year, waiting, settings):
    client, digest = on_screen(waiting, year.campus.head)
    url = reverse("submission_decide", args=[waiting.pk])
    for guess in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(url, judged(waiting, password=f"guess-{guess}", seen_digest=digest))

    assert answer.status_code == 429
    assert client.post(url, judged(waiting, password=PASSWORD, seen_digest=digest)).status_code == 429
    assert not Decision.objects.filter(submission=waiting, step="sign").exists()
