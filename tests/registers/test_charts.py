"""Where the shapes of a chart stand: nothing overlaps, nothing is cut, every word is there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.charts import LINE, Risk, Stage, chart, wrapped

pytestmark = pytest.mark.once

TEXT = st.text(alphabet="经办受理审核复核公示归档，。；", min_size=1, max_size=90)
RISKS = st.builds(
    Risk, number=st.integers(1, 9), text=TEXT, grade=st.sampled_from(["", "一级"]), measures=TEXT, person=TEXT
)
KEYS = ["0", "1", "2", "3", "4", "5", "end", "nowhere"]
WAYS = st.lists(st.tuples(st.sampled_from(KEYS), st.text(alphabet="通过不退回", max_size=30)), max_size=3).map(tuple)
STAGES = st.lists(
    st.builds(
        Stage,
        post=TEXT,
        text=TEXT,
        limit=st.sampled_from(["", "3日", "收到材料之日起十五个工作日内，材料不全的自补正之日起算"]),
        risks=st.lists(RISKS, max_size=3).map(tuple),
        ways=WAYS,
    ),
    max_size=6,
).map(lambda stages: [replace(stage, key=str(place)) for place, stage in enumerate(stages)])


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


@given(STAGES)
def test_every_decision_has_its_diamond_and_every_condition_stands_on_the_page(stages):
    drawn = chart("图", stages)
    known = {stage.key for stage in stages} | {"end"}
    ways = [[way for way in stage.ways if way[0] in known - {stage.key}] for stage in stages]
    assert sum(shape.kind == "decision" for shape in drawn.shapes) == sum(len(own) > 1 for own in ways)
    words = [line for line, *_ in drawn.labels]
    for conditions in ([when for _, when in own if when] for own in ways):
        for when in conditions if len(conditions) > 1 else ():
            assert any(set(part) <= set(when) for part in words)
    for line, x, y, anchor in drawn.labels:
        assert (x if anchor == "start" else x - 11 * len(line)) >= 0
        assert (x + 11 * len(line) if anchor == "start" else x) <= drawn.width
        assert 0 <= y <= drawn.height


def test_decision_leads_down_where_it_passes_and_back_where_it_does_not():
    stages = [
        Stage("经办", "受理", "", key="a"),
        Stage("科长", "审核", "", key="b", ways=(("c", "通过"), ("a", "材料不全"), ("end", "不予受理"))),
        Stage("处长", "审批", "", key="c"),
    ]
    drawn = chart("图", stages)
    assert [shape.lines[0][0] for shape in drawn.shapes] == ["开始", "受理", "审核", "办理结果", "审批", "结束"]
    diamond, first, last = drawn.shapes[3], drawn.shapes[1], drawn.shapes[5]
    places = {words: (x, anchor) for words, x, _, anchor in drawn.labels}
    assert set(places) == {"通过", "材料不全", "不予受理"}
    assert places["材料不全"][0] > diamond.x + diamond.width  # to the right, back to the first step
    assert places["不予受理"] == (diamond.x - 6, "end")  # to the left, to the end
    ends = [line for line, _ in drawn.arrows if "H" in line]
    assert any(line.endswith(f"V{first.y + first.height / 2}H{first.x + first.width + 7}") for line in ends)
    assert any(line.endswith(f"V{last.y + last.height / 2}H{last.x - 7}") for line in ends)


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
