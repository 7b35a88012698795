"""Longer terms: who asks, who grants, what follows; nobody grants his own."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can, people_who_may
from registers.models import Appointment, AuditEntry
from registers.refusals import Refused
from tests.factories import START, appoint
from tests.personas import point
from tests.workflows.term_cases import strict
from workflows import extensions, terms
from workflows.models import Extension, Notification

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
LATER = date(2026, 9, 30)


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def ask(year, sheet, *, by=None, until=LATER, reason="参加培训"):
    actor = year.actor(by or sheet.person or year.campus.liaison)
    return extensions.ask(sheet.pk, until=until, reason=reason, actor=actor, at=year.clock.now)


def decide(year, extension, by, *, grant=True, **said):
    return extensions.decide(extension.pk, grant=grant, actor=year.actor(by), at=year.clock.now, **said)


def deciders(extension):
    return sorted(person.number for person in people_who_may("decide", extension))


@pytest.mark.parametrize(
    ("moved_to", "granted"), [(date(2026, 9, 29), None), (LATER, False), (date(2026, 10, 20), False)]
)
def test_request_lapses_when_a_moved_deadline_gives_the_time(year, moved_to, granted):
    asked = ask(year, year.sheet("personal-search"))

    terms.move(
        asked.submission.task,
        due_on=moved_to,
        reason="校历调整",
        actor=year.actor(year.campus.office),
        at=year.clock.now,
    )

    asked.refresh_from_db()
    assert (asked.granted, asked.answer) == (granted, "" if granted is None else "截止日期已经调整。")


def test_granted_term_is_the_sheet_s_day_and_both_are_told(year):
    strict(year, "extension", "personal-search")
    campus, sheet = year.campus, year.sheet("personal-search")
    year.at("09-22")
    assert not can(year.actor(campus.clerk), "hand_in", sheet)

    asked = ask(year, sheet)
    assert deciders(asked) == ["head"]
    decide(year, asked, campus.head, answer="注意质量")

    sheet = year.again(sheet)
    assert sheet.due_on == LATER
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert sheet.decisions.get().days_late is None
    told = Notification.objects.filter(kind__startswith="extension.").order_by("pk")
    assert [(row.recipient.number, row.text) for row in told] == [
        ("head", "甲一申请“个人岗位廉政风险自查”（财务处）延期至 9月30日，请办理。"),
        ("clerk", "“个人岗位廉政风险自查”（财务处）准予延期，截止 9月30日 24:00。"),
    ]
    acts = AuditEntry.objects.filter(act__startswith="extension.").order_by("sequence")
    assert list(acts.values_list("act", "acting_role")) == [("extension.ask", ""), ("extension.grant", "unit_head")]


def test_general_move_takes_no_granted_term_away_unless_it_gives_more(year):
    campus, sheet = year.campus, year.sheet("personal-search")
    decide(year, ask(year, sheet), campus.head)

    for moved_to, granted, general in (
        (date(2026, 9, 25), LATER, date(2026, 9, 25)),
        (date(2026, 10, 12), date(2026, 10, 12), date(2026, 10, 12)),
    ):
        task = year.again(sheet).task
        terms.move(task, due_on=moved_to, reason="校历调整", actor=year.actor(campus.office), at=year.clock.now)
        assert (year.again(sheet).due_on, year.sheet("personal-search", campus.head).due_on) == (granted, general)


def test_term_may_be_granted_for_another_day(year):
    asked = ask(year, year.sheet("personal-search"))
    decide(year, asked, year.campus.head, granted_until=date(2026, 9, 25))
    assert year.sheet("personal-search").due_on == date(2026, 9, 25)
    with pytest.raises(NotAllowed, match="已经办理"):
        decide(year, asked, year.campus.head)


def test_refusal_needs_words_and_changes_no_day(year):
    asked = ask(year, year.sheet("personal-search"))
    with pytest.raises(Refused, match="请写明理由"):
        decide(year, asked, year.campus.head, grant=False, answer=" ")
    decide(year, asked, year.campus.head, grant=False, answer="时间充裕")
    assert year.sheet("personal-search").due_on == date(2026, 9, 20)
    page = browser(year.campus.clerk).get(reverse("submission_fill", args=[asked.submission_id])).content.decode()
    assert "延期申请未获准" in page
    assert "时间充裕" in page
    assert ask(year, year.sheet("personal-search"), until=date(2026, 10, 8)).role == "unit_head"


@pytest.mark.parametrize(
    "who", ["clerk", "colleague", "member", "liaison", "other_head", "leader", "office", "registrar"]
)
def test_nobody_but_the_head_decides(year, who):
    asked = ask(year, year.sheet("personal-search"))
    assert not can(year.actor(getattr(year.campus, who)), "decide", asked)
    with pytest.raises(NotAllowed):
        decide(year, asked, getattr(year.campus, who))


def test_head_s_own_request_climbs_to_the_leader_in_charge(year):
    campus = year.campus
    asked = ask(year, year.sheet("personal-search", campus.head))
    assert (asked.role, deciders(asked)) == ("leader_in_charge", ["leader"])
    assert not can(year.actor(campus.head), "decide", asked)
    decide(year, asked, campus.leader)
    assert year.sheet("personal-search", campus.head).due_on == LATER


def test_liaison_who_heads_the_unit_does_not_grant_the_unit_s_sheet_himself(year):
    campus = year.campus
    sheet = year.sheet("unit-search")
    assert ask(year, sheet).role == "unit_head"
    Extension.objects.all().delete()
    appoint(campus.head, campus.unit, "liaison")
    asked = ask(year, sheet, by=campus.head)
    assert (asked.role, deciders(asked)) == ("leader_in_charge", ["leader"])
    assert not can(year.actor(campus.head), "decide", asked)


def test_stand_in_grants_for_the_head_and_both_names_are_kept(year):
    campus = year.campus
    Appointment.objects.create(
        user=campus.deputy,
        unit=campus.unit,
        role="unit_head",
        since=START,
        until=date(2026, 12, 1),
        acting_for=campus.head,
    )
    asked = decide(year, ask(year, year.sheet("personal-search")), campus.deputy)
    assert asked.who == "乙三（代丙一）"
    assert not can(year.actor(campus.deputy), "decide", ask(year, year.sheet("personal-search", campus.head)))


def test_hard_deadline_is_not_extended(year):
    strict(year, "hard", "personal-search")
    with pytest.raises(NotAllowed, match="不办理延期"):
        ask(year, year.sheet("personal-search"))


def test_only_the_filler_asks_and_only_while_he_fills(year, submitted):
    with pytest.raises(NotAllowed):
        ask(year, submitted)
    with pytest.raises(NotAllowed):
        ask(year, year.sheet("personal-search", year.campus.head), by=year.campus.clerk)


@pytest.mark.parametrize(
    ("until", "reason", "words"),
    [
        (date(2026, 9, 20), "培训", "晚于现在的截止日期"),
        (date(2026, 9, 14), "培训", "晚于现在的截止日期"),
        (LATER, "  ", "理由"),
        (date.max, "培训", "请核对年份"),
    ],
)
def test_request_is_refused_with_what_to_change(year, until, reason, words):
    with pytest.raises(Refused, match=words):
        ask(year, year.sheet("personal-search"), until=until, reason=reason)


def test_one_request_at_a_time_and_the_database_holds_it(year):
    asked = ask(year, year.sheet("personal-search"))
    with pytest.raises(Refused, match="已有一份"):
        ask(year, year.sheet("personal-search"))
    twin = Extension.objects.get(pk=asked.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_request_is_settled_when_the_sheet_is_handed_in(year):
    sheet = year.sheet("personal-search")
    asked = ask(year, sheet)
    year.submit(sheet, year.points(sheet, point()))
    asked.refresh_from_db()
    assert (asked.granted, asked.decided_by, asked.who) == (False, None, "系统")
    page = browser(year.campus.clerk).get(reverse("submission_detail", args=[sheet.pk])).content.decode()
    assert "延期申请自动终止" in page and "该表已提交。" in page and "未准延期" not in page
    assert "延期申请" not in browser(year.campus.head).get(reverse("desk")).content.decode()


def test_request_nobody_can_decide_any_more_climbs_on(year):
    asked = ask(year, year.sheet("personal-search"))
    Appointment.objects.filter(user=year.campus.head, role="unit_head").update(until=year.clock.today)
    assert [extensions.reseat(at=year.clock.now) for _ in range(2)] == [1, 0]
    asked.refresh_from_db()
    assert (asked.role, deciders(asked)) == ("leader_in_charge", ["leader"])
    assert Notification.objects.filter(recipient=year.campus.leader, kind="extension.ask").count() == 1


def test_asked_and_granted_by_the_pages(year):
    sheet = year.sheet("personal-search")
    clerk, head = browser(year.campus.clerk), browser(year.campus.head)
    assert "申请延期" in clerk.get(reverse("submission_fill", args=[sheet.pk])).content.decode()
    wrong = clerk.post(reverse("submission_extend", args=[sheet.pk]), {"until": "2026-09-01", "reason": "参加培训"})
    assert (wrong.status_code, "参加培训" in wrong.content.decode()) == (422, True)
    assert clerk.post(
        reverse("submission_extend", args=[sheet.pk]), {"until": "2026-09-30", "reason": "参加培训"}
    ).status_code == 302  # fmt: skip
    assert "延期申请正在办理" in clerk.get(reverse("submission_fill", args=[sheet.pk])).content.decode()

    asked = Extension.objects.get()
    door = reverse("extension_decide", args=[asked.pk])
    assert door in head.get(reverse("desk")).content.decode()
    page = head.get(door).content.decode()
    assert "参加培训" in page
    assert "查看该表" not in page  # a draft is the filler's alone
    assert head.post(door, {"verdict": "refuse", "until": "2026-09-30", "answer": ""}).status_code == 422
    assert head.post(door, {"verdict": "grant", "until": "2026-09-28", "answer": "同意"}).status_code == 302
    assert year.sheet("personal-search").due_on == date(2026, 9, 28)
    year.at("09-15", hour=11)
    sheet = year.submit(year.sheet("personal-search"), year.points(sheet, point()))
    trail = clerk.get(reverse("submission_detail", args=[sheet.pk])).content.decode()
    assert trail.index("申请延期") < trail.index("准予延期") < trail.index("提交</span>", trail.index("准予延期"))
    assert browser(year.campus.colleague).get(door).status_code == 404
