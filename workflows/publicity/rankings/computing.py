"""A ranking before it is decided: computed, what takes points off, shown to the units."""

from collections import defaultdict
from fractions import Fraction

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.actors import ANSWERABLE
from registers.models import Appointment, Unit
from registers.models.spans import is_closed
from registers.refusals import Refused, Stale
from registers.text import clipped
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Campaign, Enrolment, RankedUnit, Ranking, RankingEntry, RankingFigure
from workflows.publicity.rankings import score
from workflows.publicity.rankings.figures import FIGURES

Origin = RankingEntry.Origin
NO_CLASS = "单位类型没有归入排名的分类"
TOO_NEW = "纳入本年度活动不足 {months} 个月"
SHOWN = "{ranking}：本单位的排名数据已经算出，请在 {until} 前核对；有异议的，逐项提出并写明依据。"


def locked(pk):
    """Return a ranking with its scheme, locked. Every act on a ranking begins with this lock."""
    rows = Ranking.objects.select_for_update(of=("self",)).select_related("campaign__scheme", "campaign__institution")
    return rows.get(pk=pk)


@transaction.atomic
def compute(campaign, *, actor, at):
    """Compute the ranking of a campaign, or once more, and return it. What was entered by hand stays.

    Raises ``NotAllowed``, and ``Refused`` where no unit takes part.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=campaign.pk)
    ranking = Ranking.objects.filter(campaign=campaign).first() or Ranking(campaign=campaign)
    require(actor, "compute", ranking)
    on = clock.local_day(at)
    ranking.counted_on, ranking.computed_by_id, ranking.computed_at = on, actor.user_id, at
    ranking.version += 1
    parts = _parts(campaign, on)
    if not parts:
        raise Refused("没有单位参加本年度活动，无法排名。")
    ranking.save()
    ranking.units.exclude(unit__in=[unit.pk for unit, _ in parts]).delete()
    known = {row.unit_id: row for row in ranking.units.all()}
    _freeze(ranking, [(_ranked(ranking, unit, known, on), ids) for unit, ids in parts], on)
    work_out(ranking)
    audit.append("ranking.compute", about=ranking, actor=actor, at=at, detail={"units": len(parts)})
    return ranking


def _parts(campaign, on):
    """The units that are ranked, each with the ids of all that lies below it: those of which anything takes part."""
    enrolled = set(campaign.enrolments.values_list("unit_id", flat=True))
    root = Unit.objects.get(pk=campaign.institution_id)
    return [
        (unit, ids)
        for unit, ids in root.parts()
        if unit.pk != root.pk and enrolled & set(ids) and not is_closed(unit, on)
    ]


def _ranked(ranking, unit, known, on):
    """The unit's row of the ranking, new or as it was."""
    group = ranking.rules.class_of(unit.unit_type)
    ranked = known.get(unit.pk) or RankedUnit(ranking=ranking, unit=unit)
    ranked.class_code = group.code if group else ""
    if ranked.pk is None:
        ranked.left_out = "" if group else NO_CLASS
        ranked.save()
    return ranked


def _freeze(ranking, parts, on):
    """Write the figures of all units with their sources, in place of earlier ones."""
    part_of = {pk: ranked for ranked, ids in parts for pk in ids}
    rules, new = ranking.rules, _new_units(ranking, on)
    RankingFigure.objects.filter(ranked__ranking=ranking).delete()
    for ranked, _ in parts:
        if ranked.unit_id in new and not ranked.left_out:
            ranked.left_out = TOO_NEW.format(months=rules.months)
            ranked.save(update_fields=["left_out"])
    made = []
    for position, figure in enumerate(rules.figures):
        things = defaultdict(list)
        for thing in FIGURES[figure.code](ranking.campaign, on):
            if thing.unit in part_of:
                things[part_of[thing.unit].pk].append(thing)
        made += [_figure(ranked, figure, position, things[ranked.pk]) for ranked, _ in parts]
    RankingFigure.objects.bulk_create(made, batch_size=200)


def _figure(ranked, figure, position, things):
    number, of = (sum(thing.share[place] for thing in things) for place in (0, 1))
    return RankingFigure(
        ranked=ranked,
        code=figure.code,
        position=position,
        number=number,
        of=of,
        counted=number,
        counted_of=of,
        sources=[thing.frozen for thing in things],
    )


def _new_units(ranking, on):
    """The ids of the units that came in after the start, and less than the scheme's months ago."""
    campaign = ranking.campaign
    late = Enrolment.objects.filter(
        campaign=campaign,
        enrolled_on__gt=clock.months_after(on, -ranking.rules.months),
    ).exclude(enrolled_on__lte=clock.local_day(campaign.opened_at))
    return set(late.values_list("unit_id", flat=True))


def work_out(ranking):
    """Work out score, band and place of all units from figures and entries as they stand, and keep them."""
    rules = ranking.rules
    rows = list(ranking.units.prefetch_related("figures", "entries").order_by("pk"))
    bands = [(band.code, band.at_least) for band in rules.falling_bands]
    by_class = defaultdict(dict)
    for row in rows:
        entries = [entry for entry in row.entries.all() if entry.dropped_at is None]
        row.deducted, row.score, row.place, row.band = score.rounded(_deducted(rules, entries), 2), None, None, ""
        if row.left_out:
            continue
        row.score = _score(rules, row, entries)
        if row.score is not None:
            vetoes = {veto.code: veto.at_best for veto in rules.vetoes}
            caps = [vetoes[entry.code] for entry in entries if entry.kind == entry.Kind.VETO]
            row.band = score.band(row.score, bands, caps)
            by_class[row.class_code][row] = row.score
    for scores in by_class.values():
        if len(scores) >= rules.smallest_class:
            for row, place in score.places(scores).items():
                row.place = place
    RankedUnit.objects.bulk_update(rows, ["deducted", "score", "place", "band"], batch_size=500)


def _score(rules, row, entries):
    weights = {figure.code: figure.weight for figure in rules.figures}
    directions = {figure.code: figure.direction for figure in rules.figures}
    values = {
        figure.code: score.value(figure.number, figure.of, directions[figure.code]) for figure in row.figures.all()
    }
    return score.score(values, weights, _deducted(rules, entries), rules.decimals)


def _deducted(rules, entries):
    points = {one.code: one.points for one in rules.deductions}
    percent = {Origin.FOUND: 100, Origin.SELF: rules.self_reported, Origin.CONCEALED: rules.concealed}
    return sum(
        (
            score.deduction(points[entry.code], entry.times, percent[entry.origin])
            for entry in entries
            if entry.kind == entry.Kind.DEDUCTION
        ),
        Fraction(0),
    )


@transaction.atomic
def enter(ranked, *, values, actor, at):
    """Enter what takes points off a unit or caps its band, and return it.

    ``values``: kind, code, times, origin, basis. What is sent twice is entered once. Raises ``NotAllowed`` or ``Refused``.
    """
    ranking = locked(ranked.ranking_id)
    ranked.ranking = ranking
    require(actor, "enter", ranked)
    known = ranking.rules.deductions if values["kind"] == RankingEntry.Kind.DEDUCTION else ranking.rules.vetoes
    if values["code"] not in {one.code for one in known}:
        raise Refused("请选择方案中的扣分或否决事项。", "code")
    again = ranked.entries.filter(**values, by=actor.user_id, dropped_at=None).first()
    if again is not None:
        return again
    entry = ranked.entries.create(**values, by_id=actor.user_id, at=at)
    work_out(ranking)
    audit.append("ranking.entry", about=entry, actor=actor, at=at, detail={"code": entry.code})
    return entry


@transaction.atomic
def drop(entry, *, actor, at):
    """Drop an entry that was made by mistake. It stays on record. Raises ``NotAllowed``."""
    ranking = locked(entry.ranked.ranking_id)
    entry.ranked.ranking = ranking
    require(actor, "enter", entry.ranked)
    drop_upheld(entry, actor=actor, at=at)
    work_out(ranking)


def drop_upheld(entry, *, actor, at):
    """Mark an entry as dropped, once. The ranking is locked, and whoever calls has asked whether he may."""
    if RankingEntry.objects.filter(pk=entry.pk, dropped_at=None).update(dropped_at=at):
        audit.append("ranking.entry_dropped", about=entry, actor=actor, at=at)


@transaction.atomic
def leave_out(ranked, *, why, actor, at):
    """Leave a unit out of the ranking, or with an empty reason take it in again. Raises ``NotAllowed``."""
    ranking = locked(ranked.ranking_id)
    ranked.ranking = ranking
    require(actor, "enter", ranked)
    if not why and not ranking.rules.class_of(ranked.unit.unit_type):
        raise Refused("该单位的类型没有归入排名的分类，不能参加排名。", "why")
    RankedUnit.objects.filter(pk=ranked.pk).update(left_out=why, score=None, place=None)
    work_out(ranking)
    audit.append("ranking.left_out", about=ranked, actor=actor, at=at, detail={"left_out": bool(why)})


@transaction.atomic
def show(pk, *, seen_version, actor, at):
    """Show each unit its figures, which it may contest. Raises ``NotAllowed`` or ``Stale``."""
    ranking = locked(pk)
    require(actor, "show", ranking)
    if ranking.version != seen_version:
        raise Stale
    ranking.shown_by_id, ranking.shown_at = actor.user_id, at
    ranking.contest_until = days.add_working_days(clock.local_day(at), ranking.rules.contest_days)
    ranking.version += 1
    ranking.save(update_fields=["shown_by", "shown_at", "contest_until", "version"])
    text = clipped(SHOWN.format(ranking=ranking, until=ranking.contest_until), 200)
    held = Appointment.objects.in_force(clock.local_day(at)).filter(role__in=ANSWERABLE)
    people = held.filter(unit__in=ranking.units.values("unit")).values_list("user_id", flat=True)
    messages = [(person, f"ranking.show:{ranking.pk}", text, None) for person in sorted(set(people))]
    notifications.post_each(messages, kind="ranking.show", at=at)
    audit.append("ranking.show", about=ranking, actor=actor, at=at, detail={"until": str(ranking.contest_until)})
    return ranking
