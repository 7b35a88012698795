"""Who is what on which day, and who may read what is on record."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import models

from registers import access, audit
from registers.actors import Actor
from registers.models import (
    Appointment,
    AuditEntry,
    ControlMeasure,
    GroupMember,
    Incumbency,
    LeadingGroup,
    PostGrade,
    PowerItem,
    RiskCategory,
    RiskPoint,
    Unit,
    User,
)
from tests.factories import appoint, make_person, make_post

pytestmark = pytest.mark.database("sqlite", "postgresql")

ON = date(2026, 9, 15)


# --- The actor ------------------------------------------------------------------------------------------


def test_role_holds_from_its_first_day_until_the_day_before_its_end(campus):
    Appointment.objects.filter(user=campus.head).update(since=date(2026, 3, 1), until=date(2026, 9, 1))

    held = {
        day: Actor(campus.head, on=day).holds("unit_head", campus.unit.pk)
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 8, 31), date(2026, 9, 1))
    }
    assert list(held.values()) == [False, True, True, False]


def test_role_covers_the_units_below_and_not_those_beside(campus):
    section = Unit.objects.create(code="CW1", name="出纳科", unit_type="section", parent=campus.unit)

    head = campus.actor(campus.head)

    assert head.unit_ids("unit_head") == {campus.unit.pk, section.pk}
    assert head.own_unit_ids("unit_head") == {campus.unit.pk}
    assert head.holds("unit_head", campus.other_unit.pk) is False


def test_seat_in_a_group_counts_once_the_group_is_filed(campus):
    group = LeadingGroup.objects.create(unit=campus.other_unit)
    GroupMember.objects.create(group=group, user=campus.clerk, seat="member")
    assert campus.actor(campus.clerk).has("group_member") is False

    LeadingGroup.objects.filter(pk=group.pk).update(since=ON)

    assert campus.actor(campus.clerk).has("group_member") is True
    assert Actor(campus.clerk, on=ON - timedelta(days=1)).has("group_member") is False


def test_seat_says_which(campus):
    assert {grant.seat for grant in campus.actor(campus.deputy).grants if grant.role == "group_member"} == {"deputy"}


@pytest.mark.parametrize("who", ["nobody", "anonymous", "dismissed"])
def test_somebody_without_account_is_nobody(campus, who):
    campus.head.is_active = False
    actor = Actor({"nobody": None, "anonymous": AnonymousUser(), "dismissed": campus.head}[who], on=ON)

    assert (actor.is_authenticated, actor.user_id, actor.grants, actor.posts, actor.home_unit_ids) == (
        False,
        None,
        [],
        [],
        set(),
    )


def test_home_is_where_the_person_is_employed_and_where_his_posts_are(campus):
    make_post(campus.other_unit, "兼职", campus.clerk)

    assert campus.actor(campus.clerk).home_unit_ids == {campus.unit.pk, campus.other_unit.pk}
    assert campus.actor(campus.office).home_unit_ids == {campus.office_unit.pk}


def test_actor_is_read_once(campus, django_assert_num_queries):
    actor = campus.actor(campus.head)

    with django_assert_num_queries(2):  # roles, seats and posts; the unit tree
        for _ in range(3):
            assert actor.holds("unit_head", campus.unit.pk)
            assert actor.has("group_member")


# --- The mechanism --------------------------------------------------------------------------------------


def test_model_without_policy_is_an_error_and_not_an_open_door():
    class Stray(models.Model):  # noqa: DJ008 (never shown)
        class Meta:
            app_label = "stray"

    with pytest.raises(access.NoPolicy):
        access.policy_of(Stray)


def test_undefined_action_is_an_error_and_not_a_yes(campus):
    with pytest.raises(AttributeError):
        access.can(campus.actor(campus.registrar), "burn", campus.unit)


def test_policy_that_says_nothing_shows_nothing(campus):
    assert list(access.Policy().visible(Unit.objects.all(), campus.actor(campus.registrar))) == []
    assert list(access.Policy().listed(Unit.objects.all(), campus.actor(campus.registrar))) == []


def test_refusal_carries_its_sentence(campus):
    with pytest.raises(access.NotAllowed) as refused:
        access.require(campus.actor(campus.clerk), "manage", campus.unit)

    assert (refused.value.reason, refused.value.action, refused.value.about) == (
        "只有管理员可以维护单位信息。",
        "manage",
        f"registers.unit:{campus.unit.pk}",
    )
    assert access.require(campus.actor(campus.registrar), "manage", campus.unit) is None


# --- Who reads the register -----------------------------------------------------------------------------

PEOPLE = [
    "clerk",
    "colleague",
    "liaison",
    "member",
    "deputy",
    "head",
    "other_head",
    "leader",
    "office",
    "chair",
    "registrar",
    "sys_admin",
    "auditor",
]
UNIT_SIDE = {"liaison", "member", "deputy", "head"}
SCHOOL_SIDE = {"leader", "office", "chair"}


@pytest.fixture
def register(campus):
    """One of each: personal points of grade 1, of grade 3 and ungraded, a unit point, a point nobody has filed; a measure each."""
    grades = {grade.rank: grade for grade in campus.scheme.grades.all()}
    category = RiskCategory.objects.get(scheme=campus.scheme, code="process")
    mine = {"level": "personal", "post": campus.post, "holder": campus.clerk, "in_force_from": ON}
    kinds = {
        "grave": {**mine, "final_grade": grades[1]},
        "slight": {**mine, "final_grade": grades[3]},
        "ungraded": mine,
        "unit": {"level": "unit", "final_grade": grades[3], "in_force_from": ON},
        "proposal": {**mine, "in_force_from": None, "final_grade": grades[1]},
    }
    for name, fields in kinds.items():
        point = RiskPoint.objects.create(unit=campus.unit, category=category, content=name, **fields)
        ControlMeasure.objects.create(
            point_series=point.series, unit=campus.unit, stage="prevention", text=name, in_force_from=ON
        )
    return campus


@pytest.mark.parametrize("who", PEOPLE)
def test_register_is_read_by_those_who_answer_for_it(register, who):
    seen = set(RiskPoint.objects.visible_to(register.actor(getattr(register, who))).values_list("content", flat=True))

    if who in UNIT_SIDE:
        assert seen == {"grave", "slight", "ungraded", "unit"}
    elif who == "clerk":
        assert seen == {"grave", "slight", "ungraded"}
    elif who in SCHOOL_SIDE:
        assert seen == {"grave", "unit"}  # grade 3 stays with the unit (R1-30)
    else:
        assert seen == set()


@pytest.mark.parametrize("who", PEOPLE)
def test_measures_are_read_with_their_points(register, who):
    actor = register.actor(getattr(register, who))

    points = set(RiskPoint.objects.visible_to(actor).values_list("content", flat=True))
    assert set(ControlMeasure.objects.visible_to(actor).values_list("text", flat=True)) == points


def test_nobody_reads_the_register_without_signing_in(register):
    assert list(RiskPoint.objects.visible_to(Actor(None, on=ON))) == []
    assert list(ControlMeasure.objects.visible_to(Actor(None, on=ON))) == []
    assert list(User.objects.visible_to(Actor(None, on=ON))) == []
    assert list(PowerItem.objects.visible_to(Actor(None, on=ON))) == []


@pytest.mark.parametrize("role", ["sys_admin", "security_admin", "auditor"])
def test_administrator_without_post_reads_nothing_even_with_a_role(register, role):
    admin = make_person("管理", register.unit)
    appoint(admin, register.unit, "liaison")
    assert RiskPoint.objects.visible_to(register.actor(admin)).count() == 4

    appoint(admin, register.root, role)

    assert RiskPoint.objects.visible_to(register.actor(admin)).count() == 0


def test_former_head_reads_nothing_more_and_his_successor_everything(register):
    successor = make_person("丙三", register.unit)
    RiskPoint.objects.filter(holder=register.head).delete()
    LeadingGroup.objects.filter(pk=register.group.pk).update(until=ON)
    Appointment.objects.filter(user=register.head, role="unit_head").update(until=ON)
    appoint(successor, register.unit, "unit_head", since=ON)

    assert RiskPoint.objects.visible_to(register.actor(register.head)).count() == 0
    assert RiskPoint.objects.visible_to(register.actor(successor)).count() == 4
    assert RiskPoint.objects.visible_to(Actor(register.head, on=ON - timedelta(days=1))).count() == 4


def test_power_items_in_force_are_for_every_colleague(campus):
    PowerItem.objects.create(unit=campus.unit, name="在册", in_force_from=ON)
    PowerItem.objects.create(unit=campus.unit, name="提议")

    for who in ("clerk", "other_head", "office"):
        assert [item.name for item in PowerItem.objects.visible_to(campus.actor(getattr(campus, who)))] == ["在册"]


def test_grades_of_posts_are_read_once_they_are_in_force(campus):
    """By who holds the post, though it be of another unit, and by who answers for the unit."""
    settled = PostGrade.objects.create(unit=campus.unit, post=campus.post, in_force_from=ON)
    PostGrade.objects.create(unit=campus.unit, post=campus.head_post)

    for who, seen in (("clerk", [settled]), ("head", [settled]), ("office", [settled]), ("colleague", [])):
        assert list(PostGrade.objects.visible_to(campus.actor(getattr(campus, who)))) == seen


@pytest.mark.parametrize(
    ("who", "seen"), [("liaison", True), ("head", True), ("clerk", False), ("other_head", False), ("office", False)]
)
def test_group_in_the_making_is_known_to_its_unit_only(campus, who, seen):
    draft = LeadingGroup.objects.create(unit=campus.unit)

    visible = set(LeadingGroup.objects.visible_to(campus.actor(getattr(campus, who))))

    assert visible == ({campus.group, draft} if seen else {campus.group})


@pytest.mark.parametrize("who", PEOPLE)
def test_ledger_is_for_those_who_answer_for_the_unit_and_for_the_school(campus, who):
    verdict = access.can(campus.actor(getattr(campus, who)), "view_ledger", campus.unit)

    assert verdict.allowed == (who in UNIT_SIDE | SCHOOL_SIDE)
    assert bool(verdict.reason) != verdict.allowed


@pytest.mark.parametrize("who", PEOPLE)
def test_ledger_is_exported_by_its_readers_and_by_the_registrar(campus, who):
    verdict = access.can(campus.actor(getattr(campus, who)), "export_ledger", campus.unit)
    assert verdict.allowed == (who in UNIT_SIDE | SCHOOL_SIDE | {"registrar"})


def test_audit_chain_is_read_by_the_auditor_and_own_acts_by_their_author(campus):
    audit.append("ledger.export", actor=campus.actor(campus.office))

    def acts(user):
        return list(
            AuditEntry.objects.visible_to(campus.actor(user)).order_by("sequence").values_list("act", flat=True)
        )

    assert acts(campus.auditor) == ["scheme.load", "ledger.export"]
    assert acts(campus.office) == ["ledger.export"]
    assert acts(campus.sys_admin) == []


def test_post_keeps_its_register_when_its_holder_changes(register):
    """A new holder of the post is not the holder of the old point; the unit still reads it."""
    Incumbency.objects.filter(post=register.post).update(until=ON)
    Incumbency.objects.create(post=register.post, user=register.colleague, since=ON)

    assert RiskPoint.objects.visible_to(register.actor(register.head)).count() == 4
    assert RiskPoint.objects.visible_to(register.actor(register.clerk)).count() == 3
