"""Rules on who may read powers, risk points, their measures and the grades of posts.

One policy per model. Source: R1-30.
"""

from functools import cache, reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy, policy_of
from registers.actors import ADMINISTRATORS, ANSWERABLE, GROUP_MEMBER, LEDGER_READERS
from registers.models import ControlMeasure, Keeper, Responsibility, ResponsibleParty, RiskPoint
from registers.prepared import NOBODY, Given, Prepared
from registers.schemes.custody import KEEPERS


@policy("registers.PowerItem")
class PowerItemPolicy(Policy):
    def visible(self, rows, actor):
        """Show powers in force to the whole school (R1-36).

        Proposals are shown with their sheet only.
        """
        if not actor.is_authenticated:
            return rows.none()
        return rows.filter(in_force_from__isnull=False)


@policy("registers.RiskPoint")
class RiskPointPolicy(PolicyOfFacts):
    """Own points, points of units one answers for, and what one's role above the units keeps.

    What it keeps, the scheme says (``registers.schemes.custody``, R1-30, R2-14).
    """

    def facts(self, actor):
        """Return who the actor is, the units he answers for, and role → units of which he keeps what is filed."""
        if actor.has(*ADMINISTRATORS) and not actor.posts:
            return {"person": NOBODY, "answers": (), **dict.fromkeys(KEEPERS, ())}
        answers = actor.unit_ids(*ANSWERABLE, GROUP_MEMBER)
        return {"person": actor.user_id, "answers": answers, **{role: actor.unit_ids(role) for role in KEEPERS}}

    def readable(self, facts):
        readable = Q(holder=facts["person"]) | Q(unit__within=facts["answers"])
        for role in KEEPERS:
            if units := facts[role]:
                readable |= Q(unit__within=units) & Q(_kept_by(role))
        return readable & Q(in_force_from__isnull=False)

    def counted(self, actor, *, scheme="category__scheme"):
        """Return the condition of what ``visible`` shows by a role, None where no role shows anything.

        It asks for unit, level, grade and scheme alone, so it holds for counts of points as well; ``scheme`` is the path to the
        scheme. A property test holds it and ``visible`` together.
        """
        if not actor.is_authenticated or (actor.has(*ADMINISTRATORS) and not actor.posts):
            return None
        answerable = actor.unit_ids(*ANSWERABLE, GROUP_MEMBER)
        shown = [Q(unit__in=answerable)] if answerable else []
        by_role = {}
        for role, slug, level, rank in self._keepers(actor):
            graded = {} if rank is None else {"final_grade__rank": rank}
            kept = Q(**{f"{scheme}__slug": slug, "level": level}, **graded)
            by_role[role] = by_role[role] | kept if role in by_role else kept
        for role, kept in by_role.items():
            units = actor.unit_ids(role)
            shown.append(kept if len(units) == len(actor.parents) else Q(kept, unit__in=units))
        return reduce(or_, shown) if shown else None

    def _keepers(self, actor):
        """What the roles of ``actor`` keep, read once a request."""
        if "keepers" not in actor.memory:
            roles = [role for role in KEEPERS if actor.has(role)]
            actor.memory["keepers"] = _keepers_in_use().of(roles=roles) if roles else []
        return actor.memory["keepers"]

    def may_place(self, actor, point):
        """Say on which power a point stands that names one in words, as the office of its unit or above."""
        units = actor.unit_ids("office")
        if units if isinstance(point, type) else point.unit_id in units:
            return YES
        return no("风险点与权力事项的对应由领导小组办公室核定。")

    def filed_by(self, rows, actor):
        """Narrow ``rows`` to what the office keeps: a registrar exports it and does not read it."""
        return rows.filter(_kept_by("office"), unit__within=actor.unit_ids("registrar"), in_force_from__isnull=False)


@cache
def _keepers_in_use():
    kept = Keeper.objects.filter(scheme__is_current=True, role__within=Given("roles"))
    return Prepared(kept.values_list("role", "scheme__slug", "level", "rank"))


@cache
def _kept_by(role):
    """Return the condition of points that a role keeps, under the current version of their scheme.

    Made once: nearly every page of somebody above the units asks it.
    """
    kept = Keeper.objects.filter(
        scheme__slug=OuterRef("category__scheme__slug"), scheme__is_current=True, role=role, level=OuterRef("level")
    )
    return Exists(kept.filter(Q(rank=None) | Q(rank=OuterRef("final_grade__rank"))))


@policy("registers.ControlMeasure")
class ControlMeasurePolicy(PolicyOfFacts):
    """The measures of points one may read, and those that name oneself, one's post or one's office."""

    def facts(self, actor):
        mine = {"my_posts": actor.post_ids, "my_offices": actor.own_unit_ids(*ANSWERABLE)}
        return {**policy_of(RiskPoint).facts(actor), **mine, "me": [actor.user_id], "today": actor.on}

    def readable(self, facts):
        points = RiskPoint.objects.filter(policy_of(RiskPoint).readable(facts), series=OuterRef("point_series"))
        meant = {"posts": facts["my_posts"], "offices": facts["my_offices"], "on": facts["today"]}
        named = ResponsibleParty.objects.meaning(facts["me"], **meant).values("responsibility")
        return (Q(Exists(points)) | Q(responsible__in=named)) & Q(in_force_from__isnull=False)


@policy("registers.Responsibility")
class ResponsibilityPolicy(Policy):
    def visible(self, rows, actor):
        """Show who is named in the measures that one may read."""
        return rows.filter(pk__in=ControlMeasure.objects.visible_to(actor).values("responsible"))


@policy("registers.ResponsibleParty")
class ResponsiblePartyPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(responsibility__in=Responsibility.objects.visible_to(actor).values("pk"))


@policy("registers.PostGrade")
class PostGradePolicy(Policy):
    def visible(self, rows, actor):
        """Show the grade of one's own post and of posts in units one answers for.

        School roles read all of them.
        """
        if not actor.is_authenticated or (actor.has(*ADMINISTRATORS) and not actor.posts):
            return rows.none()
        units = actor.unit_ids(*LEDGER_READERS)
        return rows.filter(Q(unit__within=units) | Q(post__within=actor.post_ids), in_force_from__isnull=False)
