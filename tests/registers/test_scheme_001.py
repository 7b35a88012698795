"""The rule book of seed 001, word for word."""

from datetime import date

import pytest

from registers.schemes.checking import loading
from registers.schemes.language import Level
from tests.registers.scheme_cases import PATH

pytestmark = pytest.mark.database("both")


@pytest.mark.once
def test_001_has_the_thirteen_risk_domains_of_the_document(rules):
    assert [domain.label for domain in rules.domains] == [
        "科学民主决策",
        "干部人事管理",
        "人才培养管理",
        "财务管理",
        "基建和维修",
        "项目管理",
        "物资和设备采购管理",
        "招生管理",
        "教育收费管理",
        "奖助学金发放管理",
        "国有资产管理",
        "后勤保障服务管理",
        "教学资源分配管理",
    ]


@pytest.mark.once
@pytest.mark.parametrize(
    ("level", "labels"),
    [
        (Level.PERSONAL, ["思想道德", "岗位职责", "工作效率", "业务流程", "制度机制", "外部环境"]),
        (Level.UNIT, ["业务流程", "制度机制", "外部环境"]),
    ],
)
def test_001_has_six_personal_and_three_unit_categories(rules, level, labels):
    assert [category.label for category in rules.categories_for(level)] == labels


@pytest.mark.once
def test_001_has_three_grades_with_their_criteria(rules):
    assert [(grade.rank, grade.label, grade.criterion) for grade in rules.grades] == [
        (1, "一级", "发生几率高，若发生可能触犯国家法律，构成犯罪的风险等"),
        (2, "二级", "发生几率较高，若发生可能造成较为严重后果的风险，如有可能违反相关法规，受到纪律处分的风险等"),
        (3, "三级", "发生几率较小，若发生可能造成不良社会影响或一定经济损失的风险"),
    ]


@pytest.mark.once
def test_001_weighs_probability_and_harm(rules):
    assert [factor.label for factor in rules.grading.factors] == ["发生几率", "危害程度"]


@pytest.mark.once
def test_001_finds_in_four_ways_and_controls_in_three_stages(rules):
    assert [source.label for source in rules.finding_sources] == ["自己找", "群众提", "领导点", "组织评"]
    assert [stage.label for stage in rules.stages] == ["前期预防", "中期监控", "后期处置"]


@pytest.mark.once
def test_001_wants_groups_of_three(rules):
    group = rules.groups["unit"]

    assert (group.min_members, group.member_types[:3]) == (3, ["中层", "科级", "高级职称"])


@pytest.mark.once
def test_001_has_four_phases_in_its_first_year(rules):
    assert [(phase.label, phase.start.on(2016), phase.due.on(2016)) for phase in rules.phases] == [
        ("宣传动员阶段", date(2016, 7, 6), date(2016, 7, 11)),
        ("查找并评估风险等级阶段", date(2016, 7, 12), date(2016, 10, 20)),
        ("制定、实施防控措施", date(2016, 11, 1), date(2016, 12, 15)),
        ("考核并完善工作阶段", date(2016, 12, 16), date(2016, 12, 30)),
    ]


@pytest.mark.once
@pytest.mark.parametrize(
    ("task", "due"),
    [
        ("powers", date(2016, 9, 10)),
        ("power-directory", date(2016, 9, 10)),
        ("personal-search", date(2016, 9, 20)),
        ("unit-search", date(2016, 9, 20)),
        ("personal-grading", date(2016, 10, 31)),
        ("unit-grading", date(2016, 10, 31)),
        ("personal-control", date(2016, 11, 20)),
        ("unit-control", date(2016, 11, 20)),
        ("process-directory", date(2016, 12, 15)),
    ],
)
def test_001_dates_every_step(rules, task, due):
    assert rules.task(task).due.on(2016) == due


@pytest.mark.once
@pytest.mark.parametrize("route", ["personal-search", "unit-search"])
def test_001_reviews_points_until_25_september(rules, route):
    days = [(step.code, step.due.on(2016) if step.due else None) for step in rules.routes[route].steps]

    assert days == [
        ("fill", None),
        ("review", date(2016, 9, 25)),
        ("sign", date(2016, 9, 25)),
        ("file", date(2016, 9, 25)),
    ]


@pytest.mark.once
def test_001_keeps_a_step_that_is_due_after_its_phase(rules):
    task = rules.task("personal-grading")
    phase = next(phase for phase in rules.phases if phase.code == task.phase)

    assert (task.due.on(2016), phase.due.on(2016)) == (date(2016, 10, 31), date(2016, 10, 20))


@pytest.mark.once
def test_001_titles_its_annexes_as_the_annex_list_does(rules):
    assert [(paper.label, paper.title) for paper in rules.papers.values() if paper.label] == [
        ("附件1", "单位风险权力事项登记表"),
        ("附件2", "个人岗位廉政风险自查表"),
        ("附件3", "单位廉政风险自查表"),
        ("附件4", "个人岗位廉能风险识别防控表"),
        ("附件5", "单位廉能风险识别防控表"),
        ("附件6", "风险岗位职权目录表"),
    ]


@pytest.mark.once
def test_001_publishes_personal_grades_in_the_unit_and_unit_grades_to_the_school(rules):
    notices = {
        slug: (step.audience, step.role)
        for slug, route in rules.routes.items()
        for step in route.steps
        if step.kind == "publicise"
    }

    assert notices == {"personal-grading": ("unit", "unit_head"), "unit-grading": ("school", "office")}


@pytest.mark.once
@pytest.mark.parametrize("path", sorted(PATH.parent.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scheme_file_passes_and_is_named_after_its_slug(path):
    assert loading.read(path)[0].identity.slug == path.stem
