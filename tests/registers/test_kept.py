"""Answers that are kept for a while: when, for whom, how long."""

import pytest
from django.urls import reverse

from registers import hints, kept
from registers.models import Appointment, KeptAnswer, KeptRows
from tests.factories import make_post
from tests.noscript import Plain

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

ASKED = []


@kept.finder("test")
def numbers(actor, *, upto):
    ASKED.append(upto)
    return {"sum": sum(range(upto))}, list(range(upto))


@pytest.fixture
def dear(settings, monkeypatch, clock, campus):
    """Everything takes long: an answer found now is good for an hour."""
    settings.KEEP_FROM_SECONDS = 0
    monkeypatch.setattr(kept, "perf_counter", iter(range(0, 100_000, 10)).__next__)
    ASKED.clear()
    return campus


def test_kept_answer_is_the_one_that_was_found_page_by_page(dear):
    actor = dear.actor(dear.office)
    found, again = kept.answer("test", actor, upto=120), kept.answer("test", actor, upto=120)
    assert ASKED == [120]
    for start in (0, 50, 100, 150):
        assert again[start : start + 51] == found[start : start + 51] == list(range(120))[start : start + 51]
    assert (again.figures, again.made_at) == (found.figures, found.made_at)
    assert again.every_row() == list(range(120))


def test_answer_is_found_anew_after_an_hour_for_another_reader_and_another_reach(dear, clock):
    def asked(who):
        ASKED.clear()
        kept.answer("test", dear.actor(who), upto=3)
        return len(ASKED)

    assert [asked(dear.office), asked(dear.office), asked(dear.head), asked(dear.head)] == [1, 0, 1, 0]
    make_post(dear.unit, "新岗位", dear.head)
    assert [asked(dear.head), asked(dear.head)] == [1, 0]
    Appointment.objects.filter(user=dear.head, role="unit_head").delete()
    assert asked(dear.head) == 1
    kept.forget(dear.actor(dear.office))
    assert [asked(dear.office), asked(dear.office)] == [1, 0]
    clock.set("2026-09-15 11:30")
    assert asked(dear.office) == 1


def test_what_is_found_at_once_is_not_kept(campus, clock):
    ASKED.clear()
    actor = campus.actor(campus.office)
    assert [kept.answer("test", actor, upto=3).made_at for _ in range(2)] == [None, None]
    assert (ASKED, KeptAnswer.objects.count()) == ([3, 3], 0)


def test_worker_finds_anew_what_is_asked_for_and_drops_the_rest(dear, clock):
    kept.answer("test", dear.actor(dear.office), upto=60)
    before = KeptAnswer.objects.get().made_at
    clock.set("2026-09-16 01:05")
    assert kept.refresh(at=clock.now) == 1
    row = KeptAnswer.objects.get()
    assert (row.on, row.made_at > before, KeptRows.objects.count()) == (clock.today, True, 2)
    clock.set("2026-09-20 01:05")
    assert (kept.refresh(at=clock.now), KeptAnswer.objects.count()) == (0, 0)


def test_page_says_of_which_moment_its_figures_are(dear):
    page = Plain(dear.office)
    page.go(reverse("hint_list"))
    assert "统计截至 2026-09-15 10:00" in page.go(reverse("hint_list")).words


def test_kept_hints_are_those_of_a_recount(dear):
    actor = dear.actor(dear.office)
    kept.answer("hints", actor, unit="", kind="")
    figures, rows = hints.read_by(actor)
    again = kept.answer("hints", actor, unit="", kind="")
    assert (again.figures, again.every_row()) == (dict(figures), rows)
