"""Faults in what a rule book says of kinds of notices and vacations, with the remedy for each, and what all five say."""

import pytest

from registers.schemes.checking import loading
from registers.schemes.publicity import kind_named
from tests.registers.mutated import FILES

pytestmark = pytest.mark.once

TEXT = next(path for path in FILES if path.stem.startswith("changchun")).read_text(encoding="utf-8")
# What is changed in the file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "code twice": (("{code: power-directory, label", "{code: power-list, label"), "代号“power-list”重复", "只用一次"),
    "notice that stays": (
        ("counts: working, after_end: removed", "counts: working, after_end: standing"),
        "须撤下或去掉姓名",
        "verb: standing",
    ),
    "list without a paper": (("paper: process-list, shows", "shows"), "没有写公开哪一份", "process-list"),
    "list of a paper people fill in": (("paper: process-list", "paper: annex-2"), "没有写公开哪一份", "process-list"),
    "list without columns": (
        (", shows: [unit, regulation, document_number, issued_by, effective_on, state]", ""),
        "没有写公开哪些栏目",
        "补上 shows",
    ),
    "column that is not there": (("shows: [unit, regulation,", "shows: [unit, name,"), "没有“name”一栏", "regulation"),
    "column twice": (("shows: [unit, regulation,", "shows: [unit, regulation, regulation,"), "写了两次", "删去"),
    "column with a name": (("shows: [unit, regulation,", "shows: [accountable_person,"), "accountable_person", "unit"),
    "list of a result": (("{code: result, ", "{code: result, paper: process-list, "), "是通报", "删去 paper"),
    "step that names no kind": (
        ("label: 单位公示, audience", "label: 单位公示, notice: none, audience"),
        "没有公示“none”",
        "proposed",
    ),
    "step to chosen units that is not for the school": (
        ("label: 单位公示, audience: unit", "label: 单位公示, chosen_units: true, audience: unit"),
        "不是面向全校的公示",
        "删去 chosen_units",
    ),
    "step that is no notice": (("kind: file, role", "kind: file, notice: proposed, role"), "不是公示", "删去 notice"),
    "vacation backwards": (("start: 01-15", "start: 03-15"), "“寒假”的开始晚于结束", "Y-1"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_fault_is_found_with_line_and_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in TEXT, before
    changed = TEXT.replace(before, after, 1)
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(changed, "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]
    first, last = (changed[: changed.index(word)].count("\n") + 2 for word in ("\nnotices:", "\ninclude:"))
    elsewhere = changed[: changed.index(after)].count("\n") + 1 if "step" in case else first
    assert first <= found[0].line <= last or found[0].line == elsewhere


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_book_has_the_three_kinds_and_says_what_is_inferred(path):
    rules = loading.read(path)[0]
    assert {kind.verb for kind in rules.notices} == {"notice", "standing", "result"}
    assert all(kind.inferred or kind.source for kind in (*rules.notices, *rules.vacations))
    assert len({vacation.label for vacation in rules.vacations}) == 2
    assert kind_named(rules, "", "notice").verb == "notice"


def test_rule_book_from_before_there_were_kinds_has_the_usual_ones():
    rules = loading.read(FILES[0])[0].model_copy(update={"notices": []})
    assert [kind_named(rules, None, verb).label for verb in ("notice", "standing", "result")] == [
        "公示",
        "公开",
        "通报",
    ]
