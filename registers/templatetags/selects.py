"""The choices of a select, or boxes to tick, at once.

A school has hundreds of units, and a loop of the template is slow.
"""

from contextlib import suppress
from functools import lru_cache
from itertools import chain

from django import template
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join

register = template.Library()

PLAIN = frozenset(
    (str, int)
)  # say all about themselves. Others may be equal to them and yet be written otherwise, as True is to 1.
SELECTED, CHECKED, DISABLED = (format_html(" {}", word) for word in ("selected", "checked", "disabled"))
WRONG = format_html(' aria-invalid="{}"', "true")
BOX = """<label class="choice">
<input type="{}" name="{}" value="{}"{}{}{}>
<span class="choice-text">{}{}</span>
</label>"""


@register.simple_tag
def select_options(choices, chosen=""):
    """Return ``choices`` as options, the one with the value ``chosen`` selected.

    Each choice begins with (value, label); what follows is left out.
    """
    rows = tuple([(value, label) for value, label, *_ in choices or ()])
    return (_kept if PLAIN.issuperset(map(type, chain.from_iterable(rows))) else _options)(rows, str(chosen))


def _options(rows, chosen):
    marked = ((value, SELECTED if str(value) == chosen else "", label) for value, label in rows)
    return format_html_join("\n", '<option value="{}"{}>{}</option>', marked)


# Lists of units are long and nearly always the same.
_kept = lru_cache(maxsize=32)(_options)


@register.simple_tag
def choice_boxes(options, *, kind, name, value="", disabled=False, error=""):
    """Return ``options`` as boxes to tick or as radio buttons (``kind``: ``checkboxes`` or ``radio``).

    Each option is (value, label) or (value, label, help); None is no option. ``value``: the chosen one of radio buttons, a list of those
    that are ticked.
    """
    rows = tuple([(given, label, more[0] if more else "") for given, label, *more in options or ()])
    is_radio, is_ticked = kind == "radio", _ticked(value)
    chosen = tuple([str(given) == str(value) if is_radio else is_ticked(given) for given, *_ in rows])
    boxes = _kept_boxes if PLAIN.issuperset(map(type, chain.from_iterable(rows))) else _boxes
    return boxes(rows, chosen, (is_radio, name, bool(disabled), bool(error)))


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


def _boxes(rows, chosen, shared):
    """Return the boxes. ``shared``: whether they are radio buttons, their name, whether they are off, whether they are wrong."""
    is_radio, name, is_off, is_wrong = shared
    kind, off, wrong = "radio" if is_radio else "checkbox", DISABLED if is_off else "", WRONG if is_wrong else ""
    made = (
        (kind, name, localize(value), CHECKED if is_chosen else "", off, wrong, localize(label), _small(help_text))
        for (value, label, help_text), is_chosen in zip(rows, chosen, strict=True)
    )
    return format_html_join("\n", BOX, made)


def _small(words):
    return format_html("<small>{}</small>", localize(words)) if words else ""


_kept_boxes = lru_cache(maxsize=64)(_boxes)
