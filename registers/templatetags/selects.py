"""The choices of a select at once: a school has hundreds of units, and a loop of the template is slow."""

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()

SELECTED = format_html(" {}", "selected")


@register.simple_tag
def select_options(pairs, chosen=""):
    """Return ``pairs`` of (value, label) as options, the one with the value ``chosen`` selected."""
    rows = ((value, SELECTED if chosen == value else "", label) for value, label in pairs)
    return format_html_join("\n", '<option value="{}"{}>{}</option>', rows)
