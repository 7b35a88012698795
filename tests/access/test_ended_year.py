"""An ended year takes nothing more: every form of the site, posted by whoever may post it in a running year."""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import reverse

from tests.access.behind import DOORS, behind, body
from tests.access.test_matrix import by_thing, expected
from tests.access.world import STAFF
from workflows.models import Campaign

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]

# What a year is made of. Rows beside it (messages, own settings, regulations, measures on record) outlive it.
OF_THE_YEAR = {
    f"workflows_{name}"
    for name in (
        "campaign", "campaigntask", "phase", "enrolment", "rosterchange", "submission", "submissionline", "draft", "extension",
        "deadlinechange", "activity", "attendance", "opinion", "readingdocument", "readreceipt", "suggestion",
    )
}  # fmt: skip
# Sheets in review keep a year from being ended, so deciding on one is never asked there.
NEXT_YEAR = {"campaign_open"}
AT_ANY_TIME = {"adjustment_begin", "finding_adjust"}  # changes of the register need no campaign (R0-32)
GOES_ON = {"submission_vote", "submission_decide", "submission_recompile", "submission_hand_over", "review_queue"}


@contextmanager
def ended(world):
    """The world's year, ended for as long as the block lasts."""
    with transaction.atomic():
        Campaign.objects.update(state="closed", closed_at=world.clock.now)
        yield
        transaction.set_rollback(True)


def test_no_form_changes_an_ended_year(world):
    tried, wrong = 0, []
    with ended(world):
        for door in DOORS.keys() - GOES_ON - NEXT_YEAR - AT_ANY_TIME:
            for name, (kwargs, thing) in by_thing(door, "POST", behind(world, door)).items():
                persona = next((who for who in STAFF if expected(door, "POST", name, who) == 302), None)
                if persona is None:
                    continue
                tried += 1
                url, sent = reverse(door, kwargs=kwargs), body(world, door, thing)
                answer, tables = world.browsers[persona].watched("post", url, sent)
                changed = OF_THE_YEAR & set(tables)
                if answer.status_code >= 500 or changed:
                    wrong.append(f"{door} {name} by {persona}: {answer.status_code}, changed {sorted(changed)}")
    assert tried > 30
    assert not wrong, "\n".join(sorted(wrong))
