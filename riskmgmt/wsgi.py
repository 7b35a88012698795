"""The WSGI application, with the caller's address settled once for everything behind it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")


def with_client_address(application, *, proxies):
    """Replace REMOTE_ADDR by the address that the outermost of `proxies` trusted proxies saw.

    X-Forwarded-For is counted from its right end: everything further left was written by the caller and may be forged.
    With no trusted proxy the header is ignored, so a forged one never changes the logged address or a lock-out.
    """

    def settled(environ, start_response):
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if proxies and len(hops) >= proxies:
            environ["REMOTE_ADDR"] = hops[-proxies]
        return application(environ, start_response)

    return settled


def limit_waiting(databases, options):
    """Add PostgreSQL's ``options`` to every connection that this process will open."""
    for database in databases.values():
        own = database.get("OPTIONS", {})
        if "options" in own:
            own["options"] = f"{own['options']} {options}".strip()


def build():
    application = get_wsgi_application()
    from django.conf import settings  # noqa: PLC0415  settings are only complete once Django is set up
    from django.db import connections  # noqa: PLC0415  the same

    limit_waiting(connections.settings, settings.WEB_DATABASE_OPTIONS)
    if settings.WARM_PAPERS:
        from registers.papers import pages  # noqa: PLC0415  the same

        # With --preload once for all workers, which are forked from here.
        pages.warm()
    return with_client_address(application, proxies=settings.TRUSTED_PROXIES)


application = build()
