"""What is wrong in a form is said at the top of its page too, wherever on the page the field stands."""

import re
from html import unescape

from django import template

register = template.Library()

# As components/_field_foot.html and its likes write it. The id is that of the field, with an ending.
FAULT = re.compile(r'<p class="field-error"(?: id="(?P<field>[^"]*)-error")?>\s*(?P<words>.*?)\s*</p>', re.DOTALL)
SAID = re.compile(r'class="alert alert-danger\b')


@register.simple_block_tag(takes_context=True)
def said_at_the_top(context, content):
    """Return the page's content, below a list of its faults if it has some and does not say so itself.

    A form is refused with the reason beside the field. On a long page that is far down: whoever pressed the button
    would see the page again and nothing else.
    """
    found = list(FAULT.finditer(content))
    if not found or SAID.search(content):
        return content
    items = {}
    for fault in found:
        # The words are part of a page and escaped there. One text may stand at many fields: the first is linked.
        items.setdefault(unescape(fault["words"]), f"#{fault['field']}" if fault["field"] else "")
    alert = context.template.engine.get_template("components/alert.html")
    said = {"tone": "danger", "title": f"没有完成：有 {len(found)} 处须补充或修改", "items": items.items()}
    return alert.render(template.Context(said)) + content
