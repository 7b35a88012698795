"""Who takes part: the preview before opening, units in waves, and everybody's reason."""

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse

from registers.access import NotAllowed
from registers.actors import Actor
from registers.models import Unit, User
from registers.schemes.checking import loading
from registers.schemes.language import Condition
from tests.factories import appoint, make_person, make_post
from tests.personas import Year
from workflows.campaign import campaigns, plans, scoping
from workflows.models import Campaign, Enrolment, Notification, Submission
from workflows.policies.remedies import remedy_of_body
from workflows.sheets import sheet_for

pytestmark = pytest.mark.database("both")


@pytest.fixture
def third(campus):
    """A unit with a head, a liaison and one risk post."""
    unit = Unit.objects.create(code="XS", name="学生工作处", unit_type="office", parent=campus.root, position=4)
    head, liaison, clerk = (make_person(name, unit) for name in ("新一", "新二", "新三"))
    appoint(head, unit, "unit_head")
    appoint(liaison, unit, "liaison")
    make_post(unit, "资助管理", clerk)
    unit.clerk, unit.liaison = clerk, liaison
    return unit


def opened(campus, clock, *units):
    clock.set("2026-07-12 09:00")
    return campaigns.open_campaign(
        scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now, actor=Actor(campus.office),
        units=[unit.pk for unit in units],
    )  # fmt: skip


def owed(campaign, **whose):
    return set(Submission.objects.filter(task__campaign=campaign, **whose).values_list("task__code", flat=True))


def signed_in(client, user):
    client.force_login(user, backend="registers.sessions.People")
    return client


# --- Reasons --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alternatives", "facts", "judged"),
    [
        ([], {}, (True, "风险岗位，即公共权力集中、在权力运行中容易滋生不廉洁行为的重要岗位")),
        ([[{"post_flag": "risk_post"}]], {}, (True, "风险岗位")),
        ([[{"post_flag": "key_post"}]], {}, (False, "岗位不是重点岗位")),
        ([[{"rank_at_least": "副科"}]], {"rank": "正科"}, (True, "职级正科")),
        ([[{"rank_at_least": "副科"}]], {"rank": "科员"}, (False, "职级科员，未达到副科")),
        ([[{"rank_at_least": "副科"}]], {"rank": ""}, (False, "职级未登记，未达到副科")),
        ([[{"unit_types": ["college"]}]], {}, (False, "所在单位属于机关部门")),
        ([[{"unit_types": ["office"], "party_member": True}]], {"is_party_member": True}, (True, "机关部门、中共党员")),
        ([[{"unit_types": ["office"], "party_member": True}]], {}, (False, "非中共党员")),
        ([[{"post_flag": "key_post"}], [{"party_member": True}]], {}, (False, "岗位不是重点岗位；非中共党员")),
    ],
)
def test_scope_says_why_somebody_is_in_or_out(campus, alternatives, facts, judged):
    for name, value in facts.items():
        setattr(campus.clerk, name, value)
    campus.clerk.save()
    rules = campus.scheme.rules
    scope = rules.scope.model_copy(update={"any_of": [[Condition(**one) for one in group] for group in alternatives]})
    rules = rules.model_copy(update={"scope": scope, "ranks": ["科员", "副科", "正科"]})
    [held] = [
        row for row in scoping.holders_of_posts([campus.unit.pk], on=date(2026, 7, 12)) if row.user == campus.clerk
    ]

    found = scoping.judge(rules, held)

    assert (found.is_in, found.reason) == judged


def test_everybody_is_listed_with_his_reason(year, client):
    page = signed_in(client, year.campus.office).get(reverse("campaign_people"))

    listed = {user.number: (judged.is_in, judged.reason) for user, _, _, judged, _ in page.context["page"].rows}
    everybody = set(User.objects.filter(is_active=True).values_list("number", flat=True))
    assert listed == dict.fromkeys(everybody, (False, scoping.NO_POST)) | {
        "clerk": (True, "风险岗位"),
        "colleague": (False, "岗位不是风险岗位"),
        "head": (True, "风险岗位"),
    }
    assert page.context["counts"] == {"in": 2, "out": len(everybody) - 2}


def test_nobody_vanishes_with_a_unit_that_is_closed(year, client):
    """Whoever has an account in use stands on the office's list, whatever became of his unit and of his posts (A8)."""
    campus, today = year.campus, year.clock.today
    closed = Unit.objects.create(
        code="XX", name="旧部门", unit_type="office", parent=campus.root, position=9, closed_on=today
    )
    make_post(closed, "旧岗位", campus.deputy)  # he works in the unit that there still is
    homeless = [make_person("旧一", closed), make_person("无一", None)]
    make_post(closed, "另一旧岗位", homeless[0])

    page = signed_in(client, campus.office).get(reverse("campaign_people"))

    reasons = {user.number: judged.reason for user, _, _, judged, _ in page.context["page"].rows}
    assert set(reasons) == set(User.objects.filter(is_active=True).values_list("number", flat=True))
    assert reasons["deputy"] == scoping.NO_POST
    assert {reasons[user.number] for user in homeless} == {scoping.NO_UNIT}
    mine = signed_in(client, campus.head).get(reverse("campaign_people")).context["page"].rows
    assert {user.number for user, *_ in mine} == IN | OUT


IN, OUT = {"clerk", "head"}, {"colleague", "deputy", "liaison", "member"}


@pytest.mark.parametrize(("scope", "found"), [("in", IN), ("out", OUT), ("", IN | OUT)])
def test_list_of_people_is_narrowed(year, client, scope, found):
    page = signed_in(client, year.campus.head).get(reverse("campaign_people"), {"scope": scope, "unit": "CW"})

    assert {row[0].number for row in page.context["page"].rows} == found


def test_head_sees_the_people_of_his_own_unit_alone(year, client):
    page = signed_in(client, year.campus.other_head).get(reverse("campaign_people"))

    numbers = [row[0].number for row in page.context["page"].rows]
    assert (page.context["units"], numbers) == ([("ZS", "招生就业处")], ["other_head"])


# --- Preview --------------------------------------------------------------------------------------------


def test_preview_counts_what_opening_then_makes(campus, clock, third):
    clock.set("2026-07-12 09:00")
    appoint(third.liaison, campus.other_unit, "liaison")
    plan = plans.plan_of(campus.scheme, campus.root, year=2026, on=clock.today)
    year = Year(campus, clock)

    rows = Submission.objects.filter(task__campaign=year.campaign)
    assert plan.sheets == rows.count() == 33
    assert {row.task.code: row.sheets for row in plan.tasks} == {
        task.code: task.submissions.count() for task in year.campaign.tasks.all()
    }
    assert {row.task.code: (row.opens, row.due) for row in plan.tasks} == {
        task.code: (task.opens_on, task.due_on) for task in year.campaign.tasks.all()
    }
    assert (plan.people, plan.people_out, len(plan.chosen)) == (3, 1, 5)


def test_preview_says_what_is_missing(campus, clock):
    clock.set("2026-09-15 09:00")
    plan = plans.plan_of(campus.scheme, campus.root, year=2026, on=clock.today)

    assert {row.unit.code: row.gaps for row in plan.units} == {
        "ROOT": [],
        "CW": [],
        "ZS": [],
        "JS": ["未设负责人，不产生单位表"],
    }
    assert {row.unit.code: [reason.what for reason in row.refused] for row in plan.units if row.refused} == {
        "ZS": ["招生就业处及上级单位都没有在任的联络员，单位表无人填报"]
    }
    assert {row.unit.code for row in plan.chosen} == {"ROOT", "CW", "JS"}
    assert plan.warnings == [
        "2026年的节假日与调休尚未载入，这些年份只按周末计算工作日。",
        "有 3 个事项的截止日期已过：领导小组成员及工作计划、单位权力事项登记、风险岗位职权目录。",
        "有 1 个单位未设负责人，见下表。",
        "有 1 个单位的表无人能够办结，不能参加，缺什么、由谁补见下表。",
    ]
    notes = {row.task.code: row.notes for row in plan.tasks}
    assert notes["group"][0] == "截止日期已过，开展后即逾期"
    assert notes["personal-search"] == ["截止日不是工作日"]
    assert notes["personal-grading"][:2] == ["截止日不是工作日", "晚于所属阶段的结束日期"]  # domain B5-1


LONELY = (
    "学校领导小组在任成员 1 人，不足 2 人，不能开会，“单位风险等级评估”到会议环节后无法办结；"
    "请管理员登记学校领导小组成员的任职。"
)


def test_preview_and_opening_say_which_body_is_too_few_to_decide(campus, clock, client):
    clock.set("2026-07-12 09:00")
    office = signed_in(client, campus.office)
    page = office.get(reverse("campaign_plan"), {"year": "2026"}).content.decode()
    assert LONELY in page
    assert f'href="{reverse("unit_detail", args=[campus.root.code])}">查看任职' in page
    assert LONELY in office.post(reverse("campaign_open"), {"year": "2026"}, follow=True).content.decode()

    appoint(make_person("己三", campus.root), campus.root, "school_group")
    assert "不能开会" not in office.get(reverse("campaign_plan"), {"year": "2027"}).content.decode()


@pytest.mark.parametrize(
    ("members", "said"), [(1, "不能开会"), (11, "只登记了 11 人；方案规定 23 人，过半数到会即 12 人"), (12, "")]
)
def test_body_whose_seats_the_rule_book_counts_needs_its_quorum_of_these(members, said):
    rules = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / "nwnu-2012.yaml")[0]
    found = remedy_of_body(rules.bodies["school-group"], members, rules.tasks, rules)
    assert said in str(found or "")
    assert bool(found) == bool(said)


def test_preview_writes_nothing_and_carries_the_ticks_over(campus, clock, client, third):
    clock.set("2026-07-12 09:00")
    page = signed_in(client, campus.office).get(
        reverse("campaign_plan"), {"year": "2026", "chosen": "1", "units": [campus.unit.pk, third.pk]}
    )

    assert {row.unit.code for row in page.context["plan"].chosen} == {"CW", "XS"}
    assert Campaign.objects.count() == 0
    answer = client.post(reverse("campaign_open"), {"year": "2026", "chosen": "1", "units": [campus.unit.pk, third.pk]})
    assert answer.status_code == 302
    assert set(Enrolment.objects.values_list("unit__code", "wave")) == {("CW", 1), ("XS", 1)}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写年度：2000 至 2100 之间的整数。"),
        ("去年", "年度应为 2000 至 2100 之间的整数，例如 2026。"),
        ("1999", "年度应在 2000 至 2100 之间。"),
    ],
)
def test_year_that_cannot_be_is_refused_in_words(campus, client, typed, said):
    page = signed_in(client, campus.office).get(reverse("campaign_plan"), {"year": typed})

    assert (page.status_code, said in page.content.decode()) == (422, True)


def test_opening_without_a_unit_opens_nothing(campus, client, clock):
    answer = signed_in(client, campus.office).post(
        reverse("campaign_open"), {"year": "2026", "chosen": "1"}, follow=True
    )

    assert "请至少选择一个单位。" in answer.content.decode()
    assert Campaign.objects.count() == 0


# --- Waves ----------------------------------------------------------------------------------------------


def test_first_wave_alone_owes_anything(campus, clock, third):
    campaign = opened(campus, clock, campus.unit)

    assert owed(campaign, unit=campus.unit, person=campus.clerk) == {
        "personal-search",
        "personal-grading",
        "personal-control",
    }
    assert owed(campaign, unit=third) == owed(campaign, unit=campus.other_unit) == set()


def test_later_wave_comes_in_with_all_sheets_and_time_to_fill_them(campus, clock, third, client):
    campaign = opened(campus, clock, campus.unit)
    clock.set("2026-09-15 10:00")

    answer = signed_in(client, campus.office).post(
        reverse("campaign_enrol"), {"chosen": "1", "units": [third.pk]}, follow=True
    )

    assert "已纳入 1 个单位（第 2 批）" in answer.content.decode()
    assert owed(campaign, person=third.clerk) == {"personal-search", "personal-grading", "personal-control"}
    sheets = {sheet.task.code: sheet for sheet in Submission.objects.filter(unit=third).select_related("task")}
    assert (sheets["personal-search"].state, sheets["personal-search"].due_on) == (
        "open",
        date(2026, 9, 29),
    )  # ten working days
    assert sheets["personal-control"].due_on == date(2026, 11, 20)  # far enough as it is
    assert Notification.objects.filter(kind="submission.opened", recipient=third.clerk).count() == 1
    assert Submission.objects.filter(
        task__campaign=campaign, unit=campus.unit, task__code="personal-search"
    ).first().due_on == date(2026, 9, 20)


def test_enrolling_twice_changes_nothing(campus, clock, third):
    campaign = opened(campus, clock, campus.unit)
    actor = campus.actor(campus.office)
    assert len(campaigns.enrol(campaign, [third.pk], actor=actor, at=clock.now)) == 1
    before = Submission.objects.count(), Enrolment.objects.count(), Notification.objects.count()

    assert campaigns.enrol(campaign, [third.pk, campus.unit.pk], actor=actor, at=clock.now) == []

    assert (Submission.objects.count(), Enrolment.objects.count(), Notification.objects.count()) == before


def test_unit_of_nobody_is_not_enrolled(campus, clock):
    campaign = opened(campus, clock, campus.unit)

    assert campaigns.enrol(campaign, [10**6], actor=campus.actor(campus.office), at=clock.now) == []
    with pytest.raises(NotAllowed, match="只有学校领导小组办公室或管理员"):
        campaigns.enrol(campaign, [campus.other_unit.pk], actor=campus.actor(campus.head), at=clock.now)


# --- The next year --------------------------------------------------------------------------------------


def test_next_year_takes_over_the_units_and_starts_from_the_register(campus, clock, client, third):
    first = opened(campus, clock, campus.unit, third)
    year = Year.__new__(Year)
    year.campus, year.clock, year.number, year.campaign = campus, clock, 2026, first
    year.at("09-15")
    year.searched()
    clock.set("2027-07-06 09:00")

    office, after = signed_in(client, campus.office), {"after": "2026"}
    page = office.get(reverse("campaign_plan"), after)
    ticked = [row.unit.pk for row in page.context["plan"].units if row.is_chosen]
    office.post(reverse("campaign_open"), {"year": "2027", "chosen": "1", "units": ticked, **after})

    following = Campaign.objects.get(year=2027)
    assert set(following.enrolments.values_list("unit__code", flat=True)) == {"CW", "XS"}
    year.campaign = following
    sheet = year.sheet("personal-search")
    assert [entry["values"]["content"] for entry in sheet_for(sheet).offered()] == ["采购参数照抄一家"]
