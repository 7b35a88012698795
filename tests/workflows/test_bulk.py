"""Many sheets at once: each by itself, each with its own result."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import AuditEntry
from tests import factories
from tests.access.conftest import Story
from tests.personas import point
from workflows import bulk
from workflows.models import Decision, Notification, ReviewVote, Submission

pytestmark = pytest.mark.django_db

PASSWORD = "password-for-tests"


class Pile:
    """A campaign in which the clerk holds many posts, each with a search sheet handed in."""

    def __init__(self, campus, clock, count):
        self.campus = campus
        self.posts = [factories.make_post(campus.unit, f"岗位{number}", campus.clerk) for number in range(count)]
        self.year = Story(campus, clock)
        for post in self.posts:
            sheet = self.year.sheet("personal-search", post)
            self.year.submit(sheet, self.year.points(sheet, point(f"风险{post.code}")))

    def sheets(self):
        return [self.year.sheet("personal-search", post) for post in self.posts]

    def ticked(self):
        return {sheet.pk: sheet.version for sheet in self.sheets()}

    def act(self, what, who, ticked=None, **said):
        outcomes = bulk.act(
            what, ticked or self.ticked(), actor=self.year.actor(who), at=self.year.clock.now, **said
        )
        return {row.submission_id: row for row in outcomes}

    def reviewed(self):
        """All sheets voted on by two, summed up and signed: they wait for the office."""
        self.act(bulk.VOTE, self.campus.member)
        self.act(bulk.VOTE, self.campus.head)
        self.act(bulk.AGREE, self.campus.head, signed=True)
        return self


@pytest.fixture
def pile(campus, clock):
    return lambda count=3: Pile(campus, clock, count)


def kinds(outcomes):
    return [row.kind for row in outcomes.values()]


def browser(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(sheets, act, **more):
    return {
        "sheet": [sheet.pk for sheet in sheets],
        **{f"seen-{sheet.pk}": sheet.version for sheet in sheets},
        "act": act,
        **more,
    }


def test_hundred_sheets_of_which_three_were_changed_meanwhile(pile, second):
    many = pile(100).reviewed()
    ticked, sheets = many.ticked(), many.sheets()
    for sheet in sheets[:3]:
        many.year.agree(sheet, second)
    began = time.perf_counter()

    outcomes = many.act(bulk.AGREE, many.campus.office, ticked)

    taken = time.perf_counter() - began
    assert sorted(kinds(outcomes)) == ["done"] * 97 + ["moved"] * 3
    moved = [outcomes[sheet.pk].text for sheet in sheets[:3]]
    assert moved == ["戊四已于 2026-09-15 10:00 在“学校领导小组办公室备案”通过。"] * 3
    assert {sheet.state for sheet in many.sheets()} == {"filed"}
    office = Decision.objects.filter(verdict="agree", step="file")
    assert office.count() == 100
    assert office.filter(actor=second).count() == 3
    assert taken < 30, f"{taken:.1f} s for 100 sheets"


@pytest.fixture
def second(campus):
    user = factories.make_person("戊四", campus.office_unit, number="second")
    factories.appoint(user, campus.root, "office")
    return user
