"""Papers about assessments: the score sheet, the evidence pack with its index, the results of a year.

Source: R0-29, R3-37.
"""

from django.db.models import Count, Q
from django.utils import timezone

from registers.models import ControlMeasure, RiskPoint
from registers.papers.compose import document_for, issuer, source
from workflows.compiled.logs import papers_about
from workflows.models import Assessment, AssessmentContest, Inspection, Rectification

FIELDS = (
    "unit",
    "summary",
    "signed",
    "satisfaction",
    "own",
    "office_score",
    "leadership",
    "answer",
    "vetoes",
    "score",
    "band",
    "grounds",
    "decided",
)
DIGEST = 16  # characters of a digest that an index prints


def _day(moment):
    return timezone.localdate(moment).isoformat() if moment else ""


def _fields(assessment, figures):
    parts = {row["part"]: str(row["value"]) for row in (figures or {}).get("parts", ()) if row["value"] is not None}
    survey, rules = assessment.survey, assessment.rules
    answer = ""
    if assessment.answered_at:
        said = AssessmentContest.objects.filter(line__assessment=assessment).order_by("line__position")
        said = said.select_related("line")
        lines = "；".join(f"第{row.line.position}项：{row.words}{_settled(row, assessment)}" for row in said)
        answer = "。".join(filter(None, [assessment.get_stand_display(), lines, assessment.contest, assessment.reply]))
    decided = [(row, _day(at)) for row, at in _deciders(assessment) if row is not None]
    return {
        "unit": assessment.unit.name,
        "summary": assessment.summary,
        "signed": f"{assessment.signed_by.name}（{_day(assessment.signed_at)}）" if assessment.signed_by_id else "",
        "satisfaction": "" if survey is None or survey.score is None else str(survey.score),
        "own": parts.get("own", ""),
        "office_score": parts.get("office", ""),
        "leadership": parts.get("leadership", ""),
        "answer": answer,
        "vetoes": "、".join(rules.veto(code).label for code in assessment.vetoes if rules.veto(code)) or "无",
        "score": "" if assessment.confirmed_at is None else str(assessment.score),
        "band": "" if assessment.confirmed_at is None else assessment.band_rules.label,
        "grounds": assessment.grounds if assessment.confirmed_at else "",
        "decided": "、".join(f"{person.name}（{day}）" for person, day in decided),
    }


def _settled(contest, assessment):
    """How what was said against a line was answered, in brackets, once the unit has its reply."""
    return f"（{contest.get_outcome_display()}：{contest.reply}）" if assessment.replied_at else ""


def _deciders(assessment):
    if assessment.confirmed_at is None:
        return []
    return [(assessment.decided_by, assessment.decided_at), (assessment.confirmed_by, assessment.confirmed_at)]


@source(
    "assessment_record",
    about="assessment",
    rows=("name", "points", "own", "score", "leadership", "evidence", "reason"),
    fields=FIELDS,
)
def assessment_record(*, assessment, lines, figures):
    """考核评分表 of one unit: every line with its scores, and the result once it is final."""
    return {
        "fields": _fields(assessment, figures),
        "rows": [
            {
                "name": line.label,
                "points": line.points,
                "own": "按测评计分" if line.surveyed else _text(line.own),
                "score": "" if figures is None or line.surveyed else _text(line.office) if line.applies else "不适用",
                "leadership": "" if figures is None or line.surveyed else _text(line.leadership),
                "evidence": line.evidence,
                "reason": line.reason if figures is not None else "",
            }
            for line in lines
        ],
    }


def _text(score):
    return "" if score is None else str(score)


@source("assessment_pack", about="assessment", rows=("part", "item", "detail", "digest"), fields=FIELDS)
def assessment_pack(*, assessment, lines, figures):
    """考核佐证材料汇编: the index of all evidence, line by line, then what is on record of the unit anyway.

    Source: R0-29, R1-48.
    """
    rows = []
    for line in lines:
        part = f"{line.position}. {line.label}"
        rows += [{"part": part, "item": "情况说明", "detail": line.evidence, "digest": ""}] if line.evidence else []
        rows += [
            {
                "part": part,
                "item": name,
                "detail": f"{file.size_text}，{_day(file.uploaded_at)}上传",
                "digest": file.digest[:DIGEST],
            }
            for name, file in numbered_files([line])
        ]
    return {"fields": _fields(assessment, figures), "rows": rows + _on_record(assessment)}


def numbered_files(lines):
    """List the files of ``lines`` with the names under which a pack holds them (``02-1 名单.xlsx``)."""
    return [
        (f"{line.position:02d}-{place} {file.name}", file)
        for line in lines
        for place, file in enumerate(line.attachments.all(), 1)
    ]


def _on_record(assessment):
    """Yield what the system itself holds of the unit's year: register, inspections, rectification, survey."""
    on, units = timezone.localdate(assessment.signed_at or assessment.made_at), list(assessment.unit.subtree())
    points = RiskPoint.objects.in_force(on).filter(unit__in=units).count()
    measures = ControlMeasure.objects.in_force(on).filter(unit__in=units).count()
    rows = [("登记册", "风险点和防控措施", f"{on.isoformat()} 现行风险点 {points} 个，防控措施 {measures} 条")]
    held = Inspection.objects.filter(unit=assessment.unit, plan__year=assessment.year, concluded_at__isnull=False)
    rows += [
        ("检查", f"{row.label} {row.item.title}", f"得分 {row.score}，{_day(row.concluded_at)}作出结论")
        for row in held.select_related("item", "plan").order_by("number")
    ]
    put_right = Rectification.objects.filter(
        finding__inspection__unit=assessment.unit, finding__inspection__plan__year=assessment.year
    ).aggregate(number=Count("pk"), closed=Count("pk", filter=Q(closed_at__isnull=False)))
    if put_right["number"]:
        rows.append(("整改", "检查发现的问题", f"{put_right['number']} 项，已销号 {put_right['closed']} 项"))
    if assessment.survey_id and assessment.survey.score is not None:
        rows.append(("测评", str(assessment.survey), f"满意度 {assessment.survey.score}"))
    return [{"part": part, "item": item, "detail": detail, "digest": ""} for part, item, detail in rows]


@source(
    "assessment_results",
    about="unit",
    rows=("unit", "satisfaction", "score", "band", "commended", "vetoes", "decided_on"),
)
def assessment_results(*, unit, units, on, rules, reader=None):
    """年度考核结果 of ``units``, for the yearly 党风廉政责任制 figures, as far as ``reader`` may read them.

    Only results that two people have decided on. Source: R0-29, R3-37.
    """
    rows = Assessment.objects.all() if reader is None else Assessment.objects.visible_to(reader)
    rows = rows.filter(unit__in=units, year=on.year, confirmed_at__isnull=False, confirmed_at__date__lte=on)
    return {
        "rows": [
            _result(row) for row in rows.select_related("unit", "scheme", "survey").order_by("-score", "unit__code")
        ]
    }


def _result(row):
    vetoes = [row.rules.veto(code).label for code in row.vetoes if row.rules.veto(code)]
    return {
        "unit": row.unit.name,
        "satisfaction": "" if row.survey is None or row.survey.score is None else str(row.survey.score),
        "score": str(row.score),
        "band": row.band_rules.label,
        "commended": "予以表扬" if row.band_rules.commended else "",
        "vetoes": "、".join(vetoes),
        "decided_on": _day(row.confirmed_at),
    }


def of(assessment, *, figures):
    """Return the papers that there are of an assessment so far, slug → layout.

    ``figures``: may its figures be read.
    """
    there = {"assessment_record": bool(assessment.signed_at), "assessment_pack": bool(assessment.signed_at and figures)}
    known = papers_about(assessment.scheme.rules, "assessment")
    return {slug: layout for slug, layout in known.items() if there.get(layout.compiled)}


def about_assessment(layout, assessment, *, lines, figures):
    """The document of a paper about one assessment.

    ``figures``: what the reader may know of them, None for none.
    """
    document = document_for(layout.compiled, assessment=assessment, lines=lines, figures=figures)
    return {**document, "year": assessment.year, **issuer(assessment.scheme.rules)}
