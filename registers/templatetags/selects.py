"""The choices of a select at once: a school has hundreds of units, and a loop of the template is slow."""

from functools import lru_cache
from itertools import chain

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()

SELECTED = format_html(" {}", "selected")


@register.simple_tag
def select_options(choices, chosen=""):
    """Return ``choices`` as options, the one with the value ``chosen`` selected.

    Each choice begins with (value, label); what follows is left out.
    """
    rows = tuple([(value, label) for value, label, *_ in choices])
    # Texts and numbers say all about themselves. Others may be equal to them and yet be written otherwise, as True is to 1.
    are_plain = {str, int}.issuperset(map(type, chain.from_iterable(rows)))
    return (_kept if are_plain else _options)(rows, str(chosen))


def _options(rows, chosen):
    marked = ((value, SELECTED if str(value) == chosen else "", label) for value, label in rows)
    return format_html_join("\n", '<option value="{}"{}>{}</option>', marked)


# Lists of units are long and nearly always the same.
_kept = lru_cache(maxsize=32)(_options)
