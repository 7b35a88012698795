"""The one place that says what "in force on a day" means.

Three kinds of rows hold for a time. A *span* (an appointment, a holder of a post, a leading group) has ``since`` and ``until``. A
*version* of a record has ``in_force_from`` and ``in_force_until``. A unit or a post has ``closed_on``. The end is the first day no
longer included, None where no end is known yet.
"""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet

# No end is known. For constraints only: a rule asks for a day.
WITHOUT_END, WITH_END = Q(until=None), Q(until__isnull=False)
OPEN_VERSION = Q(in_force_from__isnull=False, in_force_until=None)
ENDED_VERSION = Q(in_force_until__isnull=False)


def in_force_on(on):
    """Return the conditions of a span that holds on the day ``on``."""
    return Q(until=None) | Q(until__gt=on), Q(since__lte=on)


class SpanQuerySet(ScopedQuerySet):
    """Rows with ``since`` and ``until``."""

    def in_force(self, on):
        """Keep the rows that hold on the day ``on``."""
        return self.filter(*in_force_on(on))

    def within(self, since, until):
        """Keep the rows that hold on some day from ``since`` up to, but without, ``until``."""
        return self.filter(Q(until=None) | Q(until__gt=since), since__lt=until)

    def end(self, on):
        """End what is held in these rows with the day ``on``.

        What would begin later never does.
        """
        held = self.within(on, on.max)
        held.filter(since__gte=on).update(until=F("since"))
        held.filter(since__lt=on).update(until=on)

    def without_end(self):
        """Keep the rows that have begun, or will, and have no end yet."""
        return self.filter(WITHOUT_END, since__isnull=False)


def version_on(on):
    """Return the condition of a version in force at the end of the day ``on``."""
    return Q(Q(in_force_until=None) | Q(in_force_until__gt=on), in_force_from__lte=on)


def open_later(on):
    """Return the condition of a version that is open and not in force yet on the day ``on``."""
    return Q(OPEN_VERSION, in_force_from__gt=on)


def ended_since(on):
    """Return the condition of a version that was in force on the day ``on`` and is not open any more."""
    return Q(in_force_until__gt=on, in_force_from__lte=on)


def not_as_open_on(on):
    """Return the condition of a version that is open and not in force on a day, or the other way round."""
    return open_later(on) | ended_since(on)


def begun_or_ended(after, by):
    """Return the condition of a version that came into force, or ended, after one day and by another."""
    return Q(in_force_from__gt=after, in_force_from__lte=by) | Q(in_force_until__gt=after, in_force_until__lte=by)


class VersionQuerySet(ScopedQuerySet):
    """Versions of a record, by the days on which they were in force."""

    def in_force(self, on):
        """Keep the versions in force at the end of the day ``on``."""
        return self.filter(version_on(on))

    def open(self):
        """Keep the version of each series that is in force until another takes its place."""
        return self.filter(OPEN_VERSION)


def has_begun(version, on):
    """Whether a version has come into force by the day ``on``. A proposal never has."""
    return version.in_force_from is not None and version.in_force_from <= on


def has_ended(version, on):
    """Whether a version is no longer in force on the day ``on``."""
    return version.in_force_until is not None and version.in_force_until <= on


def is_in_force(version, on):
    """Whether a version is in force at the end of the day ``on``, as ``version_on`` says it."""
    return has_begun(version, on) and not has_ended(version, on)


def existing_on(on, of=""):
    """Return the condition of a unit or a post that is not closed on the day ``on``.

    ``of``: the path to it from the rows in question, such as ``post__unit``.
    """
    closed_on = f"{of}__closed_on" if of else "closed_on"
    return Q(**{closed_on: None}) | Q(**{f"{closed_on}__gt": on})


def is_closed(row, on):
    """Whether a unit or a post is closed on the day ``on``."""
    return row.closed_on is not None and row.closed_on <= on


class ExistingQuerySet(ScopedQuerySet):
    """Units or posts, by the day on which they were closed."""

    def existing(self, on):
        """Keep those that are not closed on the day ``on``."""
        return self.filter(existing_on(on))

    def close(self, on):
        """Close them with the day ``on``, as far as they are not closed by then."""
        return self.existing(on).update(closed_on=on)


def span_constraint(name):
    """Return the database constraint that a span does not end before it begins."""
    return models.CheckConstraint(condition=WITHOUT_END | Q(until__gte=F("since")), name=f"{name}_ends_after_start")


def version_constraints(name):
    """Return the database constraints of a versioned model.

    At most one open version per series, and no end without or before a beginning.
    """
    return [
        models.UniqueConstraint(fields=["series"], condition=OPEN_VERSION, name=f"{name}_one_open_version"),
        models.CheckConstraint(
            condition=Q(in_force_until=None) | Q(in_force_from__isnull=False, in_force_until__gte=F("in_force_from")),
            name=f"{name}_ends_after_start",
        ),
    ]
