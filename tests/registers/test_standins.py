"""Stand-ins: who may name one, for how long, and what he may then do."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from registers import standins
from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.leaders import Leaders
from registers.models import Appointment, AuditEntry
from registers.refusals import Refused
from tests.factories import START, appoint, make_person, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
TODAY, LAST = date(2026, 9, 15), date(2026, 9, 30)
AT = moment("2026-09-15 10:00")


def set_up(campus, *, by=None, roles=None, to=None, since=TODAY, last=LAST, note="外出学习", at=AT):
    roles = roles or list(standins.roles_of(campus.head, on=TODAY))
    return standins.set_up(
        [row.pk for row in roles],
        to=to or campus.colleague,
        since=since,
        last=last,
        note=note,
        actor=Actor(by or campus.head, on=TODAY),
        at=at,
    )


def heads(campus, on):
    return sorted(
        Appointment.objects.in_force(on)
        .filter(role="unit_head", unit=campus.unit)
        .values_list("user__number", flat=True)
    )


def test_stand_in_holds_the_role_from_the_first_day_to_the_last(campus):
    [row] = set_up(campus, since=date(2026, 9, 20))

    assert (row.role, row.unit, row.acting_for, row.until) == ("unit_head", campus.unit, campus.head, date(2026, 10, 1))
    assert heads(campus, date(2026, 9, 19)) == ["head"]
    assert heads(campus, date(2026, 9, 20)) == ["colleague", "head"]
    assert heads(campus, LAST) == ["colleague", "head"]
    assert heads(campus, date(2026, 10, 1)) == ["head"]
    assert not Actor(campus.colleague, on=date(2026, 10, 1)).grants
    [grant] = Actor(campus.colleague, on=LAST).grants
    assert (grant.label, Actor(campus.colleague, on=LAST).stands_in_for) == ("单位负责人（代丙一）", {campus.head.pk})
    entry = AuditEntry.objects.get(act="standin.set_up")
    assert entry.detail["for"] == campus.head.pk


def test_stand_in_s_power_ends_with_his_principal_s(campus):
    set_up(campus)
    Appointment.objects.filter(user=campus.head, acting_for=None).update(until=date(2026, 9, 20))
    assert heads(campus, date(2026, 9, 19)) == ["colleague", "head"]
    assert heads(campus, date(2026, 9, 20)) == []


def test_it_is_known_for_whom_one_acts(campus):
    set_up(campus)
    actor = Actor(campus.colleague, on=TODAY)
    assert actor.on_behalf_of("unit_head", campus.unit.pk) == campus.head.pk
    assert actor.on_behalf_of("liaison", campus.unit.pk) is None
    assert Actor(campus.head, on=TODAY).on_behalf_of("unit_head", campus.unit.pk) is None
    appoint(campus.colleague, campus.root, "unit_head")  # the school's head: the unit's own is nearer
    assert Actor(campus.colleague, on=TODAY).on_behalf_of("unit_head", campus.unit.pk) == campus.head.pk
    assert Actor(campus.colleague, on=TODAY).on_behalf_of("unit_head", campus.other_unit.pk) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"since": date(2026, 9, 14)}, "since"),
        ({"last": date(2026, 9, 14)}, "last"),
        ({"last": date(2027, 3, 14)}, "last"),  # 181 days
        ({"last": date.max}, "last"),
        ({"note": " "}, "note"),
    ],
)
def test_stand_in_is_refused_with_the_field_to_change(campus, change, field):
    with pytest.raises(Refused) as refused:
        set_up(campus, **change)
    assert refused.value.field == field
    assert Appointment.objects.in_own_right().count() == Appointment.objects.count()


def test_half_a_year_is_the_longest(campus):
    [row] = set_up(campus, last=date(2027, 3, 13))
    assert (row.until - row.since).days == 180


def test_nobody_stands_in_for_himself_nor_an_administrator_for_anybody(campus):
    for to in (campus.head, campus.sys_admin, campus.auditor):
        with pytest.raises(Refused) as refused:
            set_up(campus, to=to)
        assert refused.value.field == "number"
    left = make_person("离职", campus.unit, is_active=False)
    with pytest.raises(Refused):
        set_up(campus, to=left)


def test_administrators_roles_are_not_exercised_by_others(campus):
    assert not standins.roles_of(campus.auditor, on=TODAY)
    row = Appointment.objects.get(user=campus.auditor)
    with pytest.raises(NotAllowed, match="不能委托"):
        set_up(campus, by=campus.auditor, roles=[row])
    with pytest.raises(NotAllowed, match="不能委托"):
        set_up(campus, by=campus.registrar, roles=[row])
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            user=campus.clerk, unit=campus.root, role="auditor", since=TODAY, until=LAST, acting_for=campus.auditor
        )


def test_power_is_not_delegated_on(campus):
    [row] = set_up(campus)
    assert not standins.roles_of(campus.colleague, on=TODAY)
    with pytest.raises(NotAllowed, match="不能再委托"):
        set_up(campus, by=campus.colleague, roles=[row], to=campus.clerk)


@pytest.mark.parametrize("who", ["clerk", "colleague", "leader", "office", "other_head", "sys_admin", "auditor"])
def test_nobody_names_a_stand_in_for_another(campus, who):
    with pytest.raises(NotAllowed):
        set_up(campus, by=getattr(campus, who), to=campus.member)


def test_registrar_names_one_but_not_himself(campus):
    with pytest.raises(Refused, match="不能为自己设立"):
        set_up(campus, by=campus.registrar, to=campus.registrar)
    assert set_up(campus, by=campus.registrar)


def test_two_stand_ins_for_one_role_do_not_overlap(campus):
    set_up(campus)
    with pytest.raises(Refused, match="已由甲二代理"):
        set_up(campus, to=campus.clerk, since=LAST, last=date(2026, 10, 5))
    assert set_up(campus, to=campus.clerk, since=date(2026, 10, 1), last=date(2026, 10, 5))


def test_who_holds_the_role_anyway_is_no_stand_in(campus):
    second = make_person("戊二", campus.office_unit)
    appoint(second, campus.root, "office")
    with pytest.raises(Refused, match="本人就担任"):
        set_up(campus, by=campus.office, roles=list(standins.roles_of(campus.office, on=TODAY)), to=second)


def test_time_must_lie_within_the_principal_s_own(campus):
    Appointment.objects.filter(user=campus.head, role="unit_head").update(until=date(2026, 9, 25))
    with pytest.raises(Refused, match="任期不包含"):
        set_up(campus)


def test_stand_in_ends_early_at_once_and_one_that_has_not_begun_never_begins(campus):
    [row] = set_up(campus)
    [coming] = set_up(campus, to=campus.clerk, since=date(2026, 11, 1), last=date(2026, 11, 5))
    for who in (campus.clerk, campus.leader, campus.auditor):
        assert not can(Actor(who, on=TODAY), "end_standin", row)

    standins.end(row.pk, actor=Actor(campus.colleague, on=TODAY), at=AT)
    standins.end(coming.pk, actor=Actor(campus.registrar, on=TODAY), at=AT)

    assert heads(campus, TODAY) == heads(campus, date(2026, 11, 3)) == ["head"]
    with pytest.raises(NotAllowed, match="已经结束"):
        standins.end(row.pk, actor=Actor(campus.head, on=TODAY), at=AT)
    with pytest.raises(NotAllowed, match="已经结束"):
        standins.end(coming.pk, actor=Actor(campus.head, on=TODAY), at=AT)
    own = Appointment.objects.get(user=campus.head)
    assert not can(Actor(campus.head, on=TODAY), "end_standin", own)


def test_database_demands_an_end_and_another_person(campus):
    for wrong in ({"user": campus.clerk, "until": None}, {"user": campus.head, "until": LAST}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.create(unit=campus.unit, role="unit_head", since=START, acting_for=campus.head, **wrong)


def test_unit_page_names_both_and_the_ledger_the_leader_himself(campus, client):
    set_up(campus)
    set_up(campus, by=campus.leader, roles=list(standins.roles_of(campus.leader, on=TODAY)), to=campus.member)
    client.force_login(campus.clerk, backend="registers.sessions.People")
    Appointment.objects.update(since=START)  # in force whatever day it is
    Appointment.objects.filter(acting_for__isnull=False).update(until=date(2099, 1, 1))
    assert "丙一、甲二（代丙一）" in client.get(f"/units/{campus.unit.code}/").content.decode()
    assert "丙一、甲二（代）" in client.get("/units/").content.decode()
    assert Leaders(TODAY).name_of(campus.unit.pk) == "丁一"
