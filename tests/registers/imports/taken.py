"""A file read and compared, without the limited process, for tests of what is in it."""

from datetime import date

from registers.actors import Actor
from registers.imports import private, reading, uploads
from registers.imports.people import JOINED, TAKES
from registers.imports.posting import MEANS, POSTS
from tests.factories import moment
from tests.workbooks import workbook

ON = date(2026, 9, 15)
HEAD = ["工号", "姓名", "部门"]


def book_of(data, name="名册.xlsx"):
    return private.without_private(reading.opened(data, name))


def plan_of(campus, data, *, kind="people", answers=None, columns=None, name="名册.xlsx"):
    """The plan of a file as its registrar sees it. ``data``: rows of one sheet, or the bytes of a file."""
    data = data if isinstance(data, bytes) else workbook(data)
    actor = Actor(campus.registrar, on=ON)
    answers = {MEANS: POSTS, **(answers or {})}
    plan = uploads.SUBJECTS[kind].compare(book_of(data, name), columns=columns, answers=answers, actor=actor, on=ON)
    plan.by, plan.at = campus.registrar, moment("2026-09-15 10:00")
    return plan


def joined(plan):
    """number → (name, unit) of the people that a plan lets in."""
    return {line.key: (line.name, str(line.person.unit)) for line in plan.lines if line.kind == JOINED}


def taken(plan):
    """(name, post) of all that take posts."""
    return [(line.name, line.new) for line in plan.lines if line.kind == TAKES]


def kinds(plan):
    return {kind: len(lines) for kind, lines in plan.by_kind().items()}


def said(plan):
    """All findings in one text."""
    return "\n".join(f"{each.level} {each.place} {each.text}。{each.remedy}" for each in plan.report.findings)


def faults(plan):
    return "\n".join(f"{each.place} {each.text}。{each.remedy}" for each in plan.report.faults)
