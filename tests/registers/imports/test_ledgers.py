"""Old ledgers of risk points, read and matched.

The numbers are those of the list of variants and of the list of broken files.
"""

import pytest

from registers.imports import uploads
from registers.models import Regulation
from tests.factories import make_person, make_post, moment
from tests.registers.imports.taken import ON, faults, plan_of, said
from tests.registers.imports.test_documents import cell, document, table
from tests.workbooks import Number, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

FLAT = ["序号", "部门", "岗位", "职权", "风险类别", "风险点", "表现形式", "等级", "防控措施", "责任人"]
STAGED = [
    ["财务处廉政风险点台账"],
    ["序号", "岗位", "职权", "风险点", "风险类别", "等级", "防控措施", "", "", "责任人"],
    ["", "", "", "", "", "", "前期预防", "中期监控", "后期处置", ""],
]
STAGED_MERGES = ["A1:J1", *(f"{c}2:{c}3" for c in "ABCDEFJ"), "G2:I2"]


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    campus.buyer = make_post(campus.unit, "采购管理", campus.clerk)
    return campus


def ledger(campus, rows, *, answers=None, **more):
    data = workbook(rows, name="财务处", **more) if more or not isinstance(rows, bytes) else rows
    return plan_of(campus, data, kind="ledgers", answers={"stage": "prevention", **(answers or {})}, name="台账.xlsx")


def records(plan):
    assert plan.is_ready, f"{said(plan)}\n{[(one.key, one.text) for one in plan.report.open_questions]}"
    return [line.record for line in plan.lines]


def row(**values):
    """A row under ``FLAT``."""
    usual = {"部门": "财务处", "岗位": "采购管理", "风险类别": "岗位职责", "风险点": "参数倾向", "等级": "一级"}
    return [{**usual, **values}.get(head, "") for head in FLAT]


def test_point_merged_over_rows_has_all_its_measures(campus):
    """Variant 53: one measure a row; what is merged down belongs to every point."""
    rows = [
        *STAGED,
        ["1", "采购管理", "设备采购", "参数倾向", "岗位职责", "高", "1.公示参数", "抽查", "问责", campus.clerk.name],
        ["", "", "", "", "", "", "2.专家论证", "", "", ""],
        ["2", "", "", "围标串标", "业务流程", "中", "3.随机抽取", "", "", ""],
    ]
    merges = [*STAGED_MERGES, "A4:A5", "B4:B6", "C4:C5", "D4:D5", "E4:E5", "F4:F5", "H4:H6", "I4:I5", "J4:J6"]
    found = records(ledger(campus, rows, merges=merges))
    assert [(one.content, one.grade, one.post.name) for one in found] == [
        ("参数倾向", "grade-1", "采购管理"),
        ("围标串标", "grade-2", "采购管理"),
    ]
    assert found[0].measures == {"prevention": "1.公示参数\n2.专家论证", "monitoring": "抽查", "disposal": "问责"}
    assert found[1].measures == {"prevention": "3.随机抽取", "monitoring": "抽查"}
    assert [one.responsible for one in found] == [[campus.clerk]] * len(found)
    assert [one.source for one in found] == ["财务处!D4", "财务处!D6"]


def one(campus, *, answers=None, **values):
    """The records of a ledger of one row."""
    return records(ledger(campus, [FLAT, row(**values)], answers=answers))


SAME_GRADE = {
    "grade-1": ("高", "高级", "一级", "Ⅰ级", "I级", "一级风险", "重大风险", "A", "红", "★★★", "1级"),
    "grade-2": ("中", "II级", "二级", "B", "橙色", "★★☆", "２级", "较大"),
    "grade-3": ("低级", "Ⅲ级", "III级", "三级风险点", "C", "黄", "★", "一般"),
    "": ("", "未评定", "——"),
}


def test_grade_of_every_scale_is_the_grade_of_its_place(campus):
    """Variant 56. An empty grade stays empty and is never the slightest."""
    words = [(word, grade) for grade, known in SAME_GRADE.items() for word in known]
    rows = [row(风险点=f"第{number}个", 等级=word) for number, (word, _) in enumerate(words)]
    plan = ledger(campus, [FLAT, *rows])
    found = records(plan)
    assert "2 个风险点没有写等级，按“未评定”导入" in said(plan)
    assert [(word, one.grade) for (word, _), one in zip(words, found, strict=True)] == words


def test_what_may_mean_two_things_is_asked_once(campus):
    """Variant 56: bare numbers. Broken file 35: words of no scale."""
    rows = [
        FLAT,
        row(等级="1"),
        row(风险点="乙", 等级="3"),
        row(风险点="丙", 等级="特高"),
        row(风险点="丁", 等级="特高"),
    ]
    asked = ledger(campus, rows).report.open_questions
    assert [question.key for question in asked] == ["grade-numbers", "grade:特高"]
    found = records(ledger(campus, rows, answers={"grade-numbers": "bottom", "grade:特高": "grade-1"}))
    assert [record.grade for record in found] == ["grade-3", "grade-1", "grade-1", "grade-1"]


def test_ticks_in_three_columns_are_a_grade(campus):
    """The layout of 003: 岗位风险等级 over 高, 中 and 低. Broken file 35: two ticks."""
    head = [["岗位设置", "", "风险点", "岗位风险等级", "", ""], ["岗位", "责任人", "", "高", "中", "低"]]
    merges = ["A1:B1", "D1:F1", "C1:C2"]
    found = records(
        ledger(
            campus,
            [*head, ["采购管理", "甲一", "参数倾向", "", "√", ""]],
            merges=merges,
            answers={"category:personal:": "duty"},
        )
    )
    assert [(record.grade, record.responsible, record.category) for record in found] == [
        ("grade-2", [campus.clerk], "duty")
    ]
    two = ledger(campus, [*head, ["采购管理", "甲一", "参数倾向", "√", "√", ""]], merges=merges)
    assert "财务处!D3、E3 一个风险点勾了两个等级" in faults(two)


def test_numbered_points_are_paired_with_their_measures(campus):
    """Variants 53 and 55: a number twice, as many measures as points, and fewer."""
    plan = ledger(
        campus, [FLAT, row(风险点="1.参数倾向；\n2.围标；\n2.验收走样。", 防控措施="1.公示；2.抽取；3.双人验收")]
    )
    found = records(plan)
    assert [(record.content, record.measures["prevention"]) for record in found] == [
        ("参数倾向", "公示"),
        ("围标", "抽取"),
        ("验收走样", "双人验收"),
    ]
    assert "编号有重复" in said(plan)
    plan = ledger(campus, [FLAT, row(风险点="①参数倾向②围标③走样", 防控措施="1.公示\n2.抽取")])
    assert {record.measures["prevention"] for record in records(plan)} == {"1.公示\n2.抽取"}
    assert "有 3 个风险点、2 条措施" in said(plan)
    [whole] = one(campus, 风险点="合同金额超过1.5万元的，2019.3起未按第3.2条执行")
    assert whole.content == "合同金额超过1.5万元的，2019.3起未按第3.2条执行"


def test_stage_words_inside_a_cell_part_its_measures(campus):
    """Variant 58, and texts far longer than a form takes are kept whole."""
    long = "长" * 1800
    [found] = one(campus, 风险点=long, 防控措施="前期：教育\n中期示警：抽查；后期检查：问责")
    assert found.measures == {"prevention": "教育", "monitoring": "抽查；", "disposal": "问责"}
    assert found.content == long
    plan = ledger(campus, [FLAT, row(防控措施="两人经办")], answers={"stage": ""})
    assert [question.key for question in plan.report.open_questions] == ["stage"]


def test_category_of_a_ledger_without_any_is_said_for_all_by_unit_or_by_words(campus):
    lines = [row(风险类别="", 风险点=said) for said in ("泄露秘密（采购管理）", "拆分采购", "泄露 秘密")]
    other = row(部门="招生就业处", 岗位="没有的岗位", 风险类别="", 风险点="泄露秘密")

    def categories(answers):
        plan = ledger(campus, [FLAT, *lines, other], answers=answers)
        return [question.key for question in plan.report.open_questions], [line.record.category for line in plan.lines]

    every = {"category:personal:": "duty", "category:unit:": "process"}
    assert categories(every) == ([], ["duty", "duty", "duty", "process"])
    every["category:unit:"] = "by-unit"
    assert categories(every)[0] == ["category:unit:unit:ZS"]
    asked, _ = categories(every | {"category:personal:": "by-words", "category:unit:": "process"})
    assert len(asked) == 2  # the same words once
    answers = every | {
        "category:personal:": "by-words",
        "category:unit:": "process",
        asked[0]: "morality",
        asked[1]: "process",
    }
    assert categories(answers) == ([], ["morality", "process", "morality", "process"])


def test_people_offices_and_posts_are_matched_or_kept_as_words(campus):
    """Variant 59: nobody, an office, a post, several people, a name of two people."""
    assert one(campus, 责任人="")[0].responsible == []
    [found] = one(campus, 责任人="采购管理")
    assert [str(who) for who in found.responsible] == ["采购管理"]
    plan = ledger(campus, [FLAT, row(责任人="部室负责人、甲　一\n丙一")])
    [found] = records(plan)
    assert (found.responsible, found.notes[1:]) == ([campus.clerk, campus.head], ["责任人“部室负责人”未对应"])
    assert "财务处!J2 责任人“部室负责人”未对应（1 处）" in said(plan)
    second = make_person("甲一", campus.unit)
    plan = ledger(campus, [FLAT, row(责任人="甲一")])
    [question] = plan.report.open_questions
    [found] = one(campus, 责任人="甲一", answers={question.key: second.number})
    assert found.responsible == [second]


def test_exact_name_of_a_post_wins_and_every_namesake_is_offered(campus):
    """副主任（教学） is one post beside two that are called 副主任; of 25 of a name any may be meant."""
    for name in ("副主任", "副主任", "副主任（教学）", *["教师岗"] * 25):
        make_post(campus.unit, name, campus.clerk)
    assert one(campus, 岗位="副主任(教学)")[0].post.name == "副主任（教学）"
    first, second = (ledger(campus, [FLAT, row(岗位=name)]).report.open_questions[0] for name in ("副主任", "教师岗"))
    assert "有 2 个岗位都叫“副主任”" in first.text
    assert len(second.options) == 26  # with none of them


def test_post_without_holder_gives_a_point_of_the_unit(campus):
    plan = ledger(campus, [FLAT, row(岗位="没有的岗位", 风险类别="业务流程")])
    [found] = records(plan)
    assert (found.level, found.involved, found.category) == ("unit", "没有的岗位", "process")
    assert "岗位“没有的岗位”未对应" in said(plan)
    plan = ledger(campus, [FLAT, row(岗位="没有的岗位")])
    assert [question.text for question in plan.report.open_questions] == [
        "单位风险点的类别“岗位职责”是方案中的哪一类？"
    ]


def test_unit_is_named_in_the_row_the_title_or_the_sheet_or_asked_for(campus):
    """Variant 29 for ledgers."""
    rows = [["岗位", "风险点", "类别"], ["采购管理", "参数倾向", "岗位职责"]]
    titled = [["填报单位：财务处　　填表日期："], *rows]
    for data in (workbook(rows, name="财务处"), workbook(titled, name="Sheet1")):
        assert [str(record.unit) for record in records(plan_of(campus, data, kind="ledgers"))] == ["财务处"]
    plan = plan_of(campus, workbook(rows, name="Sheet1"), kind="ledgers")
    [question] = plan.report.open_questions
    assert question.key == "unit-of:Sheet1"
    answered = plan_of(
        campus, workbook(rows, name="Sheet1"), kind="ledgers", answers={question.key: str(campus.unit.pk)}
    )
    assert [str(record.unit) for record in records(answered)] == ["财务处"]


def test_entries_above_the_table_are_no_heads_and_name_unit_and_post(campus):
    """The forms of the schemes: 单位 and 岗位 stand above the table, merged over columns or in a small table."""
    head, line = ["风险点表现形式", "风险等级", "不认识的栏", "风险类别"], ["参数倾向", "高", "某", "岗位职责"]
    rows = [["单位：财务处", "", "岗位：采购管理", ""], head, line]
    [found] = records(ledger(campus, rows, merges=["A1:B1", "C1:D1"]))
    assert (found.post, found.grade) == (campus.buyer, "grade-1")
    entries = table([cell(text) for text in ("部门", "财务处", "岗位", "采购管理")])
    twin = document(entries + table(*[[cell(text) for text in texts] for texts in (head, line)]))
    [same] = records(plan_of(campus, twin, kind="ledgers", name="附件.docx"))
    assert (same.unit, same.post, same.content) == (campus.unit, campus.buyer, "参数倾向")


def test_measure_without_a_point_is_refused_with_its_cell(campus):
    """Broken file 36."""
    rows = [FLAT, row(), row(风险点="", 防控措施="论证")]
    assert [question.key for question in ledger(campus, rows).report.open_questions] == ["fill:财务处:content"]
    assert "财务处!F3 这一行没有风险点" in faults(ledger(campus, rows, answers={"fill:财务处:content": "blank"}))
    [found] = records(ledger(campus, rows, answers={"fill:财务处:content": "fill"}))
    assert found.measures == {"prevention": "论证"}


def test_point_said_twice_keeps_the_graver_grade_and_all_measures(campus):
    """Two rows of one post with the same words. Of another power they are two points."""
    rows = [
        row(等级="低", 防控措施="公示参数", 责任人=campus.clerk.name),
        row(等级="中", 防控措施="专家论证", 责任人=campus.head.name),
        row(等级="", 防控措施="公示参数"),
        row(等级="低", 职权="另一项权力"),
    ]
    plan = ledger(campus, [FLAT, *rows])
    first, second = records(plan)
    assert (first.grade, first.measures) == ("grade-2", {"prevention": "公示参数\n专家论证"})
    assert first.responsible == [campus.clerk, campus.head]
    assert (second.grade, second.power_name) == ("grade-3", "另一项权力")
    assert (
        "财务处!F2、F3 同一岗位（单位）的同一风险点出现两次，按一个读取：等级不同（H2 为三级、H3 为二级），取较重的二级"
        in said(plan)
    )
    assert "财务处!F2、F4" in said(plan)


def test_rows_that_are_no_points_are_skipped_and_counted(campus):
    """Sections, totals, signatures and repeated heads."""
    rows = [FLAT, ["一、领导班子"], row(), FLAT, ["合计", "", "高 1 个"], ["制表人：某"]]
    plan = ledger(campus, rows)
    assert len(records(plan)) == 1
    assert "跳过分段行 1 行、重复的表头行 1 行、合计行 1 行、表尾行 1 行" in said(plan)


def test_grade_behind_the_words_is_no_part_of_them(campus):
    """The layout with 廉政风险点及等级 in one column, told by its head."""
    rows = [["部门", "岗位", "类别", "廉政风险点及等级"], ["财务处", "采购管理", "岗位职责", "参数倾向（★★）"]]
    [found] = records(ledger(campus, rows))
    assert (found.content, found.grade) == ("参数倾向", "grade-2")


def test_word_twin_of_a_ledger_gives_the_same_points(campus):
    """Variant 60."""
    rows = [FLAT, row(防控措施="前期：教育"), row(风险点="围标", 等级="中")]
    twin = document(table(*[[cell(text) for text in texts] for texts in rows]))
    same = [(record.content, record.grade, record.post, record.measures) for record in records(ledger(campus, rows))]
    found = records(plan_of(campus, twin, kind="ledgers", name="台账.docx"))
    assert [(record.content, record.grade, record.post, record.measures) for record in found] == same
    assert [record.source for record in found] == ["表1!F2", "表1!F3"]


def test_regulations_are_compared_with_the_directory(campus, clock):
    """New ones and what differs; the same file again changes nothing."""
    rows = [
        ["单位", "制度名称", "文号", "发布日期", "状态"],
        ["财务处", "《报销办法》", "院财〔2019〕3号", "2019.3", "有效"],
        ["", "差旅办法", "", Number("43501"), "已废止"],
    ]
    taken_over(campus, rows, kind="regulations", answers={"fill:人员:unit": "fill"})
    found = {one.name: (one.document_number, str(one.effective_on), one.state) for one in Regulation.objects.all()}
    assert found == {
        "报销办法": ("院财〔2019〕3号", "2019-03-01", "in_force"),
        "差旅办法": ("", "2019-02-05", "repealed"),
    }
    rows = [rows[0], ["财务处", "报销办法", "院财〔2026〕9号", "2019.3", "现行"]]
    plan = plan_of(campus, workbook(rows), kind="regulations")
    assert [(line.old, line.new) for line in plan.lines] == [("文号：院财〔2019〕3号", "院财〔2026〕9号")]
    taken_over(campus, rows, kind="regulations")
    assert Regulation.objects.get(name="报销办法").version == 2
    assert plan_of(campus, workbook(rows), kind="regulations").unchanged == 1


def taken_over(campus, rows, *, kind, answers=None):
    """Accept a file as its registrar does."""
    actor, at = campus.actor(campus.registrar), moment("2026-09-15 10:00")
    file = uploads.upload(workbook(rows), "制度.xlsx", kind=kind, effective_on=ON, actor=actor, at=at)
    file = uploads.answer(file.pk, answers or {}, actor=actor, seen=file.version)
    assert file.compared["is_ready"], file.compared
    return uploads.accept(file.pk, actor=actor, digest=file.compared["digest"], seen=file.version, at=at)
