"""Work that may take too long or too much memory, in a process of its own with limits on both.

The database is not for what runs here: the child shares its parent's connections and must not use them.
"""

import contextlib
import mmap
import os
import pickle
import resource
import select
import signal
import struct
import time
from functools import partial
from itertools import chain

from registers.batches import batches
from registers.refusals import Refused

SECONDS = 180
MEGABYTES = 1024  # beside what the process holds already
PARCEL = 200  # items that are handed over at a time
LOOK_SECONDS = 0.5
_NUMBER = struct.Struct("<Q")
DONE, REFUSED, BROKEN, NO_MEMORY = b"d", b"r", b"b", b"m"
TOO_LONG = f"内容太多，{SECONDS // 60} 分钟内没有生成。请缩小范围后再导出；PDF、Word 也可改用 Excel 格式。"
STALLED = f"连续 {SECONDS // 60} 分钟没有写出新的内容，已停止。请稍后再导出；仍不成功的，请缩小范围。"
TOO_LARGE = "内容太多，生成所需的内存超过限额。请缩小范围后再导出；PDF、Word 也可改用 Excel 格式。"


class Broken(Exception):
    """A failure inside the limited process. The message is the name of the exception."""


def run(function, *, items=None, each=None, parcel=PARCEL, watch=None, seconds=SECONDS, megabytes=MEGABYTES):
    """Return the bytes that ``function`` makes in a child process, none where it returns nothing.

    ``items``: what the function is called with, an iterable that is read here, so many at a time (``parcel``), while the child
    works. So they may come from the database. ``each(count)`` is called after each parcel, and twice a second while the child
    finishes. With ``watch`` the function is given a function to tell a number with, and ``watch`` is given that number twice a
    second. What either raises ends the child. Raises ``Refused`` when the function does, and when it takes more than ``seconds``
    or ``megabytes``, ``Broken`` for any other failure. With items there is no limit on the whole: ``seconds`` may pass from one
    parcel to the next, and after the last as long again as all of them took.
    """
    reading, writing = os.pipe()
    taking, giving = os.pipe() if items is not None else (None, None)
    told = mmap.mmap(-1, _NUMBER.size) if watch else None
    function = partial(function, partial(_NUMBER.pack_into, told, 0)) if watch else function
    child, start = os.fork(), time.monotonic()
    if child == 0:
        os.close(reading)
        if items is not None:
            os.close(giving)
            function = partial(function, _received(taking, seconds))
        _be_the_child(function, writing, seconds, megabytes)
    os.close(writing)
    try:
        if items is not None:
            os.close(taking)
            count = _hand_over(batches(items, parcel), giving, reading, each, seconds)
            allowed = seconds + time.monotonic() - start
            answer = _read(reading, allowed, partial(each, count) if each and count else None, STALLED)
        else:
            answer = _read(reading, seconds, (lambda: watch(*_NUMBER.unpack_from(told))) if watch else None, TOO_LONG)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    kind, content = answer[:1], answer[1:]
    if kind == DONE:
        return content
    if kind == REFUSED:
        raise Refused(content.decode())
    if kind == BROKEN:
        raise Broken(content.decode())
    raise Refused(TOO_LARGE)  # also when it died without a word: libraries abort where memory ends


def _hand_over(parts, giving, reading, each, seconds):
    """Write lists of items to the child until they end or it answers, which is then a failure.

    Returns how many it was given.
    """
    os.set_blocking(giving, False)
    count, deadline = 0, time.monotonic() + seconds
    with os.fdopen(giving, "wb", buffering=0) as pipe:
        for part in chain(parts, [None]):
            view = memoryview(pickle.dumps(part))
            while view:
                rest = deadline - time.monotonic()
                answered, free, _ = select.select([reading], [pipe], [], max(0, rest))
                if answered:
                    return count
                if not free or rest < 0:
                    raise Refused(STALLED)
                try:
                    view = view[pipe.write(view) :]
                except BrokenPipeError:
                    return count
            count, deadline = count + len(part or ()), time.monotonic() + seconds
            if each and part:
                each(count)
    return count


def _received(taking, seconds):
    """Yield the items that the parent hands over. A parent that ends before is a failure (``EOFError``)."""
    with os.fdopen(taking, "rb") as pipe:
        while (part := pickle.load(pipe)) is not None:  # noqa: S301 (from the process that made this one)
            yield from part
            _allow(2 * time.process_time() + seconds)


def _allow(seconds):
    """Let this process work for so many seconds since its start."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, most))


def _read(reading, seconds, look, late):
    pieces, deadline = [], time.monotonic() + seconds
    while True:
        left = max(0, deadline - time.monotonic())
        ready, _, _ = select.select([reading], [], [], min(left, LOOK_SECONDS) if look else left)
        if look:
            look()
        if not ready and time.monotonic() < deadline:
            continue
        if not ready:
            raise Refused(late)
        piece = os.read(reading, 1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def _be_the_child(function, writing, seconds, megabytes):
    """Do the work, write the answer, and end without whatever else the parent would do at its end."""
    answer = NO_MEMORY
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        limit = _held_now() + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        _allow(seconds)
        answer = DONE + (function() or b"")
    except MemoryError:
        answer = NO_MEMORY
    except Refused as refused:
        answer = REFUSED + str(refused).encode()
    except BaseException as failure:  # nothing may pass from here into the parent's code
        answer = BROKEN + type(failure).__name__.encode()
    finally:
        with contextlib.suppress(OSError):
            view = memoryview(answer)
            while view:
                view = view[os.write(writing, view) :]
        os._exit(0)


def _held_now():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
