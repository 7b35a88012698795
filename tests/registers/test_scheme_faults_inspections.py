"""Faults in what a rule book says of inspections and rectification, with the remedy for each; and what all five say."""

import pytest

from registers.schemes.checking import loading
from registers.schemes.inspection import Inspections
from tests.registers.mutated import FILES
from tests.written import values_of

pytestmark = pytest.mark.once

TONGLIAO = next(path for path in FILES if path.stem.startswith("tongliao5")).read_text(encoding="utf-8")
CHECKLIST = TONGLIAO[TONGLIAO.index("  checklist:\n") : TONGLIAO.index("  source: R2-28, R2-29")]

# What is changed in the file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "kind twice": (
        ("{code: special, label: 专项检查", "{code: random, label: 专项检查"),
        "代码“random”重复",
        "只用一次",
    ),
    "method twice": (("label: 查阅资料", "label: 听取汇报"), "名称“听取汇报”重复", "只用一次"),
    "points that are not 100": (("      points: 30\n", "      points: 31\n"), "合计 101 分", "合计为 100"),
    "frequency of no grade": (
        ("{grade: grade-3, unit_months", "{grade: grade-4, unit_months"),
        "“grade-4”不在",
        "grade-3",
    ),
    "frequency twice": (("{grade: grade-3, unit_months", "{grade: grade-2, unit_months"), "写了两次", "只写一次"),
    "slight points more often": (
        ("{grade: grade-2, unit_months: 6", "{grade: grade-2, unit_months: 2"),
        "“grade-2”比更重的“grade-1”检查得更勤",
        "间隔越短",
    ),
    "team of two": (("  source: R2-28, R2-29, R2-30\n", "  team: 2\n"), "“team”太小", "不小于 3"),
    "inspections without a checklist": ((CHECKLIST, ""), "没有写检查项目", "补上 checklist"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_line_and_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in TONGLIAO
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(TONGLIAO.replace(before, after, 1), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]
    first = TONGLIAO[: TONGLIAO.index("\ninspection:")].count("\n") + 2
    assert first <= found[0].line <= first + 70


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_book_says_how_it_inspects(path):
    """What no source names is marked as inferred; a team has three people at least; graver points are looked at as often or more."""
    said = loading.read(path)[0].inspection
    assert said.are_held
    assert said.team >= 3
    assert {kind.purpose for kind in said.kinds} >= {"regular", "random", "look_back"}
    written = values_of(path.read_text(encoding="utf-8"))["inspection"]
    parts = [part for name in ("kinds", "methods", "frequency", "checklist") for part in written[name]]
    assert [part for part in parts if not part.get("inferred") and not part.get("source")] == []


def test_draw_takes_the_ratio_and_never_fewer_than_asked():
    said = Inspections(ratio=20, fewest=3)
    assert [said.number_drawn(units) for units in (0, 2, 3, 10, 16, 100)] == [0, 2, 3, 3, 4, 20]
