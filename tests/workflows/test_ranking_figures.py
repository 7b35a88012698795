"""What the figures of a ranking count, each against a few rows."""

import uuid

import pytest

from registers.models import ControlMeasure
from tests.factories import moment
from tests.personas import point
from tests.workflows.conftest import proposed
from tests.workflows.ranked import Ranked
from tests.workflows.test_findings import Found
from tests.workflows.test_inspections import on_record
from workflows.demo.publishing import publish_waiting
from workflows.models import (
    MeasureCheck,
    MeasureProgress,
    NoticeSheet,
    Objection,
    Rectification,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def measure(campus, number, *, note="", checks=(), due="2026-10-01"):
    """A measure of the unit with its last day, a note on it and checks of it."""
    made = ControlMeasure.objects.create(
        point_series=uuid.uuid4(),
        unit=campus.unit,
        stage="prevention",
        text=f"措施{number}",
        due_on=due,
        in_force_from="2026-01-01",
    )
    at = moment("2026-09-20 10:00")
    if note:
        MeasureProgress.objects.create(measure=made, state=note, text="情况", by=campus.head, at=at)
    for result in checks:
        said = {"text": "查过", "by": campus.office, "on": at.date(), "at": at, "outside": True}
        MeasureCheck.objects.create(measure=made, result=result, **said)
    return made


def test_measures_count_when_due_done_and_not_refuted(year):
    campus = year.campus
    measure(campus, 1, note="done")
    measure(campus, 2, note="done", checks=["not_verified"])
    measure(campus, 3, note="done", checks=["not_verified", "verified"])
    measure(campus, 4)
    measure(campus, 5, due="2026-12-31")  # not due yet
    measure(campus, 6, due=None)
    undone = measure(campus, 7, note="done", checks=["verified"])
    later = moment("2026-09-25 10:00")
    MeasureProgress.objects.create(measure=undone, state="not_done", text="停了", by=campus.head, at=later)
    ranked = Ranked(year)
    figures = ranked.compute().units.get(unit=campus.unit).figures
    carried_out, verified = figures.get(code="carried_out"), figures.get(code="verified")
    assert (carried_out.number, carried_out.of) == (2, 5)
    assert (verified.number, verified.of) == (1, 3)
    assert not any("措施1" in source[3] for source in carried_out.sources)  # its text stays where it may be read


def test_findings_count_by_when_the_unit_asked_and_not_by_when_others_looked(year):
    campus = year.campus
    on_record(campus)
    found = Found(campus, year.clock)
    found.begin()
    found.find()
    found.conclude()
    row = found.row()
    ranked = Ranked(year)

    def rectified(**changed):
        Rectification.objects.filter(pk=row.pk).update(**changed)
        figure = ranked.compute().units.get(unit=campus.unit).figures.get(code="rectified")
        return figure.number, figure.of

    in_time, late = moment("2026-10-15 10:00"), moment("2026-10-25 10:00")
    assert rectified(due_on="2026-12-31") == (0, 0)  # not due yet
    assert rectified(due_on="2026-10-20") == (0, 1)
    assert rectified(asked_at=in_time, asked_by=campus.head) == (0, 0)  # waits for others
    closed = {"closed_at": late, "closed_by": campus.office}
    assert rectified(**closed) == (1, 1)
    assert rectified(asked_at=late) == (0, 1)
    rectified(asked_at=in_time)
    row.steps.create(kind="recurred", words="又发现", by=campus.office, at=late)
    assert rectified() == (0, 1)


def test_upheld_objections_count_and_others_do_not(year):
    sheets = year.searched(point("甲")), year.searched(point("乙"), owner=year.campus.head)
    for sheet in sheets:
        owner = None if sheet.person == year.campus.clerk else year.campus.head
        proposed(year, owner)
    publish_waiting(on=year.clock.today, at=year.clock.now)
    noticed = list(NoticeSheet.objects.order_by("pk"))
    assert len(noticed) == 2
    ranked = Ranked(year)

    def objections():
        figure = ranked.compute().units.get(unit=year.campus.unit).figures.get(code="objections")
        return figure.number, figure.of

    assert objections() == (0, 2)
    said = {"notice": noticed[0].notice, "submission": noticed[0].submission, "text": "有异议", "at": year.clock.now}
    made = Objection.objects.create(author=year.campus.colleague, row=1, finding="rejected", **said)
    assert objections() == (0, 2)
    Objection.objects.filter(pk=made.pk).update(finding="partly")
    assert objections() == (1, 2)
