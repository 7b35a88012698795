"""People leave and are promoted while their sheets travel: no sheet sticks, none falls to whom it concerns."""

import pytest

from registers.access import can
from registers.models import Appointment, AuditEntry, GroupMember
from tests.factories import appoint
from tests.personas import point
from tests.stories import played_once
from workflows.models import Notification
from workflows.routing import reseating

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
@played_once
def waiting(year):
    """The clerk's search sheet, before the head's signature."""
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    return year.agree(sheet, year.campus.head)


def leaves(user, role, year):
    Appointment.objects.filter(user=user, role=role).update(until=year.clock.today)


def reseat(year):
    return reseating.reseat(at=year.clock.now)


def test_sheet_of_a_clerk_who_became_head_goes_to_the_leader_in_charge(year, waiting):
    leaves(year.campus.head, "unit_head", year)
    appoint(year.campus.clerk, year.campus.unit, "unit_head")
    assert not can(year.actor(year.campus.leader), "decide", waiting)

    assert [reseat(year) for _ in range(3)] == [1, 0, 0]

    sheet = year.again(waiting)
    assert (sheet.step, sheet.waiting_role) == ("sign", "leader_in_charge")
    told = Notification.objects.filter(kind="submission.reseated")
    assert [row.recipient for row in told] == [year.campus.leader]
    assert AuditEntry.objects.get(act="submission.reseated").detail == {"from": "unit_head", "to": "leader_in_charge"}
    assert not can(year.actor(year.campus.clerk), "decide", sheet)
    assert year.agree(sheet, year.campus.leader, signed=True).step == "file"


def test_successor_of_the_head_finds_the_sheet_where_it_was(year, waiting):
    leaves(year.campus.head, "unit_head", year)
    appoint(year.campus.deputy, year.campus.unit, "unit_head")

    assert reseat(year) == 0
    assert year.agree(waiting, year.campus.deputy, signed=True).step == "file"


def test_vacant_post_passes_the_sheet_up(year, waiting):
    leaves(year.campus.head, "unit_head", year)

    assert reseat(year) == 1
    assert year.again(waiting).waiting_role == "leader_in_charge"


def test_nobody_anywhere_leaves_the_sheet_where_it_is(year, waiting):
    Appointment.objects.all().update(until=year.clock.today)

    assert reseat(year) == 0
    assert year.again(waiting).waiting_role == "unit_head"


def test_healthy_sheets_stay(year, waiting):
    assert reseat(year) == 0
    assert year.again(waiting).waiting_role == "unit_head"


def test_ballot_of_a_member_who_left_counts_no_more(year):
    campus = year.campus
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.head):
        year.vote(sheet, voter)
    GroupMember.objects.filter(user=campus.member).delete()

    with pytest.raises(Exception, match="至少应有 2 名成员表决，现有 1 名"):
        year.agree(sheet, campus.head, signed=True)

    year.vote(sheet, campus.deputy)
    assert year.agree(sheet, campus.head, signed=True).step == "file"
