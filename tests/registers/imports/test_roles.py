"""Files of roles: what they grant, what they never grant, and for which units."""

import pytest

from registers.imports import roles
from registers.models import Appointment
from tests.factories import appoint, make_person
from tests.registers.imports.taken import ON, faults, kinds, plan_of, said

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

HEAD = ["工号", "姓名", "任职单位", "角色", "任职日期", "免职日期"]


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def roles_of(user):
    rows = Appointment.objects.filter(user=user).order_by("pk")
    return [(row.role, str(row.unit), str(row.since), str(row.until)) for row in rows]


def taken(campus, rows, **more):
    plan = plan_of(campus, rows, kind="roles", **more)
    assert plan.is_ready, f"{said(plan)} {plan.report.open_questions}"
    roles.apply(plan, plan.lines, on=ON)
    return plan


def test_roles_are_granted_and_ended(campus):
    rows = [
        HEAD,
        ["clerk", "甲一", "财务处", "联络员", "2026.9", ""],
        ["", "甲二", "招生就业处", "部门负责人；联系人", "", ""],
        ["liaison", "乙一", "财务处", "联络员", "", "2026-09-30"],
    ]
    plan = taken(campus, rows)
    assert kinds(plan) == {"new": 3, "ended": 1}
    assert roles_of(campus.clerk) == [("liaison", "财务处", "2026-09-01", "None")]
    assert roles_of(campus.colleague) == [
        ("unit_head", "招生就业处", "2026-09-15", "None"),
        ("liaison", "招生就业处", "2026-09-15", "None"),
    ]
    assert roles_of(campus.liaison) == [("liaison", "财务处", "2026-01-01", "2026-09-30")]
    assert kinds(plan_of(campus, rows[:3], kind="roles")) == {}


def test_matrix_of_roles_gives_one_for_each_tick(campus):
    """Variant 30."""
    rows = [
        ["姓名", "单位", "单位负责人", "联络员"],
        ["甲一", "财务处", "√", "×"],
        ["甲二", "财务处", "0", "是"],
        ["乙二", "财务处", "", "1"],
    ]
    taken(campus, rows)
    assert [[role for role, *_ in roles_of(user)] for user in (campus.clerk, campus.colleague, campus.member)] == [
        ["unit_head"],
        ["liaison"],
        ["liaison"],
    ]


def test_file_grants_no_administration_and_nothing_elsewhere(campus):
    """Broken file 39."""
    for word in ("系统管理员", "安全管理员", "审计员", "管理员", "纪委线索受理人"):
        plan = plan_of(campus, [HEAD, ["clerk", "甲一", "财务处", word, "", ""]], kind="roles")
        assert f"人员!D2 “{word}”不能由文件授予" in faults(plan)
    plan = plan_of(campus, [HEAD, ["registrar", "庚一", "财务处", "单位负责人", "", ""]], kind="roles")
    assert "不能由本人给本人授予角色" in faults(plan)
    Appointment.objects.filter(user=campus.registrar).delete()
    appoint(campus.registrar, campus.other_unit, "registrar")
    plan = plan_of(campus, [HEAD, ["clerk", "甲一", "财务处", "联络员", "", ""]], kind="roles")
    assert "人员!C2 “财务处”不在您管理的单位内" in faults(plan)


def test_unknown_words_and_people_are_asked_for_or_refused(campus):
    make_person("甲一", campus.other_unit)
    rows = [
        HEAD,
        ["", "甲一", "财务处", "办事员", "2026-09-30", "2026-09-01"],
        ["", "无此人", "财务处", "联络员", "", ""],
    ]
    plan = plan_of(campus, rows, kind="roles")
    assert [question.key for question in plan.report.open_questions] == ["role:办事员", "person:甲一"]
    assert "没有名为“无此人”的人员" in faults(plan)
    answers = {"role:办事员": "liaison", "person:甲一": "clerk"}
    assert "免职日期 2026-09-01 早于任职日期" in faults(plan_of(campus, rows, kind="roles", answers=answers))
    rows = [HEAD, ["clerk", "戊九", "财务处", "联络员", "", ""]]
    assert "工号 clerk 在库中是甲一" in faults(plan_of(campus, rows, kind="roles"))
