"""Standing lists as versions of the register, results, and the days of notices."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed
from registers.models import PowerItem, ProcessStep
from registers.refusals import Refused
from registers.schemes.publicity import NoticeKind
from tests.doors import open_door
from tests.stories import played_once
from workflows.compiled import publications as papers
from workflows.models import CalendarDay, Notification, Publication
from workflows.publicity import lists, periods, publishing

pytestmark = pytest.mark.database("both")


def kind_of(year, code):
    return next(kind for kind in year.campus.scheme.rules.notices if kind.code == code)


def draft_list(year, by=None, code="power-directory"):
    actor = year.actor(by or year.campus.liaison)
    unit, scheme = year.campus.unit, year.campus.scheme
    return publishing.draft_list(kind_of(year, code), scheme, unit, actor=actor, at=year.clock.now)


def publish(year, publication, by=None, **said):
    actor = year.actor(by or year.campus.head)
    return publishing.release(publication, actor=actor, at=year.clock.now, **{"reviewed": True, **said})


@pytest.fixture
@played_once
def first(year, powers):
    """The first version of the unit's list of powers."""
    return publish(year, draft_list(year))


def test_list_stands_at_the_public_door_for_whom_it_is_and_while_it_holds(year, first):
    pages, address = Client(), reverse("public_publication", args=[first.pk])
    assert pages.get(address).status_code == 404  # the door is shut
    open_door(at=year.clock.now)
    draft = publishing.draft_result(
        year.campus.scheme,
        year.campus.root,
        title="通报",
        blocks=["甲"],
        actor=year.actor(year.campus.office),
        at=year.clock.now,
    )
    result = publish(year, draft, year.campus.chair)
    listed = pages.get(reverse("public_publications")).content.decode()
    assert first.title in listed
    assert result.title not in listed  # a result is told inside
    assert pages.get(reverse("public_publication", args=[result.pk])).status_code == 404
    answer = pages.get(address)
    assert first.items[0]["name"] in answer.content.decode()
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    Publication.objects.filter(pk=first.pk).update(audience="unit")
    assert pages.get(address).status_code == 404
    Publication.objects.filter(pk=first.pk).update(audience="school", ended_at=year.clock.now)
    assert pages.get(address).status_code == 404


def changed_power(year, **values):
    """The unit's power with other words, in force from today."""
    old = PowerItem.objects.open().get(unit=year.campus.unit)
    PowerItem.objects.filter(pk=old.pk).update(in_force_until=year.clock.today)
    old.pk, old.base_id, old.in_force_from = None, old.pk, year.clock.today
    for name, value in values.items():
        setattr(old, name, value)
    steps = list(ProcessStep.objects.filter(power_item=old.base_id))
    old.save(force_insert=True)
    for step in steps:
        step.pk, step.power_item = None, old
        step.save(force_insert=True)
    return old


# --- Standing lists ---------------------------------------------------------------------------------------


def test_list_is_drafted_by_one_released_by_another_and_names_nobody(year, first):
    assert (first.number, str(first.effective_on), len(first.items), first.changes) == (1, "2026-09-15", 1, [])
    assert year.campus.clerk.name not in str(first.items)  # who holds the post stands in the register beside it
    with pytest.raises(Refused, match="没有不同"):
        draft_list(year)
    Publication.objects.filter(pk=first.pk).update(ended_at=year.clock.now)
    again = draft_list(year, by=year.campus.head)
    with pytest.raises(Refused, match="已有一份草稿"):
        draft_list(year)
    with pytest.raises(NotAllowed, match="起草人不能发布"):
        publish(year, again, year.campus.head)
    with pytest.raises(NotAllowed, match="审核发布"):
        publish(year, again, year.campus.liaison)
    with pytest.raises(Refused, match="保密与个人信息审查"):
        publish(year, again, year.campus.leader, reviewed=False)
    told = Notification.objects.filter(kind="publication.draft", key=f"publication:{again.pk}")
    assert year.campus.leader.pk in told.values_list("recipient", flat=True)


def test_next_version_says_what_is_new_gone_and_changed_and_ends_the_one_before(year, first):
    year.at("10-12")
    old = changed_power(year, name="印章保管", legal_basis="印章管理办法")
    PowerItem.objects.create(
        unit=year.campus.unit, accountable_post=year.campus.post, name="新增事项", in_force_from=year.clock.today
    )
    made = draft_list(year)
    with pytest.raises(Refused, match="请写明变更说明"):
        publish(year, made)
    second = publish(year, made, explanation="职能调整。")

    assert [(row["item"], row["change"]) for row in second.changes] == [(1, "变更要素")] * 2 + [(2, "新增")]
    assert {row["element"]: row["after"] for row in second.changes[:2]} == {
        "权力（职权）名称": "印章保管", "行使依据": "印章管理办法",
    }  # fmt: skip
    first.refresh_from_db()
    assert (first.ended_at, first.ended_why, second.replaces) == (year.clock.now, "第 2 版发布", first)
    year.at("11-16")
    PowerItem.objects.filter(pk=old.pk).update(in_force_until=year.clock.today)
    third = publish(year, draft_list(year), explanation="取消。")
    assert [(row["item"], row["change"], row["name"]) for row in third.changes] == [(1, "取消", "印章保管")]
    assert [row["item"] for row in third.items] == [2]  # a number is never given to another
    paper = papers.paper_of(third, changes=True)
    assert [cell.text for cell in paper.body[0]][1:4] == ["1", "印章保管", "取消"]


def test_list_whose_register_has_changed_since_is_not_released_as_it_was_seen(year, powers):
    made = draft_list(year)
    seen = publishing.digest_of(publishing.preview(made, year.clock.today))
    changed_power(year, name="印章保管")
    with pytest.raises(Refused, match="登记册的内容刚有变动"):
        publish(year, made, seen_digest=seen)


def test_numbers_and_differences_of_lists():
    def row(key, name, **more):
        return {lists.KEY: key, "name": name, "unit": "甲", **more}

    one = lists.numbered([row("a", "子"), row("b", "丑")], [])
    two = lists.numbered([row("c", "寅"), row("b", "丑", unit="乙")], [one])
    three = lists.numbered([row("a", "子")], [one, two])
    assert [[r[lists.NUMBER] for r in version] for version in (one, two, three)] == [[1, 2], [2, 3], [1]]
    found = lists.differences(one, two, [["unit", "单位"], ["name", "事项"]])
    assert [(r["item"], r["change"], r["before"], r["after"]) for r in found] == [
        (1, "取消", "", ""), (2, "变更要素", "甲", "乙"), (3, "新增", "", ""),
    ]  # fmt: skip


def test_readers_of_a_list_keep_its_old_versions_and_lose_what_was_taken_down(year, first):
    campus = year.campus
    clerk, other = year.actor(campus.clerk), year.actor(campus.other_head)
    year.at("10-12")
    changed_power(year, name="印章保管")
    second = publish(year, draft_list(year), explanation="改名。")
    assert set(Publication.objects.visible_to(year.actor(campus.clerk))) == {first, second}
    with pytest.raises(Refused, match="请写明"):
        publishing.end(second, actor=year.actor(campus.head), why=" ", at=year.clock.now)
    publishing.end(second, actor=year.actor(campus.head), why="有误", at=year.clock.now)
    assert [list(Publication.objects.visible_to(actor)) for actor in (clerk, other)] == [[first], [first]]


# --- Results ----------------------------------------------------------------------------------------------


def result(year, **said):
    given = {
        "title": "考核结果通报",
        "blocks": ["一、总体情况"],
        "audience": "unit",
        "actor": year.actor(year.campus.liaison),
    }
    return publishing.draft_result(year.campus.scheme, year.campus.unit, at=year.clock.now, **{**given, **said})


def test_result_is_told_to_the_chosen_units_until_its_last_day(year):
    campus = year.campus
    with pytest.raises(Refused, match="请写明通报的内容"):
        result(year, blocks=[" "])
    with pytest.raises(Refused, match="请选择通报哪些单位"):
        result(year, audience="chosen")
    with pytest.raises(Refused, match="不能早于今天"):
        result(year, ends_on=date(2026, 9, 14))
    table = {"columns": [("unit", "单位"), ("band", "档次")], "rows": [{"unit": "财务处", "band": "优秀"}]}
    made = result(year, audience="chosen", units=[campus.other_unit], ends_on=date(2026, 9, 30), **table)
    reads = {who: year.actor(getattr(campus, who)) for who in ("other_head", "clerk")}
    assert not Publication.objects.visible_to(reads["other_head"]).exists()  # nobody has released it
    publish(year, made)
    assert [Publication.objects.visible_to(actor).exists() for actor in reads.values()] == [True, False]
    assert Notification.objects.filter(kind="publication.told").get().recipient == campus.other_head
    paper = papers.paper_of(Publication.objects.get(pk=made.pk))
    assert (paper.title, [cell.text for cell in paper.body[0]]) == ("考核结果通报", ["1", "财务处", "优秀"])
    assert "一、总体情况" in paper.paragraphs
    year.at("10-01")
    year.sweep()
    made.refresh_from_db()
    assert (made.ended_why, Publication.objects.visible_to(year.actor(campus.other_head)).exists()) == ("期满", False)


@pytest.mark.parametrize("said", [{"title": "联系13812345678"}, {"blocks": ["甲", "邮箱 u@qq.com"]}])
def test_result_with_a_telephone_or_a_mailbox_is_refused(year, said):
    with pytest.raises(Refused, match="不能发布"):
        publish(year, result(year, **said))


def test_database_refuses_a_second_list_in_force_and_a_release_by_the_drafter(year, first):
    copy = Publication.objects.get(pk=first.pk)
    copy.pk, copy.number = None, 2
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=first.pk).update(released_by=first.drafted_by)


# --- Days -------------------------------------------------------------------------------------------------


def notice_kind(**said):
    return NoticeKind(code="x", label="公示", verb="notice", **said)


@pytest.mark.parametrize(
    ("counts", "length", "on", "last"),
    [
        ("working", 5, date(2026, 9, 15), date(2026, 9, 22)),
        ("calendar", 5, date(2026, 9, 15), date(2026, 9, 21)),  # the 20th is a working Sunday only if the table says so
        ("calendar", 7, date(2026, 9, 15), date(2026, 9, 22)),
        ("calendar", 5, date(2026, 12, 29), date(2027, 1, 4)),
    ],
)
def test_days_are_counted_as_the_kind_says(db, counts, length, on, last):
    CalendarDay.objects.filter(day__range=(date(2026, 9, 15), date(2027, 1, 4))).delete()
    assert periods.period(notice_kind(counts=counts), length, on)[1] == last


def warned(year, first, last, **said):
    faults = periods.warnings(year.campus.scheme.rules, notice_kind(**said), first, last)
    return [word for text in faults for word in ("寒假", "暑假", "尚未载入") if word in text]


def test_vacation_and_unknown_calendar_are_said_before_release(year):
    CalendarDay.objects.create(day=date(2026, 10, 1), is_working=False)
    summer, winter, term = ((date(2026, month, 13), date(2026, month, 17)) for month in (7, 2, 4))
    assert warned(year, *summer) == ["暑假"]
    assert warned(year, *term) == []
    assert warned(year, *winter) == ["寒假"]
    assert warned(year, *winter, warn_vacation=False) == []
    assert warned(year, date(2031, 4, 14), date(2031, 4, 18)) == ["尚未载入"]
    assert warned(year, date(2026, 7, 6), date(2026, 7, 12)) == []  # less than half
