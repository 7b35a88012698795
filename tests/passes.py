"""A pytest plugin for the passes of ``./run test``: which tests a pass runs, and what it leaves for the closing lines.

There are four. One runs on SQLite, one on PostgreSQL and Redis. ``wide``, on SQLite too, has what goes over everything: every door,
page, rule book and year. ``site`` has servers of its own for tests that drive a whole site: they wait for browsers, workers and
starts, and the others go on meanwhile. Without this plugin pytest runs every test on the database that it is given. With ``--pass``
it leaves out what other passes run.

A test of ``both`` databases is tried on PostgreSQL with its first case alone (``pytest.mark.parametrize``): the others differ in
their data, seldom in what is asked of the database. Where they do, the marker names the two passes.
"""

import gc
import json
from pathlib import Path

import pytest

from tests.costs import Costs
from tests.dead_rows import DeadRows
from tests.longer import LONG

SQLITE, WIDE, POSTGRESQL, SITE = PASSES = ("sqlite", "wide", "postgresql", "site")
BOTH = "both"  # SQLITE, and POSTGRESQL with one case
OUTCOMES = ("failed", "passed", "skipped", "xfailed", "xpassed", "error")


def pytest_addoption(parser):
    group = parser.getgroup("passes of ./run test")
    group.addoption("--pass", dest="test_pass", choices=PASSES, help="run what this pass of ./run test runs")
    group.addoption("--report", help="write the figures of this pass to this file")


def pytest_configure(config):
    config.pluginmanager.register(Costs(config), "costs")
    if config.getoption("test_pass") == POSTGRESQL:
        config.pluginmanager.register(DeadRows(), "dead rows")


def _nearest(item):
    """The marker that says where a test runs: its own before its module's."""
    return next((mark for mark in item.iter_markers() if mark.name in ("once", "database")), None)


def _needs_server(item):
    return bool(item.get_closest_marker("pg") or item.get_closest_marker("redis"))


def passes_of(item):
    """The passes that run a test, as its markers say (pyproject.toml)."""
    nearest = _nearest(item)
    where = {BOTH} if nearest is None else set(nearest.args) or {SQLITE}
    if where <= {SITE, WIDE}:
        return where
    if _needs_server(item):
        return {POSTGRESQL}
    return {SQLITE, POSTGRESQL} if where == {BOTH} else where


def pytest_collection_modifyitems(config, items):
    chosen = config.getoption("test_pass")
    if not chosen:
        return
    here, elsewhere, tried = [], [], set()
    for item in items:
        runs = chosen in passes_of(item) and not (chosen == POSTGRESQL and _is_tried(item, tried))
        (here if runs else elsewhere).append(item)
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = here


def _is_tried(item, tried):
    """Whether ``tried`` holds this test with another case, and one is enough; from now on it holds it."""
    if LONG or _needs_server(item) or BOTH not in getattr(_nearest(item), "args", (BOTH,)):
        return False
    test = item.nodeid.partition("[")[0]
    if test in tried:
        return True
    tried.add(test)
    return False


def pytest_collection_finish():
    """Let the garbage collector pass over what stays until the end: one second in fifteen went into looking at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_sessionfinish():
    """Spare what is left behind: pytest has the collector look five times over all that the process throws away as it ends."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    path = config.getoption("--report")
    if path:
        # Reports of a set-up or a tear-down are listed under "", and count as nothing.
        counts = {outcome: len(terminalreporter.stats.get(outcome, ())) for outcome in OUTCOMES}
        costs = config.pluginmanager.get_plugin("costs").seconds
        Path(path).write_text(json.dumps({"counts": counts, "costs": costs}))
