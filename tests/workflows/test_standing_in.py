"""Stand-ins at work: both names on record, nobody about himself or whom he stands in for, the deputy of an absent leader."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.models import Appointment, AuditEntry
from tests.personas import point
from tests.stories import played_once
from workflows import policies
from workflows.compiled import logs
from workflows.messages import standing_in
from workflows.models import Notification, Submission
from workflows.routing import reseating
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
LAST = date(2026, 9, 30)


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def stands_in(year, to, *, principal=None, last=LAST):
    principal = principal or year.campus.head
    return standing_in.set_up(
        [row.pk for row in principal.appointments.filter(acting_for=None)],
        to=to,
        since=year.clock.today,
        last=last,
        note="外出学习",
        actor=year.actor(principal),
        at=year.clock.now,
    )


@pytest.fixture
@played_once
def waiting(year):
    """The clerk's search sheet, before the head's signature."""
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    return year.agree(sheet, year.campus.head)


def queue(year, user):
    policy = policies.submissions.SubmissionPolicy()
    return set(policy.awaiting(Submission.objects.all(), year.actor(user)))


def test_stand_in_signs_and_both_names_stand_on_sheet_and_paper(year, waiting):
    campus = year.campus
    assert not can(year.actor(campus.colleague), "decide", waiting)
    stands_in(year, campus.colleague)
    assert waiting in queue(year, campus.colleague)

    review = browser(campus.colleague).get(reverse("submission_review", args=[waiting.pk])).content.decode()
    assert "您代<strong>丙一</strong>办理" in review

    sheet = year.agree(waiting, campus.colleague, signed=True)

    decision = sheet.decisions.get(step="sign")
    assert (decision.actor, decision.on_behalf_of, decision.who) == (campus.colleague, campus.head, "甲二（代丙一）")
    assert AuditEntry.objects.filter(act="submission.agree").latest("sequence").detail["for"] == campus.head.pk
    assert documents.document(sheet)["signoffs"]["sign"]["name"] == "甲二（代丙一）"
    page = browser(campus.clerk).get(reverse("submission_detail", args=[sheet.pk])).content.decode()
    assert page.count("甲二（代丙一）") >= 3  # route, paper, trail
    log = logs.search_log(unit=campus.unit, units=[campus.unit], on=year.clock.today, rules=campus.scheme.rules)
    assert "甲二（代丙一）" in {row["person"] for row in log["rows"]}
    sheet = year.agree(sheet, campus.office)
    assert sheet.filed_paper.document["signoffs"]["sign"]["name"] == "甲二（代丙一）"
    done = browser(campus.colleague).get(reverse("done_list")).content.decode()
    assert "代丙一" in done


def test_head_who_acts_himself_acts_in_his_own_right(year, waiting):
    stands_in(year, year.campus.colleague)
    sheet = year.agree(waiting, year.campus.head, signed=True)
    assert sheet.decisions.get(step="sign").who == "丙一"


def test_stand_in_s_power_ends_with_the_last_day(year, waiting):
    campus = year.campus
    stands_in(year, campus.colleague)
    year.at("09-30", hour=23)
    assert can(year.actor(campus.colleague), "decide", waiting)
    year.at("10-01", hour=0)
    assert not can(year.actor(campus.colleague), "decide", waiting)
    assert queue(year, campus.colleague) == set()
    with pytest.raises(NotAllowed):
        year.agree(waiting, campus.colleague, signed=True)
    assert not Submission.objects.visible_to(year.actor(campus.colleague)).filter(pk=waiting.pk).exists()


def test_stand_in_s_own_sheet_climbs_past_both(year):
    """The head is away, so the clerk's sheet does not wait for him: it goes to the leader in charge."""
    campus = year.campus
    stands_in(year, campus.clerk)
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, campus.deputy)
    assert (sheet.step, sheet.waiting_role) == ("sign", "leader_in_charge")
    assert not can(year.actor(campus.clerk), "decide", sheet)
    assert year.agree(sheet, campus.leader, signed=True).step == "file"


def test_sheet_that_waits_when_its_owner_becomes_the_stand_in_climbs_on(year, waiting):
    campus = year.campus
    stands_in(year, campus.clerk)
    assert [reseating.reseat(at=year.clock.now) for _ in range(2)] == [1, 0]
    assert year.again(waiting).waiting_role == "leader_in_charge"


def test_principal_s_sheet_is_refused_to_his_stand_in(year):
    """The leader in charge is away too: whoever stands in for the head decides nothing about him in any part."""
    campus = year.campus
    stands_in(year, campus.colleague)
    stands_in(year, campus.colleague, principal=campus.leader)
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, campus.deputy)

    assert sheet.waiting_role == "office"  # past the head, his stand-in, and the leader who is away
    assert not can(year.actor(campus.colleague), "decide", sheet)
    assert sheet not in queue(year, campus.colleague)
    assert not Submission.objects.visible_to(year.actor(campus.colleague)).filter(pk=sheet.pk).exists()


def test_principal_s_sheet_that_waits_already_is_not_in_his_stand_in_s_queue(year):
    """The head's sheet waits for the leader in charge when one person begins to stand in for both."""
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, campus.deputy)
    assert sheet.waiting_role == "leader_in_charge"

    stands_in(year, campus.colleague, principal=campus.leader)
    assert queue(year, campus.colleague) == {sheet}
    stands_in(year, campus.colleague)
    assert queue(year, campus.colleague) == set()
    assert not can(year.actor(campus.colleague), "decide", sheet)
    assert queue(year, campus.leader) == {sheet}


def test_deputy_who_stands_in_for_the_leader_keeps_out_of_his_sheet(year):
    campus = year.campus
    stands_in(year, campus.deputy)
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert sheet.waiting_role == "leader_in_charge"  # of the group only one is left
    with pytest.raises(NotAllowed):
        year.vote(sheet, campus.deputy)


def test_deputy_concludes_while_the_leader_has_a_stand_in(year, submitted):
    campus = year.campus
    assert not can(year.actor(campus.deputy), "conclude", submitted)
    stands_in(year, campus.colleague)
    for voter in (campus.member, campus.deputy):
        year.vote(submitted, voter)
    assert not can(year.actor(campus.member), "conclude", submitted)
    assert policies.sums_up(year.actor(campus.deputy), submitted)
    assert year.agree(submitted, campus.deputy).step == "sign"
    year.at("10-01")
    assert not policies.sums_up(year.actor(campus.deputy), submitted)


def test_stand_in_has_no_vote(year, submitted):
    stands_in(year, year.campus.colleague)
    with pytest.raises(NotAllowed):
        year.vote(submitted, year.campus.colleague)


def test_liaison_s_stand_in_fills_for_the_unit(year):
    campus = year.campus
    stands_in(year, campus.colleague, principal=campus.liaison)
    sheet = year.sheet("group")
    content = year.group(sheet, (campus.head, "leader"), (campus.deputy, "deputy"), (campus.member, "member"))
    sheet = year.submit(sheet, content, by=campus.colleague)
    assert sheet.decisions.get().who == "甲二（代乙一）"
    year.withdraw(sheet, by=campus.colleague)
    assert sheet.decisions.last().who == "甲二（代乙一）"


def test_both_hear_of_it_and_of_its_end(year):
    campus = year.campus
    [row] = stands_in(year, campus.colleague)
    told = Notification.objects.get(kind="standin.set_up")
    assert (told.recipient, told.text) == (campus.colleague, "丙一委托您代理：财务处单位负责人，9月15日至9月30日。")
    standing_in.end(row.pk, actor=year.actor(campus.registrar), at=year.clock.now)
    ended = Notification.objects.filter(kind="standin.end")
    assert {message.recipient for message in ended} == {campus.colleague, campus.head}


def test_set_up_and_ended_by_the_pages(year):
    campus = year.campus
    head = browser(campus.head)
    own = Appointment.objects.get(user=campus.head, role="unit_head")
    typed = {
        "appointments": [own.pk],
        "number": "colleague",
        "since": "2026-09-15",
        "last": "2026-09-30",
        "note": "外出学习",
    }
    wrong = head.post(reverse("standin_add"), typed | {"number": "nobody"})
    assert wrong.status_code == 422
    assert "没有工号为“nobody”" in wrong.content.decode()
    assert "外出学习" in wrong.content.decode()
    assert head.post(reverse("standin_add"), typed | {"last": "2027-09-30"}).status_code == 422
    assert head.post(reverse("standin_add"), typed).status_code == 302
    page = browser(campus.colleague).get(reverse("standin_list")).content.decode()
    assert "代理中" in page
    assert "甲二" in page
    assert "外出学习" not in browser(campus.clerk).get(reverse("standin_list")).content.decode()
    row = Appointment.objects.get(acting_for=campus.head)
    assert browser(campus.clerk).post(reverse("standin_end", args=[row.pk])).status_code == 403
    assert browser(campus.clerk).post(reverse("standin_end", args=[own.pk])).status_code == 404
    assert head.post(reverse("standin_end", args=[row.pk])).status_code == 302
    assert "已结束" in head.get(reverse("standin_list")).content.decode()


def test_registrar_finds_the_person_by_number(year):
    registrar = browser(year.campus.registrar)
    page = registrar.get(reverse("standin_add"), {"for": "head"}).content.decode()
    assert "单位负责人（财务处）" in page
    assert "没有这个工号" in registrar.get(reverse("standin_add"), {"for": "nobody"}).content.decode()
    assert browser(year.campus.clerk).get(reverse("standin_add"), {"for": "head"}).status_code == 403
