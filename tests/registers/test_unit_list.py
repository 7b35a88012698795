"""The list of units: the order of the tree in pages, numbers of posts, and what is found by name."""

import random
from datetime import date

import pytest
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse

from registers.models import Post, Unit, UnitAlias
from registers.models.spans import existing_on
from registers.views.paging import ByUnit
from tests.factories import make_post

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def rows(campus, **sent):
    client = Client()
    client.force_login(campus.clerk, backend="registers.sessions.People")
    return client.get(reverse("unit_list"), sent).context["page"].rows


@pytest.fixture
def grown(campus, clock):
    """A tree of seventy units at random places, some of them closed, with posts of which some are closed."""
    draw, units = random.Random(7), list(Unit.objects.all())  # noqa: S311 (no secret)
    for number in range(70 - len(units)):
        parent, position = draw.choice(units), draw.randint(1, 5)
        closed = draw.choice([None, None, date(2026, 9, 1)])
        code = f"R{number:02d}"
        unit = Unit.objects.create(
            code=code, name=code, parent=parent, position=position, closed_on=closed, unit_type="section"
        )
        units.append(unit)
        for _ in range(draw.randint(0, 3)):
            risk, closed = draw.random() < 0.5, draw.choice([None, date(2026, 9, 1), date(2027, 9, 1)])
            make_post(unit, "岗位", campus.clerk, is_risk_post=risk, closed_on=closed)
    return campus


def test_pages_are_the_tree_that_the_database_walks_with_its_numbers(grown):
    there = existing_on(date(2026, 9, 15), "posts")
    numbers = {"all": Count("posts", filter=there), "risky": Count("posts", filter=there & Q(posts__is_risk_post=True))}
    plain = Unit.objects.with_tree_fields().annotate(**numbers)
    shown = [*rows(grown), *rows(grown, page=2)]
    assert [(unit.pk, unit.depth, unit.post_count, unit.risk_post_count) for unit in shown] == [
        (unit.pk, unit.tree_depth, unit.all, unit.risky) for unit in plain
    ]


def test_slices_by_unit_are_those_of_the_whole_list(grown):
    whole = list(Post.objects.order_by("unit__position", "unit__code", "pk"))
    listed = ByUnit(Post.objects.all(), list(Unit.objects.values_list("pk", flat=True)))
    last = len(whole)
    for start, stop in ((0, 1), (0, 51), (3, 40), (last - 20, last + 50), (last - 1, last), (last, last + 50)):
        assert listed[start:stop] == whole[start:stop]


def test_unit_is_found_by_another_name(grown):
    unit = Unit.objects.get(code="R05")
    UnitAlias.objects.create(unit=unit, name="招生办")
    assert [(found.pk, found.depth) for found in rows(grown, q="招生办")] == [(unit.pk, 0)]
