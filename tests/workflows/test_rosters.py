"""Staff who join, move or leave in the middle of a campaign, and successors who take a post's register over."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers.models import ControlMeasure, Incumbency, Post, RiskPoint, Unit
from tests.factories import appoint, make_person, make_post
from tests.personas import point
from tests.stories import played_once
from workflows import extensions
from workflows.campaign import rosters
from workflows.models import Draft, Notification, RosterChange, Submission
from workflows.routing import routes
from workflows.sheets import drafts, sheet_for

pytestmark = pytest.mark.database("both")

PERSONAL = {"personal-search", "personal-grading", "personal-control"}


def states(**whose):
    return dict(Submission.objects.filter(**whose).values_list("task__code", "state"))


def leave(post, on):
    Incumbency.objects.filter(post=post, until=None).update(until=on)


def take(post, user, since):
    Incumbency.objects.create(post=post, user=user, since=since)


def check(year):
    return rosters.reconcile(year.campaign, at=year.clock.now)


def changes():
    return list(RosterChange.objects.order_by("pk").values_list("person__number", "kind", "opened", "cancelled"))


@pytest.fixture
@played_once
def successor(year):
    return make_person("接任", year.campus.unit, number="successor")


def handed_over(year, successor, on=date(2026, 9, 16)):
    """The clerk's post goes to his successor."""
    leave(year.campus.post, on)
    take(year.campus.post, successor, on)
    year.clock.set(f"{on} 09:00")


def test_closed_unit_s_people_owe_nothing_though_their_posts_were_not_closed(year):
    Unit.objects.filter(pk=year.campus.unit.pk).update(closed_on=date(2026, 9, 15))
    assert check(year) > 0

    left = Submission.objects.filter(unit=year.campus.unit)
    assert set(left.values_list("state", flat=True)) == {"cancelled"}
    assert set(left.filter(person__isnull=False).values_list("cancel_reason", flat=True)) == {"离任：单位已撤销"}
    assert check(year) == 0


def test_longer_term_asked_for_a_sheet_that_is_stopped_settles_itself(year, successor):
    asked = extensions.ask(
        year.sheet("personal-search").pk,
        until=date(2026, 9, 30),
        reason="培训",
        actor=year.actor(year.campus.clerk),
        at=year.clock.now,
    )
    handed_over(year, successor)
    check(year)

    asked.refresh_from_db()
    assert (asked.granted, asked.decided_by, asked.answer) == (False, None, "该表已停办。")


# --- Joining, leaving, moving ---------------------------------------------------------------------------


def test_nothing_to_do_changes_nothing(year):
    before = Submission.objects.count(), Notification.objects.count()

    assert check(year) == 0
    assert (Submission.objects.count(), Notification.objects.count(), changes()) == (*before, [])


def test_newcomer_gets_his_sheets_with_time_to_fill_them(year):
    newcomer = make_person("新来", year.campus.unit, number="newcomer")
    post = make_post(year.campus.unit, "稽核", newcomer)

    assert check(year) == 1

    sheets = {sheet.task.code: sheet for sheet in Submission.objects.filter(person=newcomer).select_related("task")}
    assert {code: sheet.state for code, sheet in sheets.items()} == {
        "personal-search": "open",
        "personal-grading": "waiting",
        "personal-control": "waiting",
    }
    assert sheets["personal-search"].due_on == date(2026, 9, 29)  # ten working days, not 20 September
    assert sheets["personal-control"].due_on == date(2026, 11, 20)
    assert Notification.objects.filter(recipient=newcomer, kind="submission.opened").count() == 1
    assert Notification.objects.filter(recipient=year.campus.liaison, kind="campaign.roster").count() == 1
    change = RosterChange.objects.get()
    assert (change.post, change.kind, change.reason, change.opened) == (post, "joined", "风险岗位", 3)
    assert check(year) == 0


def test_many_newcomers_cost_no_more_queries_than_one(year):
    def join(count, named):
        for number in range(count):
            make_post(year.campus.unit, f"{named}{number}", make_person(f"{named}{number}", year.campus.unit))
        with CaptureQueriesContext(connection) as asked:
            assert check(year) == count
        return len(asked)

    check(year)
    assert join(1, "甲") == join(30, "乙")


def test_post_that_comes_back_in_another_unit_owes_its_sheets_there(year):
    post, other = year.campus.post, year.campus.other_unit
    Post.objects.filter(pk=post.pk).update(is_risk_post=False)
    check(year)
    Post.objects.filter(pk=post.pk).update(is_risk_post=True, unit=other)
    check(year)

    sheets = Submission.objects.filter(person=year.campus.clerk)
    assert {sheet.unit for sheet in sheets} == {other}
    assert states(person=year.campus.clerk) == dict.fromkeys(PERSONAL, "waiting") | {"personal-search": "open"}


def test_newcomer_outside_the_scope_owes_nothing(year):
    newcomer = make_person("新来", year.campus.unit)
    make_post(year.campus.unit, "收发", newcomer, is_risk_post=False)

    assert check(year) == 0
    assert states(person=newcomer) == {}


def test_newcomer_in_a_unit_that_does_not_take_part_owes_nothing(year):
    unit = Unit.objects.create(code="XX", name="新设处", unit_type="office", parent=year.campus.root, position=9)
    newcomer = make_person("新来", unit)
    make_post(unit, "稽核", newcomer)

    assert check(year) == 0
    assert states(person=newcomer) == {}


def test_sheets_of_whoever_left_are_stopped_and_his_words_kept(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("半句话"))
    drafts.save(sheet, content, actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)
    leave(year.campus.post, date(2026, 9, 15))

    assert check(year) == 1

    assert states(person=year.campus.clerk) == dict.fromkeys(PERSONAL, "cancelled")
    assert year.again(sheet).cancel_reason == "离任：已不担任该岗位"
    assert Draft.objects.get(submission=sheet).content == content
    assert changes() == [("clerk", "left", 0, 3)]


def test_whoever_comes_back_goes_on_where_he_was(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("半句话"))
    drafts.save(sheet, content, actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)
    leave(year.campus.post, date(2026, 9, 15))
    check(year)
    take(year.campus.post, year.campus.clerk, date(2026, 9, 17))
    year.at("09-17")

    assert check(year) == 1

    again = year.again(sheet)
    assert (again.pk, again.state, again.cancel_reason) == (sheet.pk, "open", "")
    assert sheet_for(again).content() == content


def test_sheet_in_review_goes_on_after_its_filler_has_left(year):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    leave(year.campus.post, date(2026, 9, 15))
    check(year)

    sheet = year.agree(year.review(year.again(sheet)), year.campus.office)

    assert sheet.state == "filed"
    assert states(person=year.campus.clerk) == {
        "personal-search": "filed",
        "personal-grading": "cancelled",
        "personal-control": "cancelled",
    }


def test_sheet_returned_to_somebody_who_left_ends_and_his_successor_gets_one(year, successor):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    handed_over(year, successor)
    check(year)
    assert states(person=successor) == {"personal-grading": "waiting", "personal-control": "waiting"}
    year.vote(sheet, year.campus.member)
    year.vote(sheet, year.campus.head)
    year.send_back(year.again(sheet), year.campus.head)

    check(year)

    assert year.again(sheet).state == "cancelled"
    assert states(person=successor)["personal-search"] == "open"


def test_move_to_another_post_ends_the_old_sheets_and_brings_new_ones(year):
    other = make_post(year.campus.other_unit, "招生宣传", make_person("原任", year.campus.other_unit))
    check(year)
    leave(year.campus.post, date(2026, 9, 16))
    leave(other, date(2026, 9, 16))
    take(other, year.campus.clerk, date(2026, 9, 16))
    year.at("09-16")

    check(year)

    assert states(person=year.campus.clerk, post=year.campus.post) == dict.fromkeys(PERSONAL, "cancelled")
    assert states(person=year.campus.clerk, post=other)["personal-search"] == "open"


def test_post_that_is_no_risk_post_any_more_owes_nothing(year):
    Post.objects.filter(pk=year.campus.post.pk).update(is_risk_post=False)

    assert check(year) == 1

    assert states(person=year.campus.clerk) == dict.fromkeys(PERSONAL, "cancelled")
    assert (
        Submission.objects.filter(person=year.campus.clerk).first().cancel_reason
        == "不再属于填报范围：岗位不是风险岗位"
    )


def test_unit_that_gets_a_head_owes_its_sheets_and_a_closed_one_nothing(year):
    appoint(make_person("新任", year.campus.office_unit), year.campus.office_unit, "unit_head", since=date(2026, 9, 14))
    Unit.objects.filter(pk=year.campus.other_unit.pk).update(closed_on=date(2026, 9, 14))

    check(year)

    assert states(unit=year.campus.office_unit, person=None)["unit-search"] == "open"
    assert set(states(unit=year.campus.other_unit, person=None).values()) == {"cancelled"}


# --- Succession -----------------------------------------------------------------------------------------


@pytest.fixture
@played_once
def inherited(year, successor):
    """The clerk has filed two points; then his successor takes the post over."""
    year.searched(point("甲"), point("乙"))
    handed_over(year, successor)
    check(year)
    return Submission.objects.get(person=successor, task__code="succession")


def test_successor_is_asked_about_each_point_within_the_set_time(year, successor, inherited):
    assert (inherited.state, inherited.due_on) == ("open", date(2026, 9, 30))  # ten working days after 16 September
    assert [entry["values"]["content"] for entry in sheet_for(inherited).offered()] == ["甲", "乙"]
    # The search is done for the post; what follows it is the successor's.
    assert states(person=successor) == {"succession": "open", "personal-grading": "open", "personal-control": "waiting"}
    assert changes()[-1] == ("successor", "joined", 3, 0)
    assert check(year) == 0


def answer(sheet, *choices):
    content = {"entries": sheet_for(sheet).offered(), "values": {}}
    for entry, (change, values) in zip(content["entries"], choices, strict=True):
        entry["change"] = change
        entry["values"] |= values
    return content


def test_points_name_the_successor_once_he_has_answered(year, successor, inherited):
    routes.submit(
        inherited.pk,
        actor=year.actor(successor),
        seen_version=0,
        content=answer(inherited, ("confirm", {}), ("dispute", {"reason": "该权力已划转采购中心"})),
        at=year.clock.now,
    )
    routes.decide(
        inherited.pk, "agree", actor=year.actor(year.campus.head), seen_version=1, signed=True, at=year.clock.now
    )

    sheet = Submission.objects.get(pk=inherited.pk)
    assert sheet.state == "filed"
    standing = RiskPoint.objects.filter(post=year.campus.post, in_force_from__isnull=False, in_force_until=None)
    assert set(standing.values_list("content", "holder__number")) == {("甲", "successor"), ("乙", "successor")}
    assert list(sheet.lines.order_by("position").values_list("change", "reason")) == [
        ("confirm", ""),
        ("dispute", "该权力已划转采购中心"),
    ]
    assert check(year) == 0  # nobody is asked twice


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ((("", {}), ("confirm", {})), {"change": "请选择沿用、修改或存疑。"}),
        ((("dispute", {}), ("confirm", {})), {"reason": "请写明存疑的理由。"}),
        ((("revise", {}), ("confirm", {})), {"change": "内容与现行登记相同：不改请选“沿用”，要改请修改内容。"}),
        ((("retire", {"reason": "不要"}), ("confirm", {})), {"change": "请选择沿用、修改或存疑。"}),
    ],
)
def test_each_point_wants_an_answer(inherited, choices, said):
    faults = sheet_for(inherited).faults(answer(inherited, *choices))

    assert list(faults.values()) == [said]


def test_grades_and_measures_stand_when_a_post_changes_hands(year, successor):
    year.searched(point("甲"))
    year.graded("grade-1")
    year.controlled()
    handed_over(year, successor, on=date(2026, 11, 4))
    check(year)
    sheet = Submission.objects.get(person=successor, task__code="succession")
    routes.submit(
        sheet.pk, actor=year.actor(successor), seen_version=0, at=year.clock.now,
        content=answer(sheet, ("revise", {"content": "甲，接任后改"})),
    )  # fmt: skip
    routes.decide(sheet.pk, "agree", actor=year.actor(year.campus.head), seen_version=1, signed=True, at=year.clock.now)

    now = RiskPoint.objects.get(post=year.campus.post, in_force_from__isnull=False, in_force_until=None)
    assert (now.content, now.final_grade.label, now.holder) == ("甲，接任后改", "一级", successor)
    measures = ControlMeasure.objects.filter(point_series=now.series, in_force_until=None, in_force_from__isnull=False)
    assert measures.count() == 3


def test_successor_whose_own_search_is_open_is_not_asked_twice(year, successor):
    handed_over(year, successor)  # the predecessor has filed nothing
    RiskPoint.objects.create(
        level="personal", unit=year.campus.unit, post=year.campus.post, holder=year.campus.clerk, content="去年的",
        category=year.campus.scheme.categories.first(), in_force_from=date(2025, 9, 1),
    )  # fmt: skip
    check(year)

    assert states(person=successor) == {
        "personal-search": "open",
        "personal-grading": "waiting",
        "personal-control": "waiting",
    }


def test_point_kept_in_the_search_of_a_successor_names_him(year, successor):
    RiskPoint.objects.create(
        level="personal", unit=year.campus.unit, post=year.campus.post, holder=year.campus.clerk, content="去年的",
        category=year.campus.scheme.categories.first(), in_force_from=date(2025, 9, 1),
        manifestation="去年的表现", finding_source="self", nature="integrity",
    )  # fmt: skip
    handed_over(year, successor)
    check(year)

    year.searched(point("新的"), owner=successor)

    standing = RiskPoint.objects.filter(post=year.campus.post, in_force_from__isnull=False, in_force_until=None)
    assert set(standing.values_list("content", "holder__number")) == {("去年的", "successor"), ("新的", "successor")}
    assert check(year) == 0


def test_page_of_changes_and_its_button(year, client):
    newcomer = make_person("新来", year.campus.unit, number="newcomer")
    make_post(year.campus.unit, "稽核", newcomer)
    client.force_login(year.campus.office, backend="registers.sessions.People")

    answer_ = client.post(reverse("roster_check"), follow=True)

    assert "已核对，处理 1 项人员变动。" in answer_.content.decode()
    assert [row.person for row in answer_.context["page"].rows] == [newcomer]
    client.force_login(year.campus.other_head, backend="registers.sessions.People")
    assert client.get(reverse("roster_list")).context["page"].rows == []
