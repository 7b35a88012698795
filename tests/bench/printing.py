"""What papers cost from the start of a process on: the first, the next, and many in one or two processes."""

import logging
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import django
from django.conf import settings

from tests.bench.measuring import judged, ratio, row
from tests.bench.scale import goals

MANY, VOLUME = 60, 20
# Plain printing reads the styles of screens, and says of each that it does not.
logging.getLogger("weasyprint").setLevel(logging.ERROR)


def papers():
    """What papers cost: one, a volume, the first of a process, and many in two processes."""
    import weasyprint  # noqa: PLC0415 (slow import)

    from registers.papers import pages as paper_pages  # noqa: PLC0415
    from registers.papers.compose import compose  # noqa: PLC0415
    from workflows.models import Submission  # noqa: PLC0415
    from workflows.sheets.documents import document  # noqa: PLC0415

    sheets = Submission.objects.filter(state="filed", task__brings="points")
    sheet = sheets.select_related("task__campaign__scheme").first()
    paper = compose(sheet.task.paper_rules, document(sheet))
    html = paper_pages.to_html(paper)
    row(
        "one filled self-check as PDF, warm",
        "plain WeasyPrint of the same page, no CSS cache",
        ratio(lambda: paper_pages.to_pdf([paper]), lambda: weasyprint.HTML(string=html).write_pdf(), 5),
        goals.PAPER,
    )
    many = filed(VOLUME)
    pages_of_many = [paper_pages.to_html(one) for one in many]
    row(
        f"{len(many)} filed papers as a volume",
        "plain WeasyPrint of the same pages one by one",
        ratio(
            lambda: paper_pages.to_pdf(many),
            lambda: [weasyprint.HTML(string=html).write_pdf() for html in pages_of_many],
            1,
        ),
        goals.VOLUME,
    )
    print(in_a_new_process(paper))
    two = speedup(lambda: paper_pages.to_pdf([paper]))
    said = judged("两个进程印纸质表，与一个之比", two, goals.TWO_PRINTERS, at_least=True)
    print(f"two processes print {two:.2f} x as fast as one (goal >= {goals.TWO_PRINTERS}: {said})")


def filed(number):
    """Return the first filed papers, at most so many, ready to be printed."""
    from registers.papers.compose import compose  # noqa: PLC0415 (slow import)
    from workflows.models import FiledPaper  # noqa: PLC0415 (needs django.setup)

    rows = FiledPaper.objects.select_related("submission__task__campaign__scheme").order_by("pk")
    return [compose(one.submission.task.paper_rules, one.document) for one in rows[:number]]


def in_a_new_process(paper):
    """Print ``paper`` in a process of its own, which says what the first and the next cost (``first`` below)."""
    from registers.papers import writing  # noqa: PLC0415 (needs django.setup)

    run = [sys.executable, "-m", "tests.bench.printing"]
    answer = subprocess.run(run, input=writing.pack(paper), capture_output=True, check=True, cwd=settings.BASE_DIR)
    return answer.stdout.decode().strip()


def first():
    """Read a packed paper, get ready as the web server does, and compare the first paper with later ones."""
    django.setup()
    from registers.papers import pages, writing  # noqa: PLC0415 (needs django.setup)

    paper = writing.unpack(sys.stdin.buffer.read())
    ready, printed = spent(pages.warm), spent(pages.print_specimen)
    took = [spent(lambda: pages.to_pdf([paper])) for _ in range(10)]
    before = held()
    for _ in range(MANY):
        pages.to_pdf([paper])
    grown = held() - before
    warm = statistics.median(took[1:])
    print(
        f"first paper of a process {took[0] / warm:.2f} x a warm one (goal <= {goals.FIRST_PAPER}); made ready in {ready:.1f} s "
        f"and {printed:.1f} s a process; {MANY} papers more and {grown / 1024:.1f} MiB more (goal 0); "
        f"a file of {len(pages.to_pdf([paper])) / 1000:.1f} kB (goal <= {goals.PAPER_KILOBYTES})"
    )


def spent(act):
    """Return the seconds of CPU that ``act`` takes: others may use the machine as well."""
    start = time.process_time()
    act()
    return time.process_time() - start


def held():
    """Return the KiB of memory that this process has written to."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


def speedup(act):
    """Return how many times faster two processes do ``act`` often than one does."""
    return together(1, act, MANY) / together(2, act, MANY // 2)


def together(processes, act, times):
    """Return the seconds that ``processes`` take which each do ``act`` a number of ``times``."""
    start = time.perf_counter()
    children = []
    for _ in range(processes):
        if (child := os.fork()) == 0:
            for _ in range(times):
                act()
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return time.perf_counter() - start


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")
    first()
