"""Drafts: each save is one statement, and nothing typed elsewhere meanwhile is overwritten."""

import pytest
from django.urls import reverse

from registers.refusals import Stale
from tests.noscript import Plain
from tests.personas import point
from workflows.models import Draft
from workflows.sheets import drafts, sheet_for

pytestmark = pytest.mark.database("sqlite")

FIRST, SECOND, OTHER = ({"entries": [], "values": {"narrative": text}} for text in ("甲", "乙", "丙"))


@pytest.fixture
def save(year):
    sheet = year.sheet("personal-search")

    def save(content, seen, by=year.campus.clerk):
        return drafts.save(sheet, content, actor=year.actor(by), seen=seen, at=year.clock.now)

    return save


def kept():
    draft = Draft.objects.get()
    return draft.version, draft.content


def test_saves_count_up(save, year):
    assert [save(FIRST, 0), save(SECOND, 1), save(OTHER, 2)] == [1, 2, 3]

    assert kept() == (3, OTHER)
    assert (Draft.objects.get().saved_by, Draft.objects.get().saved_at) == (year.campus.clerk, year.clock.now)


@pytest.mark.parametrize("seen", [0, 1, 3, 99])
def test_save_over_what_another_window_saved_conflicts_and_shows_it(save, seen):
    save(FIRST, 0)
    save(SECOND, 1)

    with pytest.raises(Stale) as conflict:
        save(OTHER, seen)

    assert (conflict.value.current.version, conflict.value.current.content) == (2, SECOND)
    assert kept() == (2, SECOND)


def test_first_save_repeated_after_a_lost_answer_is_the_same_save(save):
    assert [save(FIRST, 0), save(FIRST, 0)] == [1, 1]

    assert kept() == (1, FIRST)


def test_draft_starts_the_form(save, year):
    assert sheet_for(year.sheet("personal-search")).content() == {"entries": [], "values": {}}

    save(FIRST, 0)

    assert sheet_for(year.sheet("personal-search")).content() == FIRST


def test_save_costs_one_statement(save, django_assert_num_queries):
    save(FIRST, 0)

    with django_assert_num_queries(1):
        save(SECOND, 1)


@pytest.mark.parametrize("seen", [-1, 1, 99])
def test_save_that_names_a_draft_where_there_is_none_is_the_first(save, seen):
    """A form whose number was lost or made up (R1): there is nothing to write over."""
    assert save(FIRST, seen) == 1

    assert kept() == (1, FIRST)


def test_entry_is_added_only_to_sheets_that_take_some(year):
    """R6: the points to grade are those on record."""
    year.searched(point("甲"))
    sheet = year.sheet("personal-grading")
    client = Plain(year.campus.clerk).client
    client.raise_request_exception = False

    for door, data in (("submission_entry", {}), ("submission_fill", {"add": "", "draft_version": 0})):
        answer = client.post(reverse(door, args=[sheet.pk]), data)
        assert answer.status_code == 403
        assert "不能另行添加" in answer.content.decode()
