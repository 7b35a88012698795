"""What the pages of warnings cost: the same for one of everything as for many, and the number itself (style 15)."""

import pytest
from django.urls import reverse

from registers.models import RiskPoint
from tests.crowds import asked
from tests.factories import make_person
from tests.test_query_counts import LIMIT, report
from tests.workflows.test_inspections import on_record
from tests.workflows.warned import TEXTS, Warned
from workflows.models import Commendation, RiskWarning, WarningPoint, WarningStep

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]
MANY = 12

# page → (who opens it, queries). Change a number only together with the reason why a page has to ask more.
PAGES = {
    "warning_list": ("office", 10),
    "warning_detail": ("office", 20),
    "warning_edit": ("office", 14),
    "warning_figures": ("office", 13),
    "commendation_list": ("office", 12),
}


class Grown(Warned):
    """A letter that is answered and a draft, with more of everything each time."""

    def grow(self, times, start):
        campus = self.campus
        for number in range(start, start + times):
            person = make_person(f"员{number}", campus.unit)
            shared = {
                "scheme": campus.scheme,
                "institution": campus.root,
                "unit": campus.unit,
                "made_at": self.clock.now,
            }
            texts = {"kind": "reminder_letter", "level": "blue", "made_by": campus.office, **TEXTS}
            RiskWarning.objects.create(**shared, **texts, person=person)
            point = RiskPoint.objects.create(
                unit=campus.unit,
                level="unit",
                category=self.point.category,
                content=f"风险{number}",
                in_force_from="2026-01-01",
            )
            for warning in (self.letter, self.open):
                WarningPoint.objects.create(warning=warning, series=point.series)
            WarningStep.objects.create(
                warning=self.letter, kind="answer", words=f"答{number}", by=person, at=self.clock.now
            )
            words = {
                "title": "先进",
                "words": "好",
                "decided_by": "党委",
                "decided_on": self.clock.today,
                "by": campus.office,
            }
            Commendation.objects.create(
                institution=campus.root, unit=campus.unit, person=person, at=self.clock.now, **words
            )

    def queries(self, page):
        keys = {"warning_detail": [self.letter.pk], "warning_edit": [self.open.pk]}
        return asked(getattr(self.campus, PAGES[page][0]), reverse(page, args=keys.get(page, ())), {})


@pytest.fixture
def grown(campus, clock):
    story = Grown(campus, clock)
    story.point, _ = on_record(campus)
    story.letter = story.closed()
    story.open = story.draft(facts="另一件事", points=[story.point.series])
    return story


def test_page_costs_the_same_for_one_and_for_many(grown):
    grown.grow(1, 1)
    grown.queries("warning_list")  # what is read once a process is not the page's
    few = {page: grown.queries(page) for page in PAGES}
    grown.grow(MANY, 10)
    many = {page: grown.queries(page) for page in PAGES}
    differing = [page for page in PAGES if len(few[page]) != len(many[page])]
    assert differing == [], report(few[differing[0]], many[differing[0]])
    assert {page: len(many[page]) for page in PAGES} == {page: queries for page, (_, queries) in PAGES.items()}
    assert max(len(found) for found in many.values()) <= LIMIT
