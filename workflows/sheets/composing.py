"""What the paper of a submission is composed of.

There are its header, its entries, and what it lists of the register beside them. It is composed when a sheet is handed in. From
then on the kept document is read (``documents``).
"""

from functools import cache

from django.utils import timezone

from registers.differences import between
from registers.leaders import Leaders
from registers.models import Appointment, ControlMeasure, Duty, RiskPoint
from registers.papers.compose import document_for
from registers.prepared import Given, Prepared
from registers.responsible import Answering, names_by_post, with_names
from registers.schemes import adjusting
from registers.schemes.language import Level
from workflows import attachments
from workflows.sheets import arrangements

ENTRY, INCLUDED = "entry", "series"  # which entry of the sheet, or which point on record, a row shows
SHEET = "sheet"  # which sheet a row stands on, where this one carries it
# The columns of a row that a decision on its grade may change.
DECIDED = ("grade", "rank", "reason", "self_grade", "proposed_grade", "final_grade")


def content_of(submission, entries, *, on, absent=()):
    """Return everything the paper says on the day ``on``, without sign-offs and marks.

    ``entries``: what ``Composition.entries`` gives. ``absent``: who does not come along on this sheet, and why (``Crew.absent``).
    """
    campaign, fields = submission.task.campaign, fields_of(submission, on=on)
    rules = campaign.scheme.rules
    paper = submission.task.paper_rules
    rows, retired = [], []
    for entry in entries:
        # Elsewhere what is retired is signed, but not printed: the paper shows what is in force afterwards.
        adjusts = paper.rows == adjusting.ROWS
        row = row_of(entry, fields["unit.leader"], on) | (_adjusted(entry) if adjusts else {})
        (retired if entry.change == "retire" and not adjusts else rows).append(row)
    _name_people(rows, entries, submission, fields, on)
    rows += included_rows(submission, on=on)
    unit = submission.unit  # a form is its own unit's, whatever lies below
    compiled = document_for(paper.rows, unit=unit, units=[unit], on=on, rules=rules) if paper.rows in COMPILED else None
    files = [(file.name, file.digest) for file in attachments.of_submission(submission)]
    return {
        **({"attachments": files} if files else {}),
        **({"absent": absent} if absent else {}),
        "title": paper.title,
        "fields": fields,
        "rows": compiled["rows"] if compiled else rows,
        "retired": retired,
        "fixed": [
            category.label for category in rules.categories_for(submission.task.rules.points or submission.task.level)
        ],
        "year": campaign.year,
        "institution": rules.identity.institution,
        "version": f"第{submission.round}轮",
    }


def _name_people(rows, entries, submission, fields, on):
    """Name who answers for the points of a unit's own rows: those who hold their posts that day, else the unit's head.

    What the measures of a row say of who carries them out stays. Source: R2-18, R3-23.
    """
    rules = submission.task.campaign.scheme.rules
    details = {entry.key: entry.details for entry in entries if entry.details.get("point") is not None}
    answering = Answering([detail["point"] for detail in details.values()], on)
    for row in rows:
        detail = details.get(row[ENTRY], {})
        point = detail.get("point")
        if point is None or point.level == Level.PERSONAL:
            continue
        post, person = answering.post_of(point), answering.names_of(point)
        if not post:
            post, person = rules.roles.get("unit_head", ""), fields["unit.head"]
        row |= {"responsible_post": post, "post_and_person": "\n".join(part for part in (post, person) if part)}
        row["responsible_person"] = detail.get("arranged", {}).get("responsible_person") or person
        for stage in rules.measure_stages:
            if row.get(f"measures.{stage.code}"):
                row.setdefault(f"measures.{stage.code}.responsible", person or post)


# Rows compiled from the register instead of typed: the power and process directories (R1-14, R1-35).
COMPILED = {"power_directory", "process_directory"}


def included_rows(submission, *, on):
    """Return the rows of people's points on record that a unit's paper lists after its own.

    Source: R3-23, R3-32.
    """
    if submission.task.paper_rules.includes is None or submission.post_id:
        return []
    rules, leader = submission.task.campaign.scheme.rules, Leaders(on).name_of(submission.unit_id)
    points = (
        RiskPoint.objects.in_force(on)
        .filter(unit=submission.unit_id, level=Level.PERSONAL)
        .select_related("category", "post", "holder", "final_grade")
        .order_by("post__code", "pk")
    )
    measures = {}
    in_force = ControlMeasure.objects.in_force(on).filter(unit=submission.unit_id)
    for measure in with_names(in_force).select_related("regulation"):
        measures.setdefault(measure.point_series, []).append(measure)
    stages = [f"measures.{stage.code}" for stage in rules.measure_stages]
    return [
        {
            INCLUDED: str(point.series),
            **_texts(point.content, point.manifestation),
            "category": point.category.label,
            **_graded(point.final_grade),
            **dict.fromkeys(stages, ""),
            **{f"measures.{measure.stage}": measure.text for measure in measures.get(point.series, [])},
            **_answerable(point, leader),
            **arrangements.facts(measures.get(point.series, [])),
        }
        for point in points
    ]


def _texts(content, manifestation):
    text = "\n".join(part for part in (content, f"表现形式：{manifestation}" if manifestation else "") if part)
    return {"content": content, "manifestation": manifestation, "content_and_manifestation": text}


def _graded(grade):
    return {"grade": grade.label, "rank": str(grade.rank)} if grade else {}


def _answerable(point, leader):
    """Where a point sits and who answers for it."""
    post, person = point.post.name if point.post else point.involved_posts, point.holder.name if point.holder else ""
    return {
        "power_item": point.power_item,
        "involved_posts": point.involved_posts,
        "post": post,
        "responsible_post": post,
        "responsible_person": person,
        "post_and_person": "\n".join(part for part in (post, person) if part),
        "leader_in_charge": leader,
    }


def row_of(entry, leader, on):
    """Return the row of an entry: column → text."""
    row = {ENTRY: entry.key} | ({SHEET: str(entry.submission.pk)} if entry.submission is not None else {})
    row |= {code: value for code, _, value in entry.fields}
    row["category"] = entry.heading
    row["change"] = entry.change_label
    row |= {**_texts(row.get("content", ""), row.get("manifestation", "")), **row} | _graded(entry.grade)
    row["reason"] = entry.details.get("grade_reason", "") or entry.reason
    for name in ("self_grade", "proposed_grade", "final_grade"):
        if entry.details.get(name) is not None:
            row[name] = entry.details[name].label
    row |= entry.details.get("factors", {})
    point = entry.details.get("point")
    if point is not None:
        row |= _answerable(point, leader) | entry.details.get("arranged", {})
    line = entry.lines[0] if entry.lines else None
    if line is not None and line.power_item is not None:
        item = line.power_item
        row["accountable_post"] = (
            f"{item.unit}（{item.accountable_post.name}）" if item.accountable_post else str(item.unit)
        )
        row["accountable_person"] = _holder(item.accountable_post, on)
    return row


def _adjusted(entry):
    """The columns of an adjustment's paper: all measures in one, and what differs from the version in force."""
    measures = [f"{label}：{text}" for code, label, text in entry.fields if code.startswith("measures.") and text]
    differing = between(entry.before, entry.fields) if entry.before else []
    changes = [f"{thing.label}：原为“{thing.before or '无'}”，现为“{thing.after or '无'}”" for thing in differing]
    said = {"measures": measures, "changes": changes, "adjustment_reason": entry.reason}
    return {name: value for name, value in said.items() if value}


def _holder(post, on):
    return names_by_post(post.incumbencies.in_force(on)).get(post.pk, "") if post else ""


def fields_of(submission, *, on):
    """Return the header fields of the paper."""
    person, post, unit = submission.person, submission.post, submission.unit
    heads = [name for (name,) in _heads().of(unit=unit.pk, on=on)]
    fields = {
        "unit.name": unit.name,
        "unit.head": "、".join(heads),
        "unit.leader": Leaders(on).name_of(unit.pk),
        "filled_on": timezone.localdate(submission.submitted_at).isoformat() if submission.submitted_at else "",
        "narrative": submission.narrative,
        "work_plan": submission.group.work_plan if submission.group_id else "",
    }
    if person is not None:
        fields |= {"person.name": person.name, "person.title": person.title}
    if post is not None:
        fields |= {
            "post.name": post.name,
            "post.duties": [text for (text,) in _duties().of(post=post.pk)],
            "post.tier": post.get_tier_display(),
        }
    return fields


@cache
def _heads():
    held = Appointment.objects.in_own_right().in_force(Given("on")).filter(unit=Given("unit"), role="unit_head")
    return Prepared(held.order_by("user__sort_key", "user__number").values_list("user__name"))


@cache
def _duties():
    return Prepared(Duty.objects.filter(post=Given("post")).values_list("text"))
