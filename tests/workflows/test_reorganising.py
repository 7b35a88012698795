"""Units and posts change while sheets run: what the preview says is what happens, and what is on record stays."""

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import (
    Appointment,
    AuditEntry,
    Incumbency,
    OrganisationChange,
    PlannedChange,
    Post,
    RiskPoint,
    Unit,
    User,
)
from registers.models.spans import is_closed
from registers.refusals import Refused, Stale
from tests.factories import appoint, make_person, make_post
from tests.longer import LONG
from tests.noscript import Plain
from tests.personas import point
from tests.workflows.test_deciders import AT, ON, build, campaign, worlds  # noqa: F401 (a fixture)
from tests.workflows.test_foresight import hold, observed
from workflows import planned as dropping
from workflows import reorganising, sweeping
from workflows.models import Enrolment, Submission
from workflows.models.submissions import UNFINISHED
from workflows.reorganising import Wanted
from workflows.routing import staffing

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]


def wanted(year, act, unit=None, on=None, **asked):
    return Wanted(act, unit or year.campus.unit, asked, on or year.clock.today)


def make(year, change):
    """Do what is wanted, as its registrar has seen and confirmed it."""
    said = {"actor": year.actor(year.campus.registrar), "at": year.clock.now}
    foreseen = reorganising.foresee(change, **said)
    made = reorganising.make(change, seen=foreseen.digest, **said)
    assert made.digest == foreseen.digest
    return made


def refused(year, change):
    with pytest.raises(Refused) as found:
        make(year, change)
    return str(found.value), found.value.field


def said(outcome):
    return {group.text for group in outcome.foresight.groups}


# -- one unit --------------------------------------------------------------------------------------------------
def test_unit_that_is_renamed_is_found_by_its_old_name_and_code(year):
    unit = year.campus.unit
    outcome = make(year, wanted(year, "edit", name="计划财务处", code="JCC", unit_type="office"))

    assert outcome.changes == ["计划财务处：更名，财务处 → 计划财务处", "计划财务处：更换代码，CW → JCC"]
    assert (outcome.foresight.groups, outcome.foresight.new) == ([], 0)
    unit.refresh_from_db()
    assert (unit.name, unit.code) == ("计划财务处", "JCC")
    assert set(unit.aliases.values_list("name", "kind")) == {("财务处", "former"), ("CW", "code")}
    entry = AuditEntry.objects.get(act="organisation.change")
    assert entry.about == f"registers.unit:{unit.pk}"
    assert entry.detail == {"act": "edit", "on": "2026-09-15", "changes": 2, "sheets": 0}
    kept = OrganisationChange.objects.filter(unit=unit).values_list("kind", "by", "on")
    assert set(kept) == {(kind, year.campus.registrar.pk, year.clock.today) for kind in ("renamed", "recoded")}


def test_preview_leaves_no_trace(year):
    before = list(Unit.objects.order_by("pk").values())
    counts = [model.objects.count() for model in (OrganisationChange, AuditEntry, Submission)]
    change = wanted(year, "merge", into=year.campus.office_unit.pk)
    outcome = reorganising.foresee(change, actor=year.actor(year.campus.registrar), at=year.clock.now)

    assert outcome.foresight.groups
    assert list(Unit.objects.order_by("pk").values()) == before
    assert [model.objects.count() for model in (OrganisationChange, AuditEntry, Submission)] == counts


def moved_under(year):
    """Leave the unit without a liaison, and return the one of another unit, and the change that moves it below that."""
    campus = year.campus
    Appointment.objects.filter(user=campus.liaison).update(until=year.clock.today)
    deputy = make_person("丙三", campus.other_unit)
    appoint(deputy, campus.other_unit, "liaison")
    asked = {"name": campus.unit.name, "code": campus.unit.code, "unit_type": "office", "parent": campus.other_unit.pk}
    return deputy, wanted(year, "edit", **asked)


def test_unit_that_moves_takes_its_vacancies_to_the_leaders_of_its_new_place(year):
    campus, (deputy, change) = year.campus, moved_under(year)
    outcome = make(year, change)

    sheets = Submission.objects.filter(unit=campus.unit, person=None, state__in=UNFINISHED).count()
    assert {(group.kind, len(group.rows)) for group in outcome.foresight.groups} == {("passes", sheets)}
    assert said(outcome) == {f"{sheets} 张表将由联络员丙三办理（现无人办理）"}
    assert can(year.actor(deputy), "fill", year.sheet("unit-search"))


REFUSED = [
    ("edit", {"name": "招生就业处"}, "name", "已是“招生就业处”（ZS）的名称或别名"),
    ("edit", {"code": "zs"}, "code", "单位代码 zs 已由“招生就业处”使用"),
    ("edit", {"code": "C W"}, "code", "单位代码由字母、数字"),
    ("edit", {"name": "财务处"}, "", "没有任何改动"),
    ("edit", {"parent": "self"}, "parent", "是“财务处”本身或其下级"),
    ("child", {"name": "出纳科", "code": "CW", "unit_type": "section"}, "code", "已由“财务处”使用"),
    ("merge", {"into": "self"}, "into", "本身或其下级，不能并入"),
    ("close", {}, "", "还有 6 名在用人员"),
    ("divide", {"name": "结算中心", "code": "JS1", "unit_type": "office", "posts": []}, "posts", "至少选择一个"),
]


def test_change_that_cannot_be_made_says_why(year):
    for act, asked, field, words in REFUSED:
        values = {name: year.campus.unit.pk if value == "self" else value for name, value in asked.items()}
        sentence, where = refused(year, wanted(year, act, **values))
        assert (words in sentence, where) == (True, field), sentence
    assert not OrganisationChange.objects.exists()


def test_registrar_of_a_part_changes_nothing_elsewhere(year):
    campus = year.campus
    keeper = make_person("庚二", campus.other_unit)
    appoint(keeper, campus.other_unit, "registrar")
    change = wanted(year, "edit", name="别处")
    into_mine = Wanted("merge", campus.other_unit, {"into": campus.unit.pk}, year.clock.today)
    for one in (change, into_mine):
        with pytest.raises(NotAllowed):
            reorganising.foresee(one, actor=year.actor(keeper), at=year.clock.now)


def test_code_of_a_closed_unit_serves_again(year):
    campus = year.campus
    make(year, wanted(year, "child", campus.root, name="旧部门", code="OLD", unit_type="office"))
    old = Unit.objects.get(code="OLD")
    make(year, wanted(year, "close", old))
    make(year, wanted(year, "child", campus.root, name="新部门", code="OLD", unit_type="office"))

    old.refresh_from_db()
    assert is_closed(old, year.clock.today)
    assert Unit.objects.get(code="OLD").name == "新部门"
    assert old.code == "OLD-1"


# -- several units ---------------------------------------------------------------------------------------------
@pytest.fixture
def reviewed(year):
    """A filed point of the clerk's post, and the sheet of another year's work in review."""
    year.searched(point("甲"))
    return year


def test_merged_unit_s_people_posts_points_and_sheets_go_along(reviewed):
    year, campus = reviewed, reviewed.campus
    before = RiskPoint.objects.open().get(post=campus.post)
    year.at("09-16")
    outcome = make(year, wanted(year, "merge", into=campus.other_unit.pk))

    campus.unit.refresh_from_db()
    assert is_closed(campus.unit, year.clock.today)
    assert campus.unit.parent == campus.other_unit
    assert set(User.objects.filter(unit=campus.other_unit)) >= {campus.clerk, campus.head}
    assert Post.objects.get(pk=campus.post.pk).unit == campus.other_unit
    assert Incumbency.objects.in_force(year.clock.today).get(post=campus.post).user == campus.clerk
    assert {"财务处", "CW"} <= set(campus.other_unit.aliases.values_list("name", flat=True))
    now = RiskPoint.objects.open().get(post=campus.post)
    assert (now.pk, now.unit, now.in_force_from) == (before.pk, campus.other_unit, year.clock.today)
    then = now.base
    assert (then.unit, then.in_force_from, then.in_force_until) == (
        campus.unit,
        before.in_force_from,
        year.clock.today,
    )
    assert not Appointment.objects.in_force(year.clock.today).filter(unit=campus.unit).exists()
    assert any("停办（单位已撤销）" in words for words in said(outcome))
    assert any("并入（" in words and "个风险点" in words for words in outcome.changes)


def test_divided_unit_s_new_part_takes_part_and_keeps_its_sheets(year):
    campus, sheet = year.campus, year.sheet("personal-search")
    asked = {"name": "结算中心", "code": "JSZX", "unit_type": "office", "posts": [campus.post.pk]}
    outcome = make(year, wanted(year, "divide", **asked))

    new = Unit.objects.get(code="JSZX")
    assert Enrolment.objects.filter(campaign=year.campaign, unit=new).exists()
    campus.clerk.refresh_from_db()
    assert campus.clerk.unit == new
    campus.colleague.refresh_from_db()
    assert campus.colleague.unit == campus.unit
    sheet = year.again(sheet)
    assert (sheet.unit, sheet.state) == (new, "open")
    assert not any("停办" in words for words in said(outcome)), said(outcome)


def test_whoever_keeps_a_post_in_the_old_unit_stays_there(year):
    campus = year.campus
    kept = make_post(campus.unit, "兼任", campus.clerk)
    asked = {"name": "结算中心", "code": "JSZX", "unit_type": "office", "posts": [campus.post.pk]}
    make(year, wanted(year, "divide", **asked))

    campus.clerk.refresh_from_db()
    assert (campus.clerk.unit, Post.objects.get(pk=kept.pk).unit) == (campus.unit, campus.unit)
    assert Post.objects.get(pk=campus.post.pk).unit.code == "JSZX"


def test_change_is_refused_when_what_follows_is_another_by_now(year):
    campus, actor = year.campus, year.actor(year.campus.registrar)
    deputy, change = moved_under(year)
    seen = reorganising.foresee(change, actor=actor, at=year.clock.now).digest
    User.objects.filter(pk=deputy.pk).update(is_active=False)

    with pytest.raises(Stale):
        reorganising.make(change, seen=seen, actor=actor, at=year.clock.now)
    campus.unit.refresh_from_db()
    assert campus.unit.parent == campus.root


# -- a later day -----------------------------------------------------------------------------------------------
def test_planned_change_is_made_on_its_day_and_once(year):
    unit, later = year.campus.unit, year.at("09-20").date()
    year.at("09-15")
    make(year, wanted(year, "edit", on=later, name="计财处"))
    planned = PlannedChange.objects.get()
    unit.refresh_from_db()
    assert unit.name == "财务处"
    assert planned.words == "计财处：更名，财务处 → 计财处"

    year.at("09-19")
    assert reorganising.make_due(at=year.clock.now) == 0
    at = year.at("09-20", hour=8)
    sweeping.each_hour(at=at)
    assert reorganising.make_due(at=at) == 0
    unit.refresh_from_db()
    assert unit.name == "计财处"
    assert OrganisationChange.objects.get(kind="renamed").on == later
    assert AuditEntry.objects.filter(act="organisation.change").count() == 1


def test_planned_change_that_cannot_be_made_any_more_keeps_the_reason(year):
    later = year.at("09-20").date()
    year.at("09-15")
    make(year, wanted(year, "edit", on=later, name="计财处"))
    Unit.objects.filter(pk=year.campus.other_unit.pk).update(name="计财处")
    year.at("09-20")

    assert reorganising.make_due(at=year.clock.now) == 0
    planned = PlannedChange.objects.get()
    assert "已是“计财处”（ZS）的名称" in planned.refused
    dropping.drop(planned.pk, actor=year.actor(year.campus.registrar), at=year.clock.now)
    with pytest.raises(Refused):
        dropping.drop(planned.pk, actor=year.actor(year.campus.registrar), at=year.clock.now)


# -- posts -----------------------------------------------------------------------------------------------------
def test_post_that_changes_hands_passes_its_sheets_on(year):
    campus, successor = year.campus, make_person("接任", year.campus.unit)
    running = Submission.objects.filter(post=campus.post, state__in=UNFINISHED).count()
    assert running
    outcome = make(year, wanted(year, "post_take", post=campus.post.pk, user=successor.pk, until="", beside=False))

    assert f"{running} 张表将停办（离任：已不担任该岗位）" in said(outcome)
    assert outcome.foresight.new == Submission.objects.filter(post=campus.post, person=successor).count() > 0
    held = Incumbency.objects.in_force(year.clock.today).get(post=campus.post)
    assert held.user == successor
    assert year.sheet("personal-search", successor).state == "open"


def test_post_keeps_its_duties_whole_and_its_history(year):
    post = year.campus.post
    asked = {
        "post": post.pk,
        "name": "会计核算",
        "is_key_post": True,
        "kind": "management",
        "backup": year.campus.colleague.pk,
        "duties": ["办理会计核算", "长" * 300],
    }
    outcome = make(year, wanted(year, "post_edit", **asked))

    post.refresh_from_db()
    assert (post.is_key_post, post.kind, post.backup) == (True, "management", year.campus.colleague)
    assert list(post.duties.values_list("text", flat=True)) == ["办理会计核算", "长" * 300]
    assert "会计核算：修改岗位（岗位类别），管理岗位" in outcome.changes
    sentence, field = refused(year, wanted(year, "post_edit", **asked | {"duties": ["长" * 301]}))
    assert (field, "有 301 个字" in sentence) == ("duties", True)


def test_more_holders_than_places_are_warned_of_and_not_refused(year):
    post, fellow = year.campus.post, make_person("同任", year.campus.unit)
    Post.objects.filter(pk=post.pk).update(authorised=1)
    outcome = make(year, wanted(year, "post_take", post=post.pk, user=fellow.pk, until="", beside=True))
    assert outcome.warnings == (f"{post}：核定职数 1，办理后任职 2 人，超编 1。可以办理，请核对。",)
    desk = Plain(year.campus.registrar)
    for address in (
        reverse("post_detail", args=[post.code]),
        reverse("unit_detail", args=["CW"]),
        reverse("post_desk"),
    ):
        assert "超编 1" in desk.go(address).words
    outcome = make(year, wanted(year, "post_leave", post=post.pk, user=fellow.pk))
    assert outcome.warnings == ()


def test_closed_post_s_sheets_stop(year):
    outcome = make(year, wanted(year, "post_close", post=year.campus.post.pk))
    assert any("停办" in words for words in said(outcome))
    assert year.sheet("personal-search").state == "cancelled"


# -- any tree, any change --------------------------------------------------------------------------------------
changes = st.tuples(
    st.sampled_from(["edit", "merge", "divide", "close", "post_take", "post_leave", "post_close"]),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 6),
)


def drawn(change, people, root):
    """Return the change that hypothesis drew, of the world that it drew, as one that can be made wherever there is one."""
    act, one, two, who = change
    units, posts = list(Unit.objects.exclude(pk=root.pk).order_by("pk")), list(Post.objects.order_by("pk"))
    unit, post = units[one % len(units)], posts[two % len(posts)]
    others = [other for other in (root, *units) if other not in unit.subtree() and other.pk != unit.parent_id]
    other = others[two % len(others)] if others else root
    if act == "edit":
        return Wanted(act, unit, {"name": unit.name, "parent": other.pk}, ON)
    if act == "merge":
        return Wanted(act, unit, {"into": (unit.parent if two % 2 else other).pk}, ON)
    if act == "divide" and post.unit.parent_id is not None:
        return Wanted(act, post.unit, {"name": "新", "code": "N", "unit_type": "section", "posts": [post.pk]}, ON)
    if act == "close":
        User.objects.filter(unit=unit).update(unit=root)
        return Wanted(act, unit, {}, ON)
    taken = {"user": people[who].pk, "until": "", "beside": bool(one % 2)}
    asked = {"post": post.pk, "user": None} | (taken if act == "post_take" else {})
    return Wanted("post_leave" if act == "divide" else act, post.unit, asked, ON)


def at_rest(year):
    """Let all units take part, and follow what a random world leaves to be followed."""
    units = Unit.objects.filter(pk__in=year.institution.subtree().values("pk"))
    Enrolment.objects.bulk_create(Enrolment(campaign=year, unit=unit, enrolled_on=ON) for unit in units)
    staffing.follow(at=AT)


@settings(max_examples=80 if LONG else 6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(world=worlds(), change=changes)
def test_preview_says_of_every_sheet_what_then_happens(campaign, world, change):  # noqa: F811 (the fixture)
    with transaction.atomic():
        people, _ = build(world, campaign)
        keeper = make_person("管理员", campaign.institution)
        appoint(keeper, campaign.institution, "registrar")
        actor = Actor(keeper, on=ON)
        at_rest(campaign)
        asked = drawn(change, people, campaign.institution)
        try:
            foreseen = reorganising.foresee(asked, actor=actor, at=AT)
        except Refused:
            foreseen = None
        before = observed()
        if foreseen is None:
            with pytest.raises(Refused), transaction.atomic():
                reorganising.make(asked, seen="", actor=actor, at=AT)
            assert observed() == before
        else:
            reorganising.make(asked, seen=foreseen.digest, actor=actor, at=AT)
            hold(foreseen.foresight, before)
        transaction.set_rollback(True)
