"""./run bench scale: what pages and jobs cost in a register of fifty and of five hundred thousand points.

The first run makes the databases, which takes some minutes; the next ones copy them. Every page has a statement timeout and every
database a time after which no further page is opened.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import kept
from tests.bench.scale import keeping, report, turns

PAGE_SECONDS = {
    "scale50k": 240,
    "scale500k": 900,
    "sqlite50k": 300,
}  # of all pages of a database, the first answers among them
# Part → seconds: twice what a quiet machine of two cores needs.
PARTS = {"papers": 300, "saves": 90, "clients": 120, "imports": 240, "board": 240, "exports": 1200}
WHERE = {
    "scale50k": ("papers", "saves", "clients", "imports", "board"),
    "scale500k": ("exports",),
    "sqlite50k": ("saves", "clients", "imports"),
}


def main(chosen):
    """Measure in the databases ``chosen``, in all where none is named."""
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    found, judged, addresses = {}, [], {}
    with contextlib.ExitStack() as served:
        for name in [name for name in keeping.DATABASES if not chosen or name in chosen]:
            addresses[name] = url = served.enter_context(keeping.served(name, environment))
            print(f"{name} 就绪，{time.perf_counter() - start:.0f} 秒", flush=True)
            found[name] = costs(name, url, environment)
            for part in WHERE[name]:
                judged += [(name, *verdict) for verdict in measured(part, url, environment)]
                print(f"{name} {part} 做完，{time.perf_counter() - start:.0f} 秒", flush=True)
        turns.measure(found, addresses, environment)
        print(f"增长做完，{time.perf_counter() - start:.0f} 秒", flush=True)
    verdicts = report.table(found)
    for name, pages in found.items():
        print(f"\n== {name} 最贵的语句 ==")
        report.print_dearest(pages)
    report.print_goals(verdicts, judged)
    print(f"\n共用时 {time.perf_counter() - start:.0f} 秒")


def costs(name, url, environment):
    """Return the costs of all pages of a database, measured in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="riskmgmt-") as folder:
        path, seconds = Path(folder) / "costs", PAGE_SECONDS[name]
        with contextlib.suppress(subprocess.TimeoutExpired):
            _python(["-m", "tests.bench.scale.pages", str(path), str(seconds)], url, environment, seconds + 60)
        found = [json.loads(line) for line in path.read_text().splitlines()]
    print(f"{name}：量了 {len(found)} 个页面", flush=True)
    return found


def measured(part, url, environment):
    """Measure a part of ``jobs`` in this database, which prints its own lines, and return what it has judged.

    A part that does not come to its end in its time is judged as not met.
    """
    with tempfile.TemporaryDirectory(prefix="riskmgmt-") as folder:
        path, seconds = Path(folder) / "judged", PARTS[part]
        with contextlib.suppress(subprocess.TimeoutExpired):
            _python(["-m", "tests.bench.scale.jobs", part, str(path)], url, environment, seconds)
        return json.loads(path.read_text()) if path.exists() else [(f"{part} 做完", float("inf"), seconds, False)]


def _python(arguments, url, environment, seconds):
    """Run Python for at most so many seconds, and end it with all that it has started."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=kept.ROOT, env=environment | {"DATABASE_URL": url}, start_new_session=True
    )
    try:
        process.wait(seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
