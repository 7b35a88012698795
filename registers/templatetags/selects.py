"""The choices of a select or of boxes to tick at once: a school has hundreds of units, and a loop of the template is slow."""

from contextlib import suppress
from functools import lru_cache
from itertools import chain

from django import template
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

PLAIN = frozenset((str, SafeString, int, bool))  # say all about themselves
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


@register.simple_tag
def choice_boxes(options, *, kind, name, value="", disabled=False, error=""):
    """Return ``options`` as boxes to tick or as radio buttons (``kind`` is ``checkboxes`` or ``radio``), with what is chosen.

    Each option is (value, label) or (value, label, help). ``value``: the chosen one of radio buttons, a list of those that are ticked.
    """
    is_chosen = str(value).__eq__ if kind == "radio" else _ticked(value)
    shared, boxes = (kind == "radio", name, bool(disabled), bool(error)), []
    for given, label, *more in options:
        chosen = is_chosen(str(given)) if kind == "radio" else is_chosen(given)
        box = *shared, chosen, given, label, more[0] if more else ""
        kinds = tuple(map(type, box))
        boxes.append((_kept_box if PLAIN.issuperset(kinds) else _box)(kinds, box))
    return mark_safe("\n".join(boxes))


def _ticked(values):
    """Return the function that says whether one of ``values`` is ticked."""
    with suppress(TypeError):  # none, or such as no set can hold
        values = values if isinstance(values, str) else frozenset(values)

    def is_ticked(value):
        try:
            return value in values
        except TypeError:
            return False

    return is_ticked


def _box(_kinds, box):
    """Return one box. ``_kinds``: the types of its values, because 1 and True are equal and look different."""
    is_radio, name, is_off, is_wrong, is_chosen, value, label, help_text = box
    marks = [" checked"] * is_chosen + [" disabled"] * is_off + [' aria-invalid="true"'] * is_wrong
    return format_html(
        '<label class="choice">\n<input type="{}" name="{}" value="{}"{}>\n<span class="choice-text">{}{}</span>\n</label>',
        "radio" if is_radio else "checkbox",
        name,
        localize(value),
        mark_safe("".join(marks)),
        localize(label),
        format_html("<small>{}</small>", localize(help_text)) if help_text else "",
    )


_kept_box = lru_cache(maxsize=4096)(_box)
