"""The numbers in the frame of every page, all by one statement."""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.db.models import Value

from registers.prepared import HOW_MANY, Given, Prepared
from workflows.models import Notification, Submission
from workflows.models.submissions import EDITABLE, State
from workflows.policies.deciders import LIAISON
from workflows.policies.holding import Holding, Near
from workflows.policies.queues import at_turn, roles_of
from workflows.policies.submissions import filled_by, takes_content

UNREAD, TO_FILL, TO_DECIDE, HANDED = range(4)


def unread(actor):
    """Return how many messages to the actor are unread."""
    return _numbers_of(actor)[0]


def waiting(actor):
    """Return how many submissions wait for the actor, to fill in or to decide: as many as ``to_do`` has.

    ``tests/workflows/test_deciders.py`` holds the two together.
    """
    return _numbers_of(actor)[1]


def _numbers_of(actor):
    if _numbers_of not in actor.memory:
        actor.memory[_numbers_of] = _read(actor)
    return actor.memory[_numbers_of]


def _read(actor):
    """Return how many messages are unread, and how many submissions wait."""
    asked = _asked(tuple(roles_of(actor)), Near.facts(actor)) if actor.grants else NOTHING
    rows = _statement(asked.whole).of(person=actor.user_id, on=actor.on, **asked.given)
    # What was handed to a colleague is his, as long as he can take it.
    handed = sum(
        actor.user_id in Holding.of(actor).deciders(asked.roles[number], unit, person=person, assigned_to=colleague)
        for kind, number, unit, person, colleague in rows
        if kind == HANDED
    )
    count = {kind: sum(row[2] for row in rows if row[0] == kind) for kind in (UNREAD, TO_FILL, TO_DECIDE)}
    return count[UNREAD], count[TO_FILL] + count[TO_DECIDE] + handed


@dataclass(frozen=True)
class _Asked:
    """What somebody's statement is asked.

    ``roles``: those in which he decides. ``whole``: of each, whether he holds it at the institution. ``given``: the values.
    """

    roles: tuple
    whole: tuple
    given: dict


NOTHING = _Asked((), (), {"fills": frozenset()})


@lru_cache(maxsize=256)
def _asked(may, facts):
    """Return what is asked for somebody who decides in the roles ``may``. ``facts``: those of ``Near``."""
    near, (tree, user, *_) = Near.of_facts(*facts), facts
    fills = set().union(*near.units_of(LIAISON, user).values()) if LIAISON in may else set()
    given, roles, whole = {"fills": fills}, [], []
    for role in may:
        places = near.units_of(role, user)
        own, people = near.keeps_out_of(role, user)
        if units := set().union(*places.values()) - own:
            colleagues = {other for place in places for other in near.at(role, place)} - {user}
            # Who acts at the institution is asked about the few units that are not his.
            whole.append(any(tree.parents[place] is None for place in places))
            about = {"role": role, "units": tree.parents.keys() - units if whole[-1] else units}
            about |= {"people": people, "colleagues": colleagues}
            given |= {f"{name}{len(roles)}": value for name, value in about.items()}
            roles.append(role)
    return _Asked(tuple(roles), tuple(whole), given)


@cache
def _statement(whole):
    """Return the query for the numbers of somebody who decides in as many roles as ``whole`` is long.

    Each says whether the role is held at the institution: its units are then those that are not his.
    A row says what is counted, in which role, and how many there are.
    Of what was handed to a colleague there is a row for each sheet instead: its unit, person and colleague.
    """
    nothing = Value(0)
    messages = Notification.objects.filter(recipient=Given("person"), read_at=None)
    mine = filled_by(Given("person"), Given("fills")) & takes_content(Given("on"))
    to_fill = Submission.objects.filter(mine, state__in=EDITABLE)
    counted = [(UNREAD, 0, messages), (TO_FILL, 0, to_fill)]
    handed = []
    for number, others in enumerate(whole):
        turn = at_turn(*(Given(f"{name}{number}") for name in ("role", "units", "people")), but_for=others)
        waits, colleagues = Submission.objects.filter(turn, state=State.IN_REVIEW), Given(f"colleagues{number}")
        counted.append((TO_DECIDE, number, waits.exclude(assigned_to__within=colleagues)))
        handed.append((HANDED, number, waits.filter(assigned_to__within=colleagues)))
    parts = [
        rows.order_by().values_list(Value(kind), Value(number), HOW_MANY, nothing, nothing)
        for kind, number, rows in counted
    ]
    parts += [
        rows.order_by().values_list(Value(kind), Value(number), "unit", "person", "assigned_to")
        for kind, number, rows in handed
    ]
    return Prepared(parts[0].union(*parts[1:], all=True), planned=True)
