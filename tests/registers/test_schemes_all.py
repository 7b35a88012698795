"""The five rule books say what their institutions' documents say: titles, columns, words, days. Source: domain A, B, C."""

import re

import pytest
from django.conf import settings

from registers import grading
from registers.papers.compose import empty
from registers.schemes.checking import loading
from registers.schemes.language import Level, StepKind
from registers.schemes.layout import fields_used, leaf_columns

pytestmark = pytest.mark.once

FOLDER = settings.BASE_DIR / "fixtures" / "schemes"
RULES = {path.stem: loading.read(path)[0] for path in sorted(FOLDER.glob("*.yaml"))}
JIANGSU, CHANGCHUN, TONGLIAO, NWNU, IMUT = (
    RULES[slug] for slug in ("jiangsu-dynamic", "changchun-2016", "tongliao5-2022", "nwnu-2012", "imut-2011")
)
STAGES = ["前期预防", "中期监控", "后期处置"]


def labels(named):
    return [item.label for item in named]


def columns(rules, paper):
    return labels(leaf_columns(rules.papers[paper]))


def header(rules, paper):
    return [cell.label for row in rules.papers[paper].header for cell in row]


def test_there_are_five():
    assert len(RULES) == 5


def publicises(rules, task):
    """Does a notice run before this sheet is filed: on its own route, or on that of the sheet its measures follow?"""
    before = [other for other in rules.tasks if other.code in task.after and task.brings == "measures"]
    return any(step.kind == "publicise" for one in (task, *before) for step in rules.routes[one.route].steps)


@pytest.mark.parametrize("slug", RULES)
def test_notice_and_report_stand_on_every_paper_that_has_them(slug):
    """Only a form that the document itself prints without such a place stays as it is printed there."""
    rules, with_notice = RULES[slug], 0
    for task in rules.tasks:
        paper = rules.papers[task.paper]
        printed = [*leaf_columns(paper), *(cell for row in paper.header for cell in row)]
        as_in_the_document = not any(part.inferred for part in printed)
        if publicises(rules, task) and not as_in_the_document:
            with_notice += 1
            assert "publicity" in {block.kind for block in paper.footer}, task.code
        for ask in task.report or (task.asks if task.brings == "report" else ()):
            assert ask.field in fields_used(paper), task.code
    assert with_notice or not any(publicises(rules, task) for task in rules.tasks)


# --- What the papers are called and what stands on them -----------------------------------------------

TITLES = {
    "changchun-2016": {
        "annex-1": ("附件1", "单位风险权力事项登记表"),
        "annex-2": ("附件2", "个人岗位廉政风险自查表"),
        "annex-3": ("附件3", "单位廉政风险自查表"),
        "annex-4": ("附件4", "个人岗位廉能风险识别防控表"),
        "annex-5": ("附件5", "单位廉能风险识别防控表"),
        "annex-6": ("附件6", "风险岗位职权目录表"),
    },
    "tongliao5-2022": {
        "unit-registration": ("", "单位廉政风险登记表"),
        "personal-registration": ("", "个人廉政风险登记表"),
        "unit-control": ("", "单位风险识别防控表"),
        "personal-control": ("", "个人廉政风险识别防控表"),
        "power-list": ("", "权力清单"),
    },
    "nwnu-2012": {
        "annex-1": ("附表1", "西北师范大学个人岗位廉政风险防控点排查、定级表"),
        "annex-2": ("附表2", "西北师范大学单位岗位廉政风险防控点排查、定级表"),
        "annex-3": ("附表3", "西北师范大学廉政风险点及风险等级汇总表"),
        "annex-4": ("附表4", "西北师范大学廉政风险点及防控措施登记表"),
    },
    "imut-2011": {"post-analysis": ("", "岗位风险分析和防控措施表")},
}


@pytest.mark.parametrize(("slug", "paper"), [(slug, paper) for slug, found in TITLES.items() for paper in found])
def test_papers_carry_the_titles_of_the_documents(slug, paper):
    layout = RULES[slug].papers[paper]
    assert (layout.label, layout.title) == TITLES[slug][paper]
    assert not layout.inferred


def test_printed_tables_have_their_columns_in_order():
    assert columns(NWNU, "annex-1") == ["岗位职责内容", "风险防控点", "自评岗位廉政风险等级"]
    assert labels(NWNU.papers["annex-2"].columns) == ["岗位设置", "岗位风险等级", "备 注"]
    assert columns(NWNU, "annex-2") == ["岗  位", "责任人", "高", "中", "低", "备 注"]
    assert columns(NWNU, "annex-3") == ["序号", "风险点内容", "风险等级", "岗位及责任人员", "备注"]
    assert header(NWNU, "annex-1") == ["岗位名称", "岗位责任人", "审核人（单位领导）", "日期"]
    for paper in ("annex-2", "annex-3"):
        assert header(NWNU, paper) == ["单位名称", "单位负责人", "审核人（分管校领导）", "日期"]
    assert header(IMUT, "post-analysis") == ["单位（公章）", "填表日期"]


def test_nothing_printed_in_a_document_is_marked_as_inferred():
    for rules, papers in ((NWNU, ("annex-1", "annex-2", "annex-3")), (IMUT, ("post-analysis",))):
        for paper in papers:
            layout = rules.papers[paper]
            printed = [cell for row in layout.header for cell in row]
            printed += leaf_columns(layout) if rules is NWNU else []
            assert not any(part.inferred for part in printed), paper
    assert all(column.inferred for column in leaf_columns(NWNU.papers["annex-4"]))


def test_fields_that_a_document_demands_are_on_the_paper():
    assert {"类别", "服务承诺", "工作纪律"} <= set(columns(CHANGCHUN, "annex-1"))
    assert labels(CHANGCHUN.papers["annex-1"].columns)[3] == "责任主体"
    demanded = {"承办岗位", "运作程序", "办理时限", "监督制约", "投诉举报途径和方式"}
    assert demanded <= set(columns(CHANGCHUN, "process-directory"))
    assert columns(TONGLIAO, "power-list")[1:5] == ["权力内容", "权力依据", "办事流程", "权力身份"]
    for rules, paper in ((CHANGCHUN, "annex-4"), (CHANGCHUN, "annex-5"), (TONGLIAO, "unit-control")):
        split = next(column for column in rules.papers[paper].columns if column.columns)
        assert labels(split.columns) == STAGES


@pytest.mark.parametrize("slug", RULES)
def test_every_paper_can_be_printed_blank(slug):
    rules = RULES[slug]
    for paper in rules.papers.values():
        assert empty(paper, rules).title == paper.title


@pytest.mark.parametrize("slug", RULES)
def test_every_part_says_where_it_comes_from(slug):
    """A part of a paper is quoted (``source``) or marked as inferred; nobody has to guess which."""
    for name, paper in RULES[slug].papers.items():
        parts = [*(cell for row in paper.header for cell in row), *paper.footer]
        # The columns under a common head come from where the head comes from.
        parts += [leaf for column in paper.columns if not column.source for leaf in column.columns or (column,)]
        assert [part.label for part in parts if not part.inferred and not part.source] == [], name
        for origin in filter(None, (part.source for part in (paper, *parts))):
            assert re.fullmatch(r"R[0-4]-\d\d|[BCD]\d(-\d+)?", origin), (name, origin)


# --- Words --------------------------------------------------------------------------------------------


def test_categories_are_those_of_the_documents():
    five = ["思想意识", "职责履行", "工作流程", "制度机制", "外部环境"]
    assert labels(JIANGSU.categories_for(Level.PERSONAL)) == labels(JIANGSU.categories_for(Level.UNIT)) == five
    six = ["思想道德", "岗位职责", "工作效率", "业务流程", "制度机制", "外部环境"]
    assert labels(CHANGCHUN.categories_for(Level.PERSONAL)) == six
    assert labels(CHANGCHUN.categories_for(Level.UNIT)) == six[3:]
    assert labels(TONGLIAO.categories) == ["思想道德", "岗位工作", "制度机制", "其它"]
    assert TONGLIAO.categories[1].aliases == ["权力行使"]
    assert labels(NWNU.categories) == ["权力行使", "制度机制", "思想道德"]
    assert labels(IMUT.categories) == ["思想道德", "岗位职责", "业务流程", "制度机制", "外部环境"]


def test_stages_and_grades_are_those_of_the_documents():
    for rules in (JIANGSU, CHANGCHUN, TONGLIAO):
        assert labels(rules.stages) == STAGES
    assert labels(IMUT.stages) == ["前期预防", "中期示警", "后期处置"]
    assert NWNU.stages == []
    for rules in (JIANGSU, CHANGCHUN, TONGLIAO, IMUT):
        assert labels(rules.grades) == ["一级", "二级", "三级"]
    assert labels(NWNU.grades) == ["高", "中", "低"]


def test_grave_points_are_watched_more_closely():  # R0-23
    assert [bool(grade.supervision) for grade in JIANGSU.grades] == [True] * 3
    assert len({grade.supervision for grade in JIANGSU.grades}) == 3


def test_there_are_exactly_six_warning_actions():
    assert labels(IMUT.warning_actions) == [
        "批评教育", "谈话提醒", "责令检查整改", "发送问廉问责书", "纪检监察建议书", "责成召开专题民主生活会",
    ]  # fmt: skip
    assert len(IMUT.assessment.criteria) == 6


# --- Grading ------------------------------------------------------------------------------------------

HARMS = ("criminal", "disciplinary", "slight")
# probability → the grade's rank for each harm.
MATRIX = {
    "jiangsu-dynamic": {"high": (1, 1, 1), "medium": (1, 2, 2), "low": (1, 2, 3)},
    "changchun-2016": {"high": (1, 2, 2), "medium": (2, 2, 2), "low": (2, 2, 3)},
    "imut-2011": {"high": (1, 2, 3), "medium": (1, 2, 3), "low": (1, 2, 3)},
}


def rank(rules, factors, **facts):
    code = grading.propose(rules, factors, **facts).grade
    return next(grade.rank for grade in rules.grades if grade.code == code)


@pytest.mark.parametrize("slug", MATRIX)
def test_probability_and_harm_lead_to_the_grade(slug):
    for probability, expected in MATRIX[slug].items():
        found = tuple(rank(RULES[slug], {"probability": probability, "harm": harm}) for harm in HARMS)
        assert found == expected, probability


@pytest.mark.parametrize(
    ("probability", "power", "harm", "expected"),
    [
        ("high", "direct", "criminal", 1),
        ("high", "chance", "criminal", 2),
        ("high", "direct", "disciplinary", 2),
        ("medium", "chance", "disciplinary", 2),
        ("low", "none", "disciplinary", 2),
        ("low", "none", "slight", 3),
    ],
)
def test_power_of_the_post_counts_as_well(probability, power, harm, expected):
    assert rank(TONGLIAO, {"probability": probability, "power": power, "harm": harm}) == expected


def five(importance, frequency, discretion, probability, harm):
    return {
        "importance": importance, "frequency": frequency, "discretion": discretion,
        "probability": probability, "harm": harm,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        (five("ordinary", "seldom", "small", "low", "criminal"), 1),
        (five("decisive", "often", "large", "high", "slight"), 1),
        (five("decisive", "seldom", "large", "low", "slight"), 1),
        (five("ordinary", "seldom", "small", "low", "disciplinary"), 2),
        (five("influential", "seldom", "small", "high", "slight"), 2),
        (five("ordinary", "often", "large", "medium", "slight"), 2),
        (five("ordinary", "seldom", "small", "low", "slight"), 3),
        (five("influential", "seldom", "limited", "medium", "slight"), 3),
    ],
)
def test_five_factors_lead_to_the_grade(factors, expected):
    assert rank(NWNU, factors) == expected
    assert rank(NWNU, factors, forced_by=["major_matter"]) == 1


@pytest.mark.parametrize("slug", RULES)
def test_reason_is_in_words(slug):
    rules = RULES[slug]
    factors = {factor.code: factor.values[-1].code for factor in rules.grading.factors}
    reason = grading.propose(rules, factors).reason
    assert all(factor.label in reason and factor.values[-1].label in reason for factor in rules.grading.factors)
    assert f"建议评为{rules.grades[-1].label}。" in reason
    assert not re.search(r"[a-z]", reason)


# --- Days and ways ------------------------------------------------------------------------------------


def days(rules, year):
    return [(phase.label, phase.start and str(phase.start.on(year)), str(phase.due.on(year))) for phase in rules.phases]


def test_calendars_are_those_of_the_documents():
    assert days(TONGLIAO, 2023) == [
        ("宣传动员阶段", "2023-03-01", "2023-05-01"),
        ("查找风险阶段", "2023-04-01", "2023-05-01"),
        ("防控机制建设阶段", "2023-05-01", "2023-12-01"),
        ("检查验收、总结完善阶段", "2023-12-01", "2023-12-20"),
    ]
    assert days(NWNU, 2013) == [
        ("工作启动阶段", None, "2012-12-31"),
        ("风险排查、定级阶段", None, "2013-04-10"),
        ("制定风险防控措施阶段", None, "2013-07-10"),
        ("检查完善阶段", None, "2013-12-10"),
    ]
    assert days(IMUT, 2011) == [
        ("动员教育阶段", "2011-10-13", "2011-11-30"),
        ("自行排查阶段", None, "2011-11-30"),
        ("建章立制阶段", None, "2011-11-30"),
        ("总结巩固阶段", "2011-12-01", "2011-12-31"),
    ]
    assert days(JIANGSU, 2022) == []
    assert all(task.due is None for task in JIANGSU.tasks)


def way(rules, route):
    return [(step.kind.value, step.role.value) for step in rules.routes[route].steps]


def test_notices_stand_where_the_documents_put_them():
    """Before the unit's decision, before filing, before the school's review, after the committee. Source: B1, B4."""
    assert way(CHANGCHUN, "personal-grading")[2:4] == [("publicise", "unit_head"), ("adjudicate", "unit_head")]
    assert way(CHANGCHUN, "unit-grading")[2:4] == [("publicise", "office"), ("adjudicate", "school_group")]
    assert way(TONGLIAO, "personal-registration")[2:] == [
        ("publicise", "office"), ("file", "office"), ("file", "school_group"),
    ]  # fmt: skip
    assert way(NWNU, "unit-search")[3:] == [
        ("endorse", "leader_in_charge"), ("publicise", "unit_head"), ("adjudicate", "school_group"),
    ]  # fmt: skip
    assert [kind for kind, _ in way(NWNU, "unit-control")][-2:] == ["publicise", "file"]
    assert way(IMUT, "unit-search")[2:] == [
        ("endorse", "leader_in_charge"), ("file", "office"), ("adjudicate", "party_committee"), ("publicise", "office"),
    ]  # fmt: skip
    audiences = {
        slug: {step.audience for route in rules.routes.values() for step in route.steps if step.kind is StepKind.PUBLICISE}
        for slug, rules in RULES.items()
    }  # fmt: skip
    assert audiences == {
        "changchun-2016": {"unit", "school"}, "tongliao5-2022": {"school", "public"}, "nwnu-2012": {"unit"},
        "imut-2011": {"school"}, "jiangsu-dynamic": set(),
    }  # fmt: skip


# --- The sixteen conflicts inside the documents (domain B5) -------------------------------------------


def test_step_is_due_after_the_end_of_its_phase():  # 1
    phase = next(phase for phase in CHANGCHUN.phases if phase.code == "p2")
    late = [task.code for task in CHANGCHUN.tasks if task.phase == "p2" and task.due.on(2016) > phase.due.on(2016)]
    assert late == ["personal-grading", "unit-grading"]


def test_the_word_for_risk_differs_between_annexes_on_purpose():  # 4
    titles = {name: CHANGCHUN.papers[name].title for name in ("annex-2", "annex-3", "annex-4", "annex-5")}
    assert ["廉政" in titles[name] for name in sorted(titles)] == [True, True, False, False]
    assert ["廉能" in titles[name] for name in sorted(titles)] == [False, False, True, True]


def test_phases_overlap_and_a_day_belongs_to_two():  # 5
    first, second, third, fourth = TONGLIAO.phases
    assert second.start.on(2023) < first.due.on(2023)
    assert second.due.on(2023) == third.start.on(2023)
    assert third.due.on(2023) == fourth.start.on(2023)
    first_due = next(task for task in TONGLIAO.tasks if task.code == "personal-registration").due.on(2022)
    assert str(first_due) < TONGLIAO.identity.effective_on
    assert TONGLIAO.identity.trial


def test_filing_goes_to_both_who_are_named():  # 6
    roles = [step.role for step in TONGLIAO.routes["unit-registration"].steps if step.kind is StepKind.FILE]
    assert [TONGLIAO.roles[role] for role in roles] == ["学校党办", "学校纪委"]


def test_points_and_posts_are_both_graded():  # 8
    brought = {task.paper: task.brings for task in NWNU.tasks}
    assert (brought["annex-1"], brought["annex-2"], brought["annex-3"]) == ("points", "post_grades", "points")
    assert all("grades" in task.also for task in NWNU.tasks if task.brings == "points")


def test_categories_are_asked_for_though_no_table_prints_them():  # 9
    for paper in ("annex-1", "annex-2", "annex-3", "annex-4"):
        assert "category" not in {column.field for column in leaf_columns(NWNU.papers[paper])}


def test_ten_day_period_keeps_its_name():  # 10
    due = next(phase for phase in NWNU.phases if phase.code == "p2").due
    assert (str(due), str(due.on(2013))) == ("4月上旬", "2013-04-10")


def test_every_institution_weighs_in_its_own_way():  # 12
    ways = {
        (rules.grading.rule, tuple(factor.code for factor in rules.grading.factors))
        for rules in (JIANGSU, CHANGCHUN, TONGLIAO, NWNU, IMUT)
    }
    assert len(ways) == 5


def test_register_lives_without_days():  # 13
    assert (JIANGSU.phases, JIANGSU.has_year_round_task) == ([], True)


def test_return_for_redo_is_offered_everywhere():  # 14
    for rules in RULES.values():
        for task in rules.tasks:
            carrier = rules.carrier_of(task.code) or task
            assert any(step.may_return for step in rules.routes[carrier.route].steps), task.code


def test_three_or_more_includes_three():  # 15
    assert CHANGCHUN.groups["unit"].min_members == 3


def test_every_notice_has_a_length():  # 16
    for rules in RULES.values():
        for route in rules.routes.values():
            assert all(step.days >= 5 for step in route.steps if step.kind is StepKind.PUBLICISE)
