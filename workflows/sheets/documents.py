"""What the paper of a submission shows, as a plain document that is signed, frozen and printed."""

from functools import cached_property

from django.utils import timezone

from registers.leaders import Leaders
from registers.models import ControlMeasure, RiskPoint
from registers.papers.compose import document_for
from registers.schemes.language import Level
from registers.text import digest_of
from workflows import attachments
from workflows.models import FiledPaper, Submission
from workflows.models.submissions import short_code
from workflows.sheets import arrangements, sheet_for

# ``attachments`` is there only where files are: what was signed without any keeps its digest.
SIGNED_PARTS = ("fields", "rows", "retired", "title", "attachments")


class Composition:
    """One submission with its sheet and its document, each worked out once for one act.

    The check of freshness, the decision, the notice and the frozen paper of an act read the same object, so what was
    compared is what is recorded. Whatever is not asked for is not worked out. An act that writes what the sheet shows
    (lines, grades) goes on with ``after_write``.
    """

    def __init__(self, submission, sheet=None):
        self.submission = submission
        self.sheet = sheet or sheet_for(submission)

    @cached_property
    def entries(self):
        """The submitted entries as reviewers see them."""
        return self.sheet.shown()

    @cached_property
    def fields(self):
        """The header fields of the paper."""
        return _fields(self.submission)

    @cached_property
    def included_rows(self):
        """The rows of people's points on record that a unit's paper lists after its own."""
        return _included_rows(self.submission, self.fields["unit.leader"])

    @cached_property
    def content(self):
        """Everything the paper says, without sign-offs and marks."""
        return _content(self)

    @cached_property
    def digest(self):
        """Digest of exactly what a reviewer or signer is shown.

        Title, header, rows, retired rows and files, but no sign-offs.
        """
        return digest_of({part: self.content[part] for part in SIGNED_PARTS if part in self.content})

    def after_write(self):
        """The composition of the same sheet, to be worked out again because its lines or records were written."""
        return Composition(self.submission, self.sheet)

    def document(self):
        """The content with the sign-offs, marks and code of this moment."""
        signoffs = _signoffs(self.submission)
        return {
            **self.content,
            # Who acted stands in some headers too (R3-22: 审核人); it is no part of what they put their names to.
            "fields": self.content["fields"]
            | {f"by.{step}": act["name"] for step, act in signoffs.items()}
            | {f"on.{step}": act["at"] for step, act in signoffs.items()},
            "signoffs": signoffs,
            "marks": _marks(self.submission),
            "code": short_code(self.digest),
        }


def document(submission):
    """The whole document of a submission, frozen if it has been filed. Source: design decision 7."""
    filed = FiledPaper.objects.filter(submission=submission).first()
    return filed.document if filed is not None else Composition(submission).document()


def digest(submission):
    """Digest of exactly what a reviewer or signer of the submission is shown."""
    return Composition(submission).digest


def _content(composition):
    submission, fields = composition.submission, composition.fields
    campaign = submission.task.campaign
    rules = campaign.scheme.rules
    paper = submission.task.paper_rules
    rows, retired = [], []
    for entry in composition.entries:
        (retired if entry.change == "retire" else rows).append(_row(entry, fields["unit.leader"], submission.as_of))
    rows += composition.included_rows
    compiled = (
        document_for(paper.rows, unit=submission.unit, on=submission.as_of, rules=rules)
        if paper.rows in COMPILED
        else None
    )
    files = [(file.name, file.digest) for file in attachments.of_submission(submission)]
    return {
        **({"attachments": files} if files else {}),
        "title": paper.title,
        "fields": fields,
        "rows": compiled["rows"] if compiled else rows,
        "retired": retired,  # signed, but not printed: the paper shows what is in force afterwards
        "fixed": [
            category.label for category in rules.categories_for(submission.task.rules.points or submission.task.level)
        ],
        "year": campaign.year,
        "institution": rules.identity.institution,
        "version": f"第{submission.round}轮",
    }


# Rows compiled from the register instead of typed: the power and process directories (R1-14, R1-35).
COMPILED = {"power_directory", "process_directory"}


def _included_rows(submission, leader):
    """Source: R3-23, R3-32."""
    if submission.task.paper_rules.includes is None or submission.person_id:
        return []
    on, rules = submission.as_of, submission.task.campaign.scheme.rules
    points = (
        RiskPoint.objects.in_force(on)
        .filter(unit=submission.unit_id, level=Level.PERSONAL)
        .select_related("category", "post", "holder", "final_grade")
        .order_by("post__code", "pk")
    )
    measures = {}
    in_force = ControlMeasure.objects.in_force(on).filter(unit=submission.unit_id)
    for measure in in_force.select_related("responsible", "regulation"):
        measures.setdefault(measure.point_series, []).append(measure)
    stages = [f"measures.{stage.code}" for stage in rules.measure_stages]
    return [
        {
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


def _row(entry, leader, on):
    row = {code: value for code, _, value in entry.fields}
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


def _holder(post, on):
    held = post.incumbencies.in_force(on).select_related("user").first() if post else None
    return held.user.name if held else ""


def _fields(submission):
    person, post, unit = submission.person, submission.post, submission.unit
    held = unit.appointments.in_own_right().in_force(submission.as_of).select_related("user")
    head = held.filter(role="unit_head").first()
    fields = {
        "unit.name": unit.name,
        "unit.head": head.user.name if head else "",
        "unit.leader": Leaders(submission.as_of).name_of(unit.pk),
        "filled_on": timezone.localdate(submission.submitted_at).isoformat() if submission.submitted_at else "",
        "narrative": submission.narrative,
        "work_plan": submission.group.work_plan if submission.group_id else "",
    }
    if person is not None:
        fields |= {
            "person.name": person.name,
            "person.title": person.title,
            "post.name": post.name,
            "post.duties": [duty.text for duty in post.duties.all()],
            "post.tier": post.get_tier_display(),
        }
    return fields


def _signoffs(submission):
    """The latest valid act of each step: those of the present round, after those of the sheet this one follows.

    附件4 and 附件5 print the notice and the decision of the grading before them. Source: R1-27, R1-28.
    """
    signoffs = {}
    if (earlier := _predecessor(submission)) is not None:
        signoffs = _signoffs(earlier)
    for decision in submission.decisions.filter(
        round=submission.round, verdict__in=["submit", "agree", "automatic"]
    ).select_related("actor", "on_behalf_of"):
        signoffs[decision.step] = {
            "name": decision.who if decision.actor_id else "",
            "at": timezone.localdate(decision.at).isoformat(),
            "opinion": _words(decision),
            "members": [],
        }
    for ballot in submission.votes.filter(round=submission.round).select_related("member"):
        if review := next(
            (
                signoffs[step.code]
                for step in submission.task.route_rules.steps
                if step.kind == "collective_review" and step.code in signoffs
            ),
            None,
        ):
            review["members"].append(f"{ballot.member.name}（{'同意' if ballot.agrees else '不同意'}）")
    for notice in submission.notices.filter(round=submission.round):
        step = next(step.code for step in submission.task.route_rules.steps if step.kind == "publicise")
        signoffs[step] = {
            "start": notice.starts_on.isoformat(),
            "end": notice.ends_on.isoformat(),
            "outcome": notice.outcome,
            "name": "",
            "at": "",
            "opinion": "",
            "members": [],
        }
    return signoffs


def _words(decision):
    """What a sign-off prints: the opinion, and where the sheet was filed outside the institution (R4-28)."""
    said = "\n".join(part for part in (decision.opinion, decision.outside_words) if part)
    return said or ("同意" if decision.verdict == "agree" else "")


def _predecessor(submission):
    """The graded sheet of the same subject that a measure sheet follows."""
    if submission.task.brings != "measures":
        return None
    return (
        Submission.objects.filter(
            task__campaign=submission.task.campaign_id,
            task__brings="grades",
            task__code__in=submission.task.rules.after,
            unit=submission.unit_id,
            post=submission.post_id,
            person=submission.person_id,
        )
        .select_related("task__campaign__scheme")
        .first()
    )


def _marks(submission):
    return ["copied"] if submission.custodies.filter(is_copy=True).exists() else []
