"""Files of roles: what they grant, what they never grant, and for which units."""

from datetime import date

import pytest

from registers.actors import Actor
from registers.imports import roles, uploads
from registers.imports.handing import Taking
from registers.imports.vocabulary import ROLE_WORDS
from registers.models import Appointment, AuditEntry, DomainCharge, Unit, User
from tests.factories import appoint, make_person, make_scheme, moment
from tests.registers.imports.taken import ON, book_of, faults, kinds, plan_of, said
from tests.workbooks import parts, sheet, workbook, zipped

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
    plan.taking = Taking(Actor(campus.registrar, on=ON), moment("2026-09-15 10:00"), "名册.xlsx")
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


def test_blank_unit_of_a_role_of_the_school_is_the_school(campus):
    """Only roles of a unit need one: rows of the school alone are not asked about, and filling leaves them alone."""
    rows = [HEAD, ["clerk", "", "财务处", "联络员", "", ""], ["chair", "", "", "党委", "", ""]]
    taken(campus, rows)
    assert [(role, unit) for role, unit, *_ in roles_of(campus.chair)][-1] == ("party_committee", str(campus.root))
    rows = [*rows, ["colleague", "", "", "单位负责人；领导小组办公室", "", ""]]
    [question] = plan_of(campus, rows, kind="roles").report.open_questions
    assert (question.key, question.cells) == ("fill:人员:unit", "C4")
    taken(campus, rows, answers={question.key: "fill"})
    held = {(role, unit) for role, unit, *_ in roles_of(campus.colleague)}
    assert held == {("unit_head", "财务处"), ("office", str(campus.root))}


def test_file_of_which_nothing_is_read_is_no_file_without_changes(campus):
    """A list of leaders without a column of roles, and rows without a role."""
    rows = [["姓名", "职务", "分管部门"], ["丁一", "副校长", "财务处"]]
    assert "人员!1 行 表头中没有“角色”列" in faults(plan_of(campus, rows, kind="roles"))
    plan = uploads.compare("roles", book_of(workbook([HEAD, ["clerk", "甲一", "财务处", "", "", ""]])), **given(campus))
    assert "人员!D2 1 行没有写角色，没有导入" in said(plan)
    assert "人员!1 行 1 行中没有读出任何内容" in faults(plan)
    twice = zipped(parts({name: sheet([HEAD, ["clerk", "甲一", "财务处", "", "", ""]]) for name in ("甲", "乙")}))
    plan = uploads.compare("roles", book_of(twice), **given(campus))
    assert "乙!1 行 1 行中没有读出任何内容" in faults(plan)  # the question of its sheets explains nothing
    same = [HEAD, ["liaison", "乙一", "财务处", "联络员", "", ""]]
    plan = uploads.compare("roles", book_of(workbook(same)), **given(campus))
    assert (plan.is_ready, plan.unchanged) == (True, 1)


def given(campus):
    return {"columns": {}, "answers": {}, "actor": Actor(campus.registrar, on=ON), "on": ON}


def test_domains_of_leaders_are_read_compared_and_ended(campus):
    """The cell holds several (workbooks.md): those of the rule book by their names, others as the registrar answers."""
    rows = [
        [*HEAD, "分管领域"],
        ["leader", "丁一", "招生就业处", "分管校领导", "2026-09-01", "", "财务管理、招生管理"],
        ["chair", "", "", "分管校领导", "", "", "基建；外事"],
    ]
    plan = plan_of(campus, rows, kind="roles")
    asked = {question.key: question.cells for question in plan.report.open_questions}
    assert asked == {"fill:人员:unit": "C3", "domain:基建": "人员!G3", "domain:外事": "人员!G3"}
    answers = {"fill:人员:unit": "blank", "domain:基建": "construction", "domain:外事": "own"}
    assert kinds(taken(campus, rows, answers=answers)) == {"domain": 4}  # in charge of the unit he is
    charges = DomainCharge.objects.order_by("pk").values_list("user__number", "domain", "since")
    assert [(number, domain, str(day)) for number, domain, day in charges] == [
        ("leader", "finance", "2026-09-01"),
        ("leader", "admission", "2026-09-01"),
        (campus.chair.number, "construction", str(ON)),
        (campus.chair.number, "外事", str(ON)),
    ]
    again = plan_of(campus, rows, kind="roles", answers=answers | {"domain:外事": ""})
    assert (again.is_ready, kinds(again)) == (True, {})  # 外事 is known by now
    ending = [rows[0], ["leader", "丁一", "", "分管校领导", "", "2026-10-01", "财务管理"]]
    assert kinds(taken(campus, ending)) == {"domain_ended": 1}
    assert DomainCharge.objects.get(domain="finance").until == date(2026, 10, 1)


def test_only_leaders_in_charge_have_domains(campus):
    for role in ("联络员", ""):
        rows = [[*HEAD, "分管领域"], ["clerk", "甲一", "财务处", role, "", "", "财务管理"]]
        assert "分管领域只用于分管校领导" in said(plan_of(campus, rows, kind="roles"))


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


def test_file_follows_the_rules_of_the_desk(campus):
    """What the desk of roles refuses is a fault with its cell; what it does is in the log of each role."""
    rows = [
        HEAD,
        ["clerk", "甲一", "财务处", ROLE_WORDS["school_group"][0], "", ""],
        ["colleague", "甲二", "财务处", "联络员", "2025-01-01", ""],
        ["security", "", "财务处", "联络员", "", ""],
    ]
    make_person("辛一", campus.unit, number="security")
    appoint(User.objects.get(number="security"), Unit.objects.get(parent=None), "security_admin")
    span = {"since": date(2025, 3, 1), "until": date(2025, 6, 1)}
    Appointment.objects.create(user=campus.colleague, unit=campus.unit, role="liaison", **span)
    found = faults(plan_of(campus, rows, kind="roles"))
    assert "人员!D2 甲一的" in found
    assert "是全校的角色" in found
    assert "人员!D3 甲二的“联络员”：甲二自 2025-03-01 起至 2025-05-31 已担任财务处的联络员" in found
    assert "人员!D4 辛一的“联络员”：辛一在这段时间担任安全管理员" in found
    taken(
        campus,
        [HEAD, ["clerk", "甲一", "财务处", "联络员", "", ""], ["liaison", "", "财务处", "联络员", "", "2026-10-01"]],
    )
    assert list(
        AuditEntry.objects.filter(act__startswith="role.").order_by("sequence").values_list("act", flat=True)
    ) == [
        "role.dismiss",
        "role.appoint",
    ]


def test_labels_of_the_rule_books_are_known_before_one_is_adopted(campus):
    """Roles come in before the rule book is chosen; a label that two books give to two roles is asked for."""
    Unit.objects.filter(parent=None).update(scheme_slug="")
    known = {word for words in ROLE_WORDS.values() for word in words} | set(dict(Appointment.Role.choices).values())
    books = [make_scheme(slug).rules.roles for slug in ("nwnu-2012", "jiangsu-dynamic")]
    labels = {label: role.value for book in books for role, label in book.items() if label not in known}
    label, role = next(
        (label, role) for label, role in labels.items() if role in ("liaison", "unit_head", "group_member")
    )
    plan = plan_of(campus, [HEAD, ["clerk", "甲一", "财务处", label, "", ""]], kind="roles")
    assert plan.is_ready, said(plan)
    assert [line.field for line in plan.lines] == [role]
