"""What the pages of rankings cost: the same for one of everything as for many, and the number itself (style 15)."""

import pytest
from django.urls import reverse

from tests.crowds import asked
from tests.test_query_counts import LIMIT, report
from tests.workflows.ranked import Ranked
from workflows.models import Ranking, RankingContest, RankingEntry

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]

# page → (who opens it, queries). Change a number only together with the reason why a page has to ask more.
PAGES = {
    "ranking_list": ("office", 10),
    "ranking_detail": ("chair", 12),
    "ranking_detail of everybody": ("clerk", 6),
    "ranking_decide": ("chair", 12),
    "ranking_unit": ("office", 13),
}


class Grown(Ranked):
    """A ranking whose days are over, with more units, entries and contests each time, and a released one."""

    def grow(self, times, start):
        for number in range(start, start + times):
            self.colleges[f"院{number}"] = self.add_college(f"院{number}", 1, 0, 1, sheets=2)
        Ranking.objects.filter(pk=self.ranking.pk).update(shown_at=None, shown_by=None, contest_until=None)
        self.compute()
        self.show()
        row = self.unit("文")
        said = {"at": self.clock.now, "by": self.campus.head}
        for figure in row.figures.all()[:times]:
            answered = {
                "outcome": "rejected",
                "answer": "无误",
                "answered_by": self.campus.office,
                "answered_at": self.clock.now,
            }
            due = {"answer_due_on": self.clock.today}
            RankingContest.objects.create(ranked=row, figure=figure, claim="有误", **said, **answered, **due)
        for _ in range(times):
            RankingEntry.objects.create(ranked=row, kind="deduction", code="criticised", basis="一号", **said)
        Ranking.objects.filter(pk=self.ranking.pk).update(contest_until="2026-10-01")

    def queries(self, page):
        persona = getattr(self.campus, PAGES[page][0])
        door = page.partition(" ")[0]
        pk = self.unit("文").pk if door == "ranking_unit" else self.ranking.pk
        if page.endswith("everybody"):
            self.decide()
            self.release()
        return asked(persona, reverse(door, args=[] if door == "ranking_list" else [pk]), {})


def test_page_costs_the_same_for_one_and_for_many(year):
    grown = Grown(year)
    grown.compute()
    grown.grow(1, 1)
    order = [page for page in PAGES if not page.endswith("everybody")]
    grown.queries("ranking_list")  # what is read once a process is not the page's
    few = {page: grown.queries(page) for page in order}
    grown.grow(6, 10)
    many = {page: grown.queries(page) for page in order}
    differing = [page for page in order if len(few[page]) != len(many[page])]
    assert differing == [], report(few[differing[0]], many[differing[0]])
    many["ranking_detail of everybody"] = grown.queries("ranking_detail of everybody")
    assert {page: len(found) for page, found in many.items()} == {page: count for page, (_, count) in PAGES.items()}
    assert max(len(found) for found in many.values()) <= LIMIT
