"""What each module of the suite costs in processor time, and the table of it that ``./run test`` ends with."""

import os

import pytest

# Beyond so many seconds in both passes together, a module needs a reason here.
MUCH = 20
LITTLE = 1
REASONS = {
    "tests/access/test_addresses.py": "every address with every kind of nonsense",
    "tests/access/test_crawl.py": "every page that every persona can reach is read",
    "tests/access/test_foreign_things.py": "every act on a foreign thing is tried",
    "tests/access/test_hostile_text.py": "every field of every form is sent text that breaks things",
    "tests/access/test_matrix.py": "every door is tried by every persona",
    "tests/access/test_no_word_is_cut.py": "every field of every page is sent a text that is too long",
    "tests/access/test_unasked_fields.py": "every act is sent all fields of all models",
    "tests/browser/test_empty_day.py": "a real browser takes an empty site to an open campaign",
    "tests/browser/test_inspection_story.py": "a real browser plays an inspection from the draw to the ranking",
    "tests/browser/test_story.py": "a real browser plays a sheet to its end",
    "tests/browser/test_windows.py": "the browser ends with the last test of its folder, and is counted when it ends",
    "fixture world": "the campus of the tests of access, with something in every state",
    "tests/faults/test_periodic.py": "real workers are killed and started again",
    "tests/faults/test_periodic_broker.py": "real workers lose their queue and find it again",
    "tests/faults/test_periodic_clock.py": "a clock that steps is played through midnights and missed days",
    "tests/faults/test_periodic_rosters.py": "two real workers at once, each sheet once",
    "tests/registers/test_papers_office.py": "papers of random layouts in all three file types",
    "tests/test_architecture.py": "the whole tree is read and checked by several tools",
    "tests/test_query_counts.py": "every page, with few and with many of everything",
    "tests/test_start_script.py": "a real start, with its demo campus",
    "tests/workflows/test_bulk.py": "many submissions in one act",
    "tests/workflows/test_demo.py": "a demo campus is made twice, to be the same, where the first is not kept",
    "tests/workflows/test_demo_schemes.py": "the demo of every rule book",
    "tests/workflows/test_every_scheme.py": "every sheet of every rule book, from the form to the ledger",
    "tests/workflows/test_deciders.py": "random campuses, both forms of the rule",
    "tests/workflows/test_foresight.py": "random changes of people on random campuses, foreseen and then made",
    "tests/workflows/test_random_years.py": "a year of every rule book, dealt by chance",
    "tests/workflows/test_reminders_year.py": "every reminder of a year",
    "tests/workflows/test_two_sheets.py": "every pair of changes by two sheets about one record",
    "tests/workflows/test_walk.py": "random walks through routes",
    "tests/workflows/test_whole_year.py": "a year of every rule book, day by day",
}
ROWS = 15


class Costs:
    """A pytest plugin that adds up the processor seconds of each module, with those of the programs it has waited for.

    A fixture that several modules share stands for itself.
    """

    def __init__(self, config):
        self._config, self._shared, self.seconds = config, 0.0, {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        start, shared = _now(), self._shared
        try:
            return (yield)
        finally:
            self._add(item.nodeid.partition("::")[0], _now() - start - (self._shared - shared))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        if fixturedef.scope not in ("session", "package"):
            return (yield)
        start = _now()
        try:
            return (yield)
        finally:
            spent = _now() - start
            self._shared += spent
            self._add(f"fixture {fixturedef.argname}", spent)

    def _add(self, name, seconds):
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    # With pytest-xdist the workers do the work, and one process hears of it.
    def pytest_sessionfinish(self):
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["costs"] = self.seconds

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        for name, seconds in getattr(node, "workeroutput", {}).get("costs", {}).items():
            self._add(name, seconds)


def _now():
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def table(passes):
    """The lines of the table; ``passes`` maps the name of a pass to the seconds of each module."""
    total = {}
    for costs in passes.values():
        for name, seconds in costs.items():
            total[name] = total.get(name, 0.0) + seconds
    dear = sorted((name for name in total if total[name] >= LITTLE), key=total.get, reverse=True)[:ROWS]
    if not dear:
        return
    yield f"处理器秒数（最多的 {len(dear)} 项，各遍合计；各遍依次为：{'、'.join(passes)}）"
    for name in dear:
        parts = " ".join(f"{costs.get(name, 0.0):7.1f}" for costs in passes.values())
        yield f"{total[name]:7.1f} = {parts}  {name}  {REASONS.get(name, '')}".rstrip()
    sums = " ".join(f"{sum(costs.values()):7.1f}" for costs in passes.values())
    yield f"{sum(total.values()):7.1f} = {sums}  全部"
    for name, seconds in total.items():
        if seconds > MUCH and name not in REASONS:
            yield f"超过 {MUCH} 秒而没有写明理由：{name}（tests/costs.py 的 REASONS）"
