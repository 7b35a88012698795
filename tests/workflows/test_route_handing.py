"""转办, 催办, copies, and who reads a sheet when."""

import pytest

from registers.access import NotAllowed, can, people_who_may
from registers.actors import Actor
from registers.models import (
    Appointment,
    ControlMeasure,
    Incumbency,
    User,
)
from registers.refusals import Refused
from tests.personas import point, power
from tests.workflows.route_cases import everything, told
from workflows.campaign import rosters
from workflows.models import FiledPaper, Notification, Submission
from workflows.policies.submissions import SubmissionPolicy
from workflows.routing import routes
from workflows.sheets import documents

pytestmark = pytest.mark.database("both")


def test_handed_over_sheet_is_the_other_ones_alone(year, signed, second):
    sheet = year.hand_over(signed, year.campus.office, second)

    assert (sheet.assigned_to, sheet.version) == (second, signed.version)
    assert told(second, "submission.handed_over") == [sheet.pk]
    with pytest.raises(NotAllowed, match="该表已转戊四办理"):
        year.agree(sheet, year.campus.office)
    assert year.agree(sheet, second).state == "filed"


def test_next_step_is_everybodys_again(year, second):
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=year.campus.post.code)))
    sheet = year.agree(sheet, year.campus.head, signed=True)
    sheet = year.hand_over(sheet, year.campus.office, second)

    sheet = year.send_back(sheet, second)

    assert sheet.assigned_to is None


@pytest.mark.parametrize("to", ["office", "head", "registrar", "clerk"])
def test_sheet_is_handed_over_to_a_colleague_in_the_same_part_only(year, signed, second, to):
    before = everything(signed)

    with pytest.raises(Refused):
        year.hand_over(signed, year.campus.office, getattr(year.campus, to))

    assert everything(signed) == before


def test_collective_review_is_not_handed_over(year, submitted):
    with pytest.raises(NotAllowed, match="集体审核由全体成员表决"):
        year.hand_over(submitted, year.campus.head, year.campus.member)


def test_sheet_does_not_stick_with_somebody_who_has_left(year, signed, second):
    sheet = year.hand_over(signed, year.campus.office, second)

    def queue():
        return list(SubmissionPolicy().awaiting(Submission.objects.all(), year.actor(year.campus.office)))

    assert queue() == []
    Appointment.objects.filter(user=second).update(until=year.clock.today)

    assert queue() == [sheet]
    assert year.agree(sheet, year.campus.office).state == "filed"


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("liaison", True),
        ("head", True),
        ("office", True),
        ("registrar", True),
        ("clerk", False),
        ("colleague", False),
        ("other_head", False),
    ],
)
def test_those_who_organise_nudge(year, who, allowed):
    sheet = year.sheet("personal-search")

    if allowed:
        assert routes.nudge(sheet, actor=year.actor(getattr(year.campus, who)), at=year.clock.now) == 1
    else:
        with pytest.raises(NotAllowed):
            routes.nudge(sheet, actor=year.actor(getattr(year.campus, who)), at=year.clock.now)
    assert told(year.campus.clerk, "submission.nudge") == [sheet.pk] * allowed


def test_nudge_reaches_people_once_a_day(year):
    sheet, actor = year.sheet("personal-search"), year.actor(year.campus.liaison)
    for _ in range(2):
        routes.nudge(sheet, actor=actor, at=year.clock.now)
    assert told(year.campus.clerk, "submission.nudge") == [sheet.pk]

    routes.nudge(sheet, actor=actor, at=year.clock.set("2026-09-16 10:00"))

    assert told(year.campus.clerk, "submission.nudge") == [sheet.pk] * 2


@pytest.mark.parametrize(("grade", "copied"), [("grade-1", True), ("grade-2", True), ("grade-3", False)])
def test_office_gets_a_copy_of_grades_one_and_two_and_cannot_see_grade_three(year, grade, copied):
    office = year.actor(year.campus.office)
    year.searched(point())
    year.graded(grade)

    sheet = year.controlled()

    assert sheet.state == "filed"
    assert list(sheet.arrivals.filter(role="office").values_list("is_copy", flat=True)) == [True] * copied
    assert Submission.objects.visible_to(office).filter(pk=sheet.pk).exists() == copied
    assert FiledPaper.objects.visible_to(office).filter(submission=sheet).exists() == copied
    assert ("copied" in documents.document(sheet)["marks"]) == copied
    assert ControlMeasure.objects.visible_to(office).exists() == copied
    assert Submission.objects.listed_to(office).filter(pk=sheet.pk).exists()  # that it was filed, it may know
    told = Notification.objects.filter(kind="submission.copied", recipient=year.campus.office)
    assert [row.text for row in told] == ["“个人岗位廉能风险识别防控”（财务处）已抄送备查，无须办理。"] * copied


def test_gravest_line_decides_about_the_copy(year):
    year.searched(point("轻"), point("重"))
    year.graded("grade-3", "grade-1")

    assert year.controlled().arrivals.filter(role="office", is_copy=True).count() == 1


@pytest.mark.parametrize(
    ("who", "stages"),
    [
        ("clerk", "11111"),
        ("liaison", "00000"),
        ("member", "01111"),
        ("head", "01111"),
        ("colleague", "00000"),
        ("other_head", "00000"),
        ("leader", "00000"),
        ("office", "00011"),
        ("chair", "00000"),
        ("registrar", "00000"),
        ("sys_admin", "00000"),
        ("auditor", "00000"),
    ],
)
def test_personal_sheet_is_read_by_those_it_has_reached(year, who, stages):
    """Before submission, in review, before signature, before filing, filed."""
    actor = year.actor(getattr(year.campus, who))

    def seen(sheet):
        return str(int(Submission.objects.visible_to(actor).filter(pk=sheet.pk).exists()))

    sheet = year.sheet("personal-search")
    found = seen(sheet)
    sheet = year.submit(sheet, year.points(sheet, point()))
    found += seen(sheet)
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, year.campus.head)
    found += seen(sheet)
    sheet = year.agree(sheet, year.campus.head, signed=True)
    found += seen(sheet)
    sheet = year.agree(sheet, year.campus.office)
    found += seen(sheet)

    assert found == stages


def test_unit_sheet_is_read_by_everybody_in_the_unit_once_it_is_filed(year):
    campus, sheet = year.campus, year.sheet("powers")
    rows = Submission.objects.filter(pk=sheet.pk)

    def colleagues_read():
        return [rows.visible_to(year.actor(user)).exists() for user in (campus.colleague, campus.clerk)]

    found = [colleagues_read()]
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=campus.post.code)))
    found.append(colleagues_read())
    sheet = year.agree(sheet, campus.head, signed=True)
    found.append(colleagues_read())
    assert year.agree(sheet, campus.office).state == "filed"

    assert found == [[False, False]] * 3
    assert colleagues_read() == [True, True]
    assert not rows.visible_to(year.actor(campus.other_head)).exists()


def test_sheet_of_somebody_who_has_left_is_read_by_nobody_but_himself(year, submitted):
    campus, sheet = year.campus, year.send_back(submitted, year.campus.head)
    rows = Submission.objects.filter(pk=sheet.pk)
    readers = [user.number for user in User.objects.all() if rows.visible_to(year.actor(user)).exists()]
    assert sorted(readers) == ["clerk", "deputy", "head", "member"]

    Incumbency.objects.filter(user=campus.clerk).update(until=year.clock.today)
    rosters.reconcile(year.campaign, at=year.clock.now)

    assert rows.get().state == "cancelled"
    readers = [user.number for user in User.objects.all() if rows.visible_to(year.actor(user)).exists()]
    assert readers == ["clerk"]


def test_queue_holds_exactly_what_one_may_decide(year, submitted):
    policy, rows = SubmissionPolicy(), Submission.objects.all()
    own = year.sheet("personal-search", year.campus.head)
    own = year.submit(own, year.points(own, point()))

    for user in User.objects.all():
        actor = year.actor(user)
        queue = set(policy.awaiting(rows, actor))
        assert queue == {sheet for sheet in (submitted, own) if can(actor, "decide", sheet)}, user
        assert queue == {sheet for sheet in (submitted, own) if user in people_who_may("decide", sheet)}, user
    assert set(policy.awaiting(rows, year.actor(year.campus.member))) == {submitted, own}
    assert set(policy.awaiting(rows, year.actor(year.campus.head))) == {submitted}


def test_somebody_signed_out_has_nothing_to_fill_and_nothing_to_decide(year, submitted):
    policy, rows = SubmissionPolicy(), Submission.objects.all()
    nobody = Actor(None, on=year.clock.today)

    assert list(policy.to_fill(rows, nobody)) == []
    assert list(policy.awaiting(rows, nobody)) == []
    assert list(rows.visible_to(nobody)) == []
    assert list(rows.listed_to(nobody)) == []
    assert policy.to_fill(rows, year.actor(year.campus.liaison)).count() == 3  # what could have leaked
