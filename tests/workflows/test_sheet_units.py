"""What a unit files (powers, its leading group, a report), and who fills what."""

import pytest

from registers.access import NotAllowed
from registers.models import GroupMember, LeadingGroup, PowerItem
from tests.personas import point, power, unit_point
from tests.workflows.sheet_cases import faults
from workflows.sheets import documents

pytestmark = pytest.mark.database("sqlite")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": ""}, {"name": "请填写“权力事项名称”。"}),
        ({"name": "长" * 121}, {"name": "“权力事项名称”最多 120 字，现有 121 字。"}),
        ({"domain": "magic"}, {"domain": "“类别”的选项不在方案之内，请重新选择。"}),
        ({"kind": "k" * 50}, {"kind": "“权力性质”的选项不在方案之内，请重新选择。"}),
        ({"accountable_post": ""}, {"accountable_post": "请选择“责任岗位”。"}),
        ({"accountable_post": "P-elsewhere"}, {"accountable_post": "该岗位不在本单位，请重新选择。"}),
        ({"procedure": "步" * 301}, {"procedure": "第1步的“步骤内容”最多 300 字，现有 301 字。"}),
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

    assert wrong == {"work_plan": "请填写工作计划，或上传工作计划文件。"}


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
