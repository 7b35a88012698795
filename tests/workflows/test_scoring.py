"""The arithmetic of assessments and surveys, over whatever may be scored and answered (pure)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.supervision import scoring, tallying

pytestmark = pytest.mark.once

FULL = 20
WEIGHTS = {"own": 20, "office": 40, "leadership": 40}
BANDS = [("excellent", 90), ("met", 80), ("unmet", 0)]
VALUES = {"satisfied": 100, "fair": 70, "dissatisfied": 30, "unknown": None}
QUESTIONS = ["attention", "conduct"]
scores = st.decimals(0, FULL, places=2)
lines = st.builds(
    scoring.Line,
    points=st.just(FULL),
    own=scores,
    office=scores,
    leadership=st.lists(scores, min_size=1, max_size=4).map(tuple),
    applies=st.booleans(),
    surveyed=st.booleans(),
    percent=st.none() | st.decimals(0, 100, places=2),
)
sheets = st.lists(lines, min_size=1, max_size=6)
papers = st.lists(
    st.fixed_dictionaries({code: st.sampled_from([*VALUES, ""]) for code in QUESTIONS}), min_size=0, max_size=14
)


def line(**fields):
    return scoring.Line(
        **{"points": FULL, "own": Decimal(18), "office": Decimal(16), "leadership": (Decimal(14),)} | fields
    )


def test_result_is_the_weighted_sum_rounded_once_half_up():
    assert scoring.result([line()], WEIGHTS) == Decimal("78.00")  # 90 × 20 % + 80 × 40 % + 70 × 40 %
    third = line(points=3, own=Decimal(1), office=Decimal(1), leadership=(Decimal(1),))
    assert scoring.result([third], WEIGHTS) == Decimal("33.33")
    assert scoring.rounded(Decimal("84.995")) == Decimal("85.00")
    assert scoring.result([line(leadership=())], WEIGHTS) is None
    several = line(leadership=(Decimal(10), Decimal(20), Decimal(13)))
    assert scoring.rounded(several.score("leadership")) == Decimal("14.33")
    assert scoring.result([line(leadership=())], WEIGHTS | {"office": 80, "leadership": 0}) == Decimal("82.00")


@given(sheets)
def test_result_lies_between_the_parts_and_within_a_hundred(sheet):
    result = scoring.result(sheet, WEIGHTS)
    parts = [scoring.percent(sheet, part) for part in scoring.PARTS]
    if result is None:
        assert not any(found.counts for found in sheet)
    else:
        assert 0 <= result <= 100
        assert scoring.rounded(min(parts)) <= result <= scoring.rounded(max(parts))


@given(sheets, lines)
def test_line_that_does_not_count_changes_nothing(sheet, other):
    left_out = scoring.Line(points=other.points, own=other.own, office=other.office, applies=False)
    unanswered = scoring.Line(points=FULL, surveyed=True)
    assert scoring.result([*sheet, left_out, unanswered], WEIGHTS) == scoring.result(sheet, WEIGHTS)


@given(sheets, st.integers(0, 5), scores)
def test_a_better_score_never_lowers_the_result(sheet, place, better):
    place %= len(sheet)
    was = sheet[place]
    raised = scoring.Line(**{**vars(was), "office": max(was.office, better)})
    before, after = (
        scoring.result(sheet, WEIGHTS),
        scoring.result([*sheet[:place], raised, *sheet[place + 1 :]], WEIGHTS),
    )
    assert (before is None) == (after is None)
    assert before is None or before <= after


@given(st.decimals(0, 100, places=2), st.lists(st.sampled_from(["met", "unmet", "gone"])))
def test_veto_caps_the_band_and_never_lifts_it(score, caps):
    free, capped = scoring.band_of(score, BANDS), scoring.band_of(score, BANDS, caps)
    order = [code for code, _ in BANDS]
    assert order.index(capped) == max([order.index(free), *(order.index(cap) for cap in caps if cap in order)])
    assert score >= dict(BANDS)[free]


def of(answers, given_out=20, **fields):
    said = {"questions": QUESTIONS, "values": VALUES, "given_out": given_out, "returned": 0, "fewest": 5} | fields
    return tallying.of_group("staff", answers, **said)


def test_survey_counts_as_the_field_does():
    answers = [
        {"attention": code, "conduct": "satisfied"}
        for code in ("satisfied", "fair", "fair", "dissatisfied", "satisfied")
    ]
    found = of([*answers, {"attention": "unknown", "conduct": ""}])
    assert found.tallies[0].score == Decimal("74.00")  # 370 / 5: what is unknown or blank counts neither way
    assert found.score == Decimal("87.00")
    assert of(answers[:4]).state == tallying.FEW
    assert of(answers, given_out=10, returned=50).state == tallying.SHORT  # half is not more than half
    assert of(answers, given_out=9, returned=50).state == tallying.HELD
    assert of(answers, given_out=4).state == tallying.VOID
    assert of(answers, given_out=4).score is None


def figures(found):
    """The numbers of people that a page shows of a group."""
    return [found.returned, *(row.valid for row in found.tallies if row.valid is not None)]


@given(papers)
def test_nothing_is_shown_of_fewer_than_five_nor_found_by_a_difference(answers):
    found = of(answers)
    for row in found.tallies:
        counted = sum(VALUES.get(sheet[row.question]) is not None for sheet in answers)
        assert (row.score is None) == (counted < 5)
        left = found.returned - (row.valid if row.valid is not None else found.returned)
        assert left == 0 or left >= 5
    if found.state != tallying.HELD:
        assert found.score is None
        assert found.tallies == ()


@given(papers, papers)
def test_what_is_not_shown_changes_nothing_that_is(answers, others):
    """Whatever the few said of a question of which too few said something, everything shown stays the same."""
    rare = QUESTIONS[0]
    swapped = []
    for sheet, other in zip(answers, [*others, *[{rare: "fair"}] * len(answers)], strict=False):
        said = VALUES.get(sheet[rare]) is not None
        new = other[rare] if said and VALUES.get(other[rare]) is not None else "fair" if said else sheet[rare]
        swapped.append(sheet | {rare: new})
    if sum(VALUES.get(sheet[rare]) is not None for sheet in answers) < 5:
        assert of(swapped) == of(answers)


@given(papers, papers, st.integers(1, 99))
def test_group_without_a_result_has_no_part_in_the_whole(few, many, weight):
    shown, hidden = of(many), of(few[:4])
    hidden = tallying.GroupResult(**{**vars(hidden), "group": "students"})
    weights = {"staff": weight, "students": 100 - weight}
    assert tallying.whole([shown, hidden], weights) == shown.score
    assert tallying.whole([hidden], weights) is None
