"""A database that holds a demo campus becomes one with as many points in force as wanted."""

import contextlib
from datetime import date

from django.db import connection, transaction
from django.db.models import Count

from registers import clock, counts
from registers.models import ControlMeasure, RiskPoint
from tests.bench.scale import organisation, sheets
from tests.bench.scale.register import YEARS, Register
from workflows.campaign import campaigns
from workflows.models import MeasureProgress

LARGEST = (RiskPoint, ControlMeasure, MeasureProgress)


def load(points, units, *, home=organisation.HOME):
    """Bring the database to ``points`` points in force in ``units`` units, and return how many there are.

    It must hold a campus with an open campaign and some points with measures, as the demo's; what is on record stays as it is.
    ``home``: code of the unit that has as many points at every size.
    """
    campaign, on = campaigns.current(), clock.today()
    filed = [date(on.year - step, 11, 20) for step in range(1, YEARS + 1)]
    found = RiskPoint.objects.open().order_by().values("unit__code").annotate(number=Count("pk"))
    present = dict(found.values_list("unit__code", "number"))
    with unhindered(), transaction.atomic():
        places = organisation.make(campaign, points=points, units=units, present=present, since=filed[-1], home=home)
        Register(places, on=on, days_filed=filed).make()
        sheets.make(campaign, places, on=on)
    counts.check()  # PostgreSQL has counted nothing meanwhile
    return RiskPoint.objects.open().count()


@contextlib.contextmanager
def unhindered():
    """Look at no foreign key while rows are written, and make the indexes of the largest tables afterwards, in one go each.

    Both take most of the time otherwise. A test looks at the foreign keys; unique indexes are made at the end, so they hold.
    """
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica" if postgresql else "PRAGMA foreign_keys = OFF")
        indexes = [found for model in LARGEST for found in _indexes(cursor, model._meta.db_table)]
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT" if postgresql else "PRAGMA foreign_keys = ON")


def _indexes(cursor, table):
    """The indexes of a table as ``(name, statement)``, but for those that belong to a key."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [table],
        )
    else:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL", [table]
        )
    return cursor.fetchall()


def settle():
    """Let the database know what it holds, as its own housekeeping would in a night."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
