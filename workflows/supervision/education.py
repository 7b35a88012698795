"""The year's plan of education (教育计划): what is planned for which posts, and which it reached.

A post is reached when whoever holds it came to an activity that was held for an item meant for the post. Source: R2-17, R2-27, R4-01.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Min, Q

from registers import audit, clock, leadership
from registers.access import require
from registers.models import Incumbency, Post, Unit
from registers.refusals import Refused, Stale
from workflows.models import Activity, Attendance, EducationItem

FIELDS = ("title", "kind", "due_on", "flag", "rank", "domain")
NOT_ASKED = "现行方案没有要求制定教育计划。"


@dataclass(frozen=True)
class Reach:
    """One post with points of the grades that education has to reach.

    ``reached``: titles of items that did, ``meant``: of all that are meant for it.
    """

    post: object
    rank: int
    holder: str
    meant: tuple
    reached: tuple


@transaction.atomic
def plan(scheme, institution, *, unit, values, actor, at):
    """Put an item on this year's plan of ``unit`` and return it. What is sent twice is one item.

    ``values``: those in ``FIELDS``. Raises ``NotAllowed`` or ``Refused``.
    """
    if scheme.rules.duties.education is None:
        raise Refused(NOT_ASKED)
    item = EducationItem(institution=institution, scheme=scheme, unit=unit, year=clock.local_day(at).year, **values)
    require(actor, "plan", item)
    _in_year(item)
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if (again := EducationItem.objects.filter(unit=unit, year=item.year, **values).first()) is not None:
        return again
    item.by_id, item.at = actor.user_id, at
    item.save()
    audit.append("education.plan", about=item, actor=actor, at=at)
    return item


@transaction.atomic
def change(pk, *, values, seen_version, actor, at):
    """Change an item. Raises ``NotAllowed``, ``Refused`` or ``Stale``."""
    item = _locked(pk, "change", actor)
    if item.version != seen_version:
        raise Stale
    for name in FIELDS:
        setattr(item, name, values[name])
    _in_year(item)
    item.version += 1
    item.save(update_fields=[*FIELDS, "version"])
    audit.append("education.change", about=item, actor=actor, at=at)
    return item


@transaction.atomic
def drop(pk, *, actor, at):
    """Strike an item off the plan. Raises ``NotAllowed``."""
    item = _locked(pk, "drop", actor)
    audit.append("education.drop", about=item, actor=actor, at=at)
    item.delete()


@transaction.atomic
def tie(pk, *, activities, actor, at):
    """Say which of the activities that may be tied were held for an item. Raises ``NotAllowed``.

    ``activities``: ids of those that the actor may see; others are passed over.
    """
    item = _locked(pk, "tie", actor)
    known = set(to_tie(item).visible_to(actor).values_list("pk", flat=True))
    kept = set(item.activities.values_list("pk", flat=True)) - known
    chosen = known & set(activities)
    item.activities.set(kept | chosen)
    audit.append("education.tie", about=item, actor=actor, at=at, detail={"activities": sorted(chosen)})
    return item


def to_tie(item):
    """Return the activities that can have been held for an item: of its year and its unit.

    For an item of the school those of any unit. Nobody is educated by being asked for his opinion.
    """
    asking = [kind.code for kind in item.scheme.rules.activities if kind.purpose == "consultation"]
    held = Activity.objects.filter(voided_at=None, held_on__year=item.year).exclude(kind__in=asking)
    return held if item.unit.parent_id is None else held.filter(Q(unit=item.unit_id) | Q(unit__parent=None))


def with_held(items):
    """Count for each item the activities that were held for it, as ``held``."""
    return items.annotate(held=Count("activities", filter=Q(activities__voided_at=None)))


def reach(items, points, rules, *, on):
    """List a ``Reach`` for each post that has points of the grades asked for, those not reached first.

    ``items``: of the year, counted in their order; ``points``: those in force that the reader may read. A constant number of queries.
    """
    asked = rules.duties.education
    ranked = points.filter(post__isnull=False, final_grade__rank__in=asked.ranks).order_by()
    gravest = dict(ranked.values_list("post_id").annotate(Min("final_grade__rank")))
    leads = set(Post.objects.filter(leadership.posts(on), pk__in=gravest).values_list("pk", flat=True))
    posts = Post.objects.filter(pk__in=gravest).select_related("unit")
    held_by = Incumbency.objects.in_force(on).filter(post__in=gravest).values_list("post_id", "user_id", "user__name")
    holders = {post: (user, name) for post, user, name in held_by}
    came = _came(items, {user for user, _ in holders.values()})
    above = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    found = []
    for post in posts:
        user, name = holders.get(post.pk, (None, ""))
        meant = [item for item in items if meant_for(item, post, gravest[post.pk], post.pk in leads, above)]
        reached = tuple(item.title for item in meant if user in came[item.pk])
        found.append(Reach(post, gravest[post.pk], name, tuple(item.title for item in meant), reached))
    return sorted(found, key=lambda one: (bool(one.reached), one.rank, one.post.unit.position, one.post.code))


def meant_for(item, post, rank, leads, above):
    """Whether an item is meant for a post.

    ``rank``: of its gravest point, ``leads``: does it lead, ``above``: unit → the one above.
    """
    at = post.unit_id
    while at is not None and at != item.unit_id:
        at = above.get(at)
    flags = {"leaders": leads, "key": post.is_key_post, "risk": post.is_risk_post, "": True}
    fits = flags[item.flag] and (not item.domain or item.domain == post.domain)
    return at is not None and fits and (item.rank is None or rank <= item.rank)


def _came(items, people):
    """Return item → ids of those of ``people`` who came to what was held for it."""
    rows = Attendance.objects.filter(mark=Attendance.Mark.PRESENT, user__in=people, activity__voided_at=None)
    rows = rows.filter(activity__education_items__in=[item.pk for item in items])
    came = defaultdict(set)
    for item, user in rows.order_by().values_list("activity__education_items", "user_id"):
        came[item].add(user)
    return came


def _in_year(item):
    if item.due_on.year != item.year:
        raise Refused(f"完成时间应在 {item.year} 年内。", "due_on")


def _locked(pk, action, actor):
    item = EducationItem.objects.select_for_update(of=("self",)).select_related("unit", "scheme").get(pk=pk)
    require(actor, action, item)
    return item
