"""Work that may take too long or too much memory, in a process of its own with limits on both.

The database is not for what runs here: the child shares its parent's connections and must not use them.
"""

import contextlib
import os
import resource
import select
import signal
import time

from registers.refusals import Refused

SECONDS = 180
MEGABYTES = 1024  # beside what the process holds already
DONE, REFUSED, BROKEN, NO_MEMORY = b"d", b"r", b"b", b"m"
TOO_LONG = f"内容太多，{SECONDS // 60} 分钟内没有生成。请缩小范围后再导出；PDF、Word 也可改用 Excel 格式。"
TOO_LARGE = "内容太多，生成所需的内存超过限额。请缩小范围后再导出；PDF、Word 也可改用 Excel 格式。"


class Broken(Exception):
    """A failure inside the cage. The message is the name of the exception."""


def run(function, *, seconds=SECONDS, megabytes=MEGABYTES):
    """Return the bytes that ``function`` makes in a child process.

    Raises ``Refused`` when the function does, and when it takes more than ``seconds`` or ``megabytes``, ``Broken`` for any other failure.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_child(function, writing, seconds, megabytes)
    os.close(writing)
    try:
        answer = _read(reading, time.monotonic() + seconds)
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


def _read(reading, deadline):
    pieces = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise Refused(TOO_LONG)
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
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        answer = DONE + function()
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
