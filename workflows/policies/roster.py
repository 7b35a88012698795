"""Who acts in which role for which unit on a day, for many sheets at once: what ``acting`` says of one, in a few queries for all."""

from functools import cached_property

from django.db.models import Value

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit
from workflows.models.submissions import EDITABLE, State
from workflows.policies.acting import NOTICE


class Roster:
    """The people in their roles on the day ``on``. Everything is read at first use, a constant number of queries."""

    def __init__(self, on):
        self.on = on

    @cached_property
    def _people(self):
        """(role, unit) → ids of its active holders, in the order people are listed in; id → name and id → unit of all of them."""
        held, names, units = {}, {}, {}
        appointed = (
            Appointment.objects.in_force(self.on).filter(user__is_active=True).order_by("user__sort_key", "user")
        )
        seats = GroupMember.objects.filter(
            group__in=LeadingGroup.objects.in_force(self.on), user__is_active=True
        ).order_by("pk")
        person = ("user_id", "user__name", "user__unit_id")
        for role, unit, user, name, works_in in (
            *appointed.values_list("role", "unit_id", *person),
            *seats.values_list(Value(GROUP_MEMBER), "group__unit_id", *person),
        ):
            held.setdefault((role, unit), []).append(user)
            names[user], units[user] = name, works_in
        return held, names, units

    @property
    def names(self):
        """id → name of everybody who holds a role."""
        return self._people[1]

    @cached_property
    def _above(self):
        return dict(Unit.objects.order_by().values_list("pk", "parent_id"))

    @cached_property
    def _works_in(self):
        """Whoever holds a school role → the units he works in."""
        school = {user for (role, _), users in self._people[0].items() if role in SCHOOL_ROLES for user in users}
        works = {user: {self._people[2][user]} for user in school}
        posts = Incumbency.objects.in_force(self.on).filter(user__in=school)
        for user, unit in posts.values_list("user_id", "post__unit_id"):
            works[user].add(unit)
        return works

    def holders(self, role, unit):
        """Ids of those who hold ``role`` for the unit with this id: at the unit itself, else at the nearest above it."""
        while unit is not None:
            if found := self._people[0].get((role, unit)):
                return found
            unit = self._above.get(unit)
        return []

    def deciders(self, role, unit, *, person=None, assigned_to=None):
        """Ids of those who may decide in ``role`` on a sheet of ``unit`` about ``person``; whom it was handed to alone."""
        if role in ("", NOTICE):
            return []
        own_staff = role in SCHOOL_ROLES and self._above.get(unit) is not None
        found = [
            user
            for user in self.holders(role, unit)
            if user != person and not (own_staff and unit in self._works_in[user])
        ]
        return [assigned_to] if assigned_to in found else found

    def waited_for(self, sheet):
        """Ids of those a sheet waits for, to fill or to decide. ``sheet``: anything with a submission's plain columns."""
        if sheet.state in EDITABLE:
            return [sheet.person_id] if sheet.person_id else self.holders("liaison", sheet.unit_id)
        if sheet.state != State.IN_REVIEW:
            return []
        return self.deciders(
            sheet.waiting_role, sheet.unit_id, person=sheet.person_id, assigned_to=sheet.assigned_to_id
        )
