"""Hints: terms in post and of portfolios, one hand on steps that check each other, heads in charge; and who reads them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers import clock, hints
from registers.actors import Actor
from registers.models import Appointment, DomainCharge, Incumbency, Post, PowerItem, ProcessStep, Unit
from tests.factories import appoint, make_person, make_post
from tests.noscript import Plain

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

TODAY = date(2026, 9, 15)


@pytest.fixture
def school(make_campus, clock):
    """Under a rule book that says everything: five years in a key post, two terms, four domains."""
    return make_campus(scheme="imut-2011")


def found(campus, units=None, on=TODAY):
    return hints.hints(campus.scheme.rules, units or [campus.unit], on=on)


def kinds(campus, **more):
    return sorted(hint.kind for hint in found(campus, **more))


def since(post, day):
    Incumbency.objects.filter(post=post).update(since=day)


def power(campus, *steps, name="大额支付", **values):
    item = PowerItem.objects.create(unit=campus.unit, name=name, in_force_from=date(2026, 1, 1), **values)
    for position, (post, procedure) in enumerate(steps, start=1):
        ProcessStep.objects.create(power_item=item, position=position, post_name=post, procedure=procedure)
    return item


@pytest.mark.parametrize(
    ("day", "flag", "expected"),
    [
        (date(2021, 9, 15), True, False),  # five years today
        (date(2020, 1, 1), True, False),
        (date(2022, 3, 15), True, True),  # half a year before
        (date(2022, 3, 16), True, None),
        (date(2010, 1, 1), False, None),  # no key post
    ],
)
def test_term_in_a_key_post_is_announced_and_then_due(school, day, flag, expected):
    Post.objects.filter(pk=school.post.pk).update(is_key_post=flag)
    since(school.post, day)
    terms = [hint for hint in found(school) if hint.kind == "post_term"]
    assert [hint.coming for hint in terms] == ([] if expected is None else [expected])
    for hint in terms:
        assert (hint.post, hint.person_ids) == (school.post, {school.clerk.pk})
        assert f"{school.clerk.name}自 {day} 任该岗位" in hint.reason
        assert "任职满 5 年应当轮岗（年限为通行做法，方案原文未写明）" in hint.reason


def test_rule_book_without_years_hints_at_no_term(make_campus):
    campus = make_campus(scheme="nwnu-2012")
    Post.objects.update(is_key_post=True)
    since(campus.post, date(2000, 1, 1))
    assert kinds(campus) == []


def test_leaders_portfolio_is_counted_in_terms(school):
    Appointment.objects.filter(role="leader_in_charge").update(since=date(2016, 1, 1))
    [hint] = found(school, [school.unit, school.other_unit])
    assert hint.kind == "leader_term"
    assert "一般不超过 2 届（10 年）" in hint.reason
    assert "分管财务处等 2 个单位，已满 2 届" in hint.reason


def test_head_of_the_school_is_kept_from_four_domains(school):
    appoint(school.leader, school.root, "unit_head")
    Post.objects.filter(pk=school.post.pk).update(domain="finance")
    Post.objects.filter(unit=school.other_unit).update(domain="admission")
    [hint] = found(school, [school.unit, school.other_unit])
    assert (hint.kind, hint.unit, hint.subject) == ("head_in_charge", school.unit, school.leader.name)
    assert "不直接分管财务管理、干部人事管理、工程建设、物资采购" in hint.reason


def test_leader_who_heads_nothing_may_have_any_portfolio(school):
    Post.objects.filter(pk=school.post.pk).update(domain="finance")
    led(school.leader, "finance")
    assert kinds(school) == []


def led(user, *domains, since=TODAY):
    for domain in domains:
        DomainCharge.objects.create(user=user, domain=domain, since=since)


def test_domains_of_leaders_count_as_their_units_do(school):
    """Beside units in the terms of a portfolio, and for a head by themselves; said of the institution, to whoever asks about it."""
    appoint(school.chair, school.root, "unit_head")
    led(school.chair, "finance", "admission")
    led(school.leader, "admission", "外事工作", since=date(2016, 1, 1))
    assert kinds(school) == []
    kept, term = found(school, [school.root, school.unit])
    assert (kept.kind, kept.unit, kept.person_ids) == ("head_in_charge", school.root, {school.chair.pk})
    assert f"{school.chair.name}登记为分管财务管理领域" in kept.reason
    assert (term.kind, term.unit) == ("leader_term", school.root)
    assert "自 2016-01-01 分管招生考试等 2 个领域，已满 2 届" in term.reason
    Appointment.objects.filter(role="leader_in_charge").update(since=date(2016, 1, 1))
    assert "分管财务处、招生考试等 2 个领域" in found(school, [school.root, school.unit])[1].reason


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("会计核算", "受理申请"), ("处长", "审批")], []),
        (
            [("会计核算", "受理申请"), ("会计核算", "登记台账"), ("处长", "审批")],
            [],
        ),  # nothing is checked by the same hand
        ([("会计核算", "受理申请"), ("处长", "审批"), ("会计核算", "支付")], []),  # done after it was checked
        ([("会计核算", "受理申请"), ("处长", "审批"), ("会计核算", "验收")], ["own_check"]),
        ([("会计核算", "受理申请"), ("会计核算", "审核")], ["one_hand", "own_check"]),
        ([("会计核算", "受理申请"), ("会计核算", "支付")], ["one_hand"]),
        ([("校外单位", "申请"), ("会计核算", "审核")], []),
    ],
)
def test_steps_that_check_each_other_should_not_lie_in_one_hand(school, steps, expected):
    item = power(school, *steps)
    assert kinds(school) == expected
    assert all((hint.power, hint.unit) == (item, school.unit) for hint in found(school))


def test_two_posts_of_one_person_are_one_hand(school):
    make_post(school.unit, "复核", school.clerk)
    power(school, ("会计核算", "受理申请"), ("复核", "复核凭证"), ("处长", "审批"))
    [hint] = found(school)
    assert hint.kind == "own_check"
    assert f"会计核算（{school.clerk.name}）与复核（{school.clerk.name}）同为一人" in hint.reason
    assert "第 1 步“受理申请”，又办理第 2 步“复核凭证”" in hint.reason


def test_two_vacant_posts_are_two_hands(school):
    for name in ("甲岗", "乙岗"):
        Post.objects.create(unit=school.unit, code=name, name=name)
    power(school, ("甲岗", "受理申请"), ("乙岗", "审核"))
    assert kinds(school) == []


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"kind": "supervision", "domain": "finance"}, ["mixed_powers"]),
        ({"kind": "decision", "domain": "finance"}, []),
        ({"kind": "supervision", "domain": "admission"}, []),
    ],
)
def test_deciding_and_supervising_in_one_domain_should_not_lie_in_one_hand(school, second, expected):
    power(school, kind="decision", domain="finance", accountable_post=school.post)
    power(school, name="支付监督", accountable_post=school.post, **second)
    assert kinds(school) == expected


def test_scheme_may_leave_separation_out(school):
    power(school, ("会计核算", "受理申请"), ("会计核算", "审核"))
    rules = school.scheme.rules
    quiet = rules.model_copy(update={"rotation": rules.rotation.model_copy(update={"separation": False})})
    assert hints.hints(quiet, [school.unit], on=TODAY) == []


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), -6, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_months_end_on_a_day_there_is(day, months, expected):
    assert clock.months_after(day, months) == expected


def test_hints_about_leaders_are_for_the_office_and_for_whom_they_are_about(school):
    Appointment.objects.filter(role="leader_in_charge").update(since=date(2016, 1, 1))
    for who, expected in (("office", ["leader_term"]), ("leader", ["leader_term"]), ("head", [])):
        read = hints.for_reader(found(school), Actor(getattr(school, who), on=TODAY))
        assert [hint.kind for hint in read] == expected, who


def test_everybody_reads_hints_about_what_he_answers_for(school):
    power(school, ("会计核算", "受理申请"), ("会计核算", "审核"))
    for who, expected in (("office", True), ("head", True), ("leader", True), ("other_head", False)):
        words = Plain(getattr(school, who)).go(reverse("hint_list")).words
        assert ("自办自审" in words and "既办理第 1 步“受理申请”" in words) is expected, who


def test_pages_of_unit_post_and_power_warn_those_who_answer_for_them(school):
    item = power(school, ("会计核算", "受理申请"), ("会计核算", "审核"))
    for address in (
        reverse("unit_detail", args=["CW"]),
        reverse("post_detail", args=[school.post.code]),
        reverse("power_detail", args=[item.series]),
    ):
        assert "既办理第 1 步“受理申请”" in Plain(school.head).go(address).words
        assert "既办理" not in Plain(school.clerk).go(address).words


def test_hints_cost_the_same_for_one_unit_and_for_two_hundred(school):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            hints.hints(school.scheme.rules, Unit.objects.all(), on=TODAY)
        return len(captured)

    power(school, ("会计核算", "受理申请"), ("会计核算", "审核"))
    few = cost()
    for number in range(200):
        unit = Unit.objects.create(
            code=f"U{number}", name=f"单位{number}", unit_type="college", parent=school.root, position=number
        )
        make_post(unit, "岗位", school.clerk, is_key_post=True)
    make_person("某某", school.unit)
    assert cost() == few
