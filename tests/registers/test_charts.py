"""Where the shapes of a chart stand: nothing overlaps, nothing is cut, every word is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.charts import LINE, Risk, Stage, chart, wrapped

pytestmark = pytest.mark.once

TEXT = st.text(alphabet="经办受理审核复核公示归档，。；", min_size=1, max_size=90)
RISKS = st.builds(
    Risk, number=st.integers(1, 9), text=TEXT, grade=st.sampled_from(["", "一级"]), measures=TEXT, person=TEXT
)
STAGES = st.lists(
    st.builds(
        Stage, post=TEXT, text=TEXT, limit=st.sampled_from(["", "3日"]), risks=st.lists(RISKS, max_size=3).map(tuple)
    ),
    max_size=6,
)


@given(STAGES)
def test_shapes_stay_apart_and_on_the_page(stages):
    drawn = chart("图", stages)
    for at, shape in enumerate(drawn.shapes):
        assert shape.x >= 0
        assert shape.x + shape.width <= drawn.width
        assert shape.y + shape.height <= drawn.height
        for other in drawn.shapes[at + 1 :]:
            apart = shape.x + shape.width <= other.x or other.x + other.width <= shape.x
            assert apart or shape.y + shape.height <= other.y or other.y + other.height <= shape.y


@given(STAGES)
def test_every_word_is_drawn_inside_its_shape(stages):
    drawn = chart("图", stages)
    for shape in drawn.shapes:
        for _, _, x, y in shape.lines:
            assert shape.x <= x <= shape.x + shape.width
            assert shape.y < y <= shape.y + shape.height
    words = "".join(line for shape in drawn.shapes for line, *_ in shape.lines)
    assert all("".join(wrapped(stage.text, 15)) in words for stage in stages)


@given(TEXT, st.integers(2, 20))
def test_wrapping_loses_nothing_and_begins_no_line_with_a_stop(text, across):
    lines = wrapped(text, across)
    assert "".join(lines) == text
    assert all(len(line) <= across + 1 for line in lines)


def test_process_runs_from_start_to_end():
    drawn = chart("图", [Stage("经办", "受理", "1日"), Stage("审核", "复核", "")])
    assert [shape.lines[0][0] for shape in drawn.shapes] == ["开始", "受理", "复核", "结束"]
    assert len(drawn.arrows) == 3
    assert drawn.links == ()
    assert LINE > 12


def test_risks_stand_left_and_measures_right():
    risk = Risk(1, "照抄参数", "一级", "两人经办", "某人")
    drawn = chart("图", [Stage("经办", "受理", "", (risk,))])
    step, ours, theirs = drawn.shapes[1:4]
    assert (step.kind, ours.kind, theirs.kind) == ("step", "risk", "measure")
    assert ours.x < step.x < theirs.x
    assert [line for line, *_ in ours.lines] == ["风险点1（一级）", "照抄参数"]
    assert [line for line, *_ in theirs.lines] == ["防控措施", "两人经办", "责任人：某人"]
    assert len(drawn.links) == 2
