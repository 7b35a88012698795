"""Many rows, so many at a time: the same statement again, whatever their number.

A list of values is as long as a statement's parameters allow. Between two statements no cursor is open, so whoever reads may
write meanwhile, and the memory that is needed does not grow with the rows.
"""

from array import array
from itertools import islice

SIZE = 1000


def batches(values, size=None):
    """Yield ``values`` in lists of at most ``size``, or ``SIZE``."""
    source = iter(values)
    while part := list(islice(source, size or SIZE)):
        yield part


def having(rows, column, values):
    """Yield the rows of a query whose ``column`` is one of ``values``.

    They are in the query's order within each batch of values.
    """
    for part in batches(dict.fromkeys(values)):
        yield from rows.filter(**{f"{column}__in": part})


def in_order(rows, read=None):
    """Yield the rows of a query in its order, as it was at the beginning, in lists.

    Held are their keys alone. A row that is no longer one of the query's when its turn comes is left out. ``read``: returns
    the things to yield for a part of the rows as ``(key, thing)``, else they are the rows.
    """
    keys = array("q", rows.values_list("pk", flat=True).iterator(chunk_size=SIZE))
    for part in batches(keys):
        some = rows.order_by().filter(pk__in=part)
        found = dict(read(some)) if read else {row.pk: row for row in some}
        yield [found[key] for key in part if key in found]
