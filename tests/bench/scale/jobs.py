"""What is no page, measured in a filled database: python -m tests.bench.scale.jobs PART FILE writes what was judged as JSON.

Each part has so much work that a quiet machine does it in half the time that ``run`` gives it.
"""

import json
import os
import sys
import tempfile
import time
from functools import partial
from itertools import islice
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")

import django

django.setup()

from tests.bench import __main__ as small  # noqa: E402 (needs django.setup)
from tests.bench import printing  # noqa: E402
from tests.bench.measuring import VERDICTS, judged, memory, peak, timed  # noqa: E402
from tests.bench.scale import goals  # noqa: E402
from tests.bench.scale.clients import clients  # noqa: E402

EXPORTED = (20_000, 100_000, 500_000)  # rows, as many as there are
PAPERS, VOLUME, WANTED = (100, 200), 50, 5_000


def papers():
    """Print single papers and volumes as the small benchmark does, then what many papers take of time and memory."""
    printing.papers()
    from registers.papers import pages  # noqa: PLC0415 (needs django.setup)

    one = printing.filed(VOLUME)
    volume = [one[number % len(one)] for number in range(VOLUME)]

    def print_many(number):
        for _ in range(number // VOLUME):
            pages.to_pdf(volume)

    used = [memory(partial(print_many, number)) for number in PAPERS]
    took = timed(partial(print_many, PAPERS[0])) / PAPERS[0]
    said = judged("纸质表多印一百张多占的内存（MiB）", used[1] - used[0], goals.MORE_PAPERS_MEGABYTES)
    print(
        f"{PAPERS[0]} and {PAPERS[1]} papers in volumes: {used[0]:.0f} and {used[1]:.0f} MiB more than the worker holds "
        f"(goal <= {goals.MORE_PAPERS_MEGABYTES} more: {said}); {took:.2f} s each, {WANTED} in {took * WANTED / 60:.0f} minutes"
    )


def exports():
    """Write the ledger of the school as a worker does, the first rows of it and all, and how much memory that takes."""
    from registers import clock, ledger_books, ledgers, limited  # noqa: PLC0415 (models need django.setup)
    from registers.models import RiskPoint, Scheme, Unit  # noqa: PLC0415
    from registers.papers.writing import laid_out, write_laid_out  # noqa: PLC0415

    scheme, root, on = Scheme.objects.in_use(), Unit.objects.get(parent=None), clock.today()
    there, used = RiskPoint.objects.in_force(on).count(), {}
    for number in sorted({min(number, there) for number in EXPORTED}):
        with tempfile.NamedTemporaryFile() as file:

            def write(number=number, path=file.name):
                sheets = ledger_books.worksheets(ledgers.everything(), scheme, root, on=on, year=on.year)
                limited.run(partial(write_laid_out, path), items=islice(laid_out(sheets), number))

            start = time.perf_counter()
            used[number] = memory(write)
            took, size = time.perf_counter() - start, Path(file.name).stat().st_size
        said = judged(f"导出 {number:,} 行多占的内存（MiB）", used[number], goals.EXPORT_MEGABYTES)
        print(
            f"ledger of {number:,} rows: {took:.0f} s, {1000 * took / number:.2f} ms a row, {size / 2**20:.1f} MiB of file; "
            f"{used[number]:.0f} MiB more than the worker holds (goal <= {goals.EXPORT_MEGABYTES}: {said})",
            flush=True,
        )


PARTS = {part.__name__: part for part in (papers, small.saves, clients, small.imports, small.board, exports)}


def main(part, path):
    """Measure one part, and write what was judged."""
    PARTS[part]()
    Path(path).write_text(json.dumps(VERDICTS, ensure_ascii=False))
    print(f"{part}: at most {peak():.0f} MiB of memory", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
