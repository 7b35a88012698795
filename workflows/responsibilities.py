"""Who carries control measures out on a day (措施责任人).

It is whom a measure names, else whoever answers for its point.
One rule in two forms: the people of a measure (``people``), and the measures of a person (``mine``, ``due_soon``). A property test
holds them together. Where nobody is there it is the head of the unit. What lists ask of many measures is written so that a
database begins with the few rows that the reader has to do with. Source: R0-26, R1-41, R3-34.
"""

from functools import cache

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from registers.access import Seen
from registers.actors import ANSWERABLE
from registers.models import Appointment, ControlMeasure, Incumbency, Responsibility, ResponsibleParty, RiskPoint
from registers.prepared import Given, Prepared
from registers.responsible import names_by_post, people_of
from workflows.deadlines import days
from workflows.models import MeasureProgress

SOON_DAYS = 14
UNDONE = ~Q(noted=MeasureProgress.State.DONE)


def people(measure, *, on):
    """Return the ids of those who carry a measure out on the day ``on``.

    They are those whom it names, else the holder of its point or of the point's post, else the unit's heads.
    """
    if measure.responsible_id:
        named = people_of([measure.responsible], on)[measure.responsible_id]
        return named or sorted(_heads(measure, on))
    point = RiskPoint.objects.in_force(on).filter(series=measure.point_series).first()
    if point is not None and point.holder_id:
        return [point.holder_id]
    held = _held(on).filter(post=point.post_id if point else None)
    return sorted({*held.values_list("user", flat=True)}) or sorted(_heads(measure, on))


def _heads(measure, on):
    heads = Appointment.objects.in_force(on).filter(role="unit_head", unit=measure.unit_id)
    return {*heads.values_list("user", flat=True)}


def _held(on):
    return Incumbency.objects.in_force(on).filter(user__is_active=True)


def mine(actor):
    """Return the measures in force that this person may read and has to carry out.

    He is named in them, by name, by his post or by his office, or nobody is and he answers for the risk point. A head has those of
    points that nobody holds, and those that name posts and offices with nobody in them.
    """
    measures = ControlMeasure.objects.in_force(actor.on)
    named = measures.filter(responsible__in=naming(actor))
    hands = _hands(actor)
    owned = measures.filter(point_series__in=_own_points(on=actor.on, **hands).order_by().values("series"))
    # Asked last: that nobody is named is true of nearly all measures, and no way to find some.
    nobody_else = Q(responsible=None) | Q(responsible__in=naming(actor))
    found = _either(named, owned)
    if hands["heads"]:
        left = _left_to(hands["heads"], on=actor.on)
        nobody_else |= Q(pk__in=left.order_by().values("pk"))
        found = found.union(left.order_by().values("pk"), all=True)
    return measures.visible_to(actor).filter(nobody_else, pk__in=found)


def vacant(measures, *, on):
    """Keep the measures that name somebody and mean nobody on a day (无人承担).

    They name a post without a holder, an office without people.
    """
    return measures.filter(responsible__in=Responsibility.objects.vacant(on).order_by().values("pk"))


def vacant_among(measures, *, on):
    """Return the ids of what ``measures`` (rows) name and what means nobody on a day."""
    named = {measure.responsible_id for measure in measures} - {None}
    return {pk for (pk,) in _vacant().of(named=named, on=on)} if named else set()


@cache
def _vacant():
    rows = Responsibility.objects.filter(pk__within=Given("named")).vacant(Given("on"))
    return Prepared(rows.order_by().values_list("pk"))


def _left_to(heads, *, on):
    """The measures in force of these units (ids) that nobody is there to carry out: their heads do."""
    there = ControlMeasure.objects.in_force(on).filter(unit__within=heads)
    nobody = Responsibility.objects.filter(pk=OuterRef("responsible")).vacant(on)
    return there.filter(Exists(nobody))


def naming(actor):
    """What names this person, by name, by his post or by his office, as a query of ids."""
    return ResponsibleParty.objects.naming(actor).values("responsibility")


def _hands(actor):
    return {"hand": actor.user_id, "posts": actor.post_ids, "heads": actor.own_unit_ids("unit_head")}


def _own_points(*, on, hand, posts, heads):
    """The points in force that are somebody's to answer for: as holder, in their post, or as head of what nobody holds."""
    nobodys, vacant_post = Q(holder=None), ~Exists(_held(on).filter(post=OuterRef("post")))
    own = Q(holder=hand) | nobodys & Q(post__within=posts) | nobodys & Q(unit__within=heads) & vacant_post
    return RiskPoint.objects.in_force(on).filter(own)


def _either(some, others):
    """The keys of rows that are in one of two sets. A union is begun with its parts, an OR with the whole table."""
    return some.order_by().values("pk").union(others.order_by().values("pk"), all=True)


def due_soon(actor, *, limit):
    """List what this person has to carry out within a fortnight or is late with, first due first.

    At most ``limit`` of them. Asked by two statements, as none has to look at the measures of everybody else. A head is asked by a
    third whether what his units have to do soon names somebody who is not there, and only then for those measures.
    """
    until = days.add_days(actor.on, SOON_DAYS)
    named, of_points, vacant, left = _due(limit)
    meant = {"people": [actor.user_id], "posts": actor.post_ids, "offices": actor.own_unit_ids(*ANSWERABLE)}
    hands = _hands(actor)
    found = named.of(on=actor.on, until=until, **meant)
    found += of_points.by(actor, on=actor.on, until=until, **hands)
    if hands["heads"] and (nobody := vacant.of(on=actor.on, until=until, heads=hands["heads"])):
        found += left.by(actor, on=actor.on, until=until, heads=hands["heads"], nobody=[key for (key,) in nobody])
    return sorted(found, key=lambda measure: (measure.due_on, measure.pk))[:limit]


@cache
def _due(limit):
    """Return the queries for due measures in which somebody is named, of points that are his, and that are left to him as head.

    Before the last the one for whom these name, as far as it is nobody.
    """
    soon = Q(UNDONE, due_on__lte=Given("until"))
    rows = ControlMeasure.objects.in_force(Given("on")).filter(soon).order_by("due_on", "pk")
    points = _own_points(**{name: Given(name) for name in ("on", "hand", "posts", "heads")})
    meant = {name: Given(name) for name in ("posts", "offices", "on")}
    parties = ResponsibleParty.objects.meaning(Given("people"), **meant)
    named = rows.filter(responsible__in=parties.values("responsibility"))
    # Most measures name nobody, so SQLite must not begin with the index of whom they name.
    unnamed = rows.alias(anybody=Coalesce("responsible", 0)).filter(anybody=0)
    of_points = unnamed.filter(point_series__in=points.values("series"))
    there = rows.filter(unit__within=Given("heads"))
    vacant = Responsibility.objects.filter(pk__in=there.order_by().values("responsible")).vacant(Given("on"))
    left = there.filter(responsible__within=Given("nobody"))
    return (
        Prepared(named[:limit]),
        Seen(of_points, most=limit),
        Prepared(vacant.order_by().values_list("pk")),
        Seen(left, most=limit),
    )


def names(measures, points, *, on):
    """Return measure id → the names of those who carry it out, as it names them.

    ``points``: series → point in force.
    """
    found, heads, holders = {}, {}, {}
    unnamed = [point for m in measures if not m.responsible_id and (point := points.get(m.point_series)) is not None]
    lacking = [point for point in unnamed if point.holder_id is None]
    if posts := {point.post_id for point in lacking if point.post_id}:
        holders = names_by_post(_held(on).filter(post__in=posts))
    if units := {point.unit_id for point in lacking if point.post_id not in holders}:
        held = Appointment.objects.in_own_right().in_force(on).filter(role="unit_head", unit__in=units)
        for unit, name in held.order_by("user__sort_key", "user__number").values_list("unit_id", "user__name"):
            heads[unit] = f"{heads[unit]}、{name}" if unit in heads else name
    for measure in measures:
        point = points.get(measure.point_series)
        if measure.responsible_id:
            found[measure.pk] = measure.responsible.name
        elif point is not None and point.holder_id:
            found[measure.pk] = point.holder.name
        elif point is not None:
            found[measure.pk] = holders.get(point.post_id) or heads.get(point.unit_id, "")
    return found
