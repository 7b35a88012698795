"""The rule of the expected and the actual grade: properties over all points, and its sentences."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from registers.schemes.checking import loading
from workflows.supervision.residual import Check, Facts, Measure, residual

pytestmark = pytest.mark.once

RULES = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / "changchun-2016.yaml")[0]
STAGES = [stage.code for stage in RULES.measure_stages]
TODAY = date(2026, 9, 15)
few = limits(max_examples=80)
days = st.integers(-800, 0).map(lambda back: TODAY + timedelta(days=back))
checks = st.none() | st.builds(Check, on=days, verified=st.booleans(), outside=st.booleans())
measures = st.builds(
    Measure, st.sampled_from(STAGES), st.booleans(), st.booleans(), check=checks, undone=st.sampled_from([False, True])
)
all_points = st.builds(
    Facts,
    rank=st.sampled_from([None, 1, 2, 3]),
    measures=st.lists(measures, max_size=4).map(tuple),
    major=st.booleans(),
    factors=st.fixed_dictionaries({"harm": st.sampled_from(["criminal", "slight"])}),
    blockers=st.lists(st.sampled_from(["甲", "乙"]), max_size=2).map(tuple),
    outlived=st.just(date(2025, 9, 15)),
    same_from=days,
)


@st.composite
def verified_points(draw):
    """Points that lack nothing, some of which cannot become any lighter."""
    check = Check(TODAY, verified=True, outside=True)
    there = tuple(Measure(stage, True, True, check) for stage in STAGES)
    return replace(draw(all_points), measures=there, blockers=())


points = all_points | verified_points()


@st.composite
def rules(draw):
    down, floor, outside = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.sampled_from([[], [1], [1, 2, 3]]))
    rule = RULES.residual
    rule = rule.model_copy(
        update={
            "levels_down": down,
            "outside_unit": outside,
            "floor": rule.floor.model_copy(update={"rank": floor}),
        }
    )
    return RULES.model_copy(update={"residual": rule})


@few
@given(rules(), points)
def test_actual_is_never_better_than_expected_and_neither_worse_than_decided(rule, facts):
    found = residual(rule, facts)
    if facts.rank is None:
        assert (found.initial, found.expected, found.actual) == (None, None, None)
        return
    assert facts.rank == found.initial <= found.actual <= found.expected <= facts.rank + rule.residual.levels_down
    assert not (found.missing and found.is_lighter)
    assert found.missing or found.bound


@few
@given(rules(), points)
def test_nothing_improves_without_verified_evidence_that_counts(rule, facts):
    def counts(check):
        return check is not None and check.verified and check.on > facts.outlived and check.on >= facts.same_from

    if residual(rule, facts).is_lighter:
        for stage in STAGES:
            there = [measure for measure in facts.measures if measure.stage == stage]
            assert there
            assert all(counts(measure.check) and not measure.undone for measure in there)
            assert facts.rank not in rule.residual.outside_unit or all(measure.check.outside for measure in there)
        assert not facts.blockers
    bare = replace(facts, measures=tuple(replace(measure, check=None) for measure in facts.measures))
    assert not residual(rule, bare).is_lighter


@few
@given(rules(), points, st.data())
def test_more_evidence_never_makes_it_worse_and_doubt_never_better(rule, facts, data):
    before = residual(rule, facts)
    better = Check(TODAY, verified=True, outside=True)
    at = data.draw(st.integers(0, max(0, len(facts.measures) - 1)))
    more = tuple(
        replace(measure, owner=True, due=True, check=better, undone=False) if at == place else measure
        for place, measure in enumerate(facts.measures)
    )
    after = residual(rule, replace(facts, measures=more))
    doubted = residual(rule, replace(facts, blockers=(*facts.blockers, "有异议")))
    if facts.rank is not None:
        assert (after.actual >= before.actual) and (after.expected >= before.expected)
        assert (doubted.actual, doubted.expected) <= (before.actual, before.expected)
        assert not doubted.is_lighter


@few
@given(rules(), points)
def test_evidence_ends_and_starts_anew(rule, facts):
    ended = residual(rule, replace(facts, outlived=TODAY))
    changed = residual(rule, replace(facts, same_from=TODAY + timedelta(days=1)))
    assert not ended.is_lighter
    assert not changed.is_lighter
    assert ended.expected == changed.expected == residual(rule, facts).expected


@few
@given(rules(), points)
def test_floor_holds_whatever_is_verified(rule, facts):
    found = residual(rule, facts)
    if facts.rank is not None and (facts.major or facts.factors["harm"] == "criminal"):
        assert found.expected <= max(facts.rank, rule.residual.floor.rank)


@few
@given(rules(), points, st.randoms(use_true_random=False))
def test_order_of_what_is_given_does_not_matter(rule, facts, chance):
    shuffled = list(facts.measures), list(facts.blockers)
    for part in shuffled:
        chance.shuffle(part)
    there, blockers = map(tuple, shuffled)
    assert residual(rule, replace(facts, measures=there, blockers=blockers)) == residual(rule, facts)


WHOLE = Facts(
    rank=1,
    measures=tuple(Measure(stage, True, True, Check(TODAY, True, True)) for stage in STAGES),
    outlived=date(2025, 9, 15),
)
FIRST = WHOLE.measures[0]


@pytest.mark.parametrize(
    ("change", "ranks", "said"),
    [
        ({}, (1, 2, 2), "最多比评定的等级下降 1 级"),
        ({"rank": 3}, (3, 3, 3), "已是最轻的等级"),
        ({"rank": 2, "major": True}, (2, 2, 2), "涉及“三重一大”事项，不因措施低于二级"),
        (
            {"rank": 2, "factors": {"harm": "criminal"}},
            (2, 2, 2),
            "危害程度为“可能触犯国家法律，构成犯罪”，不因措施低于二级",
        ),
        ({"rank": None}, (None, None, None), "尚未评定等级"),
        ({"blockers": ("有未处理的异议",)}, (1, 2, 1), "有未处理的异议"),
        ({"measures": WHOLE.measures[1:]}, (1, 1, 1), "“前期预防”的措施尚未制定"),
        ({"measures": (replace(FIRST, owner=False), *WHOLE.measures[1:])}, (1, 1, 1), "“前期预防”的措施没有写明责任人"),
        (
            {"measures": (replace(FIRST, due=False), *WHOLE.measures[1:])},
            (1, 1, 1),
            "“前期预防”的措施没有写明完成时限（长期的，写明本期落实的日期）",
        ),
        ({"measures": (replace(FIRST, check=None), *WHOLE.measures[1:])}, (1, 2, 1), "“前期预防”的措施尚未核查"),
        (
            {"measures": (replace(FIRST, check=Check(TODAY, False)), *WHOLE.measures[1:])},
            (1, 2, 1),
            "“前期预防”的措施核查未通过（2026-09-15），落实后重新核查",
        ),
        (
            {"measures": (replace(FIRST, check=Check(TODAY, True)), *WHOLE.measures[1:])},
            (1, 2, 1),
            "“前期预防”的措施须由单位以外的人员核查",
        ),
        (
            {"measures": (replace(FIRST, undone=True), *WHOLE.measures[1:])},
            (1, 2, 1),
            "“前期预防”的措施核查以后又记录为尚未落实，须重新核查",
        ),
    ],
)
def test_sentence_says_what_is_missing_or_why_there_is_no_further_step(change, ranks, said):
    found = residual(RULES, replace(WHOLE, **change))
    assert (found.initial, found.expected, found.actual) == ranks
    assert [*found.missing, found.bound] == ([said, ""] if found.missing else [said])


def test_all_that_has_to_be_checked_anew_is_said_stage_by_stage():
    old = residual(RULES, replace(WHOLE, outlived=TODAY))
    assert len(old.missing) == len(STAGES)
    assert old.missing[0] == "“前期预防”的措施核查已满 12 个月（2026-09-15），须重新核查"
    new = residual(RULES, replace(WHOLE, same_from=TODAY + timedelta(days=1)))
    assert new.missing[0] == "“前期预防”的措施核查（2026-09-15）以后风险点有修改或换了责任人，须重新核查"


def test_scheme_without_stages_calls_its_one_measure_by_its_name():
    rules = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / "nwnu-2012.yaml")[0]
    assert residual(rules, Facts(rank=1)).missing == ("防控措施尚未制定",)
