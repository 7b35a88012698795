"""Who answers for risk points on a day (责任岗位、责任人), as ledgers and papers print it."""

import re

from django.db.models import Exists, Q, Subquery

from registers.models import Incumbency

BETWEEN_NAMES = re.compile(r"[、，,；;\s]+")


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


class Answering:
    """The posts of some risk points and who held them on the day ``on``.

    A person's point is its holder's. A unit's point is answered for by whoever held its post that day, or the posts of its unit
    that it names in words. One query, at most. Source: R0-26, R2-18, R3-23.
    """

    def __init__(self, points, on):
        units = {point.unit_id for point in points if point.level != "personal"}
        self._read(Incumbency.objects.in_force(on).filter(post__unit__in=units))

    @classmethod
    def of_units(cls, units, on):
        """Return who answers for the points of ``units`` (ids or a query), whichever they are."""
        answering = cls((), on)
        answering._read(Incumbency.objects.in_force(on).filter(post__unit__in=units))
        return answering

    def _read(self, held):
        self._by_post, self._by_name = {}, {}
        for post, unit, called, name in held.order_by("user__sort_key", "user__number").values_list(
            "post", "post__unit", "post__name", "user__name"
        ):
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
