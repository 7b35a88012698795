"""What keeps the sheets that a unit would owe from being concluded, in the words of the board.

What counts is whether they can be once the campaign's own sheets are done: a unit whose first task is to file its leading group is
ready without one.
"""

from dataclasses import dataclass, field

from registers.schemes.language import Brings, Level, StepKind
from workflows.policies.deciders import Missing
from workflows.policies.remedies import filer_of, remedy, remedy_of_body

ACTS_ITSELF = (StepKind.FILL, StepKind.PUBLICISE, StepKind.COPY, StepKind.AWAIT)  # steps at which nobody decides


@dataclass
class Readiness:
    """What a unit lacks.

    ``refused`` keeps it out of the campaign, ``awaited`` is supplied by the campaign's own sheets. Both are lists of
    ``Remedy``, each once.
    """

    refused: list = field(default_factory=list)
    awaited: list = field(default_factory=list)

    @property
    def words(self):
        """Why the unit is refused, in one line."""
        return "；".join(str(reason) for reason in self.refused)


def readiness(rules, subjects, holding, *, headed, joining, enrolled=()):
    """Return unit id → ``Readiness`` for the units that owe something.

    Reads nothing but what ``holding`` has not read yet.
    ``subjects``: what ``scoping.subjects`` says is owed. ``headed``: ids of all units that owe unit sheets when they take part,
    ``joining`` of those that are to come in together, ``enrolled`` of those that are in. A unit counts on the group list of one
    above it only if that one takes part.
    """
    joining, enrolled = set(joining), set(enrolled)
    while True:
        found = _Check(rules, subjects, holding, headed, joining | enrolled).of_all()
        refused = {unit for unit, verdict in found.items() if verdict.refused} & joining
        if not refused:
            return found
        joining -= refused


def short_bodies(rules, institution, holding):
    """Return a ``Remedy`` for each body that has too few members to decide on the campaign's sheets.

    ``institution``: the id of the unit at which the seats are held. Source: R1-28, R3-24, R4-27.
    """
    found = []
    for code, body in rules.bodies.items():
        tasks = [task for task in rules.tasks if any(step.body == code for step in rules.route(task.route).steps)]
        members = len(holding.members(body.role, institution))
        if tasks and (short := remedy_of_body(body, members, tasks, rules)):
            found.append(short)
    return found


class _Check:
    """One pass over the units under one rule book; every question is asked once."""

    def __init__(self, rules, subjects, holding, headed, taking_part):
        self.rules, self.subjects, self.holding, self.taking_part = rules, subjects, holding, taking_part
        self._turns = {}
        lists = [task for task in rules.tasks if task.brings == Brings.GROUP]
        self.owing_lists = set(headed) if lists else set()
        roles = self._roles(lists)
        self.filers = {unit for unit in self.owing_lists if not self.lacks(unit, roles)}

    def of_all(self):
        """The verdict on every unit that owes something."""
        found = {}
        for level, owed in self.subjects.items():
            tasks = [task for task in self.rules.tasks if task.level == level]
            roles = self._roles(tasks)
            for unit, person in dict.fromkeys((one["unit_id"], self.who_matters(one.get("person_id"))) for one in owed):
                verdict = found.setdefault(unit, Readiness())
                lacking = self.lacks(unit, roles, person, personal=level == Level.PERSONAL) if tasks else ()
                for lack in lacking:
                    self.judge(lack, verdict)
        return found

    def who_matters(self, person):
        """The person, if he may have to keep out of his own sheet; None for all others, whose sheets go the same way."""
        return person if person in self.holding.people else None

    def lacks(self, unit, roles, person=None, *, personal=False):
        """What keeps sheets that pass by ``roles``, of a unit or of ``person`` in it, from their end."""
        found = [] if personal else [self.holding.filling(unit).lack]
        for role in roles:
            key = role, unit, person
            if key not in self._turns:
                self._turns[key] = self.holding.turn_at(role, unit, person=person).lack
            found.append(self._turns[key])
        return [lack for lack in found if lack is not None]

    def _roles(self, tasks):
        """Return who decides on the sheets of ``tasks``, each role once."""
        steps = (step for task in tasks for step in self.rules.route(task.route).steps)
        return dict.fromkeys(step.role for step in steps if step.kind not in ACTS_ITSELF)

    def judge(self, lack, verdict):
        """Put down what is missing: as awaited where a unit that takes part files the list itself, else as a refusal."""
        filer = absent = None
        if lack.missing == Missing.GROUP:
            filer = filer_of(lack.unit, self.holding, self.filers & (self.taking_part | {lack.unit}))
            absent = filer_of(lack.unit, self.holding, self.owing_lists)
            if filer is None and absent == lack.unit:
                return  # what keeps its own list from being filed is named already
        words = remedy(lack, self.holding, self.rules, filer=filer, absent=absent)
        into = verdict.refused if filer is None else verdict.awaited
        if words not in into:
            into.append(words)
