"""What the pages of assessments and surveys cost: the same for one of everything as for many, and the number itself (style 15)."""

import pytest
from django.urls import reverse

from tests.crowds import asked
from tests.factories import make_person
from tests.files import pdf
from tests.test_query_counts import LIMIT, report
from tests.workflows.test_assessments import Story
from workflows.models import Assessment, LeaderScore, Survey, SurveyInvitation
from workflows.supervision import answering, assessments, surveys

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]
MANY = 12

# page, and after a colon what sets it apart → (who opens it, queries).
# Change a number only together with the reason why a page has to ask more.
PAGES = {
    "assessment_list": ("office", 12),
    "assessment_detail": ("head", 13),
    "assessment_detail:figures": ("office", 14),
    "assessment_fill": ("liaison", 11),
    "survey_list": ("office", 11),
    "survey_detail": ("office", 13),
    "survey_answer": ("office", 4),
}


class Grown(Story):
    """An assessment that is being filled in and a survey that runs, with more of everything each time."""

    def grow(self, times, start):
        for number in range(start, start + times):
            person = make_person(f"校{number}", self.campus.root)
            line = self.made.lines.create(position=100 + number, code=f"c{number}", label=f"项目{number}", points=5)
            LeaderScore.objects.create(line=line, leader=person, score=3, at=self.clock.now)
            assessments.add_files(line.pk, uploads=[pdf(f"{number}.pdf")], dropped=[], **self.by(self.campus.liaison))
            shared = {
                "unit": self.campus.unit,
                "scheme": self.made.scheme,
                "made_by": person,
                "made_at": self.clock.now,
            }
            Assessment.objects.create(year=2000 + number, due_on="2026-11-13", **shared)
            Survey.objects.create(year=2000 + number, ends_on="2026-11-13", **shared)
            SurveyInvitation.objects.create(survey=self.survey, user=person, group="staff")
            self.guests(1)

    def guests(self, number):
        codes = surveys.slips(self.survey.pk, group="students", number=2, **self.by(self.campus.office))
        said = {question.code: "fair" for question in self.survey.rules.questions}
        answering.answer(codes[0], said, on=self.clock.today)
        self.code = codes[1]

    def queries(self, page):
        persona, door = PAGES[page][0], page.partition(":")[0]
        keys = {
            "assessment_detail": [self.made.pk],
            "assessment_fill": [self.made.pk],
            "survey_detail": [self.survey.pk],
            "survey_answer": [self.code],
        }
        return asked(getattr(self.campus, persona), reverse(door, args=keys.get(door, ())), {})


def test_page_costs_the_same_for_one_and_for_many(campus, clock):
    story = Grown(campus, clock)
    story.grow(1, 1)
    story.queries("assessment_list")  # what is read once a process is not the page's
    few = {page: story.queries(page) for page in PAGES}
    story.grow(MANY, 10)
    many = {page: story.queries(page) for page in PAGES}
    differing = [page for page in PAGES if len(few[page]) != len(many[page])]
    assert differing == [], report(few[differing[0]], many[differing[0]])
    assert {page: len(many[page]) for page in PAGES} == {page: queries for page, (_, queries) in PAGES.items()}
    assert max(len(found) for found in many.values()) <= LIMIT
