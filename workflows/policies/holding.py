"""Who holds which role for which unit on a day, of all units at once: a job asks five thousand times, the database once."""

from functools import cached_property

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit, User

SEATS = (GroupMember.Seat.LEADER, GroupMember.Seat.DEPUTY, GroupMember.Seat.MEMBER)


class Holding:
    """Roles as they are held on the day ``on``. Answers as ``holders`` and ``concerned`` do, with ids; six queries in all."""

    def __init__(self, on):
        self.on, self._found = on, {}

    def people(self, role, unit):
        """Ids of the users who hold ``role`` for the unit of this id: at the unit itself, else at the nearest above it."""
        found = self._found.get((role, unit))
        if found is None:
            place = unit
            while not (found := self._held.get((role, place), ())) and place is not None:
                place = self._parents.get(place)
            self._found[role, unit] = found
        return found

    def able(self, role, unit, person):
        """Those of them who are not concerned by a sheet of ``unit`` that is about ``person`` (an id or None)."""
        people = self.people(role, unit)
        barred = self._staff.get(unit, ()) if role in SCHOOL_ROLES and self._parents.get(unit) else ()
        return [user for user in people if user != person and user not in barred]

    def conclude(self, unit, person):
        """Of a unit's own leading group, who sums up a review about ``person``: its leader, or the deputies in his stead."""
        seats = [(seat, user) for seat, user in self._seats.get(unit, ()) if user != person]
        first = next((seat for seat in SEATS if any(seat == held for held, _ in seats)), None)
        return {user for seat, user in seats if seat == first}

    @cached_property
    def _parents(self):
        return dict(Unit.objects.order_by().values_list("pk", "parent_id"))

    @cached_property
    def _held(self):
        held = {}
        appointed = Appointment.objects.in_force(self.on).filter(user__is_active=True).order_by("user_id")
        for role, unit, user in appointed.values_list("role", "unit_id", "user_id").distinct():
            held.setdefault((role, unit), []).append(user)
        for unit, seats in self._seats.items():
            held[GROUP_MEMBER, unit] = [user for _, user in seats]
        return held

    @cached_property
    def _seats(self):
        seats = {}
        groups = LeadingGroup.objects.in_force(self.on)
        members = GroupMember.objects.filter(group__in=groups, user__is_active=True).order_by("user_id")
        for unit, seat, user in members.values_list("group__unit_id", "seat", "user_id"):
            seats.setdefault(unit, []).append((seat, user))
        return seats

    @cached_property
    def _staff(self):
        """Unit → those of its own people who hold a role of the school."""
        school = {user for (role, _), users in self._held.items() if role in SCHOOL_ROLES for user in users}
        at_home = User.objects.filter(pk__in=school, unit__isnull=False).order_by().values_list("unit_id", "pk")
        in_post = Incumbency.objects.in_force(self.on).filter(user__in=school).order_by()
        staff = {}
        for unit, user in [*at_home, *in_post.values_list("post__unit_id", "user_id")]:
            staff.setdefault(unit, set()).add(user)
        return staff
