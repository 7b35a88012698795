"""A year's campaign: who owes what, and what opens when."""

from datetime import date

import pytest

from registers.access import can
from registers.models import AuditEntry, Incumbency, Post, Unit
from registers.refusals import Refused
from registers.schemes import versions
from registers.schemes.language import Condition
from tests.factories import make_person, make_post
from tests.personas import Year, point
from workflows.campaign import campaigns, scoping
from workflows.models import Campaign, CampaignTask, Notification, Phase, Submission

pytestmark = pytest.mark.database("both")

PERSONAL = {"personal-search", "personal-grading", "personal-control"}
UNIT = {
    "group",
    "powers",
    "power-directory",
    "unit-search",
    "unit-grading",
    "unit-control",
    "process-directory",
    "self-inspection",
}


def owed(**whose):
    return set(Submission.objects.filter(**whose).values_list("task__code", flat=True))


def states(year, **whose):
    return dict(Submission.objects.filter(task__campaign=year.campaign, **whose).values_list("task__code", "state"))


def test_campaign_takes_its_phases_and_days_from_the_scheme(year):
    assert list(Phase.objects.values_list("code", "starts_on", "due_on")) == [
        ("p1", date(2026, 7, 6), date(2026, 7, 11)),
        ("p2", date(2026, 7, 12), date(2026, 10, 20)),
        ("p3", date(2026, 11, 1), date(2026, 12, 15)),
        ("p4", date(2026, 12, 16), date(2026, 12, 30)),
    ]
    days = {task.code: (task.opens_on, task.due_on) for task in CampaignTask.objects.all()}
    assert days["personal-search"] == (date(2026, 7, 12), date(2026, 9, 20))
    assert days["personal-grading"] == (date(2026, 7, 12), date(2026, 10, 31))  # no day of its own: its phase's
    assert days["personal-control"] == (date(2026, 11, 1), date(2026, 11, 20))


def test_holders_of_risk_posts_owe_the_personal_sheets_and_headed_units_the_unit_sheets(year):
    campus = year.campus

    assert owed(person=campus.clerk) == PERSONAL
    assert owed(person=campus.head) == PERSONAL
    assert owed(person=campus.colleague) == set()  # no risk post
    assert owed(person=None, unit=campus.unit) == UNIT
    assert owed(person=None, unit=campus.other_unit) == UNIT
    assert owed(person=None, unit=campus.office_unit) == set()  # nobody heads it
    assert owed(unit=campus.root) == set()


def test_person_with_two_risk_posts_owes_a_sheet_for_each(make_campus, db, clock):
    campus = make_campus()
    second = make_post(campus.other_unit, "兼职出纳", campus.clerk)

    Year(campus, clock)

    sheets = Submission.objects.filter(person=campus.clerk, task__code="personal-search")
    assert set(sheets.values_list("post", "unit")) == {
        (campus.post.pk, campus.unit.pk),
        (second.pk, campus.other_unit.pk),
    }


def test_former_holders_closed_posts_and_closed_units_owe_nothing(make_campus, db, clock):
    campus = make_campus()
    Incumbency.objects.filter(user=campus.clerk).update(until=date(2026, 7, 12))
    Post.objects.filter(pk=campus.head_post.pk).update(closed_on=date(2026, 6, 1))
    Unit.objects.filter(pk=campus.other_unit.pk).update(closed_on=date(2026, 6, 1))

    Year(campus, clock)

    assert (owed(person=campus.clerk), owed(person=campus.head), owed(unit=campus.other_unit)) == (set(), set(), set())
    assert owed(unit=campus.unit) == UNIT


def test_posts_and_units_that_will_be_closed_owe_until_that_day(make_campus, db, clock):
    """A closing is recorded in advance: until then the form of the post's holder offers the post, and the unit takes part."""
    campus = make_campus()
    before = set(scoping.units_of(campus.root, on=clock.today))
    for model, row in ((Post, campus.head_post), (Unit, campus.unit)):
        model.objects.filter(pk=row.pk).update(closed_on=date(2027, 1, 1))

    Year(campus, clock)

    assert set(scoping.units_of(campus.root, on=clock.today)) == before
    assert owed(person=campus.head) != set()
    assert owed(unit=campus.unit) >= UNIT
    assert campus.unit.pk not in scoping.units_of(campus.root, on=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("alternatives", "inside"),
    [
        ([], {"clerk", "head", "colleague"}),
        ([[{"post_flag": "risk_post"}]], {"clerk", "head"}),
        ([[{"post_flag": "key_post"}]], {"colleague"}),
        ([[{"post_flag": "risk_post"}, {"party_member": True}]], {"head"}),
        ([[{"post_flag": "key_post"}], [{"party_member": True}]], {"colleague", "head"}),
        ([[{"party_member": False, "unit_types": ["college"]}]], set()),
        ([[{"party_member": False, "unit_types": ["college", "office"]}]], {"clerk", "colleague"}),
        ([[{"rank_at_least": "副科"}]], {"head"}),
        ([[{"rank_at_least": "科员"}]], {"head", "clerk"}),
        ([[{"rank_at_least": "副科", "post_flag": "key_post"}]], set()),
    ],
)
def test_scope_is_an_or_of_ands(campus, alternatives, inside):
    campus.head.is_party_member, campus.head.rank, campus.clerk.rank = True, "正科", "科员"
    campus.colleague.rank = "院士"  # a word that the scheme does not rank
    for user in (campus.head, campus.clerk, campus.colleague):
        user.save()
    Post.objects.filter(pk=campus.plain_post.pk).update(is_key_post=True)
    rules = campus.scheme.rules
    scope = rules.scope.model_copy(
        update={"any_of": [[Condition(**fields) for fields in group] for group in alternatives]}
    )

    rules = rules.model_copy(update={"scope": scope, "ranks": ["科员", "副科", "正科"]})
    found = scoping.in_scope(rules, scoping.units_of(campus.root, on=date(2026, 7, 12)), on=date(2026, 7, 12))

    assert {incumbency.user.number for incumbency in found} == inside


def test_campaign_of_a_year_is_opened_once(year):
    before = Submission.objects.count(), AuditEntry.objects.count()

    with pytest.raises(Refused, match="2026年度活动已经开展"):
        Year(year.campus, year.clock)

    assert (Submission.objects.count(), AuditEntry.objects.count()) == before
    Year(year.campus, year.clock, number=2027)
    assert Campaign.objects.count() == 2


def test_campaign_keeps_the_scheme_version_it_was_opened_from(year):
    rules, document = year.campus.scheme.rules, year.campus.scheme.document
    newer = rules.model_copy(update={"identity": rules.identity.model_copy(update={"title": "新方案"})})
    versions.store(newer, {**document, "identity": {**document["identity"], "title": "新方案"}}, at=year.clock.now)

    assert Campaign.objects.get().scheme.version == 1
    assert Campaign.objects.get().scheme.rules.identity.title == "风险岗位廉能管理工作实施方案"


# --- Opening --------------------------------------------------------------------------------------------


def test_on_the_day_it_opens_only_what_is_due_to_open_is_open(campus, clock):
    year = Year(campus, clock)

    assert states(year, person=campus.clerk) == {
        "personal-search": "open",
        "personal-grading": "waiting",
        "personal-control": "waiting",
    }
    assert states(year, unit=campus.unit, person=None) == {
        "group": "open",
        "powers": "open",
        "power-directory": "waiting",
        "unit-search": "open",
        "unit-grading": "waiting",
        "unit-control": "waiting",
        "process-directory": "waiting",
        "self-inspection": "waiting",
    }


def test_sheets_open_in_the_first_minute_of_their_day(year):
    year.clock.set("2026-12-15 23:59")
    assert year.sweep()["opened"] == 0

    year.clock.set("2026-12-16 00:00")
    assert year.sweep()["opened"] == 2  # two headed units
    assert year.sheet("self-inspection").state == "open"
    assert year.sweep()["opened"] == 0


def test_sheet_whose_predecessor_is_missing_does_not_open_with_its_day(year):
    year.at("11-01")
    year.sweep()

    assert states(year, person=year.campus.clerk)["personal-control"] == "waiting"
    assert states(year, unit=year.campus.unit, person=None)["process-directory"] == "waiting"


def test_fillers_are_told_once_that_a_sheet_is_open(year):
    campus = year.campus
    for _ in range(3):
        year.sweep()

    told = Notification.objects.filter(kind="submission.opened")
    assert list(told.filter(recipient=campus.clerk).values_list("submission", flat=True)) == [
        year.sheet("personal-search").pk
    ]
    assert set(told.filter(recipient=campus.liaison).values_list("submission__task__code", flat=True)) == {
        "group",
        "powers",
        "unit-search",
    }
    assert told.filter(recipient=campus.liaison).count() == 3
    assert told.exclude(recipient__in=[campus.clerk, campus.head, campus.liaison]).count() == 0


def test_predecessor_of_one_person_opens_nothing_for_another(year):
    campus = year.campus
    year.searched(point(), owner=campus.clerk)
    year.sweep()

    assert states(year, person=campus.clerk)["personal-grading"] == "open"
    assert states(year, person=campus.head)["personal-grading"] == "waiting"


@pytest.mark.parametrize(
    ("who", "allowed"), [("office", True), ("registrar", True), ("head", False), ("clerk", False), ("sys_admin", False)]
)
def test_campaign_is_opened_by_office_or_registrar(campus, who, allowed):
    assert can(campus.actor(getattr(campus, who)), "open", Campaign).allowed is allowed


def test_latest_open_campaign_is_the_current_one(year):
    assert campaigns.current() == year.campaign
    later = Year(year.campus, year.clock, number=2027).campaign
    assert campaigns.current(year.campus.root) == later

    campaigns.close(later, actor=year.actor(year.campus.office), at=year.clock.now)

    assert campaigns.current(year.campus.root) == year.campaign


def test_sheet_of_a_successor_waits_for_his_own_search(year):
    """What the former holder of a post has filed opens nothing of his successor's."""
    successor = make_person("接任", year.campus.unit, number="successor")
    for sheet in Submission.objects.filter(person=year.campus.clerk):
        sheet.pk, sheet.person = None, successor
        sheet.save()

    year.searched(point("甲"))
    year.sweep()

    assert states(year, person=year.campus.clerk)["personal-grading"] == "open"
    assert states(year, person=successor)["personal-grading"] == "waiting"
