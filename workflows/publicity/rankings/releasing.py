"""The decision on a ranking, and its release: what everybody may read is fixed by a second person."""

from django.db import transaction
from django.utils import timezone

from registers import audit, clock
from registers.access import require
from registers.actors import PART_IN_A_UNIT
from registers.models import Appointment
from registers.refusals import Refused, Stale
from workflows.messages import notifications
from workflows.models import RankedUnit, Ranking, RankingContest, RankingFigure
from workflows.publicity import publishing
from workflows.publicity.rankings import computing, score

NO_FIGURE = "没有适用的指标"
MEASURED = ("satisfied",)  # figures of points instead of things, of which none is out of order
RELEASED = "{ranking}已经公布，请到“单位排名”查看。"
BASIS = "单位排名经{decision}审定，数据统计到 {counted_on}（不含当日）。"
EXPLAINED = "各类单位分别排名，得分相同的名次并列；单位较少的类只列档次。各项指标和计算办法见“单位排名”。"
COLUMNS = (("class", "分类"), ("place", "名次"), ("unit", "单位"), ("band", "档次"))


def not_applicable(ranking):
    """The figures that do not apply to a unit that is ranked, for the committee's consent."""
    rows = RankingFigure.objects.filter(ranked__ranking=ranking, ranked__left_out="", of=0)
    return rows.select_related("ranked__unit").order_by("ranked__unit__position", "ranked__unit__code", "position")


def proposed_praise(ranking):
    """The units that are proposed for praise: places of the scheme in the best band."""
    best = ranking.rules.falling_bands[0].code
    rows = ranking.units.filter(band=best, place__lte=ranking.rules.praised).select_related("unit")
    return rows.order_by("class_code", "place", "unit__position", "unit__code")


@transaction.atomic
def decide(pk, *, decision, agrees, praised, seen_version, actor, at):
    """Decide a ranking as it stands.

    ``decision``: which meeting, on which day. ``agrees``: the figures that do not apply are left out of the scores, and the units
    left out stay out. ``praised``: ids of the ranked units that are praised. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    ranking = computing.locked(pk)
    require(actor, "decide", ranking)
    if ranking.version != seen_version:
        raise Stale
    if not agrees and (not_applicable(ranking).exists() or ranking.units.exclude(left_out="").exists()):
        raise Refused("有不适用的指标或不参加排名的单位，须逐项核对并同意。", "agrees")
    if not praised <= set(proposed_praise(ranking).values_list("pk", flat=True)):
        raise Refused("只能表扬名单中建议的单位，请重新选择。", "praised")
    ranking.decision, ranking.decided_by_id, ranking.decided_at = decision, actor.user_id, at
    ranking.version += 1
    ranking.save(update_fields=["decision", "decided_by", "decided_at", "version"])
    RankedUnit.objects.filter(ranking=ranking, pk__in=praised).update(praised=True)
    audit.append("ranking.decide", about=ranking, actor=actor, at=at, detail={"praised": len(praised)})
    return ranking


@transaction.atomic
@audit.at_the_end()
def release(pk, *, reviewed, seen_version, actor, at):
    """Release a ranking that was decided, and publish its result (通报).

    ``reviewed``: whoever releases it has checked it for secrets and personal data. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    ranking = computing.locked(pk)
    require(actor, "release", ranking)
    if ranking.version != seen_version:
        raise Stale
    if not reviewed:
        raise Refused("请先完成保密与个人信息审查并勾选，再公布。", "reviewed")
    ranking.released_by_id, ranking.released_at = actor.user_id, at
    ranking.result = result_of(ranking)
    ranking.version += 1
    ranking.save(update_fields=["released_by", "released_at", "result", "version"])
    audit.append("ranking.release", about=ranking, actor=actor, at=at)
    publish(ranking, actor=actor, at=at)
    return ranking


def publish(ranking, *, actor, at):
    """Publish the result as a 通报 of those who prepared and released it, and tell the people of its units."""
    drafted = publishing.result(
        ranking.campaign.scheme,
        ranking.campaign.institution,
        title=f"关于{ranking}结果的通报",
        blocks=[BASIS.format(decision=ranking.decision, counted_on=ranking.counted_on), EXPLAINED],
        columns=COLUMNS,
        rows=[
            {"class": group["label"], "place": unit["place"] or "—", "unit": unit["name"], "band": unit["band"]}
            for group in ranking.result["classes"]
            for unit in group["units"]
        ],
        by=ranking.shown_by,
        at=at,
    )
    drafted.save()
    publishing.release(drafted, actor=actor, reviewed=True, at=at)
    held = Appointment.objects.in_force(clock.local_day(at)).filter(role__in=PART_IN_A_UNIT)
    people = held.filter(unit__in=ranking.units.values("unit")).values_list("user_id", flat=True)
    text = RELEASED.format(ranking=ranking)
    messages = [(person, f"ranking.release:{ranking.pk}", text, None) for person in sorted(set(people))]
    notifications.post_each(messages, kind="ranking.release", at=at)


def result_of(ranking):
    """Return what everybody may read of a ranking, as JSON.

    Bands, places and shares of the figures. No score and nothing of deductions and vetoes: from both a single sanction could be
    read. So the shares are left out as well where a unit of the class has lost points, because they would not explain its
    place. A class that is too small shows bands only.
    """
    rules = ranking.rules
    rows = ranking.units.select_related("unit").prefetch_related("figures")
    rows = list(rows.order_by("place", "unit__position", "unit__code"))
    classes = []
    for group in rules.classes:
        there = [row for row in rows if row.class_code == group.code and row.score is not None]
        small = len(there) < rules.smallest_class
        explained = not small and not any(row.deducted for row in there)
        if there:
            units = [_shown(row, rules, explained=explained) for row in there]
            classes.append({"label": group.label, "small": small, "explained": explained, "units": units})
    contests = RankingContest.objects.filter(ranked__ranking=ranking)
    return {
        "counted_on": ranking.counted_on.isoformat(),
        "decision": ranking.decision,
        "released_on": timezone.localdate(ranking.released_at).isoformat(),
        "shown": [timezone.localdate(ranking.shown_at).isoformat(), ranking.contest_until.isoformat()],
        "figures": [
            {"code": one.code, "label": one.label, "weight": one.weight, "explained": one.explained}
            for one in rules.figures
        ],
        "classes": classes,
        "left_out": [[row.unit.name, row.left_out or NO_FIGURE] for row in rows if row.score is None],
        "praised": [row.unit.name for row in rows if row.praised],
        "contests": [contests.count(), contests.exclude(outcome=RankingContest.Outcome.REJECTED).count()],
        "problems": _problems(rules, rows),
    }


def _shown(row, rules, *, explained):
    band = rules.band(row.band)
    parts = {figure.code: [figure.number, figure.of] for figure in row.figures.all()}
    return {
        "code": row.unit.code,
        "name": row.unit.name,
        "place": row.place,
        "band": band.label if band else row.band,
        "parts": parts if explained else {},
    }


def _problems(rules, rows):
    """What was not in order, by figure: label and count over all units, the most frequent first (共性问题)."""
    found = []
    for figure in (one for one in rules.figures if one.code not in MEASURED):
        there = [one for row in rows for one in row.figures.all() if one.code == figure.code and not row.left_out]
        wrong = sum(one.of - one.number if figure.direction == "more" else one.number for one in there)
        if wrong:
            found.append([figure.label, wrong])
    return sorted(found, key=lambda problem: -problem[1])


def trend(rankings, code):
    """Return how a unit stood in the released ``rankings``, the first year first.

    As ``[(year, place or None, of how many, band)]``. ``code``: of the unit, which it keeps. Years in which it was not ranked are left out.
    """
    found = []
    for ranking in sorted(rankings, key=lambda one: one.campaign.year):
        for group in ranking.result.get("classes", []):
            for unit in group["units"]:
                if unit["code"] == code:
                    found.append((ranking.campaign.year, unit["place"], len(group["units"]), unit["band"]))
    return found


def released():
    """The released rankings with their years."""
    return Ranking.objects.filter(released_at__isnull=False).select_related("campaign")


def percent(number, of):
    """A share in words, to one decimal: 96.7%. Empty where the figure does not apply."""
    return f"{score.rounded(score.value(number, of, 'more'), 1)}%" if of else ""
