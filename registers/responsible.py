"""Who answers for risk points on a day (责任岗位、责任人), and whom measures name to carry them out.

Ledgers and papers print it, desks and messages go by it. Whether a person is meant: ``PartyQuerySet.naming``.
"""

import re
from functools import cache

from django.db import transaction
from django.db.models import Exists, Q, Subquery

from registers.actors import ANSWERABLE
from registers.models import Appointment, Incumbency, Post, Responsibility, ResponsibleParty, Unit, User
from registers.prepared import Given, Prepared

BETWEEN_NAMES = re.compile(r"[、，,；;\s]+")
COLUMNS = {User: "user", Post: "post", Unit: "unit"}  # what may be named → its column
LETTERS = {"user": "u", "post": "p", "unit": "d"}  # how a key says what is named


def names_by_post(held):
    """Return post → the names of its holders in one text, those who have held it longest first.

    ``held``: incumbencies.
    """
    names = {}
    for post, name in held.order_by("since", "pk").values_list("post", "user__name"):
        names.setdefault(post, []).append(name)
    return {post: "、".join(found) for post, found in names.items()}


def answered_by(person, post, on):
    """Return the condition of the points of a post that one of its holders is asked about on a day.

    They are his own. Whoever took the post last is also asked about those of people who hold it no more (R0-26). All are ids.
    """
    held = Incumbency.objects.in_force(on).filter(post=post)
    others = held.exclude(user=person)
    own = held.filter(user=person).order_by("-since", "-pk")
    later = others.filter(Q(since__gt=Subquery(own.values("since")[:1])) | _on_the_same_day(own))
    return Q(holder=person) | ~Q(holder__in=others.values("user")) & ~Exists(later)


def _on_the_same_day(own):
    return Q(since=Subquery(own.values("since")[:1]), pk__gt=Subquery(own.values("pk")[:1]))


def with_names(measures, path=""):
    """Read whom measures name together with them, by one further query.

    ``path``: to the measure from the rows in question, such as ``measure__``.
    """
    return measures.select_related(f"{path}responsible").prefetch_related(f"{path}responsible__parties")


@transaction.atomic
def together(named):
    """Return the ``Responsibility`` of ``named`` (people, posts and units), None of nobody.

    What is named twice counts once. A row that names the same ones in the same order is used again.
    """
    columns = [(COLUMNS[type(who)], who) for who in named]
    parties = {f"{LETTERS[column]}{who.pk}": {column: who} for column, who in columns}
    if not parties:
        return None
    row, new = Responsibility.objects.get_or_create(key=",".join(parties))
    if new:
        ResponsibleParty.objects.bulk_create(
            ResponsibleParty(responsibility=row, position=number, **who)
            for number, who in enumerate(parties.values(), start=1)
        )
    return row


def people_of(responsibilities, on):
    """Return responsibility (its id) → the ids of those whom it means on the day ``on``, sorted.

    ``responsibilities``: rows, best with their parties prefetched (``with_names``). A post means its holders, an office its head and
    its liaison, as ``PartyQuerySet.naming`` says the other way round, and ``vacant`` of those that mean nobody. The number of queries
    is constant.
    """
    parties = [party for row in responsibilities for party in row.parties.all()]
    holders, officers = {}, {}
    posts = {party.post_id for party in parties if party.post_id}
    offices = {party.office_on(on) for party in parties if party.unit_id}
    if posts:
        held = Incumbency.objects.in_force(on).filter(post__in=posts, user__is_active=True)
        for post, user in held.values_list("post", "user"):
            holders.setdefault(post, set()).add(user)
    if offices:
        held = Appointment.objects.in_force(on).filter(role__in=ANSWERABLE, unit__in=offices, user__is_active=True)
        for unit, user in held.values_list("unit", "user"):
            officers.setdefault(unit, set()).add(user)
    found = {row.pk: set() for row in responsibilities}
    for party in parties:
        own = {party.user_id} if party.user_id and party.user.is_active else set()
        found[party.responsibility_id] |= (
            own | holders.get(party.post_id, set()) | officers.get(party.office_on(on), set())
        )
    return {pk: sorted(people) for pk, people in found.items()}


class Answering:
    """The posts of some risk points and who held them on the day ``on``.

    A person's point is its holder's. A unit's point is answered for by whoever held its post that day, or the posts of its unit
    that it names in words. One query, at most. Source: R0-26, R2-18, R3-23.
    """

    def __init__(self, points, on):
        units = {point.unit_id for point in points if point.level != "personal"}
        self._by_post, self._by_name = {}, {}
        for post, unit, called, name in _holders().of(units=units, on=on) if units else ():
            self._by_post.setdefault(post, []).append(name)
            self._by_name.setdefault((unit, called), []).append(name)

    def post_of(self, point):
        """Return the post or posts of a point in words, empty where it has none."""
        return point.post.name if point.post else point.involved_posts

    def names_of(self, point):
        """Return the names of those who answer for a point, empty where nobody does."""
        if point.level == "personal":
            return point.holder.name if point.holder else ""
        if point.post_id:
            names = self._by_post.get(point.post_id, [])
        else:
            called = filter(None, BETWEEN_NAMES.split(point.involved_posts))
            names = [name for post in called for name in self._by_name.get((point.unit_id, post), [])]
        return "、".join(dict.fromkeys(names))

    def of_measure(self, point, measure):
        """Return who carries a measure out: whom it names, else the person, post or unit of its point."""
        if measure.responsible_id:
            return measure.responsible.name
        return self.names_of(point) or self.post_of(point) or point.unit.name


@cache
def _holders():
    held = Incumbency.objects.in_force(Given("on")).filter(post__unit__within=Given("units"))
    rows = held.order_by("user__sort_key", "user__number")
    return Prepared(rows.values_list("post", "post__unit", "post__name", "user__name"))
