"""Papers about inspections: notice, record, order to put right, report, ledger, closing sheet.

Source: R0-24, R4-36.
"""

from django.db.models import Q
from django.utils import timezone

from registers.models import Appointment
from registers.papers.compose import document_for, issuer, source
from workflows.compiled.logs import papers_about
from workflows.models import CheckItem, Rectification

Result = CheckItem.Result
LETTER = (
    "unit",
    "number",
    "title",
    "content",
    "starts_on",
    "ends_on",
    "covers",
    "methods",
    "team",
    "materials",
    "contact",
    "notified_on",
    "office",
)


def _day(moment):
    return timezone.localdate(moment).isoformat() if moment else ""


def _fields(inspection, seats):
    methods = {method.code: method.label for method in inspection.rules.methods}
    item = inspection.item
    return {
        "unit": inspection.unit.name,
        "number": inspection.label,
        "title": item.title,
        "content": item.content,
        "starts_on": inspection.starts_on.isoformat(),
        "ends_on": inspection.ends_on.isoformat(),
        "covers": inspection.covers,
        "methods": "、".join(methods.get(code, code) for code in item.methods),
        "team": "、".join(str(seat) for seat in seats if seat.left_at is None),
        "materials": inspection.materials,
        "contact": inspection.contact,
        "notified_on": _day(inspection.notified_at),
        "office": inspection.plan.scheme.rules.roles.get("office", ""),
    }


@source("inspection_notice", about="inspection", fields=LETTER)
def inspection_notice(*, inspection, seats, lines, findings):
    """检查通知书 to the unit."""
    return {"fields": _fields(inspection, seats)}


@source(
    "inspection_record",
    about="inspection",
    rows=("label", "how", "own", "result", "words", "sample", "full", "score"),
    fields=(*LETTER, "preliminary", "answer", "conclusion", "score", "signed"),
)
def inspection_record(*, inspection, seats, lines, findings):
    """检查记录: the checklist with what the unit and the team found, the opinions, who signed."""
    signatures = inspection.signatures.select_related("user")
    said = f"{inspection.get_stand_display()}。{inspection.answer}" if inspection.answered_at else ""
    return {
        "fields": _fields(inspection, seats)
        | {
            "preliminary": inspection.preliminary,
            "answer": said,
            "conclusion": inspection.conclusion,
            "score": "" if inspection.score is None else str(inspection.score),
            "signed": "；".join(_signature(row) for row in signatures),
        },
        "rows": [
            {
                "label": line.label,
                "how": line.how,
                "own": _both(line.own_result, line.get_own_result_display(), line.own_words),
                "result": line.get_result_display() if line.result else "",
                "words": line.words,
                "sample": "" if line.sampled is None else f"{line.sampled_of}抽{line.sampled}，不符{line.wrong}",
                "full": line.full or "",
                "score": "" if line.score is None else str(line.score),
            }
            for line in lines
        ],
    }


def _signature(row):
    day = f"{timezone.localtime(row.at):%Y-%m-%d}"
    if row.part == row.Part.REFUSED:
        return f"被检查单位拒绝签字：{row.words}（见证人{row.witness}，{day}）"
    return f"{row.get_part_display()} {row.user.name}（{day}）"


def _both(value, label, words):
    return f"{label}：{words}" if value and words else label if value else words


@source(
    "rectification_order",
    about="inspection",
    rows=("finding", "fact", "clause", "demand", "kind", "due_on"),
    fields=(*LETTER, "concluded_on", "plan_due_on", "leader"),
)
def rectification_order(*, inspection, seats, lines, findings):
    """整改通知书: what was found, what is demanded, by when. Source: R0-24, R4-36."""
    open_ones = [finding for finding in findings if finding.withdrawn_at is None]
    issued = Rectification.objects.filter(finding__in=open_ones).order_by("plan_due_on").first()
    concluded_on = _day(inspection.concluded_at)
    leads = next((seat.user.name for seat in seats if seat.leads and seat.left_at is None), "")
    return {
        "fields": _fields(inspection, seats)
        | {
            "concluded_on": concluded_on,
            "plan_due_on": issued.plan_due_on.isoformat() if issued else "",
            "leader": leads,
        },
        "rows": [
            {
                "finding": finding.label,
                "fact": finding.fact,
                "clause": finding.clause,
                "demand": finding.demand,
                "kind": finding.get_kind_display(),
                "due_on": max(finding.due_on.isoformat(), concluded_on),
            }
            for finding in open_ones
        ],
    }


@source(
    "rectification_report",
    about="inspection",
    rows=("finding", "fact", "plan", "owner", "due_on", "progress", "state"),
    fields=(*LETTER, "head", "figures"),
)
def rectification_report(*, inspection, seats, lines, findings):
    """整改报告: each finding with its plan, what was done and how it stands. Source: R2-30, R4-36."""
    rows = list(_rectified(findings))
    closed = sum(row.closed_at is not None for row in rows)
    held = Appointment.objects.in_force(timezone.localdate(inspection.made_at))
    heads = held.filter(unit=inspection.unit, role="unit_head").values_list("user__name", flat=True)
    return {
        "fields": _fields(inspection, seats)
        | {
            "head": "、".join(heads),
            "figures": f"问题 {len(rows)} 项，已销号 {closed} 项，整改中 {len(rows) - closed} 项",
        },
        "rows": [_as_put_right(row) | {"finding": row.finding.label} for row in rows],
    }


@source(
    "rectification_closing",
    about="inspection",
    rows=("finding", "fact", "demand", "progress", "rechecker", "closed_on", "verdict", "look_back_on"),
    fields=LETTER,
)
def rectification_closing(*, inspection, seats, lines, findings):
    """销号表: what was demanded, what was done, who checked it again, when it is looked at again."""
    team = {seat.user_id for seat in seats}
    return {
        "fields": _fields(inspection, seats),
        "rows": [
            {
                "finding": row.finding.label,
                "fact": row.finding.fact,
                "demand": row.finding.demand,
                "progress": _progress(row),
                "rechecker": "" if row.closed_by is None else _rechecker(row, team),
                "closed_on": _day(row.closed_at),
                "verdict": row.stage[0],
                "look_back_on": row.look_back_on.isoformat() if row.look_back_on else "",
            }
            for row in _rectified(findings)
        ],
    }


def _rechecker(row, team):
    return f"{row.closed_by.name}{'（原检查组）' if row.closed_by_id in team else ''}"


@source(
    "rectification_ledger",
    about="unit",
    rows=(
        "unit",
        "finding",
        "source",
        "fact",
        "cause",
        "kind",
        "plan",
        "owner",
        "due_on",
        "progress",
        "rechecker",
        "closed_on",
        "state",
    ),
)
def rectification_ledger(*, unit, units, on, rules, reader=None):
    """整改台账 of ``units``: what was to be put right in the year of ``on``, as far as ``reader`` may read it.

    What an earlier year left open is on it until the year in which it is closed.
    """
    rows = Rectification.objects.all() if reader is None else Rectification.objects.visible_to(reader)
    in_year = Q(finding__inspection__plan__year=on.year) | Q(closed_at=None) | Q(closed_at__year=on.year)
    rows = rows.filter(in_year, finding__inspection__unit__in=units)
    rows = _with_steps(rows).order_by("finding__inspection", "finding__number")
    return {"rows": [_ledger_row(row) for row in rows]}


def _rectified(findings):
    rows = _with_steps(Rectification.objects.filter(finding__in=[finding.pk for finding in findings]))
    return rows.order_by("finding__number")


def _with_steps(rows):
    related = (
        "finding__inspection__plan",
        "finding__inspection__unit",
        "finding__inspection__item",
        "owner",
        "closed_by",
    )
    return rows.select_related(*related).prefetch_related("steps__by")


def _ledger_row(row):
    finding = row.finding
    return _as_put_right(row) | {
        "finding": finding.label,
        "unit": finding.inspection.unit.name,
        "source": finding.inspection.item.title,
        "cause": finding.cause,
        "kind": finding.get_kind_display(),
        "rechecker": row.closed_by.name if row.closed_by_id else "",
        "closed_on": _day(row.closed_at),
    }


def _as_put_right(row):
    return {
        "fact": row.finding.fact,
        "plan": next((step.words for step in _plans(row)), ""),
        "owner": row.owner.name if row.owner_id else "",
        "due_on": row.due_on.isoformat(),
        "progress": _progress(row),
        "state": row.stage[0],
    }


def _plans(row):
    """The plans that were handed in, the one that holds first."""
    return [step for step in row.steps.all() if step.kind == "plan"][::-1]


def _progress(row):
    """What was done, with the plans that another has replaced."""
    in_force = _plans(row)[:1]
    return [
        f"{timezone.localtime(step.at):%Y-%m-%d} {step.get_kind_display()}：{step.words}"
        for step in row.steps.all()
        if step not in in_force
    ]


def of(inspection, *, results):
    """Return the papers that there are of an inspection so far, slug → layout.

    ``results``: may its results be read.
    """
    there = {"inspection_notice": inspection.notified_at is not None, "inspection_record": bool(results)}
    concluded = dict.fromkeys(("rectification_order", "rectification_report", "rectification_closing"), False)
    if inspection.concluded_at is not None and Rectification.objects.filter(finding__inspection=inspection).exists():
        concluded = dict.fromkeys(concluded, True)
    known = papers_about(inspection.plan.scheme.rules, "inspection")
    return {slug: layout for slug, layout in known.items() if (there | concluded).get(layout.compiled)}


def about_inspection(layout, inspection, *, seats, lines, findings):
    """The document of a paper about one inspection.

    ``lines`` and ``findings``: those that the reader may read.
    """
    document = document_for(layout.compiled, inspection=inspection, seats=seats, lines=lines, findings=findings)
    return {**document, "year": inspection.plan.year, **issuer(inspection.plan.scheme.rules)}
