"""Rows that hold from one day to another."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class SpanQuerySet(ScopedQuerySet):
    """Rows with ``since`` and ``until``; ``until`` is the first day no longer included."""

    def in_force(self, on):
        """Rows that hold on the day ``on``."""
        return self.filter(Q(until=None) | Q(until__gt=on), since__lte=on)


def span_constraint(name):
    """The database's share of the rule: a span does not end before it begins."""
    return models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name=f"{name}_ends_after_start")
