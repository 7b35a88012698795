"""A file from its upload to the database, by the pages a registrar has: nothing or everything, and what each line brings."""

import io
import random
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from registers import audit, clock, jobs
from registers.access import NotAllowed
from registers.actors import Actor
from registers.imports import private, reading, returning, uploads
from registers.imports.synonyms import KINDS
from registers.models import (
    Appointment,
    AuditEntry,
    ColumnMemory,
    ImportedFile,
    Incumbency,
    Post,
    PowerItem,
    Regulation,
    RiskPoint,
    Unit,
    UnitAlias,
    User,
)
from registers.refusals import Refused, Stale
from registers.views import imports as views
from tests.factories import moment
from tests.noscript import Plain
from tests.registers.imports.taken import HEAD, ON, faults, joined, plan_of
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

AT = moment("2026-09-15 10:00")
PRIVATE = ["11010119900307721X", "13800138000", "1990-03-07", "S3cret-word"]
ROWS = [
    [*HEAD, "岗位", "职称", "身份证号", "手机", "出生日期", "密码"],
    ["clerk", "甲一", "招生就业处", "", "会计师", *PRIVATE],
    ["liaison", "乙壹", "财务处", "", "", *PRIVATE],
    ["07001", "孙一", "财务处", "出纳；档案", "", *PRIVATE],
]


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def actor(user):
    return Actor(user, on=ON)


def uploaded(campus, rows=ROWS, *, kind="people", name="名册.xlsx"):
    data = rows if isinstance(rows, bytes) else workbook(rows)
    return uploads.upload(data, name, kind=kind, effective_on=ON, actor=actor(campus.registrar), at=AT)


def accepted(campus, file):
    file.refresh_from_db()
    digest = (file.compared or {}).get("digest", "")
    return uploads.accept(file.pk, actor=actor(campus.registrar), digest=digest, seen=file.version, at=AT)


def sent(person, rows, *, kind="people", name="名册.xlsx"):
    """What a person sees after uploading a file."""
    data = {"kind": kind, "effective_on": "2026-09-15", "files": SimpleUploadedFile(name, workbook(rows))}
    return person._show(person.client.post(reverse("import_list"), data, follow=True))


def test_registrar_takes_a_file_over_by_its_pages(campus, caplog):
    person = Plain(campus.registrar)
    page = sent(person, ROWS)
    assert "新进 1/1" in page.words
    assert "离开 0/5" in page.words
    file = ImportedFile.objects.get()
    page.press(page.form("contains(@action, '/accept/')"))
    assert "已导入" in page.words

    joined_one, clerk, liaison = (User.objects.get(number=number) for number in ("07001", "clerk", "liaison"))
    assert (joined_one.name, joined_one.unit, joined_one.has_usable_password()) == ("孙一", campus.unit, False)
    assert joined_one.sort_key == "sun yi"
    assert {(row.post.name, row.since) for row in joined_one.incumbencies.all()} == {("出纳", ON), ("档案", ON)}
    assert (clerk.unit, clerk.title, liaison.name) == (campus.other_unit, "会计师", "乙壹")
    assert not Incumbency.objects.in_force(ON).filter(user=clerk).exists()
    assert Incumbency.objects.get(user=clerk).until == ON
    assert User.objects.get(number="member").is_active, "who is missing stays until somebody ticks his line"

    entry = AuditEntry.objects.get(act="import.accept")
    assert entry.detail["counts"] == {"joined": 1, "moved": 1, "renamed": 1, "changed": 1, "takes": 2, "left": 0}
    assert audit.verify()[1] == []
    file.refresh_from_db()
    kept = repr([list(ImportedFile.objects.values()), list(AuditEntry.objects.values("detail"))])
    assert (file.book, file.compared) == (None, None)
    assert file.result["joined"] == [joined_one.pk]
    assert not [word for word in PRIVATE if word in kept + caplog.text]


def test_private_columns_are_not_kept_before_acceptance(campus):
    file = uploaded(campus)
    returned = openpyxl.load_workbook(io.BytesIO(returning.with_findings(file)))
    cells = repr([cell.value for row in returned.active.iter_rows() for cell in row])
    assert not [word for word in PRIVATE if word in repr(file.book) + repr(file.compared) + cells]
    assert private.is_private("出生日期")


def test_who_leaves_holds_nothing_any_more(campus):
    file = uploaded(campus, [[*HEAD, "人员状态"], ["head", "丙一", "财务处", "退休"]])
    lines = [line for line in file.compared["lines"] if line[2] == "head"]
    uploads.tick(file.pk, {lines[0][0]: True}, actor=actor(campus.registrar), seen=1)
    accepted(campus, file)
    head = User.objects.get(number="head")
    assert not head.is_active
    assert not Incumbency.objects.in_force(ON).filter(user=head).exists()
    assert not Appointment.objects.in_force(ON).filter(user=head).exists()
    assert Appointment.objects.get(user=head, role="unit_head").until == ON
    assert User.objects.get(number="clerk").is_active


def test_registrar_is_never_among_those_who_leave(campus):
    file = uploaded(campus, [HEAD, ["office", "戊一", "监察审计处"]])
    assert "registrar" not in [line[2] for line in file.compared["lines"]]


def test_same_file_twice_brings_nothing(campus):
    accepted(campus, uploaded(campus))
    again = uploaded(campus)
    assert uploads.same_as(again) is not None
    assert {line[1] for line in again.compared["lines"]} == {"left"}
    other = uploaded(campus, [*ROWS, ["07002", "孙二", "财务处"]])
    assert uploads.same_as(other) is None


def test_file_with_a_fault_or_a_question_changes_nothing(campus):
    before = set(User.objects.values_list("number", flat=True))
    for bad in ([["", "孙三", "财务处"]], [["07003", "孙三", "财务"]]):
        file = uploaded(campus, [HEAD, ["07002", "孙二", "财务处"], *bad])
        with pytest.raises(Refused, match="没有导入"):
            accepted(campus, file)
    assert set(User.objects.values_list("number", flat=True)) == before


def test_answer_is_remembered_as_another_name_of_the_unit(campus):
    person = Plain(campus.registrar)
    page = sent(person, [HEAD, ["07003", "孙三", "财务"]])
    assert "还不能导入" in page.words
    form = page.form("contains(@action, '/answer/')")
    form.fields["answer-0"] = str(campus.unit.pk)
    page.press(form)
    page.press(page.form("contains(@action, '/accept/')"))
    assert User.objects.get(number="07003").unit == campus.unit
    assert UnitAlias.objects.get().name == "财务"
    assert ImportedFile.objects.latest("pk").accepted_at


def test_columns_are_corrected_and_remembered(campus):
    person = Plain(campus.registrar)
    rows = [["编码", "姓名", "部门"], ["07004", "孙四", "财务处"]]
    page = sent(person, rows)
    assert "没有“工号”列" in page.words
    address = reverse("import_columns", args=[ImportedFile.objects.get().pk])
    page.go(address)
    form = page.form("@method='post' and ancestor::main")
    form.fields["column-0"] = "number"
    page.press(form, address=address)
    assert "新进 1/1" in page.words
    assert ColumnMemory.objects.get().kind == "people"
    assert "新进 1/1" in sent(person, rows).words


def test_ticks_of_a_page_and_of_a_kind(campus):
    person = Plain(campus.registrar)
    page = sent(person, ROWS)
    form = page.form("contains(@action, '/tick/')")
    page.press(form, "every", "no")
    assert "新进 0/1" in page.words
    page.go(page.page.base_url or reverse("import_detail", args=[ImportedFile.objects.get().pk]) + "?kind=left")
    form = page.form("contains(@action, '/tick/')")
    box = next(box for box in form.xpath(".//input[@name='ticked']"))
    box.set("checked", "checked")
    page.press(form)
    assert "离开 1/5" in page.words


def test_record_that_changed_meanwhile_is_shown_first(campus):
    file = uploaded(campus)
    User.objects.filter(number="clerk").update(title="高级会计师")
    with pytest.raises(Stale):
        accepted(campus, file)
    person = Plain(campus.registrar)
    page = person.go(reverse("import_detail", args=[file.pk]))
    page.press(page.form("contains(@action, '/accept/')"))
    assert "有变动，没有导入" in page.page.text_content()
    page.press(page.form("contains(@action, '/accept/')"))
    assert User.objects.get(number="clerk").title == "会计师"


def test_second_window_is_too_late(campus):
    file = uploaded(campus)
    uploads.tick(file.pk, {}, actor=actor(campus.registrar), seen=1)
    with pytest.raises(Stale):
        uploads.answer(file.pk, {}, actor=actor(campus.registrar), seen=1)
    accepted(campus, file)
    for late in (accepted, lambda _, file: uploads.drop(file.pk, actor=actor(campus.registrar), at=AT)):
        with pytest.raises(Refused, match="已经导入或放弃"):
            late(campus, file)


def test_file_that_nobody_accepts_is_forgotten(campus, settings):
    file = uploaded(campus)
    assert uploads.forget(at=AT) == 0
    assert uploads.forget(at=AT + clock.days(settings.IMPORT_KEEP_DAYS + 1)) == 1
    file.refresh_from_db()
    assert (file.book, file.compared, file.is_open) == (None, None, False)


@pytest.mark.parametrize("who", ["clerk", "head", "office", "sys_admin", "auditor"])
def test_nobody_else_imports(campus, who):
    with pytest.raises(NotAllowed, match="由管理员导入"):
        uploads.upload(b"x", "a.csv", kind="people", effective_on=ON, actor=actor(getattr(campus, who)), at=AT)


def test_registrar_of_some_units_keeps_to_them(campus):
    Appointment.objects.filter(user=campus.registrar, role="registrar").update(unit=campus.unit)
    plan = plan_of(campus, [HEAD, ["07001", "孙一", "财务处"], ["07002", "孙二", "招生就业处"]])
    assert "人员!C3 孙二不在您管理的单位内" in faults(plan)
    assert list(joined(plan)) == ["07001"]


def test_many_lines_are_done_by_a_worker(campus, monkeypatch):
    monkeypatch.setattr(views, "AT_ONCE", 2)
    page = sent(Plain(campus.registrar), ROWS)
    page.press(page.form("contains(@action, '/accept/')"))
    assert jobs.work(at=clock.now()) == 1
    job = jobs.Job.objects.get()
    assert (job.error, User.objects.filter(number="07001").count()) == ("", 1)
    done = openpyxl.load_workbook(jobs.opened(job)).active
    assert ("新进", "07001", "孙一") in [tuple(cell.value for cell in row[:3]) for row in done.iter_rows()]


def test_broken_file_is_refused_on_the_page(campus):
    person = Plain(campus.registrar)
    data = {"kind": "people", "effective_on": "2026-09-15", "files": SimpleUploadedFile("a.xlsx", b"%PDF-1.7")}
    page = person._show(person.client.post(reverse("import_list"), data))
    assert "这是PDF 文件，不是表格" in page.words
    page = person._show(person.client.post(reverse("import_list"), data | {"files": ""}))
    assert "请选择要导入的文件" in page.words
    assert not ImportedFile.objects.exists()


def test_workbook_comes_back_with_what_is_wrong_beside_the_cells(campus):
    file = uploaded(campus, [HEAD, ["07001", "=孙一", "图书馆"], ["07002", "孙二", "财务处"]])
    data = returning.with_findings(file)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet["D1"].value == returning.COLUMN
    assert "C2 没有单位“图书馆”" in sheet["D2"].value
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=孙一", "s")
    assert sheet["D3"].value is None
    assert faults(plan_of(campus, data)) == faults(
        plan_of(campus, [HEAD, ["07001", "=孙一", "图书馆"], ["07002", "孙二", "财务处"]])
    )


def test_templates_explain_their_own_columns(campus):
    """The number of a power or of a regulation is none of a person."""
    for kind in KINDS:
        made = openpyxl.load_workbook(io.BytesIO(returning.template(kind, on=ON)))
        said = "".join(str(cell.value) for row in made["说明"].iter_rows() for cell in row)
        assert ("识别人员的唯一依据" in said) == (kind == "people")
        assert ("是否风险岗位：填“是”或“否”" in said) == (kind == "posts")


@pytest.mark.parametrize("kind", KINDS)
def test_template_is_read_without_a_question(campus, kind):
    made = openpyxl.load_workbook(io.BytesIO(returning.template(kind, on=ON)))
    sheet = made.worksheets[0]
    filled = {
        "people": ["07001", "孙一", "财务处", "出纳", "2026.9", "", "", "群众", "在职", "a@example.edu.cn"],
        "units": ["CW-1", "会计科", "财务处", "科室", "核算中心"],
        "posts": [
            "CW-9",
            "出纳",
            "财务处",
            "教职工岗位",
            "是",
            "否",
            "clerk",
            "甲一",
            "2026-09-01",
            "1. 收款\n2. 付款",
            "专业技术岗位",
            "专技七级",
            "甲二",
        ],
        "roles": ["clerk", "甲一", "财务处", "联络员", "2026-09-01"],
        "powers": ["财务处", "设备采购", "执行", "财务管理", "会计核算", "", "5天", *[""] * 4, "001", "申请→审批"],
        "regulations": ["财务处", "报销办法", "院财〔2019〕3号", "财务处", "2019-03-01", "现行"],
        "ledgers": [
            "财务处",
            "会计核算",
            "",
            "岗位职责",
            "付款不复核",
            "",
            "一级",
            "",
            "两人经办",
            "抽查",
            "问责",
            "甲一",
        ],
    }[kind]
    for column, text in enumerate(filled, start=1):
        assert sheet.cell(2, column).number_format == "@"
        sheet.cell(2, column).value = text
    data = io.BytesIO()
    made.save(data)
    plan = plan_of(campus, data.getvalue(), kind=kind)
    assert plan.is_ready, faults(plan)
    assert all(plan.tables[0].fields.values())
    assert len(plan.report.findings) == 0
    accepted(campus, uploaded(campus, data.getvalue(), kind=kind))
    assert {
        "people": User.objects.filter(number="07001"),
        "units": Unit.objects.filter(code="CW-1"),
        "posts": Post.objects.filter(code="CW-9"),
        "roles": Appointment.objects.filter(user=campus.clerk),
        "powers": PowerItem.objects.filter(name="设备采购", in_force_from=None),
        "regulations": Regulation.objects.filter(name="报销办法"),
        "ledgers": RiskPoint.objects.filter(content="付款不复核", in_force_from=None),
    }[kind].exists()


def test_command_checks_and_takes_over(campus, tmp_path, capsys):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(workbook(ROWS))
    call_command("import_people", str(path), "--dry-run", "--on", "2026-09-15")
    assert "新进 1 项" in capsys.readouterr().out
    assert not User.objects.filter(number="07001").exists()
    call_command("import_people", str(path), "--by", "registrar")
    assert User.objects.filter(number="07001").exists()
    path.write_bytes(workbook([HEAD, ["", "孙二", "财务处"]]))
    with pytest.raises(CommandError, match="没有导入"):
        call_command("import_people", str(path))
    assert "须改正 人员!A2：没有工号" in capsys.readouterr().out
    for bad in (["--by", "clerk"], ["--on", "明天"]):
        with pytest.raises(CommandError):
            call_command("import_people", str(path), *bad)
    path.write_bytes(b"")
    with pytest.raises(CommandError, match="没有数据行"):
        call_command("import_people", str(path))


@pytest.mark.parametrize("seed", range(4))
def test_row_order_and_company_do_not_matter(campus, seed):
    """Rows combined at random: whatever stands around a person, the same people join."""
    dice = random.Random(seed)  # noqa: S311 (dice of a test)
    people = [[f"0{8000 + i}", f"孙{chr(0x4E00 + i)}", dice.choice(["财务处", "招生就业处"])] for i in range(30)]
    rows = [HEAD]
    noise = [["一、机关部处"], ["小计", "3"], HEAD, ["制表人："], ["必填", "必填", "选填"], ["", "空缺", "财务处"]]
    for person in dice.sample(people, len(people)):
        rows += [dice.choice(noise)] * dice.choice([0, 0, 1]) + [person]
    order = dice.sample(range(3), 3)
    turned = [[(*row, "", "")[column] for column in order] for row in rows]
    plan = plan_of(campus, [["教职工名单"]] * dice.choice([0, 1, 2]) + turned)
    assert joined(plan) == {number: (name, unit) for number, name, unit in people}
    assert faults(plan) == ""


def test_cage_gives_what_is_read_without_it(campus):
    data = workbook(ROWS)
    assert reading.read(data, "a.xlsx") == private.without_private(reading.opened(data, "a.xlsx"))
    assert uploaded(campus, data).effective_on == date(2026, 9, 15)
