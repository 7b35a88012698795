"""Records that are never edited once in force (design decision 3)."""

import uuid

from django.db import models

from registers.models.spans import VersionQuerySet


class Versioned(models.Model):
    """One version of a record that is never edited once in force.

    All versions of a record have the same ``series``. ``in_force_from`` None: a proposal that is still travelling its
    route. ``in_force_until``: the first day no longer in force; None: still in force. Only ``registers.versions`` sets
    either.
    """

    series = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    in_force_from = models.DateField(null=True, editable=False)
    in_force_until = models.DateField(null=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True
