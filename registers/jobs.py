"""Work that a worker does for a person, such as writing a file.

The row comes first, then a wake-up call. The file is for its owner, for some days, and only for as long as he
may still have it.
"""

import io
import logging
import time
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Least

from registers import clock, exported, leases, limited
from registers.models import Job, User
from registers.refusals import Refused
from registers.text import clipped

logger = logging.getLogger(__name__)

KINDS = {}
PLACES = {}  # kind → ``Place``
GUARDS = {}  # kind → who may still fetch its files
STOPS = {}  # kind → what is asked before its owner stops it
ATTEMPTS = 3
STALE_SECONDS = 240  # longer than any job may go without a row (registers.limited)
LONGEST_SECONDS = 2 * 3600  # of all that one call of a worker does
AT_ONCE = 2  # jobs; a worker's other processes are for messages and what is due
ENOUGH_SECONDS = 30  # after so long a worker leaves what is left to the next call
TWICE_SECONDS = 10  # the same asked for again within this time is a double click
MOST_WAITING = 5  # unfinished jobs of one person
CANCELLED = "已按您的要求取消。"
FAILED = "文件生成失败，请稍后重试；仍不成功请联系管理员。"


class Place(NamedTuple):
    """What is said of a kind of job while it is done.

    ``title``: of its page; ``name`` and ``door``: name and URL name of the page that it was asked for on; ``takes``: how long it
    takes; ``counts``: the word for what is counted.
    """

    title: str
    name: str
    door: str
    takes: str
    counts: str


class Work(NamedTuple):
    """What a job comes to.

    ``name``: of its file. ``write``: called with the path of the file. It runs in a limited process, so whatever comes from the
    database is read before, or comes as ``items``: an iterable that is read while the file is written and is its second argument.
    ``expected``: about how many items there are. ``parcel``: how many of them are written in a few seconds.
    """

    name: str
    write: object
    items: object = None
    expected: int = 0
    parcel: int = limited.PARCEL


def saving(make):
    """Return what writes the bytes that ``make`` returns."""
    return partial(_save, make)


def _save(make, path):
    path.write_bytes(make())


def kind(name, *, title, place, door, guard, stops=None, takes="一般需要几秒钟", counts="行"):
    """Register the function that does jobs of this kind: ``(parameters, owner) -> Work``, or its fields.

    The function is also given ``source`` and ``reason`` where the job was created with them. ``title``, ``place``, ``door``,
    ``takes``, ``counts``: its ``Place``; ``guard``: called with (actor, parameters) before the file is handed out, raises
    ``NotAllowed``; ``stops``: called with the parameters before its owner cancels it, in one transaction, raises ``Refused`` where
    it is too late.
    """

    def register(function):
        if stops:
            STOPS[name] = stops
        KINDS[name], GUARDS[name] = function, guard
        PLACES[name] = Place(title, place, door, takes, counts)
        return function

    return register


@transaction.atomic
def create(name, *, owner, parameters, at, source=None, reason=""):
    """Write a job's row, wake a worker once the transaction has committed, and return the job.

    ``parameters`` holds ids, no text; ``source``: bytes to work from, kept until the work is done; ``reason``: why it
    is asked for, in the person's words, kept with the job. What was asked for a
    moment ago, or is still being made, is not made twice: then the same job is returned, with ``asked_before`` set. A job
    with a source is the same for as long as its file is kept, for it always makes the same. Raises ``Refused`` when too
    many jobs of this person wait.
    """
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=owner.pk)  # two clicks at once come in turn
    own = Job.objects.filter(owner=owner).defer("content", "source")
    for job in own.filter(kind=name, error="").order_by("-pk")[:50]:
        if job.parameters == parameters and _is_the_same(job, source, at):
            job.asked_before = True
            return job
    if own.filter(finished_at=None).count() >= MOST_WAITING:
        raise Refused(f"您已有 {MOST_WAITING} 个文件正在生成，请等它们完成后再试。")
    job = Job.objects.create(kind=name, owner=owner, parameters=parameters, source=source, reason=reason, created_at=at)
    job.asked_before = False
    transaction.on_commit(wake)
    return job


def _is_the_same(job, source, at):
    if job.finished_at is None:
        return True  # it is still being made
    if source is not None:
        return is_kept(job, at)
    return abs(at - job.created_at) <= clock.seconds(TWICE_SECONDS)


def is_kept(job, at):
    """Return whether the file of a finished job can be fetched at ``at``."""
    return bool(job.file_name) and at - job.finished_at <= clock.days(settings.EXPORT_KEEP_DAYS)


def require_fetchable(job, *, actor, at):
    """Stop whoever may not have the file any more. Raises ``NotAllowed`` or ``Refused``."""
    GUARDS[job.kind](actor, job.parameters)
    if not is_kept(job, at):
        raise Refused(f"文件只保留 {settings.EXPORT_KEEP_DAYS} 天，现已删除。请重新导出。")


def opened(job):
    """Return the file of a finished job, open for reading. Raises ``Refused`` where it is no longer there."""
    if job.content is not None:
        return io.BytesIO(bytes(job.content))
    try:
        return exported.opened(job.file)
    except OSError as gone:
        logger.warning("the file of job %s is gone", job.pk)
        raise Refused("文件已不在服务器上。请重新导出。") from gone


def forget(*, at):
    """Remove the files that have been kept long enough, and return how many. The rows stay.

    What killed workers have left behind is removed as well.
    """
    old = Job.objects.filter(finished_at__lt=at - clock.days(settings.EXPORT_KEEP_DAYS)).exclude(file_name="")
    forgotten = _without_files(old)
    exported.sweep(set(Job.objects.exclude(file="").values_list("file", flat=True)))
    return forgotten


def _without_files(rows):
    """Empty the files of these jobs, and return how many jobs they were."""
    with transaction.atomic():
        names = list(rows.values_list("file", flat=True))
        emptied = rows.update(content=None, source=None, file="", file_name="")
        transaction.on_commit(partial(exported.remove, names))
    return emptied


def forget_copies(path):
    """Delete the files of papers that were asked for under the address ``path``.

    Returns how many they were. What they show may not be read any longer, so no copy is kept until its time is over.
    """
    copies = Job.objects.filter(parameters__path__startswith=path).exclude(content=None, source=None, file="")
    return _without_files(copies)


def wake():
    """Tell the workers that there is work.

    When the broker is down, the next sweep finds the row.
    """
    from celery import current_app  # noqa: PLC0415 (slow import)
    from kombu.exceptions import OperationalError  # noqa: PLC0415 (slow import)

    try:
        current_app.send_task("registers.work", retry=False)
    except (OperationalError, OSError):
        return


def waiting(at):
    """Jobs that nobody has finished and nobody is working on."""
    free = leases.free("started_at", at=at, seconds=STALE_SECONDS)
    return Job.objects.filter(free, finished_at=None, attempts__lt=ATTEMPTS)


def call(*, at):
    """Wake a worker where jobs wait, and return how many do. What a call has missed is found so.

    The jobs themselves would hold up whoever has other work.
    """
    give_up(at=at)
    number = waiting(at).count()
    if number:
        wake()
    return number


def give_up(*, at):
    """End the jobs whose worker died at every attempt, and return how many.

    Nobody else would say that they failed.
    """
    free = leases.free("started_at", at=at, seconds=STALE_SECONDS)
    dead = Job.objects.filter(free, finished_at=None, attempts__gte=ATTEMPTS)
    return dead.update(error=FAILED, finished_at=at, source=None)


def work(*, at, limit=20):
    """Do waiting jobs and return how many were finished.

    Two workers never do the same job at once, and no more than ``AT_ONCE`` do jobs. Everybody's first job comes before anybody's
    second, so that no one person keeps the others waiting.
    """
    ended, done, start = give_up(at=at), 0, time.monotonic()
    for pk in _in_turn(waiting(at))[:limit]:
        if at_work(at).count() >= AT_ONCE:
            break
        if leases.take(waiting(at).filter(pk=pk), "started_at", tries="attempts", at=at):
            done += _finish(Job.objects.select_related("owner").get(pk=pk), at)
        if time.monotonic() - start > ENOUGH_SECONDS:
            break
    if done and waiting(at).exists():
        wake()  # for what is left, and for what came meanwhile: its own call found nobody free
    return ended + done


def at_work(at):
    """Jobs that some worker is doing."""
    return Job.objects.filter(~leases.free("started_at", at=at, seconds=STALE_SECONDS), finished_at=None)


def _in_turn(rows):
    seen, ranked = {}, []
    for pk, owner in rows.order_by("pk").values_list("pk", "owner"):
        seen[owner] = seen.get(owner, 0) + 1
        ranked.append((seen[owner], pk))
    return [pk for _, pk in sorted(ranked)]


def _finish(job, at):
    """Do a job whose lease was taken at ``at``, and return whether it is finished."""
    given = {"reason": job.reason} if job.reason else {}
    given |= {} if job.source is None else {"source": bytes(job.source)}
    result = {"source": None, "finished_at": at}
    try:
        work = Work(*KINDS[job.kind](job.parameters, job.owner, **given))
        result |= {"file": exported.keep(partial(_write, work, job)), "file_name": _short(work.name)}
    except Refused as refused:  # it would end in the same way again
        result["error"] = str(refused)[:200]
    except (
        Exception
    ):  # whatever goes wrong with one job must not stop the others; it is tried again, then shown as failed
        logger.exception("job %s failed", job.pk)
        result = {"started_at": None} if job.attempts < ATTEMPTS else result | {"error": FAILED}
    if not _held(job).update(**result):  # cancelled meanwhile, or another worker's by now
        exported.remove([result.get("file")])
    return "finished_at" in result


def _write(work, job, path):
    """Write a job's file in a limited process, and keep count of its rows."""
    write = partial(work.write, path)
    if work.items is None:
        limited.run(write)
        return
    _held(job).update(written=0, expected=work.expected)
    limited.run(write, items=work.items, each=partial(_count, job, _Pace()), parcel=work.parcel)


class _Pace:
    """Says no more often than once a second that it is time."""

    def __init__(self):
        self.next = time.monotonic() + 1

    def is_time(self):
        now = time.monotonic()
        if now < self.next:
            return False
        self.next = now + 1
        return True


def _count(job, pace, written):
    """Show how many rows are written, and hold the lease. Raises ``Refused`` once the job is cancelled or another worker's."""
    if not pace.is_time():
        return
    now = clock.now()
    if not _held(job).update(written=Least(written, "expected"), started_at=now):
        raise Refused(CANCELLED)
    job.started_at = now


def _held(job):
    """The job, for as long as it is this worker's: not cancelled, and its lease not taken by another one."""
    return Job.objects.filter(pk=job.pk, finished_at=None, started_at=job.started_at)


@transaction.atomic
def cancel(job, *, at):
    """End a job that its owner no longer wants. One that is finished stays as it is. Raises ``Refused``.

    A worker that is at it stops within a second, where its rows are counted.
    """
    if job.finished_at is None:
        STOPS.get(job.kind, bool)(job.parameters)
        Job.objects.filter(pk=job.pk, finished_at=None).update(error=CANCELLED, finished_at=at, source=None)


def _short(name):
    """Return a file's name as short as it can be stored, with its ending."""
    stem, dot, ending = name.rpartition(".")
    return f"{clipped(stem, Job._meta.get_field('file_name').max_length - len(dot + ending))}{dot}{ending}"


def as_attachment(response, name):
    """Give a download its (Chinese) file name."""
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(without_marks(name))}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def without_marks(name):
    """Return a file's name without the characters that file systems have other uses for."""
    return "".join(char for char in name if char not in '\\/:*?"<>|\r\n')
