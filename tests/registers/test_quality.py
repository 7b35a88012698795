"""Texts that say nearly the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers import quality

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("采购参数照抄一家供应商的产品说明", "采购参数照抄一家供应商的产品说明书", True),
        ("采购参数照抄一家供应商的产品说明。", "采购参数，照抄一家供应商的产品说明", True),
        ("采购参数照抄一家供应商的产品说明", "报销单据集中在月底送审", False),
        ("审批", "审批", False),
        ("", "", False),
    ],
)
def test_texts_that_say_nearly_the_same_are_found(first, second, alike):
    assert bool(quality.alike(first, {"other": quality.pairs(second)})) is alike


def test_closest_comes_first():
    others = {
        key: quality.pairs(text)
        for key, text in (("near", "大额资金支付无人复核签字"), ("same", "大额资金支付无人复核"))
    }
    assert [key for key, _ in quality.alike("大额资金支付无人复核", others)] == ["same", "near"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_share_and_has_no_direction(first, second):
    one, other = quality.pairs(first), quality.pairs(second)
    assert 0 <= quality.likeness(one, other) <= 1
    assert quality.likeness(one, other) == quality.likeness(other, one)
    assert quality.likeness(one, one) in (0.0, 1.0)
