"""催办 of all that is late at once: who is told, once a day, and who may."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registers.access import NotAllowed, can, people_who_may, policy_of
from registers.models import AuditEntry, Unit
from tests.factories import appoint, make_person, make_post
from tests.personas import point
from tests.workflows.deciders_oracle import concerned, holders
from workflows.models import Campaign, Notification, Submission
from workflows.models.submissions import EDITABLE
from workflows.policies import Holding
from workflows.progress import figures, nudging

pytestmark = pytest.mark.database("both")


def urge(year, by, **choice):
    """Urge everything late that ``by`` may know of, narrowed by ``choice``."""
    actor = year.actor(by)
    sheets = figures.Choice(**choice).whose(figures.listed(actor, year.campaign))
    return nudging.nudge_late(sheets, campaign=year.campaign, actor=actor, at=year.clock.now)


def told(user=None):
    rows = Notification.objects.filter(kind="submission.nudge_late").order_by("pk")
    return list((rows.filter(recipient=user) if user else rows).values_list("text", flat=True))


@pytest.fixture
def late(year):
    """21 September: the searches of clerk and head were due yesterday, powers and the directory on the 10th."""
    year.at("09-21")
    return year


def test_everybody_with_late_sheets_gets_one_message_that_says_how_many(late):
    found = urge(late, late.campus.office)

    assert told(late.campus.clerk) == ["戊一催办：您有 1 张逾期未交，请尽快办理：“个人岗位廉政风险自查”1 张。"]
    assert told(late.campus.liaison) == [
        "戊一催办：您有 3 张逾期未交，请尽快办理：“领导小组成员及工作计划”1 张、“单位权力事项登记”1 张、“单位廉政风险自查”1 张。"
    ]
    assert found.people == len(told()) == Notification.objects.filter(kind="submission.nudge_late").count()
    assert found.again == 0


def test_message_about_one_sheet_leads_to_it(late):
    urge(late, late.campus.office)

    mine = Notification.objects.get(kind="submission.nudge_late", recipient=late.campus.clerk)
    assert mine.submission == late.sheet("personal-search")
    assert Notification.objects.get(kind="submission.nudge_late", recipient=late.campus.liaison).submission is None


def test_second_click_of_the_day_adds_nothing_and_the_next_day_does(late):
    first = urge(late, late.campus.office)
    again = urge(late, late.campus.registrar)

    assert (again.people, again.submissions, again.again) == (0, 0, first.people)
    assert len(told(late.campus.clerk)) == 1
    assert AuditEntry.objects.filter(act="submission.nudge_late").count() == 1
    late.at("09-22")
    urge(late, late.campus.office)
    assert len(told(late.campus.clerk)) == 2


def test_audit_holds_the_counts_and_no_text(late):
    found = urge(late, late.campus.office)

    entry = AuditEntry.objects.get(act="submission.nudge_late")
    assert entry.detail == {"people": found.people, "sheets": found.submissions}
    assert entry.about == f"workflows.campaign:{late.campaign.pk}"
    assert entry.actor == late.campus.office


def test_sheet_that_was_handed_in_is_its_reviewers_business(late):
    sheet = late.submit(late.sheet("personal-search"), late.points(late.sheet("personal-search"), point()))
    late.at("10-09")  # past the days of the step
    assert late.again(sheet).step_due_on < date(2026, 10, 9)

    urge(late, late.campus.office)

    assert told(late.campus.clerk) == []
    assert told(late.campus.member) == ["戊一催办：您有 1 张逾期未办，请尽快办理：“个人岗位廉政风险自查”1 张。"]
    assert "1 张逾期未办" in told(late.campus.deputy)[0]


def test_sheet_that_is_not_late_and_one_that_is_done_urge_nobody(year):
    year.searched()
    year.at("09-09")

    assert urge(year, year.campus.office, task="personal-search") == nudging.Nudged()
    assert told() == []


def test_sheet_handed_over_urges_whom_it_was_handed_to(late, second):
    sheet = late.review(late.submit(late.sheet("personal-search"), late.points(late.sheet("personal-search"), point())))
    late.hand_over(sheet, late.campus.office, second)
    late.at("11-10")

    urge(late, late.campus.registrar, task="personal-search")

    assert len(told(second)) == 1
    assert told(late.campus.office) == []


def test_choice_narrows_whom_is_urged(late):
    urge(late, late.campus.office, unit="ZS")
    assert told(late.campus.clerk) == []

    urge(late, late.campus.office, task="personal-search", person="甲一")
    assert len(told(late.campus.clerk)) == 1
    assert told(late.campus.head) == []


def test_head_urges_the_own_unit_alone_and_never_himself(late):
    found = urge(late, late.campus.head)

    assert len(told(late.campus.clerk)) == 1
    assert told(late.campus.head) == []
    units = {
        row.submission.unit_id for row in Notification.objects.filter(kind="submission.nudge_late") if row.submission
    }
    assert units == {late.campus.unit.pk}
    assert found.vacant == 0


def test_unit_without_a_liaison_is_reported_as_vacant(late):
    found = urge(late, late.campus.office, unit="ZS")

    # Nobody fills the unit's papers there.
    assert found == nudging.Nudged(
        vacant=Submission.objects.filter(figures.late(late.clock.today), unit__code="ZS").count()
    )
    assert found.vacant > 0


@pytest.mark.parametrize("who", ["clerk", "leader", "chair", "auditor"])
def test_others_may_urge_nobody(late, who):
    with pytest.raises(NotAllowed):
        urge(late, getattr(late.campus, who))
    assert told() == []


def test_nothing_is_urged_once_the_campaign_is_over(late):
    Campaign.objects.update(state="closed", closed_at=late.clock.now)

    with pytest.raises(NotAllowed, match="已结束"):
        urge(late, late.campus.office)


def test_cost_does_not_grow_with_the_sheets(late):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            urge(late, late.campus.office)
        return len(captured)

    few = cost()
    for number in range(30):
        user = make_person(f"人{number}", late.campus.unit)
        post = make_post(late.campus.unit, f"岗{number}", user)
        task = late.sheet("personal-search").task
        Submission.objects.create(
            task=task, unit=late.campus.unit, post=post, person=user, state="open", step="fill", due_on=task.due_on
        )
    late.at("09-22")

    assert cost() == few
    assert len(told()) > 30


def test_to_nudge_and_may_nudge_say_the_same(late):
    late.submit(late.sheet("personal-search"), late.points(late.sheet("personal-search"), point()))
    policy_rows = Submission.objects.select_related("task__campaign__scheme", "unit")
    for who in ("clerk", "liaison", "head", "other_head", "leader", "office", "chair", "registrar", "auditor"):
        actor = late.actor(getattr(late.campus, who))
        wanted = {row.pk for row in policy_rows if can(actor, "nudge", row)}
        assert {row.pk for row in policy_of(Submission).to_nudge(policy_rows, actor)} == wanted, who


def test_roster_knows_what_the_policies_know_of_each_sheet(late, second):
    campus = late.campus
    child = Unit.objects.create(code="CW1", name="核算科", unit_type="section", parent=campus.unit, position=9)
    appoint(make_person("离职", campus.unit, is_active=False), child, "liaison")
    appoint(campus.office, campus.office_unit, "office")
    late.review(late.submit(late.sheet("personal-search"), late.points(late.sheet("personal-search"), point())))
    late.submit(
        late.sheet("personal-search", campus.head), late.points(late.sheet("personal-search", campus.head), point())
    )
    holding = Holding(late.clock.today)
    for role in (
        "liaison",
        "unit_head",
        "group_member",
        "leader_in_charge",
        "office",
        "school_group",
        "party_committee",
    ):
        for unit in Unit.objects.all():
            wanted = holders(role, unit, on=late.clock.today)
            assert set(holding.holders(role, unit.pk)) == wanted, (role, unit)
    for sheet in Submission.objects.select_related("task__campaign__scheme", "unit"):
        if sheet.state in (*EDITABLE, "in_review"):
            people = people_who_may("fill" if sheet.state in EDITABLE else "decide", sheet)
            assert set(holding.turn(sheet).people) == set(people.values_list("pk", flat=True)), sheet
    own = late.sheet("personal-search", campus.head)
    for role in ("office", "school_group"):
        wanted = holders(role, own.unit, on=late.clock.today) - concerned(own, role, on=late.clock.today)
        assert set(holding.deciders(role, own.unit_id, person=own.person_id)) == wanted
