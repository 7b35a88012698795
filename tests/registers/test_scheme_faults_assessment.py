"""Faults in what a rule book says of assessment and the survey, with the remedy for each; and what all five say."""

import pytest

from registers.schemes.assessment import Assessment
from registers.schemes.checking import loading
from tests.registers.mutated import FILES
from tests.written import values_of

pytestmark = pytest.mark.once

CHANGCHUN = next(path for path in FILES if path.stem.startswith("changchun")).read_text(encoding="utf-8")
SECTION = CHANGCHUN[CHANGCHUN.index("\nassessment:") : CHANGCHUN.index("\nledger_title:")]
BANDS = SECTION[SECTION.index("  bands:\n") : SECTION.index("  vetoes:\n")]
SURVEY = SECTION[SECTION.index("  survey:\n") : SECTION.index("  source: R1-11")]

# What is changed in the file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "criterion twice": (
        ("{code: search, label: 风险点排查", "{code: leadership, label: 风险点排查"),
        "代码“leadership”重复",
        "只用一次",
    ),
    "answer twice": (("{code: fair, label: 基本满意", "{code: fair, label: 满意"), "名称“满意”重复", "只用一次"),
    "points that are not 100": (("points: 25", "points: 26"), "合计 101 分", "合计为 100"),
    "weights that are not 100": (("  bands:\n", "  weights: {own: 30}\n  bands:\n"), "权重合计 110%", "合计为 100"),
    "bands out of order": (
        ("label: 达标, at_least: 80", "label: 达标, at_least: 95"),
        "最低分不低于“优胜”",
        "从高到低",
    ),
    "score without a band": (("at_least: 0,", "at_least: 60,"), "低于 60 分的没有档次", "at_least: 0"),
    "veto that caps nothing": (("cap: met", "cap: excellent"), "最高只能评为“excellent”", "met、unmet"),
    "survey without answers": (
        (SURVEY[SURVEY.index("    scale:\n") : SURVEY.index("    inferred")], ""),
        "测评缺少 scale",
        "三项都写",
    ),
    "points by a survey that is not held": ((SURVEY, ""), "没有测评", "补上 survey"),
    "groups that are not 100": (("weight: 60", "weight: 70"), "权重合计 110%", "合计为 100"),
    "nothing that counts": (
        (
            "label: 满意, value: 100}\n      - {code: fair, label: 基本满意, value: 70}",
            "label: 满意}\n      - {code: fair, label: 基本满意}",
        ),
        "不足两个",
        "至少两个",
    ),
    "result of four people": (
        ("    scale:\n", "    least_answers: 4\n    scale:\n"),
        "“least_answers”太小",
        "不小于 5",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_line_and_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in SECTION
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(CHANGCHUN.replace(SECTION, SECTION.replace(before, after, 1)), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]
    first = CHANGCHUN[: CHANGCHUN.index("\nassessment:")].count("\n") + 2
    assert first <= found[0].line <= first + 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_book_says_how_it_assesses_and_what_its_source_says_of_it(path):
    said = loading.read(path)[0].assessment
    assert said.is_held
    assert said.survey.is_held
    assert sum(item.value is None for item in said.survey.scale) == 1  # 不了解
    written = values_of(path.read_text(encoding="utf-8"))["assessment"]
    parts = [part for name in ("criteria", "bands", "vetoes") for part in written[name]] + written["survey"]["groups"]
    assert [part for part in parts if not part.get("inferred") and not part.get("source")] == []


def test_list_of_criteria_of_an_earlier_version_is_read():
    said = Assessment.model_validate([{"label": "是否重视", "points": 60}, {"label": "有无违纪", "points": 40}])
    assert [item.code for item in said.criteria] == ["item-1", "item-2"]
    assert not said.is_held
