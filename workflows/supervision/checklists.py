"""The checklist of an inspection, made from the scheme and the unit's register, filled in by line.

Every line is saved by itself, under its own version, so that several people can work on it, also without network for a while.
Source: R0-28, R1-46, R3-34, R4-35.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import F

from registers import audit
from registers.access import require
from registers.models import ControlMeasure, RiskPoint
from registers.refusals import Refused, Stale
from workflows.models import CheckItem, Inspection

MOST = 100  # lines about measures and points: more cannot be carried about on a telephone
LONGEST = 2000
Result = CheckItem.Result
WHOLE = Decimal(100)


def make(inspection, *, actor, on):
    """Write the checklist of a new inspection and return how many measures and points did not fit.

    The scheme's items come first, then the measures in force of the unit, those against the gravest points first, and points
    without any measure. Only what the actor may read goes on it: what the unit keeps for itself stays there.
    """
    rules = inspection.plan.scheme.rules
    lines = [
        CheckItem(kind=CheckItem.Kind.ITEM, code=item.code, label=item.label, how=item.how, full=item.points)
        for item in rules.inspection.checklist
    ]
    of_unit = _of_the_unit(inspection.unit, rules, actor=actor, on=on)
    kept = lines + of_unit[:MOST]
    for position, line in enumerate(kept, 1):
        line.inspection, line.position = inspection, position
    CheckItem.objects.bulk_create(kept)
    return len(of_unit) - len(of_unit[:MOST])


def _of_the_unit(unit, rules, *, actor, on):
    points = RiskPoint.objects.visible_to(actor).in_force(on).filter(unit__in=unit.subtree().values("pk"))
    points = list(
        points.select_related("final_grade", "post").order_by(F("final_grade__rank").asc(nulls_last=True), "pk")
    )
    measures = {}
    known = ControlMeasure.objects.visible_to(actor).in_force(on)
    for measure in known.filter(point_series__in=[point.series for point in points]).order_by("pk"):
        measures.setdefault(measure.point_series, []).append(measure)
    lines = []
    for point in points:
        grade = f"（{point.final_grade.label}）" if point.final_grade else ""
        about = f"{f'{point.post.name}：' if point.post else ''}{point.content}{grade}"
        found = measures.get(point.series)
        if not found:
            lines.append(
                CheckItem(
                    kind=CheckItem.Kind.POINT, label=about, how="该风险点还没有防控措施", point_series=point.series
                )
            )
        lines += [
            CheckItem(
                kind=CheckItem.Kind.MEASURE,
                code=measure.stage,
                label=measure.text,
                how=f"风险点：{about}",
                point_series=point.series,
                measure_series=measure.series,
            )
            for measure in found or ()
        ]
    return lines


@dataclass(frozen=True)
class Checked:
    """What a member of the team says of one line."""

    result: str
    words: str = ""
    sampled: int | None = None
    sampled_of: int | None = None
    wrong: int | None = None
    score: Decimal | None = None


@transaction.atomic
def check(pk, said, *, seen_version, actor, at):
    """Save what the team found about one line and return it.

    Raises ``NotAllowed``, ``Refused``, or ``Stale`` where somebody has saved it meanwhile; what is sent twice is saved once.
    """
    line = _locked(pk)
    require(actor, "check", line.inspection)
    now = Checked(line.result, line.words, line.sampled, line.sampled_of, line.wrong, line.score)
    if now == said:
        return line
    if line.version != seen_version:
        raise Stale
    _fits(line, said)
    for name in Checked.__dataclass_fields__:
        setattr(line, name, getattr(said, name))
    line.checked_by_id, line.checked_at = actor.user_id, at
    line.version += 1
    line.save(update_fields=[*Checked.__dataclass_fields__, "checked_by", "checked_at", "version"])
    audit.append("inspection.check", about=line, actor=actor, at=at, detail={"result": said.result})
    return line


@transaction.atomic
def own_check(pk, *, result, words, seen_version, actor, at):
    """Save what the unit itself says of one line and return it. Raises as ``check`` does."""
    line = _locked(pk)
    require(actor, "own_check", line.inspection)
    if (line.own_result, line.own_words) == (result, words):
        return line
    if line.own_version != seen_version:
        raise Stale
    if result not in Result.values:
        raise Refused("请选择自查结果。", "own_result")
    _short_enough(words, "own_words")
    line.own_result, line.own_words = result, words
    line.own_version += 1
    line.save(update_fields=["own_result", "own_words", "own_version"])
    audit.append("inspection.own_check", about=line, actor=actor, at=at, detail={"result": result})
    return line


def _locked(pk):
    """The line, behind the lock of its inspection: none is changed while that is being concluded."""
    inspections = Inspection.objects.select_for_update(of=("self",)).select_related("plan__scheme")
    return inspections.get(checks=pk).checks.get(pk=pk)


def _short_enough(text, field):
    if len(text) > LONGEST:
        raise Refused(f"情况说明最多 {LONGEST} 字，现有 {len(text)} 字，请删减。", field)


def _fits(line, said):
    """Raise ``Refused`` where what is said of a line contradicts itself."""
    if said.result not in Result.values:
        raise Refused("请选择核查结果。", "result")
    _short_enough(said.words, "words")
    sample = (said.sampled, said.sampled_of, said.wrong)
    if any(number is not None for number in sample):
        if any(number is None for number in sample):
            raise Refused("抽查情况请填全：总数、抽查数、不符数。", "sampled")
        if not said.wrong <= said.sampled <= said.sampled_of:
            raise Refused("抽查数不能多于总数，不符数不能多于抽查数。", "sampled")
    if said.score is not None and (line.full is None or not 0 <= said.score <= line.full):
        raise Refused(f"得分应在 0 到 {line.full or 0} 之间。", "score")
    if said.result == Result.NONE and said.score is not None:
        raise Refused("不适用的项目不打分，总分按其余项目折算。", "score")
    if said.result in (Result.PART, Result.BAD) and not said.words:
        raise Refused("部分落实、未落实的，请写明查到的事实。", "words")


def score_of(lines):
    """Return the score of a checklist out of 100, None while an item has none.

    Items that do not apply are left out and the rest rescaled, never counted as zero. Rounded once, at the end, half up.
    """
    items = [line for line in lines if line.kind == CheckItem.Kind.ITEM and line.result != Result.NONE]
    full = sum(line.full for line in items)
    if not full or any(line.score is None for line in items):
        return None
    return (sum(line.score for line in items) * WHOLE / full).quantize(Decimal("0.01"), ROUND_HALF_UP)


def unscored(lines):
    """Return the items of a checklist that have neither a score nor the mark that they do not apply."""
    return [
        line for line in lines if line.kind == CheckItem.Kind.ITEM and line.result != Result.NONE and line.score is None
    ]
