"""How many objections there were, by what they were about and what came of them.

Small numbers are not told. Whoever knows that one person objected could learn from a small number who it was, so nothing from 1
to 4 is shown, and nothing from which it could be worked out.
"""

from dataclasses import dataclass

from django.db.models import Count, Q

from workflows.models import Objection

LEAST = 5  # k: the smallest number above nothing that is shown


@dataclass(frozen=True)
class Figure:
    """One number and what it counts, ``number`` None where it is too small to be told."""

    label: str
    number: int | None

    @property
    def words(self):
        """The number as it is shown."""
        return "不显示" if self.number is None else str(self.number)


def guarded(counts):
    """Return the counts by name without those that are too small: None in their place.

    What is left out adds up to ``LEAST`` at least, else it could be worked out from the sum, and the smallest of the others is left
    out with it. Nothing is nothing, and is shown.
    """
    shown = dict(counts)
    rising = sorted((number, name) for name, number in counts.items() if number)
    hidden = 0
    for number, name in rising:
        if number < LEAST or 0 < hidden < LEAST:
            shown[name], hidden = None, hidden + number
    return shown


def of_campaign(campaign):
    """Return the figures of a campaign's objections: all, and lists by category, by way, by outcome."""
    raised = Objection.objects.filter(notice__task__campaign=campaign).order_by()
    by_way = {"实名": Q(author__isnull=False) | Q(objector__isnull=False), "匿名": Q(author=None, objector=None)}
    ways = raised.aggregate(**{label: Count("pk", filter=way) for label, way in by_way.items()})
    [total] = guarded({"": sum(ways.values())}).values()
    return (
        Figure("收到", total),
        _counted(raised, "category", Objection.Category.choices),
        [Figure(label, number) for label, number in guarded(ways).items()],
        _counted(raised, "finding", [("", "办理中"), *Objection.Finding.choices]),
    )


def _counted(raised, field, choices):
    found = dict(raised.values_list(field).annotate(Count("pk")))
    labels = {label: found.get(value, 0) for value, label in choices}
    return [Figure(label, number) for label, number in guarded(labels).items()]
