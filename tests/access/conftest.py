"""A campus in the middle of its year, with sheets in every state, and a browser for every persona.

The world is made once, inside a transaction that is rolled back in the end. What a test does to it is undone after the test, what
it sends through a browser at once (`Browser`), so the tests cannot disturb one another.
"""

import logging
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.template import Template
from django.urls import get_resolver

from registers import clock as clocks
from registers import job_kinds, jobs  # noqa: F401 (job_kinds registers the kinds of jobs)
from registers.papers import pages, xlsx
from registers.sessions import SessionStore
from tests.access.world import World
from tests.clock import standing_still
from tests.once import remembered
from workflows.messages import robots


@contextmanager
def made(blocker, **options):
    """A world inside a transaction that is rolled back."""
    with blocker.unblock(), standing_still() as clock:
        with transaction.atomic():
            try:
                world = World(clock, **options)
                # What refers to what is checked at the end of every test, on PostgreSQL for all rows since the last check.
                connection.check_constraints()
                yield world
            finally:
                transaction.set_rollback(True)
        assert not connection.in_atomic_block


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A robot that is tried out here calls nobody."""
    monkeypatch.setattr(robots, "call", lambda robot, text: None)


@pytest.fixture(autouse=True, scope="package")
def refused_in_silence():
    """Thousands of requests are refused here on purpose: to put each on record takes a twentieth of the answer."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(level)


@pytest.fixture(autouse=True, scope="package")
def answered_once():
    """Write each paper once, whoever asks for it: the same papers give the same bytes.

    Look up each address once, and read what stands in a session once: thousands of requests ask for the same few. No test
    here asks which templates a page was made of, so none is told of.
    """
    addresses, decoded = get_resolver(), remembered(SessionStore().decode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", lambda page, context: page.nodelist.render(context))
        patch.setattr(addresses, "resolve", remembered(addresses.resolve))
        patch.setattr(SessionStore, "decode", lambda self, data: dict(decoded(data)))
        patch.setattr(xlsx, "to_xlsx", remembered(xlsx.to_xlsx))
        patch.setattr(pages, "_printed", remembered(pages._printed))
        yield


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """The world, shared by all tests of this folder."""
    with made(django_db_blocker) as world:
        assert clocks.today() == world.clock.today
        yield world
