"""What a sheet may hold: each kind's faults, told together and by entry; and what reviewers are shown."""

import pytest
from django.http import QueryDict

from registers.access import NotAllowed
from registers.models import GroupMember, LeadingGroup, PowerItem, RiskPoint
from tests.personas import MEASURES, Year, point, power, unit_point
from workflows import documents
from workflows.forms.submissions import read
from workflows.models import Decision, SubmissionLine
from workflows.sheets import Incomplete, sheet_for


def faults(year, sheet, content):
    """Field → sentence of the only faulty part of a refused sheet; proves that nothing was written."""
    with pytest.raises(Incomplete) as refused:
        year.submit(sheet, content)
    assert (
        Decision.objects.filter(submission=sheet).count(),
        SubmissionLine.objects.filter(submission=sheet).count(),
    ) == (0, 0)
    (wrong,) = refused.value.faults.values()
    return wrong


# --- Points ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"content": " "}, {"content": "请填写“风险内容”。"}),
        ({"manifestation": ""}, {"manifestation": "请填写“表现形式”。"}),
        ({"finding_source": ""}, {"finding_source": "请填写“查找方式”。"}),
        ({"finding_source": "rumour"}, {"finding_source": "“查找方式”的选项不在方案之内，请重新选择。"}),
        ({"nature": "x" * 300}, {"nature": "“风险性质”的选项不在方案之内，请重新选择。"}),
        ({"content": "长" * 1001}, {"content": "“风险内容”最多 1000 字，现有 1001 字。"}),
        ({"category": ""}, {"category": "请选择风险类别。"}),
        ({"category": "unheard-of"}, {"category": "请选择风险类别。"}),
        (
            {"content": "", "nature": "", "category": "x"},
            {"content": "请填写“风险内容”。", "nature": "请填写“风险性质”。", "category": "请选择风险类别。"},
        ),
    ],
)
def test_point_with_faults_is_refused(year, changes, wrong):
    sheet = year.sheet("personal-search")

    assert faults(year, sheet, year.points(sheet, point(**changes))) == wrong
    assert RiskPoint.objects.count() == 0


def test_page_cannot_move_a_point_on_record_to_another_category(year):
    year.searched(point("甲"))
    sheet = Year(year.campus, year.clock, number=2027).sheet("personal-search")
    on_record = RiskPoint.objects.get()
    data = QueryDict(mutable=True)
    data.setlist("entry", [str(on_record.series)])
    data.update({f"e-{on_record.series}-change": "revise", f"e-{on_record.series}-category": "morality"})

    (entry,) = read(sheet_for(sheet), data)["entries"]

    assert entry["values"]["category"] == "process"


@pytest.mark.parametrize("changes", [{"content": "长" * 1000}, {"content": " 前后有空格 "}, {"content": "𠀀·〇"}])
def test_point_at_the_limits_passes(year, changes):
    sheet = year.sheet("personal-search")

    year.submit(sheet, year.points(sheet, point(**changes)))

    assert RiskPoint.objects.get().content == changes["content"].strip()


def test_category_of_the_other_level_is_refused(year):
    personal, unit = year.sheet("personal-search"), year.sheet("unit-search")
    assert faults(year, unit, year.points(unit, unit_point(category="morality"))) == {"category": "请选择风险类别。"}

    assert year.submit(personal, year.points(personal, point(category="morality"))).state == "in_review"


def test_empty_search_is_refused(year):
    sheet = year.sheet("personal-search")

    assert faults(year, sheet, {"entries": [], "values": {}}) == {"": "至少应填写一个风险点。"}


def test_faults_of_all_entries_are_told_at_once(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point(content=""), point(), point(category=""))

    with pytest.raises(Incomplete) as refused:
        year.submit(sheet, content)

    first, _, third = (entry["key"] for entry in content["entries"])
    assert refused.value.faults == {first: {"content": "请填写“风险内容”。"}, third: {"category": "请选择风险类别。"}}


def test_point_belongs_to_post_holder_and_level(year):
    year.searched(point())
    year.searched(unit_point(), code="unit-search")

    found = {row.level: (row.unit, row.post, row.holder, row.category.label) for row in RiskPoint.objects.all()}
    assert found == {
        "personal": (year.campus.unit, year.campus.post, year.campus.clerk, "业务流程"),
        "unit": (year.campus.unit, None, None, "业务流程"),
    }


def test_unit_sheet_does_not_offer_personal_points(year):
    year.searched(point("个人"))
    year.searched(unit_point("单位"), code="unit-search")

    assert [entry["values"]["content"] for entry in sheet_for(year.sheet("unit-search")).offered()] == ["单位"]
    assert [entry["values"]["content"] for entry in sheet_for(year.sheet("personal-search")).offered()] == ["个人"]


def test_reviewer_is_shown_words_and_not_codes(year):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲")))

    (entry,) = sheet_for(sheet).shown()
    assert (entry.number, entry.change_label, entry.heading, entry.fields) == (
        1,
        "新增",
        "业务流程",
        [
            ("content", "风险内容", "甲"),
            ("manifestation", "表现形式", "甲的表现"),
            ("finding_source", "查找方式", "自己找"),
            ("nature", "风险性质", "廉（不廉洁行为）"),
        ],
    )


# --- Grades ---------------------------------------------------------------------------------------------


@pytest.fixture
def grading(year):
    """The clerk's open grading sheet for one point, and content that the rule grades 2."""
    year.searched(point("甲"))
    sheet = year.sheet("personal-grading")
    return sheet, year.grades(sheet, "grade-2")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"harm": ""}, {"harm": "请选择“危害程度”。"}),
        ({"harm": "awful"}, {"harm": "请选择“危害程度”。"}),
        ({"grade": "grade-3"}, {"reason": "与建议等级不同，请写明理由。"}),
        ({"grade": "grade-9", "reason": "理由"}, {"grade": "该等级不在方案之内，请重新选择。"}),
    ],
)
def test_grade_with_faults_is_refused(year, grading, changes, wrong):
    sheet, content = grading
    content["entries"][0]["values"].update(changes)

    assert faults(year, sheet, content) == wrong


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "grade-2"),
        ({"grade": "grade-2"}, "grade-2"),
        ({"grade": "grade-3", "reason": "已有复核"}, "grade-3"),
    ],
)
def test_own_grade_is_the_proposal_unless_another_is_reasoned(year, grading, changes, grade):
    sheet, content = grading
    content["entries"][0]["values"].update(changes)

    (entry,) = sheet_for(year.submit(sheet, content)).shown()

    assert entry.details["self_grade"].code == grade
    assert (entry.details["proposed_grade"], entry.details["final_grade"], entry.details["proposal"].grade) == (
        None,
        None,
        "grade-2",
    )


def test_every_point_on_record_is_graded_and_no_other(year, grading):
    sheet, content = grading
    stranger = sheet_for(sheet).new_entry({"probability": "high", "harm": "criminal"})

    for entries in ([], [*content["entries"], stranger]):
        assert faults(year, sheet, {"entries": entries, "values": {}}) == {"": "风险点已有变动，请刷新页面后重新核对。"}


def test_grading_leaves_the_text_of_the_point_alone(year):
    before = year.searched(point("甲")).lines.get().risk_point

    after = year.graded("grade-1").lines.get().risk_point

    same = (
        "series",
        "level",
        "unit",
        "post",
        "holder",
        "category",
        "content",
        "manifestation",
        "finding_source",
        "nature",
    )
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert (before.final_grade, after.final_grade.label, after.pk == before.pk) == (None, "一级", False)


# --- Measures -------------------------------------------------------------------------------------------


@pytest.fixture
def control(year):
    year.searched(point("甲"))
    year.graded("grade-2")
    year.at("11-03")
    year.sweep()
    return year.sheet("personal-control")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"prevention": " "}, {"prevention": "请填写“前期预防”措施。"}),
        (
            {"monitoring": "", "disposal": ""},
            {"monitoring": "请填写“中期监控”措施。", "disposal": "请填写“后期处置”措施。"},
        ),
        ({"prevention": "长" * 1001}, {"prevention": "“前期预防”最多 1000 字，现有 1001 字。"}),
    ],
)
def test_measures_are_asked_for_every_stage(year, control, changes, wrong):
    assert faults(year, control, year.measures(control, **changes)) == wrong


def test_measures_are_asked_for_every_point(year, control):
    assert faults(year, control, {"entries": [], "values": {}}) == {"": "风险点已有变动，请刷新页面后重新核对。"}


def test_measures_are_not_asked_for_a_point_without_grade(year, control):
    graded = RiskPoint.objects.in_force(year.clock.today).get()
    same = {name: getattr(graded, name) for name in ("level", "unit", "post", "holder", "category")}
    RiskPoint.objects.create(content="尚未评级", in_force_from=year.clock.today, **same)

    assert [entry["key"] for entry in sheet_for(control).offered()] == [str(graded.series)]


def test_measures_are_shown_with_their_point_and_grade(year, control):
    sheet = year.submit(control, year.measures(control))

    (entry,) = sheet_for(sheet).shown()
    assert (entry.heading, entry.grade.label, len(entry.lines)) == ("业务流程", "二级", 3)
    assert {code: value for code, _, value in entry.fields} == {
        "content": "甲",
        "manifestation": "甲的表现",
        **{f"measures.{stage}": text for stage, text in MEASURES.items()},
    }


def test_measures_of_a_returned_point_come_back_together(year, control):
    sheet = year.submit(control, year.measures(control))
    key = sheet_for(sheet).shown()[0].key

    sheet = year.send_back(sheet, year.campus.head, returned={key: "太空"})

    assert list(sheet.lines.values_list("verdict", "comment")) == [("returned", "太空")] * 3


# --- Powers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": ""}, {"name": "请填写“权力事项名称”。"}),
        ({"name": "长" * 121}, {"name": "“权力事项名称”最多 120 字，现有 121 字。"}),
        ({"domain": "magic"}, {"domain": "“类别”的选项不在方案之内，请重新选择。"}),
        ({"kind": "k" * 50}, {"kind": "“权力性质”的选项不在方案之内，请重新选择。"}),
        ({"accountable_post": ""}, {"accountable_post": "请填写“责任岗位”。"}),
        ({"accountable_post": "P-elsewhere"}, {"accountable_post": "该岗位不在本单位，请重新选择。"}),
        ({"procedure": "步" * 301}, {"procedure": "“运作程序”每行最多 300 字。"}),
    ],
)
def test_power_with_faults_is_refused(year, changes, wrong):
    sheet = year.sheet("powers")
    values = power(**{"accountable_post": year.campus.post.code, **changes})

    assert faults(year, sheet, year.points(sheet, values)) == wrong
    assert PowerItem.objects.count() == 0


def test_steps_of_a_procedure_are_read_line_by_line(year):
    sheet = year.sheet("powers")
    text = "受理\n\n经办|初审\n处长｜审批｜3日\n  \n"

    year.submit(sheet, year.points(sheet, power(accountable_post=year.campus.post.code, procedure=text)))

    steps = PowerItem.objects.get().steps.values_list("position", "post_name", "procedure", "time_limit")
    assert list(steps) == [(1, "", "受理", ""), (2, "经办", "初审", ""), (3, "处长", "审批", "3日")]


def test_resubmitted_power_replaces_its_proposal_and_steps(year):
    sheet = year.sheet("powers")
    content = year.points(sheet, power("甲", accountable_post=year.campus.post.code))
    sheet = year.withdraw(year.submit(sheet, content))
    content["entries"][0]["values"].update(name="乙", procedure="一步")

    year.submit(sheet, content)

    item = PowerItem.objects.get()
    assert (item.name, [step.procedure for step in item.steps.all()]) == ("乙", ["一步"])


# --- Groups ---------------------------------------------------------------------------------------------


def group_content(year, *seats, **changes):
    campus = year.campus
    people = [campus.head, campus.deputy, campus.member, campus.clerk]
    return year.group(year.sheet("group"), *zip(people, seats, strict=False), **changes)


@pytest.mark.parametrize(
    ("seats", "wrong"),
    [
        (["leader", "deputy"], {"members": "领导小组应由3人以上组成，现为2人，请补充成员。"}),
        (["leader", "leader", "member"], {"leader": "领导小组应有且只有一名组长。"}),
        (["deputy", "deputy", "member"], {"leader": "领导小组应有且只有一名组长。"}),
    ],
)
def test_group_without_three_members_and_one_leader_is_refused(year, seats, wrong):
    assert faults(year, year.sheet("group"), group_content(year, *seats)) == wrong


def test_same_person_twice_is_no_two_members(year):
    content = group_content(year, "leader", "deputy", "member", "member")
    content["entries"][3]["values"]["number"] = "deputy"
    assert faults(year, year.sheet("group"), content) == {"members": "同一人列了两次，请删去重复的一行。"}

    content["entries"].pop(2)
    assert faults(year, year.sheet("group"), content) == {"members": "领导小组应由3人以上组成，现为2人，请补充成员。"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"number": "nobody"}, {"number": "没有找到该工号的在岗人员，请核对。"}),
        ({"seat": "king"}, {"seat": "请选择小组职务。"}),
        ({"member_type": "朋友"}, {"member_type": "请选择人员类别：中层、科级、高级职称、其他。"}),
    ],
)
def test_member_with_faults_is_refused(year, changes, wrong):
    content = group_content(year, "leader", "deputy", "member", "member")
    content["entries"][3]["values"].update(changes)

    assert faults(year, year.sheet("group"), content) == wrong


def test_somebody_who_has_left_is_no_member(year):
    year.campus.member.is_active = False
    year.campus.member.save()

    wrong = faults(year, year.sheet("group"), group_content(year, "leader", "deputy", "member"))

    assert wrong == {"number": "没有找到该工号的在岗人员，请核对。"}


def test_group_needs_a_work_plan(year):
    wrong = faults(year, year.sheet("group"), group_content(year, "leader", "deputy", "member", work_plan=" "))

    assert wrong == {"work_plan": "请填写工作计划。"}


def test_group_of_exactly_three_takes_effect_when_filed(year):
    campus = year.campus
    sheet = year.submit(year.sheet("group"), group_content(year, "leader", "deputy", "member"))
    assert LeadingGroup.objects.in_force(year.clock.today).get() == campus.group

    year.agree(year.agree(sheet, campus.head, signed=True), campus.office)

    group = LeadingGroup.objects.in_force(year.clock.today).get()
    assert (group == campus.group, group.work_plan) == (False, "每月一次例会。")
    assert list(GroupMember.objects.filter(group=group).values_list("user__number", "seat")) == [
        ("head", "leader"),
        ("deputy", "deputy"),
        ("member", "member"),
    ]


# --- Reports --------------------------------------------------------------------------------------------


@pytest.fixture
def report(year):
    year.at("12-16")
    year.sweep()
    return year.sheet("self-inspection")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", {"narrative": "请填写“自查情况”。"}),
        ("长" * 5001, {"narrative": "“自查情况”最多 5000 字，现有 5001 字。"}),
    ],
)
def test_report_with_faults_is_refused(year, report, text, wrong):
    assert faults(year, report, {"entries": [], "values": {"narrative": text}}) == wrong


def test_report_stands_on_its_paper(year, report):
    sheet = year.submit(report, {"entries": [], "values": {"narrative": " 已整改三项。 "}})

    assert documents.document(sheet)["fields"]["narrative"] == "已整改三项。"


# --- Who fills ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "filler"), [("personal-search", "clerk"), ("unit-search", "liaison")])
@pytest.mark.parametrize(
    "who", ["clerk", "colleague", "liaison", "member", "head", "other_head", "office", "registrar"]
)
def test_sheet_is_filled_by_its_filler_alone(year, code, filler, who):
    sheet = year.sheet(code)
    content = year.points(sheet, point() if code == "personal-search" else unit_point())

    if who == filler:
        assert year.submit(sheet, content, by=getattr(year.campus, who)).state == "in_review"
    else:
        with pytest.raises(NotAllowed):
            year.submit(sheet, content, by=getattr(year.campus, who))
        assert year.again(sheet).state == "open"
