"""Who stands where: what counts as late, the figures behind every page that shows progress, and what a reader's choice leaves.

Everything starts from ``listed``: what the reader may know of, in one campaign. Lists, board, 催办 and export narrow it by
the same ``Choice``, so they never show different sheets.
"""

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

from django.db.models import Case, Count, Min, Q, When
from django.db.models.functions import Coalesce

from registers.text import without_unseen
from workflows.models import Campaign, Submission
from workflows.models.submissions import EDITABLE, State

LATE, UNFINISHED = "late", "unfinished"
BEGUN = (*EDITABLE, State.IN_REVIEW)  # open to somebody, and not done
HANDED_IN = (State.IN_REVIEW, State.FILED)
LONGEST = 40  # characters of anything that a reader types as a filter


def late(on):
    """Sheets whose own deadline, or whose present step's, has passed on the day ``on``."""
    return Q(due_on__lt=on, state__in=EDITABLE) | Q(step_due_on__lt=on, state=State.IN_REVIEW)


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


# --- Which sheets --------------------------------------------------------------------------------------


def campaigns_for(actor):
    """The campaigns that ``actor`` may choose from, the latest first."""
    seen = Campaign.objects.visible_to(actor).select_related("scheme", "institution")
    return list(seen.defer("scheme__document", "scheme__source").order_by("-year", "pk"))


def chosen(campaigns, year=""):
    """The one of ``year`` (as typed), or when that is no year the running one, else the latest; None if there is none."""
    if is_year(year):
        return next((campaign for campaign in campaigns if campaign.year == int(year)), None)
    running = (campaign for campaign in campaigns if campaign.state == Campaign.State.OPEN)
    return next(running, campaigns[0] if campaigns else None)


def is_year(text):
    """Whether what was typed can be a year."""
    return len(text) == 4 and text.isascii() and text.isdigit()


def listed(actor, campaign):
    """The sheets of ``campaign`` that ``actor`` may know of, without those that were cancelled."""
    return Submission.objects.listed_to(actor).filter(task__campaign=campaign).exclude(state=State.CANCELLED)


@dataclass(frozen=True)
class Choice:
    """What a reader asked to see: codes of a task and a unit, a ``state`` (or ``late``, ``unfinished``), a ``person`` by name or number."""

    task: str = ""
    unit: str = ""
    state: str = ""
    person: str = ""

    @classmethod
    def sent(cls, data):
        """From what was sent: a QueryDict or a dict."""
        return cls(
            **{
                field.name: without_unseen(str(data.get(field.name) or ""))[0].strip()[:LONGEST]
                for field in fields(cls)
            }
        )

    def but(self, **changed):
        """The same, with other words in some places."""
        return replace(self, **changed)

    def given(self):
        """What was asked for, by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    def whose(self, rows):
        """Those of ``rows`` in the chosen task, unit and person, whatever their state."""
        if self.task:
            rows = rows.filter(task__code=self.task)
        if self.unit:
            rows = rows.filter(unit__code=self.unit)
        if self.person:
            rows = rows.filter(Q(person__name__icontains=self.person) | Q(person__number=self.person))
        return rows

    def narrow(self, rows, *, on):
        """Those of ``rows`` that were chosen, by how they stand on the day ``on``."""
        rows = self.whose(rows)
        if self.state == LATE:
            return rows.filter(late(on))
        if self.state == UNFINISHED:
            return rows.filter(state__in=BEGUN)
        return rows.filter(state=self.state) if self.state in State.values else rows


def in_order(rows):
    """What is due first on top, and so what is late; what is filed at the end."""
    return rows.order_by(
        Case(When(state=State.FILED, then=1), default=0),
        Coalesce(Case(When(state=State.IN_REVIEW, then="step_due_on")), "due_on").asc(nulls_last=True),
        "unit__position",
        "pk",
    )


# --- How many ------------------------------------------------------------------------------------------


class Standing(NamedTuple):
    """So many sheets of one task and unit that stand in one place.

    ``recent``: handed in lately; ``since``: the longest there, of open sheets and those in review; ``handed``: how many had
    been handed in (and not sent back) before each of the moments that were asked about.
    """

    task: int
    unit: int
    state: str
    step: str
    role: str
    number: int
    late: int
    recent: int
    since: object
    handed: tuple = ()


def standings(rows, *, on, since, moments=()):
    """Where ``rows`` stand on the day ``on``, in one query; ``recent`` counts from the moment ``since`` (aware)."""
    handed = {f"handed{at}": Count("pk", filter=Q(submitted_at__lt=moment)) for at, moment in enumerate(moments)}
    counted = (
        rows.order_by()
        .values_list("task", "unit", "state", "step", "waiting_role")
        .annotate(
            number=Count("pk"),
            late=Count("pk", filter=late(on)),
            recent=Count("pk", filter=Q(submitted_at__gte=since)),
            # Where nobody asks for it, it is not worth the reading: a moment is dear on SQLite.
            since=Min("moved_at", filter=Q(state__in=[State.OPEN, State.IN_REVIEW])),
            **handed,
        )
    )
    none = (0,) * len(moments)  # a sheet that was sent back or taken back keeps the moment it was handed in
    return [
        Standing(*row[:9], row[9:]) if row[2] in HANDED_IN else Standing(*row[:7], 0, row[8], none) for row in counted
    ]


@dataclass
class Figures:
    """Counts of sheets by where they stand; ``opened``: since when the longest open one has been open."""

    owed: int = 0
    filed: int = 0
    moving: int = 0
    open: int = 0
    returned: int = 0
    waiting: int = 0
    late: int = 0
    recent: int = 0
    opened: object = None

    NAMES = {
        State.FILED: "filed",
        State.IN_REVIEW: "moving",
        State.OPEN: "open",
        State.RETURNED: "returned",
        State.WAITING: "waiting",
    }

    def add(self, found):
        """Count a ``Standing`` in."""
        name = self.NAMES[found.state]
        setattr(self, name, getattr(self, name) + found.number)
        self.owed += found.number
        self.late += found.late
        self.recent += found.recent
        if found.state == State.OPEN:
            self.opened = _earlier(self.opened, found.since)

    def merge(self, other):
        """Count everything in that ``other`` counts."""
        self.owed += other.owed
        self.filed += other.filed
        self.moving += other.moving
        self.open += other.open
        self.returned += other.returned
        self.waiting += other.waiting
        self.late += other.late
        self.recent += other.recent
        self.opened = _earlier(self.opened, other.opened)

    @property
    def handed(self):
        """Handed in, and not sent back."""
        return self.filed + self.moving

    @property
    def remaining(self):
        return self.owed - self.handed


def _earlier(one, other):
    return min(one, other) if one and other else one or other


def summed(found):
    """``{(unit, task): Figures}`` of ``Standing`` rows."""
    sums = {}
    for standing in found:
        key = standing.unit, standing.task
        if key not in sums:
            sums[key] = Figures()
        sums[key].add(standing)
    return sums


def folded(sums, key):
    """``{key: Figures}`` of what ``summed`` or this gave; ``key`` takes the old key."""
    folded_sums = {}
    for old, figures in sums.items():
        new = key(old)
        if new not in folded_sums:
            folded_sums[new] = Figures()
        folded_sums[new].merge(figures)
    return folded_sums
