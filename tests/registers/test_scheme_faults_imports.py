"""Faults in what a rule book says of imports, with the remedy for each, and what all five leave to the default."""

import pytest

from registers.schemes import importing
from registers.schemes.checking import loading
from tests.registers.mutated import FILES

pytestmark = pytest.mark.once

TEXT = next(path for path in FILES if path.stem.startswith("nwnu")).read_text(encoding="utf-8")
TOP = "ledger_title:"


def routed(what, code):
    return TOP, f"importing:\n  routes: {{{what}: {code}}}\n\n{TOP}"


BROKEN = {
    "unknown route": (routed("points", "by-horse"), "导入所用的流程“by-horse”不存在", "unit-control"),
    "route of people": (routed("points", "personal-search"), "由本人填报，导入的表属于单位", "liaison"),
    "route that grades for powers": (routed("powers", "unit-search"), "权力事项不评等级", "没有评定步骤的流程"),
    "code of a task": (("  - code: report\n", "  - code: import-report\n"), "由系统用于导入历史台账", "换一个代码"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_fault_is_found_with_its_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in TEXT, before
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(TEXT.replace(before, after, 1), "x.yaml")
    found = refused.value.findings
    assert [row for row in found if fault in row.fault and remedy in row.remedy], [
        (row.fault, row.remedy) for row in found
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_book_lets_nothing_in_unsigned(path):
    """Points and powers of every scheme have a task, a paper and a route that a person signs or decides."""
    rules = loading.read(path)[0]
    assert set(rules.imports) == {importing.POINTS, importing.POWERS}
    for task in rules.imports.values():
        fill, *rest = rules.route(task.route).steps
        assert fill.kind == "fill"
        assert [step.kind for step in rest] == ["sign"]
        assert task.paper in rules.papers
