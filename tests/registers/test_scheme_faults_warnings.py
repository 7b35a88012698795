"""Faults in what a rule book says of warnings, with the remedy for each; and what all five say."""

import pytest

from registers.schemes.checking import loading
from tests.registers.mutated import FILES
from tests.written import values_of

pytestmark = pytest.mark.once

IMUT = next(path for path in FILES if path.stem.startswith("imut")).read_text(encoding="utf-8")

# What is changed in the file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "number word twice": (("series: 谈提", "series: 批教"), "文号代字“批教”已用于", "自己的代字"),
    "issued by a unit": (
        ("approver: school_group", "approver: unit_head"),
        "approver 不能是 unit_head",
        "school_group",
    ),
    "grade that is none": (("    grades: [1, 2]\n", "    grades: [1, 7]\n"), "等级序号 [7] 不存在", "只能用 [1, 2, 3]"),
    "form of a unit": (
        ("    target: unit\n", "    target: unit\n    forms: [1]\n"),
        "只对单位，不计入四种形态",
        "删去 forms",
    ),
    "reference with a letter": (
        ("    answer_days: 10\n", "    answer_days: 10\n    reference_only: true\n"),
        "只登记文号、日期和存放处",
        "删去 paper",
    ),
    "letter that nobody fills": (("paper: meeting-order", "paper: archive-cover"), "不能由系统填写", "about: warning"),
    "level twice": (("severity: 3, colour: red", "severity: 2, colour: red"), "轻重次序“2”重复", "各不相同"),
    "rule of no level": (("trigger: overdue, level: blue", "trigger: overdue, level: green"), "“green”不存在", "blue"),
    "rule of no action": (
        ("level: blue, action: reminder_talk", "level: blue, action: shout"),
        "“shout”不存在",
        "criticism",
    ),
    "rule twice": (("trigger: objection", "trigger: overdue"), "起因“overdue”写了两次", "只写一条"),
    "measures for no grade": (("grades: [1], days: 60", "days: 60"), "没有写哪些等级", "补上 grades"),
    "term without a rotation": (("  post_years: 5\n", ""), "不会有超期", "post_years"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in IMUT
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(IMUT.replace(before, after, 1), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_book_says_how_it_warns(path):
    """What no source names is marked as inferred; each kind has a letter, a talk or only a reference, and counts by itself."""
    rules = loading.read(path)[0]
    assert len(rules.warning_actions) >= 3
    assert {rule.trigger for rule in rules.warnings.rules} >= {"overdue", "rectification", "no_measure", "objection"}
    severities = [action.severity for action in rules.warning_actions]
    assert severities == sorted(set(severities)), "from the mildest to the gravest"
    assert all(action.paper or action.reference_only for action in rules.warning_actions)
    written = values_of(path.read_text(encoding="utf-8"))
    parts = [*written["warning_actions"], *written["warnings"]["levels"], *written["warnings"]["rules"]]
    assert [part for part in parts if not part.get("inferred") and not part.get("source")] == []
    assert written["warnings"]["inferred"]
