"""Who stands where: what counts as late, and the figures behind every page that shows progress."""

from django.db.models import Count, Q

from workflows.models.submissions import State


def late(on):
    """Sheets whose own deadline, or whose present step's, has passed on the day ``on``."""
    return Q(due_on__lt=on, state__in=[State.OPEN, State.RETURNED]) | Q(step_due_on__lt=on, state=State.IN_REVIEW)


def figures(on):
    """The counts of sheets by where they stand; all but ``late`` add up to ``owed``."""
    states = {
        "filed": State.FILED,
        "moving": State.IN_REVIEW,
        "open": State.OPEN,
        "returned": State.RETURNED,
        "waiting": State.WAITING,
    }
    return {
        "owed": Count("pk"),
        "late": Count("pk", filter=late(on)),
        **{name: Count("pk", filter=Q(state=state)) for name, state in states.items()},
    }
