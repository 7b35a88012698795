"""Faults in what a rule book asks of heads and units, with the remedy for each; and what each of the five asks for."""

import pytest

from registers.schemes.checking import loading
from tests.registers.mutated import FILES

pytestmark = pytest.mark.once

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FILES}
SCHOOL, UNIVERSITY = "tongliao5-2022", "imut-2011"
ASKED = "\nduties:\n"

# What is changed in which file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "part twice": (SCHOOL, ("{code: posts, label: 岗位明确", "{code: head, label: 岗位明确"), "“head”重复", "只用一次"),
    "paper of another kind": (SCHOOL, ("paper: duty-statement", "paper: notice"), "“notice”不是", "duty-statement"),
    "paper that is not there": (
        SCHOOL,
        ("include: [office, duty]", "include: [office]"),
        "“duty-statement”不是",
        "补上",
    ),
    "education of no grade": (SCHOOL, ("ranks: [1, 2]", "ranks: [7]"), "[7] 不存在", "只能用"),
    "relation twice": (UNIVERSITY, ("{code: lineal,", "{code: spouse,"), "“spouse”重复", "只用一次"),
    "kind of audit twice": (
        UNIVERSITY,
        ("{code: check, label: 离任检查}", "{code: audit, label: 离任检查}"),
        "“audit”",
        "一次",
    ),
    "domain that nobody knows": (
        UNIVERSITY,
        ("domains: [finance,", "domains: [farming,"),
        "“farming”不存在",
        "finance",
    ),
    "nobody signs": (SCHOOL, ("  unit_head: 部门负责人\n", ""), "没有人签", "unit_head"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_remedy(case):
    slug, (before, after), fault, remedy = BROKEN[case]
    text = TEXTS[slug]
    assert before in text
    start = text.index(ASKED) if before in text[text.index(ASKED) :] else 0
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text[:start] + text[start:].replace(before, after, 1), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]


def test_each_asks_for_what_its_document_says_and_nothing_else():
    asked = {}
    for path in FILES:
        rules = loading.read(path)[0].duties
        asked[path.stem] = {name for name in type(rules).model_fields if getattr(rules, name) is not None}
        assert rules.has_pages == bool(asked[path.stem] - {"leaders_first"})
    assert asked == {
        "jiangsu-dynamic": {"statement", "leaders_first"},
        "changchun-2016": {"leaders_first"},
        "tongliao5-2022": {"statement", "education"},
        "nwnu-2012": {"leaders_first"},
        "imut-2011": {"avoidance", "leaving_audit", "education", "leaders_first"},
    }
