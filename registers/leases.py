"""Leases on rows: one worker takes a row, and the lease ends by itself when that worker dies."""

from django.db.models import F, Q

from registers import clock


def free(column, *, at, seconds):
    """Return the condition of rows whose lease nobody holds at ``at``.

    ``column`` says when the lease was taken. A lease from more than ``seconds`` ago belonged to a worker that died. So did
    one from as far in the future: it was taken before the machine's clock was set back. The condition names columns of the
    row alone. With a join an update would become ``id IN (SELECT …)``, which PostgreSQL does not look at again after waiting
    for another worker, and both would win.
    """
    span = clock.seconds(seconds)
    return free_outside(column, at - span, at + span)


def free_outside(column, first, last):
    """Return the same condition, where a lease taken from ``first`` to ``last`` still holds."""
    return Q(**{column: None}) | Q(**{f"{column}__lt": first}) | Q(**{f"{column}__gt": last})


def take(rows, column, *, tries, at):
    """Take the lease on ``rows`` (free ones) and return how many were taken.

    The column ``tries`` counts the tries. One conditional update: of two workers that ask at once, one gets 1 and the other 0.
    """
    return rows.update(**{column: at, tries: F(tries) + 1})
