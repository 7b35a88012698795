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


def another_unit(sheets):
    line = SubmissionLine.objects.filter(change="revise", risk_point__isnull=False, submission__in=sheets).first()
    RiskPoint.objects.filter(pk=line.risk_point_id).update(unit=line.submission.unit.parent_id)
    return [fault for fault in signed.unasked(sheets) if ": unit of" in fault]


def another_text(sheets):
    line = SubmissionLine.objects.filter(change="add", risk_point__isnull=False, submission__in=sheets).first()
    RiskPoint.objects.filter(pk=line.risk_point_id).update(content="无人签过")
    return [fault for fault in signed.unlike_the_register(sheets) if ": content of" in fault]


def another_document(sheets):
    kept = SheetDocument.objects.filter(submission__in=sheets).first()
    SheetDocument.objects.filter(pk=kept.pk).update(content=kept.content | {"title": "另一张表"})
    return [fault for fault in signed.faults(sheets) if "saw something else" in fault]


def test_what_nobody_signed_is_found(make_campus, clock):
    """A field that nobody asked for, a text in force that nobody signed, a document changed after it was signed."""
    sheets = RandomYear(make_campus(scheme="jiangsu-dynamic", with_group=False), clock, 1).live()
    for found in (another_unit, another_text, another_document):
        with transaction.atomic():
            assert found(sheets), found.__name__
            transaction.set_rollback(True)
