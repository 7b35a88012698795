"""A large file while a worker reads it or takes it over: how far that is, and stopping it."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from django.db import connection, connections, transaction
from django.db.models import Exists

from registers import limited
from registers.models import ImportedFile, Job
from registers.refusals import Refused

TAKING = "import"  # the kind of the job that takes a file over
GIVEN_UP = "这个文件已经放弃，没有读完。"
NOT_ANY_MORE = "已按您的要求取消，没有导入。"
BEING_WRITTEN = "已经开始写入，不能再取消。请等待导入完成。"


class Progress:
    """How far the reading of a file or its acceptance is, kept where its page finds it.

    ``rows``: the file for as long as it goes on, none afterwards; ``stopped``: what to say then.
    """

    def __init__(self, rows, stopped):
        self.rows, self.stopped, self.said, self.last = rows, stopped, {}, time.monotonic()

    def say(self, what, count):
        """Keep how many rows are read or compared, twice a second at most.

        Raises ``Refused`` once it is stopped.
        """
        self.said[what] = count
        if time.monotonic() - self.last < limited.LOOK_SECONDS:
            return
        self.last = time.monotonic()
        if not self.rows.update(progress=self.said):
            raise Refused(self.stopped)


def reading(pk):
    """Return the ``Progress`` of the reading of a file."""
    return Progress(ImportedFile.objects.filter(pk=pk, accepted_at=None, dropped_at=None, shape=""), GIVEN_UP)


def taking(pk):
    """Return the ``Progress`` of taking a file over."""
    return Progress(ImportedFile.objects.filter(Exists(_waiting(pk)), pk=pk), NOT_ANY_MORE)


def job_of(pk):
    """Return the job that takes a file over, or took or tried to, None where there was none."""
    return Job.objects.filter(kind=TAKING, parameters__file=pk).defer("content", "source").order_by("pk").last()


def is_taken(pk):
    """Whether a worker takes this file over, or will."""
    return _waiting(pk).exists()


def _waiting(pk):
    return Job.objects.filter(kind=TAKING, parameters__file=pk, finished_at=None)


@transaction.atomic
def begin_writing(pk, lines):
    """Say that nobody can stop the writing of so many lines now. Raises ``Refused`` where somebody has."""
    file = ImportedFile.objects.select_for_update().only("pk").get(pk=pk)
    if not is_taken(pk):
        raise Refused(NOT_ANY_MORE)
    ImportedFile.objects.filter(pk=file.pk).update(progress={"writing": True})
    _waiting(pk).update(written=0, expected=lines)


@contextmanager
def writing(pk):
    """Yield a function that keeps in the job how many lines are written, twice a second at most.

    The lines themselves are seen only once all are written, so the count goes over a connection of its own. SQLite lets
    nobody write beside them: there it yields None.
    """
    if connection.vendor == "sqlite":
        yield None
        return
    with ThreadPoolExecutor(1) as beside:
        said = [time.monotonic()]

        def tell(count):
            if time.monotonic() - said[0] >= limited.LOOK_SECONDS:
                said[0] = time.monotonic()
                beside.submit(partial(_waiting(pk).update, written=count))

        try:
            yield tell
        finally:
            beside.submit(connections.close_all)


def require_stoppable(parameters):
    """Hold off the writing of a file until its job is stopped, in one transaction.

    Raises ``Refused`` where it has begun.
    """
    rows = ImportedFile.objects.filter(pk=parameters["file"])
    # Looked at before as well: the row of a file that is being written is locked.
    for found in (rows, rows.select_for_update()):
        file = found.only("progress", "accepted_at").get()
        if file.accepted_at or file.progress.get("writing"):
            raise Refused(BEING_WRITTEN)
