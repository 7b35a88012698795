"""Corrections of a running notice: what it says itself is set right, what its sheet says goes back by the one road."""

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import AuditEntry
from registers.refusals import Refused
from tests.doors import page_of
from workflows.models import Correction, Objection, PublicRecord
from workflows.publicity import objections

pytestmark = pytest.mark.database("both")


@pytest.fixture
def raised(year, notice, visitor):
    """An objection to the first row of the notice of unit grades, which is on its second day."""
    visitor.object(notice, row=1, category="content")
    return Objection.objects.get()


def correct(year, raised, wrong, right, **said):
    said = {"handling": "文字有误。", "at": year.clock.now, "finding": "corrected", **said}
    objections.handle(raised, wrong=wrong, right=right, actor=year.actor(year.campus.office), **said)


def test_title_is_set_right_at_once_and_both_versions_stay_on_record(year, notice, raised, visitor):
    before = notice.title
    correct(year, raised, "评估结果", "评定结果")
    year.sweep()
    year.at("09-18")
    year.sweep()

    notice.refresh_from_db()
    assert notice.title == before.replace("评估结果", "评定结果")
    assert notice.sheets.get().step == "publicise"  # the notice goes on
    page = page_of(visitor.client.get(f"/public/notices/{notice.pk}/"))
    assert f"标题由“ {before} ”更正为“ {notice.title} ”" in page
    records = PublicRecord.objects.filter(notice=notice)
    assert [(before in bytes(row.content).decode(), str(row.first_day), str(row.last_day)) for row in records] == [
        (True, "2026-09-16", "2026-09-17"),
        (True, "2026-09-17", "2026-09-18"),  # as what was corrected
    ]
    texts = [bytes(row.content).decode() for row in records]
    assert [notice.title in text for text in texts] == [False, True]
    assert ["更正为" in text for text in texts] == [False, True]
    assert AuditEntry.objects.filter(act="notice.correct").count() == 1


def test_name_of_a_unit_is_set_right_in_every_row(year, notice, raised):
    type(notice).objects.filter(pk=notice.pk).update(
        title="公示", items=[notice.items[0], {**notice.items[0], "entry": "b"}]
    )
    place = notice.items[0]["place"]
    correct(year, raised, place, f"{place}（资产处）")
    notice.refresh_from_db()
    assert [item["place"] for item in notice.items] == [f"{place}（资产处）"] * 2
    assert {one.row for one in Correction.objects.all()} == {1}


def test_words_of_the_sheet_send_it_back_and_the_notice_is_withdrawn(year, notice, raised, visitor):
    said = notice.items[0]["content"]
    correct(year, raised, said[:2], "机要")

    sheet = notice.sheets.get()
    assert sheet.state == "returned"
    client = Client()
    client.force_login(year.campus.liaison)
    page = client.get(reverse("submission_fill", args=[sheet.pk])).content.decode()
    assert f"“{said[:2]}”应为“机要”。文字有误。" in page
    notice.refresh_from_db()
    assert notice.withdrawn_why.startswith("文字差错")
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        ("没有的字", "甲", "没有“没有的字”"),
        ("评估结果", "13912345678", "手机号码"),
        ("评估结果", "长" * 200, "超过 160 字"),
    ],
)
def test_correction_that_does_not_fit_is_refused_and_changes_nothing(year, notice, raised, wrong, right, fault):
    with pytest.raises(Refused, match=fault):
        correct(year, raised, wrong, right)
    raised.refresh_from_db()
    assert (raised.handled_at, Correction.objects.exists()) == (None, False)


def test_office_types_the_wrong_words_and_the_right_ones(year, notice, raised, client):
    client.force_login(year.campus.office)
    address = reverse("objection_handle", args=[raised.pk])
    said = {"finding": "corrected", "handling": "文字有误。", "wrong": "评估结果", "right": ""}
    answer = client.post(address, said)
    assert (answer.status_code, "请填写更正后的文字" in page_of(answer)) == (422, True)
    assert 'value="评估结果"' in answer.content.decode()
    answer = client.post(address, {**said, "finding": "rejected", "right": "评定结果"})
    assert (answer.status_code, "只有结论为“更正”的才填写" in page_of(answer)) == (422, True)
    assert client.post(address, {**said, "right": "评定结果"}).status_code == 302
    assert "更正为" in page_of(client.get(reverse("notice_detail", args=[notice.pk])))
