"""What an act costs: the same number of statements for one point as for ten, and the number itself (style 15)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.personas import Year, point
from tests.test_query_counts import report
from workflows.models import FiledPaper
from workflows.routing import routes
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]

FEW, MANY = 1, 10
# The last step of a sheet: its points, grades or measures take effect and its paper is frozen. Goal: at most 45.
FILING = {"personal-search": 33, "personal-grading": 30, "personal-control": 32}


OWN = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
# A self-check that is handed in for the first time.
HANDING_IN = 32


def searched(year, entries):
    sheet = year.sheet("personal-search")
    texts = [point(f"风险{number}") for number in range(entries)]
    return year.review(year.submit(sheet, year.points(sheet, *texts))), year.campus.office


def graded(year, entries):
    year.agree(*searched(year, entries))
    head, sheet = year.campus.head, year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, *["grade-3"] * entries))
    year.agree(sheet, head, grades=year.as_proposed(sheet))
    year.at("09-28")
    year.sweep()
    sheet = year.again(sheet)
    return year.agree(sheet, head, grades=year.as_noticed(sheet)), year.campus.office


def controlled(year, entries):
    year.agree(*graded(year, entries))
    year.at("11-03")
    year.sweep()
    sheet = year.sheet("personal-control")
    return year.submit(sheet, year.measures(sheet)), year.campus.head


BEFORE_THE_END = {"personal-search": searched, "personal-grading": graded, "personal-control": controlled}


@pytest.mark.parametrize("entries", [FEW, MANY])
@pytest.mark.parametrize("code", FILING)
def test_filing_costs_the_same_for_one_point_and_for_ten(make_campus, clock, code, entries):
    year = Year(make_campus(), clock)
    sheet, last = BEFORE_THE_END[code](year, entries)
    shown, actor = documents.digest(sheet), year.actor(last)

    with CaptureQueriesContext(connection) as captured:
        routes.decide(
            sheet.pk,
            "agree",
            actor=actor,
            seen_version=sheet.version,
            seen_digest=shown,
            signed=True,
            at=clock.now,
        )

    statements = [query["sql"] for query in captured if not query["sql"].startswith(OWN)]
    assert len(statements) == FILING[code], report([], statements)
    # What was compared is what is recorded: on the decision, and on the paper that is frozen.
    decision, paper = sheet.decisions.get(seen_version=sheet.version), FiledPaper.objects.get(submission=sheet)
    assert (decision.digest, paper.document["code"], len(paper.document["rows"])) == (shown, decision.code, entries)


@pytest.mark.parametrize("entries", [FEW, MANY])
def test_handing_in_costs_the_same_for_one_point_and_for_ten(make_campus, clock, entries):
    year = Year(make_campus(), clock)
    sheet = year.sheet("personal-search")
    content = year.points(sheet, *(point(f"风险{number}") for number in range(entries)))

    with CaptureQueriesContext(connection) as captured:
        routes.submit(
            sheet.pk,
            actor=year.actor(year.campus.clerk),
            seen_version=sheet.version,
            content=content,
            at=clock.now,
        )

    statements = [query["sql"] for query in captured if not query["sql"].startswith(OWN)]
    assert len(statements) == HANDING_IN, report([], statements)
    assert sheet.lines.count() == entries
