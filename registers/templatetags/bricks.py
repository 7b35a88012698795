"""Django's tags for other templates, addresses and days, where the same work is done once per process.

Components, addresses and days are most of what a list is made of, and few of them differ. What they give is what Django's own
give; ``tests/registers/test_bricks.py`` holds them together.
"""

from datetime import date, datetime
from functools import lru_cache
from html import escape as escaped
from uuid import UUID

from django import template
from django.conf import settings
from django.template import defaultfilters, defaulttags, loader_tags
from django.template.base import TextNode
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.html import conditional_escape, escape

register = template.Library()

# Values that say all about themselves: two that are alike, of one type, make the same text.
PLAIN = frozenset((str, type(escape("")), int, bool, type(None), date))
# Those that a component may get besides. All moments are shown in one time zone, so equal ones look alike.
SHOWN_PLAINLY = PLAIN | {datetime, UUID}
# Stand for any other of their type in an address.
SAMPLES = {int: 9_876_543_210, UUID: UUID(int=9_876_543_210)}
# All that a template looks at which is included without ``only``: what it shows is taken from the page.
LOOKS_AT = {
    "components/field.html": (
        "label", "name", "id", "kind", "value", "options", "blank", "required", "error", "help", "example", "maxlength",
        "disabled", "rows", "inline", "autocomplete", "placeholder", "span2",
    ),
}  # fmt: skip
TYPED = "value"  # what somebody has typed is never remembered


@register.tag
def extends(parser, token):
    """Extend a template, as Django does."""
    node = loader_tags.do_extends(parser, token)
    node.__class__ = Extending
    return node


class Extending(loader_tags.ExtendsNode):
    """The template that a page extends. Which blocks it has is found once."""

    def render(self, context):
        parent, key = self.get_parent(context), loader_tags.BLOCK_CONTEXT_KEY
        blocks = context.render_context.setdefault(key, loader_tags.BlockContext())
        blocks.add_blocks(self.blocks)
        blocks.add_blocks(_blocks_of(parent))
        with context.render_context.push_state(parent, isolated_context=False):
            return parent._render(context)


@lru_cache(maxsize=64)
def _blocks_of(page):
    """Return name → block of a template that extends no other, nothing of one that does: it says so itself."""
    first = next((node for node in page.nodelist if not isinstance(node, TextNode)), None)
    if first is None or isinstance(first, loader_tags.ExtendsNode):
        return {}
    return {block.name: block for block in page.nodelist.get_nodes_by_type(loader_tags.BlockNode)}


@register.tag
def include(parser, token):
    """Include a template, as Django does.

    A named one with ``only`` is a ``Component``, one of ``LOOKS_AT`` a ``Part``.
    """
    node = loader_tags.do_include(parser, token)
    name = node.template.var
    if not isinstance(name, str) or node.template.filters:
        return node
    if node.isolated_context:
        return Component(name, node.extra_context)
    return Part(name, node.extra_context) if name in LOOKS_AT else node


class Component(template.Node):
    """A template that gets nothing but the ``values`` given to it. For plain values it is rendered once.

    A tuple of plain values is one as well, so the row of a list can be a component about one named tuple.
    """

    child_nodelists = ()

    def __init__(self, name, values):
        self.name, self.names, self.values = str(name), tuple(values), tuple(values.values())

    def render(self, context):
        values = [value.resolve(context) for value in self.values]
        return _component(context, self.name, self.names, values)


class Part(Component):
    """A component that takes from the page what it is not given, as far as the page has it."""

    def __init__(self, name, values):
        super().__init__(name, values)
        self.looks_at = LOOKS_AT[name]

    def render(self, context):
        page = context.flatten()
        page |= {name: value.resolve(context) for name, value in zip(self.names, self.values, strict=True)}
        names = tuple(name for name in self.looks_at if name in page)
        return _component(context, self.name, names, [page[name] for name in names])


def _component(context, template_name, names, values):
    engine = context.template.engine
    kinds = _kinds(values) if context.autoescape and not settings.DEBUG else None
    is_typed_in = template_name in LOOKS_AT and TYPED in names and values[names.index(TYPED)]
    if kinds is not None and not is_typed_in:
        return _drawn(engine, template_name, names, kinds, *values)
    return engine.get_template(template_name).render(context.new(dict(zip(names, values, strict=True))))


def _kinds(values):
    """Return the types of plain ``values``, None if one of them is not plain: 1 and True are equal and look different."""
    kinds = tuple(map(type, values))
    if SHOWN_PLAINLY.issuperset(kinds):
        return kinds
    within = []
    for kind, value in zip(kinds, values, strict=True):
        if kind not in SHOWN_PLAINLY:
            inner = _kinds(value) if isinstance(value, tuple) else None
            if inner is None:
                return None
            within.append(inner)
    return kinds, *within


@lru_cache(maxsize=2048)
def _drawn(engine, name, names, kinds, *values):
    return engine.get_template(name).render(template.Context(dict(zip(names, values, strict=True))))


@register.tag
def csrf_token(parser, token):
    """Write the hidden field that each form needs, as Django does."""
    return Token()


class Token(defaulttags.CsrfTokenNode):
    """The field of a form that says that the form is of this site."""

    def render(self, context):
        token = str(context.get("csrf_token") or "")
        if token in {"", "NOTPROVIDED"}:
            return super().render(context)
        return f'<input type="hidden" name="csrfmiddlewaretoken" value="{escaped(token)}">'


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
