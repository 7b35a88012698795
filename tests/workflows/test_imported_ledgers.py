"""An old ledger on its road: accepted, signed by the head, offered by the first self-check."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from registers import versions
from registers.access import can
from registers.actors import Actor
from registers.imports import uploads
from registers.models import ControlMeasure, ImportedFile, PowerItem, RiskPoint
from registers.schemes.parts import Level
from tests.noscript import Plain
from tests.personas import Year
from tests.registers.test_schemes_all import RULES
from tests.workbooks import workbook
from workflows.models import Submission
from workflows.routing import routes
from workflows.sheets import sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

HEAD = ["部门", "岗位", "风险类别", "风险点", "表现形式", "等级", "前期预防", "中期监控", "后期处置", "责任人"]


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def imported(campus, clock, rows, *, kind="ledgers", answers=None):
    """Upload and accept a file as the registrar, and return it."""
    actor = Actor(campus.registrar, on=clock.today)
    file = uploads.upload(workbook(rows), "台账.xlsx", kind=kind, effective_on=clock.today, actor=actor, at=clock.now)
    uploads.answer(file.pk, answers or {}, actor=actor, seen=file.version)
    file.refresh_from_db()
    assert file.compared["is_ready"], file.compared
    return uploads.accept(file.pk, actor=actor, digest=file.compared["digest"], seen=file.version, at=clock.now)


def signed(campus, clock, sheet):
    routes.decide(
        sheet.pk,
        "agree",
        actor=Actor(campus.head, on=clock.today),
        seen_version=sheet.version,
        signed=True,
        at=clock.now,
    )
    sheet.refresh_from_db()
    return sheet


ROWS = [
    HEAD,
    ["财务处", "会计核算", "岗位职责", "付款不复核", "一人经办", "高", "两人经办", "抽查", "问责", "甲一"],
    ["财务处", "", "业务流程", "拆分采购", "化整为零", "中", "论证", "", "", "部室负责人"],
]


def test_signed_ledger_is_offered_by_the_first_self_check(campus, clock):
    """Nothing is on record until the head has signed. Then the first campaign's sheets offer it."""
    clock.set("2026-07-01 10:00")
    imported(campus, clock, ROWS, answers={"fill:人员:post": "blank"})
    [sheet] = Submission.objects.all()
    assert (sheet.task.label, sheet.state, sheet.waiting_role) == ("历史台账导入", "in_review", "unit_head")
    assert sheet.decisions.get().acting_role == "registrar"
    assert not RiskPoint.objects.open().exists()
    assert signed(campus, clock, sheet).state == "filed"
    points = {point.content: point for point in RiskPoint.objects.open()}
    assert {content: (p.level, p.post, p.final_grade.code) for content, p in points.items()} == {
        "付款不复核": ("personal", campus.post, "grade-1"),
        "拆分采购": ("unit", None, "grade-2"),
    }
    measures = ControlMeasure.objects.open().filter(point_series=points["付款不复核"].series)
    assert {m.stage: (m.text, str(m.responsible)) for m in measures} == {
        "prevention": ("两人经办", "甲一"),
        "monitoring": ("抽查", "甲一"),
        "disposal": ("问责", "甲一"),
    }
    assert [line.reason for line in sheet.lines.filter(risk_point=points["拆分采购"])] == [
        "来源：台账.xlsx 人员!D3。原等级：中；责任人“部室负责人”未对应"
    ]
    year = Year(campus, clock)
    for code, content in (("personal-search", "付款不复核"), ("unit-search", "拆分采购")):
        [entry] = sheet_for(year.sheet(code)).content()["entries"]
        assert (entry["base"], entry["values"]["content"]) == (points[content].pk, content)


POWERS = [
    ["单位", "职权名称", "承办岗位", "实施依据", "办理程序"],
    ["财务处", "设备采购", "会计核算", "《采购办法》", "申请（会计核算）→审批（处长）→办结"],
]


def test_signed_powers_are_on_record_and_points_stand_on_them(campus, clock):
    """Powers first, then the ledger: a point is placed on the power that it names."""
    clock.set("2026-07-01 10:00")
    imported(campus, clock, POWERS, kind="powers")
    [sheet] = Submission.objects.all()
    assert not PowerItem.objects.open().exists()
    page = Plain(campus.registrar).go(reverse("import_detail", args=[ImportedFile.objects.get().pk]))
    assert "先由各单位负责人签字，再导入历史台账" in page.words
    rows = [[*HEAD, "职权"], [*ROWS[1], "设备采购"]]
    actor = Actor(campus.registrar, on=clock.today)
    more = {"kind": "ledgers", "effective_on": clock.today, "actor": actor, "at": clock.now}
    early = uploads.upload(workbook(rows), "台账.xlsx", **more).compared
    assert "K2" in str(early["notices"])
    assert "1 处写了权力事项，该事项还没有签字生效" in str(early["notices"])
    signed(campus, clock, sheet)
    [power] = PowerItem.objects.open()
    assert (power.name, power.accountable_post, power.legal_basis) == ("设备采购", campus.post, "《采购办法》")
    assert power.kind == ""  # the list does not say it, so nobody does
    assert [(step.post, step.post_name, step.procedure) for step in power.steps.all()] == [
        (campus.post, "会计核算", "申请"),
        (campus.head_post, "处长", "审批"),
    ]
    imported(campus, clock, rows)
    signed(campus, clock, Submission.objects.latest("pk"))
    assert RiskPoint.objects.open().get().power_series == power.series


def test_second_import_of_the_same_file_brings_nothing(campus, clock):
    """Neither what waits for its signature nor what is on record comes twice."""
    clock.set("2026-07-01 10:00")
    for kind, rows in (("ledgers", ROWS[:2]), ("powers", POWERS)):
        imported(campus, clock, rows, kind=kind)
        actor = Actor(campus.registrar, on=clock.today)
        more = {"kind": kind, "effective_on": clock.today, "actor": actor, "at": clock.now}
        again = uploads.upload(workbook(rows), "台账.xlsx", **more)
        assert (again.compared["lines"], again.compared["unchanged"]) == ([], 1)
        assert uploads.same_as(again) is not None
    signed(campus, clock, Submission.objects.earliest("pk"))
    point = RiskPoint.objects.open().get()
    revised = point.revised(content="付款时不再复核")
    revised.save()
    versions.enter_into_force(revised, on=clock.today)
    again = uploads.upload(workbook(ROWS[:2]), "台账.xlsx", **more | {"kind": "ledgers"})
    assert again.compared["lines"] == []


def test_returned_sheet_goes_back_to_its_registrar_with_all_it_said(campus, clock):
    """The registrar corrects it on the form; an unknown person or a wrong category is a fault there."""
    clock.set("2026-07-01 10:00")
    imported(campus, clock, ROWS[:2])
    [sheet] = Submission.objects.with_rules()
    [line] = {str(entry) for entry in sheet.lines.values_list("entry", flat=True)}
    head, registrar = (Actor(user, on=clock.today) for user in (campus.head, campus.registrar))
    more = {"seen_version": sheet.version, "at": clock.now}
    routes.decide(
        sheet.pk, "return", actor=head, opinion="有误", redo_on=clock.today, returned={line: "等级有误"}, **more
    )
    sheet.refresh_from_db()
    assert can(registrar, "fill", sheet)
    assert not can(Actor(campus.liaison, on=clock.today), "fill", sheet)
    kind = sheet_for(sheet)
    content = kind.content()
    [entry] = content["entries"]
    assert (entry["values"]["content"], entry["values"]["grade"]) == ("付款不复核", "grade-1")
    for name, value in (("category", "no-such"), ("prevention.responsible", "无此人"), ("grade", "top"), ("post", "X")):
        wrong = {**content, "entries": [{**entry, "values": {**entry["values"], name: value}}]}
        assert name in kind.faults(wrong)[entry["key"]]
    entry["values"]["grade"] = "grade-2"
    routes.submit(sheet.pk, actor=registrar, seen_version=sheet.version, content=content, at=clock.now)
    sheet.refresh_from_db()
    signed(campus, clock, sheet)
    assert RiskPoint.objects.open().get().final_grade.code == "grade-2"


@pytest.mark.parametrize("slug", sorted(RULES))
def test_ledger_comes_in_under_every_scheme(make_campus, clock, slug):
    """Whatever categories, grades, stages and levels a scheme has."""
    clock.set("2026-07-01 10:00")
    campus = make_campus(scheme=slug)
    rules = campus.scheme.rules
    level = Level.PERSONAL if "adjust-personal" in rules.adjustments else Level.UNIT
    category, grade = rules.categories_for(level)[0], rules.grades[-1]
    rows = [
        ["部门", "岗位", "风险类别", "风险点", "风险等级", "防控措施"],
        ["财务处", "会计核算", category.label, "付款不复核", grade.label, "两人经办"],
    ]
    imported(campus, clock, rows, answers={"stage": rules.measure_stages[0].code})
    sheet = signed(campus, clock, Submission.objects.get())
    assert (sheet.state, sheet.filed_paper.paper) == ("filed", "imported-points")
    assert sheet.filed_paper.document["signoffs"]["sign"]["name"] == campus.head.name
    [point] = RiskPoint.objects.open()
    assert (point.level, point.category.code, point.final_grade.code) == (level, category.code, grade.code)
    imported(campus, clock, POWERS, kind="powers")
    assert signed(campus, clock, Submission.objects.latest("pk")).filed_paper.paper == "imported-powers"


def test_command_lists_what_is_asked_and_takes_the_answers(campus, clock, tmp_path):
    """``import_ledger``: a dry run changes nothing, an open question ends it, answers take the file over."""
    clock.set("2026-07-01 10:00")
    path = tmp_path / "台账.xlsx"
    path.write_bytes(workbook([["岗位", "风险点", "类别"], ["会计核算", "付款不复核", "岗位职责"]], name="Sheet1"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="没有导入"):
        call_command("import_ledger", path, stdout=out)
    answer = f"unit-of:Sheet1={campus.unit.pk}"
    assert f"--answer '{answer}'" in out.getvalue()
    call_command("import_ledger", path, "--dry-run", answer=[answer], stdout=out)
    assert not Submission.objects.exists()
    call_command("import_ledger", path, answer=[answer], stdout=out)
    assert out.getvalue().endswith("已导入 1 项，未勾选 0 项。\n")
    assert Submission.objects.get().state == "in_review"
