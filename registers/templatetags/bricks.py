"""Django's ``include``, ``url`` and ``date``, where the same work is done once per process.

Components, addresses and days are most of what a list is made of, and few of them differ. What they give is what Django's own
give; ``tests/registers/test_bricks.py`` holds them together.
"""

from datetime import date
from functools import lru_cache
from uuid import UUID

from django import template
from django.conf import settings
from django.template import defaultfilters, defaulttags, loader_tags
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.html import conditional_escape, escape

register = template.Library()

# Values that say all about themselves: two that are alike, of one type, make the same text.
PLAIN = frozenset((str, type(escape("")), int, bool, type(None), date))
# Stand for any other of their type in an address.
SAMPLES = {int: 9_876_543_210, UUID: UUID(int=9_876_543_210)}


@register.tag
def include(parser, token):
    """Include a template, as Django does. A named one with ``only`` is a ``Component``."""
    node = loader_tags.do_include(parser, token)
    is_named = isinstance(node.template.var, str) and not node.template.filters
    return Component(node.template.var, node.extra_context) if node.isolated_context and is_named else node


class Component(template.Node):
    """A template that gets nothing but the ``values`` given to it. For plain values it is rendered once."""

    child_nodelists = ()

    def __init__(self, name, values):
        self.name, self.names, self.values = str(name), tuple(values), tuple(values.values())

    def render(self, context):
        values = [value.resolve(context) for value in self.values]
        engine = context.template.engine
        if context.autoescape and not settings.DEBUG and PLAIN.issuperset(map(type, values)):
            return _drawn(engine, self.name, self.names, *values)
        return engine.get_template(self.name).render(context.new(dict(zip(self.names, values, strict=True))))


@lru_cache(maxsize=4096, typed=True)
def _drawn(engine, name, names, *values):
    return engine.get_template(name).render(template.Context(dict(zip(names, values, strict=True))))


@register.tag
def url(parser, token):
    """Write the address of a page, as Django does."""
    node = defaulttags.url(parser, token)
    return node if node.kwargs else Address(node.view_name, node.args, node.kwargs, node.asvar)


class Address(defaulttags.URLNode):
    """The address of a page whose arguments have no names."""

    def render(self, context):
        try:
            found = address(self.view_name.resolve(context), *[arg.resolve(context) for arg in self.args])
        except NoReverseMatch:
            if self.asvar is None:
                raise
            found = ""
        if self.asvar is None:
            return conditional_escape(found) if context.autoescape else found
        context[self.asvar] = found
        return ""


def address(name, *args):
    """Return the address of the page with the URL name ``name``. Raises ``NoReverseMatch``."""
    prefix, kinds = get_script_prefix(), [type(arg) for arg in args]
    if len(args) == 1 and kinds[0] in SAMPLES and (text := str(args[0]))[0] != "-":
        before, after = _around(prefix, name, kinds[0])
        return f"{before}{text}{after}"
    return _reversed(prefix, name, *args) if PLAIN.issuperset(kinds) else reverse(name, args=args)


@lru_cache(maxsize=1024)
def _around(prefix, name, kind):
    """Return what stands before and after the only argument of an address, one of ``kind``."""
    sample = SAMPLES[kind]
    before, _, after = reverse(name, args=[sample]).partition(str(sample))
    return before, after


@lru_cache(maxsize=8192, typed=True)
def _reversed(prefix, name, *args):
    return reverse(name, args=args)


@register.filter("date", expects_localtime=True, is_safe=False)
def written(value, form=None):
    """Write a day or a moment, as Django does."""
    return _written(value, form) if isinstance(value, date) else defaultfilters.date(value, form)


# All moments that come here are in one time zone, so those that are equal are written alike.
_written = lru_cache(maxsize=4096, typed=True)(defaultfilters.date)
