"""Who acts on a sheet today, and why: the one rule, over a snapshot.

A ``Snapshot`` is who holds what on one day, in plain dictionaries of ids. ``holding.Holding`` reads one from the database. Everything
that asks whose turn it is (policies, queues, board, reminders, the passing on of sheets, enrolment) asks here.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from workflows.models.submissions import EDITABLE, IDLE, MEETING, State

FILLER, LIAISON, HEAD = "post_holder", "liaison", "unit_head"
CLIMB = (FILLER, GROUP_MEMBER, HEAD, "leader_in_charge", "office", "school_group", "party_committee")
ORGANISER = "office"  # prepares the meetings of every body
ENOUGH_OF_A_BODY = 2  # with fewer members it cannot meet
SEATS = ("leader", "deputy", "member")  # of a leading group, the highest first
ENOUGH_OF_A_GROUP = 2  # fewer members cannot vote


class Why(StrEnum):
    """Why these people act."""

    OWN = "own"  # the sheet is their own to fill
    UNIT = "unit"  # they hold the role at the unit itself
    INHERITED = "inherited"  # at the nearest unit above, as this one has nobody
    CLIMBED = "climbed"  # the role asked for is vacant or concerned
    HANDED = "handed"  # a colleague handed the sheet over
    MEETING = "meeting"  # a body decides, and they put the sheet on its agenda
    NOBODY = "nobody"


class Missing(StrEnum):
    """What keeps a sheet from being taken by anybody."""

    LIAISON = "liaison"  # no liaison here or above
    ACCOUNT = "account"  # the filler's account is disabled
    GROUP = "group"  # no leading group here or above
    HOLDERS = "holders"  # everybody from the role to the top is concerned, or there is nobody
    LATER = "later"  # the sheet is about to be passed on
    ORGANISER = "organiser"  # nobody prepares the meetings
    BODY = "body"  # too few members to meet
    CARRIER = "carrier"  # no unit here or above has a sheet that would carry it


@dataclass(frozen=True)
class Lack:
    """Why nobody can take a sheet: what is ``missing`` for ``role`` at ``unit``.

    ``following``: who gets it with the next sweep.
    """

    missing: Missing
    role: str
    unit: int
    person: int | None = None
    following: "Turn | None" = None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: the ``role`` in which ``people`` act, and why.

    ``people`` are ids, in the order in which people are listed. They hold the role at the unit ``place``.
    """

    role: str = ""
    people: tuple = ()
    place: int | None = None
    why: Why = Why.NOBODY
    lack: Lack | None = None


class Snapshot:
    """Who holds what on the day ``on``, as plain dictionaries of ids.

    People whose account is disabled hold nothing.
    ``parents``: unit → the unit above, None for the institution. ``held``: (role, unit) → who is appointed, in the order people are
    listed. ``seats``: unit → (seat, person) of its leading group. ``stand_ins``: person → who stands in for him in whatever role.
    ``away``: (role, unit) → holders somebody stands in for there, ``only_standing_in``
    those who hold it for another only. ``staff``: unit → those of its people with a role of the school.
    ``disabled``: people with a sheet to fill whose account is disabled.
    """

    def __init__(self, on=None, **tables):
        self.on, self._seats_found = on, {}
        vars(self).update(tables)

    # -- where a role is held ------------------------------------------------------------------------------
    def at(self, role, unit):
        """Those who hold ``role`` at the unit itself."""
        if role == GROUP_MEMBER:
            return tuple(user for _, user in self.seats.get(unit, ()))
        return self.held.get((ORGANISER if role == MEETING else role, unit), ())

    def seat(self, role, unit):
        """Return ``(place, people)``: the nearest unit, from ``unit`` upwards, with holders of ``role``.

        ``(None, ())`` where there are none.
        """
        found = self._seats_found.get((role, unit))
        if found is None:
            place = unit
            while not (people := self.at(role, place)) and place is not None:
                place = self.parents.get(place)
            found = self._seats_found[role, unit] = place, people
        return found

    def above(self, unit):
        """Return the ids of the unit and of those above it, the nearest first."""
        found = []
        while unit is not None:
            found.append(unit)
            unit = self.parents.get(unit)
        return found

    def holders(self, role, unit):
        """Those who hold ``role`` for a unit: at the unit itself, else at the nearest above it."""
        return self.seat(role, unit)[1]

    def units_of(self, role, person):
        """Return place → ids of the units for which ``person`` is among the nearest holders of ``role``."""
        taken, found = self._places(role), {}
        for place in (unit for unit, people in taken.items() if person in people):
            found[place], level = {place}, [place]
            while level:
                level = [below for unit in level for below in self._children.get(unit, ()) if below not in taken]
                found[place].update(level)
        return found

    def _places(self, role):
        """Unit → those who hold ``role`` at it, of units where somebody does: all of ``at`` at once."""
        if role == GROUP_MEMBER:
            return {unit: [user for _, user in seats] for unit, seats in self.seats.items()}
        asked = ORGANISER if role == MEETING else role
        return {unit: people for (held, unit), people in self.held.items() if held == asked}

    @cached_property
    def _children(self):
        children = {}
        for unit, parent in self.parents.items():
            children.setdefault(parent, []).append(unit)
        return children

    # -- who keeps out -------------------------------------------------------------------------------------
    def concerned(self, role, unit, person):
        """Return the ids of people who keep out of a sheet of ``unit`` about ``person`` (or None).

        They are the person, his stand-ins, for a head those who head a unit with him, and for a role of the school the unit's own
        people. Nobody keeps out of putting a sheet on an agenda.
        """
        if role == MEETING:
            return set()
        barred = {person, *self.stand_ins.get(person, ())} if person is not None else set()
        if role == HEAD:
            barred.update(self.fellow_heads.get(person, ()))
        if role in SCHOOL_ROLES and self.parents.get(unit) is not None:
            barred.update(self.staff.get(unit, ()))
        return barred

    def keeps_out_of(self, role, user):
        """Return ``(units, people)``, whose sheets ``user`` keeps out of in ``role``.

        The inverse of ``concerned``.
        """
        if role == MEETING:
            return set(), set()
        people = {user, *(person for person, others in self.stand_ins.items() if user in others)}
        if role == HEAD:
            people.update(self.fellow_heads.get(user, ()))
        if role not in SCHOOL_ROLES:
            return set(), people
        return {unit for unit in self.works_in(user) if self.parents.get(unit) is not None}, people

    @cached_property
    def fellow_heads(self):
        """Person → those who head a unit together with him (党政双负责人), he among them.

        None of them decides on another's own sheet, which climbs as it does where one heads the unit alone.
        """
        found = {}
        for (role, _), people in self.held.items():
            for person in people if role == HEAD else ():
                found.setdefault(person, set()).update(people)
        return found

    def works_in(self, user):
        """Return the ids of the units in which ``user``, who holds a role of the school, works."""
        return {unit for unit, staff in self.staff.items() if user in staff}

    def able(self, role, unit, *, person=None, besides=(), about=()):
        """Return ``(place, people)`` as ``seat`` does, without those whom the sheet concerns.

        ``besides``: ids of others who must keep out. ``about``: (unit, person or None) of each other sheet that is meant as well.
        """
        place, people = self.seat(role, unit)
        concerned = [self.concerned(role, *subject) for subject in ((unit, person), *about)] if people else []
        if barred := set(besides).union(*concerned):
            people = tuple(user for user in people if user not in barred)
        return place, people

    def is_manned(self, role, place, people):
        """Return whether a sheet can wait for ``people``.

        Two of a group are needed, elsewhere somebody for whom nobody stands in.
        """
        if role == GROUP_MEMBER:
            return len(people) >= ENOUGH_OF_A_GROUP
        away = self.away.get((role, place), ())
        return any(user not in away for user in people)

    @staticmethod
    def is_taken(role, people):
        """Return whether ``people`` are enough to act in ``role``, be they away or not."""
        return len(people) >= (ENOUGH_OF_A_GROUP if role == GROUP_MEMBER else 1)

    # -- whose turn it is ----------------------------------------------------------------------------------
    def turn_at(self, role, unit, *, person=None, besides=(), about=()):
        """Return the ``Turn`` of a sheet that enters a step of ``role``, climbing past everyone concerned.

        In the order of ``CLIMB``. Where nobody is left but people who are away it climbs as well: a stand-in's own
        sheet does not wait for whom he stands in for. A group that is not filed yet is waited for, not passed by (R1-51).
        ``besides`` and ``about`` as in ``able``.
        """
        if role == FILLER:
            return Turn(role, (person,), unit, Why.OWN)
        candidate = role
        for candidate in CLIMB[CLIMB.index(role) :] if role in CLIMB else (role,):
            place, people = self.able(candidate, unit, person=person, besides=besides, about=about)
            if candidate == GROUP_MEMBER and place is None:
                return Turn(role, lack=Lack(Missing.GROUP, role, unit, person))
            if self.is_manned(candidate, place, people):
                why = Why.CLIMBED if candidate != role else Why.UNIT if place == unit else Why.INHERITED
                return Turn(candidate, people, place, why)
        return Turn(candidate, lack=Lack(Missing.HOLDERS, role, unit, person))

    def entering(self, step, unit, *, person=None):
        """Return the ``Turn`` of a sheet that comes to ``step``, where somebody or a body decides."""
        return self._organising(unit, step.role) if step.body else self.turn_at(step.role, unit, person=person)

    def filling(self, unit, person=None):
        """The ``Turn`` of a sheet that is to be filled: of ``person``, or the unit's own."""
        if person is not None:
            if person in self.disabled:
                return Turn(FILLER, lack=Lack(Missing.ACCOUNT, FILLER, unit, person))
            return Turn(FILLER, (person,), unit, Why.OWN)
        place, people = self.seat(LIAISON, unit)
        if not people:
            return Turn(LIAISON, lack=Lack(Missing.LIAISON, LIAISON, unit))
        return Turn(LIAISON, people, place, Why.UNIT if place == unit else Why.INHERITED)

    def deciders(self, role, unit, *, person=None, assigned_to=None):
        """Return the ids of those who decide on a sheet that waits for ``role``.

        A sheet that was handed over is that colleague's alone, while he can take it.
        """
        if role in ("", *IDLE):
            return ()
        people = self.able(role, unit, person=person)[1]
        return (assigned_to,) if assigned_to in people else people

    def turn(self, submission, *, asked=""):
        """Return whose ``Turn`` a sheet is now.

        ``submission``: anything with its plain columns. ``asked``: the role of its step, for the reason.

        A sheet waits for the role it was given to when it came to its step. Where that role cannot act any more, ``lack``
        says what is missing, or who gets the sheet with the next sweep (``routing.reseating``).
        """
        unit, person = submission.unit_id, submission.person_id
        if submission.state in EDITABLE:
            return self.filling(unit, person)
        role = submission.waiting_role
        if submission.state != State.IN_REVIEW or role in ("", *IDLE):
            return Turn(role)
        if role == MEETING:
            return self._organising(unit, asked)
        place, able = self.able(role, unit, person=person)
        people = self.deciders(role, unit, person=person, assigned_to=submission.assigned_to_id)
        lack = None if self.is_taken(role, able) else self._lack(role, unit, person, asked or role)
        if not people:
            return Turn(role, lack=lack)
        if submission.assigned_to_id in able:
            why = Why.HANDED
        elif asked not in ("", role):
            why = Why.CLIMBED
        else:
            why = Why.UNIT if place == unit else Why.INHERITED
        return Turn(role, people, place, why, lack)

    def _organising(self, unit, body):
        """The ``Turn`` of a sheet on which a body decides. ``body``: the role whose holders sit in it, empty if that is not asked."""
        place, people = self.seat(MEETING, unit)
        lack = Lack(Missing.ORGANISER, ORGANISER, unit) if not people else None
        if body and len(self.members(body, unit)) < ENOUGH_OF_A_BODY:
            lack = lack or Lack(Missing.BODY, body, unit)
        return Turn(ORGANISER, people, place, Why.MEETING if people else Why.NOBODY, lack)

    def members(self, role, unit):
        """Ids of those who sit in the body of ``role`` in their own right: a stand-in does not vote there."""
        place, people = self.seat(role, unit)
        return tuple(user for user in people if user not in self.only_standing_in.get((role, place), ()))

    def _lack(self, role, unit, person, asked):
        after = self.turn_at(asked, unit, person=person)
        return after.lack or Lack(Missing.LATER, role, unit, person, after)

    def concluders(self, unit, person=None):
        """Ids of those who sum up a collective review of a sheet of ``unit`` about ``person``.

        The leader of the group that votes, be it the unit's own or the nearest above; the deputies where he is concerned or away.
        Who is away may be there after all: then he concludes as ever.
        """
        barred = self.concerned(GROUP_MEMBER, unit, person)
        place = self.seat(GROUP_MEMBER, unit)[0]
        sitting = [(seat, user) for seat, user in self.seats.get(place, ()) if user not in barred]
        there = [(seat, user) for seat, user in sitting if not self.stand_ins.get(user)]
        first = {_first(sitting), _first(there)}
        return {user for seat, user in sitting if seat in first}

    @cached_property
    def people(self):
        """Ids of everybody whose own sheets may climb: holders of roles, and whom somebody stands in for."""
        appointed = {user for people in self.held.values() for user in people}
        return appointed | {user for seats in self.seats.values() for _, user in seats} | set(self.stand_ins)


def _first(sitting):
    """The highest of the seats that are taken; None when there is none."""
    taken = {seat for seat, _ in sitting}
    return next((seat for seat in SEATS if seat in taken), None)
