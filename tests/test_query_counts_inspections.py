"""What the pages of inspections cost: the same for one of everything as for many, and the number itself (style 15)."""

import pytest
from django.urls import reverse

from tests.crowds import asked
from tests.factories import make_person
from tests.test_query_counts import LIMIT, report
from tests.workflows.test_findings import FOUND, Found, evidence
from tests.workflows.test_inspection_plans import VALUES
from tests.workflows.test_inspections import TERMS, on_record
from workflows.models import CheckItem, Inspection, InspectionSeat, RectificationStep
from workflows.supervision import findings, plans, rectification

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]
MANY = 12

# page → (who opens it, queries). Change a number only together with the reason why a page has to ask more.
PAGES = {
    "inspection_list": ("office", 10),
    "inspection_plan": ("office", 16),
    "inspection_detail": ("head", 18),
    "inspection_check": ("leader_of_team", 10),
    "finding_list": ("office", 9),
    "finding_detail": ("head", 16),
}


class Grown(Found):
    """An inspection that is concluded and one that is carried out, with more of everything each time."""

    def grow(self, times, start):
        for number in range(start, start + times):
            item = plans.add(self.plan, values=VALUES | {"title": f"事项{number}"}, **self.by(self.campus.office))
            terms = TERMS | {"materials": f"材料{number}"}
            other = Inspection.objects.create(
                plan=self.plan,
                item=item,
                unit=self.campus.unit,
                number=100 + number,
                made_by=self.campus.office,
                made_at=self.clock.now,
                notified_at=self.clock.now,
                **terms,
            )
            person = make_person(f"组员{number}", self.campus.other_unit)
            for inspection in (self.made, self.open):
                InspectionSeat.objects.create(inspection=inspection, user=person, declared="clear")
                CheckItem.objects.create(
                    inspection=inspection, position=500 + number, kind="point", label="风险", checked_by=person
                )
            found = {"made_by": person, "made_at": self.clock.now, "number": 100 + number}
            other.findings.create(**FOUND, **found)
            self.made.findings.create(**FOUND, **found)
            rectification.issue(other, at=self.clock.now)
            row = self.row()
            step = RectificationStep.objects.create(
                rectification=row, kind="progress", words=f"进展{number}", by=person, at=self.clock.now
            )
            step.attachments.set(self.finding.attachments.all())

    def queries(self, page):
        persona = PAGES[page][0]
        keys = {
            "inspection_detail": [self.made.pk],
            "inspection_check": [self.open.pk],
            "finding_detail": [self.finding.pk],
        }
        user = self.team[0] if persona == "leader_of_team" else getattr(self.campus, persona)
        return asked(user, reverse(page, args=keys.get(page, ())), {})


@pytest.fixture
def grown(campus, clock):
    on_record(campus)
    story = Grown(campus, clock)
    story.begin()
    story.find()
    story.conclude()
    concluded, found = story.made, story.finding
    story.item = plans.add(
        story.plan, values=VALUES | {"kind": "special", "title": "另一次"}, **story.by(campus.office)
    )
    story.begin()
    findings.record(story.made.pk, values=FOUND, uploads=[evidence()], **story.by(story.team[0]))
    story.open, story.made, story.finding = story.made, concluded, found
    return story


def test_page_costs_the_same_for_one_and_for_many(grown):
    grown.grow(1, 1)
    grown.queries("inspection_list")  # what is read once a process is not the page's
    few = {page: grown.queries(page) for page in PAGES}
    grown.grow(MANY, 10)
    many = {page: grown.queries(page) for page in PAGES}
    differing = [page for page in PAGES if len(few[page]) != len(many[page])]
    assert differing == [], report(few[differing[0]], many[differing[0]])
    assert {page: len(many[page]) for page in PAGES} == {page: queries for page, (_, queries) in PAGES.items()}
    assert max(len(found) for found in many.values()) <= LIMIT
