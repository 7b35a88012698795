"""The variants of the files that institutions keep, combined at random: whatever the writing, the same comes out.

For each kind of file a few entries are made up (``made_up``), written down in a way that a deck deals (``writings``), read
again, and compared: texts, their order, grades, days, people. Each way of writing comes up.
"""

from datetime import date

import pytest

from registers.clock import days
from registers.imports import listed, procedures, scales, tables, values
from registers.models import UnitAlias
from tests.factories import make_post
from tests.registers.imports.made_up import KINDS
from tests.registers.imports.taken import plan_of, said
from tests.registers.imports.writings import FORMS, Deck, file

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

EXAMPLES = 20  # of each kind


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    make_post(campus.unit, "采购管理", campus.clerk)
    make_post(campus.other_unit, "录取审核", campus.other_head)
    UnitAlias.objects.create(unit=campus.unit, name="计财处")
    UnitAlias.objects.create(unit=campus.other_unit, name="招办")
    return campus


def check(campus, kind, deck, examples=EXAMPLES):
    """Write files of a kind down as the deck deals, read them again, and compare."""
    for example in range(examples):
        form = deck.one("form", FORMS)
        made = KINDS[kind](campus, deck, form)
        data, name = file(deck, form, made.HEADS, made.entries)
        plan = plan_of(campus, data, kind=kind, name=name)
        where = f"{kind} {example}, {form}: {said(plan)} {plan.report.open_questions}"
        assert plan.is_ready, where
        assert made.read(plan) == made.expected, where


def test_what_is_read_is_what_was_written(campus):
    deck = Deck("any writing")
    for kind in KINDS:
        check(campus, kind, deck)
    assert deck.undealt() == {}


def tomorrow(words, *parts):
    return date(*map(int, parts)) + days(1)


def without_the_last(words, marks, *, doubled=False, parted=listed._parted):
    return parted(words, marks[:-1], doubled=doubled)


BROKEN = {
    "days": ("regulations", values, "_real", tomorrow),
    "numbers of people": ("people", values, "identifier", lambda cell, *_, **more: cell.text.strip("0'")),
    "numbered items": ("posts", listed, "_parted", without_the_last),
    "steps": ("powers", procedures, "_step", lambda words: ("", words)),
    "grades": ("ledgers", scales.Scale, "_place", lambda *_: 1),
    "what is merged": ("ledgers", tables, "_merged", lambda *_: ({}, set())),
    "sections and sums": ("units", tables, "_no_row", lambda *_: ""),
}


@pytest.mark.parametrize("reader", BROKEN)
def test_reader_that_is_wrong_is_noticed(campus, monkeypatch, reader):
    kind, *patched = BROKEN[reader]
    monkeypatch.setattr(*patched)
    with pytest.raises(AssertionError):
        check(campus, kind, Deck("any writing"))
