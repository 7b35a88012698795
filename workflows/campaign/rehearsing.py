"""Whether a rehearsal (演练) is running beside this site, and at which address.

Its programs (``riskmgmt.rehearsal``) hold a lock on a file that says so. The kernel gives the lock back when they end, however they do.
"""

import fcntl
import json
from contextlib import contextmanager

from django.conf import settings

FOLDER = settings.VAR / "rehearsal"
FILE = "running.json"


@contextmanager
def announced(*, year, url, folder=FOLDER):
    """Say for as long as the block runs that the campaign of ``year`` is rehearsed at ``url``."""
    with (folder / FILE).open("w", encoding="utf-8") as file:
        json.dump({"year": year, "url": url}, file)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def running(folder=FOLDER):
    """Return the ``{"year", "url"}`` of the rehearsal that is running on this machine, None where none is."""
    try:
        with (folder / FILE).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return json.load(file)
    except (OSError, ValueError):
        pass
    return None
