"""A unit with two heads (党政双负责人), a group with two leaders: either acts, both are named, neither decides on the other (A7)."""

import pytest
from django.urls import reverse

from registers.access import can, people_who_may, policy_of
from registers.models import ControlMeasure, GroupMember, RiskPoint, User
from registers.refusals import Refused, Stale
from registers.standins import roles_of, set_up
from tests.factories import appoint, make_person
from tests.noscript import Plain
from tests.personas import point, power, unit_point
from tests.workflows.carried_cases import key_of, reviewed
from workflows import responsibilities
from workflows.messages import reminders
from workflows.models import Reminder, Submission
from workflows.sheets import documents
from workflows.sheets.documents import Composition

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
def both(year):
    """The year, in which the member heads the unit as well, and in a list comes before the other."""
    return second_head(year)


def second_head(year):
    User.objects.filter(pk=year.campus.member.pk).update(sort_key="a")
    User.objects.filter(pk=year.campus.head.pk).update(sort_key="b")
    appoint(year.campus.member, year.campus.unit, "unit_head")
    return year


def queue(year, user):
    return set(policy_of(Submission).awaiting(Submission.objects.all(), year.actor(user)))


def ids(people):
    return {user.number for user in people}


def test_either_signs_the_unit_s_sheet_and_the_paper_names_both(both):
    campus, sheet = both.campus, both.sheet("powers")
    sheet = both.submit(sheet, both.points(sheet, power(accountable_post=campus.post.code)))
    assert ids(people_who_may("decide", sheet)) == {"head", "member"}
    both.at("09-25")
    reminders.remind(at=both.clock.now, whatever_the_hour=True)
    reminded = Reminder.objects.filter(submission=sheet, heard_as="").values_list("recipient__number", flat=True)
    assert set(reminded) == {"head", "member"}

    sheet = both.hand_over(sheet, campus.head, campus.member)
    assert (queue(both, campus.head), queue(both, campus.member)) == (set(), {sheet})
    signed = both.agree(sheet, campus.member, signed=True)

    with pytest.raises(Stale):
        both.agree(signed, campus.head, signed=True, seen=sheet.version)
    assert signed.waiting_role == "office"
    document = documents.document(signed)
    assert document["fields"]["unit.head"] == f"{campus.member.name}、{campus.head.name}"
    assert document["signoffs"]["sign"]["name"] == campus.member.name


def test_own_sheet_of_one_head_climbs_past_the_other(both):
    """单位负责人 → 分管校领导, be there one head or two: they do not judge each other."""
    campus, sheet = both.campus, both.sheet("personal-search", both.campus.head)
    sheet = both.submit(sheet, both.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        both.vote(sheet, voter)

    sheet = both.agree(sheet, campus.deputy)

    assert (sheet.step, sheet.waiting_role) == ("sign", "leader_in_charge")
    assert ids(people_who_may("decide", sheet)) == {"leader"}
    assert queue(both, campus.member) == set()
    others = both.sheet("personal-search")
    others = both.review(both.submit(others, both.points(others, point())))
    assert others.waiting_role == "office"  # the clerk's is signed by one of them as ever


def test_stand_in_for_one_head_keeps_out_of_the_other_s_own_sheet(both):
    campus, today = both.campus, both.clock.today
    said = {"since": today, "last": today, "note": "外出", "actor": both.actor(campus.head), "at": both.clock.now}
    own = [row.pk for row in roles_of(campus.head, on=today)]
    with pytest.raises(Refused, match="本人就担任"):
        set_up(own, to=campus.member, **said)
    set_up(own, to=campus.colleague, **said)
    sheet = both.sheet("personal-search")
    sheet = both.submit(sheet, both.points(sheet, point()))
    Submission.objects.filter(pk=sheet.pk).update(waiting_role="unit_head", step="sign")

    def decide_about(person):
        Submission.objects.filter(pk=sheet.pk).update(person=person)
        return ids(people_who_may("decide", Submission.objects.get(pk=sheet.pk)))

    assert decide_about(campus.clerk) == {"head", "member", "colleague"}
    assert decide_about(campus.member) == decide_about(campus.head) == decide_about(campus.colleague) == set()


def test_row_about_one_head_is_not_the_other_s_to_grade(aboard):
    second_head(aboard)
    sheet, own = reviewed(aboard), key_of(aboard.sheet("unit-search"), "丙")
    page = Plain(aboard.campus.member).go(reverse("submission_review", args=[sheet.pk]))
    assert "本人事项" in page.words
    assert not page.page.xpath(f".//*[@name='g-{own}']")

    grades = {entry.key: (entry.details["proposal"].grade, "") for entry in Composition(sheet).entries}
    aboard.agree(sheet, aboard.campus.member, grades=grades)

    assert RiskPoint.objects.get(content="丙").proposed_grade is None
    assert RiskPoint.objects.get(content="甲").proposed_grade is not None


def test_measures_of_the_unit_name_both_heads_and_nobody_who_stands_in(both):
    campus, today = both.campus, both.clock.today
    both.searched(unit_point(), code="unit-search")
    found = RiskPoint.objects.open().get(level="unit")
    measure = ControlMeasure(point_series=found.series, unit=campus.unit, stage="prevention", text="两人经办")
    said = {"since": today, "last": today, "note": "外出", "actor": both.actor(campus.head), "at": both.clock.now}
    set_up([row.pk for row in roles_of(campus.head, on=today)], to=make_person("代一", campus.unit), **said)
    measure.save()

    names = responsibilities.names([measure], {found.series: found}, on=today)

    assert names == {measure.pk: f"{campus.member.name}、{campus.head.name}"}


@pytest.mark.parametrize("first", ["head", "deputy"])
def test_either_leader_of_a_group_concludes_and_one_alone_where_it_concerns_the_other(year, first):
    """Party and administration lead together (R3-02)."""
    campus = year.campus
    GroupMember.objects.filter(user=campus.deputy).update(seat="leader")
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert ids(user for user in User.objects.all() if can(year.actor(user), "conclude", sheet)) == {"head", "deputy"}
    own = year.sheet("personal-search", campus.head)
    own = year.submit(own, year.points(own, point()))
    assert ids(user for user in User.objects.all() if can(year.actor(user), "conclude", own)) == {"deputy"}
    for voter in (campus.member, getattr(campus, first)):
        year.vote(sheet, voter)

    concluded = year.agree(sheet, getattr(campus, first))

    assert concluded.step == "sign"
    with pytest.raises(Stale):
        year.agree(concluded, campus.deputy if first == "head" else campus.head, seen=sheet.version)
