"""Closing a phase, opening it again, ending a campaign."""

from datetime import date

import pytest
from django.urls import reverse

from registers import audit
from registers.access import NotAllowed, can, policy_of
from registers.models import AuditEntry
from registers.refusals import Refused
from tests.personas import point
from tests.workflows.term_cases import strict
from workflows import extensions
from workflows.campaign import campaigns
from workflows.models import Campaign, Extension, Submission
from workflows.progress import nudging

pytestmark = pytest.mark.database("both")


@pytest.fixture
def searching(year):
    """The phase in which points are looked for."""
    return year.campaign.phases.get(code="p2")


def close(year, phase, by=None):
    campaigns.close_phase(phase, actor=year.actor(by or year.campus.office), reason="按期结束", at=year.clock.now)


def test_closed_phase_takes_no_sheet_but_keeps_what_was_typed(year, searching, client):
    sheet = year.sheet("personal-search")
    close(year, searching)

    with pytest.raises(NotAllowed, match="已经关闭，不再接受填报；已填的内容仍然保留"):
        year.submit(sheet, year.points(sheet, point()))

    assert year.again(sheet).state == "open"
    client.force_login(year.campus.clerk, backend="registers.sessions.People")
    assert sheet.pk not in [item.submission.pk for item in client.get(reverse("desk")).context["to_fill"]]


def test_sheet_in_review_goes_on_when_its_phase_is_closed(year, searching):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    close(year, searching)

    sheet = year.agree(year.review(sheet), year.campus.office)

    assert sheet.state == "filed"
    assert year.sheet("personal-grading").state == "waiting"  # of the closed phase


def test_reopened_phase_takes_sheets_again_and_opens_what_waited(year, searching):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    close(year, searching)
    year.agree(year.review(sheet), year.campus.office)

    campaigns.reopen_phase(searching, actor=year.actor(year.campus.office), at=year.clock.now)

    assert year.sheet("personal-grading").state == "open"
    head = year.sheet("personal-search", year.campus.head)
    assert year.submit(head, year.points(head, point("乙"))).state == "in_review"


def test_board_and_plan_agree_on_a_phase_that_was_closed_before_its_last_day(year, searching, client):
    close(year, searching)
    on = year.clock.today
    assert on <= searching.due_on
    searching.refresh_from_db()

    client.force_login(year.campus.office, backend="registers.sessions.People")
    board = client.get(reverse("board")).context["phases"]
    plan = client.get(reverse("campaign")).context["phases"]

    assert {line.phase.code: line.state for line in board if line.phase} == {
        phase.code: state for phase, state, _ in plan
    }
    assert searching.state(on) == "done"


def test_nothing_opens_in_a_closed_phase(year):
    close(year, year.campaign.phases.get(code="p4"))
    year.at("12-16")

    assert year.sweep()["opened"] == 0
    assert year.sheet("self-inspection").state == "waiting"


def test_phase_is_closed_once_and_on_record(year, searching):
    close(year, searching)

    with pytest.raises(Refused, match="已经关闭"):
        close(year, searching)
    assert AuditEntry.objects.filter(act="phase.close").count() == 1
    assert audit.verify()[1] == []


@pytest.mark.parametrize(
    ("who", "allowed"), [("office", True), ("registrar", True), ("head", False), ("chair", False), ("clerk", False)]
)
def test_phase_is_closed_by_office_or_registrar(year, searching, who, allowed):
    assert can(year.actor(getattr(year.campus, who)), "close", searching).allowed is allowed


def test_reason_of_closing_is_asked_for(year, searching, client):
    client.force_login(year.campus.office, backend="registers.sessions.People")
    page = client.post(reverse("phase_close", args=[searching.pk]), {"reason": " "})

    assert (page.status_code, "请写明关闭的理由" in page.content.decode()) == (422, True)
    searching.refresh_from_db()
    assert searching.closed_at is None


def test_campaign_with_a_sheet_in_review_is_not_ended(year):
    sheet = year.sheet("personal-search")
    year.submit(sheet, year.points(sheet, point()))

    with pytest.raises(Refused, match="还有 1 张表在审核中"):
        campaigns.close(year.campaign, actor=year.actor(year.campus.office), at=year.clock.now)

    assert Campaign.objects.get().state == "open"


def test_ended_campaign_takes_nothing_more_and_keeps_count_of_what_is_undone(year, client):
    filed = year.searched()
    client.force_login(year.campus.office, backend="registers.sessions.People")

    answer = client.post(reverse("campaign_close", args=[2026]), follow=True)

    assert "2026年风险岗位廉能管理已结束，21 张表未办结。" in answer.content.decode()
    assert year.again(filed).state == "filed"
    undone = Submission.objects.exclude(state="filed")
    assert (undone.count(), set(undone.values_list("state", flat=True))) == (21, {"open", "waiting"})
    sheet = year.sheet("personal-search", year.campus.head)
    with pytest.raises(NotAllowed, match="该年度活动已经结束，不再接受填报"):
        year.submit(sheet, year.points(sheet, point()))
    assert campaigns.current() is None
    year.at("12-16")
    assert year.sweep()["opened"] == 0
    client.force_login(year.campus.head, backend="registers.sessions.People")
    desk = client.get(reverse("desk")).context
    assert (desk["to_fill"], desk["coming"]) == ([], [])


def test_ended_campaign_is_not_run_any_more(year):
    campaigns.close(year.campaign, actor=year.actor(year.campus.office), at=year.clock.now)
    year.campaign.refresh_from_db()

    for action in ("enrol", "close"):
        assert can(year.actor(year.campus.office), action, year.campaign).reason == "该年度活动已经结束。"


def sent_back(year):
    """The clerk's search, returned with the 28th as its redo day."""
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    return year.send_back(sheet, year.campus.head)


def test_sheet_that_was_sent_back_is_filled_until_its_redo_day_though_its_phase_is_closed(year, searching):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    close(year, searching)
    sheet = year.send_back(sheet, year.campus.head)

    year.at("09-28")
    assert sheet in policy_of(Submission).to_fill(Submission.objects.all(), year.actor(year.campus.clerk))
    assert year.submit(sheet, year.points(sheet, point("乙"))).state == "in_review"


def test_redo_day_that_has_passed_does_not_open_a_closed_phase(year, searching):
    sheet = sent_back(year)
    close(year, searching)
    year.at("09-29")
    clerk = year.actor(year.campus.clerk)

    assert "已经关闭" in can(clerk, "fill", year.again(sheet)).reason
    assert sheet not in policy_of(Submission).to_fill(Submission.objects.all(), clerk)


def test_sheet_is_not_taken_back_into_a_closed_phase(year, searching):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    close(year, searching)

    with pytest.raises(NotAllowed, match="已经关闭，撤回后不能再提交，因此不能撤回"):
        year.withdraw(sheet)


def test_nobody_is_urged_to_fill_what_a_closed_phase_does_not_take(year, searching):
    sheet = year.sheet("personal-search")
    close(year, searching)
    year.at("09-22")
    head = year.actor(year.campus.head)
    late = Submission.objects.filter(task__campaign=year.campaign, task__phase=searching)

    assert "已经关闭" in can(head, "nudge", year.again(sheet)).reason
    nudged = nudging.nudge_late(late, campaign=year.campaign, actor=head, at=year.clock.now)
    assert (nudged.people, nudged.vacant) == (0, 0)


def test_longer_term_is_not_granted_for_a_closed_phase_or_an_ended_campaign(year, searching):
    strict(year, "extension", "personal-search")
    sheet, head = year.sheet("personal-search"), year.actor(year.campus.head)
    asked = extensions.ask(
        sheet.pk, until=date(2026, 9, 30), reason="培训", actor=year.actor(year.campus.clerk), at=year.clock.now
    )
    waiting = policy_of(Extension).awaiting(Extension.objects.all(), head)
    assert list(waiting) == [asked]

    close(year, searching)
    assert list(waiting.all()) == []
    with pytest.raises(NotAllowed, match="已经关闭，不再接受填报"):
        extensions.decide(asked.pk, grant=True, actor=head, at=year.clock.now)
    campaigns.reopen_phase(searching, actor=year.actor(year.campus.office), at=year.clock.now)
    campaigns.close(year.campaign, actor=year.actor(year.campus.office), at=year.clock.now)
    assert list(waiting.all()) == []
    with pytest.raises(NotAllowed, match="该年度活动已经结束"):
        extensions.decide(asked.pk, grant=True, actor=head, at=year.clock.now)


def test_deadline_in_a_closed_phase_is_not_moved(year, searching):
    task = year.sheet("personal-search").task
    close(year, searching)
    task = type(task).objects.get(pk=task.pk)

    assert "请先重新开放" in can(year.actor(year.campus.office), "move_deadline", task).reason


def test_board_and_campaign_say_the_same_of_every_phase(year, client):
    client.force_login(year.campus.office, backend="registers.sessions.People")
    for phase in [None, *year.campaign.phases.all()]:
        if phase is not None:
            close(year, phase)
        plan = {line.code: state for line, state, _ in client.get(reverse("campaign")).context["phases"]}
        board = {line.phase.code: line.state for line in client.get(reverse("board")).context["phases"] if line.phase}
        assert plan == board
        assert phase is None or plan[phase.code] == "done"
