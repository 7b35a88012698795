"""The person who acts: which roles he holds today and for which units."""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from types import MappingProxyType

from django.apps import apps
from django.conf import settings
from django.db.models import CharField, IntegerField, Value

from registers import clock
from registers.prepared import Given, Prepared

GROUP_MEMBER = "group_member"
SCHOOL_ROLES = ("office", "school_group", "party_committee")
ANSWERABLE = ("unit_head", "liaison")  # who answer for what a unit has to do
PART_IN_A_UNIT = (*ANSWERABLE, GROUP_MEMBER, "leader_in_charge")
LEDGER_READERS = (*PART_IN_A_UNIT, *SCHOOL_ROLES)
DISCIPLINE = "discipline"  # reads clues (线索), which nobody else does, and no stand-in either
ADMINISTRATORS = ("sys_admin", "security_admin", "auditor")
ROLE_LABELS = {
    "post_holder": "教职工",
    "liaison": "联络员",
    "group_member": "单位领导小组成员",
    "unit_head": "单位负责人",
    "leader_in_charge": "分管校领导",
    "office": "领导小组办公室",
    "school_group": "学校领导小组",
    "party_committee": "党委",
    DISCIPLINE: "纪委线索受理人",
    "registrar": "管理员",
    "sys_admin": "系统管理员",
    "security_admin": "安全管理员",
    "auditor": "审计员",
}


@dataclass(frozen=True)
class Grant:
    """One role for one unit and all below it."""

    role: str
    unit_id: int
    unit_name: str
    seat: str = ""
    acting_for_id: int | None = None
    acting_for: str = ""

    @property
    def label(self):
        """The role in words, with the name of the person stood in for, if any."""
        label = ROLE_LABELS[self.role]
        return f"{label}（代{self.acting_for}）" if self.acting_for_id else label


APPOINTED, SEATED, IN_POST = range(3)


@cache
def _held_on_a_day():
    """Return the query for the appointments, seats and posts of one ``person`` ``on`` a day, in one statement.

    Its rows: which of the three, key, role or seat, unit, its name, whom he acts for or the post, the name of whom he acts for.
    """
    models = ("Appointment", "GroupMember", "LeadingGroup", "Incumbency")
    appointments, members, groups, incumbencies = (apps.get_model("registers", name).objects for name in models)
    person, day = Given("person"), Given("on")
    no_id, no_name = Value(None, IntegerField()), Value("", CharField())
    appointed = appointments.in_force(day).filter(user=person).order_by()
    seated = members.filter(group__in=groups.in_force(day), user=person).order_by()
    in_post = incumbencies.in_force(day).filter(user=person).order_by()
    about = ("unit_id", "unit__name", "acting_for_id", "acting_for__name")
    return Prepared(
        appointed.values_list(Value(APPOINTED), "pk", "role", *about).union(
            seated.values_list(Value(SEATED), "pk", "seat", "group__unit_id", "group__unit__name", no_id, no_name),
            in_post.values_list(Value(IN_POST), "pk", no_name, "post__unit_id", no_name, "post_id", no_name),
            all=True,
        ),
        planned=True,
    )


@lru_cache(maxsize=1)
def _parents():
    """Return the query for every unit with the one above it."""
    return Prepared(apps.get_model("registers", "Unit").objects.order_by().values_list("pk", "parent_id"), planned=True)


class Tree:
    """The units with those above them.

    Two readings that are alike are one tree, which is walked once per process.
    """

    def __init__(self, rows):
        self.parents = MappingProxyType(dict(rows))

    @cached_property
    def children(self):
        """Unit id → ids of the units right below it."""
        children = {}
        for pk, parent in self.parents.items():
            children.setdefault(parent, []).append(pk)
        return MappingProxyType(children)


_tree = lru_cache(maxsize=4)(Tree)


def tree_of(rows):
    """Return the ``Tree`` of all units, given as (id, id of the unit above)."""
    return _tree(tuple(sorted(rows)))


def reached(tree, tops):
    """Return the ids of the units ``tops`` with all units below, as a set that nobody changes."""
    return _reached(tree, frozenset(tops))


@lru_cache(maxsize=512)
def _reached(tree, tops):
    reached, waiting = set(), list(tops)
    while waiting:
        unit = waiting.pop()
        if unit not in reached:
            reached.add(unit)
            waiting.extend(tree.children.get(unit, ()))
    return frozenset(reached)


class Actor:
    """A person on a given day, with everything the policies need to know about him.

    Each property reads the database at most once per request. ``user`` None is nobody: somebody logged out, or the
    system itself.
    """

    def __init__(self, user=None, *, on=None):
        self.user = user if user is not None and user.is_authenticated and user.is_active else None
        self.on = on or clock.today()

    @property
    def user_id(self):
        return self.user.pk if self.user else None

    @property
    def is_authenticated(self):
        return self.user is not None

    @cached_property
    def _held(self):
        """What is held on the day, in the order in which it was written: rows of ``_held_on_a_day``."""
        return sorted(_held_on_a_day().of(person=self.user_id, on=self.on)) if self.user else []

    @cached_property
    def grants(self):
        """Every role held on the day, appointments and seats in filed leading groups alike."""
        return [
            Grant(GROUP_MEMBER, unit, name, seat=role)
            if kind == SEATED
            else Grant(role, unit, name, acting_for_id=principal, acting_for=called or "")
            for kind, _, role, unit, name, principal, called in self._held
            if kind != IN_POST
        ]

    @cached_property
    def posts(self):
        """``(post id, unit id)`` of the posts held on the day."""
        return [(post, unit) for kind, _, _, unit, _, post, _ in self._held if kind == IN_POST]

    @property
    def post_ids(self):
        """Ids of the posts held on the day."""
        return [post for post, _ in self.posts]

    @property
    def roles(self):
        return self.grants

    def has(self, *roles):
        """Return whether the person holds any of these roles for any unit."""
        return any(grant.role in roles for grant in self.grants)

    def unit_ids(self, *roles):
        """Return the ids of the units for which the person holds any of ``roles``, with all units below."""
        tops = {grant.unit_id for grant in self.grants if grant.role in roles}
        return self._with_descendants(tops) if tops else set()

    def unit_ids_in_own_right(self, *roles):
        """Return the same ids as ``unit_ids``, except those for which he is only a stand-in."""
        tops = {grant.unit_id for grant in self.grants if grant.role in roles and not grant.acting_for_id}
        return self._with_descendants(tops) if tops else set()

    @property
    def stands_in_for(self):
        """Ids of the people for whom this one acts today.

        He never decides about them.
        """
        return {grant.acting_for_id for grant in self.grants if grant.acting_for_id}

    def on_behalf_of(self, role, unit_id):
        """Return the id of the person for whom this one acts in ``role`` for the unit.

        None when he acts in his own right.
        """
        while unit_id is not None:
            here = [grant for grant in self.grants if grant.role == role and grant.unit_id == unit_id]
            if here:
                return None if any(not grant.acting_for_id for grant in here) else here[0].acting_for_id
            unit_id = self.parents.get(unit_id)
        return None

    def own_unit_ids(self, *roles):
        """Return the ids of the units he is appointed to himself, without the units below them."""
        return {grant.unit_id for grant in self.grants if grant.role in roles}

    def holds(self, role, unit_id):
        """Return whether the person holds ``role`` for this unit or for one above it."""
        return unit_id in self.unit_ids(role)

    @cached_property
    def memory(self):
        """What the policies have read for this actor, kept for as long as a request lasts."""
        return {}

    @cached_property
    def home_unit_ids(self):
        """The units the person works in."""
        home = {unit for _, unit in self.posts}
        if self.user is not None and self.user.unit_id:
            home.add(self.user.unit_id)
        return home

    @cached_property
    def tree(self):
        """All units, as a ``Tree``."""
        return tree_of(_parents().of())

    @property
    def parents(self):
        """Unit id → id of the unit above it, None for the institution."""
        return self.tree.parents

    def _with_descendants(self, tops):
        return set(reached(self.tree, tops))  # a copy: whoever asks may change it


class ActorMiddleware:
    """Middleware that puts ``request.actor`` on every request.

    Nothing is read from the database before somebody asks the actor something.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = LazyActor(request)
        if not settings.DEMO:
            return self.get_response(request)
        with clock.read_once():
            return self.get_response(request)


class LazyActor:
    """A placeholder that becomes the actor at first use, so that anonymous pages cost no query."""

    def __init__(self, request):
        self.__dict__["_request"] = request

    def __getattr__(self, name):
        actor = self.__dict__.get("_actor")
        if actor is None:
            actor = self.__dict__["_actor"] = Actor(self._request.user)
        return getattr(actor, name)
