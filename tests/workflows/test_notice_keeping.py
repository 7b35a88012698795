"""Where notices hang until they are taken down, what stays of them, what was public when, and whose names they show."""

from datetime import date
from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed
from registers.models import Job
from registers.refusals import Refused
from tests.stories import played_once
from tests.workflows.test_publicising import draft, release
from tests.workflows.test_publishing import publish, result
from workflows.compiled import publications as papers
from workflows.models import Notification, Publication, PublicRecord
from workflows.publicity import (
    impacts,
    places,
    recording,
    releasing,
    reminding,
)

pytestmark = pytest.mark.database("both")


# --- Where it hangs -----------------------------------------------------------------------------------------


@pytest.fixture
@played_once
def hanging(year, two):
    """A notice from 16 to 22 September that hangs on the board, and was to hang on the web site."""
    notice = release(year, draft(year), year.campus.leader)
    board, _ = notice.notice_places.all()
    places.post(board, year.clock.today, actor=year.actor(year.campus.liaison), at=year.clock.now)
    return notice


def on_desk(year, who):
    browser = Client()
    browser.force_login(getattr(year.campus, who))
    return "撤下清单" in browser.get(reverse("desk")).content.decode()


def test_what_hangs_after_the_end_stands_on_the_desk_until_it_is_taken_down(year, hanging):
    campus = year.campus
    assert [place.label for place in hanging.notice_places.all()] == ["单位公告栏", "单位网站"]
    assert not on_desk(year, "liaison")
    year.at("09-23")
    year.sweep()
    assert [on_desk(year, who) for who in ("liaison", "leader", "head", "clerk")] == [True, True, False, False]
    reminding.remind(at=year.at("09-23"))
    reminding.remind(at=year.at("09-23", hour=11))
    told = Notification.objects.filter(kind="notice.take_down")
    assert {row.recipient for row in told} == {campus.liaison, campus.leader}
    assert "单位公告栏尚未撤下" in told.first().text and "单位网站" not in told.first().text
    board, web = hanging.notice_places.all()
    actor = year.actor(campus.liaison)
    for day, fault in ((date(2026, 9, 24), "不能晚于今天"), (date(2026, 9, 14), "不能早于张贴")):
        with pytest.raises(Refused, match=fault):
            places.take(board, day, actor=actor, at=year.clock.now)
    with pytest.raises(NotAllowed, match="尚未登记张贴"):
        places.take(web, year.clock.today, actor=actor, at=year.clock.now)
    with pytest.raises(NotAllowed):
        places.take(board, year.clock.today, actor=year.actor(campus.clerk), at=year.clock.now)
    places.take(board, year.clock.today, actor=actor, at=year.clock.now)
    assert not on_desk(year, "liaison")

    hanging.refresh_from_db()
    paper = papers.closing_of(hanging)
    rows = [[cell.text for cell in row] for row in paper.body]
    assert rows[0][1:] == ["本系统页面", campus.leader.name, "2026-09-16", "自动撤下", "2026-09-23"]
    assert rows[1][1:] == ["单位公告栏", campus.liaison.name, "2026-09-15", campus.liaison.name, "2026-09-23"]
    assert "公示结论：无异议。" in paper.paragraphs


def test_places_and_days_are_recorded_on_the_page(year, hanging):
    browser = Client()
    browser.force_login(year.campus.liaison)
    page = reverse("notice_detail", args=[hanging.pk])
    web = hanging.notice_places.last()
    refused = browser.post(reverse("place_post", args=[web.pk]), {"on": "2026-09-31"})
    assert (refused.status_code, "2026-09-31" in refused.content.decode()) == (422, True)
    assert browser.post(reverse("place_post", args=[web.pk]), {"on": "2026-09-15"}).status_code == 302
    twice = browser.post(reverse("notice_place_add", args=[hanging.pk]), {"label": "单位网站"})
    assert (twice.status_code, "已经在列" in twice.content.decode()) == (422, True)
    assert browser.post(reverse("notice_place_add", args=[hanging.pk]), {"label": "大厅"}).status_code == 302
    assert "大厅" in browser.get(page).content.decode()


def test_drafts_that_wait_are_reminded_of_by_working_days(year, two):
    reminding.remind(at=year.at("09-16"))
    texts = list(Notification.objects.filter(kind="notice.draft_waits").values_list("text", flat=True))
    assert texts and all("请起草公示" in text for text in texts)
    made = draft(year)
    draft_day = result(year)
    year.at("09-18")
    reminding.remind(at=year.clock.now)
    waits = Notification.objects.filter(kind="notice.draft_waits", created_at=year.clock.now)
    assert {(row.key, row.recipient.number) for row in waits if row.key.startswith("draft:")} == {
        (f"draft:{made.pk}:1", "leader")
    }
    assert any(row.key == f"publication:{draft_day.pk}:1" for row in waits)


# --- After the end, and what was public when ---------------------------------------------------------------


def test_notice_kept_without_names_loses_them_after_its_last_day(year, hanging):
    type(hanging).objects.filter(pk=hanging.pk).update(
        after_end="nameless", items=[{**item, "person": "张某"} for item in hanging.items]
    )
    hanging.refresh_from_db()
    year.at("09-18")
    year.sweep()
    year.at("09-23")
    year.sweep()
    browser = Client()
    browser.force_login(year.campus.colleague)
    page = browser.get(reverse("notice_detail", args=[hanging.pk]))
    assert (page.status_code, "张某" in page.content.decode()) == (200, False)
    assert "张某" not in browser.get(reverse("notice_html", args=[hanging.pk])).content.decode()
    [record] = PublicRecord.objects.filter(notice=hanging)
    assert (str(record.first_day), str(record.last_day)) == ("2026-09-16", "2026-09-22")
    assert "张某" in bytes(record.content).decode()  # what was public on those days
    assert sha256(bytes(record.content)).hexdigest() == record.digest


def test_what_is_removed_is_gone_with_its_copies(year, hanging):
    job = Job.objects.create(
        kind="paper", owner=year.campus.clerk, created_at=year.clock.now, finished_at=year.clock.now, content=b"x",
        parameters={"path": reverse("notice_file", args=[hanging.pk, "pdf"]), "form": "pdf"},
    )  # fmt: skip
    other = Job.objects.create(
        kind="paper", owner=year.campus.clerk, created_at=year.clock.now, content=b"x",
        parameters={"path": f"/notices/{hanging.pk}1/notice.pdf", "form": "pdf"},
    )  # fmt: skip
    year.at("09-23")
    year.sweep()
    browser = Client()
    browser.force_login(year.campus.colleague)
    for door in ("notice_detail", "notice_html"):
        assert browser.get(reverse(door, args=[hanging.pk])).status_code == 404
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.content, bytes(other.content)) == (None, b"x")


def test_record_grows_by_the_day_and_begins_anew_when_the_page_changes(year):
    made = publish(year, result(year))
    recording.record_all(at=year.at("09-16"))
    assert recording.record_all(at=year.at("09-16", hour=11)) == 0
    recording.record_all(at=year.at("09-18"))
    Publication.objects.filter(pk=made.pk).update(title="改了标题")
    recording.record_all(at=year.at("09-19"))
    days = [(str(row.first_day), str(row.last_day)) for row in PublicRecord.objects.filter(publication=made)]
    assert days == [("2026-09-15", "2026-09-18"), ("2026-09-19", "2026-09-19")]


# --- Names ------------------------------------------------------------------------------------------------


def test_notice_with_names_needs_an_assessment_of_its_columns(year, two, monkeypatch):
    made = draft(year)
    rows = releasing.preview(made)
    named = [{**row, "person": "张某"} for row in rows]
    monkeypatch.setattr("workflows.publicity.showing.items", lambda task, sheets: named)
    with pytest.raises(Refused, match="须先由学校领导小组办公室作出个人信息保护影响评估"):
        release(year, made)
    said = {"purpose": "监督", "risk": "可认出本人", "measures": "只显示姓氏", "at": year.clock.now}
    office, kind = year.actor(year.campus.office), made.kind_rules
    with pytest.raises(NotAllowed):
        impacts.assess(made.task.campaign.scheme, kind, fields=[], actor=year.actor(year.campus.head), **said)
    impacts.assess(made.task.campaign.scheme, kind, fields=["person"], actor=office, **said)
    with pytest.raises(Refused, match="重新评估"):
        release(year, made)
    whole = impacts.assess(
        made.task.campaign.scheme, kind, fields=["person", *(field for field, _ in made.columns)], actor=office, **said
    )
    assert release(year, made).impact == whole
