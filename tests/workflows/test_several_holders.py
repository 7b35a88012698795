"""Several people hold a post at once: each answers for his own points, everything that names holders names all."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from registers import posts
from registers.hints import Facts
from registers.imports import posts as imported
from registers.journal import Journal
from registers.models import Incumbency
from registers.papers.sources import power_directory
from registers.refusals import Refused
from tests.factories import make_person
from tests.personas import point
from tests.registers.imports.taken import plan_of
from tests.stories import played_once
from workflows.campaign import rosters, scoping
from workflows.models import RosterChange, Submission
from workflows.sheets import sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
DAY = date(2026, 9, 15)


@pytest.fixture
@played_once
def beside(year):
    """The clerk has filed a point of his post; then a colleague comes to hold it with him."""
    year.searched(point("甲的风险"))
    fellow = make_person("同任", year.campus.unit, number="fellow")
    journal = Journal(DAY, year.clock.now)
    posts.take(year.campus.post, fellow, since=DAY, beside=True, journal=journal)
    journal.save()
    rosters.reconcile(year.campaign, at=year.clock.now)
    return fellow


def own(person, code="personal-search"):
    related = ("task__campaign__scheme", "unit", "post", "person", "group")
    return Submission.objects.select_related(*related).get(task__code=code, person=person)


def test_each_holder_owes_his_own_sheets(year, beside):
    assert year.sheet("personal-search").state == "filed"
    sheet = own(beside)
    assert sheet.state == "open"
    assert list(sheet_for(sheet).on_record()) == []
    assert [row.content for row in sheet_for(year.sheet("personal-search")).on_record()] == ["甲的风险"]
    assert not RosterChange.objects.filter(kind="succeeded").exists()
    assert rosters.reconcile(year.campaign, at=year.clock.now) == 0


def test_who_has_handed_in_his_own_is_not_asked_about_those_of_another_holder(year, beside):
    Submission.objects.filter(person=beside).update(state="filed", submitted_at=year.clock.now, filed_at=year.clock.now)
    assert rosters.reconcile(year.campaign, at=year.clock.now) == 0
    assert not Submission.objects.filter(task__code="succession").exists()


def test_whoever_took_the_post_last_is_asked_about_what_is_left(year, beside):
    at = year.at("09-16")
    third = make_person("后到", year.campus.unit, number="third")
    journal = Journal(year.clock.today, at)
    posts.take(year.campus.post, third, since=year.clock.today, beside=True, journal=journal)
    assert posts.leave(year.campus.post, on=year.clock.today, user=year.campus.clerk.pk, journal=journal) == 1
    rosters.reconcile(year.campaign, at=at)

    for person, code, contents in ((beside, "personal-search", []), (third, "succession", ["甲的风险"])):
        assert [row.content for row in sheet_for(own(person, code)).on_record()] == contents
    assert not Submission.objects.filter(task__code="succession").exclude(person=third).exists()


def test_same_person_holds_a_post_once(year, beside):
    with pytest.raises(Refused, match="已任该岗位"):
        posts.take(year.campus.post, beside, since=DAY, beside=True, journal=Journal(DAY, year.clock.now))
    with pytest.raises(IntegrityError), transaction.atomic():
        Incumbency.objects.create(post=year.campus.post, user=beside, since=DAY)


def test_rule_book_may_let_one_fill_for_all(year, beside):
    rules = year.campaign.scheme.rules
    scope = rules.scope.model_copy(update={"several_holders": "first"})
    held = scoping.holders_of_posts([year.campus.unit.pk], on=DAY).filter(post=year.campus.post)
    for said, wanted in ((rules, {True}), (rules.model_copy(update={"scope": scope}), {True, False})):
        found = {row.user: verdict for row, verdict in scoping.judged(said, held)}
        assert {verdict.is_in for verdict in found.values()} == wanted
        assert found[year.campus.clerk].is_in
    assert found[beside].reason == "该岗位由甲一填报"


def test_everything_that_names_holders_names_all(year, beside, client):
    campus = year.campus
    client.force_login(campus.registrar)
    for address in (reverse("unit_detail", args=["CW"]), f"{reverse('post_desk')}?q=会计"):
        assert "甲一、同任" in client.get(address).content.decode()
    facts = Facts([campus.unit], DAY, leaders=False)
    assert (facts.person(campus.post), facts.hand(campus.post)) == ("甲一、同任", ("post", campus.post.pk))
    assert facts.ids(campus.post) == {campus.clerk.pk, beside.pk}


def test_directory_of_powers_names_all(year, powers):
    fellow = make_person("同任", year.campus.unit, number="fellow")
    Incumbency.objects.create(post=year.campus.post, user=fellow, since=DAY)
    rows = power_directory(unit=year.campus.unit, units=[year.campus.unit], on=DAY, rules=year.campaign.scheme.rules)
    assert [row["accountable_person"] for row in rows["rows"]] == ["甲一、同任"]


def test_file_that_names_one_of_several_holders_changes_nothing(year, beside):
    code = year.campus.post.code
    head = ["岗位编号", "岗位名称", "所在单位", "工号"]
    for number in ("clerk", "fellow"):
        plan = plan_of(year.campus, [head, [code, "会计核算", "财务处", number]], kind="posts")
        assert (plan.lines, plan.report.faults) == ([], [])
    plan = plan_of(year.campus, [head, [code, "会计核算", "财务处", "colleague"]], kind="posts")
    assert [(line.kind, line.new) for line in plan.lines] == [("takes", "甲二")], plan.report.findings
    imported.apply(plan, plan.lines, on=DAY)
    held = Incumbency.objects.in_force(DAY).filter(post=year.campus.post)
    assert {row.user.number: row.since for row in held}["colleague"] == DAY
    assert held.count() == 3
