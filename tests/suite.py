"""The two passes of ``./run test``, side by side.

python -m tests.suite [pytest arguments]
"""

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from riskmgmt.serve import die_with_parent
from tests import costs
from tests.passes import OUTCOMES
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


class Pass:
    """One pass of the suite in a process of its own; what it prints goes to the screen at once, or later (``show``)."""

    def __init__(self, name, arguments, environment, *, later):
        folder = Path(environment["RISKMGMT_VAR"])
        self._report, self._output = folder / "report.json", folder / "output"
        command = [sys.executable, "-m", "pytest", "-p", "tests.passes", "--database-pass", name]
        command += ["--report", str(self._report)]
        command += ["--color", "yes" if sys.stdout.isatty() else "no"] if later else []
        with self._output.open("wb") as output:
            kept = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output} if later else {}
            self.process = subprocess.Popen([*command, *arguments], env=environment, preexec_fn=die_with_parent, **kept)

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
    """Run the suite on SQLite and, side by side, on PostgreSQL and Redis; each pass leaves out what only the other runs.

    The output of the second follows that of the first. The last line counts the tests of both.
    """
    start = time.monotonic()
    with contextlib.ExitStack() as stack:
        print("== SQLite（PostgreSQL + Redis 同时进行，随后显示） ==", flush=True)
        environment = stack.enter_context(private_folder())
        first = stack.enter_context(_passing("sqlite", arguments, environment))
        environment = stack.enter_context(private_folder()) | stack.enter_context(private_servers())
        environment |= {"TEST_TEMPLATE": TEMPLATE}
        second = stack.enter_context(_passing("postgresql", arguments, environment, later=True))
        statuses = [first.process.wait()]
        print("\n== PostgreSQL + Redis ==", flush=True)
        statuses.append(second.show())
        reports = [one.report() for one in (first, second)]
    if rows := list(costs.table({"SQLite": reports[0]["costs"], "PostgreSQL": reports[1]["costs"]})):
        print("", *rows, sep="\n")
    print(closing([report["counts"] for report in reports], time.monotonic() - start), flush=True)
    return status_of(statuses)


def closing(counts, seconds):
    """One line as pytest ends with, of both passes."""
    total = {outcome: sum(one.get(outcome, 0) for one in counts) for outcome in OUTCOMES}
    if total["error"] > 1:
        total["errors"] = total.pop("error")
    said = ", ".join(f"{number} {outcome}" for outcome, number in total.items() if number) or "no tests ran"
    return f" {said} in {seconds:.2f}s ".center(80, "=")


def status_of(statuses):
    """The status of both: a failure of either; a choice of tests may hold nothing for one of them."""
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
