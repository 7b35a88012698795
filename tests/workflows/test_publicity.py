"""Notices: what they show, for how long, to whom; objections, and what they hold up."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from registers.access import NotAllowed
from registers.actors import Actor
from registers.models import AuditEntry, Unit
from tests.doors import published
from tests.factories import appoint, make_person, make_post
from tests.stories import played_once
from workflows.models import CalendarDay, Notification, Objection, PublicityNotice
from workflows.publicity import notices, objections

pytestmark = pytest.mark.database("both")


@pytest.fixture
@played_once
def notice(year):
    return published(year)


def standing(notice):
    """Where the notice's sheet stands."""
    return notice.sheets.get().step


def object_to(year, notice, by, text="等级偏低"):
    return objections.object_to(notice, actor=year.actor(by), text=text, at=year.clock.now)[0]


def handle(year, objection, by=None, handling="经核查，等级适当。"):
    objections.handle(objection, actor=year.actor(by or year.campus.office), handling=handling, at=year.clock.now)


# --- What a notice shows --------------------------------------------------------------------------------


def shown(notice):
    """The headings of a notice, and its rows as they stand on it."""
    rows = [[item["place"], *(item[field] for field, _ in notice.columns)] for item in notice.items]
    return [heading for _, heading in notice.columns], rows


def test_personal_notice_shows_post_category_and_grade_only(notice):
    assert shown(notice) == (["风险类别", "风险等级"], [["会计核算", "业务流程", "二级"]])
    assert {field for item in notice.items for field in item} == {
        "sheet",
        "entry",
        "unit",
        "place",
        "category",
        "grade",
    }
    assert (notice.audience, notice.title) == ("unit", "关于财务处个人岗位风险等级评估结果的公示")


def test_unit_notice_shows_the_unit_and_its_risk(year):
    notice = published(year, "unit-grading")

    assert shown(notice) == (
        ["权力事项或业务环节", "风险类别", "风险内容", "风险等级"],
        [["财务处", "设备采购", "业务流程", "机密内容", "二级"]],
    )
    assert notice.audience == "school"


def test_personal_notice_names_nobody_and_says_nothing_of_the_content(year, notice):
    shown = str(notice.items) + notice.title

    assert [word for word in (year.campus.clerk.name, year.campus.clerk.number, "机密内容") if word in shown] == []


# --- How long -------------------------------------------------------------------------------------------


def test_notice_runs_for_five_working_days_from_the_day_after(notice):
    assert (notice.starts_on, notice.ends_on) == (date(2026, 9, 16), date(2026, 9, 22))


def test_notice_is_longer_by_the_holidays_in_it(year):
    CalendarDay.objects.bulk_create(CalendarDay(day=date(2026, 9, day), is_working=False) for day in (17, 18))

    assert published(year).ends_on == date(2026, 9, 24)


@pytest.mark.parametrize(
    ("at", "step"),
    [
        ("2026-09-16 00:00", "publicise"),
        ("2026-09-22 23:59", "publicise"),
        ("2026-09-23 00:00", "decide"),
        ("2026-10-15 00:00", "decide"),
    ],
)
def test_sheet_goes_on_after_the_last_day_of_its_notice(year, notice, at, step):
    year.clock.set(at)
    year.sweep()

    assert standing(notice) == step


def test_notice_ends_once(year, notice):
    year.clock.set("2026-09-23 09:00")
    assert [year.sweep()["notices"] for _ in range(3)] == [1, 0, 0]

    notice.refresh_from_db()
    assert (notice.outcome, notice.cleared_at) == ("无异议", year.clock.now)
    assert AuditEntry.objects.filter(act="notice.clear").count() == 1
    assert notices.finish(notice, at=year.clock.now) is False


# --- Who sees it ----------------------------------------------------------------------------------------


PEOPLE = (
    "clerk",
    "colleague",
    "liaison",
    "member",
    "head",
    "other_head",
    "leader",
    "office",
    "chair",
    "registrar",
    "auditor",
)


def readers(year, notice, *, at):
    year.clock.set(at)
    campus = year.campus
    campus.committee = make_person("癸一", campus.root, number="committee")
    appoint(campus.committee, campus.root, "party_committee")
    return {
        who
        for who in (*PEOPLE, "committee")
        if PublicityNotice.objects.visible_to(year.actor(getattr(campus, who))).filter(pk=notice.pk).exists()
    }


INSIDE = {"clerk", "colleague", "liaison", "member", "head", "office", "leader", "chair", "committee"}
EVERYBODY = INSIDE | {"other_head", "registrar", "auditor"}
KEEPING = {"liaison", "head", "office"}  # who publish notices keep them


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2026-09-15 23:59", KEEPING),
        ("2026-09-16 00:00", INSIDE),
        ("2026-09-22 23:59", INSIDE),
        ("2026-09-23 00:00", KEEPING),
    ],
)
def test_personal_notice_is_for_the_unit_and_for_its_days(year, notice, at, who):
    assert readers(year, notice, at=at) == who


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2026-09-15 23:59", KEEPING | {"chair"}),  # who has released it
        ("2026-09-16 00:00", EVERYBODY),
        ("2026-09-22 23:59", EVERYBODY),
        ("2026-09-23 00:00", KEEPING | {"chair"}),
    ],
)
def test_unit_notice_is_for_the_whole_school_and_for_its_days(year, at, who):
    assert readers(year, published(year, "unit-grading"), at=at) == who


def test_nobody_reads_a_notice_without_signing_in(year, notice):
    year.at("09-17")

    assert list(PublicityNotice.objects.visible_to(Actor(None, on=year.clock.today))) == []


# --- Objections -----------------------------------------------------------------------------------------


@pytest.fixture
def running(year, notice):
    year.at("09-17")
    return notice


def test_objection_is_recorded_once_per_person(year, running):
    first = object_to(year, running, year.campus.colleague)
    second = object_to(year, running, year.campus.colleague, "再说一次")

    assert (first, Objection.objects.count(), Objection.objects.get().text) == (second, 1, "等级偏低")
    assert AuditEntry.objects.filter(act="notice.object").count() == 1


def test_objection_is_told_to_the_office_and_to_nobody_else(year, running):
    object_to(year, running, year.campus.colleague)

    assert list(Notification.objects.filter(kind="notice.object").values_list("recipient__number", "text")) == [
        ("office", "“关于财务处个人岗位风险等级评估结果的公示”收到异议，请处理。")
    ]


def test_objection_is_read_by_its_author_and_the_office_and_never_by_the_unit(year, running):
    object_to(year, running, year.campus.colleague)

    seen = {who for who in PEOPLE if Objection.objects.visible_to(year.actor(getattr(year.campus, who))).exists()}
    assert seen == {"colleague", "office"}


@pytest.mark.parametrize(("who", "allowed"), [("colleague", True), ("liaison", True), ("clerk", False)])
def test_anybody_but_the_person_concerned_may_object(year, running, who, allowed):
    if allowed:
        object_to(year, running, getattr(year.campus, who))
    else:
        with pytest.raises(NotAllowed, match="对本人的评定"):
            object_to(year, running, getattr(year.campus, who))

    assert Objection.objects.count() == allowed


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        ("2026-09-15 23:59", "公示自 2026-09-16 起"),
        ("2026-09-16 00:00", ""),
        ("2026-09-22 23:59", ""),
        ("2026-09-23 00:00", "公示期已过"),
    ],
)
def test_objection_is_taken_in_the_days_of_the_notice(year, notice, at, refused):
    year.clock.set(at)

    if not refused:
        object_to(year, notice, year.campus.colleague)
    else:
        with pytest.raises(NotAllowed, match=refused):
            object_to(year, notice, year.campus.colleague)
    assert Objection.objects.exists() == (not refused)


@pytest.mark.parametrize(
    ("objections", "handled", "goes_on", "outcome"),
    [
        (0, 0, True, "无异议"),
        (1, 0, False, ""),
        (1, 1, True, "收到异议 1 件，均已处理"),
        (2, 1, False, ""),
        (2, 2, True, "收到异议 2 件，均已处理"),
    ],
)
def test_open_objection_holds_the_sheet_up(year, running, objections, handled, goes_on, outcome):
    people = [year.campus.colleague, year.campus.liaison][:objections]
    made = [object_to(year, running, person) for person in people]
    for objection in made[:handled]:
        handle(year, objection)

    year.at("09-24")
    year.sweep()

    running.refresh_from_db()
    assert (standing(running), running.outcome) == ("decide" if goes_on else "publicise", outcome)


def test_office_handles_an_objection_on_the_notice_page_after_its_days(year, running):
    objection = object_to(year, running, year.campus.colleague)
    year.at("10-12")
    desk, address = Client(), f"/notices/{running.pk}/"
    desk.force_login(year.campus.office)

    assert address in desk.get("/").content.decode()
    assert desk.get(address).status_code == 200
    answer = desk.post(
        f"/objections/{objection.pk}/handle/", {"finding": "rejected", "handling": "经核查，等级适当。"}, follow=True
    )

    assert answer.status_code == 200
    assert "经核查，等级适当。" in answer.content.decode()


def test_sheet_goes_on_once_a_late_objection_is_handled(year, running):
    objection = object_to(year, running, year.campus.colleague)
    year.at("10-09")
    year.sweep()
    assert standing(running) == "publicise"

    handle(year, objection)
    year.sweep()

    assert standing(running) == "decide"


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("office", True), ("head", False), ("colleague", False), ("registrar", False), ("chair", False)],
)
def test_objection_is_handled_by_the_office(year, running, who, allowed):
    objection = object_to(year, running, year.campus.colleague)

    if allowed:
        handle(year, objection, getattr(year.campus, who))
    else:
        with pytest.raises(NotAllowed):
            handle(year, objection, getattr(year.campus, who))

    objection.refresh_from_db()
    assert (objection.handled_by, bool(objection.handling)) == (getattr(year.campus, who) if allowed else None, allowed)


def test_notice_that_was_objected_to_meanwhile_does_not_end(year, running):
    """The sweep has listed it as ended; then comes the last minute's objection."""
    objection = object_to(year, running, year.campus.colleague)
    year.at("09-23")

    assert notices.finish(running, at=year.clock.now) is False
    running.refresh_from_db()
    assert (running.cleared_at, standing(running)) == (None, "publicise")

    handle(year, objection)
    assert notices.finish(running, at=year.clock.now) is True


def test_objection_is_handled_once(year, running):
    objection = object_to(year, running, year.campus.colleague)
    handle(year, objection)

    with pytest.raises(NotAllowed, match="已经处理"):
        handle(year, objection, handling="再改")

    objection.refresh_from_db()
    assert objection.handling == "经核查，等级适当。"


def test_office_member_of_the_unit_neither_reads_nor_handles_nor_hears_of_it(year, running):
    insider = make_person("戊五", year.campus.unit)
    appoint(insider, year.campus.root, "office")
    objection = object_to(year, running, year.campus.colleague)

    assert list(Objection.objects.visible_to(year.actor(insider))) == []
    assert Notification.objects.filter(recipient=insider).count() == 0
    with pytest.raises(NotAllowed, match="本单位人员回避"):
        handle(year, objection, insider)


def test_office_member_does_not_handle_his_own_objection(year, running):
    objection = object_to(year, running, year.campus.office)

    with pytest.raises(NotAllowed, match="自己提出的异议"):
        handle(year, objection, year.campus.office)


def test_database_refuses_to_handle_an_objection_without_words(year, running):
    objection = object_to(year, running, year.campus.colleague)

    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(handled_at=year.clock.now)
    Objection.objects.filter(pk=objection.pk).update(handled_at=year.clock.now, handling="已核查")


def test_notice_of_another_unit_is_not_seen_even_by_its_head(year, notice):
    """Something that could leak exists: the head of the other unit reads his own unit's notice, and only that."""
    campus = year.campus
    stranger = make_person("某某", campus.other_unit)
    make_post(campus.other_unit, "招生", stranger)
    own = PublicityNotice.objects.create(
        task=notice.task,
        step=notice.step,
        drafted_at=year.clock.now,
        released_at=year.clock.now,
        audience="unit",
        unit=Unit.objects.get(pk=campus.other_unit.pk),
        title="别处",
        starts_on=date(2026, 9, 16),
        ends_on=date(2026, 9, 22),
    )
    year.at("09-17")

    for reader in (stranger, campus.other_head):
        assert list(PublicityNotice.objects.visible_to(year.actor(reader))) == [own]
