"""Who computes, shows, contests, decides, releases and reads rankings of units.

The office computes, a body of the school decides, and nobody decides or releases what he computed or showed. A unit reads its own
figures once they are shown; everybody reads the result once it is released.
"""

from django.db.models import Q

from registers import clock
from registers.access import YES, Policy, PolicyOfFacts, no, policy
from registers.actors import ANSWERABLE, PART_IN_A_UNIT
from workflows.models import RankedUnit, RankingContest
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles

OVERSEERS = (ORGANISER, *BODIES)
NOT_OFFICE = "排名由学校领导小组办公室计算。"
SHOWN = "排名数据已经交单位核对，不能再改；确有差错的，按异议办理。"


def _oversees(actor, ranking):
    return ranking.campaign.institution_id in actor.unit_ids(*OVERSEERS)


def _not_ready(ranking):
    """Why a ranking cannot be decided yet, or any more. Empty where it can."""
    if ranking.decided_at is not None:
        return "排名已经审定。"
    if ranking.shown_at is None:
        return "请先把排名数据交单位核对。"
    if clock.today() <= ranking.contest_until:
        return f"单位核对到 {ranking.contest_until} 结束，之后审定。"
    waiting = RankingContest.objects.filter(ranked__ranking=ranking, answered_at=None).exists()
    return "还有异议没有答复，答复后再审定。" if waiting else ""


@policy("workflows.Ranking")
class RankingPolicy(PolicyOfFacts):
    def facts(self, actor):
        return {"hosts": actor.unit_ids(*PART_IN_A_UNIT), "oversees": actor.unit_ids(*OVERSEERS)}

    def readable(self, facts):
        """Every ranking for office and bodies, one's own once it is shown, all once they are released."""
        own = RankedUnit.objects.filter(unit__within=facts["hosts"], ranking__shown_at__isnull=False)
        overseen = Q(campaign__institution__within=facts["oversees"])
        return Q(released_at__isnull=False) | overseen | Q(pk__in=own.order_by().values("ranking"))

    def may_oversee(self, actor, ranking):
        """Read the figures of all units."""
        return YES if _oversees(actor, ranking) else no("各单位的排名数据由办公室、领导小组和党委查看。")

    def may_compute(self, actor, ranking):
        """Compute it, or once more, until it is shown to the units."""
        if not ranking.rules.is_held:
            return no("本年度活动的方案没有写单位排名。请先由管理员在方案中补上 ranking 一节。")
        if ranking.shown_at is not None:
            return no(SHOWN)
        return YES if ranking.campaign.institution_id in actor.unit_ids(ORGANISER) else no(NOT_OFFICE)

    may_show = may_compute

    def may_decide(self, actor, ranking):
        """Decide it, as one of the bodies, when the units' days are over and every contest is answered."""
        if reason := _not_ready(ranking):
            return no(reason)
        if actor.user_id in (ranking.computed_by_id, ranking.shown_by_id):
            return no("计算和提交核对的人不能审定，请由他人审定。")
        if ranking.campaign.institution_id in actor.unit_ids(*BODIES):
            return YES
        return no("排名由学校领导小组或党委审定。")

    def may_release(self, actor, ranking):
        """Release what was decided, as somebody who has neither computed nor shown it."""
        if ranking.released_at is not None:
            return no("排名已经公布。")
        if ranking.decided_at is None:
            return no("排名审定以后才能公布。")
        if actor.user_id in (ranking.computed_by_id, ranking.shown_by_id):
            return no("计算和提交核对的人不能公布，请由他人公布。")
        return YES if _oversees(actor, ranking) else no("排名由办公室、领导小组或党委公布。")


@policy("workflows.RankedUnit")
class RankedUnitPolicy(Policy):
    def visible(self, rows, actor):
        """Office and bodies read all units, a unit's people their own once it is shown."""
        if not actor.is_authenticated:
            return rows.none()
        own = Q(unit__within=actor.unit_ids(*PART_IN_A_UNIT), ranking__shown_at__isnull=False)
        return rows.filter(own | Q(ranking__campaign__institution__within=actor.unit_ids(*OVERSEERS)))

    def may_enter(self, actor, ranked):
        """Enter what takes points off, or leave a unit out, until it is shown. Nobody for his own unit."""
        if ranked.ranking.shown_at is not None:
            return no(SHOWN)
        if handles(actor, ranked.unit_id):
            return YES
        return no("扣分、否决和不参加排名的单位由办公室登记，涉及本人所在单位的由他人登记。")

    def may_contest(self, actor, ranked):
        """Contest a figure, as head or liaison of the unit, within the days."""
        ranking = ranked.ranking
        if ranking.shown_at is None or ranking.decided_at is not None or clock.today() > ranking.contest_until:
            return no("现在不是单位核对排名数据的时间。")
        if ranked.unit_id in actor.unit_ids(*ANSWERABLE):
            return YES
        return no("对排名数据的异议由单位负责人、联络员提出。")


class OfRankedUnit(Policy):
    """Rows that whoever reads their unit in the ranking reads."""

    def visible(self, rows, actor):
        return rows.filter(ranked__in=RankedUnit.objects.visible_to(actor).order_by().values("pk"))


@policy("workflows.RankingFigure")
class RankingFigurePolicy(OfRankedUnit):
    """Figures with their sources."""


@policy("workflows.RankingEntry")
class RankingEntryPolicy(OfRankedUnit):
    """What takes points off. Office, bodies and the unit itself read it, nobody else."""


@policy("workflows.RankingContest")
class RankingContestPolicy(OfRankedUnit):
    def may_answer(self, actor, contest):
        """Answer what a unit contested, as the office, but nobody for his own unit."""
        if contest.answered_at is not None:
            return no("该异议已经答复。")
        if actor.user_id != contest.by_id and handles(actor, contest.ranked.unit_id):
            return YES
        return no("异议由办公室答复，涉及本人所在单位的由他人答复。")
