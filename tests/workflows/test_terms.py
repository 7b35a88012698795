"""Until when: late marks, strict deadlines, moved ones (R1-12, R1-21)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.models import Appointment, AuditEntry
from registers.refusals import Refused
from tests.factories import appoint, make_person, make_post, moment
from tests.personas import point
from tests.workflows.term_cases import entry_form, strict
from workflows import terms
from workflows.campaign import campaigns
from workflows.compiled import logs
from workflows.deadlines import days
from workflows.messages import reminders
from workflows.models import CampaignTask, DeadlineChange, Draft, Notification, Reminder, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
SEARCH = date(2026, 9, 20)  # the day of the self-checks in the scheme


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def move(year, day, *, by=None, code="personal-search", reason="教学检查冲突", **circle):
    task = CampaignTask.objects.get(campaign=year.campaign, code=code)
    by = by or year.campus.office
    return terms.move(task, due_on=day, reason=reason, actor=year.actor(by), at=year.clock.now, **circle)


# --- Late marks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "late"),
    [("2026-09-20 23:59", None), ("2026-09-21 00:00", 1), ("2026-09-21 23:59", 1), ("2026-10-01 08:00", 11)],
)
def test_days_late_count_from_the_end_of_the_day(at, late):
    assert days.days_late(SEARCH, moment(at)) == late


def test_without_a_day_nothing_is_late():
    assert days.days_late(None, moment("2026-09-21 00:00")) is None


def test_late_sheet_is_taken_with_a_mark_that_everybody_sees(year):
    sheet = year.sheet("personal-search")
    assert sheet.due_on == SEARCH
    year.at("09-23")
    assert "逾期 3 天" in browser(year.campus.clerk).get(reverse("submission_fill", args=[sheet.pk])).content.decode()

    sheet = year.submit(sheet, year.points(sheet, point()))

    assert sheet.decisions.get(verdict="submit").days_late == 3
    page = browser(year.campus.clerk).get(reverse("submission_detail", args=[sheet.pk])).content.decode()
    assert "逾期 3 天提交" in page
    assert "逾期 3 天</span>" in page  # in the trail
    progress = browser(year.campus.liaison).get(reverse("progress_list"), {"state": "in_review"}).content.decode()
    assert "逾期 3 天提交" in progress
    log = logs.search_log(
        unit=year.campus.unit, units=[year.campus.unit], on=year.clock.today, rules=year.campus.scheme.rules
    )
    assert [row["text"] for row in log["rows"]] == ["提交（逾期 3 天）"]


def test_sheet_in_time_bears_no_mark(year):
    sheet = year.sheet("personal-search")
    year.at("09-20", hour=23)
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert sheet.decisions.get().days_late is None
    assert "逾期" not in browser(year.campus.clerk).get(reverse("submission_detail", args=[sheet.pk])).content.decode()


def test_late_review_is_taken_with_a_mark(year, submitted):
    assert submitted.step_due_on == date(2026, 9, 25)
    year.at("09-27")
    sheet = year.review(submitted)
    assert list(sheet.decisions.values_list("step", "days_late")) == [("fill", None), ("review", 2), ("sign", None)]


@pytest.mark.parametrize(
    ("day", "due"), [("09-20", date(2026, 9, 25)), ("09-25", date(2026, 9, 30)), ("09-26", date(2026, 9, 30))]
)
def test_step_keeps_its_day_where_that_leaves_three_working_days_and_has_three_otherwise(year, day, due):
    sheet = year.sheet("personal-search")
    year.at(day)
    assert year.submit(sheet, year.points(sheet, point())).step_due_on == due


# --- Strict deadlines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "words"), [("hard", "调整截止日期"), ("extension", "请先申请延期")])
def test_strict_deadline_holds_to_the_end_of_its_day(year, policy, words):
    strict(year, policy, "personal-search")
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point())
    year.at("09-21", hour=0)

    verdict = can(year.actor(year.campus.clerk), "hand_in", sheet)
    assert not verdict
    assert "2026年9月20日 24:00 截止" in verdict.reason
    assert words in verdict.reason
    with pytest.raises(NotAllowed):
        year.submit(sheet, content)
    assert year.again(sheet).state == "open"

    year.at("09-20", hour=23)
    assert year.submit(sheet, content).state == "in_review"


def test_form_sent_a_minute_late_keeps_what_was_typed(year):
    strict(year, "hard", "personal-search")
    sheet = year.sheet("personal-search")
    year.at("09-21", hour=0)

    answer = browser(year.campus.clerk).post(reverse("submission_fill", args=[sheet.pk]), entry_form(sheet, submit="1"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有提交，已填内容保存为草稿" in page
    assert "采购参数照抄一家" in page
    assert Draft.objects.get(submission=sheet).content["entries"][0]["values"]["content"] == "采购参数照抄一家"
    assert year.again(sheet).state == "open"


def test_draft_can_be_read_and_saved_after_a_strict_deadline(year):
    strict(year, "hard", "personal-search")
    sheet = year.sheet("personal-search")
    year.at("09-25")
    client = browser(year.campus.clerk)
    assert client.post(reverse("submission_fill", args=[sheet.pk]), entry_form(sheet, save="1")).status_code == 302

    answer = client.get(reverse("submission_fill", args=[sheet.pk]))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "采购参数照抄一家" in page
    assert "已过截止日期" in page
    assert 'name="submit"' not in page
    assert "不能再提交" in client.get(reverse("desk")).content.decode()


def test_returned_sheet_has_its_redo_day_though_the_task_is_strict(year):
    strict(year, "hard", "personal-search")
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    year.at("09-24")
    sheet = year.send_back(sheet, year.campus.head, redo_on=date(2026, 9, 28))
    content = year.points(sheet, point("改过"))

    year.at("09-29")
    assert not can(year.actor(year.campus.clerk), "hand_in", sheet)
    year.at("09-28")
    assert year.submit(sheet, content).state == "in_review"


def test_strict_sheet_is_not_taken_back_when_it_could_not_be_handed_in_again(year):
    strict(year, "hard", "personal-search")
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    year.at("09-21")
    with pytest.raises(NotAllowed, match="撤回后不能再提交"):
        year.withdraw(sheet)
    year.at("09-20")
    assert year.withdraw(sheet).state == "open"


def test_strict_sheet_that_opens_after_its_day_gets_days_of_its_own(year):
    strict(year, "hard", "personal-grading")
    grading = year.sheet("personal-grading")
    year.at("11-02")  # its day was 31 October: what it follows is filed late
    year.searched()
    grading = year.again(grading)
    assert (grading.state, grading.due_on) == ("open", date(2026, 11, 16))  # ten working days
    assert can(year.actor(year.campus.clerk), "hand_in", grading)


# --- Moved deadlines -----------------------------------------------------------------------------------


def test_move_for_everybody_changes_task_and_sheets_and_tells_everyone_once(year):
    change = move(year, date(2026, 9, 30))

    assert (change.due_before, change.sheets) == (SEARCH, 2)
    assert CampaignTask.objects.get(code="personal-search").due_on == date(2026, 9, 30)
    assert {sheet.due_on for sheet in Submission.objects.filter(task=change.task)} == {date(2026, 9, 30)}
    told = Notification.objects.filter(kind="campaign.deadline_moved").order_by("recipient__number")
    assert [(row.recipient.number, row.text) for row in told] == [
        ("clerk", "“个人岗位廉政风险自查”的截止日期由 9月20日 调整为 9月30日 24:00（甲一（会计核算））。"),
        ("head", "“个人岗位廉政风险自查”的截止日期由 9月20日 调整为 9月30日 24:00（丙一（处长））。"),
    ]
    entry = AuditEntry.objects.get(act="campaign.deadline_moved")
    assert entry.detail == {"change": change.pk, "unit": None, "person": None, "sheets": 2}


def test_person_beats_unit_and_unit_beats_everybody(year):
    campus = year.campus
    move(year, date(2026, 10, 10), person=campus.clerk)
    move(year, date(2026, 10, 5), unit=campus.unit)
    move(year, date(2026, 9, 25))

    assert year.sheet("personal-search").due_on == date(2026, 10, 10)
    assert year.sheet("personal-search", campus.head).due_on == date(2026, 10, 5)
    assert CampaignTask.objects.get(code="personal-search").due_on == date(2026, 9, 25)


def test_later_wider_move_gives_everybody_its_day_an_earlier_one_takes_nothing_away(year):
    campus = year.campus
    move(year, date(2026, 9, 25), person=campus.clerk)
    move(year, date(2026, 10, 8))
    assert year.sheet("personal-search").due_on == date(2026, 10, 8)

    move(year, date(2026, 10, 12), person=campus.clerk)
    move(year, date(2026, 9, 22))
    assert year.sheet("personal-search").due_on == date(2026, 10, 12)
    assert year.sheet("personal-search", campus.head).due_on == date(2026, 9, 22)


def test_move_for_a_unit_reaches_those_below_it_and_no_other(year):
    campus = year.campus
    clerk = make_person("戊九", campus.other_unit)
    make_post(campus.other_unit, "招生", clerk)
    task = CampaignTask.objects.get(code="personal-search")
    other = Submission.objects.create(
        task=task, unit=campus.other_unit, post=clerk.incumbencies.get().post, person=clerk, due_on=SEARCH, step="fill"
    )
    move(year, date(2026, 10, 5), unit=campus.unit)
    other.refresh_from_db()
    assert (other.due_on, year.sheet("personal-search").due_on) == (SEARCH, date(2026, 10, 5))
    move(year, date(2026, 10, 6), unit=campus.root)
    other.refresh_from_db()
    assert (other.due_on, year.sheet("personal-search").due_on) == (date(2026, 10, 6), date(2026, 10, 6))


def test_latecomer_takes_the_day_in_force_for_him(year):
    campus = year.campus
    move(year, date(2026, 10, 5), unit=campus.unit)
    task = CampaignTask.objects.get(code="personal-search")
    assert terms.due_for(task, unit=campus.unit, person=campus.colleague) == date(2026, 10, 5)
    assert terms.due_for(task, unit=campus.other_unit, person=campus.colleague) == SEARCH


def test_returned_sheet_keeps_its_redo_day_unless_it_is_named(year):
    campus = year.campus
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.head):
        year.vote(sheet, voter)
    sheet = year.send_back(sheet, campus.head, redo_on=date(2026, 9, 28))

    move(year, date(2026, 10, 20))
    assert year.again(sheet).due_on == date(2026, 9, 28)
    move(year, date(2026, 10, 21), person=campus.clerk)
    assert year.again(sheet).due_on == date(2026, 10, 21)


def test_sheet_in_review_has_the_new_day_when_it_is_taken_back(year):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    change = move(year, date(2026, 9, 30))
    assert (change.sheets, year.again(sheet).due_on) == (1, SEARCH)  # only the head's is still to be handed in
    assert year.withdraw(sheet).due_on == date(2026, 9, 30)


def test_reminders_fire_anew_for_the_new_day(year):
    year.at("09-18")
    reminders.remind(at=year.clock.now)
    move(year, date(2026, 9, 30))
    year.at("09-30")
    reminders.remind(at=year.clock.now)
    told = Reminder.objects.filter(recipient=year.campus.clerk, submission=year.sheet("personal-search"))
    assert set(told.values_list("due_on", flat=True)) == {date(2026, 9, 20), date(2026, 9, 30)}


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (date(2026, 9, 14), "理由", "due_on"),  # past
        (date(2026, 9, 20), "理由", "due_on"),  # the same
        (date(9999, 12, 31), "理由", "due_on"),  # a slip; its end would lie beyond all days
        (date(2026, 9, 30), " ", "reason"),
    ],
)
def test_move_is_refused_with_the_field_to_change(year, day, reason, field):
    with pytest.raises(Refused) as refused:
        move(year, day, reason=reason)
    assert refused.value.field == field
    assert not DeadlineChange.objects.exists()


def test_deadline_does_not_come_before_the_opening(year):
    with pytest.raises(Refused, match="不能早于开放日期"):
        move(year, date(2026, 9, 16), code="personal-control")


def test_only_the_office_and_the_registrar_move_deadlines_and_not_their_own(year):
    campus = year.campus
    for user in (campus.clerk, campus.head, campus.leader, campus.chair, campus.auditor):
        with pytest.raises(NotAllowed):
            move(year, date(2026, 9, 30), by=user)
    appoint(campus.clerk, campus.root, "office")
    with pytest.raises(Refused, match="本人"):
        move(year, date(2026, 9, 30), by=campus.clerk, person=campus.clerk)
    with pytest.raises(Refused, match="本单位"):
        move(year, date(2026, 9, 30), by=campus.clerk, unit=campus.unit)
    assert move(year, date(2026, 9, 30), by=campus.registrar).sheets == 2


def test_deadline_of_whom_one_stands_in_for_is_not_moved_either(year):
    campus = year.campus
    appoint(campus.colleague, campus.root, "office")
    own = campus.head.appointments.get(role="unit_head")
    Appointment.objects.create(
        user=campus.colleague,
        unit=own.unit,
        role=own.role,
        since=year.clock.today,
        until=SEARCH,
        acting_for=campus.head,
    )
    with pytest.raises(Refused, match="被代理人"):
        move(year, date(2026, 9, 30), by=campus.colleague, person=campus.head)
    assert move(year, date(2026, 9, 30), by=campus.colleague, person=campus.clerk).sheets == 1


def test_person_who_owes_nothing_is_named(year):
    with pytest.raises(Refused, match="不须填报"):
        move(year, date(2026, 9, 30), person=year.campus.colleague)


# --- The page ------------------------------------------------------------------------------------------


def page_of(code="personal-search"):
    return reverse("deadline_change", args=[CampaignTask.objects.get(code=code).pk])


def test_preview_counts_and_changes_nothing(year):
    answer = browser(year.campus.office).post(
        page_of(), {"due_on": "2026-09-30", "whom": "unit", "unit": "CW", "reason": "教学检查", "preview": "1"}
    )
    assert answer.status_code == 200
    assert "将有 2 张表的截止日期改变" in answer.content.decode()
    assert not DeadlineChange.objects.exists()
    assert year.sheet("personal-search").due_on == SEARCH


def test_move_by_the_page_is_listed_with_reason_and_name(year):
    office = browser(year.campus.office)
    answer = office.post(
        page_of(), {"due_on": "2026-09-30", "whom": "person", "number": "clerk", "reason": "出差在外", "move": "1"}
    )
    assert answer.status_code == 302
    page = office.get(page_of()).content.decode()
    assert "出差在外" in page
    assert "戊一" in page
    assert "出差在外" in browser(year.campus.head).get(page_of()).content.decode()
    assert "出差在外" not in browser(year.campus.other_head).get(page_of()).content.decode()  # one person's, elsewhere
    assert browser(year.campus.clerk).get(page_of()).status_code == 403
    assert "调整截止" in office.get(reverse("campaign")).content.decode()
    assert "已调整" in browser(year.campus.head).get(reverse("campaign")).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"due_on": "", "whom": "all", "reason": "理由甲"}, "请填写新的截止日期。"),
        ({"due_on": "x", "whom": "all", "reason": "理由甲"}, "不是有效的日期"),
        ({"due_on": "2026-09-30", "whom": "unit", "unit": "", "reason": "理由甲"}, "请选择单位。"),
        ({"due_on": "2026-09-30", "whom": "person", "number": "nobody", "reason": "理由甲"}, "没有工号为“nobody”"),
        ({"due_on": "2026-09-30", "whom": "person", "number": "colleague", "reason": "理由甲"}, "不须填报这一事项"),
        ({"due_on": "2026-09-01", "whom": "all", "reason": "理由甲"}, "不能早于今天"),
    ],
)
def test_wrong_move_comes_back_with_everything_typed(year, typed, words):
    answer = browser(year.campus.office).post(page_of(), typed | {"move": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "理由甲" in page


def test_day_of_sheets_opened_later_is_the_moved_one(year):
    move(year, date(2026, 11, 5), code="personal-grading")
    year.searched()
    year.at("10-01")
    campaigns.open_due(at=year.clock.now)
    assert year.sheet("personal-grading").due_on == date(2026, 11, 5)
