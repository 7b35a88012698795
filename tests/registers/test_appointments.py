"""Roles: who appoints whom, from when until when, and that the three administrators stay apart."""

from datetime import date

import pytest

from registers import appointments, domains, staff
from registers.access import NotAllowed, can
from registers.actors import ADMINISTRATORS, ROLE_LABELS, Actor
from registers.models import Appointment, AuditEntry, Incumbency, User
from registers.policies import APPOINTS, GUARDED
from registers.refusals import Refused, Stale
from tests.factories import appoint, make_person, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
TODAY, LATER, AT = date(2026, 9, 15), date(2026, 12, 1), moment("2026-09-15 10:00")
ROLES = list(Appointment.Role.values)


@pytest.fixture
def admins(campus):
    """The people who appoint: role → actor."""
    appoint(make_person("安一", campus.root, number="security"), campus.root, "security_admin")
    people = {"registrar": "registrar", "sys_admin": "sys_admin", "security_admin": "security"}
    return {role: Actor(User.objects.get(number=number), on=TODAY) for role, number in people.items()}


def given(actor, person, role, unit, **more):
    values = {"since": TODAY, "last": None, "seat": ""} | more
    return appointments.appoint(person.pk, role=role, units=[unit.pk], actor=actor, at=AT, **values)


def test_every_role_is_given_by_exactly_one_and_nobody_gives_his_own():
    assert sorted(role for roles in APPOINTS.values() for role in roles) == sorted(ROLES)
    assert not [by for by, roles in APPOINTS.items() if by in roles]
    assert set(GUARDED) == {*ADMINISTRATORS, "registrar", "discipline"}


@pytest.mark.parametrize("role", ROLES)
def test_role_is_given_and_ended_by_whom_the_table_says_and_by_nobody_else(campus, admins, role):
    person = make_person("新一", campus.root)
    for by, actor in admins.items():
        if role in APPOINTS[by]:
            [row] = given(actor, person, role, campus.root)
            appointments.dismiss(row.pk, last=TODAY, actor=actor, at=AT)
            row.refresh_from_db()
            assert (row.until, ROLE_LABELS[role]) == (date(2026, 9, 16), row.get_role_display())
            assert list(person.appointments.in_force(TODAY)) == [row]
        else:
            with pytest.raises(NotAllowed, match="任免"):
                given(actor, person, role, campus.root)
    acts = AuditEntry.objects.filter(act__startswith="role.").order_by("sequence").values_list("act", flat=True)
    assert list(acts) == ["role.appoint", "role.dismiss"]


def test_nobody_appoints_himself_or_beyond_his_units(campus, admins):
    with pytest.raises(NotAllowed, match="自己"):
        given(admins["registrar"], campus.registrar, "liaison", campus.unit)
    branch = make_person("分一", campus.unit)
    appoint(branch, campus.unit, "registrar")
    with pytest.raises(NotAllowed, match="不在您管理"):
        given(Actor(branch, on=TODAY), campus.clerk, "liaison", campus.other_unit)


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_three_administrators_are_nothing_else_at_the_same_time(campus, admins, role):
    by = next(admins[by] for by, roles in APPOINTS.items() if role in roles)
    with pytest.raises(Refused, match="不能兼任"):
        given(by, campus.head, role, campus.root)
    given(by, campus.clerk, role, campus.root, since=LATER)
    with pytest.raises(Refused, match="不能兼任"):
        given(admins["registrar"], campus.clerk, "liaison", campus.unit)
    given(admins["registrar"], campus.clerk, "liaison", campus.unit, last=date(2026, 11, 30))


def test_administrator_has_no_domain_and_who_has_one_becomes_none(campus, admins):
    term = {"since": TODAY, "last": None, "actor": admins["registrar"], "at": AT}
    with pytest.raises(Refused, match="不能兼任"):
        domains.take(campus.auditor.pk, domains=["finance"], **term)
    [charge] = domains.take(campus.clerk.pk, domains=["finance"], **term)
    with pytest.raises(Refused, match="有分管领域"):
        given(admins["security_admin"], campus.clerk, "auditor", campus.root)
    with pytest.raises(NotAllowed):
        domains.end(charge.pk, last=TODAY, actor=admins["sys_admin"], at=AT)
    domains.end(charge.pk, last=TODAY, actor=admins["registrar"], at=AT)
    given(admins["security_admin"], campus.clerk, "auditor", campus.root, since=LATER)


def test_last_administrator_who_can_appoint_stays(campus, admins):
    only = Appointment.objects.get(role="sys_admin")
    with pytest.raises(Refused, match="唯一的系统管理员"):
        appointments.dismiss(only.pk, last=TODAY, actor=admins["security_admin"], at=AT)
    given(admins["security_admin"], campus.clerk, "sys_admin", campus.root)
    assert appointments.dismiss(only.pk, last=TODAY, actor=admins["security_admin"], at=AT).until


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"last": date(2026, 9, 14)}, "不能早于任职日期"),
        ({"seat": "leader"}, "没有这个席位"),
        ({"role": "office"}, "单位请选学校"),
        ({"person": "liaison"}, "已担任财务处的联络员"),
        ({"person": "gone"}, "已停用"),
    ],
)
def test_appointment_that_cannot_be_is_refused_in_words(campus, admins, more, said):
    User.objects.create(number="gone", name="离一", unit=campus.unit, is_active=False)
    person = User.objects.get(number=more.pop("person", "colleague"))
    role = more.pop("role", "liaison")
    before = Appointment.objects.count()
    with pytest.raises(Refused, match=said):
        given(admins["registrar"], person, role, campus.unit, **more)
    assert Appointment.objects.count() == before


def test_portfolio_of_a_leader_is_given_at_once_or_not_at_all(campus, admins):
    units = [campus.unit, campus.other_unit, campus.office_unit]
    who = {"role": "leader_in_charge", "since": TODAY, "last": None, "seat": "", "at": AT}
    appoint(campus.chair, campus.office_unit, "leader_in_charge")
    with pytest.raises(Refused, match="监察审计处"):
        appointments.appoint(campus.chair.pk, units=[unit.pk for unit in units], actor=admins["registrar"], **who)
    assert Actor(campus.chair, on=TODAY).own_unit_ids("leader_in_charge") == {campus.office_unit.pk}
    appointments.appoint(campus.chair.pk, units=[unit.pk for unit in units[:2]], actor=admins["registrar"], **who)
    assert Actor(campus.chair, on=TODAY).own_unit_ids("leader_in_charge") == {unit.pk for unit in units}


def test_one_who_has_not_begun_never_begins(campus, admins):
    [row] = given(admins["registrar"], campus.clerk, "liaison", campus.unit, since=LATER)
    appointments.dismiss(row.pk, last=TODAY, actor=admins["registrar"], at=AT)
    assert not Appointment.objects.in_force(LATER).filter(pk=row.pk).exists()
    with pytest.raises(Refused, match="已经结束"):
        appointments.dismiss(row.pk, last=TODAY, actor=admins["registrar"], at=AT)


# --- People -----------------------------------------------------------------------------------------------


def values(**more):
    known = dict.fromkeys(staff.FIELDS, "") | {
        "number": "D1",
        "name": "重一",
        "is_party_member": False,
        "joined_on": None,
    }
    return known | more


def test_person_is_added_changed_moved_and_leaves_with_a_history(campus, admins):
    actor = admins["registrar"]
    person = staff.add(values(name="单于丹"), unit=campus.unit, actor=actor, at=AT)
    assert (person.sort_key, person.has_usable_password()) == ("chan yu dan", False)
    seen = staff.seen_digest(person)
    staff.change(person.pk, values(name="单于丹", sort_key="shan yu dan"), seen=seen, actor=actor, at=AT)
    with pytest.raises(Stale, match="刚被他人修改"):
        staff.change(person.pk, values(), seen=seen, actor=actor, at=AT)
    given(actor, person, "liaison", campus.unit)
    staff.transfer(person.pk, campus.other_unit, on=TODAY, actor=actor, at=AT)
    assert not person.appointments.in_force(TODAY).exists()
    staff.leave(person.pk, on=TODAY, actor=actor, at=AT)
    person.refresh_from_db()
    assert (person.is_active, person.left_on, person.unit) == (False, TODAY, campus.other_unit)
    staff.enable(person.pk, actor=actor, at=AT)

    acts = [(event.act, event.by, event.what) for event in reversed(staff.history(person))]
    assert acts == [
        ("新增人员", "庚一", "财务处"),
        ("修改人员信息", "庚一", "排序拼音"),
        ("任职", "庚一", "财务处联络员，2026-09-15 起"),
        ("调动", "庚一", "财务处 → 招生就业处，自 2026-09-15 起"),
        ("离岗", "庚一", "自 2026-09-15 起"),
        ("启用账号", "庚一", ""),
    ]


def test_whoever_leaves_holds_nothing_and_disabled_keeps_everything(campus, admins):
    staff.disable(campus.head.pk, actor=admins["registrar"], at=AT)
    assert campus.head.appointments.in_force(TODAY).exists()
    staff.enable(campus.head.pk, actor=admins["registrar"], at=AT)
    staff.leave(campus.head.pk, on=TODAY, actor=admins["registrar"], at=AT)
    assert not campus.head.appointments.in_force(TODAY).exists()
    assert not Incumbency.objects.in_force(TODAY).filter(user=campus.head).exists()


def test_account_of_an_administrator_is_touched_by_whom_appoints_him_only(campus, admins):
    holders = {row.role: row.user for row in Appointment.objects.in_force(TODAY).filter(role__in=GUARDED)}
    assert set(holders) == {"registrar", *ADMINISTRATORS}
    for role, person in holders.items():
        for by, actor in admins.items():
            allowed = role in APPOINTS[by]
            assert bool(can(actor, "give_password", person)) == allowed, (by, role)
    with pytest.raises(NotAllowed, match="先由安全管理员免去"):
        staff.leave(campus.auditor.pk, on=TODAY, actor=admins["registrar"], at=AT)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda campus, how: staff.add(values(number="CLERK"), unit=campus.unit, **how), "工号 clerk 已是甲一的"),
        (lambda campus, how: staff.leave(campus.clerk.pk, on=LATER, **how), "不能晚于今天"),
        (lambda campus, how: staff.transfer(campus.clerk.pk, campus.unit, on=TODAY, **how), "已在财务处"),
        (lambda campus, how: staff.enable(campus.clerk.pk, **how), "正在使用"),
    ],
)
def test_change_of_a_person_that_cannot_be_is_refused_in_words(campus, admins, act, said):
    with pytest.raises(Refused, match=said):
        act(campus, {"actor": admins["registrar"], "at": AT})
