"""The snapshot that the rule of the deciders works on, read table by table at first use."""

from collections import namedtuple
from functools import cache, cached_property

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit
from registers.prepared import Given, Prepared
from workflows.models import Submission
from workflows.models.submissions import EDITABLE, State
from workflows.policies.deciders import Snapshot


class Holding(Snapshot):
    """Roles as they are held on the day ``on``.

    At most five queries, whatever is asked and of how many sheets.
    """

    actor = None

    @classmethod
    def of(cls, actor):
        """Return the snapshot of an actor's day, read once for him."""
        if cls not in actor.memory:
            actor.memory[cls] = holding = cls(actor.on)
            holding.actor = actor
        return actor.memory[cls]

    @cached_property
    def names(self):
        """Person → name, of everybody who holds a role."""
        members = {user: name for _, _, user, name in self._members}
        return members | {user: name for _, _, user, name, _, _ in self._appointed}

    @cached_property
    def unit_names(self):
        """Unit → name."""
        return {unit: name for unit, _, name in self._units}

    @cached_property
    def parents(self):
        return self.actor.parents if self.actor else {unit: parent for unit, parent, _ in self._units}

    @cached_property
    def _children(self):
        return self.actor.tree.children if self.actor else super()._children

    @cached_property
    def held(self):
        held = {}
        for role, unit, user, *_ in self._appointed:
            held.setdefault((role, unit), {})[user] = None  # a set that keeps its order
        return {key: tuple(people) for key, people in held.items()}

    @cached_property
    def seats(self):
        seats = {}
        for unit, seat, user, _ in self._members:
            seats.setdefault(unit, []).append((seat, user))
        return seats

    @cached_property
    def stand_ins(self):
        found = {}
        for _, _, user, _, _, person in self._appointed:
            if person is not None:
                found.setdefault(person, set()).add(user)
        return found

    @cached_property
    def away(self):
        found = {}
        for role, unit, _, _, _, person in self._appointed:
            if person is not None:
                found.setdefault((role, unit), set()).add(person)
        return found

    @cached_property
    def only_standing_in(self):
        own = {(role, unit, user) for role, unit, user, _, _, person in self._appointed if person is None}
        found = {}
        for role, unit, user, *_ in self._appointed:
            if (role, unit, user) not in own:
                found.setdefault((role, unit), set()).add(user)
        return found

    @cached_property
    def staff(self):
        school = {user: home for role, _, user, _, home, _ in self._appointed if role in SCHOOL_ROLES}
        at_home = [(home, user) for user, home in school.items() if home is not None]
        staff = {}
        for unit, user in [*at_home, *_held_on_a_day().in_post.of(on=self.on, users=list(school))]:
            staff.setdefault(unit, set()).add(user)
        return staff

    def works_in(self, user):
        # The actor's own are known already.
        return self.actor.home_unit_ids if self.actor and user == self.actor.user_id else super().works_in(user)

    @cached_property
    def disabled(self):
        return {person for (person,) in _held_on_a_day().disabled.of()}

    # -- what is read --------------------------------------------------------------------------------------
    @cached_property
    def _units(self):
        return _held_on_a_day().units.of()

    @cached_property
    def _appointed(self):
        """(role, unit, person, his name, where he works, for whom he stands in) of active people, in the order they are listed."""
        return _held_on_a_day().appointed.of(on=self.on)

    @cached_property
    def _members(self):
        """(unit, seat, person, his name) of the leading groups' active members."""
        return _held_on_a_day().members.of(on=self.on)


class Near(Holding):
    """The part of it that says for which units an actor acts in his own roles.

    It answers ``units_of`` and ``keeps_out_of`` of the actor himself. It has the holders of his roles in his units and below,
    so a page of a head does not read who heads the others.
    """

    @classmethod
    def of(cls, actor):
        """Return what is read of the whole already, else this part, read once for him."""
        return actor.memory.get(Holding) or super().of(actor)

    @classmethod
    def facts(cls, actor):
        """Return all that the answers about an actor follow from, for ``of_facts``.

        What is worked out of them can be kept: they are plain values.
        """
        near = cls.of(actor)
        asked = near._asked if isinstance(near, cls) else cls(actor.on, actor=actor)._asked
        roles, units = asked["roles"], asked["units"]
        # The whole, where it is read already, has others as well.
        appointed = tuple([row for row in near._appointed if row[0] in roles and row[1] in units])
        members = tuple([row for row in near._members if row[0] in units]) if GROUP_MEMBER in roles else ()
        return actor.tree, actor.user_id, frozenset(actor.home_unit_ids), appointed, members

    @classmethod
    def of_facts(cls, tree, user, home, appointed, members):
        """Return the part that follows from the ``facts`` about ``user``. It reads nothing."""
        staff = {unit: {user} for unit in home}
        return cls(parents=tree.parents, _children=tree.children, staff=staff, _appointed=appointed, _members=members)

    @cached_property
    def _appointed(self):
        return _held_on_a_day().appointed_near.of(on=self.on, **self._asked)

    @cached_property
    def _members(self):
        return _held_on_a_day().members_near.of(on=self.on, units=self._asked["units"])

    @cached_property
    def _asked(self):
        roles = {grant.role for grant in self.actor.grants}
        return {"roles": roles, "units": self.actor.unit_ids(*roles)}


_Statements = namedtuple("_Statements", "appointed members appointed_near members_near in_post units disabled")


@cache
def _held_on_a_day():
    """Return the queries for appointments and seats ``on`` a day: everybody's, and those of some roles in some units.

    And for who of some users is in a post of which unit, for all units, and for disabled people who owe a sheet.
    """
    day = Given("on")
    appointed = Appointment.objects.in_force(day).filter(user__is_active=True).order_by("user__sort_key", "user")
    appointed = appointed.values_list("role", "unit_id", "user_id", "user__name", "user__unit_id", "acting_for_id")
    groups = LeadingGroup.objects.in_force(day)
    members = GroupMember.objects.filter(group__in=groups, user__is_active=True).order_by("pk")
    members = members.values_list("group__unit_id", "seat", "user_id", "user__name")
    owing = Submission.objects.filter(state__in=[State.WAITING, *EDITABLE], person__is_active=False).order_by()
    units, in_post = Given("units"), Incumbency.objects.in_force(day).filter(user__within=Given("users"))
    return _Statements(
        Prepared(appointed),
        Prepared(members),
        Prepared(appointed.filter(role__within=Given("roles"), unit__within=units)),
        Prepared(members.filter(group__unit__within=units), planned=True),
        Prepared(in_post.order_by().values_list("post__unit_id", "user_id")),
        Prepared(Unit.objects.order_by().values_list("pk", "parent_id", "name")),
        Prepared(owing.values_list("person")),
    )
