"""Whoever is told that something waits may do it: each policy's ``people_who_may`` against its ``may``."""

import pytest
from django.apps import apps

from registers import clock
from registers.access import NoPolicy, can, people_who_may, policy_of
from registers.actors import Actor
from registers.models import User
from tests.factories import appoint
from workflows.policies.handling import BODIES

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]

START = "people_who_may_"
# Of those who may, only some are asked: the office decides where a unit has no head who is free to.
ASKED_FIRST = {"AvoidanceRecord-decide"}


def pairs():
    """Yield every model with an act whose people are listed."""
    for app in ("registers", "workflows"):
        for model in apps.get_app_config(app).get_models():
            try:
                policy = policy_of(model)
            except NoPolicy:
                continue
            acts = (name.removeprefix(START) for name in sorted(dir(policy)) if name.startswith(START))
            for act in (act for act in acts if hasattr(policy, f"may_{act}")):
                yield pytest.param(model, act, id=f"{model.__name__}-{act}")


@pytest.fixture
def everybody(world):
    """Return all users with what they are. One works in the unit and sits in every body of the school."""
    for role in ("leader_in_charge", *BODIES):
        appoint(world.campus.insider, world.campus.root, role)
    return {user: Actor(user, on=clock.today()) for user in User.objects.filter(is_active=True)}


@pytest.mark.parametrize(("model", "act"), list(pairs()))
def test_people_who_may_are_those_who_may(everybody, model, act):
    rows = list(model._default_manager.all())
    for row in rows:
        listed = set(people_who_may(act, row))
        may = {user for user, actor in everybody.items() if can(actor, act, row)}
        if f"{model.__name__}-{act}" in ASKED_FIRST:
            assert listed <= may, row
            assert listed or not may, row
        elif may:
            assert {user.number for user in listed} == {user.number for user in may}, row
    assert rows
