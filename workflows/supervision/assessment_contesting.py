"""What a unit says against single lines of its assessment, with evidence, and how each is answered.

What is said is the unit's alone until it hands it in (``assessments.answer``), and is answered line by line before the whole is
(``assessments.reply``). A score that was wrong is corrected by ``assessments.score``.
"""

from django.db import transaction

from registers import audit
from registers.access import require
from registers.refusals import Refused, Stale
from workflows import attachments
from workflows.models import AssessmentContest, AssessmentLine
from workflows.supervision.assessments import locked, save

Outcome = AssessmentContest.Outcome


@transaction.atomic
@audit.at_the_end()
def contest(line_pk, *, words, uploads=(), dropped=(), seen_version, actor, at):
    """Contest the score of a line, or change what was said, and return the contest.

    None where it is taken back. ``words``: empty to take it back. ``dropped``: ids of files that are removed. What is sent twice is
    said once. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment = locked(AssessmentLine.objects.values_list("assessment", flat=True).get(pk=line_pk))
    require(actor, "answer", assessment)
    line = assessment.lines.get(pk=line_pk)
    known = AssessmentContest.objects.filter(line=line).first()
    if assessment.version != seen_version:
        same = [known] if known is not None and (known.words, known.by_id) == (words, actor.user_id) else []
        if attachments.sent_before(same, uploads) is None:
            raise Stale
        return known
    if not words and uploads:
        raise Refused("请写明异议；只有材料没有说明的不能保存，所选文件没有保存。", "words")
    made = _taken_back(known, actor=actor, at=at) if not words else None
    if words:
        made = known or AssessmentContest(line=line)
        made.words, made.by_id, made.at = words, actor.user_id, at
        made.save()
        attachments.drop(made, dropped, actor=actor, at=at)
        attachments.take(made, uploads, actor=actor, at=at)
        audit.append("assessment.contest", about=made, actor=actor, at=at, detail={"line": line.code})
    save(assessment)
    return made


def _taken_back(known, *, actor, at):
    if known is not None:
        attachments.drop(known, list(known.attachments.values_list("pk", flat=True)), actor=actor, at=at)
        audit.append("assessment.contest_dropped", about=known, actor=actor, at=at)
        known.delete()


@transaction.atomic
def settle(pk, *, outcome, words, seen_version, actor, at):
    """Answer what was said against a line, or correct the answer, and return the contest.

    Until the unit has its reply. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment = locked(AssessmentContest.objects.values_list("line__assessment", flat=True).get(pk=pk))
    found = AssessmentContest.objects.select_related("line").get(pk=pk)
    found.line.assessment = assessment
    require(actor, "settle", found)
    if assessment.version != seen_version:
        raise Stale
    if outcome not in Outcome.values:
        raise Refused("请选择结论。", "outcome")
    found.outcome, found.reply, found.replied_by_id, found.replied_at = outcome, words, actor.user_id, at
    found.save(update_fields=["outcome", "reply", "replied_by", "replied_at"])
    save(assessment)
    audit.append("assessment.contest_settled", about=found, actor=actor, at=at, detail={"outcome": str(outcome)})
    return found
