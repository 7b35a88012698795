"""A year is closed while somebody hands in, decides, or signs what a body decided: each is there before, or is refused in words."""

import time

import pytest
from django.urls import reverse

from registers import audit
from registers.access import NotAllowed
from registers.refusals import Refused
from tests.faults.races import together
from tests.noscript import Plain
from tests.personas import point
from workflows.campaign import campaigns
from workflows.models import Campaign, Submission
from workflows.routing import routes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("both")]

ENDED = "该年度活动已经结束，不再接受填报；已填的内容仍然保留。"


@pytest.fixture
def slow_closing(monkeypatch):
    """Make whoever closes a year wait between his count and the end of his transaction."""
    append = audit.append

    def slow(act, **said):
        if act == "campaign.close":
            time.sleep(0.4)
        return append(act, **said)

    monkeypatch.setattr(audit, "append", slow)


def close(year):
    return campaigns.close(year.campaign, actor=year.actor(year.campus.office), at=year.clock.now)


def shortly(act):
    """``act`` a little later, when the other has begun."""

    def later():
        time.sleep(0.15)
        return act()

    return later


def closed(year):
    return Campaign.objects.get(pk=year.campaign.pk).state == "closed"


def open_sheet(year):
    sheet = year.sheet("personal-search")
    return sheet, year.points(sheet, point())


def hand_in_and_close(year):
    sheet, content = open_sheet(year)
    return together(lambda: year.submit(sheet, content), shortly(lambda: close(year)))[1], year.again(sheet).state


def close_and_hand_in(year):
    sheet, content = open_sheet(year)
    return together(lambda: close(year), shortly(lambda: year.submit(sheet, content)))[1], year.again(sheet).state


def test_whoever_closes_waits_for_what_is_being_handed_in(year, slowly):
    refused, state = hand_in_and_close(year)

    assert "还有 1 张表在审核中，不能结束" in str(refused)
    assert (state, closed(year)) == ("in_review", False)


@pytest.mark.pg
def test_without_its_locks_a_sheet_is_in_review_in_a_closed_year(year, slowly, monkeypatch):
    """Control: both are at it at once, and the sheet would stand where nobody can return it."""
    monkeypatch.setattr(campaigns, "held", lambda campaign: Submission.objects.filter(task__campaign=campaign))

    undone, state = hand_in_and_close(year)

    assert (isinstance(undone, int), state, closed(year)) == (True, "in_review", True)


def test_sheet_that_waited_for_the_closing_is_refused(year, slow_closing):
    refused, state = close_and_hand_in(year)

    assert (type(refused), str(refused)) == (NotAllowed, ENDED)
    assert (state, closed(year)) == ("open", True)


@pytest.mark.pg
def test_without_a_second_look_it_is_handed_in_to_a_closed_year(year, slow_closing, monkeypatch):
    """Control: what was read before the lock says that the year is open."""
    monkeypatch.setattr(routes, "_running_still", lambda submission: None)

    _, state = close_and_hand_in(year)

    assert (state, closed(year)) == ("in_review", True)


def test_page_that_waited_keeps_what_was_typed(year, slow_closing):
    sheet, address = year.sheet("personal-search"), reverse("submission_fill", args=[year.sheet("personal-search").pk])
    window = Plain(year.campus.clerk).go(address)
    window.press(window.form("@data-sheet"), "add", "process", address)
    form = window.form("@data-sheet")
    next(area for area in form.xpath(".//textarea") if area.name.endswith("-content")).value = "一直在打的字"

    together(lambda: close(year), shortly(lambda: window.press(form, "submit", "1", address)))

    assert (closed(year), year.again(sheet).state) == (True, "open")
    assert ENDED in window.words
    assert "一直在打的字" in str(year.again(sheet).draft.content)


def test_year_is_not_closed_under_a_decision(year, slowly):
    sheet, content = open_sheet(year)
    sheet = year.review(year.submit(sheet, content))

    agreed, refused = together(lambda: year.agree(sheet, year.campus.office), shortly(lambda: close(year)))

    state = year.again(sheet).state
    assert (agreed.state, state) == ("filed", "filed")
    assert isinstance(refused, int)  # it waited, and nothing was in review any more
    assert closed(year)


def test_year_is_not_closed_under_a_signature(year, slowly):
    """Of a meeting that is being signed, every sheet is decided, or the year stays open."""
    sheet = year.before_body()
    meeting = year.meeting(sheet)
    year.attend(meeting)
    year.agree_rest(meeting)

    signed, _ = together(lambda: year.sign_minutes(meeting), shortly(lambda: close(year)))

    assert [item.result for item in signed.values()] == ["done"]
    assert year.again(sheet).state == "filed"


def test_year_with_a_meeting_to_be_signed_stays_open(year):
    """Else what is on its agenda would wait for ever: a change that was proposed beside the year, or a matter."""
    meeting = year.meeting(matter="通报全年情况")
    with pytest.raises(Refused, match="还有 1 次会议没有签署纪要（学校领导小组2026年第1次会议），不能结束"):
        close(year)
    words = Plain(year.campus.office).go(reverse("campaign_close", args=[year.campaign.year])).words
    assert "还没有签署纪要；签署或取消后才能结束年度活动。" in words
    year.attend(meeting)
    year.agree_rest(meeting)
    year.sign_minutes(meeting)
    assert isinstance(close(year), int)


def test_meeting_made_while_the_year_is_closed_is_refused(year, slow_closing):
    refused = together(lambda: close(year), shortly(lambda: year.meeting(matter="另有一事")))[1]

    assert "该年度活动已经结束，不能再安排会议" in str(refused)
