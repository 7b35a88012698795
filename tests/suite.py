"""The passes of ``./run test``, side by side (``passes``).

python -m tests.suite [pytest arguments]
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from ctypes.util import find_library
from functools import partial
from pathlib import Path

from riskmgmt.serve import die_with_parent
from tests import costs
from tests.passes import OUTCOMES, PASSES, POSTGRESQL, SITE, SQLITE, WIDE
from tests.services import (
    STOP_SECONDS,
    TEMPLATE,
    MissingServer,
    end,
    leave_by_exception,
    private_folder,
    private_servers,
)

NOTHING_COLLECTED = 5
# What stands in a module that has a test for the pass (``passes.passes_of``).
SAID = {WIDE: ('"wide"',), POSTGRESQL: ('"both"', '"postgresql"', "mark.pg", "mark.redis"), SITE: ('"site"',)}
# The tables of a test hold a few rows: to look for the best order of a dozen of them takes longer than any order.
PLAIN_PLANS = {"join_collapse_limit": 1, "from_collapse_limit": 1, "jit": "off"}
TITLES = {SQLITE: "SQLite", WIDE: "全面（SQLite）", POSTGRESQL: "PostgreSQL + Redis", SITE: "整站"}
ON_SERVERS = (POSTGRESQL, SITE)
# Four passes share two cores. The longest has one almost to itself, since no other can help it in the end; the three that wait
# for servers, browsers and workers share what is left, so that the last to end are two at once and no core has nothing to do.
NICE = {POSTGRESQL: 4, WIDE: 6, SITE: 7}
# Memory in pages of 2 MB, which stays with a process that will need it again. Python's own allocator takes small pages, and in a
# virtual machine the way to each is long: a pass took a tenth longer, a fifth while other machines used the same processor.
ALLOCATOR = {
    "PYTHONMALLOC": "malloc",
    "MALLOC_CONF": "thp:always,metadata_thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1,narenas:1",
}


class Pass:
    """One pass of the suite in a process of its own; what it prints goes to the screen at once, or later (``show``)."""

    def __init__(self, name, arguments, environment, *, later):
        folder = Path(environment["RISKMGMT_VAR"])
        self._report, self._output = folder / "report.json", folder / "output"
        command = [sys.executable, "-m", "tests", "-p", "tests.passes", "--pass", name]
        command += ["--report", str(self._report)]
        command += ["--color", "yes" if sys.stdout.isatty() else "no"] if later else []
        with self._output.open("wb") as output:
            kept = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output} if later else {}
            self.process = subprocess.Popen(
                [*command, *arguments], env=environment, preexec_fn=partial(_begin, NICE.get(name, 0)), **kept
            )

    def show(self):
        """Print what has come and what comes until its end; return its status."""
        with self._output.open(errors="replace") as output:
            while True:
                ended = self.process.poll() is not None
                print(output.read(), end="", flush=True)
                if ended:
                    return self.process.returncode
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=0.3)

    def report(self):
        """The figures that it has left: how many tests came to what, and what each module cost."""
        if not self._report.exists():
            return {"counts": {"error": 1}, "costs": {}}
        return json.loads(self._report.read_text())


def _begin(niceness):
    die_with_parent()
    os.nice(niceness)


@contextlib.contextmanager
def _passing(name, arguments, environment, *, later=False):
    """Run one pass while the body lasts; it does not outlive it."""
    running = Pass(name, arguments, environment, later=later)
    try:
        yield running
    except KeyboardInterrupt:
        # A terminal's Ctrl-C has reached it too; it may print what it has.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            running.process.wait(timeout=STOP_SECONDS)
        raise
    finally:
        end(running.process)


def suite(arguments):
    """Run the passes side by side; what one prints follows what the one before has printed. The last line counts all tests."""
    start, others = time.monotonic(), {name: arguments_of(name, arguments) for name in PASSES[1:]}
    others = {name: own for name, own in others.items() if own is not None}
    with contextlib.ExitStack() as stack:
        print(f"== {TITLES[SQLITE]}{'（其余各遍同时进行，随后显示）' if others else ''} ==", flush=True)
        memory = allocator()
        environment = stack.enter_context(private_folder()) | memory
        passes = {SQLITE: stack.enter_context(_passing(SQLITE, arguments, environment))}
        servers = stack.enter_context(private_servers(**PLAIN_PLANS)) if set(ON_SERVERS) & set(others) else {}
        for name, own in others.items():
            environment = stack.enter_context(private_folder()) | memory
            if name in ON_SERVERS:
                environment |= servers | _own(servers, name) | {"TEST_TEMPLATE": TEMPLATE}
            passes[name] = stack.enter_context(_passing(name, own, environment, later=True))
        statuses = [passes[SQLITE].process.wait()]
        for name in others:
            print(f"\n== {TITLES[name]} ==", flush=True)
            statuses.append(passes[name].show())
        reports = {TITLES[name]: one.report() for name, one in passes.items()}
    if rows := list(costs.table({title: report["costs"] for title, report in reports.items()})):
        print("", *rows, sep="\n")
    print(closing([report["counts"] for report in reports.values()], time.monotonic() - start), flush=True)
    return status_of(statuses)


def allocator():
    """Return the environment in which programs take memory in large pages; none where jemalloc is not installed."""
    library = find_library("jemalloc")
    return ALLOCATOR | {"LD_PRELOAD": library} if library else {}


def arguments_of(name, arguments):
    """Return what a pass beside the first is called with, None where it can have nothing to run.

    Where ``arguments`` name modules or no tests at all, the text of the modules tells; so a pass need not load them all.
    """
    named = [Path(argument.partition("::")[0]) for argument in arguments if not argument.startswith("-")]
    if not all(path.suffix == ".py" and path.is_file() for path in named):
        return arguments
    having = [path for path in named or sorted(Path("tests").rglob("test_*.py")) if _says(path, name)]
    if not having:
        return None
    return arguments if named else [*arguments, *map(str, having)]


def _says(path, name):
    text = path.read_text()
    return any(word in text for word in SAID[name])


def _own(servers, name):
    """The addresses of a pass's own database, queue and cache on servers that it shares."""
    number = 2 * PASSES.index(name)
    database, queue = (servers[address].rpartition("/")[0] for address in ("DATABASE_URL", "REDIS_URL"))
    return {
        "DATABASE_URL": f"{database}/{name}",
        "REDIS_URL": f"{queue}/{number}",
        "CACHE_URL": f"{queue}/{number + 1}",
    }


def closing(counts, seconds):
    """One line as pytest ends with, of all passes."""
    total = {outcome: sum(one.get(outcome, 0) for one in counts) for outcome in OUTCOMES}
    if total["error"] > 1:
        total["errors"] = total.pop("error")
    said = ", ".join(f"{number} {outcome}" for outcome, number in total.items() if number) or "no tests ran"
    return f" {said} in {seconds:.2f}s ".center(80, "=")


def status_of(statuses):
    """The status of all: a failure of any; a choice of tests may hold nothing for some of them."""
    if set(statuses) == {NOTHING_COLLECTED}:
        return NOTHING_COLLECTED
    return next((status for status in statuses if status not in (0, NOTHING_COLLECTED)), 0)


def main(arguments):
    leave_by_exception()
    try:
        return suite(arguments)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except MissingServer as problem:
        return str(problem)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
