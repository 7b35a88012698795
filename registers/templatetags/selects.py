"""The choices of a select at once: a school has hundreds of units, and a loop of the template is slow."""

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()

SELECTED = format_html(" {}", "selected")


@register.simple_tag
def select_options(choices, chosen=""):
    """Return ``choices`` as options, the one with the value ``chosen`` selected.

    Each choice begins with (value, label); what follows is left out.
    """
    chosen = str(chosen)
    rows = ((value, SELECTED if str(value) == chosen else "", label) for value, label, *_ in choices)
    return format_html_join("\n", '<option value="{}"{}>{}</option>', rows)
