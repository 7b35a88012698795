"""What the pages of duties cost: the same for one of everything as for many, and the number itself (style 15)."""

import pytest
from django.urls import reverse

from registers.models import Grade, RiskCategory, RiskPoint, Unit
from tests.crowds import asked
from tests.factories import appoint, make_person, make_post
from tests.test_query_counts import LIMIT, report
from tests.workflows.test_duties import Dutiful
from workflows.models import AvoidanceRecord, DutyStatement, EducationItem, LeavingAudit

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]
MANY = 12

# page → (who opens it, queries). Change a number only together with the reason why a page has to ask more.
PAGES = {
    # Without a running campaign, so one for the scheme in use, and on every page one for the public door beside it.
    "desk": ("head", 23),
    "duty_list": ("office", 14),
    "duty_detail": ("head", 10),
    "avoidance_list": ("office", 16),
    "education_list": ("head", 19),
    "education_detail": ("office", 12),
}


class Grown(Dutiful):
    """A statement to sign and an item of the plan, with more of everything each time."""

    def grow(self, times, start):
        for number in range(start, start + times):
            self._one(number)

    def _one(self, number):
        campus, at = self.campus, self.clock.now
        shared = {"institution": campus.root, "scheme": campus.scheme}
        unit = Unit.objects.create(
            code=f"U{number}", name=f"单位{number}", unit_type="office", parent=campus.root, position=number
        )
        head = make_person(f"长{number}", unit)
        appoint(head, unit, "unit_head")
        said = {"parts": {}, "drafted_by": campus.office, "drafted_at": at}
        DutyStatement.objects.create(**shared, unit=unit, year=self.clock.today.year, **said)
        person = make_person(f"员{number}", campus.unit)
        post = make_post(campus.unit, f"岗{number}", person, domain="finance")
        RiskPoint.objects.create(
            unit=campus.unit,
            post=post,
            holder=person,
            level="personal",
            category=RiskCategory.objects.get(scheme=campus.scheme, code="process"),
            final_grade=Grade.objects.get(scheme=campus.scheme, rank=1),
            content=f"风险{number}",
            in_force_from="2026-01-01",
        )
        about = {**shared, "unit": campus.unit, "person": person}
        AvoidanceRecord.objects.create(**about, relation="spouse", matter=f"事项{number}", declared_at=at)
        kept = {"post": "岗", "kind": "audit", "findings": 0, "kept_at": "柜", "reference": f"{number}号"}
        day = self.clock.today
        LeavingAudit.objects.create(**about, **kept, left_on=day, audited_on=day, by=campus.office, at=at)
        item = {"title": f"教育{number}", "kind": "x", "due_on": day, "year": day.year, "by": campus.office, "at": at}
        EducationItem.objects.create(**shared, unit=campus.root, **item)

    def queries(self, page):
        keys = {"duty_detail": [self.statement.pk], "education_detail": [self.item.pk]}
        return asked(getattr(self.campus, PAGES[page][0]), reverse(page, args=keys.get(page, ())), {})


@pytest.fixture
def grown(campus, clock):
    story = Grown(campus, clock)
    story.statement, story.item = story.sent(), story.plan()
    return story


def test_page_costs_the_same_for_one_and_for_many(grown):
    grown.grow(1, 1)
    grown.queries("duty_list")  # what is read once a process is not the page's
    few = {page: grown.queries(page) for page in PAGES}
    grown.grow(MANY, 10)
    many = {page: grown.queries(page) for page in PAGES}
    differing = [page for page in PAGES if len(few[page]) != len(many[page])]
    assert differing == [], report(few[differing[0]], many[differing[0]])
    assert {page: len(many[page]) for page in PAGES} == {page: queries for page, (_, queries) in PAGES.items()}
    assert max(len(found) for found in many.values()) <= LIMIT
