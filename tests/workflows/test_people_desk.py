"""The pages of people and roles: what they show, and that a change reaches running sheets at once."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from registers import administrators, passwords
from registers.access import can
from registers.models import Appointment, DomainCharge, ImportedFile, PlannedChange, User
from tests.factories import make_person
from workflows import reorganising
from workflows.models import Notification

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]


@pytest.fixture
def desk(year):
    client = Client()
    client.force_login(year.campus.registrar, backend="registers.sessions.People")
    return client


@pytest.fixture
def waiting(year, submitted):
    """The clerk's sheet before the head's signature."""
    sheet = year.sheet("personal-search")
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    return year.agree(sheet, year.campus.head)


def confirm(client, url, sent):
    """Look at the preview, and confirm what it showed."""
    shown = client.post(url, {**sent, "preview": "1"})
    assert shown.status_code == 200
    return shown, client.post(url, {**sent, "confirm": "1", "seen": shown.context["foresight"].digest})


def test_dismissed_head_hands_his_sheets_over_at_once(desk, year, waiting):
    campus, row = year.campus, Appointment.objects.get(user=year.campus.head, role="unit_head")
    yesterday = date(2026, 9, 14)
    shown, answer = confirm(desk, reverse("role_end", args=[row.pk]), {"last": yesterday})

    assert "将转由分管校领导丁一办理（现由单位主要负责人丙一办理）" in shown.content.decode()
    assert answer.status_code == 302
    sheet = year.again(waiting)
    assert sheet.waiting_role == "leader_in_charge"
    assert can(year.actor(campus.leader), "decide", sheet)
    assert not can(year.actor(campus.head), "decide", sheet)
    assert Notification.objects.filter(recipient=campus.head, kind="role.dismiss").count() == 1


def test_leader_gets_domains_with_units_or_alone_and_no_sheet_changes_hands(desk, year, waiting):
    campus, url = year.campus, reverse("role_add")
    sent = {"number": campus.chair.number, "role": "leader_in_charge", "since": year.clock.today}
    refused = desk.post(url, {**sent, "preview": "1"})
    assert (refused.status_code, "请选择分管的单位或领域" in refused.content.decode()) == (422, True)
    told = {**sent, "role": "liaison", "units": ["CW"], "domains": ["finance"], "preview": "1"}
    assert "分管领域只随分管校领导登记" in desk.post(url, told).content.decode()

    shown, answer = confirm(desk, url, {**sent, "domains": ["finance", "fees"], "others": "招生管理、外事工作"})
    assert (shown.context["foresight"].count, answer.status_code) == (0, 302)
    charges = DomainCharge.objects.filter(user=campus.chair).order_by("pk")
    assert [row.domain for row in charges] == ["finance", "fees", "admission", "外事工作"]
    assert not can(year.actor(campus.chair), "decide", year.again(waiting))
    text = Notification.objects.get(recipient=campus.chair, kind="role.appoint").text
    assert "担任分管校领导（财务管理、教育收费管理、招生管理、外事工作）" in text
    again = desk.post(url, {**sent, "domains": ["fees"], "preview": "1"})
    assert (again.status_code, "已分管教育收费管理" in again.content.decode()) == (422, True)

    listed = desk.get(reverse("leader_list")).content.decode()
    assert listed.count("外事工作") >= 2
    ended = desk.post(reverse("domain_end", args=[charges[1].pk]), {"last": year.clock.today})
    assert ended["Location"] == reverse("leader_list")
    person = desk.get(reverse("person_detail", args=[campus.chair.pk])).content.decode()
    assert "结束分管领域</strong>（教育收费管理，到 2026-09-16 前一日止）" in person
    moving_away = {"on": year.clock.today}
    confirm(desk, reverse("person_leave", args=[campus.chair.pk]), moving_away)
    assert not DomainCharge.objects.in_force(year.clock.today).exists()


def test_new_head_acts_from_his_first_day(desk, year, waiting):
    campus = year.campus
    sent = {"number": "deputy", "role": "unit_head", "units": [campus.unit.code], "since": year.clock.today}
    sent["seat"] = "party"
    shown, answer = confirm(desk, reverse("role_add"), sent)
    assert "乙三" in shown.content.decode()
    assert answer["Location"] == reverse("person_detail", args=[campus.deputy.pk])
    assert can(year.actor(campus.deputy), "decide", year.again(waiting))
    page = desk.get(reverse("role_desk"), {"role": "unit_head", "q": "deputy"}).content.decode()
    assert "党组织负责人" in page


def test_nothing_is_done_before_it_is_confirmed_or_when_something_else_follows_now(desk, year, waiting):
    row = Appointment.objects.get(user=year.campus.head, role="unit_head")
    url, sent = reverse("role_end", args=[row.pk]), {"last": "2026-09-14"}
    shown = desk.post(url, {**sent, "preview": "1"})
    year.agree(waiting, year.campus.head, signed=True)
    answer = desk.post(url, {**sent, "confirm": "1", "seen": shown.context["foresight"].digest})
    assert answer.status_code == 409
    assert "预览以后情况有变化" in answer.content.decode()
    row.refresh_from_db()
    assert row.until is None


def test_whoever_leaves_stops_filling_and_can_be_enabled_again(desk, year):
    clerk = year.campus.clerk
    url = reverse("person_leave", args=[clerk.pk])
    shown, answer = confirm(desk, url, {"on": year.clock.today})
    assert "张表将停办（离任：已不担任该岗位）" in shown.content.decode()
    assert answer.status_code == 302
    assert year.sheet("personal-search").state == "cancelled"
    _, answer = confirm(desk, reverse("person_enable", args=[clerk.pk]), {})
    assert answer.status_code == 302
    assert User.objects.get(pk=clerk.pk).is_active


def test_person_is_found_by_pinyin_and_page_shows_what_was_done(desk, year):
    sent = {"number": "D0001", "name": "欧阳一", "unit": "CW", "joined_on": "2026-09-01", "is_party_member": "on"}
    person = User.objects.get(pk=int(desk.post(reverse("person_add"), sent)["Location"].split("/")[-2]))
    assert (person.sort_key, person.is_party_member) == ("ou yang yi", True)
    found = desk.get(reverse("people_desk"), {"q": "ouyang", "unit": "CW", "state": "never"})
    assert [row.number for row in found.context["page"].rows] == ["D0001"]
    assert "新增人员" in desk.get(reverse("person_detail", args=[person.pk])).content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"number": "clerk"}, "工号 clerk 已是甲一的，请核对。"),
        ({"name": "甲、乙"}, "请每人一行"),
        ({"email": "no"}, "电子邮箱不完整"),
        ({"joined_on": "9999-12-31"}, "年份须在"),
        ({"unit": ""}, "请选择所在单位"),
    ],
)
def test_fault_of_the_form_names_the_field_and_keeps_what_was_typed(desk, sent, said):
    typed = {"number": "D0001", "name": "欧阳一", "unit": "CW", "title": "科员甲"} | sent
    answer = desk.post(reverse("person_add"), typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "科员甲" in answer.content.decode()


def test_slips_of_an_import_are_printed_once(desk, year):
    people = [make_person(f"新{number}", year.campus.unit, number=f"N{number}") for number in range(3)]
    User.objects.filter(number__startswith="N").update(password="!")
    file = ImportedFile.objects.create(
        kind="people",
        owner=year.campus.registrar,
        file_name="名册.csv",
        effective_on=year.clock.today,
        uploaded_at=year.clock.now,
        accepted_at=year.clock.now,
        result={"joined": [person.pk for person in people[:2]]},
    )
    page = desk.get(reverse("slip_batch"), {"file": file.pk})
    assert page.context["count"] == 2
    answer = desk.post(reverse("slip_batch"), {"unit": "", "file": file.pk})
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "N0" in text
    assert "N2" not in text
    assert desk.get(reverse("slip_batch"), {"file": file.pk}).context["count"] == 0
    assert desk.get(reverse("slip_batch")).context["count"] == 1


def signed_in(number, password):
    client = Client()
    assert client.post(reverse("login"), {"username": number, "password": password}).status_code == 302
    return client


def test_empty_site_is_set_up_in_the_order_that_the_manual_says(db, clock):
    first = administrators.appoint_first(
        number="A1", name="系一", password="mei-hua-2026-chun", institution="某大学", at=clock.now
    )
    clients = {"sys_admin": signed_in("A1", "mei-hua-2026-chun")}
    root = first.unit.code
    for number, role, by in (("A2", "security_admin", "sys_admin"), ("A3", "registrar", "security_admin")):
        known = {"number": number, "name": f"{number}某", "unit": root}
        added = clients["sys_admin"].post(reverse("person_add"), known)
        pk = User.objects.get(number=number).pk
        assert added["Location"] == reverse("person_detail", args=[pk])
        sent = {"number": number, "role": role, "units": [root], "since": clock.today}
        _, answer = confirm(clients[by], reverse("role_add"), sent)
        assert answer.status_code == 302
        slip = clients[by].post(reverse("person_slip", args=[pk]))
        text = PdfReader(BytesIO(slip.content)).pages[0].extract_text()
        given = re.search(rf"[{passwords.LEGIBLE}]{{4}}(?:-[{passwords.LEGIBLE}]{{4}}){{2}}", text)[0]
        clients[role] = signed_in(number, given)
        changed = {"old_password": given, "new_password1": "bai-yang-2027", "new_password2": "bai-yang-2027"}
        assert clients[role].post(reverse("password_change"), changed).status_code == 302
    assert clients["registrar"].get(reverse("role_add")).status_code == 200
    assert clients["sys_admin"].post(reverse("person_slip", args=[pk])).status_code == 403


def test_move_on_a_later_day_is_planned_listed_and_can_be_given_up(desk, year, waiting):
    campus, sheet = year.campus, waiting
    url, sent = reverse("person_leave", args=[campus.head.pk]), {"on": "2026-09-21"}
    page = reverse("person_detail", args=[campus.head.pk])
    shown, answer = confirm(desk, url, sent)
    assert "将转由分管校领导丁一办理" in shown.content.decode()
    assert answer["Location"] == page
    campus.head.refresh_from_db()
    assert campus.head.is_active and year.again(sheet).waiting_role == "unit_head"
    for address in (page, reverse("people_desk"), reverse("unit_keep", args=[campus.unit.code])):
        assert "丙一（head）：离岗" in desk.get(address).content.decode()
    again = desk.post(url, {**sent, "preview": "1"})
    refused = desk.post(url, {**sent, "confirm": "1", "seen": again.context["foresight"].digest})
    assert (refused.status_code, "请先取消，再重新登记" in refused.content.decode()) == (422, True)

    planned = PlannedChange.objects.get()
    assert desk.post(reverse("planned_drop", args=[planned.pk]))["Location"] == page
    year.at("09-21")
    year.sweep()
    assert year.again(sheet).waiting_role == "unit_head"


def test_planned_move_of_somebody_who_has_left_says_why_it_was_not_made(desk, year):
    campus = year.campus
    other = campus.other_unit
    confirm(desk, reverse("person_transfer", args=[campus.clerk.pk]), {"on": "2026-09-21", "unit": other.code})
    confirm(desk, reverse("person_leave", args=[campus.clerk.pk]), {"on": "2026-09-15"})
    reorganising.make_due(at=year.at("09-21"))
    assert PlannedChange.objects.get().refused == "账号已停用，请先启用再办理调动。"
