"""The result of an assessment: one member of a body decides, another confirms or undoes it.

Source: R1-48, R3-37.
"""

from django.db import transaction

from registers import audit
from registers.access import people_who_may, require
from registers.actors import PART_IN_A_UNIT
from registers.refusals import Refused, Stale
from workflows.policies.handling import holders
from workflows.supervision import scoring
from workflows.supervision.assessments import locked, result_of, save, tell


@transaction.atomic
def decide(pk, *, vetoes, grounds, seen_version, actor, at):
    """Decide on the result: the score as computed, the band as far as ``vetoes`` (codes) let it.

    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment = locked(pk)
    require(actor, "decide", assessment)
    if assessment.version != seen_version:
        raise Stale
    known = {veto.code for veto in assessment.rules.vetoes}
    if not set(vetoes) <= known:
        raise Refused("否决情形的选项不存在，请重新选择。", "vetoes")
    assessment.vetoes, assessment.grounds, assessment.score = list(vetoes), grounds, result_of(assessment)
    assessment.band = band_for(assessment, assessment.score, vetoes)
    assessment.decided_by_id, assessment.decided_at = actor.user_id, at
    save(assessment, "vetoes", "grounds", "score", "band", "decided_by", "decided_at")
    detail = {"score": str(assessment.score), "band": assessment.band, "vetoes": assessment.vetoes}
    audit.append("assessment.decide", about=assessment, actor=actor, at=at, detail=detail)
    others = people_who_may("decide", assessment).exclude(pk=actor.user_id)
    tell("assessment.decide", assessment, others, "考核结果已审定，请复核", at=at)
    return assessment


def band_for(assessment, score, vetoes):
    """Return the code of the band of a score under ``vetoes``."""
    rules = assessment.rules
    caps = [rules.veto(code).cap for code in vetoes if rules.veto(code)]
    return scoring.band_of(score, [(band.code, band.at_least) for band in rules.bands], caps)


@transaction.atomic
def confirm(pk, *, seen_version, actor, at):
    """Confirm what another has decided: it is final and the unit hears of it.

    Raises ``NotAllowed`` or ``Stale``.
    """
    assessment = _to_confirm(pk, seen_version, actor)
    assessment.confirmed_by_id, assessment.confirmed_at = actor.user_id, at
    save(assessment, "confirmed_by", "confirmed_at")
    audit.append("assessment.confirm", about=assessment, actor=actor, at=at)
    what = f"结果已审定：{assessment.score} 分，{assessment.band_rules.label}"
    tell("assessment.confirm", assessment, holders(assessment.unit_id, *PART_IN_A_UNIT), what, at=at)
    return assessment


@transaction.atomic
def undo(pk, *, reason, seen_version, actor, at):
    """Undo what another has decided, so that it is decided again. The reason stands until then.

    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment = _to_confirm(pk, seen_version, actor)
    if not reason:
        raise Refused("请写明退回重审的原因。", "reason")
    decider = list(people_who_may("decide", assessment).filter(pk=assessment.decided_by_id))
    assessment.vetoes, assessment.grounds, assessment.score, assessment.band = [], reason, None, ""
    assessment.decided_by, assessment.decided_at = None, None
    save(assessment, "vetoes", "grounds", "score", "band", "decided_by", "decided_at")
    audit.append("assessment.undo", about=assessment, actor=actor, at=at)
    tell("assessment.undo", assessment, decider, f"复核退回重审：{reason}", at=at)
    return assessment


def _to_confirm(pk, seen_version, actor):
    assessment = locked(pk)
    require(actor, "confirm", assessment)
    if assessment.version != seen_version:
        raise Stale
    return assessment
