"""Collective review: who votes, what a vote needs, how it is concluded."""

from datetime import date

import pytest

from registers.access import NotAllowed
from registers.models import (
    GroupMember,
    LeadingGroup,
    User,
)
from registers.refusals import Refused
from tests.personas import Year, point
from tests.workflows.route_cases import everything, keys, where
from workflows.models import Notification, ReviewVote
from workflows.sheets import sheet_for

pytestmark = pytest.mark.database("sqlite")


@pytest.mark.parametrize(
    ("voters", "passes"), [([], False), (["head"], False), (["head", "member"], True), (["deputy", "member"], True)]
)
def test_collective_review_needs_two_votes(year, submitted, voters, passes):
    for voter in voters:
        year.vote(submitted, getattr(year.campus, voter))

    if passes:
        assert year.agree(submitted, year.campus.head).step == "sign"
    else:
        with pytest.raises(Refused, match="至少应有 2 名成员表决"):
            year.agree(submitted, year.campus.head)
        assert year.again(submitted).step == "review"


def test_vote_of_whoever_has_left_the_group_counts_no_more(year, submitted):
    campus = year.campus
    for voter in (campus.member, campus.deputy):
        year.vote(submitted, voter)
    campus.group.members.filter(user=campus.deputy).delete()

    with pytest.raises(Refused, match="现有 1 名"):
        year.agree(submitted, campus.head)
    year.vote(submitted, campus.head)
    assert year.agree(submitted, campus.head).step == "sign"


def test_same_member_votes_once_and_may_change_his_mind(year, submitted):
    for complete in (False, True):
        year.vote(submitted, year.campus.head, complete=complete, opinion="缺外部环境")

    assert list(ReviewVote.objects.values_list("member__number", "complete")) == [("head", True)]
    with pytest.raises(Refused, match="现有 1 名"):
        year.agree(submitted, year.campus.head)


@pytest.mark.parametrize(
    ("yes", "no", "passes"), [(2, 0, True), (2, 1, True), (1, 1, False), (1, 2, False), (0, 2, False)]
)
def test_collective_review_passes_with_more_than_half(year, submitted, yes, no, passes):
    voters = [year.campus.head, year.campus.deputy, year.campus.member]
    for voter in voters[:yes]:
        year.vote(submitted, voter)
    for voter in voters[yes : yes + no]:
        year.vote(submitted, voter, complete=False, opinion="不全")

    if passes:
        assert year.agree(submitted, year.campus.head).step == "sign"
    else:
        with pytest.raises(Refused, match="未过半数"):
            year.agree(submitted, year.campus.head)
        assert year.again(submitted).step == "review"


def test_vote_against_a_line_or_the_whole_says_why(year, submitted):
    key = keys(submitted)[0]

    for verdicts, complete, sentence in (
        ({key: (False, " ")}, True, "第 1 项判为不准，请写明意见。"),
        ({}, False, "判为“不全”，请写明缺少什么。"),
    ):
        with pytest.raises(Refused) as refused:
            year.vote(submitted, year.campus.member, verdicts=verdicts, complete=complete)
        assert str(refused.value) == sentence
    assert ReviewVote.objects.count() == 0

    ballot = year.vote(submitted, year.campus.member, verdicts={key: (False, "表述不准")})
    assert (ballot.agrees, ballot.verdicts[key]["comment"]) == (False, "表述不准")


def test_only_the_leader_of_the_group_concludes(year, submitted):
    for voter in (year.campus.member, year.campus.deputy):
        year.vote(submitted, voter)

    for who in (year.campus.member, year.campus.deputy):
        with pytest.raises(NotAllowed, match="由领导小组组长"):
            year.agree(submitted, who)
        with pytest.raises(NotAllowed, match="由领导小组组长"):
            year.send_back(submitted, who)

    assert year.agree(submitted, year.campus.head).step == "sign"


def test_vote_belongs_to_collective_review_only(year, signed):
    before = everything(signed)

    with pytest.raises(Refused):
        year.vote(signed, year.campus.office)

    assert everything(signed) == before


def test_votes_of_an_earlier_round_do_not_count_in_the_next(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)
    sheet = year.send_back(submitted, year.campus.head)
    sheet = year.submit(sheet, sheet_for(sheet).content() | year.points(sheet, point("丙")))

    with pytest.raises(Refused, match="现有 0 名"):
        year.agree(sheet, year.campus.head)


def test_without_a_filed_group_the_sheet_waits_and_nobody_can_pass_the_group_by(make_campus, db, clock):
    year = Year(make_campus(with_group=False), clock)
    campus = year.campus
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert where(sheet) == ("in_review", "review", "group_member")

    for user in User.objects.all():
        with pytest.raises(NotAllowed):
            year.vote(sheet, user)
        with pytest.raises(NotAllowed):
            year.agree(sheet, user, signed=True)

    # The group's list is filed; now the same sheet can be reviewed.
    group = year.sheet("group")
    group = year.submit(
        group, year.group(group, (campus.head, "leader"), (campus.deputy, "deputy"), (campus.member, "member"))
    )
    year.agree(year.agree(group, campus.head, signed=True), campus.office)
    told = Notification.objects.filter(submission=sheet, kind="submission.submit")
    assert set(told.values_list("recipient", flat=True)) == {campus.head.pk, campus.deputy.pk, campus.member.pk}
    assert year.review(sheet).step == "file"


def test_review_climbs_when_the_subject_leaves_fewer_than_two_members(make_campus, db, clock):
    """A group of the subject, the head and nobody else cannot review collectively: the head decides, and the sheet does not stick."""
    campus = make_campus(with_group=False)
    group = LeadingGroup.objects.create(unit=campus.unit, since=date(2026, 1, 1))
    for user, seat in ((campus.head, "leader"), (campus.clerk, "member")):
        GroupMember.objects.create(group=group, user=user, seat=seat)
    year = Year(campus, clock)
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))

    assert where(sheet) == ("in_review", "review", "unit_head")
    with pytest.raises(Refused):
        year.vote(sheet, campus.head)
    sheet = year.agree(sheet, campus.head, signed=True)

    assert where(sheet) == ("in_review", "file", "office")
