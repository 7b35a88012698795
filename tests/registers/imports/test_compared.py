"""A comparison that is kept is the one that would be made again while its basis is the same."""

import dataclasses
import re
import uuid
from contextlib import contextmanager
from datetime import date
from functools import cache

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from registers.actors import Actor
from registers.imports import compared, uploads
from registers.imports.packing import COMPARED
from registers.models import Appointment, DomainCharge, ImportedFile, PowerItem, Regulation, Unit, UnitAlias, User
from registers.prepared import Prepared
from tests.factories import make_person, make_post, moment
from tests.registers.imports.taken import HEAD, ON
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

# Kind → rows that bring lines of every kind there is.
FILES = {
    "people": [
        [*HEAD, "职务", "职称", "任职日期"],
        ["clerk", "甲一", "招生就业处", "", "会计师", ""],
        ["liaison", "乙壹", "财务处", "", "", ""],
        ["member", "丁一", "两办", "科长", "", "2019.2"],
        ["07001", "孙一", "财务处", "出纳；档案", "", "2020.3"],
        ["07002", "丙二", "财务处", "统计", "", ""],
        ["gone", "丙三", "财务处", "", "", ""],
    ],
    "units": [
        ["单位编号", "单位名称", "上级单位", "单位类型", "简称", "失效日期"],
        ["CW", "计划财务处", "", "教辅单位", "计财", ""],
        ["CW1", "会计科", "招生就业处", "", "", ""],
        ["N1", "新处", "", "学院", "", ""],
        ["N2", "新科", "新处", "", "", ""],
        ["K1", "西药房", "新处", "", "", ""],
        ["OLD", "旧处", "", "", "", "2019-03-01"],
    ],
    "posts": [
        ["岗位名称", "所在单位", "任职人", "B岗", "核定职数", "岗位职责", "任职日期"],
        ["会计核算", "财务处", "乙一", "甲二", "2", "1. 收款\n2. 付款", "2020.3"],
        ["处长", "财务处", "空缺", "", "", "", ""],
        ["档案管理", "财务处", "甲二", "", "1", "", ""],
        ["统计", "两办", "乙一、乙三", "甲二", "", "统计", ""],
    ],
    "roles": [
        ["工号", "姓名", "任职单位", "角色", "任职日期", "免职日期", "分管领域"],
        ["clerk", "甲一", "财务处", "联络员", "2026.9", "", ""],
        ["liaison", "乙一", "两办", "联络员", "", "2026-09-30", ""],
        ["leader", "丁一", "", "分管校领导", "2026-09-01", "2026-12-01", "财务管理、招生管理"],
    ],
    "powers": [
        ["权力事项", "所在单位", "责任岗位", "行使依据", "办理程序"],
        ["采购审批", "财务处", "处长", "《采购办法》", "申请（经办人）→审核（科长）→办结"],
        ["报销", "两办", "", "", "1. 初审；2. 复核"],
        ["已有的权力", "财务处", "", "", "受理"],
    ],
    "regulations": [
        ["制度名称", "所属单位", "文号", "施行日期", "状态"],
        ["采购办法", "财务处", "院发〔2020〕1号", "2020.3", "废止"],
        ["报销办法", "两办", "院发〔2021〕1号", "2021-03-01", "有效"],
    ],
    "ledgers": [
        ["部门", "岗位", "权力事项", "风险类别", "风险点", "等级", "前期预防", "后期处置", "责任人"],
        ["财务处", "会计核算", "已有的权力", "岗位职责", "坐支", "高", "1. 核对\n2. 轮岗", "约谈", "甲一、乙一"],
        ["两办", "没有的岗位", "采购", "岗位职责", "截留", "低", "核对", "", "处长"],
    ],
}


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    make_person("丙二", campus.unit, number="old")  # whose number is another one now
    User.objects.filter(pk=make_person("丙三", campus.unit, number="gone").pk).update(is_active=False)
    User.objects.filter(number="member").update(name="丁一")
    make_post(campus.unit, "统计", campus.member)
    UnitAlias.objects.create(unit=campus.unit, name="两办")
    Unit.objects.create(code="CW1", name="会计科", unit_type="section", parent=campus.unit)
    DomainCharge.objects.create(user=campus.leader, domain="finance", since=date(2026, 1, 1))
    Regulation.objects.create(unit=campus.unit, name="采购办法", issued_by="财务处")
    PowerItem.objects.create(unit=campus.unit, name="已有的权力", in_force_from=date(2026, 1, 1))
    return campus


@pytest.fixture(params=FILES)
def file(request, campus):
    """A file of each kind, ready to be accepted."""
    given = {"actor": Actor(campus.registrar, on=ON), "at": moment("2026-09-15 10:00")}
    data = workbook(FILES[request.param])
    file = uploads.upload(data, "a.xlsx", kind=request.param, effective_on=ON, **given)
    answers = {question["key"]: question["options"][0][0] for question in file.compared["questions"]}
    file = uploads.answer(file.pk, answers, actor=given["actor"], seen=file.version)
    assert file.compared["is_ready"], file.compared
    return file


def lines(plan):
    """What the acceptance of a plan uses of its lines, whose order means nothing."""
    return sorted(map(_plain, plan.lines), key=str)


def _plain(value):
    if dataclasses.is_dataclass(value):
        named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        named |= {"named": value.tick} if "named" in named else {}
        return [(name, _plain(each)) for name, each in named.items() if name not in COMPARED]
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def test_kept_comparison_is_the_one_made_again(campus, file):
    again = uploads.plan_of(file, actor=Actor(campus.registrar, on=ON))
    kept_one = compared.restored(ImportedFile.objects.get())
    subject = uploads.SUBJECTS[file.kind]
    assert {line.kind for line in again.lines} == set(subject.LABELS)
    assert lines(kept_one) == lines(again)
    assert (kept_one.digest(), kept_one.unchanged, kept_one.aliases) == (
        again.digest(),
        again.unchanged,
        again.aliases,
    )


def on_record():
    """What stands in all tables that an import writes, without the moments of this run."""
    return {name: sorted(map(repr, rows.of())) for name, rows in _tables().items()}


@cache
def _tables():
    found = {}
    for model in [*apps.get_app_config("registers").get_models(), *apps.get_app_config("workflows").get_models()]:
        names = [
            field.name
            for field in model._meta.concrete_fields
            if not isinstance(field, models.DateTimeField | models.UUIDField | models.JSONField | models.BinaryField)
            and not field.name.endswith(("digest", "basis", "version", "id", "fingerprint"))
        ]
        if model._meta.managed and model not in (ImportedFile,) and "audit" not in model.__name__.lower():
            found[model.__name__] = Prepared(model.objects.order_by().values_list(*names))
    return found


def test_kept_comparison_is_accepted_without_another_and_does_the_same(campus, file, monkeypatch):
    actor, at, done = Actor(campus.registrar, on=ON), moment("2026-09-15 10:00"), []
    subject = uploads.SUBJECTS[file.kind]
    seen = {"actor": actor, "digest": file.compared["digest"], "seen": file.version, "at": at}

    def accepted():
        with transaction.atomic():
            before = on_record()
            uploads.accept(file.pk, **seen)
            after = on_record()
            assert after != before
            done.append(after)
            transaction.set_rollback(True)

    with monkeypatch.context() as patched:
        patched.setattr(subject, "compare", None)
        accepted()
    ImportedFile.objects.update(plan=None)
    accepted()
    assert done[0] == done[1]


def other(field, value):
    """Return another value for a field, which may be none that its row can have."""
    if field.is_relation:
        return field.related_model.objects.exclude(pk=value).order_by("pk").values_list("pk", flat=True).first()
    if isinstance(field, models.DateTimeField):
        return moment("2021-03-01 10:00")
    if isinstance(field, models.DateField):
        return ON if value is None else None if field.null else date(2027, 1, 1)
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.BooleanField | models.IntegerField):
        return int(not value)
    return "ROOT" if value == "x" else "x"


def looked_up(act):
    """Return the models whose tables are read while something is done."""
    with CaptureQueriesContext(connection) as queries:
        act()
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in queries.captured_queries)))
    return [model for model in apps.get_models() if model._meta.db_table in tables]


def rows_of(read, registrar):
    """Yield some rows that a comparison may look up."""
    for model in read:
        rows = model.objects.order_by("pk")
        own = rows.filter(user=registrar) if model is Appointment else ()
        yield from {rows.first(), rows.last(), *own} - {None}


def changed(row, field):
    """Give a row another value, and return whether it can have it."""
    try:
        with transaction.atomic():
            value = other(field, getattr(row, field.attname))
            type(row).objects.filter(pk=row.pk).update(**{field.attname: value})
    except IntegrityError:
        return False
    return True


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# What never changes once it is there: a version of a rule book, and a point in force.
FIXED = {"Scheme.document", "Scheme.source", "Scheme.digest", "Scheme.version", "Scheme.title", "Scheme.institution"}
NOTICED = {
    "people": {"User.name", "Unit.closed_on", "UnitAlias.unit", "Incumbency.until", "Appointment.until"},
    "units": {"Unit.parent", "Unit.unit_type", "UnitAlias.name"},
    "posts": {"Post.name", "Duty.text", "Incumbency.user", "User.is_active"},
    "roles": {"Appointment.since", "DomainCharge.until", "User.number"},
    "powers": {"PowerItem.name", "Post.name", "Regulation.name", "User.name"},
    "regulations": {"Regulation.document_number", "Unit.name"},
    "ledgers": {"PowerItem.name", "Post.unit", "Incumbency.until", "User.name"},
}


def test_basis_notices_whatever_the_comparison_notices(campus, file):
    """Wherever one value changes a line, the basis is another one: what it passes over may all change at once."""
    before, noticed = [], set()
    read = looked_up(lambda: before.extend(lines(uploads.plan_of(file, actor=Actor(campus.registrar, on=ON)))))
    for row in rows_of(read, campus.registrar):
        passed_over = []
        for field in type(row)._meta.concrete_fields:
            name = f"{type(row).__name__}.{field.name}"
            with undone():
                if field.primary_key or name in FIXED or not changed(row, field):
                    continue
                if compared.basis(file, Actor(campus.registrar, on=ON)) == file.basis:
                    passed_over.append(field)
                else:
                    noticed.add(name)
        with undone():
            names = [field.name for field in passed_over if changed(row, field)]
            again = lines(uploads.plan_of(file, actor=Actor(campus.registrar, on=ON)))
            assert again == before, f"one of {names} of {row!r}"
    assert noticed >= NOTICED[file.kind]
    assert noticed.isdisjoint({"User.password", "User.last_login"})


def test_basis_of_a_file_of_posts_knows_what_makes_a_post_one_of_its_own(campus):
    """Whether a file of people has made posts, and of which something is written by now."""
    actor = Actor(campus.registrar, on=ON)
    file = ImportedFile(kind="posts", effective_on=ON)
    bases = [compared.basis(file, actor)]
    ImportedFile.objects.create(
        kind="people",
        owner=campus.registrar,
        effective_on=ON,
        uploaded_at=moment("2026-09-15 10:00"),
        result={"counts": {"takes": 1}},
    )
    bases.append(compared.basis(file, actor))
    PowerItem.objects.update(accountable_post=campus.post)
    bases.append(compared.basis(file, actor))
    assert len(set(bases)) == 3
