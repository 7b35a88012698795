"""Whom measures name: several people, posts and offices; who is meant on a day."""

from datetime import date
from random import Random

import pytest

from registers.actors import Actor
from registers.models import Appointment, ControlMeasure, Incumbency, Responsibility, ResponsibleParty, Unit, User
from registers.responsible import people_of, together
from tests.factories import make_person, make_post

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
DAYS = [date(2026, month, 1) for month in (2, 4, 6)]


def test_same_ones_are_one_row_and_their_order_counts(make_campus):
    campus = make_campus()
    named = together([campus.clerk, campus.post, campus.unit, campus.clerk])
    assert named == together([campus.clerk, campus.post, campus.unit])
    assert named.name == f"{campus.clerk}、{campus.post}、{campus.unit}"
    assert together([campus.unit, campus.clerk, campus.post]) != named
    assert together([]) is None
    assert Responsibility.objects.count() == 2


def _random_world(campus, dice):
    people = [make_person(f"人{number}", campus.unit) for number in range(5)]
    people[0].is_active = False
    people[0].save()
    units = [campus.unit, campus.other_unit, campus.root]
    units += [
        Unit.objects.create(code=f"N{n}", name=f"新{n}", unit_type="section", parent=dice.choice(units)) for n in "12"
    ]
    posts = [make_post(dice.choice(units), f"岗{number}", dice.choice(people)) for number in range(3)]
    for row in (*Incumbency.objects.filter(post__in=posts), *_roles(people, units, dice)):
        since, until = sorted(dice.sample([*DAYS, date(2026, 5, 1), date(2026, 3, 1)], 2))
        row.since, row.until = since, dice.choice([until, None])
        row.save()
    Unit.objects.filter(pk=units[-1].pk).update(closed_on=dice.choice(DAYS))
    return people, [*people, *posts, *Unit.objects.filter(pk__in=[unit.pk for unit in units])]


def _roles(people, units, dice):
    pairs = {(dice.choice(people), dice.choice(units), role) for role in ("unit_head", "liaison", "registrar") * 2}
    return [Appointment(user=user, unit=unit, role=role) for user, unit, role in sorted(pairs, key=str)]


@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_meant_sees_the_measure_as_his(make_campus, seed):
    """All directions of the one rule agree: whom a row means, which rows mean a person, and which mean nobody."""
    campus, dice = make_campus(), Random(seed)  # noqa: S311 (a test's dice)
    people, things = _random_world(campus, dice)
    sets = [together(dice.sample(things, dice.randint(1, 3))) for _ in range(8)]
    seen = set()
    for on in DAYS:
        meant = people_of(sets, on)
        for person in User.objects.filter(pk__in=[user.pk for user in people]):
            rows = (
                ResponsibleParty.objects.naming(Actor(person, on=on))
                if person.is_active
                else ResponsibleParty.objects.none()
            )
            assert {pk for pk, found in meant.items() if person.pk in found} == set(
                rows.values_list("responsibility", flat=True)
            )
        vacant = Responsibility.objects.vacant(on).values_list("pk", flat=True)
        assert set(vacant) == {pk for pk, found in meant.items() if not found}
        seen |= {bool(found) for found in meant.values()}
    assert True in seen


def test_named_by_his_post_or_office_he_reads_the_measure_while_he_holds_it(make_campus):
    campus = make_campus()
    on, named = date(2026, 9, 1), {}
    for what in (campus.post, campus.other_unit):
        named[what] = ControlMeasure.objects.create(
            point_series="00000000-0000-0000-0000-000000000001",
            stage=str(what),
            text=str(what),
            unit=campus.root,
            responsible=together([what]),
            in_force_from=date(2026, 1, 1),
        )

    def read(user):
        return set(ControlMeasure.objects.visible_to(Actor(user, on=on)))

    assert read(campus.clerk) == {named[campus.post]}
    assert read(campus.other_head) == {named[campus.other_unit]}
    Incumbency.objects.filter(post=campus.post).end(date(2026, 8, 1))
    assert read(campus.clerk) == set()
