"""What a sheet of points, grades or measures may hold, and what reviewers are shown."""

import pytest
from django.http import QueryDict

from registers.models import RiskPoint
from tests.personas import MEASURES, Year, point, unit_point
from tests.stories import played_once
from tests.workflows.sheet_cases import faults
from workflows.forms.submissions import read
from workflows.sheets import Incomplete, sheet_for

pytestmark = pytest.mark.database("sqlite")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"content": " "}, {"content": "请填写“风险内容”。"}),
        ({"manifestation": ""}, {"manifestation": "请填写“表现形式”。"}),
        ({"finding_source": ""}, {"finding_source": "请选择“查找方式”。"}),
        ({"finding_source": "rumour"}, {"finding_source": "“查找方式”的选项不在方案之内，请重新选择。"}),
        ({"nature": "x" * 300}, {"nature": "“风险性质”的选项不在方案之内，请重新选择。"}),
        ({"content": "长" * 1001}, {"content": "“风险内容”最多 1000 字，现有 1001 字。"}),
        ({"category": ""}, {"category": "请选择风险类别。"}),
        ({"category": "unheard-of"}, {"category": "请选择风险类别。"}),
        (
            {"content": "", "nature": "", "category": "x"},
            {"content": "请填写“风险内容”。", "nature": "请选择“风险性质”。", "category": "请选择风险类别。"},
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


@pytest.fixture
@played_once
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


@pytest.fixture
@played_once
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
