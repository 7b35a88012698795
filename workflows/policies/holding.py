"""Who acts in which role for which unit on a day, for many sheets at once: what ``acting`` says of one, in a few queries for all."""

from functools import cached_property

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit
from workflows.models.submissions import EDITABLE, State
from workflows.policies.acting import NOTICE

SEATS = (GroupMember.Seat.LEADER, GroupMember.Seat.DEPUTY, GroupMember.Seat.MEMBER)


class Holding:
    """Roles as they are held on the day ``on``; people and units by their ids. Read at first use, whatever is asked then."""

    def __init__(self, on):
        self.on, self._found = on, {}

    def holders(self, role, unit):
        """Those who hold ``role`` for a unit: at the unit itself, else at the nearest above it."""
        found = self._found.get((role, unit))
        if found is None:
            place = unit
            while not (found := self._held.get((role, place), ())) and place is not None:
                place = self._parents.get(place)
            self._found[role, unit] = found
        return found

    def deciders(self, role, unit, *, person=None, assigned_to=None):
        """Those who may decide in ``role`` on a sheet of ``unit`` about ``person``; whom it was handed to alone.

        Not he himself, nor whoever stands in for him; in a school's role, not the unit's own staff.
        """
        if role in ("", NOTICE):
            return []
        people = self.holders(role, unit)
        barred = self._staff.get(unit, ()) if role in SCHOOL_ROLES and self._parents.get(unit) else ()
        stand_in = self._stand_in_for.get(person, ())
        found = [user for user in people if user != person and user not in barred and user not in stand_in]
        return [assigned_to] if assigned_to in found else found

    def conclude(self, unit, person):
        """Of a unit's own leading group, who sums up a review about ``person``: its leader, or in his absence the deputies."""
        away, barred = self._stand_in_for, {person, *self._stand_in_for.get(person, ())}
        there = [(seat, user) for seat, user in self._seats.get(unit, ()) if user not in barred and user not in away]
        first = next((seat for seat in SEATS if any(seat == held for held, _ in there)), None)
        return {user for seat, user in there if seat == first}

    def waited_for(self, sheet):
        """Those a sheet waits for, to fill or to decide. ``sheet``: anything with a submission's plain columns."""
        if sheet.state in EDITABLE:
            return [sheet.person_id] if sheet.person_id else self.holders("liaison", sheet.unit_id)
        if sheet.state != State.IN_REVIEW:
            return []
        return self.deciders(
            sheet.waiting_role, sheet.unit_id, person=sheet.person_id, assigned_to=sheet.assigned_to_id
        )

    @cached_property
    def names(self):
        """Person → name, of everybody who holds a role."""
        members = {user: name for _, _, user, name in self._members}
        return members | {user: name for _, _, user, name, _, _ in self._appointed}

    @cached_property
    def _parents(self):
        return dict(Unit.objects.order_by().values_list("pk", "parent_id"))

    @cached_property
    def _appointed(self):
        """(role, unit, person, his name, where he works, for whom he stands in) of active people, in the order they are listed."""
        found = Appointment.objects.in_force(self.on).filter(user__is_active=True).order_by("user__sort_key", "user")
        return list(found.values_list("role", "unit_id", "user_id", "user__name", "user__unit_id", "acting_for_id"))

    @cached_property
    def _members(self):
        """(unit, seat, person, his name) of the leading groups' active members."""
        groups = LeadingGroup.objects.in_force(self.on)
        members = GroupMember.objects.filter(group__in=groups, user__is_active=True).order_by("pk")
        return list(members.values_list("group__unit_id", "seat", "user_id", "user__name"))

    @cached_property
    def _held(self):
        """(role, unit) → its active holders, in the order in which people are listed."""
        held = {}
        for role, unit, user, *_ in self._appointed:
            users = held.setdefault((role, unit), [])
            if user not in users:
                users.append(user)
        for unit, seats in self._seats.items():
            held[GROUP_MEMBER, unit] = [user for _, user in seats]
        return held

    @cached_property
    def _seats(self):
        seats = {}
        for unit, seat, user, _ in self._members:
            seats.setdefault(unit, []).append((seat, user))
        return seats

    @cached_property
    def _stand_in_for(self):
        """Whoever is away → those who stand in for him, in whatever role."""
        found = {}
        for _, _, user, _, _, person in self._appointed:
            if person is not None:
                found.setdefault(person, set()).add(user)
        return found

    @cached_property
    def _staff(self):
        """Unit → those of its own people who hold a role of the school."""
        school = {user: home for role, _, user, _, home, _ in self._appointed if role in SCHOOL_ROLES}
        at_home = [(home, user) for user, home in school.items() if home is not None]
        in_post = Incumbency.objects.in_force(self.on).filter(user__in=school).order_by()
        staff = {}
        for unit, user in [*at_home, *in_post.values_list("post__unit_id", "user_id")]:
            staff.setdefault(unit, set()).add(user)
        return staff
