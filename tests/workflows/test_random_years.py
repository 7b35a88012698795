"""Years under every rule book, dealt by chance: what is in force is signed, and what was signed is in force."""

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from registers import audit
from registers.models import RiskPoint
from tests.longer import LONG
from tests.workflows import signed
from tests.workflows.random_year import RandomYear
from workflows.models import SheetDocument, SubmissionLine

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]

SLUGS = sorted(path.stem for path in (django_settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_signed_is_what_stands_whatever_people_do(make_campus, clock, slug):
    campus = make_campus(scheme=slug, with_group=False)

    @settings(
        max_examples=20 if LONG else 1,
        deadline=None,
        phases=[Phase.generate],  # a year is its seed: there is nothing to shrink
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(seed=st.integers(0, 2**32))
    def years(seed):
        with transaction.atomic():
            sheets = RandomYear(campus, clock, seed).live()
            assert signed.faults(sheets) == []
            assert signed.unasked(sheets) == []
            assert signed.unlike_the_register(sheets) == []
            assert audit.verify()[1] == []
            transaction.set_rollback(True)

    years()


@pytest.fixture
def lived(make_campus, clock):
    return RandomYear(make_campus(scheme="jiangsu-dynamic", with_group=False), clock, 1).live()


def test_field_that_nobody_asked_for_is_found(lived):
    line = SubmissionLine.objects.filter(change="revise", risk_point__isnull=False, submission__in=lived).first()
    RiskPoint.objects.filter(pk=line.risk_point_id).update(unit=line.submission.unit.parent_id)
    assert [fault for fault in signed.unasked(lived) if ": unit of" in fault]


def test_text_in_force_that_nobody_signed_is_found(lived):
    line = SubmissionLine.objects.filter(change="add", risk_point__isnull=False, submission__in=lived).first()
    RiskPoint.objects.filter(pk=line.risk_point_id).update(content="无人签过")
    assert [fault for fault in signed.unlike_the_register(lived) if ": content of" in fault]


def test_document_changed_after_it_was_signed_is_found(lived):
    kept = SheetDocument.objects.filter(submission__in=lived).first()
    SheetDocument.objects.filter(pk=kept.pk).update(content=kept.content | {"title": "另一张表"})
    assert [fault for fault in signed.faults(lived) if "saw something else" in fault]
