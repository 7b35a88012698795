"""Documents to read: whom they reach, who has read them, who knows (R2-21, R4-18)."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers.access import NotAllowed
from registers.models import AuditEntry
from tests import factories
from tests.files import pdf, upload
from workflows import readings, sweeping
from workflows.messages import notifications
from workflows.models import Attachment, Notification, ReadingDocument, ReadReceipt

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def publish(year, *, unit=None, by=None, units=(), uploads=(), **more):
    told = {"title": "工作方案", "text": "请阅读", "audience": "everybody", "roles": [], "due_on": None}
    return readings.publish(
        campaign=year.campaign,
        unit=unit or year.campus.unit,
        values=told | more,
        units=units,
        uploads=uploads,
        actor=year.actor(by or year.campus.liaison),
        at=year.clock.now,
    )


def readers(document):
    return set(document.receipts.values_list("user__number", flat=True))


def form(**more):
    told = {"unit": "CW", "title": "工作方案", "text": "请阅读", "due_on": "", "audience": "everybody"}
    return told | {"roles": [], "units": []} | more


UNIT = {"clerk", "colleague", "liaison", "member", "deputy", "head"}


def test_units_document_reaches_everybody_there(year):
    assert readers(publish(year)) == UNIT


def test_form_that_is_sent_twice_publishes_once(year):
    first = publish(year, uploads=[pdf()])
    assert publish(year, uploads=[pdf()]) == first
    assert publish(year) != first
    assert Notification.objects.filter(kind="reading.published", recipient=year.campus.clerk).count() == 2


def test_fillers_are_those_who_owe_sheets(year):
    assert readers(publish(year, audience="fillers")) == {"clerk", "head"}


def test_roles_of_the_whole_school(year):
    school = {"unit": year.campus.root, "by": year.campus.office}
    assert readers(publish(year, **school, audience="roles", roles=["unit_head"])) == {"head", "other_head"}
    found = readers(publish(year, **school, audience="roles", roles=["group_member", "liaison"]))
    assert found == {"head", "deputy", "member", "liaison"}


def test_school_document_may_be_limited_to_units(year):
    campus = year.campus
    found = readers(publish(year, unit=campus.root, by=campus.office, units=[campus.other_unit, campus.office_unit]))
    assert found == {"other_head", "office", "registrar"}


def test_empty_audience_is_refused_and_nothing_is_kept(year):
    sent = form(unit="CW", audience="roles", roles=["party_committee"], title="暗记标题")
    answer = browser(year.campus.liaison).post(reverse("reading_add"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "没有人员" in page and "暗记标题" in page
    assert not ReadingDocument.objects.exists() and not Notification.objects.filter(key__startswith="reading").exists()


@pytest.mark.parametrize("who", ["clerk", "member", "leader", "chair", "other_head", "office", "registrar"])
def test_only_the_units_own_publish_for_it(year, who):
    with pytest.raises(NotAllowed):
        publish(year, by=getattr(year.campus, who))


def test_office_and_registrar_publish_for_the_school(year):
    for who in (year.campus.office, year.campus.registrar):
        assert publish(year, unit=year.campus.root, by=who).receipts.exists()
    for who in (year.campus.head, year.campus.leader):
        with pytest.raises(NotAllowed):
            publish(year, unit=year.campus.root, by=who)


def test_everybody_hears_of_it_once_and_without_mail(year):
    document = publish(year, due_on=year.clock.today)
    told = Notification.objects.filter(kind="reading.published")
    assert set(told.values_list("recipient__number", flat=True)) == UNIT
    assert told.first().text == "学习文件“工作方案”，请于9月15日前阅读并确认。"
    assert not notifications.owed().filter(kind="reading.published").exists(), "no storm of mails"
    assert AuditEntry.objects.get(act="reading.published").detail == {"readers": 6}
    readings.extend(at=year.clock.now)
    assert told.count() == 6 and document.receipts.count() == 6


def test_publishing_to_a_school_costs_few_statements(year):
    people = [factories.make_person(f"员{number}", year.campus.other_unit) for number in range(40)]
    with CaptureQueriesContext(connection) as captured:
        document = publish(year, unit=year.campus.root, by=year.campus.office)
    written = [query["sql"] for query in captured if query["sql"].startswith("INSERT")]
    assert document.receipts.count() > len(people)
    assert len(written) < 8, [sql[:60] for sql in written]


def test_newcomers_get_what_still_stands(year):
    document = publish(year)
    gone = publish(year, title="已撤")
    readings.withdraw(gone.pk, actor=year.actor(year.campus.liaison), at=year.clock.now)
    factories.make_person("新来的", year.campus.unit, number="newcomer")
    sweeping.sweep(at=year.clock.now)
    assert "newcomer" in readers(document) and "newcomer" not in readers(gone)
    assert Notification.objects.filter(recipient__number="newcomer", kind="reading.published").count() == 1


# --- reading -----------------------------------------------------------------------------------------------


def test_document_waits_on_the_desk_until_it_is_confirmed(year):
    document = publish(year, title="暗记文件", due_on=year.clock.today)
    client = browser(year.campus.clerk)
    desk = client.get(reverse("desk")).content.decode()
    assert "待阅文件" in desk and "暗记文件" in desk and "今天截止" in desk
    page = client.get(reverse("reading_detail", args=[document.pk])).content.decode()
    assert "确认已阅" in page
    answer = client.post(reverse("reading_confirm", args=[document.pk]))
    assert answer.headers["Location"] == reverse("reading_list")
    receipt = ReadReceipt.objects.get(document=document, user=year.campus.clerk)
    assert receipt.read_at == year.clock.now
    client.get(reverse("reading_list"))  # says that it was confirmed
    assert "暗记文件" not in client.get(reverse("desk")).content.decode()
    assert "您已确认阅读" in client.get(reverse("reading_detail", args=[document.pk])).content.decode()


def test_first_confirmation_counts(year):
    document, client = publish(year), browser(year.campus.clerk)
    client.post(reverse("reading_confirm", args=[document.pk]))
    first = year.clock.now
    year.at("09-16")
    assert client.post(reverse("reading_confirm", args=[document.pk])).status_code == 302
    assert ReadReceipt.objects.get(document=document, user=year.campus.clerk).read_at == first
    assert AuditEntry.objects.filter(act="reading.confirmed").count() == 1


def test_nobody_confirms_what_was_not_sent_to_him(year):
    document = publish(year)
    assert browser(year.campus.leader).post(reverse("reading_confirm", args=[document.pk])).status_code == 403
    assert browser(year.campus.other_head).post(reverse("reading_confirm", args=[document.pk])).status_code == 404


def test_unread_after_the_day_is_marked_late(year):
    document = publish(year, due_on=year.clock.today)
    year.at("09-16")
    client = browser(year.campus.clerk)
    assert "逾期 1 天" in client.get(reverse("desk")).content.decode()
    assert "逾期未阅" in client.get(reverse("reading_list")).content.decode()
    page = browser(year.campus.head).get(reverse("reading_receipts", args=[document.pk])).content.decode()
    assert page.count("逾期未阅") == 6


def test_withdrawn_document_is_owed_no_more(year):
    document = publish(year, title="暗记文件")
    browser(year.campus.clerk).post(reverse("reading_confirm", args=[document.pk]))
    client = browser(year.campus.head)
    assert client.post(reverse("reading_withdraw", args=[document.pk])).status_code == 302
    assert "暗记文件" not in browser(year.campus.colleague).get(reverse("desk")).content.decode()
    assert browser(year.campus.colleague).get(reverse("reading_detail", args=[document.pk])).status_code == 404
    assert "已撤下" in client.get(reverse("reading_list")).content.decode()
    assert ReadReceipt.objects.filter(document=document, read_at__isnull=False).count() == 1
    assert client.post(reverse("reading_withdraw", args=[document.pk])).status_code == 403


def test_message_leads_to_the_list(year):
    publish(year)
    message = Notification.objects.get(recipient=year.campus.clerk, kind="reading.published")
    answer = browser(year.campus.clerk).post(reverse("inbox_read"), {"message": message.pk})
    assert answer.headers["Location"] == reverse("reading_list")


def test_enclosure_is_for_its_readers(year):
    campus = year.campus
    publish(year, unit=campus.root, by=campus.office, audience="roles", roles=["unit_head"], uploads=[pdf("方案.pdf")])
    url = reverse("attachment_file", args=[Attachment.objects.get().pk])
    assert browser(campus.other_head).get(url).status_code == 200
    assert browser(campus.clerk).get(url).status_code == 404


# --- who has read ------------------------------------------------------------------------------------------


def test_receipts_say_who_has_read_and_who_has_not(year):
    document = publish(year)
    browser(year.campus.clerk).post(reverse("reading_confirm", args=[document.pk]))
    client, url = browser(year.campus.liaison), reverse("reading_receipts", args=[document.pk])
    page = client.get(url).content.decode()
    assert page.count('tag-warn">未阅') == 5 and page.count('tag-ok">已阅') == 1
    owing = client.get(url + "?state=owed").content.decode()
    assert year.campus.clerk.name not in owing and year.campus.colleague.name in owing
    assert "1 / 6" in client.get(reverse("reading_list")).content.decode()


def test_head_counts_only_his_own_people(year):
    document = publish(year, unit=year.campus.root, by=year.campus.office)
    page = browser(year.campus.head).get(reverse("reading_receipts", args=[document.pk])).content.decode()
    assert year.campus.clerk.name in page and year.campus.other_head.name not in page
    book = openpyxl.load_workbook(
        io.BytesIO(browser(year.campus.head).get(reverse("reading_file", args=[document.pk, "xlsx"])).content)
    )
    cells = "\n".join(str(cell.value) for row in book.active for cell in row if cell.value)
    assert year.campus.clerk.name in cells and year.campus.other_head.name not in cells
    assert "应阅6人，已阅0人，未阅6人" in cells


def test_people_who_left_are_not_counted(year):
    document = publish(year)
    year.campus.clerk.is_active = False
    year.campus.clerk.save()
    seen = ReadReceipt.objects.visible_to(year.actor(year.campus.head))
    assert readings.tally(seen)[document.pk] == (5, 0)


def test_colleagues_do_not_see_who_has_read(year):
    document = publish(year)
    assert browser(year.campus.colleague).get(reverse("reading_receipts", args=[document.pk])).status_code == 403


# --- publishing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"title": ""}, "请填写标题"),
        ({"title": "长" * 121}, "标题最多 120 字"),
        ({"text": ""}, "请填写正文，或选择要发布的文件"),
        ({"due_on": "2026-09-14"}, "不能早于今天"),
        ({"due_on": "2026-13-40"}, "日期无法识别"),
        ({"audience": "roles"}, "至少选择一个角色"),
        ({"audience": "roles", "roles": ["sys_admin"]}, "角色的选项不存在"),
        ({"audience": "all"}, "阅读人员的选项不存在"),
        ({"units": ["ZS"]}, "所选单位不存在"),
        ({"unit": "ROOT"}, "发布单位的选项不存在"),
        ({"files": [upload("x.exe", b"MZ")]}, "x.exe"),
    ],
)
def test_bad_input_is_named_and_kept(year, sent, said):
    answer = browser(year.campus.liaison).post(reverse("reading_add"), form(**{"text": "暗记正文", **sent}))
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert "text" in sent or "暗记正文" in page
    assert not ReadingDocument.objects.exists()


def test_files_alone_are_enough(year):
    answer = browser(year.campus.liaison).post(reverse("reading_add"), form(text="", files=[pdf("文件.pdf")]))
    document = ReadingDocument.objects.get()
    assert answer.headers["Location"] == reverse("reading_detail", args=[document.pk])
    assert document.attachments.get().name == "文件.pdf"
