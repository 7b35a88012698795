"""Nobody acts on what concerns himself, one act settles consecutive steps, whoever is late is told."""

import pytest

from registers.access import NotAllowed, can, people_who_may, policy_of
from registers.models import (
    Appointment,
    RiskPoint,
)
from registers.refusals import Stale
from tests.factories import appoint, make_person, make_post
from tests.personas import Year, point, power
from tests.workflows.route_cases import decisions, everything, where
from workflows.compiled import minutes
from workflows.models import Decision, Notification, ReviewVote, Submission
from workflows.routing import reseating, routes
from workflows.sheets import documents

pytestmark = pytest.mark.database("sqlite")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("clerk", NotAllowed),
        ("colleague", NotAllowed),
        ("other_head", NotAllowed),
        ("office", NotAllowed),
        ("registrar", NotAllowed),
        ("sys_admin", NotAllowed),
        ("member", None),
    ],
)
def test_only_the_group_votes(year, submitted, who, error):
    voter, before = getattr(year.campus, who), everything(submitted)

    if error:
        with pytest.raises(error):
            year.vote(submitted, voter)
        assert everything(submitted) == before
    else:
        year.vote(submitted, voter)
        assert list(ReviewVote.objects.values_list("member__number", flat=True)) == [who]


def test_nobody_votes_on_his_own_sheet_even_as_a_member(year):
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))

    with pytest.raises(NotAllowed, match="不能办理与本人"):
        year.vote(sheet, campus.head)
    year.vote(sheet, campus.member)

    assert ReviewVote.objects.count() == 1


def test_heads_own_sheet_is_concluded_by_the_deputy_and_climbs_to_the_leader_in_charge(year):
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)

    for refused in (campus.head, campus.member):
        with pytest.raises(NotAllowed):
            year.agree(sheet, refused)
    sheet = year.agree(sheet, campus.deputy)
    assert where(sheet) == ("in_review", "sign", "leader_in_charge")

    for refused in (campus.head, campus.deputy):
        with pytest.raises(NotAllowed):
            year.agree(sheet, refused, signed=True)
    sheet = year.agree(sheet, campus.leader, signed=True)
    assert where(sheet) == ("in_review", "file", "office")


def test_heads_own_control_sheet_climbs_too(year):
    campus = year.campus
    year.searched(owner=campus.head)
    year.graded("grade-1", owner=campus.head)
    sheet = year.controlled(owner=campus.head)

    assert [row[2:4] for row in decisions(sheet) if row[1] == "agree"] == [("leader_in_charge", "leader")]
    assert [row[2:4] for row in decisions(year.sheet("personal-grading", campus.head)) if row[1] == "agree"] == [
        ("leader_in_charge", "leader"),
        ("leader_in_charge", "leader"),
        ("office", "office"),
    ]


@pytest.fixture
def office_year(make_campus, db, clock):
    """A year in which the office's own unit takes part: a head, a liaison, a risk post."""
    campus = make_campus()
    campus.office_head = make_person("戊二", campus.office_unit, number="office_head")
    appoint(campus.office_head, campus.office_unit, "unit_head")
    appoint(campus.registrar, campus.office_unit, "liaison")
    campus.inspector = make_person("戊三", campus.office_unit, number="inspector")
    make_post(campus.office_unit, "审计", campus.inspector)
    return Year(campus, clock)


def test_office_never_files_sheets_of_its_own_unit(office_year):
    campus = office_year.campus
    own, other = (office_year.sheet("powers", unit) for unit in (campus.office_unit, campus.unit))

    for sheet, liaison, post, head in (
        (own, campus.registrar, None, campus.office_head),
        (other, campus.liaison, campus.post, campus.head),
    ):
        values = power(accountable_post=(post or campus.office_unit.posts.get()).code)
        submitted = office_year.submit(sheet, office_year.points(sheet, values), by=liaison)
        office_year.agree(submitted, head, signed=True)

    own, other = (office_year.again(sheet) for sheet in (own, other))
    assert (where(own), where(other)) == (("in_review", "file", "school_group"), ("in_review", "file", "office"))
    with pytest.raises(NotAllowed):
        office_year.agree(own, campus.office)
    assert office_year.agree(other, campus.office).state == "filed"
    assert office_year.agree(own, campus.chair).state == "filed"


def test_office_does_not_even_read_sheets_of_its_own_unit(office_year):
    campus = office_year.campus
    sheet = office_year.sheet("powers", campus.office_unit)
    sheet = office_year.submit(
        sheet,
        office_year.points(sheet, power(accountable_post=campus.office_unit.posts.get().code)),
        by=campus.registrar,
    )
    office_year.agree(sheet, campus.office_head, signed=True)

    assert set(people_who_may("decide", office_year.again(sheet))) == {campus.chair}
    assert list(
        Notification.objects.filter(kind="submission.agree", submission=sheet).values_list(
            "recipient__number", flat=True
        )
    ) == ["chair"]


def test_office_member_who_holds_a_post_in_the_unit_steps_back(year, signed):
    """He works in the office; a post that he also holds in the unit makes its sheets his colleagues'."""
    campus = year.campus
    assert can(year.actor(campus.office), "decide", signed)
    make_post(campus.unit, "兼职督查", campus.office)

    assert not can(year.actor(campus.office), "decide", signed)
    assert signed not in policy_of(Submission).awaiting(Submission.objects.all(), year.actor(campus.office))
    with pytest.raises(NotAllowed):
        year.agree(signed, campus.office)
    assert reseating.reseat(at=year.clock.now) == 1
    assert year.agree(year.again(signed), campus.chair).state == "filed"


def test_school_group_member_of_the_unit_steps_back(year):
    """A second chair works in the unit: he is there when the group decides on its grades, and does not count."""
    campus = year.campus
    year.body()
    insider = make_person("己二", campus.unit, number="insider")
    appoint(insider, campus.root, "school_group")
    sheet = year.before_body()
    meeting = year.meeting(sheet)
    year.attend(meeting)
    year.agree_rest(meeting)

    [item] = minutes.protocol_of(year.met(meeting), on=year.clock.today).items
    assert (item.tally.avoiding, insider.pk in item.tally.voters, len(item.tally.entitled)) == ((insider.pk,), False, 3)
    assert year.sign_minutes(meeting)[sheet.pk].result == "done"
    assert year.again(sheet).state == "filed"


def test_appointment_that_ends_takes_the_right_along(year, submitted):
    sheet = year.review(submitted)
    Appointment.objects.filter(user=year.campus.office).update(until=year.clock.today)

    with pytest.raises(NotAllowed):
        year.agree(sheet, year.campus.office)
    Appointment.objects.filter(user=year.campus.office).update(until=None)
    assert year.agree(sheet, year.campus.office).state == "filed"


def test_head_who_leads_the_group_concludes_and_signs_in_one_act_with_his_password(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)
    assert [step.code for step in routes.hold_consecutive(submitted, year.actor(year.campus.head))] == ["sign"]

    sheet = year.agree(submitted, year.campus.head, opinion="同意集体意见", signed=True)

    assert where(sheet) == ("in_review", "file", "office")
    assert list(sheet.decisions.values_list("step", "opinion", "signed")) == [
        ("fill", "", False),
        ("review", "同意集体意见", False),
        ("sign", "", True),
    ]


def test_without_his_password_he_only_concludes(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)

    sheet = year.agree(submitted, year.campus.head)
    assert where(sheet) == ("in_review", "sign", "unit_head")

    before = everything(sheet)
    with pytest.raises(NotAllowed, match="签字须重新输入登录密码"):
        year.agree(sheet, year.campus.head)
    assert everything(sheet) == before
    assert where(year.agree(sheet, year.campus.head, signed=True)) == ("in_review", "file", "office")


def test_signature_of_somebody_else_does_not_carry_the_sheet_on(year):
    """The deputy concludes with a password; the signature is the leader in charge's all the same."""
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)
    assert routes.hold_consecutive(sheet, year.actor(campus.deputy)) == []

    sheet = year.agree(sheet, campus.deputy, signed=True)

    assert where(sheet) == ("in_review", "sign", "leader_in_charge")


def test_one_person_in_two_parts_does_not_skip_what_is_no_signature(year):
    """The head is also in the office: signing does not file."""
    campus = year.campus
    Appointment.objects.filter(user=campus.head, role="unit_head").update(until=year.clock.today)
    appoint(campus.leader, campus.unit, "unit_head")
    appoint(campus.leader, campus.root, "office")
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=campus.post.code)))

    sheet = year.agree(sheet, campus.leader, signed=True)

    assert where(sheet) == ("in_review", "file", "office")


def test_signature_names_the_digest_of_what_was_shown(year, submitted):
    shown = documents.digest(submitted)

    signed = year.review(submitted)

    assert set(signed.decisions.values_list("digest", flat=True)) == {shown}


@pytest.mark.parametrize("off", [-1, 1])
def test_stale_version_is_refused_at_every_door_and_changes_nothing(year, submitted, off):
    campus, seen, before = year.campus, submitted.version + off, everything(submitted)

    attempts = [
        lambda: year.submit(submitted, year.points(submitted, point()), seen=seen),
        lambda: year.withdraw(submitted, seen=seen),
        lambda: year.vote(submitted, campus.member, seen=seen),
        lambda: year.agree(submitted, campus.head, seen=seen),
        lambda: year.send_back(submitted, campus.head, seen=seen),
        lambda: year.hand_over(submitted, campus.head, campus.deputy, seen=seen),
    ]
    for attempt in attempts:
        with pytest.raises(Stale) as stale:
            attempt()
        assert stale.value.current.version == submitted.version

    assert everything(submitted) == before


def test_second_of_two_submits_is_stale(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point())
    year.submit(sheet, content)

    with pytest.raises(Stale):
        year.submit(sheet, content)

    assert (Decision.objects.count(), RiskPoint.objects.count()) == (1, 1)


def test_filed_sheet_can_be_moved_by_nobody(year, signed):
    filed = year.agree(signed, year.campus.office)
    before = everything(filed)

    for attempt in (
        lambda: year.submit(filed, year.points(filed, point())),
        lambda: year.withdraw(filed),
        lambda: year.vote(filed, year.campus.member),
        lambda: year.agree(filed, year.campus.office),
        lambda: year.send_back(filed, year.campus.office),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    assert everything(filed) == before
