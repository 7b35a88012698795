"""What a change of people or roles will do to running sheets: seen before, and so it happens, on any tree."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from registers import appointments, audit, staff
from registers.actors import Actor
from registers.imports import appointing
from registers.models import Appointment, AuditEntry, Incumbency, Post, Unit, User
from registers.refusals import Refused
from tests.factories import appoint, make_person, make_post, moment
from tests.longer import LONG
from tests.workflows import carried_cases
from tests.workflows import deciders_oracle as oracle
from tests.workflows.test_deciders import AT, ON, PEOPLE, ROLES, UNITS, build, empty_campaign, worlds
from workflows import moving, reorganising
from workflows.campaign import rosters
from workflows.messages import appointed
from workflows.models import Enrolment, Notification, Submission
from workflows.models.submissions import EDITABLE, IDLE
from workflows.routing import foresight, staffing

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

LATER = date(2026, 9, 25)
TO_FILL = ("waiting", *EDITABLE)
KINDS = ("ends", "ends", "ends", "begins", "begins", "leaves", "moves", "disabled", "post")
SETTLED = {
    "max_examples": 60 if LONG else 6,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "deadline": None,
}


@pytest.fixture
def campaign(clock):
    return empty_campaign()


@st.composite
def changes(draw):
    """A change of people or roles: what, who, where, in which role."""
    return (
        draw(st.sampled_from(KINDS)),
        draw(st.integers(0, PEOPLE - 1)),
        draw(st.integers(0, UNITS - 1)),
        draw(st.sampled_from(ROLES)),
    )


def made(change, people, registrar):
    """Return a function that makes the change as the desk does."""
    kind, who, where, role = change
    user, units = people[who], list(Unit.objects.order_by("pk"))
    unit, how = units[where], {"actor": Actor(registrar, on=ON), "at": AT}
    held = list(Appointment.objects.in_own_right().exclude(role="registrar").order_by("pk"))
    place = units[0] if role in appointments.OF_THE_SCHOOL else unit
    begins = {"role": role, "units": [place.pk], "since": ON, "last": None, "seat": ""}
    return {
        "ends": lambda: appointed.dismiss(held[who % len(held)].pk, last=ON - timedelta(days=1), **how),
        "begins": lambda: appointed.appoint(user.pk, **begins, **how),
        "leaves": lambda: staff.leave(user.pk, on=ON, **how),
        "moves": lambda: staff.transfer(user.pk, unit, on=ON, **how),
        "disabled": lambda: (staff.disable if user.is_active else staff.enable)(user.pk, **how),
        "post": lambda: appointing.end(Incumbency.objects.filter(user=user), on=ON),
    }[kind]


def has(sheet, on=ON):
    """Who has a sheet on a day, asked of the oracle: (stopped, ids of people)."""
    if sheet.state == "cancelled":
        return True, set()
    if sheet.state in TO_FILL:
        return False, oracle.fills(sheet, on=on)
    return False, set() if sheet.waiting_role in ("", *IDLE) else oracle.decides(sheet, on=on)


def observed(on=ON):
    """What every sheet is on a day: id → (state, who has it)."""
    return {sheet.pk: (sheet.state, has(sheet, on)) for sheet in Submission.objects.select_related("unit", "person")}


def hold(seen, before, on=ON):
    """Hold what was foreseen (a ``Foresight``) to what has happened to every sheet since ``before`` (of ``observed``)."""
    rows, begun = {row.submission.pk: row for row in seen.rows}, 0
    for sheet in Submission.objects.select_related("unit", "person", "task__campaign__scheme"):
        state, held = before.get(sheet.pk, ("cancelled", None))
        begun += state == "cancelled" and sheet.state != "cancelled"
        if (row := rows.get(sheet.pk)) is not None:
            stopped, people = has(sheet, on)
            kind = "stops" if stopped else "passes" if people else "nobody"
            assert (row.kind, set(row.after.people)) == (kind, people), row.words
            assert row.after.ends == sheet.cancel_reason
            assert held[1] == set(row.before.people)
            assert row.words
        elif state in (*TO_FILL, "in_review"):
            assert has(sheet, on) == held, f"{sheet} changed hands unforeseen"
    assert seen.new == begun


def settled(world, campaign):
    """Write a world in which everybody owes his sheets, and return its people and their registrar."""
    people, _ = build(world, campaign)
    registrar = make_person("管一", campaign.institution)
    appoint(registrar, campaign.institution, "registrar")
    Post.objects.update(is_risk_post=True)
    Enrolment.objects.bulk_create(
        Enrolment(campaign=campaign, unit=unit, enrolled_on=ON) for unit in Unit.objects.all()
    )
    staffing.follow(at=AT)
    return people, registrar


def compare_later(world, change, campaign):
    """Hold what is foreseen of a planned move to what happens on its day, and not before."""
    act, who, where = change
    people, registrar = settled(world, campaign)
    unit, at = Unit.objects.order_by("pk")[where], moment(f"{LATER} 00:30")
    asked = {"on": LATER, "unit": unit, "actor": Actor(registrar, on=ON), "at": AT}
    try:
        seen = foresight.foresee(moving.move_of(act, people[who].pk, **asked), on=LATER)
        moving.plan(act, people[who].pk, **asked)
    except Refused:  # he is there already, or disabled
        reject()
    with pytest.raises(Refused, match="请先取消"):
        moving.plan(act, people[who].pk, **asked)
    assert reorganising.make_due(at=AT) == 0
    staffing.follow(at=at)
    before = observed(LATER)

    assert reorganising.make_due(at=at) == 1
    hold(seen, before, LATER)
    person = User.objects.get(pk=people[who].pk)
    assert (person.unit, person.left_on) == (unit, None) if act == moving.TRANSFER else person.left_on == LATER
    assert reorganising.make_due(at=at) == 0


def compare(world, change, campaign):
    """Hold what is foreseen to what then happens to every sheet there is."""
    people, registrar = settled(world, campaign)
    change = made(change, people, registrar)
    before = observed()
    written = AuditEntry.objects.count()
    try:
        seen = foresight.foresee(change, on=ON)
    except Refused:  # he is there already, or disabled
        reject()

    assert observed() == before, "taken back"
    assert AuditEntry.objects.count() == written

    change()
    staffing.follow(at=AT)
    hold(seen, before)


@settings(**SETTLED)
@given(world=worlds(), change=changes())
def test_what_is_foreseen_happens_on_any_tree(campaign, world, change):
    with transaction.atomic():
        compare(world, change, campaign)
        transaction.set_rollback(True)


@settings(**SETTLED)
@given(
    world=worlds(),
    change=st.tuples(
        st.sampled_from([moving.TRANSFER, moving.LEAVE]), st.integers(0, PEOPLE - 1), st.integers(0, UNITS - 1)
    ),
)
def test_what_is_planned_happens_on_its_day_as_foreseen(campaign, world, change):
    with transaction.atomic():
        compare_later(world, change, campaign)
        transaction.set_rollback(True)


def test_head_who_leaves_hands_his_sheets_up(year, submitted):
    campus, before = year.campus, Notification.objects.count()
    sheet = year.sheet("personal-search")
    for voter in (campus.member, campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, campus.head)

    seen = foresight.foresee(lambda: appointing.leave(campus.head, on=year.clock.today), on=year.clock.today)

    [group] = [group for group in seen.groups if sheet in group.named]
    assert group.text == f"1 张表将转由分管校领导{campus.leader}办理（现由单位主要负责人{campus.head}办理）"
    assert User.objects.get(pk=campus.head.pk).is_active
    assert Notification.objects.count() > before  # those of the sheet's own way, none of the change
    assert year.again(sheet).waiting_role == "unit_head"


def test_look_ahead_in_the_middle_of_another_act_leaves_no_entry(year):
    campus, written = year.campus, AuditEntry.objects.count()
    how = {"on": year.clock.today, "actor": year.actor(campus.registrar), "at": year.clock.now}
    with transaction.atomic(), audit.at_the_end():
        seen = foresight.foresee(lambda: staff.leave(campus.clerk.pk, **how), on=year.clock.today)
    assert seen.groups
    assert AuditEntry.objects.count() == written


def test_nobody_left_names_what_is_missing(year, submitted):
    campus = year.campus
    roles = Appointment.objects.filter(unit__in=[campus.unit, campus.root], role="liaison")

    seen = foresight.foresee(lambda: appointing.end(roles, on=year.clock.today), on=year.clock.today)

    texts = [group.text for group in seen.groups if group.kind == "nobody"]
    assert texts
    assert "张表将无人办理：" in texts[0]
    assert "请管理员登记" in texts[0]


def test_end_on_a_later_day_is_seen_as_of_that_day(year, submitted):
    campus, later = year.campus, date(2026, 12, 1)
    liaison = Appointment.objects.filter(user=campus.liaison, role="liaison")

    seen = foresight.foresee(lambda: liaison.update(until=later), on=later)
    today = foresight.foresee(lambda: liaison.update(until=later), on=year.clock.today)

    assert {row.kind for row in seen.rows} == {"nobody"}
    assert today.rows == []
    assert seen.digest != today.digest


def test_second_head_shares_from_the_first_day(year, submitted):
    campus = year.campus
    sheet = year.sheet("personal-search")
    for voter in (campus.member, campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, campus.head)
    second = campus.deputy

    seen = foresight.foresee(lambda: appoint(second, campus.unit, "unit_head", year.clock.today), on=year.clock.today)

    [row] = [row for row in seen.rows if row.submission == sheet]
    assert set(row.after.people) == {campus.head.pk, second.pk}


def test_table_that_goes_on_without_a_disabled_account_is_seen(aboard):
    campus, sheet, own = aboard.campus, carried_cases.reviewed(aboard), aboard.sheet("personal-search")
    marked = {carried_cases.key_of(sheet, "甲"): "写明环节"}
    aboard.send_back(sheet, campus.head, returned=marked, redo_on=date(2026, 9, 21))

    def change():
        User.objects.filter(pk=campus.clerk.pk).update(is_active=False)

    seen = {row.submission: row.words for row in foresight.foresee(change, on=aboard.clock.today).rows}
    change()
    staffing.follow(at=aboard.clock.now)

    assert seen[sheet] == f"将由单位负责人{campus.head}办理（现待退回的个人表重新提交）"
    assert aboard.again(sheet).waiting_role == "unit_head"
    assert seen[own] == f"将停办（{aboard.again(own).cancel_reason}）" == "将停办（账号停用）"


def test_look_ahead_costs_the_same_however_many_sheets_there_are(year):
    campus, on = year.campus, year.clock.today
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            seen = foresight.foresee(lambda: appointing.leave(campus.head, on=on), on=on)
        costs.append((len(seen.rows) > 0, len(captured)))
        for number in range(20):
            make_post(campus.unit, f"岗{number}", make_person(f"员{number}", campus.unit))
        rosters.reconcile_all(at=year.clock.now)
    assert costs[0] == costs[1]
