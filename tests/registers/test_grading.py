"""What the rule proposes, and why."""

import pytest
from django.conf import settings

from registers import grading
from registers.schemes.checking import loading

pytestmark = pytest.mark.once

RULES = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / "changchun-2016.yaml")[0]


def with_rule(rule, **forced):
    return RULES.model_copy(update={"grading": RULES.grading.model_copy(update={"rule": rule, "forced": forced})})


@pytest.mark.parametrize(
    ("probability", "harm", "both", "worst"),
    [
        ("high", "criminal", "grade-1", "grade-1"),
        ("high", "disciplinary", "grade-2", "grade-1"),
        ("high", "slight", "grade-2", "grade-1"),
        ("medium", "criminal", "grade-2", "grade-1"),
        ("medium", "disciplinary", "grade-2", "grade-2"),
        ("medium", "slight", "grade-2", "grade-2"),
        ("low", "criminal", "grade-2", "grade-1"),
        ("low", "disciplinary", "grade-2", "grade-2"),
        ("low", "slight", "grade-3", "grade-3"),
    ],
)
def test_grade_follows_from_the_factors(probability, harm, both, worst):
    factors = {"probability": probability, "harm": harm}

    assert grading.propose(with_rule("both"), factors).grade == both
    assert grading.propose(with_rule("worst"), factors).grade == worst


@pytest.mark.parametrize(
    ("factors", "reason"),
    [
        (
            {"probability": "high", "harm": "criminal"},
            "发生几率：高；危害程度：可能触犯国家法律，构成犯罪。各项均为最重，建议评为一级。",
        ),
        (
            {"probability": "low", "harm": "slight"},
            "发生几率：较小；危害程度：可能造成不良社会影响或一定经济损失。各项均为最轻，建议评为三级。",
        ),
        (
            {"probability": "high", "harm": "slight"},
            "发生几率：高；危害程度：可能造成不良社会影响或一定经济损失。各项因素轻重不一，按方案建议评为二级。",
        ),
    ],
)
def test_proposal_says_why(factors, reason):
    assert grading.propose(RULES, factors).reason == reason


CASES = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / "nwnu-2012.yaml")[0]
SLIGHTEST = {
    "importance": "ordinary",
    "frequency": "seldom",
    "discretion": "small",
    "probability": "low",
    "harm": "slight",
}


@pytest.mark.parametrize(
    ("factors", "grade", "why"),
    [
        ({}, "low", "不属于方案所列其他等级的情形"),
        ({"harm": "criminal"}, "high", "可能出现和滋生严重违纪违规或违法犯罪行为"),
        ({"importance": "decisive", "discretion": "large"}, "high", "调配人财物的权力操作较灵活，有较大自由裁量权"),
        ({"importance": "decisive"}, "low", "不属于方案所列其他等级的情形"),
        ({"importance": "decisive", "probability": "high"}, "middle", "可借助职位影响和工作机会谋取私利"),
        # Three of four signs are enough, two are not; the first case that holds counts.
        ({"importance": "decisive", "frequency": "often", "discretion": "limited"}, "middle", "多项因素偏重"),
        ({"frequency": "often", "discretion": "large"}, "low", "不属于方案所列其他等级的情形"),
        ({"frequency": "often", "discretion": "large", "probability": "medium"}, "middle", "多项因素偏重"),
        (
            {"frequency": "often", "discretion": "large", "probability": "medium", "harm": "criminal"},
            "high",
            "违法犯罪",
        ),
    ],
)
def test_first_case_that_holds_gives_the_grade(factors, grade, why):
    proposal = grading.propose(CASES, SLIGHTEST | factors)

    assert proposal.grade == grade
    assert why in proposal.reason


def test_worst_rule_says_why():
    proposal = grading.propose(with_rule("worst"), {"probability": "low", "harm": "criminal"})

    assert proposal.reason == "发生几率：较小；危害程度：可能触犯国家法律，构成犯罪。取其中较重的一项，建议评为一级。"


@pytest.mark.parametrize(
    ("factors", "reason"),
    [
        ({}, "尚未选择“发生几率”。"),
        ({"harm": "slight"}, "尚未选择“发生几率”。"),
        ({"probability": "high"}, "尚未选择“危害程度”。"),
        ({"probability": "high", "harm": "unheard-of"}, "尚未选择“危害程度”。"),
    ],
)
def test_open_factor_leaves_the_grade_open(factors, reason):
    assert grading.propose(RULES, factors) == grading.Proposal(None, reason)


def test_fact_forces_a_grade_only_where_the_scheme_says_so():
    slight = {"probability": "low", "harm": "slight"}

    forced = grading.propose(with_rule("both", major_matter="grade-1"), slight, forced_by=["major_matter"])

    assert forced == grading.Proposal("grade-1", "涉及“三重一大”事项，按方案应评为一级。")
    assert grading.propose(RULES, slight, forced_by=["major_matter"]).grade == "grade-3"
    assert grading.propose(with_rule("both", major_matter="grade-1"), slight).grade == "grade-3"
