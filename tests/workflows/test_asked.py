"""Who is asked, as it is kept for a while: equal to a recount, with its moment, found anew after an act of the reader's own."""

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from registers import kept
from tests.factories import make_person, make_post
from workflows.campaign import beginning, plans, scoping

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
def dear(settings, monkeypatch, year):
    """Everything takes long: an answer found now is good for an hour."""
    settings.KEEP_FROM_SECONDS = 0
    monkeypatch.setattr(kept, "perf_counter", iter(range(0, 100_000, 10)).__next__)
    return year


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def newcomer(year):
    user = make_person("后来", year.campus.unit)
    make_post(year.campus.unit, "新岗", user)
    return user


def rows_of(plan):
    return [(row.unit.pk, row.people_in, row.people_out, row.refused, row.awaited) for row in plan.units]


def test_preview_of_kept_counts_is_that_of_a_recount(dear):
    campus = dear.campus
    plain = plans.plan_of(campus.scheme, campus.root, year=2026, on=dear.clock.today)
    for is_kept in (False, True):
        actor = dear.actor(campus.office)
        plan = plans.plan_of(campus.scheme, campus.root, year=2026, on=actor.on, actor=actor)
        assert (rows_of(plan), plan.sheets, plan.nobody) == (rows_of(plain), plain.sheets, plain.nobody)
        assert (kept.KeptAnswer.objects.get().made_at == plan.counted_at) is True, is_kept


def test_kept_list_names_everybody_once_with_what_is_judged_of_him(dear):
    campus, actor = dear.campus, dear.actor(dear.campus.office)
    whose = {"scheme": campus.scheme.pk, "institution": campus.root.pk, "unit": ""}
    lists = {scope: kept.answer("everybody", actor, **whose, scope=scope) for scope in ("", "in", "out")}

    units = scoping.units_of(campus.root, on=actor.on)
    held = scoping.judged(campus.scheme.rules, scoping.holders_of_posts(units, on=actor.on))
    plain = Counter((row.pk, None, said.is_in, said.reason) for row, said in held)
    for user in scoping.without_post(units, on=actor.on, elsewhere=True):
        said = scoping.not_asked(user, on=actor.on)
        plain[None, user.pk, said.is_in, said.reason] += 1
    assert Counter(map(tuple, lists[""].every_row())) == plain
    for scope, is_in in (("in", True), ("out", False)):
        those = Counter({row: number for row, number in plain.items() if row[2] is is_in})
        assert Counter(map(tuple, lists[scope].every_row())) == those
        assert lists[""].figures[scope] == lists[scope].figures[scope] == those.total()


def test_pages_keep_the_people_until_their_reader_does_something(dear):
    client, address = browser(dear.campus.office), reverse("campaign_people")
    counts = client.get(address).context["counts"]
    assert "以下名单统计截至" in client.get(address).content.decode()
    newcomer(dear)
    dear.clock.set("2026-09-15 10:20")
    assert client.get(address).context["counts"] == counts
    client.post(reverse("beginning_calendar"))
    assert client.get(address).context["counts"]["in"] == counts["in"] + 1


def test_somebody_whose_post_was_taken_off_the_record_is_left_out_of_the_kept_list(dear):
    client, address = browser(dear.campus.office), reverse("campaign_people")
    user = newcomer(dear)
    shown = [row[0] for row in client.get(address).context["page"].rows]
    user.incumbencies.all().delete()
    assert [row[0] for row in client.get(address).context["page"].rows] == [one for one in shown if one != user]


def test_name_that_was_typed_is_not_kept(dear):
    found = browser(dear.campus.office).get(reverse("campaign_people"), {"q": dear.campus.head.name})
    assert dear.campus.head in [row[0] for row in found.context["page"].rows]
    assert not kept.KeptAnswer.objects.filter(what="everybody").exists()


def test_previews_name_the_moment_of_their_counts(dear):
    client = browser(dear.campus.office)
    for name, what in (("campaign_plan", "填报人次"), ("beginning", "以下数字")):
        assert f"{what}统计截至" in client.get(reverse(name)).content.decode()


def test_points_of_the_kept_beginning_are_those_of_a_recount(dear):
    actor = dear.actor(dear.campus.registrar)
    for _ in range(2):  # found, then kept
        assert beginning.points(beginning.Site(actor.on, actor)) == beginning.points(beginning.Site(actor.on))
