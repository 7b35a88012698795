"""Who is asked: judged one by one, from plain values, and counted in the database, which all say the same."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.models import Incumbency, Post, Unit, User
from registers.schemes.language import Condition
from tests.longer import examples
from workflows.campaign import scoping

pytestmark = [pytest.mark.database("both"), pytest.mark.django_db]

TODAY = date(2026, 9, 15)
RANKS = ["科员", "副科", "正科"]
CONDITIONS = st.one_of(
    st.builds(Condition, post_flag=st.sampled_from(["risk_post", "key_post"])),
    st.builds(Condition, rank_at_least=st.sampled_from(RANKS)),
    st.builds(Condition, unit_types=st.just(["college"])),
    st.builds(Condition, party_member=st.booleans()),
)
SCOPES = st.fixed_dictionaries(
    {
        "any_of": st.lists(st.lists(CONDITIONS, min_size=1, max_size=2), max_size=2),
        "several_holders": st.sampled_from(["each", "first"]),
    }
)
PEOPLE = st.tuples(st.sampled_from(["", "处长", *RANKS]), st.booleans(), st.sampled_from([True, True, False]))
POSTS = st.tuples(st.integers(0, 1), st.booleans(), st.booleans())
# Person, post, since when (days ago), until when.
HELD = st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2), st.sampled_from([None, None, -1, 1]))


@given(
    scope=SCOPES,
    people=st.lists(PEOPLE, min_size=5, max_size=5),
    posts=st.lists(POSTS, min_size=4, max_size=4),
    held=st.lists(HELD, max_size=8, unique_by=lambda one: one[:2]),
    named=st.sets(st.integers(0, 4)),
)
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_plain_values_and_counts_say_what_is_judged_one_by_one(campus, scope, people, posts, held, named):
    rules = campus.scheme.rules
    rules = rules.model_copy(update={"scope": rules.scope.model_copy(update=scope), "ranks": RANKS})
    with transaction.atomic():
        units = [
            Unit.objects.create(code=f"S{n}", name=kind, unit_type=kind, parent=campus.root, position=90 + n)
            for n, kind in enumerate(("office", "college"))
        ]
        users = [
            User.objects.create(
                number=f"s{n}", name=f"某{n}", unit=units[0], rank=rank, is_party_member=party, is_active=active
            )
            for n, (rank, party, active) in enumerate(people)
        ]
        made = [
            Post.objects.create(code=f"S-{n}", name="岗", unit=units[unit], is_risk_post=risk, is_key_post=key)
            for n, (unit, risk, key) in enumerate(posts)
        ]
        for person, post, ago, until in held:
            since, end = TODAY - timedelta(ago), until if until is None else TODAY + timedelta(until)
            if end is None or end > since:
                Incumbency.objects.create(post=made[post], user=users[person], since=since, until=end)
        ids, naming = [unit.pk for unit in units], [users[n].pk for n in sorted(named)]
        holders = scoping.holders_of_posts(ids, on=TODAY)

        judged = scoping.judged(rules, holders)

        of_rows = [(row.pk, row.user.name, row.user.number, said) for row, said in judged]
        assert scoping.judged_by_key(rules, holders) == of_rows
        counts = Counter(
            (row.post.unit_id, row.user_id if row.user_id in naming else None, _unnamed(said)) for row, said in judged
        )
        assert scoping.tallied(rules, ids, on=TODAY, naming=naming) == counts
        transaction.set_rollback(True)


def _unnamed(said):
    alone = said.reason.startswith("该岗位由")
    return scoping.Judgement(False, f"该岗位由{scoping.LONGEST}填报") if alone else said
