"""The tags that remember what they made give what Django's own give, whatever they are given before."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product
from uuid import UUID

import pytest
from django.template import Context, Engine
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from hypothesis import example, given
from hypothesis import strategies as st

from registers.templatetags import bricks, selects
from registers.templatetags.bricks import LOOKS_AT
from tests.walking import patterns

pytestmark = pytest.mark.once

OURS = Engine.get_default()
DJANGO = Engine(dirs=OURS.dirs, libraries=OURS.libraries)

WORDS = st.text("a<&'中 ", max_size=3)
# Few of each, so that what was made for one is asked for by another that is almost the same.
VALUES = st.one_of(
    WORDS, WORDS.map(SafeString), st.sampled_from((0, 1, 2, True, False, None, 1.0, date(2026, 1, 2))), st.just([])
)
TAG = '{% include "components/tag.html" with label=label tone=tone|default:"info" icon=icon only %}{{ label }}'
EAST = timezone(timedelta(hours=8))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=st.sampled_from((UTC, EAST, None)))


def both(source, **context):
    """Return what Django's own tags give, and what ours give."""
    return [engine.from_string(source).render(Context(context, use_tz=True)) for engine in (DJANGO, OURS)]


@given(label=VALUES, tone=VALUES, icon=VALUES)
@example(label="<b>", tone="", icon="")
@example(label=SafeString("<b>"), tone="", icon="")
@example(label=True, tone="", icon=1)
@example(label=1, tone="", icon=True)
def test_component_is_what_django_includes(label, tone, icon):
    django, ours = both(TAG, label=label, tone=tone, icon=icon)
    assert ours == django
    django, ours = both("{% autoescape off %}" + TAG + "{% endautoescape %}", label=label, tone=tone, icon=icon)
    assert ours == django


def test_component_knows_nothing_of_its_page():
    django, ours = both('{% include "components/tag.html" with tone="ok" only %}', label="of the page")
    assert ours == django
    assert "of the page" not in ours
    _, with_page = both('{% include "components/tag.html" with tone="ok" %}', label="of the page")
    assert "of the page" in with_page


@given(st.one_of(st.dates(date(2026, 1, 1), date(2026, 1, 3)), MOMENTS))
def test_day_is_what_django_writes(moment):
    form = "Y-m-d H:i c" if isinstance(moment, datetime) else "Y-m-d N j"
    django, ours = both("{{ moment|date:form }}", moment=moment, form=form)
    assert ours == django


@pytest.mark.parametrize("nothing", [None, "", "no day"])
def test_what_is_no_day_is_written_as_django_does(nothing):
    django, ours = both('{{ nothing|date:"Y-m-d" }}', nothing=nothing)
    assert ours == django


GIVEN = (7, 12345678901, -7, UUID(int=5), "A-1", "中 文/&", True, ["A-1"])


def test_every_address_is_what_django_reverses():
    seen = 0
    for name in sorted({found.name for found in patterns() if found.name}):
        for args in [(), *((value,) for value in GIVEN), (3, "A-1")]:
            source = "{% url name " + " ".join(f"a{number}" for number in range(len(args))) + " %}"
            context = {"name": name, **{f"a{number}": value for number, value in enumerate(args)}}
            try:
                expected = reverse(name, args=args)
            except NoReverseMatch:
                with pytest.raises(NoReverseMatch):
                    OURS.from_string(source).render(Context(context))
                silent = source.replace(" %}", " as found %}{{ found }}")
                assert OURS.from_string(silent).render(Context(context)) == ""
                continue
            django, ours = both(source, **context)
            assert ours == django
            assert both(source.replace(" %}", " as found %}{{ found }}"), **context) == [django, django]
            seen += args != () and expected in ours
    assert seen


FIELD = '{% include "components/field.html" with label=label kind=kind value=value error=error %}'
KINDS = st.sampled_from(("", None, "text", "password", "textarea", "select", "radio", "checkboxes", "date"))
# What a page may have under the names that a field looks at, most of it missing.
OF_A_PAGE = st.dictionaries(
    st.sampled_from([name for name in LOOKS_AT["components/field.html"] if name != "options"]), VALUES, max_size=4
)


@given(page=OF_A_PAGE, label=VALUES, kind=KINDS, value=VALUES, error=WORDS)
@example(page={"help": "<b>"}, label="<b>", kind="radio", value="", error="")
@example(page={"required": True, "rows": 2, "blank": "no"}, label="A", kind="select", value=None, error="&")
def test_field_is_what_django_includes(page, label, kind, value, error):
    choices = [("", "无"), ("a", "<甲>"), (1, "乙", "细")]
    here = {"options": choices, "label": label, "kind": kind, "value": value, "error": error}
    django, ours = both(FIELD, **page | here)
    assert ours == django


class Page(dict):
    """A page's variables, which note what is looked for among them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = set()

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)


def test_field_looks_at_nothing_else():
    """The names are listed by hand: what is not among them would be missing from a field."""
    asked = set()
    for kind, said in product(("text", "textarea", "select", "radio", "checkboxes"), ("", "x")):
        page = Page(
            dict.fromkeys(LOOKS_AT["components/field.html"], said) | {"kind": kind, "options": [("x", "X", "x")]}
        )
        DJANGO.get_template("components/field.html").render(Context(page))
        asked |= page.asked
    assert asked - {"forloop"} == set(LOOKS_AT["components/field.html"])  # a loop asks whether it is within another


def test_what_is_typed_is_not_kept():
    source = '{% include "components/field.html" with name="secret" kind=kind %}'
    bricks._drawn.cache_clear()
    for kind in ("text", "password", "textarea"):
        OURS.from_string(source).render(Context({"kind": kind, "value": "what somebody typed"}))
    assert bricks._drawn.cache_info().currsize == 0
    OURS.from_string(source).render(Context({"kind": "text", "value": ""}))
    assert bricks._drawn.cache_info().currsize == 1


PARENT = "{% block a %}A{% endblock %}-{% block b %}B{% block c %}C{% endblock %}{% endblock %}"
LOADED = {
    "parent": PARENT,
    "child": '{% extends "parent" %}{% block a %}a{{ block.super }}{% endblock %}',
    "grandchild": '{% extends "child" %}{% block c %}c{{ block.super }}{% endblock %}{% block a %}g{{ block.super }}{% endblock %}',
    "words": "no block",
    "of_words": '{% extends "words" %}{% block a %}a{% endblock %}',
}


@pytest.mark.parametrize("name", LOADED)
def test_page_extends_as_django_does(name):
    loaders = [("django.template.loaders.locmem.Loader", LOADED)]
    engines = Engine(loaders=loaders), Engine(loaders=loaders, builtins=[bricks.__name__])
    django, ours = (engine.get_template(name).render(Context()) for engine in engines)
    assert ours == django == engines[1].get_template(name).render(Context())


ROWS = st.tuples(VALUES, st.tuples(VALUES, VALUES))
ROW = '{% include "components/tag.html" with label=row.0 tone=row.1.0 icon=row.1.1 only %}'


@given(row=ROWS)
@example(row=(1, (True, "")))
@example(row=(True, (1, "")))
@example(row=("<b>", ([], "")))
def test_row_is_what_django_includes(row):
    loaders = [
        (
            "django.template.loaders.locmem.Loader",
            {"row": ROW, "components/tag.html": "{{ label }}|{{ tone }}|{{ icon }}"},
        )
    ]
    page = '{% include "row" with row=row only %}'
    django, ours = (
        Engine(loaders=loaders, builtins=builtins).from_string(page).render(Context({"row": row}))
        for builtins in ([], [bricks.__name__])
    )
    assert ours == django


@pytest.mark.parametrize("token", [None, "", "a1B", "<b>"])
def test_field_of_a_form_is_what_django_writes(token):
    django, ours = both("-{% csrf_token %}-", **{} if token is None else {"csrf_token": token})
    assert ours == django


CHOICES = st.lists(st.tuples(VALUES, VALUES), max_size=3)


@given(choices=CHOICES, chosen=VALUES)
@example(choices=[("a", "<b>"), ("b", "B")], chosen="a")
@example(choices=[(1, "A"), (True, "B")], chosen=1)
def test_choices_are_written_one_by_one(choices, chosen):
    """What is kept of a list of words is what a loop over its choices makes."""
    expected = "\n".join(
        format_html(
            '<option value="{}"{}>{}</option>', value, selects.SELECTED if str(value) == str(chosen) else "", label
        )
        for value, label in choices
    )
    assert selects.select_options(choices, chosen) == expected


BOXES = """{% for option in options %}
        <label class="choice">
          <input
            type="{% if kind == 'radio' %}radio{% else %}checkbox{% endif %}"
            name="{{ name }}"
            value="{{ option.0 }}"
            {% if kind == "radio" %}
              {% if option.0|stringformat:"s" == value|stringformat:"s" %}checked{% endif %}
            {% elif option.0 in value %}
              checked
            {% endif %}
            {% if disabled %}disabled{% endif %}
            {% if error %}aria-invalid="true"{% endif %}
          >
          <span class="choice-text">{{ option.1 }}{% if option.2 %}<small>{{ option.2 }}</small>{% endif %}</span>
        </label>
{% endfor %}"""
OPTIONS = st.lists(st.tuples(VALUES, VALUES) | st.tuples(VALUES, VALUES, VALUES), max_size=3)


@given(
    kind=st.sampled_from(["radio", "checkboxes"]),
    options=OPTIONS,
    value=st.lists(VALUES, max_size=2),
    disabled=st.booleans(),
    error=st.sampled_from(["", "选一项。"]),
)
@example(kind="checkboxes", options=[(1, "<b>"), (True, "B", "说明")], value=[1], disabled=True, error="")
@example(kind="radio", options=[("1", "A"), (1, "B")], value=["1"], disabled=False, error="选一项。")
def test_boxes_are_written_one_by_one(kind, options, value, disabled, error):
    """What is kept of boxes is what a loop of a template makes."""
    value = value[0] if kind == "radio" and value else "" if kind == "radio" else value
    given = {"kind": kind, "name": "units", "options": options, "value": value, "disabled": disabled, "error": error}
    expected = Engine().from_string(BOXES).render(Context(given))
    assert _spaced(selects.choice_boxes(**given)) == _spaced(expected)


def _spaced(text):
    return " ".join(text.split()).replace(" >", ">")
