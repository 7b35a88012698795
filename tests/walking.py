"""Every page that needs no argument, opened by somebody: what stands under one rule book may be missing under another."""

from django.test import Client
from django.urls import URLPattern, get_resolver

ANSWERS = {200, 302, 403, 404, 405}  # whoever may not come in is told so


def patterns(resolver=None):
    """Yield every URL pattern of the site, those of included modules too."""
    for found in (resolver or get_resolver()).url_patterns:
        if isinstance(found, URLPattern):
            yield found
        else:
            yield from patterns(found)


def pages_of(user):
    """Open every page that needs no argument as ``user``, and return address → status. An error is raised as it is."""
    browser = Client()
    browser.force_login(user)
    named = [found for found in patterns() if found.name != "healthz"]  # which is about the machine
    plain = [str(found.pattern) for found in named if not found.pattern.converters]
    return {address: browser.get(f"/{address}").status_code for address in plain}
