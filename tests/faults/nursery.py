"""Programs that begin with everything imported: they are forked from a process that has done nothing else.

python -m tests.faults.nursery     a request a line (JSON) on standard input, the program's id a line on standard output

A worker that starts by its command line imports for one and a half to two seconds of processor time. What is forked is a process
as real as that one, in a group of its own, and a child of whoever asked for it, who waits for it and kills it.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import subprocess
import sys
import time

from riskmgmt.serve import die_with_parent

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
# What a worker or a scheduler loads when it starts, and Django's start has not loaded.
MODULES = (
    "tests.faults.site",
    "registers.tasks",
    "workflows.tasks",
    "celery.bin.celery",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "riskmgmt.beat",
)


class Nursery:
    """The process that programs are forked from. Its environment is theirs."""

    def __init__(self, folder, environment):
        # Their log, until they have one of their own.
        with (folder / "nursery.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "tests.faults.nursery"],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        _adopt_orphans(True)

    def start(self, command, log, *, anew=False, **variables):
        """Start ``python -m command``, which writes to ``log``; return its process id.

        ``anew``: by that command line, in a fresh interpreter. ``variables`` are added to its environment.
        """
        log.touch()  # whoever asks may look into it before the program has written a line
        request = {"command": command, "log": str(log), "anew": anew, "variables": variables}
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self):
        with self._process:
            self._process.stdin.close()
        _adopt_orphans(False)


def _adopt_orphans(wanted):
    """Make this process the parent of processes below it that lose their own, instead of process 1."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(wanted))


def main():
    for name in MODULES:
        importlib.import_module(name)
    gc.freeze()  # the collector of a program would copy every page by looking at it
    for line in sys.stdin:
        passing = os.fork()
        if passing == 0:
            return _between(json.loads(line))
        os.waitpid(passing, 0)
    return 0


def _between(request):
    """Fork the program and go, so that it becomes the child of whoever asked for it."""
    own = os.getpid()
    if os.fork():
        os._exit(0)
    os.setpgid(0, 0)
    while os.getppid() == own:
        time.sleep(0.001)
    die_with_parent()
    print(os.getpid(), flush=True)
    return _become(**request)


def _become(command, log, anew, variables):
    """Be the program from now on."""
    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    os.dup2(1, 2)
    os.environ.update(variables)
    if anew:
        os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 (our own command)
    from tests.faults import site  # noqa: PLC0415 (with Django set up, which the one who asks has done otherwise)

    site.take_away(variables["WITHOUT"])
    sys.argv = list(command)
    return runpy.run_module(command[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.exit(main())
