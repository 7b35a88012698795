"""Steps that want more than a yes: filing outside says where, when and under which number (R4-28); a discussion, what was said."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.actors import Actor
from registers.refusals import Refused
from registers.schemes import versions
from tests.factories import appoint, make_person
from tests.stories import played_once
from tests.workflows import sixth
from workflows.campaign import campaigns
from workflows.models import Decision, Submission
from workflows.routing import bulk, routes
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

TOLD = {"body": "高校工委", "number": "内教工委〔2026〕12号", "on": date(2026, 10, 20)}


@pytest.fixture
@played_once
def sheet(make_campus, clock, db):
    """The school's own sheet under 004's rule book, standing at the office's filing outside."""
    campus = make_campus(scheme="imut-2011")
    clock.set("2026-10-20 10:00")
    appoint(campus.liaison, campus.root, "liaison")
    appoint(make_person("癸一", campus.root), campus.root, "party_committee")  # the last step is its to decide
    campaigns.open_campaign(
        scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now, actor=Actor(campus.office)
    )
    found = Submission.objects.get(task__code="school-search")
    Submission.objects.filter(pk=found.pk).update(
        state="in_review", step="file", waiting_role="office", submitted_at=clock.now, moved_at=clock.now
    )
    found.arrivals.create(role="office", since=clock.now)
    found.refresh_from_db()
    found.campus = campus
    return found


def decide(sheet, clock, outside):
    return routes.decide(
        sheet.pk,
        "agree",
        actor=Actor(sheet.campus.office),
        seen_version=sheet.version,
        at=clock.now,
        outside=outside,
    )


@pytest.mark.parametrize(
    "outside",
    [None, {}, TOLD | {"body": " "}, TOLD | {"number": ""}, TOLD | {"on": None}, TOLD | {"on": date(2026, 10, 21)}],
)
def test_filing_outside_says_where_when_and_under_which_number(sheet, clock, outside):
    with pytest.raises(Refused):
        decide(sheet, clock, outside)
    assert not Decision.objects.exists()
    assert (
        decide(sheet, clock, TOLD).outside_words == "已报高校工委备案，文号：内教工委〔2026〕12号，日期：2026年10月20日"
    )


def test_number_stands_in_the_trail_and_on_the_paper(sheet, clock):
    client = Client()
    client.force_login(sheet.campus.office, backend="registers.sessions.People")
    page = client.get(reverse("submission_review", args=[sheet.pk])).content.decode()
    assert "登记校外备案" in page
    assert 'value="高校工委"' in page
    sent = {"verdict": "agree", "seen_version": sheet.version, "outside_body": "高校工委", "outside_number": ""}
    address = reverse("submission_decide", args=[sheet.pk])
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "请填写备案文号" in refused.content.decode()
    assert "请填写备案日期" in refused.content.decode()
    assert (
        client.post(address, sent | {"outside_number": TOLD["number"], "outside_on": "2026-10-20"}).status_code == 302
    )
    filed = Submission.objects.get(pk=sheet.pk)
    assert filed.state == "filed"
    words = "已报高校工委备案，文号：内教工委〔2026〕12号，日期：2026年10月20日"
    assert documents.document(filed)["signoffs"]["file"]["opinion"] == words
    page = client.get(reverse("submission_detail", args=[sheet.pk])).content.decode()
    assert page.count(words) == 1
    assert page.count("已报高校工委备案，文号：内教工委〔2026〕12号") == 2, "in the trail and on the paper"


def test_database_wants_all_of_it_or_nothing(sheet, clock):
    decision = decide(sheet, clock, TOLD)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(outside_number="")


def test_it_is_not_done_for_many_at_once(sheet, clock):
    [row] = bulk.act(bulk.AGREE, {sheet.pk: sheet.version}, actor=Actor(sheet.campus.office), at=clock.now)
    assert (row.kind, row.text) == ("singly", "报高校工委备案须填写文号和日期，请逐张办理。")


def test_discussion_says_what_was_said(make_campus, clock, db):
    book = sixth.read(phases=1, routes=2, stages=0, grades=2, rule="worst")
    campus = make_campus(scheme=versions.store(*book, at=clock.now)[0])
    campaigns.open_campaign(
        scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now, actor=Actor(campus.office)
    )
    sheet = Submission.objects.get(person=campus.clerk)
    Submission.objects.filter(pk=sheet.pk).update(
        state="in_review", step="r2", waiting_role="leader_in_charge", submitted_at=clock.now, moved_at=clock.now
    )
    sheet.arrivals.create(role="leader_in_charge", since=clock.now)
    client = Client()
    client.force_login(campus.leader, backend="registers.sessions.People")
    page = client.get(reverse("submission_review", args=[sheet.pk])).content.decode()
    assert "记录讨论意见并通过" in page
    address, sent = reverse("submission_decide", args=[sheet.pk]), {"verdict": "agree", "seen_version": sheet.version}
    refused = client.post(address, sent)
    assert (refused.status_code, "请写明讨论情况和意见" in refused.content.decode()) == (422, True)
    [row] = bulk.act(bulk.AGREE, {sheet.pk: sheet.version}, actor=Actor(campus.leader), at=clock.now)
    assert (row.kind, row.text) == ("refused", "集体讨论的环节，请写明讨论情况和意见。")
    assert client.post(address, sent | {"opinion": "9月15日党总支会议讨论同意"}).status_code == 302
    assert Decision.objects.get(step="r2").opinion == "9月15日党总支会议讨论同意"
