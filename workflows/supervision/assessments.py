"""The assessment of a unit, from its beginning to the unit's answer.

Its own score, the office's, the leaders', and the figures that are shown to it.

What is decided then is ``assessment_deciding``. Source: R0-29, R2-30, R3-37, R4-35.
"""

from django.db import transaction

from registers import audit, clock
from registers.access import people_who_may, require
from registers.actors import PART_IN_A_UNIT
from registers.models import Unit
from registers.refusals import Refused, Stale
from registers.text import clipped, digest_of
from workflows import attachments
from workflows.campaign import campaigns
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Assessment, AssessmentContest, AssessmentLine, LeaderScore
from workflows.policies.handling import holders
from workflows.supervision import scoring, surveys

NO_ASSESSMENT = "现行方案没有写考核项目和档次。请先由管理员在方案中补上 assessment 一节。"
Stand = Assessment.Stand


@transaction.atomic
def begin(units, *, due_on, actor, at):
    """Begin this year's assessment of ``units`` and return those that are new.

    Units that have one already are passed over. Raises ``NotAllowed`` or ``Refused``.
    """
    root = Unit.objects.select_for_update(of=("self",)).get(parent=None)
    year = clock.local_day(at).year
    for unit in units:
        require(actor, "make", Assessment(unit=unit))
    scheme = campaigns.scheme_for(root)
    if scheme is None or not scheme.rules.assessment.is_held:
        raise Refused(NO_ASSESSMENT)
    if due_on <= clock.local_day(at):
        raise Refused("自评截止应晚于今天。", "due_on")
    there = set(Assessment.objects.filter(unit__in=units, year=year).values_list("unit_id", flat=True))
    made = [_begun(unit, scheme, year, due_on, actor=actor, at=at) for unit in units if unit.pk not in there]
    for assessment in made:
        tell(
            "assessment.begin", assessment, people_who_may("fill", assessment), f"请在 {due_on:%-m月%-d日}前自评", at=at
        )
    return made


def _begun(unit, scheme, year, due_on, *, actor, at):
    assessment = Assessment.objects.create(
        unit=unit, scheme=scheme, year=year, due_on=due_on, made_by_id=actor.user_id, made_at=at
    )
    AssessmentLine.objects.bulk_create(
        [
            AssessmentLine(
                assessment=assessment,
                position=position,
                code=item.code,
                label=item.label,
                points=item.points,
                surveyed=item.measured == "survey",
            )
            for position, item in enumerate(scheme.rules.assessment.criteria, 1)
        ]
    )
    audit.append("assessment.begin", about=assessment, actor=actor, at=at)
    return assessment


@transaction.atomic
def fill(pk, *, scores, evidence, summary, seen_version, actor, at):
    """Save what the unit gives itself. What is not scored yet may be left open.

    ``scores``: line → score or None, ``evidence``: line → text. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment, lines = _opened(pk, "fill", seen_version, actor)
    for line in lines:
        line.own = None if line.surveyed else _fitting(line, scores.get(line.pk), f"own-{line.pk}")
        line.evidence = evidence.get(line.pk, "")
    AssessmentLine.objects.bulk_update(lines, ["own", "evidence"])
    assessment.summary = summary
    save(assessment, "summary")
    audit.append("assessment.fill", about=assessment, actor=actor, at=at)
    return assessment


@transaction.atomic
def add_files(pk, *, uploads, dropped, actor, at):
    """Add ``uploads`` to a line as evidence and remove the files ``dropped`` (ids).

    Raises ``NotAllowed`` or ``Refused``.
    """
    line = AssessmentLine.objects.select_related("assessment").get(pk=pk)
    locked(line.assessment_id)
    line = AssessmentLine.objects.select_related("assessment").get(pk=pk)
    require(actor, "fill", line.assessment)
    attachments.drop(line, dropped, actor=actor, at=at)
    return attachments.take(line, uploads, actor=actor, at=at)


@transaction.atomic
def sign(pk, *, seen_digest, actor, at):
    """Sign the unit's own scores and hand them in. Raises ``NotAllowed``, ``Refused`` or ``Stale``."""
    assessment = locked(pk)
    require(actor, "sign", assessment)
    lines = list(assessment.lines.all())
    if seen_digest != digest_to_sign(assessment, lines):
        raise Stale
    left = [line for line in lines if line.own is None and not line.surveyed]
    if left:
        raise Refused(f"还有 {len(left)} 项没有自评得分：{left[0].label}。")
    if not assessment.summary:
        raise Refused("请先填写自评总结。")
    assessment.signed_by_id, assessment.signed_at, assessment.signed_digest = actor.user_id, at, seen_digest
    save(assessment, "signed_by", "signed_at", "signed_digest")
    audit.append("assessment.sign", about=assessment, actor=actor, at=at, detail={"digest": seen_digest})
    tell("assessment.sign", assessment, people_who_may("make", assessment), "单位已报送自评，请考评", at=at)
    return assessment


def digest_to_sign(assessment, lines):
    """Return the digest of what the head signs: the summary, every score, all evidence and its files."""
    kept = AssessmentLine.attachments.through.objects.filter(assessmentline__in=[line.pk for line in lines])
    files = sorted(kept.values_list("assessmentline_id", "attachment__digest"))
    rows = [(line.code, str(line.own), line.evidence) for line in lines]
    return digest_of([assessment.summary, rows, files])


@transaction.atomic
def score(pk, *, scores, reasons, left_out, seen_version, actor, at):
    """Score a unit as the office.

    ``scores``: line → score, ``reasons``: line → why points are lost or the line does not apply, ``left_out``: lines that do not apply.
    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment, lines = _opened(pk, "score", seen_version, actor)
    for line in (line for line in lines if not line.surveyed):
        line.applies, line.reason = line.pk not in left_out, reasons.get(line.pk, "")
        line.office = _fitting(line, scores.get(line.pk), f"office-{line.pk}") if line.applies else None
        if line.applies and line.office is None:
            raise Refused(f"第 {line.position} 项没有打分。", f"office-{line.pk}")
        if not line.reason and (not line.applies or line.office < line.points):
            raise Refused(f"第 {line.position} 项扣了分或不适用，请写明原因。", f"reason-{line.pk}")
    if not any(line.applies for line in lines if not line.surveyed):
        raise Refused("至少要有一项适用。")
    AssessmentLine.objects.bulk_update(lines, ["applies", "reason", "office"])
    assessment.scored_by_id, assessment.scored_at = actor.user_id, at
    save(assessment, "scored_by", "scored_at")
    audit.append("assessment.score", about=assessment, actor=actor, at=at)
    if not assessment.shown_at:
        tell("assessment.score", assessment, people_who_may("lead", assessment), "办公室已考评，请您评分", at=at)
    return assessment


@transaction.atomic
def lead(pk, *, scores, actor, at):
    """Score a unit as one of the school's leaders. The last word of each counts.

    ``scores``: line → score, for every line that applies. Raises ``NotAllowed`` or ``Refused``.
    """
    assessment = locked(pk)
    require(actor, "lead", assessment)
    rows = []
    for line in assessment.lines.filter(applies=True, surveyed=False):
        given = _fitting(line, scores.get(line.pk), f"lead-{line.pk}")
        if given is None:
            raise Refused(f"第 {line.position} 项没有打分。", f"lead-{line.pk}")
        rows.append(LeaderScore(line=line, leader_id=actor.user_id, score=given, at=at))
    LeaderScore.objects.filter(line__assessment=assessment, leader=actor.user_id).delete()
    LeaderScore.objects.bulk_create(rows)
    audit.append("assessment.lead", about=assessment, actor=actor, at=at)
    return assessment


@transaction.atomic
def show(pk, *, actor, at):
    """Show the figures to the unit, with the survey that counts. Raises ``NotAllowed`` or ``Refused``."""
    assessment = locked(pk)
    require(actor, "show", assessment)
    if surveys.is_running(assessment.unit, assessment.year):
        raise Refused("该单位的满意度测评还没有结束，结束后才能反馈。")
    assessment.survey = surveys.closed_of(assessment.unit, assessment.year)
    if result_of(assessment) is None:
        raise Refused("校领导还没有评完：每个适用的项目至少要有一位校领导评分。")
    assessment.shown_by_id, assessment.shown_at = actor.user_id, at
    assessment.contest_due_on = days.add_working_days(actor.on, assessment.rules.contest_days)
    save(assessment, "survey", "shown_by", "shown_at", "contest_due_on")
    audit.append("assessment.show", about=assessment, actor=actor, at=at)
    what = f"考评情况已反馈，请在 {assessment.contest_due_on:%-m月%-d日}前核对"
    tell("assessment.show", assessment, holders(assessment.unit_id, *PART_IN_A_UNIT), what, at=at)
    return assessment


@transaction.atomic
def answer(pk, *, stand, words, seen_version, actor, at):
    """Accept or contest the figures for the unit.

    What was said against single lines (``assessment_contesting``) is handed in with it. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment, _ = _opened(pk, "answer", seen_version, actor)
    if stand not in Stand.values:
        raise Refused("请选择有无异议。", "stand")
    said = AssessmentContest.objects.filter(line__assessment=assessment).count()
    if stand == Stand.CONTEST and not (words or said):
        raise Refused("有异议的，请在考核项目中逐项写明，或在此写明对哪一项、事实和依据。", "words")
    if stand == Stand.ACCEPT and said:
        raise Refused(f"已对 {said} 项写了异议。请选“有异议”提交，或先清空各项的异议。", "stand")
    assessment.stand, assessment.contest = stand, words
    assessment.answered_by_id, assessment.answered_at = actor.user_id, at
    save(assessment, "stand", "contest", "answered_by", "answered_at")
    audit.append("assessment.answer", about=assessment, actor=actor, at=at, detail={"stand": stand})
    office, bodies = people_who_may("make", assessment), people_who_may("decide", assessment)
    if stand == Stand.CONTEST:
        tell("assessment.answer", assessment, office, "单位对考评情况有异议，请核实答复", at=at)
    else:
        tell("assessment.answer", assessment, bodies, "单位对考评情况无异议，请审定", at=at)
    return assessment


@transaction.atomic
def reply(pk, *, words, seen_version, actor, at):
    """Reply to what the unit contests, once every line is answered. Scores are corrected before.

    Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    assessment, _ = _opened(pk, "reply", seen_version, actor)
    left = AssessmentContest.objects.filter(line__assessment=assessment, replied_at=None).order_by("line__position")
    if left:
        raise Refused(f"还有 {len(left)} 项异议没有逐项答复：第 {left[0].line.position} 项。", "words")
    assessment.reply, assessment.replied_by_id, assessment.replied_at = words, actor.user_id, at
    save(assessment, "reply", "replied_by", "replied_at")
    audit.append("assessment.reply", about=assessment, actor=actor, at=at)
    tell(
        "assessment.reply", assessment, holders(assessment.unit_id, *PART_IN_A_UNIT), "办公室已答复您单位的异议", at=at
    )
    tell("assessment.answer", assessment, people_who_may("decide", assessment), "异议已经答复，请审定", at=at)
    return assessment


# --- What comes of it --------------------------------------------------------------------------------------


def scored(assessment, lines=None):
    """Return the lines of an assessment as ``scoring`` takes them, in their order."""
    lines = list(assessment.lines.all()) if lines is None else lines
    given = {}
    for line, score in LeaderScore.objects.filter(line__in=[line.pk for line in lines]).values_list("line_id", "score"):
        given.setdefault(line, []).append(score)
    percent = assessment.survey.score if assessment.survey_id else None
    return [
        scoring.Line(
            points=line.points,
            own=line.own,
            office=line.office,
            leadership=tuple(given.get(line.pk, ())),
            applies=line.applies,
            surveyed=line.surveyed,
            percent=percent,
        )
        for line in lines
    ]


def weights_of(assessment):
    """Return part → percent of the result."""
    return {part: getattr(assessment.rules.weights, part) for part in scoring.PARTS}


def result_of(assessment, lines=None):
    """Return the result as it stands, None while something is missing."""
    return scoring.result(scored(assessment, lines), weights_of(assessment))


def leaders_who_scored(assessment):
    """Return how many leaders have scored. Who gave what stays with each."""
    rows = LeaderScore.objects.filter(line__assessment=assessment).order_by()
    return rows.values("leader").distinct().count()


def locked(pk):
    """Return the assessment under its lock, with what its rules need."""
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("unit", "scheme", "survey")
    return rows.get(pk=pk)


def save(assessment, *fields):
    """Save fields of a locked assessment under a new version."""
    assessment.version += 1
    assessment.save(update_fields=[*fields, "version"])


def tell(act, assessment, people, what, *, at):
    """Write the message of an act to ``people``."""
    text = clipped(f"{assessment}：{what}。请到“考核与测评”查看。", 200)
    key = f"{act}:{assessment.pk}:{assessment.version}"
    notifications.post(people, kind=act, key=key, text=text, submission=None, at=at)


def _opened(pk, action, seen_version, actor):
    """The locked assessment and its lines, if the actor may do ``action`` and has seen what is there."""
    assessment = locked(pk)
    require(actor, action, assessment)
    if assessment.version != seen_version:
        raise Stale
    return assessment, list(assessment.lines.all())


def _fitting(line, given, field):
    if given is not None and not 0 <= given <= line.points:
        raise Refused(f"第 {line.position} 项应为 0 到 {line.points} 分。", field)
    return given
