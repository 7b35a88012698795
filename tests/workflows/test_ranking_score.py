"""The arithmetic of rankings, by properties that hold for all figures."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.publicity.rankings import score

pytestmark = pytest.mark.once
CODES = ("timely", "coverage", "quality")
BANDS = [("excellent", 90), ("good", 80), ("fair", 70), ("poor", 0)]
weights = st.fixed_dictionaries({code: st.integers(1, 100) for code in CODES})
shares = st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
units = st.fixed_dictionaries(dict.fromkeys(CODES, shares))
directions = st.fixed_dictionaries({code: st.sampled_from(["more", "less"]) for code in CODES})
points_off = st.fractions(0, 120, max_denominator=100)


def values_of(unit, ways):
    return {code: score.value(*unit[code], ways[code]) for code in CODES}


@given(units, directions, weights, points_off, st.integers(0, 2))
def test_score_lies_between_0_and_100_and_exists_where_anything_applies(unit, ways, weight, off, decimals):
    points = score.score(values_of(unit, ways), weight, off, decimals)
    assert (points is None) == all(of == 0 for _, of in unit.values())
    assert points is None or 0 <= points <= 100


@given(units, directions, weights, points_off, st.sampled_from(CODES))
def test_score_never_falls_when_a_figure_gets_better(unit, ways, weight, off, code):
    number, of = unit[code]
    better = number + 1 if ways[code] == "more" else number - 1
    if not 0 <= better <= of:
        return
    before = score.score(values_of(unit, ways), weight, off, 2)
    after = score.score(values_of(unit | {code: (better, of)}, ways), weight, off, 2)
    assert after >= before


@given(units, directions, weights, st.sampled_from(CODES))
def test_what_does_not_apply_is_as_if_the_scheme_had_no_such_figure(unit, ways, weight, code):
    values = values_of(unit, ways) | {code: None}
    without = {one: worth for one, worth in values.items() if one != code}
    assert score.total(values, weight) == score.total(without, weight)


@given(units, directions, weights)
def test_mean_lies_between_its_values(unit, ways, weight):
    values = [worth for worth in values_of(unit, ways).values() if worth is not None]
    mean = score.total(values_of(unit, ways), weight)
    assert mean is None if not values else min(values) <= mean <= max(values)


@given(units, directions, weights, points_off, points_off)
def test_more_points_off_are_never_better(unit, ways, weight, off, more):
    one, two = sorted((off, more))
    points = score.score(values_of(unit, ways), weight, one, 2)
    assert points is None or score.score(values_of(unit, ways), weight, two, 2) <= points


@given(st.integers(1, 100), st.integers(1, 5))
def test_what_a_unit_reported_itself_costs_less_and_what_it_hid_more(points, times):
    found = score.deduction(points, times, 100)
    assert score.deduction(points, times, 0) == 0
    assert score.deduction(points, times, 50) * 2 == found == score.deduction(points, times, 200) / 2


@pytest.mark.parametrize(
    ("exact", "decimals", "text"),
    [
        (Fraction(90), 2, "90.00"),
        (Fraction(179990, 2000), 2, "90.00"),  # 89.995 goes up
        (Fraction(89994999, 1000000), 2, "89.99"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(205, 100), 1, "2.1"),
    ],
)
def test_rounding_is_half_up(exact, decimals, text):
    assert str(score.rounded(exact, decimals)) == text


@given(st.dictionaries(st.integers(0, 30), st.decimals(0, 100, places=2), max_size=12))
def test_equal_scores_share_a_place_and_places_follow_scores(scores):
    places = score.places(scores)
    for one in scores:
        assert places[one] == 1 + len([other for other in scores if scores[other] > scores[one]])
        for other in scores:
            assert (places[one] < places[other]) == (scores[one] > scores[other])
    assert not scores or min(places.values()) == 1


def test_places_count_those_before():
    scores = {"a": Decimal(95), "b": Decimal(90), "c": Decimal(90), "d": Decimal(80)}
    assert score.places(scores) == {"a": 1, "b": 2, "c": 2, "d": 4}


@given(st.decimals(0, 100, places=2), st.lists(st.sampled_from([code for code, _ in BANDS]), max_size=2))
def test_veto_caps_the_band_and_never_lifts_it(points, caps):
    codes = [code for code, _ in BANDS]
    free, capped = score.band(points, BANDS), score.band(points, BANDS, caps)
    assert points >= dict(BANDS)[free]
    assert codes.index(capped) == max(codes.index(code) for code in (free, *caps))


@pytest.mark.parametrize(("points", "code"), [("90.00", "excellent"), ("89.99", "good"), ("70", "fair"), ("0", "poor")])
def test_bands_begin_at_their_lowest_score(points, code):
    assert score.band(Decimal(points), BANDS) == code
