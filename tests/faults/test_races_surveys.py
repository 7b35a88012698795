"""Many at once: answers that come in together, one slip used twice, and the end of the survey between them."""

import pytest

from registers.models import AuditEntry
from registers.refusals import Refused
from tests.faults.races import losers, together
from tests.workflows.test_surveys import GOOD, ON, Story
from workflows.models import SurveyAnswer, SurveySlip
from workflows.supervision import answering

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("postgresql")]


def test_no_answer_is_lost_and_none_comes_in_twice_or_after_the_end(campus, clock):
    story = Story(campus, clock)
    codes, said = story.guests(8), story.chosen(GOOD)
    uses = [lambda code=code: answering.answer(code, said, on=ON) for code in [*codes[:6], codes[0], codes[1]]]
    outcomes = together(*uses, lambda: story.close(8))

    assert all(isinstance(failure, Refused) for failure in losers(outcomes)), outcomes
    taken = len(uses) - len(losers(outcomes))
    assert taken <= 6
    assert SurveyAnswer.objects.count() == SurveySlip.objects.filter(used=True).count() == taken
    students = next(found for found in outcomes[-1].result if found["group"] == "students")
    assert students["returned"] == taken
    assert SurveySlip.objects.count() == 8
    assert not AuditEntry.objects.filter(act__startswith="survey.answer").exists()
