"""The history of units and posts: each change with its day of effect and whoever made it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from registers.models import OrganisationChange

Kind = OrganisationChange.Kind
BATCH = 1000


@dataclass
class Journal:
    """The changes of one act, which ``save`` writes.

    ``on``: the day from which they count. ``by``: the user who makes them, None for the system.
    """

    on: date
    at: datetime
    by: object = None
    rows: list = field(default_factory=list)

    def note(self, kind, unit, *, what="", old="", new="", post=None, other=None):
        """Keep one change in mind."""
        words = {"what": what, "old": str(old), "new": str(new)}
        more = {"on": self.on, "by": self.by, "made_at": self.at}
        self.rows.append(OrganisationChange(kind=kind, unit=unit, post=post, other=other, **words, **more))

    def save(self):
        """Write what was noted, and return it."""
        rows, self.rows = self.rows, []
        return OrganisationChange.objects.bulk_create(rows, batch_size=BATCH)
