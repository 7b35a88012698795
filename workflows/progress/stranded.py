"""Sheets that nobody can take: what they lack, and who can supply it.

One query reads those that may be among them: of units where a role is vacant, and of people who hold the very role their sheet
waits for. The rule of the deciders then looks at each.
"""

from dataclasses import dataclass, field

from django.db.models import Q

from registers.actors import SCHOOL_ROLES
from registers.schemes.language import Brings, StepKind
from workflows.models import NoticeSheet, Submission
from workflows.models.submissions import ALONE, EDITABLE, UNPUBLISHED, State
from workflows.policies import takes_content
from workflows.policies.deciders import CLIMB, LIAISON, MEETING, Lack, Missing
from workflows.policies.publicity import Drafts, drafters, turn_of
from workflows.policies.reach import nearest, units_with
from workflows.policies.remedies import Remedy, filer_of, remedy

NAMED = 3  # papers and people of a line


@dataclass
class Line:
    """The sheets of one unit that nobody can take for the same reason, and the ``remedy``."""

    unit: object
    remedy: Remedy
    submissions: list = field(default_factory=list)

    @property
    def named(self):
        """The first few sheets: (paper, person or None)."""
        return [(submission.task, submission.person) for submission in self.submissions[:NAMED]]

    @property
    def more(self):
        """How many sheets there are beside those named."""
        return len(self.submissions) - NAMED if len(self.submissions) > NAMED else 0


def lines(rows, campaign, holding, *, units=None):
    """Return a ``Line`` for each unit and reason why nobody can take some of ``rows``.

    ``rows``: sheets of ``campaign``. One that has ended has none. ``units``: ids of the units that the sheets are of, None for any.
    """
    rules, found, filers = campaign.scheme.rules, {}, None
    if campaign.state != "open":
        return []  # nothing of it can be taken any more
    for submission, lack in stranded(rows, campaign, holding, units=units):
        if lack.missing == Missing.GROUP and filers is None:
            filers = _filers(campaign)
        filer = filer_of(lack.unit, holding, filers or ())
        words = remedy(lack, holding, rules, filer=filer)
        line = found.setdefault((submission.unit_id, words), Line(submission.unit, words))
        line.submissions.append(submission)
    return list(found.values())


def stranded(rows, campaign, holding, *, units=None):
    """Yield ``(submission, lack)`` of those of ``rows`` that nobody can take. ``units``: as of ``lines``."""
    units = holding.parents if units is None else units
    if any(task.carries for task in campaign.scheme.rules.tasks):
        yield from _without_carrier(rows, campaign, holding)
    suspects, drafts = _suspects(holding, units) | _unpublished(campaign, holding, units), Drafts(holding)
    rows = rows.filter(suspects).select_related("task", "unit", "person").defer("narrative")
    for submission in rows.order_by("unit__position", "unit__code", "task__position", "pk"):
        submission.task.campaign = campaign  # already read, with its rule book
        turn = turn_of(submission, holding, drafts)
        if turn.lack is not None:
            yield submission, turn.lack


def _without_carrier(rows, campaign, holding):
    """Yield ``(submission, lack)`` of those of ``rows`` that no unit's sheet will ever carry."""
    for task in campaign.tasks.filter(code__in=[task.code for task in campaign.scheme.rules.tasks if task.carries]):
        task.campaign, among = campaign, units_with(task.pk)
        alone = rows.filter(ALONE, task__code=task.rules.carries).select_related("task", "unit", "person")
        for submission in alone.defer("narrative").order_by("unit__position", "unit__code", "pk"):
            if nearest(submission.unit_id, among, holding.parents) is None:
                submission.task.campaign = campaign
                yield submission, Lack(Missing.CARRIER, LIAISON, submission.unit_id)


def _suspects(holding, units):
    """The condition that a sheet may have nobody; what it lets through is looked at one by one."""
    vacant = [unit for unit in units if not holding.filling(unit).people]
    found = (
        takes_content(holding.on)
        & Q(state__in=EDITABLE)
        & (Q(person=None, unit__in=vacant) | Q(person__is_active=False))
    )
    # Of those a body decides on few wait at a time, and which body it is their step says.
    found |= Q(state=State.IN_REVIEW, waiting_role=MEETING)
    for role in CLIMB[1:]:
        vacant = [unit for unit in units if not holding.is_taken(role, holding.able(role, unit)[1])]
        alone = _irreplaceable(role, holding)
        found |= Q(state=State.IN_REVIEW, waiting_role=role) & (Q(unit__in=vacant) | Q(person__in=alone))
    return found


def _unpublished(campaign, holding, units):
    """The condition that there may be nobody to draft or to release the notice that a sheet waits for."""
    waits = Q(state=State.IN_REVIEW, waiting_role=UNPUBLISHED)
    drafted = NoticeSheet.objects.filter(notice__released_at=None, notice__task__campaign=campaign)
    found = waits & Q(pk__in=drafted.order_by().values("submission"))  # few at a time
    steps = [step for route in campaign.scheme.rules.routes.values() for step in route.steps]
    for step in {step.role: step for step in steps if step.kind == StepKind.PUBLICISE}.values():
        vacant = [unit for unit in units if not drafters(holding, step, unit)]
        found |= waits & Q(unit__in=vacant)
    return found


def _irreplaceable(role, holding):
    """People whose own sheets nobody can take in ``role`` where they hold it, or might not: few, whatever the number of units."""
    places = [unit for unit in holding.parents if holding.at(role, unit)]
    found = set()
    for place in places:
        people = set(holding.at(role, place))
        principals = {person for person, standing_in in holding.stand_ins.items() if standing_in & people}
        for person in people | principals:
            rest = people - {person} - holding.stand_ins.get(person, set())
            if role in SCHOOL_ROLES or not holding.is_taken(role, rest):
                found.add(person)
    return found


def _filers(campaign):
    """Ids of the units whose own task of this campaign brings their group list, while it is not filed."""
    owing = Submission.objects.filter(task__campaign=campaign, task__brings=Brings.GROUP, person=None)
    return set(owing.exclude(state__in=[State.FILED, State.CANCELLED]).values_list("unit", flat=True))
