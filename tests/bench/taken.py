"""A file of people from its bytes to the database."""

import io

from django.db import transaction
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from registers import clock
from registers.actors import Actor
from registers.imports import reading, uploads
from registers.models import Appointment, Unit, User

SIZE = 50_000
IN_A_UNIT = 250


def enrol():
    """Make units and a registrar of the whole institution, and return him."""
    root = Unit.objects.get(parent=None)
    units = [
        Unit(code=f"IN{n}", name=f"第{n}研究院", unit_type="college", parent=root, position=2000 + n)
        for n in range(SIZE // IN_A_UNIT)
    ]
    Unit.objects.bulk_create(units)
    registrar = User.objects.create(number="IN-registrar", name="登记员", unit=root, password="!")
    Appointment.objects.create(user=registrar, unit=root, role="registrar", since=clock.today())
    return registrar


def workbook(stream):
    """Write ``SIZE`` people as a workbook into ``stream``."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("人员")
    sheet.append(["工号", "姓名", "所在单位", "职称", "职级", "政治面貌", "电子邮箱"])
    for n in range(SIZE):
        unit = f"第{n // IN_A_UNIT}研究院"
        party = "群众" if n % 3 else "中共党员"
        sheet.append([f"IN{n:05}", f"某人{n}", unit, "讲师", "七级职员", party, f"in{n}@example.edu.cn"])
    book.save(stream)


@uploads.uncollected()
def parse(data):
    """Read the cells as the page does, without a limited process around it, in which nothing is collected either."""
    return reading.opened(data, "人员.xlsx")


def values_alone(data):
    """Read the values with python-calamine, which gives no formats of numbers, hidden rows or formulas."""
    return sum(1 for _ in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).iter_rows())


def take_over(data, registrar):
    """Upload and accept the file."""
    given = {"actor": Actor(registrar), "at": clock.now()}
    file = uploads.upload(data, "人员.xlsx", kind="people", effective_on=clock.today(), **given)
    return uploads.accept(file.pk, digest=file.compared["digest"], seen=file.version, **given)


def rows(data, registrar):
    """Return the values of the people that the file brings."""
    with transaction.atomic():
        take_over(data, registrar)
        found = list(User.objects.filter(number__regex=r"^IN\d").values())
        transaction.set_rollback(True)
    assert len(found) == SIZE
    for values in found:
        del values["id"]
    return found
