"""What is kept in ``var/test`` from one test run to the next, because making it takes longer than the tests of a module.

Each thing carries the digest of all that shapes it in its name. Where one of them has changed, it is made afresh and the old
one goes, so nobody ever meets a stale one.
"""

import contextlib
import fcntl
import hashlib
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test"
MIGRATE_SECONDS = 600  # ten on a quiet machine


def copy(name, make, to, *, depends=""):
    """Copy the file or folder ``name`` to ``to``; ``make`` makes it at the path it is given, when there is none yet.

    Migrations, locked packages, Python and SQLite shape all of them; ``depends`` is what else shapes this one.
    """
    with _locked(name):
        kept = FOLDER / f"{name}-{_digest(depends)}"
        if not kept.exists():
            _keep(name, make, kept)
        if kept.is_dir():
            shutil.copytree(kept, to)
        else:
            shutil.copyfile(kept, to)


@contextlib.contextmanager
def made_once(name, path, *, depends):
    """Put the file ``name`` at ``path`` where there is one; else keep what the body has made there, if it succeeds.

    For a test that makes it by the way. ``depends``: as for ``copy``.
    """
    with _locked(name):
        kept = FOLDER / f"{name}-{_digest(depends)}"
        if kept.exists():
            shutil.copyfile(kept, path)
            yield
        else:
            yield
            _keep(name, lambda fresh: shutil.copyfile(path, fresh), kept)


def shape_of_the_demo():
    """Return a digest of the day and of all that makes a demo campus."""
    shape = hashlib.sha256(time.strftime("%Y-%m-%d").encode())
    for place in ("riskmgmt", "registers", "workflows", "fixtures"):
        for path in sorted((ROOT / place).rglob("*.*")):
            if path.suffix != ".pyc" and path.is_file():
                shape.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return shape.hexdigest()


def _keep(name, make, kept):
    fresh = FOLDER / f"fresh-{name}"
    for old in (fresh, *FOLDER.glob(f"{name}-*")):
        _remove(old)
    make(fresh)
    # Only what is finished has the name, whenever this is interrupted.
    fresh.rename(kept)


def migrate(database, environment):
    """Run all migrations on the database of this address, in a process of its own."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
        cwd=ROOT, env=environment | {"DATABASE_URL": database}, timeout=MIGRATE_SECONDS, check=True,
    )  # fmt: skip


def _digest(depends):
    shape = hashlib.sha256(f"{depends} {sys.version} {sqlite3.sqlite_version}".encode())
    for path in sorted((*ROOT.glob("*/migrations/*.py"), ROOT / "requirements-dev.txt")):
        shape.update(b"\0" + str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return shape.hexdigest()[:16]


@contextlib.contextmanager
def _locked(name):
    """Let one run at a time look after ``name``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
