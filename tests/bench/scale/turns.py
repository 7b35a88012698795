"""Every page in the smaller and in the larger register, a round here and a round there: python -m tests.bench.scale.turns.

What else the machine does changes the figures of a page by half from one minute to the next, even those of its processor. In turn
both registers meet the same, and the least of some rounds is what a page costs by itself. So growth is judged by these, of all
pages alike: to measure only those again that seem to grow would hide that others do.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import django

from tests import kept
from tests.bench.scale.report import by_page

SMALL, LARGE = "scale50k", "scale500k"
ROUNDS, SECONDS = 11, 480  # after so many seconds no further page is begun


def measure(found, addresses, environment):
    """Put the least milliseconds of each page, measured ``in_turn``, into the costs that ``found`` has of both registers.

    ``found``: name of a database → costs, ``addresses``: name → where it is. Nothing is done where one of the two is missing.
    """
    if not {SMALL, LARGE} <= addresses.keys():
        return
    until = time.monotonic() + SECONDS
    with (
        contextlib.suppress(_Ended),
        _opener(addresses[SMALL], environment) as small,
        _opener(addresses[LARGE], environment) as large,
    ):
        for costs in by_page(found).values():
            both = [(costs[name], opened) for name, opened in ((SMALL, small), (LARGE, large)) if name in costs]
            if len(both) < 2 or any(cost["status"] != 200 for cost, _ in both) or time.monotonic() > until:
                continue
            rounds = [[opened(cost["who"], cost["url"]) for cost, opened in both] for _ in range(ROUNDS + 1)]
            for (cost, _), spent in zip(
                both, zip(*rounds[1:], strict=True), strict=True
            ):  # the first one only warms up
                cost["in_turn"] = min(spent)


class _Ended(Exception):
    """What opened pages has come to an end, so that the rest are judged by what they took alone."""


@contextlib.contextmanager
def _opener(address, environment):
    """Start what opens pages in a database, and yield a function of who and url that returns the milliseconds of one opening."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.scale.turns"], cwd=kept.ROOT, env=environment | {"DATABASE_URL": address},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip

    def opened(who, url):
        print(json.dumps([who, url]), file=process.stdin, flush=True)
        said = process.stdout.readline()
        if not said:
            raise _Ended
        return float(said)

    try:
        yield opened
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answer():
    """Open each page that is asked for on the standard input, and say what that cost."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")
    django.setup()
    from registers.kept import JUST_DONE_SECONDS  # noqa: PLC0415 (needs Django, which whoever only asks does not)
    from tests.bench.measuring import worked  # noqa: PLC0415
    from tests.bench.scale import pages  # noqa: PLC0415

    with pages.prepared():
        clients = {who: pages.signed_in(number) for who, number in pages.PEOPLE.items()}
        # To sign in is an act: what is kept for a reader is found anew for so long.
        time.sleep(JUST_DONE_SECONDS + 1)
        for line in sys.stdin:
            who, url = json.loads(line)
            print(worked(partial(clients[who].get, url)) * 1000, flush=True)


if __name__ == "__main__":
    answer()
