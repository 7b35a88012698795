"""Files of units. The numbers are those of the list of variants."""

import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registers.actors import Actor
from registers.imports import codes, trees, units
from registers.models import OrganisationChange, Unit, UnitAlias
from tests.noscript import Plain
from tests.registers.imports.taken import ON, faults, kinds, plan_of, said
from tests.workbooks import Number, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

UNIT_HEAD = ["单位编号", "单位名称", "上级单位", "单位类型"]


def unit_plan(campus, rows, **more):
    return plan_of(campus, rows, kind="units", **more)


def tree():
    return {
        (unit.code, unit.name, unit.parent.code if unit.parent else "") for unit in Unit.objects.exclude(code="ROOT")
    }


TREES = {
    "37 by name, parent after child": [
        UNIT_HEAD,
        ["1001", "会计科", "计划财务处", "科室"],
        ["10", "计划财务处", "", "机关职能部处"],
        ["100101", "出纳室", "会计科", "科室"],
    ],
    "37 by code of the unit above": [
        UNIT_HEAD,
        ["10", "计划财务处", "ROOT", "机关职能部处"],
        ["1001", "会计科", "10", "科室"],
        ["100101", "出纳室", "1001", "科室"],
    ],
    "37 by path": [
        UNIT_HEAD,
        ["10", "计划财务处", "", "机关职能部处"],
        ["1001", "会计科", "计划财务处", "科室"],
        ["100101", "出纳室", "计划财务处>会计科", "科室"],
    ],
    "37 by the length of codes": [
        ["单位编号", "单位名称"],
        ["10", "计划财务处"],
        ["1001", "会计科"],
        ["100101", "出纳室"],
    ],
}


@pytest.mark.parametrize("case", TREES)
def test_tree_is_read_in_every_writing(campus, case):
    before = tree()
    plan = unit_plan(campus, TREES[case])
    assert plan.is_ready, said(plan)
    units.apply(plan, plan.lines, on=ON)
    assert tree() - before == {("10", "计划财务处", "ROOT"), ("1001", "会计科", "10"), ("100101", "出纳室", "1001")}
    assert kinds(unit_plan(campus, TREES[case])) == {}
    assert Unit.objects.get(code="10").unit_type == "office"


def test_joint_name_gives_its_parts_as_other_names(campus):
    """Variant 38."""
    name = "党委办公室、校长办公室（督查室）"
    plan = unit_plan(campus, [UNIT_HEAD, ["01", name, "", "机关部处"]])
    units.apply(plan, plan.lines, on=ON)
    assert set(UnitAlias.objects.values_list("name", flat=True)) == {"党委办公室", "校长办公室", "督查室"}
    assert Unit.objects.get(code="01").name == name


def test_part_of_a_name_that_is_another_units_name_is_no_other_name(campus):
    rows = [UNIT_HEAD, ["20", "图书馆", "", ""], ["21", "图书馆（东校区）", "", ""], ["22", "典藏部", "图书馆", "科室"]]
    plan = unit_plan(campus, rows)
    assert plan.is_ready, said(plan)
    units.apply(plan, plan.lines, on=ON)
    assert Unit.objects.get(code="22").parent.code == "20"
    assert list(UnitAlias.objects.filter(unit__code="21").values_list("name", flat=True)) == ["东校区"]
    assert kinds(unit_plan(campus, rows)) == {}


def test_zeros_of_codes_come_back(campus):
    """Variant 39."""
    rows = [UNIT_HEAD, *([f"0102{i:02}", f"单位{i}"] for i in range(5)), [Number("10290"), "单位九"]]
    [question] = unit_plan(campus, rows).report.open_questions
    plan = unit_plan(campus, rows, answers={question.key: "pad"})
    assert "010290" in [line.key for line in plan.lines]


def test_list_of_new_codes_changes_codes_and_nothing_else(campus):
    """Variant 39: also where two units change their codes with each other."""
    before = {unit.pk: (unit.name, unit.parent_id, unit.unit_type) for unit in Unit.objects.all()}
    rows = [["单位编号", "单位名称", "新单位编码"], ["CW", "财务处", "ZS"], ["ZS", "招生就业处", "010200"]]
    rows += [["JS", "监察审计处", "JS"]]
    plan = unit_plan(campus, rows)
    assert plan.is_ready, said(plan)
    assert [(line.kind, line.old, line.new) for line in plan.lines] == [
        ("changed", "代码：CW", "ZS"),
        ("changed", "代码：ZS", "010200"),
    ]
    units.apply(plan, plan.lines, on=ON)
    codes = dict(Unit.objects.values_list("name", "code"))
    assert (codes["财务处"], codes["招生就业处"], codes["监察审计处"]) == ("ZS", "010200", "JS")
    assert {unit.pk: (unit.name, unit.parent_id, unit.unit_type) for unit in Unit.objects.all()} == before
    bad = [rows[0], ["ZS", "财务处", "JS"], ["JS", "别的处", "A"], ["010200", "招生就业处", "A"], ["Q", "图书馆", "R"]]
    text = faults(unit_plan(campus, bad))
    assert "人员!B3 代码 JS 在库中是“监察审计处”，文件中是“别的处”" in text
    assert "人员!C3、C4 新的单位代码 A 用了两次" in text
    assert "人员!A5 没有代码为 Q 的单位" in text
    assert "人员!C2 新的单位代码 JS 已用于“监察审计处”" in faults(unit_plan(campus, [rows[0], ["ZS", "财务处", "JS"]]))


def test_former_units_are_kept_with_their_day(campus):
    """Variant 40: a running unit has the code. One that still runs here is said and stays."""
    rows = [
        ["单位编码", "单位名称", "失效日期", "是否有效"],
        ["ZS", "招生就业处", "", "是"],
        ["ZS", "招生办公室", "2019-03-01", "否"],
        ["X9", "德育处", "20180901", ""],
        ["CW", "财务处", "2020.1", "否"],
        ["X8", "新校区办", "2030-01-01", "是"],
    ]
    plan = unit_plan(campus, rows)
    assert plan.is_ready, said(plan)
    assert kinds(plan) == {"new": 1, "former": 2}
    assert "人员!B5 “财务处”在文件中已撤销，在库中还在用" in said(plan)
    units.apply(plan, plan.lines, on=ON)
    found = {unit.name: (unit.code, str(unit.closed_on or "")) for unit in Unit.objects.all()}
    assert found["招生就业处"] == ("ZS", "")
    assert found["招生办公室"] == ("ZS-1", "2019-03-01")
    assert found["德育处"] == ("X9", "2018-09-01")
    assert (found["新校区办"][1], found["财务处"][1]) == ("", "")
    assert kinds(unit_plan(campus, rows)) == {}


HIS = [
    ["DEPT_CODE", "DEPT_NAME", "上级代码"],
    ["12", "内科系", ""],
    ["1203", "内分泌科", "12"],
    ["120301", "内分泌科门诊", "1203"],
    ["120302", "内分泌科病房", "1203"],
    ["1204", "心内科", "12"],
    ["120401", "心内科门诊", "1203"],
    ["131301", "口腔科门诊", "1313"],
    ["13130101", "口腔技工室", "131301"],
    ["15", "一级库", ""],
    ["1501", "西药房", "15"],
]


def test_list_of_a_hospital_is_imported_after_two_choices(campus):
    """Variant 41: stores unticked, a unit above that is missing, and one that the code contradicts."""
    plan = unit_plan(campus, HIS)
    assert [(one.key, one.cells) for one in plan.report.open_questions] == [
        ("parent:1313", "人员!C8"),
        ("above:120401", "人员!C7"),
    ]
    assert faults(plan) == ""
    left = unit_plan(campus, HIS, answers={"parent:1313": "leave", "above:120401": "column"})
    assert (kinds(left), left.counts["left_out"]) == ({"new": 6, "store": 2}, 2)
    plan = unit_plan(campus, HIS, answers={"parent:1313": "root", "above:120401": "code"})
    assert plan.is_ready
    before = tree()
    units.apply(plan, [line for line in plan.lines if line.kind not in units.UNTICKED], on=ON)
    above = {code: parent for code, _, parent in tree() - before}
    assert (above["120401"], above["131301"], above["13130101"]) == ("1204", "ROOT", "131301")
    assert {"15", "1501"}.isdisjoint(above)
    assert len(above) == 8


def test_branches_of_the_party_leave_the_other_units_as_they_are(campus):
    """Variant 42: each below its committee, that below its unit, in words or by a code."""
    rows = [
        ["党组织编号", "党组织名称", "简称", "所属分党委", "所属单位编码"],
        ["D01", "财务处党总支", "财务总支", "", "CW"],
        ["D0101", "会计党支部", "", "财务处党总支", ""],
        ["D02", "招生就业处直属党支部", "", "", "ZS"],
    ]
    before = {unit.pk: (unit.name, unit.parent_id, unit.unit_type) for unit in Unit.objects.all()}
    plan = unit_plan(campus, rows)
    assert plan.is_ready, said(plan)
    units.apply(plan, plan.lines, on=ON)
    made = {unit.code: (unit.parent.code, unit.unit_type) for unit in Unit.objects.exclude(pk__in=before)}
    assert made == {code: (above, "party_branch") for code, above in (("D01", "CW"), ("D0101", "D01"), ("D02", "ZS"))}
    assert {
        pk: each for pk, *each in Unit.objects.filter(pk__in=before).values_list("pk", "name", "parent_id", "unit_type")
    } == {pk: list(each) for pk, each in before.items()}
    assert UnitAlias.objects.get(name="财务总支").unit.code == "D01"


BRANCHES = [
    ["序号", "党支部名称", "所属分党委"],
    ["1", "教工第一党支部", "会计分党委"],
    ["2", "教工第一党支部", "招生就业处"],
    ["3", "会计分党委", "财务处"],
    ["4", "教工第二党支部", "会计分党委"],
]
CODES = {"CW01": "会计分党委", "CW0101": "教工第一党支部", "ZS01": "教工第一党支部", "CW0102": "教工第二党支部"}


def coded(campus, rows, **corrected):
    """The plan of a list without codes whose proposals somebody accepted, but for those corrected by hand."""
    asked = unit_plan(campus, rows).report.open_questions
    answers = {one.key: one.proposed or one.options[0][0] for one in asked}
    return unit_plan(campus, rows, answers=answers | {each: corrected[each] for each in corrected if each in answers})


def test_list_without_codes_is_taken_over_with_those_that_somebody_accepts(campus):
    plan = unit_plan(campus, BRANCHES)
    assert not plan.is_ready
    proposed = {one.proposed: one.cells for one in plan.report.open_questions}
    assert proposed == {"ZS01": "人员!B3", "CW01": "人员!B4", "CW0101": "人员!B2", "CW0102": "人员!B5"}
    assert "已为 4 个新单位拟定代码" in said(plan)
    plan = coded(campus, BRANCHES)
    assert plan.is_ready, said(plan)
    units.apply(plan, plan.lines, on=ON)
    made = Unit.objects.filter(unit_type="party_branch").select_related("parent")
    assert {unit.code: unit.name for unit in made} == CODES
    assert {unit.code: unit.parent.code for unit in made}["CW0102"] == "CW01"
    again = unit_plan(campus, BRANCHES)
    assert (again.is_ready, kinds(again), again.unchanged) == (True, {}, 4)
    more = [*BRANCHES, ["5", "学生党支部", "会计分党委"], ["6", "教工第二党支部", "招生就业处"]]
    [one, two] = unit_plan(campus, more).report.open_questions
    assert (one.proposed, two.proposed) == ("ZS02", "CW0103")


def test_proposed_code_is_corrected_by_hand(campus):
    key = "code-of:人员!B4"
    for typed, words in {
        "ZS": "已用于“招生就业处”",
        "ZS01": "在文件中已用于另一个",
        "D.1": "小数点",
        "代码": "以外的字符",
    }.items():
        plan = coded(campus, BRANCHES, **{key: typed})
        assert "人员!B4 单位代码" in faults(plan) and words in faults(plan)


def test_proposals_stand_in_the_fields_of_the_page(campus):
    person = Plain(campus.registrar)
    sent = SimpleUploadedFile("党支部.xlsx", workbook(BRANCHES))
    form = {"kind": "units", "effective_on": "2026-09-15", "files": sent}
    page = person._show(person.client.post(reverse("import_list"), form, follow=True))
    answers = page.form("contains(@action, '/answer/')")
    assert sorted(field.value for field in answers.inputs if field.name.startswith("answer-")) == sorted(CODES)
    [field] = [field for field in answers.inputs if field.get("value") == "CW01"]
    field.set("value", "D 01。")
    page.press(answers)
    assert "单位代码“D01。”含有字母、数字和 . _ - 以外的字符" in page.words
    answers = page.form("contains(@action, '/answer/')")
    [field] = [field for field in answers.inputs if field.get("value") == "D 01。"]
    field.set("value", "D01")
    page.press(answers)
    page.press(page.form("contains(@action, '/accept/')"))
    assert Unit.objects.get(name="会计分党委").code == "D01"


def test_list_of_names_alone_finds_the_units_where_they_are(campus):
    Unit.objects.create(code="CW9", name="会计科", unit_type="section", parent=campus.unit)
    plan = unit_plan(campus, [["部门名称", "简称"], ["会计科", "会计"], ["财务处", ""]])
    assert plan.is_ready, said(plan)
    assert [(line.kind, line.key, line.new) for line in plan.lines] == [("alias", "CW9", "会计")]


def test_branch_of_a_known_name_elsewhere_is_asked_for(campus):
    Unit.objects.create(code="JS9", name="教工第二党支部", unit_type="party_branch", parent=campus.office_unit)
    [question] = [one for one in unit_plan(campus, BRANCHES).report.open_questions if one.options]
    assert "在库中属于“监察审计处”，文件中属于“会计分党委”" in question.text
    plan = coded(campus, BRANCHES)
    assert [(line.key, line.kind) for line in plan.lines if line.name == "教工第二党支部"] == [("JS9", "moved")]


def test_list_of_people_is_no_list_of_units_without_codes(campus):
    text = faults(unit_plan(campus, [["工号", "姓名", "部门名称"], ["04001", "孙一", "财务处"]]))
    assert "表头中没有“单位代码”列" in text
    bare = [["党支部名称", "所属分党委"], *([f"第{n}党支部", "财务处"] for n in range(codes.MOST + 1))]
    assert "最多为 200 个拟定代码" in faults(unit_plan(campus, bare))


def test_changes_of_units_are_lines(campus):
    section = Unit.objects.create(code="CW1", name="会计科", unit_type="section", parent=campus.unit)
    rows = [
        UNIT_HEAD,
        ["CW", "计划财务处", "", "教辅单位"],
        ["CW1", "会计科", "招生就业处", ""],
        ["NEW", "监察审计处", "", ""],
    ]
    plan = unit_plan(campus, rows)
    [question] = plan.report.open_questions
    plan = unit_plan(campus, rows, answers={question.key: "same"})
    assert [(line.kind, line.old, line.new) for line in plan.lines] == [
        ("renamed", "财务处", "计划财务处"),
        ("changed", "类型：机关部门", "教辅单位"),
        ("moved", "财务处", "招生就业处"),
        ("changed", "代码：JS", "NEW"),
    ]
    assert plan.missing == 2
    units.apply(plan, plan.lines, on=ON)
    section.refresh_from_db()
    assert (section.parent, Unit.objects.get(name="监察审计处").code) == (campus.other_unit, "NEW")
    assert UnitAlias.objects.get(unit=campus.unit).name == "财务处"
    history = OrganisationChange.objects.filter(on=ON, by=campus.registrar).values_list("unit__name", "kind")
    assert set(history) == {
        ("计划财务处", "renamed"),
        ("计划财务处", "retyped"),
        ("会计科", "moved"),
        ("监察审计处", "recoded"),
    }


def test_unit_with_the_code_of_a_closed_one_is_new(campus):
    Unit.objects.filter(pk=campus.other_unit.pk).close(ON)
    plan = unit_plan(campus, [UNIT_HEAD, ["ZS", "招生办公室", "", ""]])
    assert [(line.kind, line.key) for line in plan.lines] == [("new", "ZS")]
    units.apply(plan, plan.lines, on=ON)
    assert Unit.objects.get(code="ZS").name == "招生办公室"
    assert Unit.objects.get(code="ZS-1").name == "招生就业处"


UNIT_FAULTS = {
    "32 cycle": ([["A", "甲处", "乙处"], ["B", "乙处", "甲处"]], "人员!C2、C3 上级单位绕成了一圈：甲处 → 乙处 → 甲处"),
    "32 itself": ([["A", "甲处", "甲处"]], "人员!C2 “甲处”的上级单位是它自己"),
    "32 missing": ([["A", "甲处", "图书馆"]], "人员!C2 没有单位“图书馆”"),
    "32 deep": ([[f"U{i:02}", f"单位{i}", f"U{i - 1:02}" if i else ""] for i in range(60)], "层，最多 12 层"),
    "33 code twice": ([["A", "甲处", ""], ["A", "乙处", ""]], "人员!A2、A3 单位代码 A 用了两次"),
    "28 long name": ([["A", "处" * 81, ""]], "人员!B2 单位名称“处处处处处处处处处处处处…”有 81 个字"),
    "29 error": ([["#REF!", "甲处", ""]], "人员!A2 单位代码处是“#REF!”"),
    "two of a name": (
        [["A", "甲处", ""], ["B", "甲处", ""], ["C", "丙科", "甲处"]],
        "人员!C4 上级单位“甲处”在文件中有 2 个",
    ),
}


@pytest.mark.parametrize("case", UNIT_FAULTS)
def test_fault_of_a_unit_names_its_cells(campus, case):
    rows, words = UNIT_FAULTS[case]
    assert words in faults(unit_plan(campus, [UNIT_HEAD, *rows]))


def test_units_one_below_the_other_are_walked_through_once(campus):
    """A column that was filled down wrongly: each unit under the one before, two thousand of them, and a circle at the end."""
    rows = [[f"U{i:04}", f"单位{i}", f"U{i - 1:04}" if i else ""] for i in range(2000)]
    circle = [[f"V{i:02}", f"环{i}", f"V{(i + 1) % 40:02}"] for i in range(40)]
    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        steps += event == "line" and frame.f_code.co_filename == trees.__file__
        return count

    sys.settrace(count)
    try:
        plan = unit_plan(campus, [UNIT_HEAD, *rows, *circle])
    finally:
        sys.settrace(None)

    said = faults(plan)
    assert "“单位12”在第 13 层，最多 12 层" in said
    assert "上级单位绕成了一圈：环0 → 环1" in said
    assert steps < 100 * len(rows)


def test_unknown_type_is_asked_once(campus):
    rows = [UNIT_HEAD, ["A", "甲处", "", "怪类"], ["B", "乙处", "", "怪类"]]
    [question] = unit_plan(campus, rows).report.open_questions
    assert "怪类" in question.text
    assert unit_plan(campus, rows, answers={question.key: "college"}).is_ready


def test_registrar_alone_may_be_asked(campus):
    assert Actor(campus.registrar, on=ON).has("registrar")
    assert plan_of(campus, workbook([UNIT_HEAD, ["A", "甲处"]]), kind="units").is_ready
