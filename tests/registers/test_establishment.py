"""Places of posts against their holders: what lacks, what is too many, and lists that keep either."""

from datetime import date
from random import Random

import pytest

from registers import establishment
from registers.models import Incumbency, Post
from tests.factories import make_person, make_post

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
ON = date(2026, 9, 15)


def test_lists_keep_what_the_badges_say(make_campus):
    campus, dice = make_campus(), Random(12)  # noqa: S311 (a test's dice)
    people = [make_person(f"人{number}", campus.unit) for number in range(4)]
    for number in range(12):
        post = make_post(campus.unit, f"岗{number}", people[0], authorised=dice.choice([None, 1, 2, 3]))
        for user in dice.sample(people[1:], dice.randint(0, 3)):
            Incumbency.objects.create(post=post, user=user, since=date(2026, dice.choice([1, 10]), 1))
        Incumbency.objects.filter(post=post, user=people[0]).update(until=dice.choice([None, ON]))
    posts = establishment.with_places(Post.objects.filter(unit=campus.unit), ON)
    places = {post.pk: establishment.of_post(post) for post in posts}
    found = {
        state: set(establishment.narrowed(posts, state).values_list("pk", flat=True)) for state in ("short", "over")
    }
    assert found["short"] == {pk for pk, place in places.items() if place.words.startswith("缺编")} != set()
    assert found["over"] == {pk for pk, place in places.items() if place.words.startswith("超编")} != set()
    assert establishment.narrowed(posts, "").count() == posts.count()
    for pk, place in places.items():
        assert place.held == len({row.user_id for row in Incumbency.objects.in_force(ON).filter(post=pk)})
    known = [place for place in places.values() if place.authorised]
    assert establishment.of_unit(posts) == (
        sum(place.authorised for place in known),
        sum(place.held for place in known),
        sum(max(0, place.authorised - place.held) for place in known),
        sum(max(0, place.held - place.authorised) for place in known),
    )
    assert establishment.of_unit(posts.none()) is None
