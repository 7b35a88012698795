"""One file of a personnel office that holds units, people, posts and roles: uploaded once, looked at kind by kind."""

import pytest

from registers.actors import Actor
from registers.imports import uploads
from registers.models import Appointment, ImportedFile, Incumbency, User
from registers.refusals import Refused
from tests.factories import moment
from tests.registers.imports.taken import ON
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

AT = moment("2026-09-15 10:00")
ROWS = [
    ["单位代码", "单位名称", "上级单位", "单位类型", "工号", "姓名", "岗位名称", "角色"],
    ["XB01", "新办公室", "", "机关", "07001", "孙一", "出纳", "联络员"],
    ["XB01", "新办公室", "", "机关", "07002", "孙二", "", ""],
]


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def given(campus):
    return {"actor": Actor(campus.registrar, on=ON), "at": AT}


def brought(campus, rows):
    """The kinds of a file in the order in which they are taken over."""
    file = uploads.upload(workbook(rows), "名册.xlsx", kind="staff", effective_on=ON, **given(campus))
    kinds = []
    while file is not None:
        kinds.append(file.kind)
        assert file.compared["is_ready"], (file.kind, file.compared["faults"], file.compared["questions"])
        done = uploads.accept(file.pk, digest=file.compared["digest"], seen=file.version, **given(campus))
        file = ImportedFile.objects.filter(pk=done.result.get("next")).first()
    return kinds


def test_kinds_of_one_file_come_in_turn(campus):
    assert brought(campus, ROWS) == ["units", "people", "posts", "roles"]
    person = User.objects.get(number="07001")
    held = [(row.post.name, row.post.unit.code) for row in Incumbency.objects.filter(user=person)]
    assert (person.unit.name, held) == ("新办公室", [("出纳", "XB01")])
    assert Appointment.objects.get(user=person).role == "liaison"
    assert not Incumbency.objects.filter(user__number="07002").exists()
    assert not ImportedFile.objects.filter(kind="staff").exists()


def test_kind_without_a_change_is_passed_over(campus):
    brought(campus, ROWS)
    more = [*ROWS, ["XB01", "新办公室", "", "机关", "07003", "孙三", "", ""]]
    assert brought(campus, more) == ["people", "roles"]


def test_file_of_none_of_the_kinds_is_refused(campus):
    with pytest.raises(Refused, match="没有找到单位"):
        uploads.upload(workbook([["甲", "乙"], ["1", "2"]]), "a.xlsx", kind="staff", effective_on=ON, **given(campus))
