"""The figures behind every page that shows progress, what counts as late, and a reader's filter.

Everything starts from ``listed``: the submissions of one campaign that the reader may know of. Lists, board, 催办 and
export filter it by the same ``Choice``, so they never show different submissions.
"""

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import NamedTuple

from django.db.models import Case, Count, Min, Q, When
from django.db.models.functions import Coalesce

from registers.access import Seen
from registers.text import without_unseen
from workflows.models import Campaign, Submission
from workflows.models.submissions import EDITABLE, State

LATE, UNFINISHED = "late", "unfinished"
BEGUN = (*EDITABLE, State.IN_REVIEW)  # somebody has to act, and it is not filed
HANDED_IN = (State.IN_REVIEW, State.FILED)
LONGEST = 40  # characters of anything that a reader types as a filter


def late(on):
    """The condition for submissions that are late on the day ``on``.

    With its filler a sheet is late after ``due_on``, which after a return is the redo day. In review it is late after the
    last day of the present step.
    """
    return Q(due_on__lt=on, state__in=EDITABLE) | Q(step_due_on__lt=on, state=State.IN_REVIEW)


def figures(on):
    """The aggregates that count submissions by state: name → ``Count``.

    All but ``late`` add up to ``owed``.
    """
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


# --- Which submissions ---------------------------------------------------------------------------------


def campaigns_for(actor):
    """List the campaigns that ``actor`` may choose from, the latest first, read once for him."""
    if campaigns_for not in actor.memory:
        actor.memory[campaigns_for] = _campaigns().by(actor)
    return actor.memory[campaigns_for]


@cache
def _campaigns():
    rows = Campaign.objects.select_related("scheme", "institution").order_by("-year", "pk")
    return Seen(rows.defer("scheme__document", "scheme__source"))


def campaign_of(actor, key):
    """Return the campaign with this key, None where ``actor`` has no such campaign to choose."""
    return next((campaign for campaign in campaigns_for(actor) if campaign.pk == key), None)


def chosen(campaigns, year=""):
    """Pick the campaign of ``year`` (as typed), None if there is none.

    Where no year was typed, it is the running campaign, else the latest.
    """
    if is_year(year):
        return next((campaign for campaign in campaigns if campaign.year == int(year)), None)
    running = (campaign for campaign in campaigns if campaign.state == Campaign.State.OPEN)
    return next(running, campaigns[0] if campaigns else None)


def is_year(text):
    """Whether what was typed can be a year."""
    return len(text) == 4 and text.isascii() and text.isdigit()


def listed(actor, campaign):
    """The submissions of ``campaign`` that ``actor`` may know of, without cancelled ones."""
    return of_campaign(Submission.objects.listed_to(actor), campaign)


def of_campaign(rows, campaign):
    """Keep the submissions of ``campaign``, without cancelled ones."""
    return rows.filter(task__campaign=campaign).exclude(state=State.CANCELLED)


@dataclass(frozen=True)
class Choice:
    """The filter a reader has chosen.

    ``task`` and ``unit`` are codes, ``state`` is a state or ``late`` or ``unfinished``, ``person`` is a name or a
    number.
    """

    task: str = ""
    unit: str = ""
    state: str = ""
    person: str = ""

    @classmethod
    def sent(cls, data):
        """Read a choice from what was sent (a QueryDict or a dict)."""
        return cls(**{field.name: without_unseen(str(data.get(field.name) or ""))[0].strip() for field in fields(cls)})

    def but(self, **changed):
        """The same choice with some fields replaced."""
        return replace(self, **changed)

    def given(self):
        """The fields that are not empty: name → value."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    def whose(self, rows):
        """Filter ``rows`` by the chosen task, unit and person, whatever their state."""
        if self.task:
            rows = rows.filter(task__code=self.task)
        if self.unit:
            rows = rows.filter(unit__code=self.unit)
        if self.person:
            rows = rows.filter(Q(person__name__icontains=self.person) | Q(person__number=self.person))
        return rows

    def narrow(self, rows, *, on):
        """Filter ``rows`` by the whole choice, judging what is late on the day ``on``."""
        rows = self.whose(rows)
        if self.state == LATE:
            return rows.filter(late(on))
        if self.state == UNFINISHED:
            return rows.filter(state__in=BEGUN)
        return rows.filter(state=self.state) if self.state in State.values else rows


def in_order(rows):
    """Sort ``rows``: what is due first (so what is late) on top, what is filed at the end."""
    return rows.order_by(
        Case(When(state=State.FILED, then=1), default=0),
        Coalesce(Case(When(state=State.IN_REVIEW, then="step_due_on")), "due_on").asc(nulls_last=True),
        "unit__position",
        "pk",
    )


# --- How many ------------------------------------------------------------------------------------------


class Tally(NamedTuple):
    """The number of submissions of one task and unit that are in one state, at one step, with one role.

    ``late``: how many of them are late. ``recent``: how many were handed in lately. ``since``: when the one that has
    waited longest got there (open ones and those in review only). ``handed``: how many had been handed in, and not
    sent back, before each of the times that were asked about.
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


def tallies(rows, *, on, since, moments=()):
    """Count ``rows`` by task, unit, state, step and role: a list of ``Tally``. One query.

    What is late is judged on the day ``on``; ``recent`` counts from ``since`` (aware); ``moments`` (aware) are the
    times for ``Tally.handed``.
    """
    handed = {f"handed{at}": Count("pk", filter=Q(submitted_at__lt=moment)) for at, moment in enumerate(moments)}
    counted = (
        rows.order_by()
        .values_list("task", "unit", "state", "step", "waiting_role")
        .annotate(
            number=Count("pk"),
            late=Count("pk", filter=late(on)),
            recent=Count("pk", filter=Q(submitted_at__gte=since)),
            # Only for the states that need it: reading a time is slow on SQLite.
            since=Min("moved_at", filter=Q(state__in=[State.OPEN, State.IN_REVIEW])),
            **handed,
        )
    )
    none = (0,) * len(moments)  # a submission that went back to its filler keeps its ``submitted_at``
    return [Tally(*row[:9], row[9:]) if row[2] in HANDED_IN else Tally(*row[:7], 0, row[8], none) for row in counted]


@dataclass
class Figures:
    """Counts of submissions by state. ``opened``: since when the longest open one has been open."""

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

    def add(self, tally):
        """Add a ``Tally`` to the counts."""
        name = self.NAMES[tally.state]
        setattr(self, name, getattr(self, name) + tally.number)
        self.owed += tally.number
        self.late += tally.late
        self.recent += tally.recent
        if tally.state == State.OPEN:
            self.opened = _earlier(self.opened, tally.since)

    def merge(self, other):
        """Add the counts of ``other``."""
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
        """How many are handed in and not sent back."""
        return self.filed + self.moving

    @property
    def remaining(self):
        return self.owed - self.handed


def _earlier(one, other):
    return min(one, other) if one and other else one or other


def summed(counted):
    """Sum ``Tally`` rows up: ``{(unit, task): Figures}``."""
    sums = {}
    for tally in counted:
        key = tally.unit, tally.task
        if key not in sums:
            sums[key] = Figures()
        sums[key].add(tally)
    return sums


def folded(sums, key):
    """Merge the figures of several keys into one.

    ``sums`` comes from ``summed`` or from this function; ``key``: old key → new key. Returns ``{new key: Figures}``.
    """
    folded_sums = {}
    for old, figures in sums.items():
        new = key(old)
        if new not in folded_sums:
            folded_sums[new] = Figures()
        folded_sums[new].merge(figures)
    return folded_sums
