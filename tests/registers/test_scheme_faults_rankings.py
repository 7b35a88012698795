"""Faults in what a rule book says of ranking units, with the remedy for each; and what all five say."""

import re

import pytest

from registers.schemes.checking import loading
from tests.registers.mutated import FILES
from tests.written import values_of

pytestmark = pytest.mark.once

TEXT = next(path for path in FILES if path.stem.startswith("tongliao5")).read_text(encoding="utf-8")
OWN = TEXT.index("\nranking:\n")  # the section begins here; others have bands and vetoes as well
CLASSES = TEXT[TEXT.index("  classes:\n", OWN) : TEXT.index("  bands:\n", OWN)]
BANDS = TEXT[TEXT.index("  bands:\n", OWN) : TEXT.index("  deductions:\n", OWN)]

# What is changed in the file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "figure twice": (
        ("{code: coverage, label: 填报覆盖", "{code: timely, label: 填报覆盖"),
        "代码“timely”重复",
        "只用一次",
    ),
    "weights that are not 100": (
        ("label: 上级退回, weight: 20", "label: 上级退回, weight: 21"),
        "合计 101",
        "合计为 100",
    ),
    "figure that nobody knows": (("{code: timely,", "{code: points,"), "“code”的值“points”不在允许的范围内", "timely"),
    "type in two classes": (
        ("unit_types: [college]", "unit_types: [college, office]"),
        "同时在“机关部门”",
        "只归入一类",
    ),
    "the school itself": (("unit_types: [college]", "unit_types: [institution]"), "institution 是学校本身", "删去"),
    "no classes": ((CLASSES, ""), "没有写排名分类", "补上 classes"),
    "no bands": ((BANDS, ""), "没有写档次", "补上 bands"),
    "lowest band above 0": (("label: 不合格, at_least: 0", "label: 不合格, at_least: 10"), "低于 10 分", "at_least: 0"),
    "two bands from the same score": (
        ("label: 合格, at_least: 80", "label: 合格, at_least: 90"),
        "都从 90 分起",
        "不同的起分",
    ),
    "veto to no band": (("at_best: fair", "at_best: middling"), "“middling”不在 bands", "excellent"),
    "class of one": (("    - {code: incident", "    - {code: accountable"), "代码“accountable”重复", "只用一次"),
    "checks that nobody makes": (
        ("residual:\n  enabled: true", "residual:\n  enabled: false"),
        "没有启用措施核查",
        "enabled: true",
    ),
    "nobody decides": (
        ("  school_group: 学校纪委\n  party_committee: 学校党委\n", ""),
        "排名没有人审定",
        "school_group",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in TEXT
    start = OWN if before in TEXT[OWN:] else 0
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(TEXT[:start] + TEXT[start:].replace(before, after, 1), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]


SURVEY = TEXT[TEXT.index("  survey:\n") : TEXT.index("    inferred: true\n", TEXT.index("  survey:\n"))]
# A figure → what of the rule book it counts, which is taken out, and the words of the finding.
NOTHING_TO_COUNT = {
    "satisfied": ((SURVEY + "    inferred: true\n", ""), "没有写测评", "survey"),
    "answered": ((r"    answer_days: \d+\n", ""), "没有要求答复的方式", "answer_days"),
}


@pytest.mark.parametrize("code", NOTHING_TO_COUNT)
def test_figure_of_which_there_is_nothing_to_count_is_found(code):
    (taken, instead), fault, remedy = NOTHING_TO_COUNT[code]
    named = TEXT[:OWN] + TEXT[OWN:].replace("{code: coverage,", f"{{code: {code},", 1)
    assert loading.read_text(named, "x.yaml")[0].ranking.figure(code)
    pattern = taken if code == "answered" else re.escape(taken)
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(re.sub(pattern, instead, named), "x.yaml")
    found = [(row.fault, row.remedy) for row in refused.value.findings]
    assert [row for row in found if fault in row[0] and remedy in row[1]], found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_book_ranks_by_process(path):
    """No source names a ranking of units: all of it is inferred. A class is ranked from five units on, a unit has five days."""
    said = loading.read(path)[0].ranking
    assert said.is_held
    assert said.inferred
    assert sum(figure.weight for figure in said.figures) == 100
    assert (said.smallest_class, said.contest_days, said.decimals) == (5, 5, 2)
    written = values_of(path.read_text(encoding="utf-8"))["ranking"]
    parts = [part for name in ("figures", "deductions", "vetoes") for part in written[name]]
    assert [part for part in parts if not part.get("inferred") and not part.get("source")] == []


def test_rule_book_without_a_ranking_is_right():
    start = TEXT.index("\nranking:\n")
    rules, _ = loading.read_text(TEXT[:start] + TEXT[TEXT.index("\ninclude: [office") :], "x.yaml")
    assert not rules.ranking.is_held
