"""Two at once: letters of one kind that take their numbers, and two who issue the same."""

import time

import pytest

from registers.access import NotAllowed
from registers.refusals import Stale
from tests.faults.races import losers, together
from tests.workflows.warned import Warned
from workflows.models import RiskWarning, WarningSeries
from workflows.supervision.warnings import proposing, steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("postgresql")]


def test_letters_issued_at_once_take_numbers_one_after_the_other(campus, clock, monkeypatch):
    story = Warned(campus, clock)
    waiting = []
    for number in range(4):
        story.draft(facts=f"第{number}件")
        story.act("hand_in", campus.office)
        waiting.append(story.row())
    save = WarningSeries.save

    def slowly(*args, **kwargs):
        time.sleep(0.1)  # the number is known and not yet written
        return save(*args, **kwargs)

    monkeypatch.setattr(WarningSeries, "save", slowly)
    issue = lambda row: lambda: steps.act(row.pk, "issue", seen_version=row.version, **story.by(story.second))  # noqa: E731
    assert losers(together(*(issue(row) for row in waiting))) == []
    assert sorted(RiskWarning.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_letter_is_issued_or_taken_back_never_both(campus, clock):
    story = Warned(campus, clock)
    story.draft()
    story.act("hand_in", campus.office)
    seen = story.row().version
    outcomes = together(
        lambda: steps.act(story.made.pk, "issue", seen_version=seen, **story.by(story.second)),
        lambda: steps.act(story.made.pk, "take_back", seen_version=seen, **story.by(campus.office)),
    )
    [lost] = losers(outcomes)
    assert isinstance(lost, Stale | NotAllowed)
    assert (story.row().issued_at is None) == (story.row().handed_in_at is None)


def test_two_workers_propose_the_same_once(campus, clock, monkeypatch):
    story = Warned(campus, clock)
    seen = [proposing.Proposal("overdue", f"overdue:2026:unit:{campus.unit.pk}", campus.unit.pk, "2 张表逾期。")]
    rule = campus.scheme.rules.warnings.rules[0]
    monkeypatch.setattr(proposing, "proposals", lambda *args, **kwargs: [(rule, one) for one in seen])
    assert losers(together(*[lambda: proposing.propose(at=story.clock.now)] * 2)) == []
    assert RiskWarning.objects.count() == 1
