"""The tags that remember what they made give what Django's own give, whatever they are given before."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.template import Context, Engine
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from hypothesis import example, given
from hypothesis import strategies as st

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
