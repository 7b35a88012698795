"""One old ledger written down in many ways, at random: whatever its layout, the same points come out."""

import random
import time

import pytest

from registers.imports import private, reading
from registers.imports.findings import Report
from registers.imports.ledgers import without_grade
from registers.imports.listed import listed
from registers.imports.procedures import steps_of
from registers.imports.scales import Scale
from registers.imports.stages import by_words
from tests.factories import make_post
from tests.registers.imports.taken import plan_of, said
from tests.registers.imports.test_documents import cell, document, table
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.once]

GRADES = {"grade-1": ["高", "Ⅰ级", "一级风险", "A", "★★★"], "grade-2": ["中", "II级", "二级", "B", "★★☆"]}
GRADES["grade-3"] = ["低", "Ⅲ级", "三级", "C", "★☆☆"]
NUMBERED = ["{}. ", "{}、", "（{}）", "{}．"]
HEADS = {
    "unit": ["部门", "责任科室", "单位  名称", "所在单位*（必填）"],
    "post": ["岗位", "涉及岗位", "岗 位⏎名称"],
    "category": ["风险类别", "风险类型", "排查分类"],
    "content": ["风险点", "廉政风险点", "风险内容", "风险防控点："],
    "grade": ["风险等级", "等级", "风险级别", "自评等级"],
    "early": ["前期预防", "事前"],
    "late": ["后期处置", "事后"],
    "responsible": ["责任人", "直接责任人", "负责人"],
}
POSTS = {"财务处": ["采购管理", "会计核算"], "招生就业处": ["录取审核"]}
PEOPLE = {"采购管理": "clerk", "会计核算": "clerk", "录取审核": "other_head"}


class Ledger:
    """Points, and one way of writing them down."""

    def __init__(self, draw):
        self.draw = draw
        self.points = [
            (unit, post, f"{post}的第{number}个风险：{draw.choice(['参数倾向', '一人经办，1.5万元以下不复核', '化整为零'])}",
             draw.choice(list(GRADES)), self._texts("预防"), self._texts("处置"))
            for unit, posts in POSTS.items() for post in posts for number in range(draw.randint(1, 3))
        ]  # fmt: skip
        self.names = [*HEADS]
        draw.shuffle(self.names)
        self.heads = [draw.choice(HEADS[name]).replace("⏎", "\n") for name in self.names]

    def _texts(self, word):
        return [f"{word}{self.draw.randint(1, 99)}次" for _ in range(self.draw.randint(1, 3))]

    def rows(self, campus):
        """Rows of texts, with what is merged as (first row, column, last row), counted from 0 below the head."""
        rows, merges, by_row = [], [], self.draw.random() < 0.5
        mark, merged = self.draw.choice(NUMBERED), self.draw.random() < 0.6
        for unit, post, content, grade, early, late in self.points:
            said = {
                "unit": unit,
                "post": post,
                "category": "岗位职责",
                "content": content,
                "grade": self.draw.choice(GRADES[grade]),
                "early": "\n".join(mark.format(place) + text for place, text in enumerate(early, 1)),
                "late": late[0] if len(late) == 1 else "；".join(late),
                "responsible": getattr(campus, PEOPLE[post]).name,
            }
            lines = [said]
            if by_row and len(early) > 1:
                lines = [{**said, "early": mark.format(place) + text} for place, text in enumerate(early, 1)]
            first = len(rows)
            for place, line in enumerate(lines):
                kept = line if place == 0 or not merged else {"early": line["early"]}
                rows.append([kept.get(name, "") for name in self.names])
            if merged and len(lines) > 1:
                merges += [(first, c, len(rows) - 1) for c, name in enumerate(self.names) if name != "early"]
        return rows, merges, mark

    def expected(self, mark):
        """What comes out: the words of measures stay as they were written."""
        return [
            (unit, post, content, grade,
             "\n".join(mark.format(place) + text for place, text in enumerate(early, 1)),
             late[0] if len(late) == 1 else "；".join(late))
            for unit, post, content, grade, early, late in self.points
        ]  # fmt: skip


def as_workbook(ledger, rows, merges, draw):
    """A workbook with a title, sections, a total, a foot, and hidden rows."""
    above = [["某校廉政风险点台账"], ["填表日期：　　年　月　日"]][: draw.randint(0, 2)]
    top = len(above) + 2  # the first row below the head
    areas = [f"{chr(65 + column)}{top + first}:{chr(65 + column)}{top + last}" for first, column, last in merges]
    foot = [["合计", "", f"共 {len(ledger.points)} 个"], ["制表人：某　　审核：某"]][: draw.randint(0, 2)]
    hidden = {top} if draw.random() < 0.3 else set()
    return workbook([*above, ledger.heads, *rows, *foot], name="台账", merges=areas, hidden=hidden), "台账.xlsx"


def as_document(ledger, rows, merges, draw):
    """A Word table whose cells are merged down."""
    starts = {(first, column): last for first, column, last in merges}
    covered = {(row, column) for first, column, last in merges for row in range(first + 1, last + 1)}
    lines = [[cell(head.replace("\n", "</w:t><w:br/><w:t>")) for head in ledger.heads]]
    for number, texts in enumerate(rows):
        line = []
        for column, text in enumerate(texts):
            down = "more" if (number, column) in covered else "first" if (number, column) in starts else ""
            line.append(cell(text.replace("\n", "</w:t><w:br/><w:t>"), down=down))
        lines.append(line)
    return document(table(*lines)), "台账.docx"


def as_csv(ledger, rows, merges, draw):
    """A text file, in which nothing is merged: the cells are filled."""
    filled = [list(row) for row in rows]
    for first, column, last in merges:
        for number in range(first, last + 1):
            filled[number][column] = rows[first][column]
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in row) for row in [ledger.heads, *filled]]
    encoding = draw.choice(["utf-8", "utf-8-sig", "gb18030"])
    return "\r\n".join(quoted).encode(encoding), "台账.csv"


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    make_post(campus.unit, "采购管理", campus.clerk)
    make_post(campus.other_unit, "录取审核", campus.other_head)
    return campus


@pytest.mark.parametrize("write", [as_workbook, as_document, as_csv])
def test_ledger_means_the_same_in_every_writing(campus, write):
    for seed in range(12):
        draw = random.Random(f"{write.__name__} {seed}")  # noqa: S311
        ledger = Ledger(draw)
        rows, merges, mark = ledger.rows(campus)
        data, name = write(ledger, rows, merges, draw)
        plan = plan_of(campus, data, kind="ledgers", name=name)
        assert plan.is_ready, f"{seed}: {said(plan)} {plan.report.open_questions}"
        found = [
            (str(one.unit), one.post.name, one.content, one.grade, one.measures["prevention"], one.measures["disposal"])
            for one in (line.record for line in plan.lines)
        ]
        assert found == ledger.expected(mark), seed
        assert all(line.record.responsible for line in plan.lines), seed


HOSTILE = [
    "1.1." * 8000,
    "（" * 32_000,
    " " * 32_000 + "x",
    "前期" + "　" * 32_000,
    "——" * 16_000 + "x",
    "(1)" * 10_000,
    "★" * 32_000,
]


def test_long_strange_cells_are_read_in_no_time():
    """Broken file 38: whatever a cell of the longest kind holds, reading it takes time in proportion."""
    scale, start = Scale([("a", "高"), ("b", "低")], Report()), time.process_time()
    for text in HOSTILE:
        listed(text), by_words(text), steps_of(text), without_grade(text), scale.read(text[:200], "A1")
    assert time.process_time() - start < 2


def test_private_columns_of_a_ledger_leave_no_trace():
    """Variant 27 for ledgers: identity numbers and telephones are gone before anything is compared."""
    rows = [
        ["部门", "风险点", "身份证号", "联系电话"],
        ["财务处", "参数倾向13800138000", "11010119900307721X", "13800138000"],
    ]
    book = private.without_private(reading.opened(workbook(rows), "台账.xlsx"))
    assert not [text for text in ("1101011990", "1380013800") if text in str(book.sheets[0].rows)]
