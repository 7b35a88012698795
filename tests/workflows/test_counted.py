"""What is kept of the progress of a campaign: equal to a recount, and found anew for whoever has acted himself."""

import random
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from registers import kept
from registers.models import Unit
from tests.factories import make_person, make_post
from tests.personas import point
from workflows.models import CampaignTask, Submission
from workflows.models.submissions import State
from workflows.policies import Holding
from workflows.progress import counted, figures, leading, stranded
from workflows.progress.board import Board

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


def owe(year, number, *, seed):
    """``number`` sheets of the search, in all states, some of them overdue, in several units."""
    draw, task = random.Random(seed), year.sheet("personal-search").task  # noqa: S311 (no secret)
    states = [State.WAITING, State.OPEN, State.RETURNED, State.IN_REVIEW, State.FILED, State.CANCELLED]
    for _ in range(number):
        unit, state = draw.choice(Unit.objects.all()), draw.choice(states)
        user, moment = make_person("某", unit), year.clock.now - timedelta(hours=draw.randint(1, 500))
        Submission.objects.create(
            task=task,
            unit=unit,
            person=user,
            post=make_post(unit, "岗位", user),
            state=state,
            step="review" if state == State.IN_REVIEW else "fill",
            waiting_role=draw.choice(["unit_head", "group_member"]) if state == State.IN_REVIEW else "",
            due_on=draw.choice([None, date(2026, 9, draw.randint(1, 30))]),
            step_due_on=draw.choice([None, date(2026, 9, draw.randint(1, 30))]) if state == State.IN_REVIEW else None,
            submitted_at=moment if state in figures.HANDED_IN else None,
            filed_at=moment if state == State.FILED else None,
            moved_at=moment,
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_figures_and_order_are_those_of_a_recount(dear, seed):
    owe(dear, 40, seed=seed)
    actor, campaign = dear.actor(dear.campus.office), dear.campaign
    for what in ("progress", "sheets") * 2:  # found, then kept
        if what == "sheets":
            found = kept.answer(what, actor, campaign=campaign.pk)
            orders, stats = found.every_row(), found.figures
        else:
            board = counted.kept_board(actor, campaign).figures

    listed, holding = figures.listed(actor, campaign), Holding(actor.on)
    plain = Board(campaign, listed, at=dear.clock.now)
    assert sorted(counted.tallies(board), key=str) == sorted(plain.tallies, key=str)
    units = Unit.objects.in_bulk()
    led = leading.lines(listed, campaign.scheme.rules, units=units, holding=holding)
    assert counted.led(board, units) == led[: leading.SHOWN]
    assert [tuple(one) for one in board["leading_counts"]] == leading.counts(led)
    assert sorted(board["stranded"]) == sorted(one.pk for one, _ in stranded.stranded(listed, campaign, holding))

    def place(one):
        due = one.step_due_on if one.state == State.IN_REVIEW and one.step_due_on else one.due_on
        return one.state == State.FILED, due or date.max, one.unit.position, one.pk

    rows = [one for one in listed if one.state != State.WAITING]
    assert orders == [one.pk for one in sorted(rows, key=place)]
    assert (stats["owed"], stats["filed"]) == (listed.count(), listed.filter(state=State.FILED).count())


def test_pages_keep_their_figures_until_their_reader_does_something(dear):
    client, sheet = browser(dear.campus.office), dear.sheet("personal-search")

    def shown():
        stats = client.get(reverse("progress_list")).context["stats"]
        return client.get(reverse("board")).context["figures"].handed, stats["moving"]

    assert [shown(), shown()] == [(0, 0), (0, 0)]
    assert "各表进度统计截至" in client.get(reverse("board")).content.decode()
    dear.submit(sheet, dear.points(sheet, point()))
    dear.clock.set("2026-09-15 10:20")
    assert shown() == (0, 0)
    client.post(reverse("submission_nudge", args=[sheet.pk]))
    assert shown() == (1, 1)


def test_name_that_was_typed_is_not_kept(dear):
    browser(dear.campus.office).get(reverse("progress_list"), {"person": "某甲"})
    assert not kept.KeptAnswer.objects.filter(about__contains="person").exists()


def test_curve_is_counted_anew_when_somebody_else_moves_a_deadline(dear):
    client, task = browser(dear.campus.office), dear.sheet("personal-search").task
    before = client.get(reverse("board")).context["curve"]
    CampaignTask.objects.filter(campaign=dear.campaign).exclude(due_on=None).update(due_on=task.due_on)
    dear.submit(dear.sheet("personal-search"), dear.points(dear.sheet("personal-search"), point()))

    shown = client.get(reverse("board")).context["curve"]

    plain = Board(dear.campaign, figures.listed(dear.actor(dear.campus.office), dear.campaign), at=dear.clock.now)
    assert shown == plain.curve() != before
