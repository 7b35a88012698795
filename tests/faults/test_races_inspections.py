"""Two at once: the conclusion of an inspection, and whoever still changes what it is about."""

import time
from decimal import Decimal

import pytest

from registers.access import NotAllowed
from tests.faults.races import together
from tests.workflows.test_findings import Found
from tests.workflows.test_inspections import on_record
from workflows.models import Inspection, Rectification
from workflows.supervision import checklists, findings, opinions, rectification
from workflows.supervision.checklists import Checked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("postgresql")]


def test_nothing_is_changed_while_the_conclusion_is_given(campus, clock, monkeypatch):
    """A line saved, or a finding withdrawn, at that moment would miss the score and the order."""
    on_record(campus)
    story = Found(campus, clock)
    story.begin()
    story.find()
    story.opine()
    head = {"stand": "accept", "words": "", "seen_version": story.seen()}
    opinions.answer(story.made.pk, **head, **story.by(campus.head))
    issue, line = rectification.issue, story.lines("item")[0]

    def slowly(*args, **kwargs):
        time.sleep(0.6)  # the score is counted, nothing is written for good
        return issue(*args, **kwargs)

    def late(act):
        time.sleep(0.2)
        return act()

    monkeypatch.setattr(rectification, "issue", slowly)
    said, seen = Checked("bad", "又查到", score=Decimal(0)), line.version
    concluded, checked, withdrawn = together(
        lambda: opinions.conclude(story.made.pk, words="结论", seen_version=story.seen(), **story.by(story.team[0])),
        lambda: late(lambda: checklists.check(line.pk, said, seen_version=seen, **story.by(story.team[1]))),
        lambda: late(lambda: findings.withdraw(story.finding.pk, reason="撤销", **story.by(story.team[2]))),
    )

    assert (type(checked), type(withdrawn)) == (NotAllowed, NotAllowed)
    made = Inspection.objects.get()
    assert made == concluded
    assert made.score == checklists.score_of(made.checks.all())
    assert Rectification.objects.get().finding.withdrawn_at is None
