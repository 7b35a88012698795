"""Whatever passes the check can be stored: every text of every scheme file, as long as the check lets it be."""

import pytest
from django.apps import apps
from django.db import models

from registers.models import Unit, User
from registers.schemes import versions
from registers.schemes.checking import loading
from registers.schemes.language import Scheme
from tests.factories import moment
from tests.longer import longer
from tests.registers.mutated import FILES
from tests.workflows import lengthened
from tests.workflows.test_every_scheme import Play, make_play  # noqa: F401  a fixture
from workflows.campaign import campaigns

DOCUMENTS = {path.stem: loading.read(path)[1] for path in FILES}
AT = moment("2025-11-01 09:00")

pytestmark = pytest.mark.database("postgresql")


@pytest.fixture(scope="module")
def limits():
    """The most characters of every kind of text that some scheme file holds."""
    found = {}
    for document in DOCUMENTS.values():
        found |= lengthened.limits(document, without=found)
    return found


def stored(slug, limits):
    """A scheme version in which every text is as long as it may be."""
    document = lengthened.longest(DOCUMENTS[slug], limits)
    rules = Scheme.model_validate(document)
    assert lengthened.refusals(document) == []
    assert len(rules.identity.title) == 120
    assert {len(category.label) for category in rules.categories} == {40}
    return versions.store(rules, document, at=AT)[0]


@pytest.mark.pg
@pytest.mark.parametrize("slug", DOCUMENTS)
def test_longest_texts_are_stored_and_a_campaign_opens_on_them(db, make_campus, slug, limits):
    campus = make_campus(scheme=stored(slug, limits))
    campaign = campaigns.open_campaign(scheme=campus.scheme, institution=campus.root, year=2026, at=AT)
    assert {len(task.label) for task in campaign.tasks.all()} <= set(range(20, 61))


def too_long():
    """The values of all rows that another database than SQLite would not have taken."""
    for model in apps.get_models():
        texts = [field for field in model._meta.concrete_fields if isinstance(field, models.CharField)]
        for field in (field for field in texts if field.max_length):
            for value in model._base_manager.values_list(field.attname, flat=True).distinct():
                if value and len(value) > field.max_length:
                    yield f"{model._meta.label}.{field.name}: {len(value)} of {field.max_length}"


@longer("a year is played under each scheme")
@pytest.mark.database("wide")
@pytest.mark.parametrize("slug", DOCUMENTS)
def test_year_on_the_longest_texts_leaves_no_row_too_long(make_play, slug, limits):  # noqa: F811
    play = make_play(scheme=stored(slug, limits), with_group=False)
    Unit.objects.update(name="部" * 80)
    User.objects.update(name="甲" * 40)
    assert play.live()
    assert list(too_long()) == []
