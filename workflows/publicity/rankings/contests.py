"""What units contest in a ranking, and how it is answered."""

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.refusals import Refused
from registers.text import clipped
from workflows import attachments
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import RankingContest, RankingEntry, RankingFigure
from workflows.policies.handling import organisers
from workflows.publicity.rankings import computing

Outcome = RankingContest.Outcome
CONTESTED = "{unit}对排名数据提出异议，请在 {due} 前答复。"
ANSWERED = "{unit}对排名数据的异议已经答复：{outcome}。请到“单位排名”查看。"
MOST = 100000


@transaction.atomic
def contest(ranked, *, figure=None, entry=None, claim, uploads=(), actor, at):
    """Contest one figure or one entry of a unit, with evidence, and return the contest.

    What is sent twice is one. The office hears of it. Raises ``NotAllowed``, or ``Refused`` where the figure is not the unit's or is
    contested already.
    """
    ranking = computing.locked(ranked.ranking_id)
    ranked.ranking = ranking
    require(actor, "contest", ranked)
    about = figure or entry
    if about is None or about.ranked_id != ranked.pk or (entry is not None and entry.dropped_at is not None):
        raise Refused("请选择对哪一项数据有异议。", "about")
    open_one = about.contests.filter(answered_at=None).first()
    if open_one is not None:
        same = [open_one] if (open_one.claim, open_one.by_id) == (claim, actor.user_id) else []
        if attachments.sent_before(same, uploads) is None:
            raise Refused("对这一项已经提出异议，请等办公室答复；需要补充的，请与办公室联系。", "about")
        return open_one
    due = days.add_working_days(clock.local_day(at), ranking.rules.answer_days)
    made = RankingContest.objects.create(
        ranked=ranked, figure=figure, entry=entry, claim=claim, by_id=actor.user_id, at=at, answer_due_on=due
    )
    attachments.take(made, uploads, actor=actor, at=at)
    text = clipped(CONTESTED.format(unit=ranked.unit.name, due=due), 200)
    key = f"ranking.contest:{made.pk}"
    notifications.post(organisers(ranked.unit_id), kind="ranking.contest", key=key, text=text, submission=None, at=at)
    audit.append("ranking.contest", about=made, actor=actor, at=at)
    return made


@transaction.atomic
def answer(pk, *, outcome, words, number=None, of=None, actor, at):
    """Answer a contest with a reason, and change the figure where it is upheld.

    ``number`` and ``of``: of the figure as corrected; an entry that is upheld is dropped. Score and places follow at once.
    Raises ``NotAllowed``, or ``Refused`` where an upheld contest changes nothing or a rejected one would.
    """
    ranking_pk = RankingContest.objects.values_list("ranked__ranking", flat=True).get(pk=pk)
    ranking = computing.locked(ranking_pk)
    found = RankingContest.objects.select_related("ranked__unit", "figure", "entry", "by").get(pk=pk)
    found.ranked.ranking = ranking
    require(actor, "answer", found)
    upheld = outcome in (Outcome.UPHELD, Outcome.PARTLY)
    if found.figure_id:
        found.changed = _corrected(found.figure, number, of, words, upheld=upheld)
    elif upheld:
        found.changed = "撤销该事项"
        computing.drop_upheld(found.entry, actor=actor, at=at)
    found.outcome, found.answer, found.answered_by_id, found.answered_at = outcome, words, actor.user_id, at
    found.save(update_fields=["outcome", "answer", "changed", "answered_by", "answered_at"])
    if upheld:
        computing.work_out(ranking)
    text = clipped(ANSWERED.format(unit=found.ranked.unit.name, outcome=found.get_outcome_display()), 200)
    key = f"ranking.answer:{found.pk}"
    notifications.post([found.by], kind="ranking.answer", key=key, text=text, submission=None, at=at)
    audit.append("ranking.answer", about=found, actor=actor, at=at, detail={"outcome": str(outcome)})
    return found


def _corrected(figure, number, of, words, *, upheld):
    """Correct a figure, and return the correction in words, empty where nothing changes."""
    given = (number, of) != (None, None)
    if not upheld:
        if given and (number, of) != (figure.number, figure.of):
            raise Refused("异议不成立的，数据不变；请清空更正后的数字，或改选结论。", "number")
        return ""
    if number is None or of is None or number > of or of > MOST:
        raise Refused(f"异议成立的，请填写更正后的数字：前一个不大于后一个，后一个不超过 {MOST}。", "number")
    if (number, of) == (figure.number, figure.of):
        raise Refused("更正后的数字与原来相同；数据不变的，结论应为“不成立”。", "number")
    changed = f"{figure.number}/{figure.of} 更正为 {number}/{of}"
    RankingFigure.objects.filter(pk=figure.pk).update(number=number, of=of, corrected=clipped(words, 500))
    return changed


def targets(ranked):
    """Return what of a unit can be contested: ``("figure" | "entry", row)``, without dropped entries."""
    figures = [("figure", row) for row in RankingFigure.objects.filter(ranked=ranked)]
    return figures + [("entry", row) for row in RankingEntry.objects.filter(ranked=ranked, dropped_at=None)]
