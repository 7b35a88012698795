"""Statements that are kept for everybody who has the same facts: each reader gets of them what a statement made for him finds."""

import pytest
from django.apps import apps
from django.db.models import Q

from registers import clock
from registers.access import NoPolicy, PolicyOfFacts, Rule, Ruled, Seen, policy_of
from registers.actors import Actor
from registers.models import User
from tests.factories import appoint
from workflows.models import Assessment, Extension, RiskWarning, Submission
from workflows.policies import assessments, submissions, terms, warnings
from workflows.policies.handling import BODIES

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide", "postgresql")]

RULES = {
    "submissions": (Submission, submissions.AWAITING),
    "extensions": (Extension, terms.AWAITING),
    "warnings": (RiskWarning, warnings.TO_DO),
    "assessments": (Assessment, assessments.TO_DO),
}


def of_facts():
    """Yield every model whose readers follow from facts."""
    for app in ("registers", "workflows"):
        for model in apps.get_app_config(app).get_models():
            try:
                policy = policy_of(model)
            except NoPolicy:
                continue
            if isinstance(policy, PolicyOfFacts):
                yield model


@pytest.fixture
def everybody(world):
    """Return an actor for each user and for nobody. One works in the unit and sits in every body of the school."""
    for role in ("leader_in_charge", *BODIES):
        appoint(world.campus.insider, world.campus.root, role)
    return [Actor(None, on=clock.today()), *(Actor(user, on=clock.today()) for user in User.objects.order_by("pk"))]


@pytest.mark.parametrize("model", list(of_facts()), ids=lambda model: model.__name__)
def test_kept_statement_shows_what_the_policy_does(everybody, model):
    rows = model._default_manager.order_by("pk")
    seen, found = Seen(rows), []
    for actor in everybody:
        # What stands at the public door is no kept statement's.
        own = model.objects.visible_to(actor) if actor.is_authenticated else model.objects.none()
        readable = list(rows.filter(pk__in=own.order_by().values("pk")))
        assert seen.by(actor) == readable, actor.user
        found += readable
    assert found


def test_what_facts_decide_is_said_nowhere_else():
    """But for what stands at the public door."""
    narrowed = [model for model in of_facts() if type(policy_of(model)).visible is not PolicyOfFacts.visible]
    assert {model.__name__ for model in narrowed} == {"PublicityNotice", "Publication"}


@pytest.mark.parametrize("name", RULES)
def test_kept_statement_finds_what_the_rule_does(everybody, name):
    """With what the policy shows and without, all at once and in parts."""
    model, rule = RULES[name]
    rows = model._default_manager.order_by("pk")
    his, found = Ruled(rows, rule), []
    seen = Seen(rows, to=rule) if isinstance(policy_of(model), PolicyOfFacts) else None
    for actor in everybody:
        waits = list(rows.filter(rule.of(actor)))
        assert his.by(actor) == waits, actor.user
        assert [*his.parts(actor)[:2], *his.parts(actor)[2:4], *his.parts(actor)[4:100]] == waits
        readable = set(model.objects.visible_to(actor).values_list("pk", flat=True))
        assert seen is None or seen.by(actor) == [row for row in waits if row.pk in readable]
        found += waits
    assert found


def test_facts_of_a_policy_and_of_a_rule_may_be_called_alike(everybody):
    """``answers`` are here the units of the office, and in the policy those that a head answers for."""
    rows = Submission.objects.order_by("pk")
    filed = Rule(lambda actor: {"answers": actor.unit_ids("office")}, lambda facts: Q(unit__within=facts["answers"]))
    kept, found = Seen(rows, to=filed), []
    for actor in everybody:
        found += kept.by(actor)
        assert kept.by(actor) == list(rows.visible_to(actor).filter(filed.of(actor)))
    assert found
