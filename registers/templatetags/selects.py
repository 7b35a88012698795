"""The choices of a select, at once: a school has hundreds of units, and a loop of the template takes ten times as long."""

from html import escape

from django import template
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag
def select_options(pairs, chosen=""):
    """Return ``pairs`` of (value, label) as options, the one with the value ``chosen`` selected."""
    rows = (
        f'<option value="{escape(str(value))}"{" selected" if chosen == value else ""}>{escape(str(label))}</option>'
        for value, label in pairs
    )
    return mark_safe("\n".join(rows))
