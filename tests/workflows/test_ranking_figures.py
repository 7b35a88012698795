"""What the figures of a ranking count, each against a few rows."""

import uuid

import pytest

from registers.models import ControlMeasure
from registers.schemes.ranking import Figure
from tests.factories import moment
from tests.personas import point
from tests.workflows.conftest import proposed
from tests.workflows.ranked import Ranked
from tests.workflows.test_findings import Found
from tests.workflows.test_inspections import on_record
from workflows import controls
from workflows.demo.publishing import publish_waiting
from workflows.models import (
    MeasureCheck,
    MeasureProgress,
    NoticeSheet,
    Objection,
    Rectification,
    RiskWarning,
    Survey,
)
from workflows.publicity.rankings import releasing
from workflows.publicity.rankings.figures import FIGURES

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
        controls.keep_noted([made.pk])
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
    controls.keep_noted([undone.pk])
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


def weighing(ranked, *codes):
    """Let the scheme of the year rank by ``codes`` alone, each with the same weight."""
    scheme = ranked.year.campaign.scheme
    figures = [Figure(code=code, label=code, weight=100 // len(codes)).model_dump() for code in codes]
    document = scheme.document | {"ranking": scheme.document["ranking"] | {"figures": figures}}
    type(scheme).objects.filter(pk=scheme.pk).update(document=document, digest="-".join(codes))
    return ranked


def test_survey_counts_by_its_score_and_the_last_one_of_the_year(year):
    ranked, campus = weighing(Ranked(year), "satisfied"), year.campus
    at = moment("2026-10-20 10:00")
    said = {"unit": campus.unit, "scheme": campus.scheme, "ends_on": at.date(), "made_by": campus.office, "made_at": at}

    def satisfied():
        row = ranked.compute().units.get(unit=campus.unit)
        return [(one.number, one.of, [source[4] for source in one.sources]) for one in row.figures.all()]

    Survey.objects.create(**said, year=2025, closed_at=at, score="99.00")
    Survey.objects.create(**said, year=2026, closed_at=at, score=None)  # too few answers: nothing is shown
    assert satisfied() == [(0, 0, [])]
    Survey.objects.create(**said, year=2026, closed_at=at, score="60.00")
    Survey.objects.create(**said, year=2026, closed_at=moment("2026-10-21 10:00"), score="87.50")
    Survey.objects.create(**said, year=2026, closed_at=moment("2026-11-02 09:00"), score="10.00")  # not before the day
    assert satisfied() == [(88, 100, ["满意度 87.50"])]
    row = ranked.ranking.units.get(unit=campus.unit)
    assert row.score == 88
    assert releasing._problems(ranked.ranking.rules, [row]) == []  # no thing is out of order


def test_letters_count_by_their_answers_and_say_nothing_else(year):
    ranked, campus = weighing(Ranked(year), "answered"), year.campus
    at = moment("2026-09-20 10:00")
    said = {"scheme": campus.scheme, "institution": campus.root, "unit": campus.unit, "made_at": at, "kind": "x"}
    said |= {"handed_in_by": campus.office, "issued_by": campus.second, "issued_at": at, "delivered_on": at.date()}
    due = {"answer_due_on": "2026-10-12"}
    for more in (
        {"answered_at": at},
        {"answered_at": at, "answer_late": True},
        {},
        {"answered_at": at, "person": campus.clerk},  # a person's letter is no figure of his unit
        {"answer_due_on": "2026-11-20"},  # not due yet
        {"answer_due_on": None},  # asks for no answer
    ):
        RiskWarning.objects.create(**said | due | more, facts="抽查发现问题")
    figure = ranked.compute().units.get(unit=campus.unit).figures.get()
    assert (figure.number, figure.of) == (1, 3)
    assert {tuple(source[1:4]) for source in figure.sources} == {("letter", "", "须在 2026-10-12 前答复的文书")}


def test_every_figure_that_a_scheme_may_name_is_counted():
    assert set(FIGURES) == set(Figure.model_fields["code"].annotation.__args__)
