"""A site from nothing: what it still needs, who does it, the empty trial site with its workbooks, two years at once."""

import io
import socket
from datetime import date

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from registers import administrators, audit, clock, versions
from registers.actors import Actor
from registers.imports import samples
from registers.imports.handing import RECEIVERS
from registers.imports.synonyms import KIND_LABELS
from registers.models import (
    Appointment,
    AuditEntry,
    ImportedFile,
    Incumbency,
    Post,
    PowerItem,
    Regulation,
    RiskPoint,
    Scheme,
    Unit,
    User,
)
from registers.refusals import Refused
from tests.factories import appoint, make_person, make_scheme
from tests.personas import Year
from workflows.campaign import beginning, campaigns, rehearsing
from workflows.deadlines import days
from workflows.demo import empty as empty_site
from workflows.demo import oldledger
from workflows.demo.people import DEMO_PASSWORD
from workflows.messages import trial_letter
from workflows.models import Campaign
from workflows.policies.campaigns import PREPARES
from workflows.policies.door import the_rules
from workflows.views.beginning import BUTTONS, DOORS

# The page's queries run on PostgreSQL in tests/test_query_counts.py.
pytestmark = pytest.mark.database("sqlite")
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def signed_in(client, user):
    client.force_login(user, backend="registers.sessions.People")
    return client


def beginning_point(code, on=date(2026, 9, 15)):
    return next(point for point in beginning.points(beginning.Site(on)) if point.code == code)


def states(on=date(2026, 9, 15)):
    return {point.code: point.state.value for point in beginning.points(beginning.Site(on))}


@pytest.fixture
def empty(db, clock):
    """A site on which only the first administrator has been appointed."""
    return administrators.appoint_first(
        number="9001", name="周明", password="one-time", institution="某大学", at=clock.now
    )


# --- The list -------------------------------------------------------------------------------------------


def test_on_an_empty_site_nothing_is_done_and_all_of_it_is_said(empty, client):
    assert "done" not in states().values()
    for point in beginning.points(beginning.Site(date(2026, 9, 15))):
        assert point.lacks, point.code
        assert all(text.endswith("。") for text in point.lacks)

    page = signed_in(client, empty).get(reverse("beginning"))
    assert page.status_code == 200
    assert page.context["left"] == sum(state == "open" for state in states().values())
    assert reverse("beginning") in client.get(reverse("desk")).content.decode()


def test_every_point_can_be_done(year, settings):
    campus = year.campus
    appoint(make_person("癸一", campus.root), campus.root, "security_admin")
    appoint(campus.other_head, campus.other_unit, "liaison")
    for name in ("己二", "己三"):
        appoint(make_person(name, campus.root), campus.root, "school_group")
    signed = Actor(campus.office)
    campus.office.email = "office@example.edu.cn"
    trial_letter.send(actor=signed, at=year.clock.now)
    settings.EMAIL_BACKEND = SMTP
    versions.load_history([PowerItem(unit=campus.unit, name="设备采购")], on=date(2025, 11, 20))
    audit.append(beginning.REHEARSED, detail={"year": 2026}, at=year.clock.now)
    call_command("load_calendar", 2026, stdout=io.StringIO())

    assert states() == dict.fromkeys(states(), "done")


def test_rehearsal_is_shown_while_it_runs_and_told_until_the_year_was_rehearsed(campus, client, tmp_path, monkeypatch):
    def found():
        return next(point for point in beginning.points(beginning.Site(date(2026, 9, 15))) if point.code == "rehearsal")

    monkeypatch.setattr(rehearsing.running, "__defaults__", (tmp_path,))
    audit.append(beginning.REHEARSED, detail={"year": 2025}, at=timezone.now())
    assert (found().state, "2026年度可以先走一遍" in found().lacks[0]) == ("advised", True)
    with rehearsing.announced(year=2026, url="https://try.example.edu.cn", folder=tmp_path):
        assert (found().state, found().address) == ("done", "https://try.example.edu.cn")
        page = signed_in(client, User.objects.get(number="registrar")).get(reverse("beginning")).content.decode()
        assert "正在演练2026年度" in page
        assert 'href="https://try.example.edu.cn"' in page
    assert (tmp_path / rehearsing.FILE).exists()  # as a killed one leaves it
    assert (found().state, found().address) == ("advised", "")
    audit.append(beginning.REHEARSED, detail={"year": 2026}, at=timezone.now())
    assert found().state == "done"


def test_each_role_that_is_missing_is_named(campus):
    names = {
        role: str(campus_user) for role, campus_user in {"office": campus.office, "auditor": campus.auditor}.items()
    }
    for code, role, label in (("administrators", "auditor", "审计员"), ("staff", "office", "领导小组办公室")):
        before = beginning_point(code)
        assert f"{label}：{names[role]}" in before.there
        Appointment.objects.filter(role=role).delete()
        after = beginning_point(code)
        assert label in after.lacks[0]


@pytest.mark.parametrize("role", PREPARES)
def test_every_link_leads_somewhere_that_its_reader_may_go(campus, client, role):
    reader = make_person("读者", campus.root)
    appoint(reader, campus.root, role)
    page = signed_in(client, reader).get(reverse("beginning"))
    shown = [address for point in page.context["points"] for address, _ in point.doors]
    assert shown
    assert {client.get(address).status_code for address in shown} <= {200}
    for point in page.context["points"]:
        if role not in point.by:
            assert not (point.doors or point.button)


def test_tables_of_links_name_points_and_nothing_else(empty):
    codes = set(states())
    assert set(DOORS) | set(BUTTONS) <= codes
    assert not set(DOORS) & set(BUTTONS)


def test_units_that_cannot_take_part_are_named_as_the_preview_names_them(campus):
    point = beginning_point("roles")
    [refused] = [text for text in point.lacks if text.startswith("招生就业处：")]
    assert "联络员" in refused
    assert point.state == beginning.State.ADVISED  # the other units can begin


def test_why_nobody_is_asked_is_said_on_the_list_and_in_the_preview(campus, client):
    Post.objects.update(is_risk_post=False)
    why = "没有任何人需要填报。原因：岗位不是风险岗位（"

    point = beginning_point("roles")
    preview = signed_in(client, campus.office).get(reverse("campaign_plan"))

    assert why in " ".join(point.lacks)
    assert why in preview.content.decode()


# --- Mail and calendar ----------------------------------------------------------------------------------


def test_letter_goes_to_oneself_and_its_result_is_kept(campus, client):
    signed_in(client, campus.sys_admin)
    assert "没有电子邮箱" in client.post(reverse("beginning_mail"), follow=True).content.decode()
    assert (mail.outbox, AuditEntry.objects.filter(act=trial_letter.ACT).count()) == ([], 0)

    User.objects.filter(pk=campus.sys_admin.pk).update(email="zm@example.edu.cn")
    assert "zm@example.edu.cn" in client.post(reverse("beginning_mail"), follow=True).content.decode()

    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["zm@example.edu.cn"], trial_letter.SUBJECT)
    assert AuditEntry.objects.get(act=trial_letter.ACT).detail == {"sent": True}


def test_letter_that_does_not_go_out_says_why(campus, client, settings, monkeypatch):
    def away(*_, **__):
        raise socket.gaierror("smtp.example.edu.cn: secret")

    monkeypatch.setattr(trial_letter, "send_mail", away)
    User.objects.filter(pk=campus.office.pk).update(email="office@example.edu.cn")
    page = signed_in(client, campus.office).post(reverse("beginning_mail"), follow=True).content.decode()

    assert "测试邮件没有发出：找不到邮件服务器，请检查 EMAIL_URL。" in page
    assert "secret" not in page
    assert AuditEntry.objects.get(act=trial_letter.ACT).detail == {"sent": False}
    settings.EMAIL_BACKEND = SMTP
    assert states()["mail"] == "advised"


def test_holidays_are_loaded_from_the_page(campus, client, clock):
    assert not days.calendar_known(2026)
    assert (
        "2026年的节假日与调休已载入"
        in signed_in(client, campus.office).post(reverse("beginning_calendar"), follow=True).content.decode()
    )
    assert days.calendar_known(2026)

    clock.set("2090-03-01 10:00")
    signed_in(client, campus.office)
    assert "2090年的安排不在" in client.post(reverse("beginning_calendar"), follow=True).content.decode()


# --- A rule book that nobody adopted --------------------------------------------------------------------


def test_nothing_begins_under_a_rule_book_that_nobody_adopted(campus, client, clock):
    Unit.objects.filter(pk=campus.root.pk).update(scheme_slug="")
    campus.root.refresh_from_db()
    assert Scheme.objects.in_use() is None
    signed_in(client, campus.office)

    assert client.get(reverse("campaign_plan"))["Location"] == reverse("campaign")
    assert "还没有采用方案" in client.get(reverse("campaign")).content.decode()
    assert (
        "请先由管理员在“方案”中采用"
        in client.post(reverse("campaign_open"), {"year": "2026"}, follow=True).content.decode()
    )
    with pytest.raises(Refused, match="没有采用"):
        campaigns.open_campaign(scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now)
    assert campaigns.scheme_for(campus.root) is None
    assert the_rules() is None
    assert not Campaign.objects.exists()

    signed_in(client, campus.registrar).post(reverse("scheme_choose"), {"slug": campus.scheme.slug})
    assert AuditEntry.objects.filter(act="scheme.choose").count() == 1
    client.post(reverse("campaign_open"), {"year": "2026"})
    assert Campaign.objects.get().scheme == campus.scheme


def test_campaign_is_opened_under_no_other_than_the_adopted_rule_book(campus, clock):
    other = make_scheme("imut-2011")
    with pytest.raises(Refused, match="没有采用内蒙古"):
        campaigns.open_campaign(scheme=other, institution=campus.root, year=2026, at=clock.now)


# --- Two years at once ----------------------------------------------------------------------------------


def test_year_that_runs_beside_another_stays_reachable(campus, clock, client):
    older = Year(campus, clock)
    signed_in(client, campus.office)
    asked = {"year": "2027"}
    plan = client.get(reverse("campaign_plan"), asked).content.decode()
    assert "2026年度活动仍在进行" in plan
    assert "2026年度活动仍在进行" not in client.get(reverse("campaign_plan"), {"year": "2026"}).content.decode()
    newer = Year(campus, clock, number=2027)
    clock.set("2027-07-13 10:00")
    signed_in(client, campus.office)
    late = Unit.objects.create(code="XS", name="学生工作处", unit_type="office", parent=campus.root, position=4)
    for name, role in (("新一", "unit_head"), ("新二", "liaison")):
        appoint(make_person(name, late), late, role)

    for page in ("campaign", "campaign_enrol", "campaign_people", "roster_list", "mobilisation_list", "board"):
        for number, shown in (("", newer), ("2026", older), ("2027", newer)):
            answer = client.get(reverse(page), {"year": number} if number else {})
            assert answer.context["campaign"] == shown.campaign, (page, number)
            text = answer.content.decode()
            assert "?year=2026" in text
            assert "?year=2027" in text
    for page in ("campaign", "campaign_enrol", "roster_list", "meeting_list"):
        assert client.get(reverse(page), {"year": "2025"}).status_code == 404

    page = client.get(reverse("campaign_enrol"), {"year": "2026"}).content.decode()
    action = f"{reverse('campaign_enrol')}?year=2026"
    assert f'action="{action}"' in page
    answer = client.post(action, {"chosen": "1", "units": late.pk})
    assert answer["Location"] == action
    assert list(late.enrolments.values_list("campaign__year", flat=True)) == [2026]
    answer = client.post(f"{reverse('roster_check')}?year=2026")
    assert answer["Location"] == f"{reverse('roster_list')}?year=2026"


# --- The empty trial site -------------------------------------------------------------------------------


@pytest.fixture
def trial(db, settings, tmp_path):
    """The site that ``demo --empty`` makes."""
    settings.DEMO, settings.VAR, settings.INSTITUTION_NAME = True, tmp_path, "某大学"
    make_scheme()
    out = io.StringIO()
    call_command("demo", empty=True, size="school", stdout=out)  # the whole of it is in tests/browser/test_empty_day.py
    return out.getvalue()


def appointed(client, role, number):
    """Appoint a person of the school on the pages, as whoever is signed in; return him."""
    sent = {"number": number, "role": role, "units": [Unit.objects.get(parent=None).code]}
    sent["since"] = clock.today()
    shown = client.post(reverse("role_add"), {**sent, "preview": "1"})
    client.post(reverse("role_add"), {**sent, "confirm": "1", "seen": shown.context["foresight"].digest})
    return User.objects.get(number=number)


def taken_over(client, kind):
    """Import the sample of a kind on the pages, without any question; return the number of its lines."""
    assert reverse("import_sample", args=[kind]) in client.get(reverse("import_list")).content.decode()
    sent = client.get(reverse("import_sample", args=[kind])).content
    file = SimpleUploadedFile(f"{kind}.xlsx", sent)
    page = client.post(reverse("import_list"), {"kind": kind, "effective_on": timezone.localdate(), "files": file})
    [pk] = ImportedFile.objects.filter(kind=kind).values_list("pk", flat=True)
    assert page["Location"] == reverse("import_detail", args=[pk])
    file = ImportedFile.objects.get(pk=pk)
    assert (file.compared["faults"], file.compared["questions"]) == ([], []), kind
    seen = {"version": file.version, "digest": file.compared["digest"]}
    client.post(reverse("import_accept", args=[pk]), seen)
    return ImportedFile.objects.get(pk=pk).result["lines"]


def test_empty_site_becomes_a_campaign_by_its_workbooks(trial, client):
    """By its pages alone: who keeps it is registered and appointed, then every kind of file is imported."""
    assert "9001" in trial
    assert DEMO_PASSWORD in trial
    admin, root = User.objects.get(), Unit.objects.get()
    assert (root.name, Appointment.objects.get().role, admin.check_password(DEMO_PASSWORD)) == (
        "某大学",
        "sys_admin",
        True,
    )
    assert list(Post.objects.all()) == []
    assert samples.kinds(KIND_LABELS) == list(KIND_LABELS)
    today = clock.today()
    assert today < date(timezone.localdate().year, 7, 6)  # the campaign can be opened before anything is late
    before = states(today)
    signed_in(client, admin)
    for number in ("9002", "9003", "9004"):
        client.post(reverse("person_add"), {"number": number, "name": f"{number}某", "unit": root.code})
    signed_in(client, appointed(client, "security_admin", "9002"))
    appointed(client, "auditor", "9003")
    signed_in(client, appointed(client, "registrar", "9004"))

    taken = {kind: taken_over(client, kind) for kind in KIND_LABELS if kind not in RECEIVERS}
    client.post(reverse("scheme_choose"), {"slug": Scheme.objects.get().slug})
    taken |= {kind: taken_over(client, kind) for kind in KIND_LABELS if kind in RECEIVERS}
    assert Unit.objects.exclude(parent=None).count() == taken["units"]
    assert User.objects.filter(is_active=True).count() == taken["people"] + 4
    assert Incumbency.objects.count() == Post.objects.count()
    assert Appointment.objects.count() == taken["roles"] + 4
    assert Regulation.objects.count() == taken["regulations"]
    assert 0 < taken["powers"] <= empty_site.MOST_POWERS
    assert 0 < taken["ledgers"] <= oldledger.POINTS

    # What nobody has signed yet is not on record.
    assert not RiskPoint.objects.open().exists()
    done = {code for code, state in states(today).items() if state == "done"}
    assert done - {code for code, state in before.items() if state == "done"} == {
        *("administrators", "staff", "units", "people", "roles"),
    }
    assert "方案的制定单位是“长春医学高等专科学校”，不是“某大学”" in beginning_point("scheme", today).lacks[0]
    assert beginning.points(beginning.Site(today))[-1].state == beginning.State.OPEN
    again = io.StringIO()
    call_command("demo", logins=True, stdout=again)
    _, _, administrator, others = again.getvalue().splitlines()
    assert administrator.startswith("9001") and "系统管理员" in administrator
    assert "凭管理员发放的一次性密码登录" in others  # those of the workbooks have no password of the demo


def test_site_that_is_no_trial_has_no_samples(trial, settings, client):
    user = make_person("庚一", Unit.objects.get())
    appoint(user, user.unit, "registrar")
    signed_in(client, user)
    assert client.get(reverse("import_sample", args=["units"])).status_code == 200
    settings.DEMO = False
    assert client.get(reverse("import_sample", args=["units"])).status_code == 404
    assert "样例" not in client.get(reverse("import_list")).content.decode()
