"""The files that workers have written, in a private folder: there whole or not at all.

Their names are random, so that nobody guesses one. A worker writes into a folder of its own and moves the file out when it is
complete. What a killed worker leaves is in no row, so nobody can fetch it, and is swept away.
"""

import os
import secrets
import shutil
import time

from django.conf import settings

ABANDONED_SECONDS = 3600  # longer than any file is written


def keep(write):
    """Let ``write(path)`` write a file, and return the name under which it is kept."""
    name = secrets.token_hex(16)
    work = _folder() / f"{name}.part"
    work.mkdir(mode=0o700)
    try:
        whole = work / name
        whole.touch(mode=0o600)
        write(whole)
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.replace(_folder() / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return name


def opened(name):
    """Return the file kept under a name, open for reading. Raises ``FileNotFoundError``."""
    return (settings.EXPORT_ROOT / name).open("rb")


def remove(names):
    """Remove the files kept under these names. One that is gone already is no fault."""
    for name in filter(None, names):
        (settings.EXPORT_ROOT / name).unlink(missing_ok=True)


def sweep(known):
    """Remove what is not in ``known`` (names) and older than any work in progress, and return how many."""
    long_ago, removed = time.time() - ABANDONED_SECONDS, 0
    for entry in os.scandir(_folder()):
        if entry.name not in known and entry.stat(follow_symlinks=False).st_mtime < long_ago:
            removed += 1
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                remove([entry.name])
    return removed


def _folder():
    settings.EXPORT_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.EXPORT_ROOT
