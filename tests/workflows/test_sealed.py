"""Names of those who objected or gave a clue: encrypted in the database, under keys that can be changed."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from registers import sealed
from registers.refusals import Refused
from workflows.models import Clue, Objector
from workflows.publicity import door

pytestmark = pytest.mark.database("both")

NAMED = {"name": "张三丰", "contact": "zhang@example.com"}
KEYS = [urlsafe_b64encode(bytes([number] * 32)).decode() for number in range(3)]


@pytest.fixture
def given(year, notice, visitor):
    """A named objection, a named clue and one without a name."""
    visitor.object(notice, **NAMED)
    door.give_clue(door.Said("甲", **NAMED), about="head", code="8" * 20, at=year.clock.now)
    door.give_clue(door.Said("乙"), about="head", code="9" * 20, at=year.clock.now)


def columns():
    """What stands in the database in every sealed column."""
    found = []
    for model in sealed.sealed_models(apps.get_models()):
        names = [field.column for field in model._meta.concrete_fields if isinstance(field, sealed.SealedField)]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(names)} FROM {model._meta.db_table} ORDER BY id")  # noqa: S608
            found += [text for row in cursor.fetchall() for text in row]
    return found


def read():
    return {(row.name, row.contact) for row in [*Objector.objects.all(), *Clue.objects.all()]}


def test_names_stand_in_no_column_in_plain_text(given):
    written = columns()
    assert [text for text in written for word in NAMED.values() if word in text] == []
    assert sorted(bool(text) for text in written) == [False] * 2 + [True] * 4  # the anonymous clue has none
    assert len(set(filter(None, written))) == 4  # the same name never looks alike
    assert read() == {tuple(NAMED.values()), ("", "")}
    with pytest.raises(FieldError, match="sealed"):
        Objector.objects.filter(name="张三丰").exists()


def test_token_tells_nothing_of_its_moment(given):
    stamps = {int.from_bytes(urlsafe_b64decode(text)[1:9]) for text in columns() if text}
    assert stamps == {0}


def test_keys_are_changed_and_the_old_one_is_done_with(given, settings, capsys):
    settings.SEAL_KEYS = [KEYS[1]]
    assert tuple(NAMED.values()) in read()  # the key made of SECRET_KEY still opens
    call_command("reseal")
    settings.SECRET_KEY = "another"
    assert tuple(NAMED.values()) in read()

    settings.SEAL_KEYS = [KEYS[2]]
    with pytest.raises(Refused, match="SEAL_KEYS"):
        read()
    before = columns()
    with pytest.raises(CommandError, match="2 行打不开"):
        call_command("reseal")
    assert columns() == before
    settings.SEAL_KEYS = [KEYS[2], KEYS[1]]
    call_command("reseal")
    settings.SEAL_KEYS = [KEYS[2]]
    assert tuple(NAMED.values()) in read()
    assert "改用新密钥 1 行" in capsys.readouterr().out
