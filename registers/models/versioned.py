"""Records that are never edited once in force."""

import uuid

from django.db import models

from registers.models.spans import VersionQuerySet

# Which version a row is, not what it says.
VERSION_FIELDS = ("id", "series", "base", "in_force_from", "in_force_until")
# What is kept of a measure so that lists need not look it up. It says nothing of its own, and a proposal begins without it.
KEPT_FIELDS = ("rank", "noted")


class Versioned(models.Model):
    """One version of a record that is never edited once in force.

    All versions of a record have the same ``series``. ``base``: the version that this one starts from, None for the
    first of a series. ``in_force_from`` None: a proposal that is still travelling its route. ``in_force_until``: the
    first day no longer in force; None: still in force. Only ``registers.versions`` sets either.
    """

    series = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    in_force_from = models.DateField(null=True, editable=False)
    in_force_until = models.DateField(null=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True

    def revised(self, **values):
        """Return an unsaved proposal that starts from this version: a copy in which ``values`` are replaced.

        So what a sheet does not ask for cannot be lost.
        """
        copied = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if field.name not in (*VERSION_FIELDS, *KEPT_FIELDS)
        }
        proposal = type(self)(series=self.series, base=self, **copied)
        for name, value in values.items():
            setattr(proposal, name, value)
        return proposal
