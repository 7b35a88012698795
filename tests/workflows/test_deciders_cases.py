"""Who acts on a sheet in cases from the field: sections that lack something, people who moved on."""

from datetime import date

import pytest
from django.urls import reverse

from registers import ledgers
from registers.access import can, people_who_may, policy_of
from registers.models import Appointment, Unit, User
from registers.refusals import Refused
from tests.factories import START, appoint, make_person, make_post
from tests.personas import Year, point, power
from workflows import sweeping
from workflows.campaign import campaigns
from workflows.messages import reminders
from workflows.models import Campaign, Enrolment, Notification, Submission
from workflows.policies import Holding
from workflows.progress import nudging, stranded
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
def section(campus):
    """A section two levels below the unit, with head and risk post, without group and liaison."""
    division = Unit.objects.create(code="HS", name="核算中心", unit_type="section", parent=campus.unit)
    section = Unit.objects.create(code="HSK", name="核算科", unit_type="section", parent=division)
    section.head, section.clerk = make_person("科一", section), make_person("科二", section)
    appoint(section.head, section, "unit_head")
    section.post = make_post(section, "核算", section.clerk)
    return section


def queue(year, user):
    return set(policy_of(Submission).awaiting(Submission.objects.all(), year.actor(user)))


def page(client, user, name, **sent):
    client.force_login(user, backend="registers.sessions.People")
    return client.get(reverse(name), sent)


# --- A1 and A2: a section inherits what it has not --------------------------------------------------------


def test_group_of_the_nearest_unit_above_votes_and_its_leader_concludes_returns_and_the_filler_withdraws(
    campus, section, clock
):
    year = Year(campus, clock)
    sheet = year.sheet("personal-search", section.clerk)
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert set(people_who_may("decide", sheet)) == {campus.head, campus.deputy, campus.member}
    sheet = year.withdraw(sheet)
    sheet = year.submit(sheet, year.points(sheet, point()))
    sheet = year.send_back(sheet, campus.head)
    sheet = year.submit(sheet, year.points(sheet, point("改后")))
    for voter in (campus.member, campus.head):
        year.vote(sheet, voter)
    assert {user for user in User.objects.all() if can(year.actor(user), "conclude", sheet)} == {campus.head}

    sheet = year.agree(sheet, campus.head)

    assert (sheet.step, sheet.waiting_role) == ("sign", "unit_head")
    assert set(people_who_may("decide", sheet)) == {section.head}


def test_nearest_liaison_above_opens_fills_hands_in_and_withdraws_what_he_hears_of(campus, section, clock, client):
    year = Year(campus, clock)
    sheet = year.sheet("powers", section)
    assert set(people_who_may("fill", sheet)) == {campus.liaison}
    told = Notification.objects.filter(recipient=campus.liaison, kind="submission.opened", submission=sheet)
    assert told.exists()
    desk = page(client, campus.liaison, "desk")
    assert sheet in {item.submission for item in desk.context["to_fill"]}
    assert client.get(reverse("submission_fill", args=[sheet.pk])).status_code == 200
    page(client, campus.head, "desk")
    assert client.get(reverse("submission_fill", args=[sheet.pk])).status_code == 404  # a draft is its filler's alone

    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=section.post.code)), by=campus.liaison)
    assert sheet.waiting_role == "unit_head"
    assert year.withdraw(sheet, by=campus.liaison).state == "open"


def test_unit_with_a_liaison_of_its_own_does_not_lend_its_drafts_to_the_one_above(campus, section, clock):
    appoint(section.clerk, section, "liaison")
    year = Year(campus, clock)
    sheet = year.sheet("powers", section)

    assert set(people_who_may("fill", sheet)) == {section.clerk}
    assert sheet not in Submission.objects.visible_to(year.actor(campus.liaison))


def test_group_list_of_the_unit_above_wakes_what_waits_in_its_sections(make_campus, clock):
    campus = make_campus(with_group=False)
    section = Unit.objects.create(code="HSK", name="核算科", unit_type="section", parent=campus.unit)
    clerk = make_person("科二", section)
    make_post(section, "核算", clerk)
    year = Year(campus, clock)
    sheet = year.sheet("personal-search", clerk)
    sheet = year.submit(sheet, year.points(sheet, point()))
    group = year.sheet("group")
    members = (campus.head, "leader"), (campus.deputy, "deputy"), (campus.member, "member")
    group = year.submit(group, year.group(group, *members))

    year.agree(year.agree(group, campus.head, signed=True), campus.office)

    told = Notification.objects.filter(submission=sheet, kind="submission.submit")
    assert set(told.values_list("recipient__number", flat=True)) == {"head", "deputy", "member"}


# --- A3: whom a sheet was handed to ---------------------------------------------------------------------


def test_sheet_handed_to_somebody_who_lost_this_unit_is_everybodys_again_everywhere(year):
    campus = year.campus
    second = make_person("丁二", campus.root, number="second_leader")
    kept = [appoint(second, unit, "leader_in_charge") for unit in (campus.unit, campus.other_unit)]
    own = year.sheet("personal-search", campus.head)
    own = year.submit(own, year.points(own, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(own, voter)
    sheet = year.hand_over(year.agree(own, campus.deputy), campus.leader, second)
    assert (queue(year, campus.leader), queue(year, second)) == (set(), {sheet})
    assert set(people_who_may("decide", sheet)) == {second}

    Appointment.objects.filter(pk=kept[0].pk).update(until=year.clock.today)  # of the other unit he stays in charge

    assert (queue(year, campus.leader), queue(year, second)) == ({sheet}, set())
    assert set(people_who_may("decide", sheet)) == {campus.leader}
    assert not can(year.actor(second), "decide", sheet)
    assert Holding(year.clock.today).turn(sheet).people == (campus.leader.pk,)
    assert year.agree(sheet, campus.leader, signed=True).step == "file"


def test_sheet_handed_to_a_colleague_who_works_in_its_unit_since_is_everybodys(year, signed, second):
    campus = year.campus
    sheet = year.hand_over(signed, campus.office, second)
    assert (queue(year, campus.office), queue(year, second)) == (set(), {sheet})

    User.objects.filter(pk=second.pk).update(unit=campus.unit)

    second.refresh_from_db()
    assert (queue(year, campus.office), queue(year, second)) == ({sheet}, set())
    assert set(people_who_may("decide", sheet)) == {campus.office}


def test_whoever_got_a_sheet_may_hand_it_on(year, signed, second):
    third = make_person("戊五", year.campus.office_unit, number="third")
    appoint(third, year.campus.root, "office")
    sheet = year.hand_over(signed, year.campus.office, second)

    assert year.hand_over(sheet, second, third).assigned_to == third
    with pytest.raises(Refused):
        year.hand_over(year.again(sheet), third, year.campus.head)


# --- A4: disabled accounts hold nothing -------------------------------------------------------------------


def test_head_above_decides_where_the_head_is_disabled(campus, section, clock):
    year = Year(campus, clock)
    User.objects.filter(pk=section.head.pk).update(is_active=False)
    sheet = year.sheet("powers", section)
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=section.post.code)), by=campus.liaison)

    assert set(people_who_may("decide", sheet)) == {campus.head}
    assert queue(year, campus.head) == {sheet}
    assert year.agree(sheet, campus.head, signed=True).waiting_role == "office"


# --- A6: the leader in charge on ledger and paper ---------------------------------------------------------


def test_leader_in_charge_is_inherited_and_of_two_the_first_in_the_list_is_printed(campus, section, clock):
    year = Year(campus, clock)
    sheet = year.sheet("personal-search", section.clerk)
    year.submit(sheet, year.points(sheet, point()))
    assert documents.document(year.again(sheet))["fields"]["unit.leader"] == campus.leader.name

    first = make_person("甲零", campus.root, number="first", sort_key="a")
    User.objects.filter(pk=campus.leader.pk).update(sort_key="b")
    appoint(first, campus.unit, "leader_in_charge")

    assert documents.document(year.again(sheet))["fields"]["unit.leader"] == campus.leader.name  # as it was handed in
    year.submit(year.withdraw(year.again(sheet)), year.points(sheet, point()))
    assert documents.document(year.again(sheet))["fields"]["unit.leader"] == first.name
    assert ledgers.Leaders(year.clock.today).name_of(section.pk) == first.name
    appoint(campus.leader, section, "leader_in_charge")
    assert ledgers.Leaders(year.clock.today).name_of(section.pk) == campus.leader.name


# --- Nobody's sheets, and units nobody could serve ----------------------------------------------------------


def lines(year):
    rows = Submission.objects.filter(task__campaign=year.campaign)
    return {
        (line.unit.code, line.remedy.what, line.remedy.who): len(line.submissions)
        for line in stranded.lines(rows, year.campaign, Holding(year.clock.today))
    }


def test_board_lists_what_nobody_can_take_with_what_is_missing_and_who_can_supply_it(make_campus, clock, client):
    year = Year(make_campus(with_group=False), clock)
    campus = year.campus
    sheet = year.sheet("personal-search")
    year.submit(sheet, year.points(sheet, point()))

    open_sheets = Submission.objects.filter(unit=campus.other_unit, person=None, state="open").count()
    no_liaison = "招生就业处及上级单位都没有在任的联络员，单位表无人填报", "请管理员登记招生就业处联络员的任职"
    no_group = (
        "财务处及上级单位都没有已备案的单位领导小组，集体审核无人办理",
        "请财务处联络员填报“领导小组成员及工作计划”，备案后即可办理",
    )
    assert lines(year) == {("CW", *no_group): 1, ("ZS", *no_liaison): open_sheets}
    words = page(client, campus.office, "board").content.decode()
    assert "无人可办的表" in words
    assert all(part in words for part in (*no_liaison, *no_group))
    assert "招生就业处" not in page(client, campus.head, "board").content.decode()


def test_sheet_about_to_be_passed_on_says_to_whom_until_the_hourly_job_has_done_so(year):
    campus = year.campus
    own = year.sheet("powers")
    own = year.submit(own, year.points(own, power(accountable_post=campus.post.code)))
    Appointment.objects.filter(user=campus.head, role="unit_head").update(until=year.clock.today)

    [(what, who)] = [key[1:] for key in lines(year) if key[0] == "CW"]
    assert (what, who) == (
        "单位主要负责人空缺，或与该表有关须回避",
        "系统每小时核对一次，将自动转分管校领导丁一办理",
    )
    sweeping.each_hour(at=year.clock.now)
    assert [key for key in lines(year) if key[0] == "CW"] == []
    assert queue(year, campus.leader) == {year.again(own)}


def test_office_of_one_person_and_nobody_above_leaves_his_own_units_sheets_to_nobody(year):
    campus = year.campus
    Appointment.objects.filter(role="school_group").delete()
    appoint(campus.office, campus.unit, "leader_in_charge")
    make_post(campus.unit, "兼职", campus.office)
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=campus.post.code)))
    sheet = year.agree(sheet, campus.head, signed=True)

    assert not people_who_may("decide", sheet).exists()
    assert [key[2] for key in lines(year) if key[0] == "CW"] == [
        "请管理员登记学校领导小组办公室的任职，由与该表无关的人担任"
    ]


def test_disabled_filler_is_not_reminded_and_his_sheet_is_listed(year):
    User.objects.filter(pk=year.campus.clerk.pk).update(is_active=False)

    assert ("CW", "填报人的账号已停用") in {key[:2] for key in lines(year)}
    year.at("09-21")
    reminders.remind(at=year.clock.now)
    assert not Notification.objects.filter(recipient=year.campus.clerk, kind="reminder").exists()
    nudged = nudging.nudge_late(
        Submission.objects.all(), campaign=year.campaign, actor=year.actor(year.campus.office), at=year.clock.now
    )
    assert nudged.vacant > 0


def test_closed_campaign_lists_nothing(year):
    Campaign.objects.update(state="closed", closed_at=year.clock.now)
    year.campaign.refresh_from_db()

    assert lines(year) == {}


@pytest.fixture
def opened(campus, clock):
    """A campaign of the unit alone."""
    clock.set("2026-07-12 09:00")
    return campaigns.open_campaign(
        scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now, units=[campus.unit.pk]
    )


def test_enrolment_takes_the_sound_units_and_names_the_others_with_the_words_of_the_board(
    campus, opened, section, clock, client
):
    client.force_login(campus.office, backend="registers.sessions.People")
    reason = "招生就业处及上级单位都没有在任的联络员，单位表无人填报；请管理员登记招生就业处联络员的任职"
    shown = client.get(reverse("campaign_enrol"))
    assert {row.unit.code: list(map(str, row.refused)) for row in shown.context["waiting"] if row.refused} == {
        "ZS": [reason]
    }

    sent = {"chosen": "1", "units": [campus.other_unit.pk, section.pk]}
    words = client.post(reverse("campaign_enrol"), sent, follow=True).content.decode()

    assert "已纳入 1 个单位（第 2 批）" in words
    assert f"有 1 个单位未纳入。招生就业处：{reason}。" in words
    assert set(opened.enrolments.values_list("unit__code", flat=True)) == {"CW", "HSK"}

    alone = client.post(reverse("campaign_enrol"), {**sent, "units": [campus.other_unit.pk]}, follow=True)
    assert "有 1 个单位未纳入" in alone.content.decode()
    assert not Submission.objects.filter(unit=campus.other_unit).exists()

    appoint(campus.other_head, campus.other_unit, "liaison")
    assert len(campaigns.enrol(opened, [campus.other_unit.pk], actor=campus.actor(campus.office), at=clock.now)) == 1


def test_campaign_of_units_nobody_could_serve_is_not_opened(campus, clock):
    clock.set("2026-07-12 09:00")

    with pytest.raises(
        Refused, match="没有单位可以参加，年度活动未开展。招生就业处：招生就业处及上级单位都没有在任的联络员"
    ):
        campaigns.open_campaign(
            scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now, units=[campus.other_unit.pk]
        )

    assert Campaign.objects.count() == 0


def test_unit_whose_first_task_is_its_group_list_is_not_refused_for_lacking_one(make_campus, clock):
    campus = make_campus(with_group=False)
    section = Unit.objects.create(code="HSK", name="核算科", unit_type="section", parent=campus.unit)
    make_post(section, "核算", make_person("科二", section))
    clock.set("2026-07-12 09:00")
    campaign = Campaign(scheme=campus.scheme, institution=campus.root, year=2026, opened_at=clock.now)
    campaign.save()

    def refused(*units):
        return campaigns.refusals(campaign, [unit.pk for unit in units], on=clock.today)

    assert refused(campus.unit) == {}
    assert refused(campus.unit, section) == {}  # the unit's group will review the section's sheets
    assert refused(section) == {
        section.pk: "核算科及上级单位都没有已备案的单位领导小组，集体审核无人办理；"
        "请先将财务处纳入年度活动，由其联络员填报“领导小组成员及工作计划”"
    }
    Enrolment.objects.create(campaign=campaign, unit=campus.unit, wave=1, enrolled_on=clock.today)
    assert refused(section) == {}


def test_two_heads_of_a_unit_both_act_while_one_takes_over_from_the_other(year):
    campus = year.campus
    Appointment.objects.filter(user=campus.head, role="unit_head").update(until=date(2026, 12, 31))
    appoint(campus.deputy, campus.unit, "unit_head", since=START)
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=campus.post.code)))

    assert set(people_who_may("decide", sheet)) == {campus.head, campus.deputy}
    assert queue(year, campus.head) == queue(year, campus.deputy) == {sheet}
