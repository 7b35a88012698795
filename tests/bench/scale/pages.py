"""What every page costs in a filled database, for three people: python -m tests.bench.scale.pages FILE writes it as JSON.

No page is listed by hand. Those without arguments are the URL patterns of the site; of those with arguments, each kind is opened once,
by the first link to it that somebody finds. ``FILTERS`` are what people choose in lists.
"""

import contextlib
import json
import logging
import os
import re
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from html import unescape
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import Error, connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402

from tests.bench.measuring import cheapest, processor  # noqa: E402
from tests.bench.scale import goals, plans  # noqa: E402
from tests.walking import patterns  # noqa: E402

PEOPLE = {"office": "3001", "head": "1004", "teacher": "1001"}
NOTHING = "/bench-nothing/"
# Late pages are such as both registers have.
FILTERS = (
    "/risks/?page=800",
    "/risks/?grade=grade-1",
    "/risks/?q=采购",
    "/ledger/?page=800",
    "/ledger/?unit=CW01",
    "/measures/?page=1000",
    "/measures/?state=overdue",
    "/measures/?view=uncovered",
    "/powers/?page=20",
    "/powers/?q=采购",
    "/hints/?page=100",
    "/comparison/?unit=CW01",
    "/board/?unit=CW01",
    "/progress/?view=units",
    "/progress/?page=80",
)
LINK = re.compile(rb'href="(/[^"#]*)"')
# No pages: what is about the machine, files, and what goes out.
PASSED_OVER = re.compile(r"healthz|login|logout|.*_(file|export|bind|pack|html|picture|sample|template|record)")
ROUNDS, SECONDS_A_PAGE, SECONDS_A_STATEMENT = 5, 1.5, 60


@dataclass
class Cost:
    """What one page costs one person.

    ``ms``: of processor, of site and database. ``ratio``: to an empty signed-in page. ``status``: of the answer, 0 where it took too
    long. ``statement``: the dearest one.
    """

    who: str
    url: str
    name: str
    status: int
    queries: int = 0
    ms: float = 0
    ratio: float = 0
    kib: int = 0
    statement: str = ""
    statement_ms: float = 0
    plan: str = ""


class Statements:
    """Notes what each statement costs: ``seen`` has ``(seconds of processor, statement with its values)``."""

    def __init__(self):
        self.seen = []

    def __call__(self, execute, sql, params, many, context):
        start = processor()
        try:
            return execute(sql, params, many, context)
        finally:
            spent = processor() - start
            said = sql if many else connection.ops.last_executed_query(context["cursor"], sql, params)
            self.seen.append((spent, said))


def signed_in(number):
    """Return a browser in which the person with this number is signed in."""
    from registers.models import User  # noqa: PLC0415 (models need django.setup)

    client = Client()
    client.force_login(User.objects.get(number=number), backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


@contextlib.contextmanager
def prepared():
    """Serve the site with a page that does nothing, and let no statement last for ever."""
    for name in ("weasyprint", "fontTools", "django.request"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    begun = [time.monotonic()]

    def restart(execute, sql, params, many, context):
        begun[0] = time.monotonic()
        return execute(sql, params, many, context)

    def limit():
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # A helper's work would count for nobody, and under load there is none.
                cursor.execute(f"SET statement_timeout = '{SECONDS_A_STATEMENT}s'")
                cursor.execute("SET max_parallel_workers_per_gather = 0")
        else:
            connection.connection.set_progress_handler(
                lambda: time.monotonic() - begun[0] > SECONDS_A_STATEMENT, 1_000_000
            )

    limit()
    with (
        override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"]),
        connection.execute_wrapper(restart),
    ):
        yield limit
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(None, 0)


def costs(people=PEOPLE, *, explain_above=20, seconds=float("inf"), rounds=ROUNDS, follow=True):
    """Yield a ``Cost`` for every page of everybody, pages with a goal first. A statement above ``explain_above`` ms is explained.

    After ``seconds`` it ends, and what was not opened is missing. ``rounds``: how often a quick page is measured. Without
    ``follow`` only pages with a goal are opened, and no links.
    """
    with prepared() as limit:
        yield from _costs(people, limit, explain_above, time.monotonic() + seconds, rounds, follow)


def _costs(people, limit, explain_above, until, rounds, follow):
    clients = {who: signed_in(number) for who, number in people.items()}
    plain = [f"/{found.pattern}" for found in patterns() if not found.pattern.converters]
    first = [*(url for url in plain if goals.of(url)), *FILTERS]
    rest = [url for url in plain if url not in first] if follow else []
    waiting = [(who, url) for url in [*first, *rest] for who in people]
    seen = set()
    while waiting and time.monotonic() < until:
        who, url = waiting.pop(0)
        name = name_of(url)
        # Of one kind of page one address each, and the filters.
        key = (who, url if url in FILTERS else name)
        if name is None or PASSED_OVER.fullmatch(name) or key in seen:
            continue
        seen.add(key)
        found, content = cost(who, clients[who], name, url, rounds, limit)
        if found is None:
            continue
        if follow:
            waiting += [(who, link) for link in links(content)]
        if found.statement_ms > explain_above:
            found.plan = plans.of(found.statement)
        yield found


def is_page(answer):
    """Whether an answer is a page for people: a file or a refusal is not."""
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def links(content):
    """The addresses on a page, without what they ask for."""
    return dict.fromkeys(urlsplit(unescape(found.decode())).path for found in LINK.findall(content))


def name_of(url):
    """Return the name of the URL pattern of an address, None where there is none."""
    try:
        return resolve(urlsplit(url).path).url_name
    except Resolver404:
        return None


def cost(who, client, name, url, most, limit):
    """Return what one page costs and its content, None and nothing where this person gets no page there."""
    try:
        start = time.perf_counter()
        answer = client.get(url)
        first = time.perf_counter() - start
        if not is_page(answer):
            if answer.status_code >= 500:
                limit()  # the site says that it is busy, and begins a new connection
                return Cost(who, url, name, answer.status_code), b""
            return None, b""
        # What is read once a process has been read by now.
        statements = Statements()
        with connection.execute_wrapper(statements):
            client.get(url)
        rounds = min(most, max(1, int(SECONDS_A_PAGE / first)))
        page, empty = cheapest(partial(client.get, url), partial(client.get, NOTHING), rounds) if rounds else (0, 1)
    except Error:
        # The database gave up, and with it the connection.
        connection.close()
        limit()
        return Cost(who, url, name, 0), b""
    dearest, statement = max(statements.seen, default=(0, ""))
    return Cost(
        who=who,
        url=url,
        name=name,
        status=200,
        queries=len(statements.seen),
        ms=page * 1000,
        ratio=page / empty,
        kib=len(answer.content) // 1024,
        statement=statement,
        statement_ms=dearest * 1000,
    ), answer.content


def main(path, seconds):
    """Write the costs into a file, one a line."""
    with open(path, "w") as file:
        for found in costs(seconds=float(seconds)):
            file.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
            file.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
