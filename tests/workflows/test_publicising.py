"""How notices come about: bundled, drafted by one, released by another, withdrawn, and what an upheld objection does."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.models import Appointment
from registers.refusals import Refused
from registers.text import digest_of
from tests.doors import open_door, unpublished
from tests.factories import appoint, make_person
from tests.personas import GRADED, unit_point
from tests.workflows.test_route_grading import resubmitted
from workflows.models import Notification, PublicityNotice
from workflows.policies.door import visitor
from workflows.publicity import drafting, objections, releasing
from workflows.routing import routes
from workflows.sheets import sheet_for

pytestmark = pytest.mark.database("both")


def draft(year, by=None, chosen=None, title="关于两人的公示"):
    actor = year.actor(by or year.campus.liaison)
    [bundle] = drafting.bundles_for(actor)
    chosen = {sheet.pk for sheet in bundle.sheets} if chosen is None else chosen
    return drafting.draft(bundle, chosen, title=title, actor=actor, at=year.clock.now)


def release(year, notice, by=None, *, reviewed=True):
    return releasing.release(notice, actor=year.actor(by or year.campus.leader), reviewed=reviewed, at=year.clock.now)


@pytest.fixture
def running(year, two):
    notice = release(year, draft(year))
    year.at("09-17")
    return notice


def steps(sheets):
    return [sheet._meta.model.objects.get(pk=sheet.pk).step for sheet in sheets]


# --- Drafted by one, released by another ------------------------------------------------------------------


def test_sheets_of_a_unit_wait_together_and_whoever_may_draft_is_told_once(year, two):
    [bundle] = drafting.bundles_for(year.actor(year.campus.liaison))

    assert (set(bundle.sheets), bundle.place, bundle.title) == (
        set(two), year.campus.unit, "关于财务处个人岗位风险等级评估结果的公示",
    )  # fmt: skip
    told = Notification.objects.filter(kind="notice.waiting").values_list("recipient__number", flat=True)
    assert sorted(told) == ["head", "liaison"]
    for who in ("clerk", "colleague", "member", "other_head", "office"):
        assert drafting.bundles_for(year.actor(getattr(year.campus, who))) == [], who


def test_one_notice_shows_all_sheets_of_the_bundle_and_holds_them_together(year, two, running):
    assert [(item["place"], item["grade"]) for item in running.items] == [("会计核算", "二级"), ("处长", "二级")]
    assert {sheet.notices.get() for sheet in two} == {running}
    year.at("09-23")
    year.sweep()

    running.refresh_from_db()
    assert (steps(two), running.outcome) == (["decide", "decide"], "无异议")


def test_what_is_left_out_of_a_draft_goes_on_waiting(year, two):
    release(year, draft(year, chosen={two[0].pk}), year.campus.head)

    [bundle] = drafting.bundles_for(year.actor(year.campus.liaison))
    assert bundle.sheets == [two[1]]
    year.at("09-23")
    year.sweep()
    assert steps(two) == ["decide", "publicise"]


def test_draft_is_read_by_nobody_but_those_who_publish(year, two):
    notice = draft(year)

    for who, reads in {"liaison": True, "head": True, "clerk": False, "colleague": False, "other_head": False}.items():
        rows = PublicityNotice.objects.visible_to(year.actor(getattr(year.campus, who)))
        assert rows.filter(pk=notice.pk).exists() == reads, who
    assert list(Notification.objects.filter(kind="notice.draft").values_list("recipient__number", flat=True)) == [
        "leader"
    ]


def test_whoever_drafted_a_notice_does_not_release_it(year, two):
    notice = draft(year, by=year.campus.head, chosen={two[0].pk})

    with pytest.raises(NotAllowed, match="起草人不能发布"):
        release(year, notice, year.campus.head)
    with pytest.raises(NotAllowed, match="回避"):
        release(year, notice, year.campus.liaison)
    release(year, notice, year.campus.leader)  # the next above


def test_nobody_releases_a_notice_about_himself(year, two):
    notice = draft(year)

    assert not can(year.actor(year.campus.head), "release", notice)
    assert can(year.actor(year.campus.leader), "release", notice)


def test_notice_is_not_released_unchecked_nor_after_a_sheet_has_moved(year, two):
    notice = draft(year)
    with pytest.raises(Refused, match="保密与个人信息审查"):
        release(year, notice, reviewed=False)
    two[0]._meta.model.objects.filter(pk=two[0].pk).update(waiting_role="carried")
    with pytest.raises(Refused, match="已不在公示环节"):
        release(year, notice)
    notice.refresh_from_db()
    assert (notice.released_at, notice.items) == (None, [])


def test_sheet_is_on_one_draft_only(year, two):
    actor = year.actor(year.campus.liaison)
    [seen] = drafting.bundles_for(actor)
    draft(year, chosen={two[0].pk})

    with pytest.raises(Refused, match="已列入其他公示"):
        drafting.draft(seen, {sheet.pk for sheet in two}, title="又一份", actor=actor, at=year.clock.now)
    with pytest.raises(Refused, match="请至少选择"):
        drafting.draft(seen, set(), title="空的", actor=actor, at=year.clock.now)


def test_pages_draft_release_and_withdraw(year, two):
    liaison, leader = Client(), Client()
    liaison.force_login(year.campus.liaison)
    leader.force_login(year.campus.leader)
    address = reverse("notice_draft", args=[two[0].task_id, year.campus.unit.code])
    assert address in liaison.get(reverse("notice_list")).content.decode()
    assert liaison.get(address).status_code == 200

    refused = liaison.post(address, {"title": "长" * 161, "sheets": [two[0].pk]})
    assert (refused.status_code, "标题最多 160 字，现有 161 字" in refused.content.decode()) == (422, True)
    assert "长" * 161 in refused.content.decode()
    liaison.post(address, {"title": "一个公示", "sheets": [sheet.pk for sheet in two]})
    notice = PublicityNotice.objects.get(title="一个公示")
    page = reverse("notice_detail", args=[notice.pk])
    assert "起草人不能发布" in liaison.get(page).content.decode()
    assert leader.post(reverse("notice_release", args=[notice.pk])).status_code == 422
    assert leader.post(reverse("notice_release", args=[notice.pk]), {"reviewed": "on"}).status_code == 302
    year.at("09-17")
    for browser, user in ((liaison, year.campus.liaison), (leader, year.campus.leader)):
        browser.force_login(user)  # the sessions of two days ago have ended
    leader.post(reverse("notice_withdraw", args=[notice.pk]), {"why": "等级有误"})
    listed = liaison.get(reverse("notice_list")).content.decode()
    assert ("已撤回" in listed, address in listed) == (True, True)  # the sheets wait for another


def test_releaser_does_not_publish_nor_send_back_what_he_has_not_seen(year, two):
    notice, leader = draft(year), year.actor(year.campus.leader)
    seen = digest_of(releasing.preview(notice))
    releasing.return_row(notice, 1, why="不宜公开", actor=leader, at=year.clock.now, seen_digest=seen)

    with pytest.raises(Refused, match="内容刚有变动"):
        releasing.release(notice, actor=leader, reviewed=True, at=year.clock.now, seen_digest=seen)
    with pytest.raises(Refused, match="内容刚有变动"):  # what was row 2 then is row 1 now
        releasing.return_row(notice, 1, why="不宜公开", actor=leader, at=year.clock.now, seen_digest=seen)
    assert steps(two) == ["fill", "publicise"]


def test_whom_a_sheet_concerns_keeps_out_of_its_release_as_out_of_a_decision_on_it(year, two):
    campus, notice = year.campus, draft(year)
    for number, about in (("stand-in", campus.head), ("colleague-head", None)):
        other = make_person("丙六", campus.unit, number=number)
        appoint(other, campus.unit, "unit_head")
        Appointment.objects.filter(user=other).update(acting_for=about, until=date(2027, 1, 1))
        assert not can(year.actor(other), "release", notice), number  # for the head, and beside him


# --- Withdrawn, repeated ----------------------------------------------------------------------------------


def test_withdrawn_notice_is_repeated_for_the_full_period(year, two, running):
    releasing.withdraw(running, actor=year.actor(year.campus.head), why="等级有误", at=year.clock.now)

    assert not PublicityNotice.objects.visible_to(year.actor(year.campus.clerk)).exists()
    [bundle] = drafting.bundles_for(year.actor(year.campus.liaison))
    assert bundle.title.endswith("（重新公示）")
    again = release(year, draft(year, title=bundle.title))
    assert (again.follows, str(again.starts_on), str(again.ends_on)) == (running, "2026-09-18", "2026-09-24")
    year.at("09-23")
    year.sweep()
    assert steps(two) == ["publicise", "publicise"]


def test_sheets_of_a_withdrawn_notice_have_the_days_of_their_step_again(year, two, running):
    year.at("09-22")
    releasing.withdraw(running, actor=year.actor(year.campus.head), why="等级有误", at=year.clock.now)

    sheet = year.again(two[0])
    assert (sheet.waiting_role, sheet.step_due_on > running.ends_on) == ("unpublished", True)
    told = Notification.objects.filter(kind="notice.waiting", created_at=year.clock.now)
    assert sorted(told.values_list("recipient__number", flat=True)) == ["head", "liaison"]


def test_objection_upheld_after_its_notice_was_withdrawn_takes_the_sheet_off_the_draft_of_the_next(year, two, running):
    objection = object_to(year, running, 2)
    releasing.withdraw(running, actor=year.actor(year.campus.head), why="另行公示", at=year.clock.now)
    both, said = draft(year), {"actor": year.actor(year.campus.liaison), "at": year.clock.now}
    drafting.discard(both, **said)
    own = draft(year, chosen={two[1].pk})
    handle(year, objection, "upheld")

    assert [year.again(sheet).state for sheet in two] == ["in_review", "returned"]
    assert not PublicityNotice.objects.filter(pk=own.pk).exists()  # nothing was left on it
    with pytest.raises(Refused, match="草稿已被删除"):
        drafting.discard(own, **said)


def object_to(year, notice, row, by=None):
    actor = year.actor(by or year.campus.member)
    return objections.object_to(notice, actor=actor, text="等级偏低", row=row, at=year.clock.now)[0]


def handle(year, objection, finding, row=0):
    said = {"handling": "经核查，漏列一项职责。", "finding": finding, "row": row}
    objections.handle(objection, actor=year.actor(year.campus.office), at=year.clock.now, **said)


def test_objection_to_a_row_holds_up_its_sheet_only(year, two, running):
    object_to(year, running, 2)
    year.at("09-23")
    year.sweep()

    running.refresh_from_db()
    assert (steps(two), running.cleared_at) == (["decide", "publicise"], None)


def test_nobody_objects_to_his_own_row(year, two, running):
    with pytest.raises(Refused, match="对本人的评定"):
        object_to(year, running, 2, by=year.campus.head)
    assert object_to(year, running, 1, by=year.campus.head).submission == two[0]


@pytest.mark.parametrize("finding", ["upheld", "partly"])
def test_upheld_objection_sends_the_row_back_and_the_corrected_sheet_is_publicised_again(year, two, running, finding):
    handle(year, object_to(year, running, 2), finding)

    sheet = year.again(two[1])
    assert (sheet.state, sheet.step, sheet.notice_sheets.get().outcome) == (
        "returned", "fill", "异议成立，退回更正后重新公示",
    )  # fmt: skip
    assert "漏列一项职责" in sheet_for(sheet).shown()[0].comment
    assert steps(two)[0] == "publicise"  # the other goes on

    content = {"entries": [], "values": {}} | resubmitted(sheet)
    content["entries"][0]["values"].update(GRADED["grade-1"])
    sheet = year.submit(sheet, content)
    sheet = year.agree(sheet, year.campus.leader, grades=year.as_proposed(sheet))
    again = sheet.notices.latest("pk")
    assert (again.follows, again.title.endswith("（重新公示）")) == (running, True)
    year.at("09-23")
    year.sweep()
    running.refresh_from_db()
    assert (steps(two), running.outcome) == (["decide", "publicise"], "收到异议 1 件，均已处理")


def test_notice_of_which_nothing_is_left_is_withdrawn(year, two):
    notice = release(year, draft(year, chosen={two[1].pk}))
    year.at("09-17")
    handle(year, object_to(year, notice, 0), "upheld")

    notice.refresh_from_db()
    assert (year.again(two[1]).state, notice.withdrawn_why) == ("returned", "异议成立，退回修改")
    year.at("09-23")
    assert year.sweep()["notices"] == 0


def test_objection_to_the_whole_names_a_row_before_it_is_upheld(year, two, running):
    objection = object_to(year, running, 0)
    with pytest.raises(Refused, match="请选择是哪一项"):
        handle(year, objection, "upheld")
    handle(year, objection, "upheld", row=1)

    assert year.again(two[0]).state == "returned"


# --- What must not be published ---------------------------------------------------------------------------


@pytest.fixture
def leaking(year):
    """A draft of the office's that shows a unit's point with a telephone number in it."""
    year.searched(unit_point("经办人 138 1234 5678 一人经手"), code="unit-search")
    sheet = year.sheet("unit-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    said = {"actor": year.actor(year.campus.head), "seen_version": sheet.version, "at": year.clock.now}
    routes.decide(sheet.pk, "agree", grades=year.as_proposed(sheet), **said)
    return draft(year, by=year.campus.office)


def test_notice_with_a_telephone_number_is_refused_by_row_and_column(year, leaking):
    with pytest.raises(Refused, match=r"第 1 项“风险内容”中有手机号码（138…78），不能公示"):
        release(year, leaking, year.campus.chair)
    leaking.refresh_from_db()
    assert leaking.released_at is None


def test_row_that_must_not_be_published_goes_back_and_leaves_no_empty_draft(year, leaking):
    browser = Client()
    browser.force_login(year.campus.chair)
    page = browser.get(reverse("notice_detail", args=[leaking.pk])).content.decode()
    assert "手机号码（138…78）" in page
    address = reverse("notice_return", args=[leaking.pk])
    assert browser.post(address, {"row": "1", "why": ""}).status_code == 422
    assert browser.post(address, {"row": "1", "why": "删去电话号码"}).status_code == 302

    sheet = year.sheet("unit-grading")
    assert (sheet.state, sheet.notices.count(), PublicityNotice.objects.count()) == ("returned", 0, 0)
    assert sheet_for(sheet).shown()[0].comment == "删去电话号码"


# --- Within a chosen range (R4-27) ------------------------------------------------------------------------


def test_notice_to_chosen_units_is_read_there_and_in_the_units_of_its_sheets_alone(year, monkeypatch):
    campus = year.campus
    sheet = unpublished(year)
    [bundle] = drafting.bundles_for(year.actor(campus.office))
    chosen = {"actor": year.actor(campus.office), "at": year.clock.now, "title": "公示", "units": [campus.other_unit]}
    with pytest.raises(Refused, match="范围由方案规定"):
        drafting.draft(bundle, {sheet.pk}, **chosen)

    monkeypatch.setitem(bundle.step.__dict__, "chosen_units", True)
    browser = Client()
    browser.force_login(campus.office)
    address = reverse("notice_draft", args=[bundle.task.pk, bundle.place.code])
    typed = {"title": "公示", "sheets": [sheet.pk], "narrowed": "chosen"}
    assert "请选择公示哪些单位" in browser.post(address, typed).content.decode()
    wrong = browser.post(address, {**typed, "narrowed": "school", "units": [campus.other_unit.code]})
    assert (wrong.status_code, "时才选择单位" in wrong.content.decode()) == (422, True)
    assert browser.post(address, {**typed, "units": [campus.other_unit.code]}).status_code == 302

    notice = release(year, sheet.notices.get(), campus.chair)
    assert (notice.audience, set(notice.units.all())) == ("chosen", {campus.unit, campus.other_unit})
    open_door(at=year.clock.now)
    year.at("09-17")
    outsider = make_person("丑一", campus.office_unit, number="outsider")
    reads = {
        who.number: PublicityNotice.objects.visible_to(year.actor(who)).exists()
        for who in (campus.colleague, campus.other_head, outsider)
    }
    assert reads == {"colleague": True, campus.other_head.number: True, "outsider": False}
    assert not PublicityNotice.objects.visible_to(visitor()).exists()
    assert notice.audience_text == f"选定的单位（{campus.unit.name}、{campus.other_unit.name}）"

    releasing.withdraw(notice, actor=year.actor(campus.office), why="范围有误", at=year.clock.now)
    browser.force_login(campus.office)
    again = browser.get(address).content.decode()  # it is repeated to the same readers
    assert f'value="{campus.other_unit.code}" checked' in " ".join(again.split())
