"""Records that are never edited once in force (design decision 3)."""

import uuid

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class VersionQuerySet(ScopedQuerySet):
    """Versions by the day they were in force."""

    def in_force(self, on):
        """Versions in force at the end of the day ``on``."""
        return self.filter(Q(in_force_until=None) | Q(in_force_until__gt=on), in_force_from__lte=on)


class Versioned(models.Model):
    """One version of a record; ``series`` ties the versions together.

    ``in_force_from`` None: a proposal that is still travelling its route. ``in_force_until``: the first
    day no longer in force; None: still in force. Only ``registers.versions`` sets either.
    """

    series = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    in_force_from = models.DateField(null=True, editable=False)
    in_force_until = models.DateField(null=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True


def version_constraints(name):
    """One open version in force per series, no end without or before a beginning."""
    return [
        models.UniqueConstraint(
            fields=["series"],
            condition=Q(in_force_from__isnull=False, in_force_until=None),
            name=f"{name}_one_open_version",
        ),
        models.CheckConstraint(
            condition=Q(in_force_until=None) | Q(in_force_from__isnull=False, in_force_until__gte=F("in_force_from")),
            name=f"{name}_ends_after_start",
        ),
    ]
