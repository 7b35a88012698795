"""The register on two days, line by line."""

from datetime import date

import pytest

from registers import comparisons, ledgers, versions
from registers.models import ControlMeasure, RiskCategory, RiskPoint

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

THEN, CHANGE, NOW = date(2025, 12, 31), date(2026, 9, 1), date(2026, 9, 15)


class Register:
    """Points of the clerk's post: on record since last year, then changed."""

    def __init__(self, campus):
        self.campus = campus
        self.grades = {grade.rank: grade for grade in campus.scheme.grades.all()}
        self.category = RiskCategory.objects.get(scheme=campus.scheme, code="process")

    def point(self, content, rank=None, *, since=date(2025, 10, 1), base=None, **fields):
        row = RiskPoint(
            level="personal",
            unit=self.campus.unit,
            post=self.campus.post,
            holder=self.campus.clerk,
            category=self.category,
            content=content,
            final_grade=self.grades.get(rank),
            **({"series": base.series, "base": base} if base else {}),
            **fields,
        )
        row.save()
        versions.enter_into_force(row, on=since)
        return row

    def revised(self, old, content, rank=None, **fields):
        return self.point(content, rank, since=CHANGE, base=old, **fields)

    def measure(self, point, text, since=date(2025, 10, 1)):
        there = ControlMeasure.objects.open().filter(point_series=point.series, stage="prevention").first()
        new = ControlMeasure(point_series=point.series, unit=self.campus.unit, stage="prevention", text=text)
        row = there.revised(text=text) if there else new
        row.save()
        versions.enter_into_force(row, on=since)

    def compared(self, reader="head", **options):
        scope = ledgers.for_reader(self.campus.actor(getattr(self.campus, reader)))
        return comparisons.compare(scope, then=THEN, now=NOW, rules=self.campus.scheme.rules, **options)


@pytest.fixture
def register(campus):
    return Register(campus)


def kinds(found):
    return {line.point.content: line.kind for line in found.lines}


def test_every_line_says_what_became_of_it(register):
    register.point("不变", 3)
    versions.retire(register.point("撤销", 3), on=CHANGE)
    register.revised(register.point("旧文", 3), "新文", 3)
    register.point("新增", 3, since=CHANGE)
    found = register.compared()
    assert kinds(found) == {"不变": "same", "撤销": "retired", "新文": "changed", "新增": "added"}
    assert dict(found.kinds) == {"same": 1, "retired": 1, "changed": 1, "added": 1}
    assert [line.kind for line in found.lines] == ["changed", "added", "retired", "same"]


def test_words_that_differ_are_marked(register):
    register.revised(register.point("采购参数照抄一家", 3), "采购参数照抄多家", 3)
    [line] = register.compared().lines
    [text] = line.changes
    assert (text.label, text.before, text.after) == ("风险内容", "采购参数照抄一家", "采购参数照抄多家")
    assert text.segments == [("equal", "采购参数照抄"), ("delete", "一"), ("insert", "多"), ("equal", "家")]


def test_version_that_says_the_same_is_no_change(register):
    """A grading sheet opens a new version of every point, also where nothing comes of it."""
    register.revised(register.point("同文", 2), "同文", 2)
    assert kinds(register.compared()) == {"同文": "same"}


def test_paper_says_of_every_revised_line_what_is_revised(register):
    register.revised(register.point("同文", 3), "同文", 3, duty="出纳")
    [row] = comparisons.rows(register.compared(kind="changed"))
    assert (row["then"], row["now"]) == ("同文\n岗位职责内容：无", "同文\n岗位职责内容：出纳")


@pytest.mark.parametrize(
    ("then", "now", "move"),
    [(3, 1, "graver"), (1, 2, "slighter"), (None, 2, "graded"), (2, 2, ""), (2, None, "ungraded"), (None, None, "")],
)
def test_grades_go_up_and_down(register, then, now, move):
    register.revised(register.point("同文", then), "同文", now)
    [line] = register.compared().lines
    assert line.move == move
    assert line.kind == ("changed" if move else "same")


def test_measures_are_compared_by_stage(register):
    point = register.point("不变", 3)
    register.measure(point, "两人经办")
    register.measure(point, "三人经办", since=CHANGE)
    found = register.compared()
    [line] = found.lines
    assert (line.kind, found.measured) == ("changed", 1)
    assert [(thing.before, thing.after) for thing in line.measures] == [("两人经办", "三人经办")]


def test_reader_compares_what_he_may_read(register):
    """To the office a point whose grade is now sent to it came into sight; it is not new. One below that grade stays unseen."""
    register.revised(register.point("加重", 3), "加重", 1)
    register.revised(register.point("减轻", 1), "减轻", 3)
    register.point("轻", 3)
    register.point("新重", 1, since=CHANGE)
    assert kinds(register.compared("office")) == {"加重": "entered", "减轻": "left", "新重": "added"}
    assert kinds(register.compared("colleague")) == {}
    assert set(kinds(register.compared("clerk")).values()) == {"changed", "same", "added"}


@pytest.mark.parametrize(("kind", "shown"), [("changed", 1), ("graver", 1), ("same", 1), ("retired", 0), ("x", 0)])
def test_filter_keeps_the_counts_of_all(register, kind, shown):
    register.revised(register.point("旧", 3), "旧", 1)
    register.point("不变", 3)
    found = register.compared(kind=kind)
    assert len(found.lines) == shown
    assert sum(found.kinds.values()) == 2


def test_number_of_queries_does_not_depend_on_the_lines(register, django_assert_num_queries):
    for number in range(30):
        register.revised(register.point(f"旧{number}", 3), f"新{number}", 2)
        register.point(f"新增{number}", 3, since=CHANGE)
    actor = register.campus.actor(register.campus.head)
    assert actor.grants
    assert actor.unit_ids("unit_head")
    scope = ledgers.for_reader(actor)
    with django_assert_num_queries(5):
        comparisons.compare(scope, then=THEN, now=NOW, rules=register.campus.scheme.rules)
