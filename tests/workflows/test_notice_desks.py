"""Who drafts and releases a notice, as the desk, the late list and the board say it."""

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import Appointment
from tests.factories import appoint, make_person
from tests.workflows.test_publicising import draft, release
from workflows.models import Notification, Objection, Submission
from workflows.policies import Holding
from workflows.policies.publicity import releasers
from workflows.progress import late_list, stranded
from workflows.publicity import objections, reminding

pytestmark = pytest.mark.database("both")


def on_desk(year, who):
    browser = Client()
    browser.force_login(who)
    return browser.get(reverse("desk")).content.decode()


def test_desk_lists_what_one_may_draft_or_release_and_nothing_else(year, two):
    campus, address = year.campus, reverse("notice_draft", args=[two[0].task_id, year.campus.unit.code])
    reads = {who: address in on_desk(year, getattr(campus, who)) for who in ("liaison", "head", "leader", "clerk")}
    assert reads == {"liaison": True, "head": True, "leader": False, "clerk": False}

    page = reverse("notice_detail", args=[draft(year).pk])
    reads = {who: page in on_desk(year, getattr(campus, who)) for who in ("liaison", "head", "leader", "chair")}
    assert reads == {"liaison": False, "head": False, "leader": True, "chair": False}


def held_by(year, sheets):
    """Where the list of unfinished sheets says that these are, and with whom."""
    rows = Submission.objects.filter(pk__in=[sheet.pk for sheet in sheets])
    return [row[7:9] for row in late_list._lines(year.campaign, rows, year.clock.today, None)]


def test_late_list_names_who_drafts_then_who_releases_then_nobody(year, two):
    campus = year.campus
    drafting_it = "、".join(user.name for user in sorted((campus.liaison, campus.head), key=lambda user: user.pk))
    assert held_by(year, two) == [["待公示", drafting_it]] * 2
    notice = draft(year)
    assert held_by(year, two) == [["待公示", campus.leader.name]] * 2
    browser = Client()
    browser.force_login(campus.head)
    assert f"公示的起草和发布：{campus.leader.name}" in browser.get(reverse("progress_list")).content.decode()
    release(year, notice)
    assert held_by(year, two) == [["公示", ""]] * 2


def stranded_lines(year):
    rows = Submission.objects.filter(task__campaign=year.campaign, waiting_role="unpublished")
    lines = stranded.lines(rows, year.campaign, Holding(year.clock.today))
    return [(line.remedy.what, len(line.submissions)) for line in lines]


def test_draft_that_nobody_may_release_is_listed_with_what_is_missing(year, two):
    notice = draft(year)
    assert stranded_lines(year) == []
    above = ("leader_in_charge", "office", "school_group", "party_committee")
    for role, to in zip(above, (*above[1:], None), strict=True):
        [who] = set(releasers(notice, Holding(year.clock.today)).people) or [None]
        assert (who is not None, stranded_lines(year)) == (True, [])  # it climbs
        Appointment.objects.filter(role=role).update(until=year.clock.today)
        if to == "party_committee":
            appoint(make_person("癸一", year.campus.root), year.campus.root, to)

    assert stranded_lines(year) == [
        ("单位主要负责人及以上各级（至学校党委）没有可以办理的人：空缺，或在任的人都与该表有关须回避", 2)
    ]


def test_sheets_that_nobody_may_draft_a_notice_of_are_listed_with_what_is_missing(year, two):
    Appointment.objects.exclude(role="liaison").update(until=year.clock.today)
    assert stranded_lines(year) == []
    Appointment.objects.update(until=year.clock.today)
    assert [number for _, number in stranded_lines(year)] == [2]


# --- Objections that nobody answers -----------------------------------------------------------------------


def told(year, day):
    """Who is told on a day, of what, though the reminders are written twice."""
    at = year.at(day)
    for _ in "ab":
        reminding.remind(at=at)
    rows = Notification.objects.filter(kind__startswith="notice.answer", created_at=at)
    return sorted(rows.values_list("recipient__number", "kind"))


def test_office_is_reminded_of_an_answer_and_after_its_day_the_leading_group_hears(year, notice, visitor):
    campus = year.campus
    insider = make_person("戊二", campus.unit, number="insider")  # of the office, but works in the unit concerned
    appoint(insider, campus.root, "office")
    visitor.object(notice, category="suggestion")  # is owed no answer by any day
    visitor.object(notice)
    assert told(year, "09-23") == []  # due on the 29th, five working days after the end
    assert told(year, "09-24") == [("office", "notice.answer_due")]
    assert told(year, "09-25") == []
    assert "还剩 4 天" in on_desk(year, campus.office)
    assert told(year, "09-30") == [("office", "notice.answer_late")]
    assert "逾期 1 天" in on_desk(year, campus.office)
    assert told(year, "10-12") == [("office", "notice.answer_late")]
    assert told(year, "10-13") == [("chair", "notice.answer_late"), ("office", "notice.answer_late")]
    assert "逾期未答复" in Notification.objects.filter(kind="notice.answer_late").last().text

    raised = Objection.objects.exclude(category="suggestion").get()
    objections.extend(raised, why="须外出核实", actor=year.actor(campus.office), at=year.clock.now)
    assert told(year, "10-14") == [("office", "notice.answer_late")]  # the new day was the 13th
    objections.handle(raised, handling="不属实。", actor=year.actor(campus.office), at=year.clock.now)
    assert told(year, "12-01") == []
