"""How a thing is measured: beside its floor, in turn, in the same run.

Absolute times move with the machine; ratios hold. Each pair is run in turn, the median of the ratios is printed.
"""

import math
import os
import resource
import statistics
import time
from pathlib import Path

from django.db import connection, connections, transaction

ROUNDS, FLOORS = 9, 3
VERDICTS = []  # (what, value, goal, is more better) of this process


def ratio(thing, floor, rounds=ROUNDS, before=lambda: None):
    """Median of thing/floor over interleaved rounds, and the medians in milliseconds. ``before`` each, untimed, comes a tidying up."""
    thing(), floor()
    pairs = [(before() or timed(thing), before() or timed(floor)) for _ in range(rounds)]
    return (
        statistics.median(a / b for a, b in pairs),
        statistics.median(a for a, _ in pairs) * 1000,
        statistics.median(b for _, b in pairs) * 1000,
    )


def cheapest(thing, floor, rounds, *, floors=FLOORS, seconds=math.inf):
    """Return the least processor seconds that each took in some rounds, in turn.

    ``floors``: how often the floor is measured a round. After so many ``seconds`` no further round begins.
    """
    pairs, start = [], time.monotonic()
    while len(pairs) < rounds and (not pairs or time.monotonic() - start < seconds):
        pairs.append((worked(thing), min(worked(floor) for _ in range(floors))))
    return min(a for a, _ in pairs), min(b for _, b in pairs)


def worked(act):
    """Return how many processor seconds ``act`` takes, as ``processor`` counts them."""
    start = processor()
    act()
    return processor() - start


def processor():
    """Return the processor seconds that this process has spent so far, and others for it.

    Others are the processes that it has started, and the server process of its PostgreSQL connection.

    Not the clock on the wall: what else the machine does is no cost of ours. Where the server's cannot be read, its work is missing.
    """
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time() + started.ru_utime + started.ru_stime
    if connection.vendor != "postgresql" or connection.connection is None:
        return own
    try:
        spent = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:
        return own
    return own + int(spent.split()[0]) / 1e9


def timed(act):
    """Return how many seconds ``act`` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def row(what, floor, measured, goal=None, *, said=""):
    """Print one line: what, how many times its floor, both in milliseconds, and whether the goal is met."""
    value, ms, floor_ms = measured
    said = f"goal <= {goal}: {judged(what, value, goal)}" if goal else said
    print(f"{what:<52} {value:6.2f} x {floor:<40} ({ms:8.1f} / {floor_ms:.1f} ms) {said}", flush=True)


def met(value, goal, *, at_least=False):
    """Say in words whether a goal is met. ``at_least``: more is better."""
    return "达到" if (value >= goal if at_least else value <= goal) else "未达到"


def judged(what, value, goal, *, at_least=False):
    """Note a figure that has a goal, for the end of a run, and say in words whether it is met."""
    VERDICTS.append((what, value, goal, at_least))
    return met(value, goal, at_least=at_least)


def rolled_back(act):
    """Run ``act`` in a transaction that leaves nothing behind."""

    def run():
        with transaction.atomic():
            act()
            transaction.set_rollback(True)

    return run


def peak():
    """Return the most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory(act):
    """Return the MiB that ``act`` takes beside what this process holds.

    It runs in a process of its own. The most that this one or any that it starts has had counts.
    """
    connections.close_all()  # they are not for two processes
    return _most(act) - _most(lambda: None)


def _most(act):
    if (child := os.fork()) == 0:
        act()
        os._exit(0)
    _, _, used = os.wait4(child, 0)
    return used.ru_maxrss / 1024
