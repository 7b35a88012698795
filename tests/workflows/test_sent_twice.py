"""A form that is sent twice does its work once."""

import pytest

from tests.files import pdf
from tests.workflows.test_activities import record
from workflows.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


def test_form_that_is_sent_twice_records_one_activity(year):
    first = record(year, uploads=[pdf()])
    assert record(year, uploads=[pdf()]) == first
    assert record(year, title="第二次动员会") != first
    assert Activity.objects.count() == 2
