"""Parts of a page that never change are rendered once per process."""

from functools import cache, lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string

register = template.Library()


@register.simple_tag
def kept(name):
    """Return the text of the template ``name``, which needs no context and is the same for everybody."""
    return render_to_string(name) if settings.DEBUG else _once(name)


_once = cache(render_to_string)


@register.simple_tag
def kept_grade(rank, label):
    """Return ``components/grade.html`` for a grade: a list has few of them, each on many rows."""
    return (_grade.__wrapped__ if settings.DEBUG else _grade)(rank, label)


@lru_cache(maxsize=256)
def _grade(rank, label):
    return render_to_string("components/grade.html", {"rank": rank, "label": label})
