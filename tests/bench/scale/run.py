"""./run bench scale: what pages and jobs cost in a register of fifty and of five hundred thousand points.

The first run makes the databases, which takes some minutes; the next ones copy them. Every page has a statement timeout and every
database a time after which no further page is opened.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import kept
from tests.bench.scale import keeping, report

PAGE_SECONDS = {"scale50k": 240, "scale500k": 360, "sqlite50k": 240}  # of all pages of a database
PART_SECONDS = 150
PARTS = ("papers", "saves", "imports", "board", "exports")


def main(chosen):
    """Measure in the databases ``chosen``, in all where none is named."""
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    found = {}
    for name in [name for name in keeping.DATABASES if not chosen or name in chosen]:
        with keeping.served(name, environment) as url:
            print(f"{name} 就绪，{time.perf_counter() - start:.0f} 秒", flush=True)
            found[name] = costs(name, url, environment)
            for part in PARTS if name != "scale500k" else ():
                measured(part, url, environment)
    report.table(found)
    for name, pages in found.items():
        print(f"\n== {name} 最贵的语句 ==")
        report.print_dearest(pages)
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
    """Measure a part of the small benchmark in this database, which prints its own lines and its peak memory."""
    try:
        _python(["-m", "tests.bench", "school", part], url, environment, PART_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{part}：{PART_SECONDS} 秒内没有做完", flush=True)


def _python(arguments, url, environment, seconds):
    subprocess.run(
        [sys.executable, *arguments],
        cwd=kept.ROOT,
        env=environment | {"DATABASE_URL": url},
        timeout=seconds,
        check=False,
    )
