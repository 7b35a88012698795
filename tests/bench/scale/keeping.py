"""The filled databases, kept in ``var/test`` from one run to the next: a second run copies them in seconds."""

import contextlib
import hashlib
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests import kept, services

LOAD_SECONDS = 1800
POSTGRESQL, SQLITE = "postgresql", "sqlite"
# Name of a database → where it is, points in force, units.
DATABASES = {
    "scale50k": (POSTGRESQL, 50_000, 40),
    "scale500k": (POSTGRESQL, 500_000, 400),
    "sqlite50k": (SQLITE, 50_000, 40),
}
SCHEME = "changchun-2016"


@contextlib.contextmanager
def served(name, environment):
    """Serve a copy of a filled database, made first where there is none yet, and yield its address."""
    where, *size = DATABASES[name]
    with tempfile.TemporaryDirectory(prefix="riskmgmt-") as folder:
        # The account that PostgreSQL runs under has to pass through.
        Path(folder).chmod(0o711)

        def fill(url):
            _filled(url, environment)
            _filled(url, environment, *size)

        if where == SQLITE:

            def make(fresh):
                kept.migrate(f"sqlite:///{fresh}", environment)
                fill(f"sqlite:///{fresh}")

            place = Path(folder) / "scale.sqlite3"
            kept.copy(name, make, place, depends=_shape(size))
            yield f"sqlite:///{place}"
        else:
            cluster = services.filled_postgresql(
                Path(folder) / "pg", name, lambda url: fill(_template(url)), depends=_shape(size)
            )
            with cluster as url:
                yield _template(url)


def _template(url):
    """The address of the migrated database of a server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{services.TEMPLATE}"))


def _filled(url, environment, *size):
    """Make the demo campus, or fill a database that has it, in a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "tests.bench.scale.keeping", *map(str, size)],
        cwd=kept.ROOT, env=environment | {"DATABASE_URL": url}, timeout=LOAD_SECONDS, check=True,
    )  # fmt: skip


def _shape(size):
    """A digest of what makes the data: size, loader, demo, and the month, because the demo's clock goes on."""
    shape = hashlib.sha256(f"{time.strftime('%Y-%m')} {size}".encode())
    places = ("tests/bench/scale", "workflows/demo", "fixtures")
    loader = ("loading.py", "organisation.py", "register.py", "sheets.py", "writing.py")
    for path in sorted(found for place in places for found in (kept.ROOT / place).rglob("*.*")):
        if path.parent.name != "scale" or path.name in loader:
            shape.update(path.read_bytes() if path.is_file() and path.suffix != ".pyc" else b"")
    return shape.hexdigest()


def fill(size):
    """Make the demo campus of this database if ``size`` is empty, else bring it to so many points and units."""
    import django  # noqa: PLC0415 (the other functions need no Django)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from tests.bench.scale.loading import load, settle  # noqa: PLC0415

    if size:
        points, units = map(int, size)
        print(f"……载入 {load(points, units):,} 个风险点、{units} 个单位", flush=True)
        settle()
        return
    call_command("createcachetable", verbosity=0)
    call_command("load_schemes", verbosity=0, stdout=io.StringIO())
    call_command("demo", scheme=SCHEME, size="school", stdout=io.StringIO())


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")
    fill(sys.argv[1:])
