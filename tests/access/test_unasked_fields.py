"""Fields that no form asks for change nothing."""

import re
from itertools import chain

import pytest
from django.db import connection, models
from django.urls import reverse

from tests.access.browsers import PLAIN_FORM, Writes, plain, typed
from tests.access.test_matrix import DOORS, behind, body, expected
from tests.access.test_scopes import OWN_MODELS
from tests.access.world import STAFF
from workflows.models import Draft, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]


NAMES_KEYS = ("key", "detail", "about")  # they hold primary keys, which a database does not use again after a rollback


def read(model):
    """Every row of a model, in order, by primary key: its values as the database has them."""
    meta, quote = model._meta, connection.ops.quote_name
    place, columns = (
        meta.concrete_fields.index(meta.pk),
        ", ".join(quote(field.column) for field in meta.concrete_fields),
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quote(meta.db_table)} ORDER BY {quote(meta.pk.column)}")  # noqa: S608
        return {row[place]: row for row in cursor}


class AtRest:
    """All that is on record before anybody posts: what a request does not write to stays so, and is read once."""

    def __init__(self):
        self._rows = {model: read(model) for model in OWN_MODELS}
        self._places = {model: _places(rows) for model, rows in self._rows.items()}

    def after(self, tables):
        """What the models with these tables hold otherwise now, comparable between two runs: rows that are gone, changed, new.

        New rows stand in order, references by the place of what they refer to.
        """
        written = {model: read(model) for model in OWN_MODELS if model._meta.db_table in tables}
        places = self._places | {model: _places(rows) for model, rows in written.items()}
        return {model: self._otherwise(model, rows, places) for model, rows in written.items()}

    def _otherwise(self, model, rows, places):
        before, fields = self._rows[model], _compared(model)
        changed = {
            pk: values
            for pk, row in rows.items()
            if row != before.get(pk, row)
            and (values := [*_values(row, fields, places)]) != [*_values(before[pk], fields, self._places)]
        }
        new = [[*_values(row, fields, places)] for pk, row in rows.items() if pk not in before]
        if isinstance(model._meta.pk, models.UUIDField):  # random keys have no order
            new.sort(key=repr)
        return before.keys() - rows.keys(), changed, new


def differ(one, other):
    """The models of which two runs leave something else."""
    nothing = set(), {}, []
    return [
        model._meta.label for model in one.keys() | other.keys() if one.get(model, nothing) != other.get(model, nothing)
    ]


def _places(rows):
    return {pk: place for place, pk in enumerate(rows)}


def _compared(model):
    """The fields of a model, with their places, that do not differ by chance, nor because a digest covers one that does."""
    return [
        (place, field)
        for place, field in enumerate(model._meta.concrete_fields)
        if not field.primary_key
        and not isinstance(field, models.UUIDField | models.BinaryField)
        and field.name not in ("hash", "previous_hash", "fingerprint", "digest", "content" if model is Draft else "")
    ]


def _values(row, fields, places):
    for place, field in fields:
        value = row[place]
        if field.is_relation:
            yield places.get(field.related_model, {}).get(value, value)
        elif field.name in NAMES_KEYS:
            yield re.sub(r"\d+", "#", str(value))
        else:
            yield value


def done(world, at_rest, persona, door, kwargs, sent):
    """Post, and return the answer and what it has written. The change is undone again."""
    browser, writes = world.browsers[persona], Writes()
    with browser.undone():
        with connection.execute_wrapper(writes):
            answer = browser.client.post(reverse(door, kwargs=kwargs), plain(sent), PLAIN_FORM)
        return answer, at_rest.after(writes.tables)


UNLIKE = ("logout", "person_slip")  # no two times are alike: a session ends, a password is drawn


def open_doors(world):
    """Yield every way to change something: each URL with each object, by the first persona who may."""
    for door in DOORS:
        if door in UNLIKE or DOORS[door]["POST"] == 405:
            continue
        for name, (kwargs, sheet) in behind(world, door).items():
            persona = next((persona for persona in STAFF if expected(door, "POST", name, persona) in (200, 302)), None)
            if persona:
                yield pytest.param(door, name, persona, kwargs, body(world, door, sheet))


# Every field of every model, and every column.
NAMES = sorted(
    {name for model in OWN_MODELS for field in model._meta.concrete_fields for name in (field.name, field.attname)}
)


def unasked(world, sent):
    """A value for every field name of every model, for the sheet and for each of its entries, that ``sent`` does not hold."""
    values = {
        "unit": world.campus.other_unit.pk,
        "person": world.campus.colleague.pk,
        "holder": world.campus.colleague.pk,
        "state": "filed",
        "level": "school",
        "in_force_from": "2026-01-01",
        "until": "2026-01-01",
    }
    plain = {name: values.get(name.removesuffix("_id"), "1") for name in NAMES}
    entries = {f"e-{key}-{name}": value for key in sent.get("entry", ()) for name, value in plain.items()}
    grades = {f"g-{key.removeprefix('e-')}": "grade-3" for key in sent if key.startswith("e-")}
    # These are what the forms ask for.
    asked = {
        "password",
        "number",
        "name",
        "text",
        "year",
        "unit",
        "on",
        "narrative",
        "work_plan",
        "to",
        "opinion",
        "remark",
        "outside_body",
        "outside_number",
        "outside_on",
        "redo_on",
        "handling",
        "complete",
        "contact",
        "into",
        "notice",
        "wrong",
        "right",
    }
    return {
        name: value
        for name, value in chain(plain.items(), entries.items(), grades.items())
        if name not in sent and name not in asked and name.rsplit("-", 1)[-1] not in ASKS
    }


# The fields of an entry that sheets do ask for; a wrong value there is a wrong answer, not mass assignment.
ASKS = {
    "content",
    "manifestation",
    "finding_source",
    "nature",
    "power_item",
    "involved_posts",
    "category",
    "change",
    "reason",
    "grade",
    "number",
    "seat",
    "member_type",
    "name",
    "domain",
    "kind",
    "accountable_post",
    "legal_basis",
    "service_commitment",
    "time_limit",
    "discipline",
    "procedure",
    "check_and_balance",
    "complaint_channel",
    "remark",
}


def test_fields_nobody_asked_for_change_nothing(world):
    """The same post, with a value for every field of every model added, has the same effect to the row."""
    tried, done_at, wrong, at_rest = 0, {}, [], AtRest()
    for parameters in open_doors(world):
        door, name, persona, kwargs, sent = parameters.values
        plain, before = done(world, at_rest, persona, door, kwargs, sent)
        more, after = done(world, at_rest, persona, door, kwargs, {**unasked(world, sent), **sent})
        tried += 1
        done_at[door] = done_at.get(door) or plain.status_code in (200, 302)
        if plain.status_code != more.status_code:
            wrong.append(f"{door} {name}: {plain.status_code} became {more.status_code}")
        wrong += [f"{door} {name}: {label} differs" for label in differ(before, after)]
    assert not wrong, "\n".join(wrong)
    assert tried > 25
    assert all(done_at.values()), f"nothing was done at {[door for door, was_done in done_at.items() if not was_done]}"


def test_handed_in_sheet_brings_only_what_its_form_asks_for(world):
    """Typed or smuggled: grade, holder, unit and validity of a new point come from the sheet, never from the page."""
    sheet = world.year.again(world.sheets["draft"])
    sent = typed(sheet, submit="1")
    browser = world.browsers["clerk"]
    with browser.undone():
        answer = browser.client.post(reverse("submission_fill", args=[sheet.pk]), {**unasked(world, sent), **sent})
        assert answer.headers["Location"] == reverse("submission_detail", args=[sheet.pk])
        point = Submission.objects.get(pk=sheet.pk).lines.get().risk_point
        assert (point.unit, point.post, point.holder, point.level) == (
            sheet.unit,
            sheet.post,
            world.campus.clerk,
            "personal",
        )
        assert (point.in_force_from, point.in_force_until, point.self_grade, point.final_grade, point.factors) == (
            None,
            None,
            None,
            None,
            {},
        )
