"""A comparison that is kept is the one that would be made again while its basis is the same."""

import pytest
from django.db import IntegrityError, models, transaction

from registers.actors import Actor
from registers.imports import kept, uploads
from registers.models import Appointment, ImportedFile, Incumbency, Post, Unit, UnitAlias, User
from tests.factories import make_person, make_post, moment
from tests.registers.imports.taken import HEAD, ON
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

ROWS = [
    [*HEAD, "职务", "职称", "任职日期"],
    ["clerk", "甲一", "招生就业处", "", "会计师", ""],
    ["liaison", "乙壹", "财务处", "", "", ""],
    ["member", "丁一", "两办", "科长", "", "2019.2"],
    ["07001", "孙一", "财务处", "出纳；档案", "", "2020.3"],
    ["07002", "丙二", "财务处", "", "", ""],
    ["gone", "丙三", "财务处", "", "", ""],
]
LOOKED_UP = (User, Unit, UnitAlias, Post, Incumbency, Appointment)


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    make_person("丙二", campus.unit, number="old")  # whose number is another one now
    User.objects.filter(pk=make_person("丙三", campus.unit, number="gone").pk).update(is_active=False)
    User.objects.filter(number="member").update(name="丁一")
    make_post(campus.unit, "统计", campus.member)
    UnitAlias.objects.create(unit=campus.unit, name="两办")
    return campus


@pytest.fixture
def file(campus):
    """A file that brings lines of every kind, ready to be accepted."""
    given = {"actor": Actor(campus.registrar, on=ON), "at": moment("2026-09-15 10:00")}
    file = uploads.upload(workbook(ROWS), "a.xlsx", kind="people", effective_on=ON, **given)
    answers = {question["key"]: question["options"][0][0] for question in file.compared["questions"]}
    return uploads.answer(file.pk, answers, actor=given["actor"], seen=file.version)


def lines(plan):
    """What the acceptance of a plan uses of its lines, whose order means nothing."""
    return sorted(map(line_of, plan.lines), key=str)


def line_of(line):
    about = (line.tick, line.kind, line.key, line.name, line.old, line.new, line.cell, line.user, line.field)
    post = line.post and (line.post.unit, line.post.name)
    return *about, line.incumbency, post, line.person and person(line.person)


def person(one):
    since, _ = one.since or (None, None)
    return one.number, one.name, one.unit, one.values, since and since.day


def test_kept_comparison_is_the_one_made_again(campus, file):
    actor = Actor(campus.registrar, on=ON)
    again, kept_one = uploads.plan_of(file, actor=actor), kept.restored(ImportedFile.objects.get())
    assert {line.kind for line in again.lines} == set(uploads.people.LABELS)
    assert lines(kept_one) == lines(again)
    assert (kept_one.digest(), kept_one.unchanged, kept_one.aliases) == (
        again.digest(),
        again.unchanged,
        again.aliases,
    )


def other(field, value):
    """Return another value for a field, which may be none that its row can have."""
    if field.is_relation:
        return field.related_model.objects.exclude(pk=value).order_by("pk").values_list("pk", flat=True).first()
    if isinstance(field, models.DateTimeField):
        return moment("2021-03-01 10:00")
    if isinstance(field, models.DateField):
        return ON if value is None else None
    if isinstance(field, models.BooleanField | models.IntegerField):
        return int(not value)
    return "ROOT" if value == "x" else "x"


def one_value_after_another():
    """Change each value that a comparison may look up, and yield its name while it is changed."""
    for model in LOOKED_UP:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        for row in model.objects.order_by("pk"):
            for field in fields:
                with transaction.atomic():
                    try:
                        with transaction.atomic():
                            value = other(field, getattr(row, field.attname))
                            model.objects.filter(pk=row.pk).update(**{field.attname: value})
                    except IntegrityError:
                        continue  # no such row can be
                    yield f"{model.__name__}.{field.name}"
                    transaction.set_rollback(True)


def test_basis_notices_whatever_the_comparison_notices(campus, file):
    """Wherever one value changes a line, the basis is another one."""
    before, noticed = lines(uploads.plan_of(file, actor=Actor(campus.registrar, on=ON))), set()
    for name in one_value_after_another():
        actor = Actor(campus.registrar, on=ON)
        if kept.basis(file, actor) != file.basis:
            noticed.add(name)
        else:
            assert lines(uploads.plan_of(file, actor=actor)) == before, name
    assert noticed >= {"User.name", "Unit.closed_on", "UnitAlias.unit", "Incumbency.until", "Appointment.until"}
    assert noticed.isdisjoint({"User.password", "User.last_login", "Post.level"})
