"""Files of posts. The numbers are those of the list of variants."""

import pytest

from registers.actors import Actor
from registers.imports import posts, uploads, values
from registers.models import Duty, Incumbency, Post, Unit, User
from tests.factories import make_person, moment
from tests.registers.imports.taken import HEAD, ON, faults, kinds, plan_of, said
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

POST_HEAD = ["岗位编号", "岗位名称", "所在单位", "任职人", "岗位职责"]


def post_plan(campus, rows, **more):
    return plan_of(campus, rows, kind="posts", **more)


def test_posts_with_duties_and_holders(campus):
    """Variants 43 and 45, and a second reading that brings nothing."""
    rows = [
        POST_HEAD,
        ["CW-01", "出纳", "财务处", "甲二", "1. 收款\n2. 付款，1.5万元以上两人办理\n3. 完成领导交办的其他工作"],
        ["", "会计", "财务处", "甲一、乙一\n乙二", ""],
        ["CW-03", "统计", "财务处", "空缺", ""],
    ]
    plan = post_plan(campus, rows)
    assert plan.is_ready, said(plan)
    assert kinds(plan) == {"new": 5, "duties": 1, "takes": 4}
    assert len({line.tick for line in plan.lines}) == len(plan.lines)  # three posts of a name are ticked apart
    assert "财务处：会计（乙一）" in [line.new for line in plan.lines]
    posts.apply(plan, plan.lines, on=ON)
    post = Post.objects.get(code="CW-01")
    assert [duty.text for duty in post.duties.all()] == ["收款", "付款，1.5万元以上两人办理", "完成领导交办的其他工作"]
    held = Incumbency.objects.in_force(ON).filter(post__name="会计")
    assert set(held.values_list("user__name", flat=True)) == {"甲一", "乙一", "乙二"}
    assert kinds(post_plan(campus, rows)) == {}


def test_holder_is_followed_by_the_next_one(campus):
    rows = [["岗位名称", "部门", "任职人", "是否风险岗位"], ["会计核算", "财务处", "乙一", "否"]]
    plan = post_plan(campus, rows)
    assert kinds(plan) == {"changed": 1, "leaves_post": 1, "takes": 1}
    takes = [line for line in plan.lines if line.kind != "leaves_post"]
    posts.apply(plan, takes, on=ON)
    campus.post.refresh_from_db()
    held = [
        (row.user.name, row.since, row.until) for row in Incumbency.objects.filter(post=campus.post).order_by("since")
    ]
    assert held[-1] == ("乙一", ON, None)
    assert held[0][2] == ON
    assert not campus.post.is_risk_post


def test_post_of_a_title_is_taken_over_by_its_real_name(campus):
    """A file of people has made posts of 科员; the list of posts calls them otherwise."""
    people = [[*HEAD, "岗位"], ["1", "孙一", "财务处", "科员"], ["2", "孙二", "财务处", "科员"]]
    given = {"actor": Actor(campus.registrar, on=ON), "at": moment("2026-09-15 10:00")}
    file = uploads.upload(workbook(people), "名册.xlsx", kind="people", effective_on=ON, **given)
    uploads.accept(file.pk, digest=file.compared["digest"], seen=file.version, **given)
    made = Post.objects.get(name="科员", incumbencies__user__number="1")
    other = Post.objects.get(name="科员", incumbencies__user__number="2")
    Duty.objects.create(post=other, position=1, text="收款")  # which is a post of its own
    rows = [POST_HEAD, ["", "综合岗", "财务处", "孙一、孙二", ""]]
    [question] = post_plan(campus, rows).report.open_questions
    assert (question.key, "库中“科员”，文件中“综合岗”" in question.text) == ("own-posts", True)
    assert kinds(post_plan(campus, rows, answers={"own-posts": "other"})) == {"new": 2, "takes": 2}
    plan = post_plan(campus, rows, answers={"own-posts": "same"})
    assert kinds(plan) == {"changed": 1, "new": 1, "takes": 1}
    posts.apply(plan, plan.lines, on=ON)
    made.refresh_from_db()
    assert made.name == "综合岗"


def test_blank_unit_is_asked_about_and_no_fault_meanwhile(campus):
    """The answer counts for the corrected file as well."""
    rows = [POST_HEAD, ["", "出纳", "财务处", "", ""], ["", "统计", "", "无此人", ""]]
    given = {"actor": Actor(campus.registrar, on=ON), "at": moment("2026-09-15 10:00")}
    sent = {"kind": "posts", "effective_on": ON, **given}
    file = uploads.upload(workbook(rows), "岗位.xlsx", **sent)
    assert (file.compared["faults"], len(file.compared["questions"])) == ([], 1)
    uploads.answer(file.pk, {"fill:人员:unit": "fill"}, actor=given["actor"], seen=file.version)
    file.refresh_from_db()
    assert "没有名为" in str(file.compared["faults"])
    rows[2][3] = ""
    assert uploads.upload(workbook(rows), "岗位.xlsx", **sent).compared["is_ready"]


GRADES = {
    "专技七级": "professional",
    "专业技术岗位十二级": "professional",
    "ZJ12": "professional",
    "管理岗五级": "management",
    "七级职员": "management",
    "GL05": "management",
    "普通工": "worker",
    "工勤三级": "worker",
    "GQ03": "worker",
    "未定级": "",
}


def test_grade_of_a_post_stays_as_written_and_says_its_kind(campus):
    """Variant 46."""
    head = ["岗位名称", "所在单位", "岗位等级", "岗位类别"]
    rows = [head, *([f"岗位{i}", "财务处", grade, ""] for i, grade in enumerate(GRADES))]
    rows += [["岗位甲", "财务处", "七级", "管理岗位"], ["岗位乙", "财务处", "", "怪类"]]
    [question] = post_plan(campus, rows).report.open_questions
    assert "怪类" in question.text
    plan = post_plan(campus, rows, answers={question.key: "worker"})
    posts.apply(plan, plan.lines, on=ON)
    found = Post.objects.filter(name__startswith="岗位")
    assert set(found.values_list("level", "kind")) == {*GRADES.items(), ("七级", "management"), ("", "worker")}
    assert kinds(post_plan(campus, rows, answers={question.key: "worker"})) == {}


def test_second_of_a_post_stands_in_and_is_no_holder(campus):
    """Variant 44: A岗 holds the post, B岗 stands in; another one later is a change."""
    rows = [
        ["岗位名称", "所在单位", "A岗", "B岗"],
        ["出纳", "财务处", "甲二", "甲一"],
        ["统计", "财务处", "乙一", "无"],
    ]
    plan = post_plan(campus, rows)
    assert plan.is_ready, said(plan)
    posts.apply(plan, plan.lines, on=ON)
    post = Post.objects.get(name="出纳")
    assert post.backup == campus.clerk
    assert [row.user for row in Incumbency.objects.filter(post=post)] == [campus.colleague]
    assert Post.objects.get(name="统计").backup is None
    rows[1][3] = "乙一"
    assert [(line.kind, line.old, line.new) for line in post_plan(campus, rows).lines] == [
        ("changed", f"B岗人员：{campus.clerk}", str(campus.liaison))
    ]
    rows[1][3] = "赵六"
    assert "人员!D2 没有名为“赵六”的人员" in faults(post_plan(campus, rows))


@pytest.mark.parametrize("named", [["统计", "出纳"], ["统计", ""], ["", "甲二"]])
def test_two_posts_that_name_each_other_stand_in_for_each_other(campus, named):
    """Variant 44: either may say it, by the other's name or by its holder's."""
    rows = [
        ["岗位名称", "所在单位", "A岗", "互为AB岗"],
        ["出纳", "财务处", "甲二", named[0]],
        ["统计", "财务处", "乙一", named[1]],
        ["会计", "财务处", "乙二", "无"],
    ]
    plan = post_plan(campus, rows)
    assert plan.is_ready, said(plan)
    posts.apply(plan, plan.lines, on=ON)
    found = Post.objects.filter(name__in=["出纳", "统计", "会计"]).values_list("name", "backup__name")
    assert dict(found) == {"出纳": "乙一", "统计": "甲二", "会计": None}
    assert kinds(post_plan(campus, rows)) == {}
    rows[3][3] = "出纳员"
    assert "人员!D4 没有找到与“会计”互为AB岗的“出纳员”" in faults(post_plan(campus, rows))


def test_places_of_a_post_are_read_as_a_number(campus):
    head = ["岗位名称", "所在单位", "核定职数"]
    plan = post_plan(campus, [head, ["出纳", "财务处", "3人"], ["统计", "财务处", ""]])
    assert plan.is_ready, said(plan)
    posts.apply(plan, plan.lines, on=ON)
    assert set(Post.objects.filter(name__in=["出纳", "统计"]).values_list("name", "authorised")) == {
        ("出纳", 3),
        ("统计", None),
    }
    assert "人员!C2 核定职数“若干”不是 1 到 999 的整数" in faults(post_plan(campus, [head, ["出纳", "财务处", "若干"]]))


def test_domain_of_a_post_is_one_of_the_rule_book(campus):
    domain, head = campus.scheme.rules.domains[0], ["岗位编号", "岗位名称", "所在单位", "风险领域"]
    rows = [
        head,
        ["CW-7", "出纳", "财务处", domain.label],
        ["CW-8", "统计", "财务处", "杂项"],
        ["CW-9", "会计", "财务处", ""],
    ]
    asked = post_plan(campus, rows)
    assert not asked.is_ready
    [question] = asked.report.open_questions
    assert "杂项" in question.text
    Unit.objects.filter(parent=None).update(scheme_slug="")
    early = post_plan(campus, rows)
    assert early.is_ready, said(early)
    assert "还没有选定方案，2 行的“风险领域”没有读取" in "".join(notice.text for notice in early.report.notices)
    posts.apply(early, early.lines, on=ON)
    Unit.objects.filter(parent=None).update(scheme_slug=campus.scheme.slug)
    later = post_plan(campus, rows, answers={question.key: domain.code})
    assert [(line.kind, line.old, line.new) for line in later.lines] == [("changed", "风险领域：无", domain.label)] * 2
    posts.apply(later, later.lines, on=ON)
    assert set(Post.objects.filter(code__startswith="CW-").values_list("code", "domain")) == {
        ("CW-7", domain.code),
        ("CW-8", domain.code),
        ("CW-9", ""),
    }


POST_FAULTS = {
    "no unit": (["", "出纳", "图书馆"], "人员!C2 没有单位“图书馆”"),
    "no name": (["", "", "财务处"], "人员!B2 没有岗位名称"),
    "unknown holder": (["", "出纳", "财务处", "赵六"], "人员!D2 没有名为“赵六”的人员"),
    "long duty": (["", "出纳", "财务处", "", "长" * 301], "有 301 个字，一条最多 300 个字"),
    "long name": (["", "岗" * 61, "财务处"], "有 61 个字，最多 60 个字"),
    "code of another unit": (["P-ZS", "出纳", "财务处"], "已用于“招生就业处”的“招生”"),
}


@pytest.mark.parametrize("case", POST_FAULTS)
def test_fault_of_a_post_names_its_cell(campus, case):
    Post.objects.create(unit=campus.other_unit, code="P-ZS", name="招生")
    row, words = POST_FAULTS[case]
    assert words in faults(post_plan(campus, [POST_HEAD, row]))


def test_two_people_of_one_name_are_asked_for(campus):
    make_person("甲二", campus.unit, number="another")
    rows = [POST_HEAD, ["", "出纳", "财务处", "甲二"]]
    [question] = post_plan(campus, rows).report.open_questions
    plan = post_plan(campus, rows, answers={question.key: "another"})
    assert [line.user for line in plan.lines if line.kind == "takes"] == [User.objects.get(number="another")]


def test_hostile_numbering_is_read_in_time():
    """Broken file 38: linear, and kept as text."""
    assert values.numbered("1." * 16_000) == ["1." * 16_000]
    assert len(values.numbered("（" * 10_000)) == 1
