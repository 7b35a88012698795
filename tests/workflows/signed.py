"""Whether what was signed is what is filed and in force: recomputed from the kept documents and the decisions, sheet by sheet."""

from functools import cache

from django.db import models
from django.utils import timezone

from registers.differences import CODED, differing_fields
from registers.models import ControlMeasure, PostGrade, PowerItem, RiskPoint
from registers.prepared import Given, Prepared
from workflows.models import Decision, FiledPaper, NoticeSheet, ReviewVote, SheetDocument, SubmissionLine
from workflows.sheets import sheet_for
from workflows.sheets.documents import digest_of_content, with_decided
from workflows.sheets.shown import Change

MODELS = {"risk_point": RiskPoint, "power_item": PowerItem, "measure": ControlMeasure, "post_grade": PostGrade}


def faults(submissions, *, before=None):
    """Return what is wrong with these sheets and with the register that they have made, in words.

    ``before``: the day until which records may have come in force without a sheet (last year's register of a demo).
    """
    found, digests = [], 0
    for sheet in submissions:
        digests += sheet.decisions.count()
        found += [f"{sheet}: {fault}" for fault in _of_sheet(sheet)]
    return [*found, *_of_register(before)] if digests else [*found, "nothing was signed"]


def _of_sheet(sheet):
    documents, decisions, votes, notices, papers = (rows.of(sheet=sheet.pk) for rows in _kept())
    for decision in decisions:
        if digest_of_content(_at(documents, decisions, decision.seen_version)) != decision.digest:
            yield f"{decision} saw something else than the kept document"
    for ballot in votes:
        if digest_of_content(_at(documents, decisions, _before_review(sheet, decisions, ballot))) != ballot.digest:
            yield f"{ballot} judged something else"
    for bundled in notices:
        rows = _at(documents, decisions, bundled.version - 1)["rows"]
        rows = [row for row in rows if row.get("change") != Change.RETIRE.label]  # a notice shows what there will be
        items = [item for item in bundled.notice.items if item["sheet"] == sheet.pk]
        if not all(_is_of(item, row) for item, row in zip(items, rows, strict=True)):
            yield f"the notice from {bundled.notice.starts_on} on shows something else"
    for paper in papers:
        fields = {name: text for name, text in paper.document["fields"].items() if not name.startswith(("by.", "on."))}
        if digest_of_content({**paper.document, "fields": fields}) != decisions[-1].digest:
            yield "the frozen paper is not what was decided last"
        if paper.document["code"] != decisions[-1].code:
            yield "the code on the paper is not that of the last decision"


@cache
def _kept():
    """The statements for what is kept of a sheet: documents, decisions, ballots, places on notices, the frozen paper."""
    sheet = Given("sheet")
    notices = NoticeSheet.objects.filter(submission=sheet, version__isnull=False).select_related("notice")
    return (
        Prepared(SheetDocument.objects.filter(submission=sheet).order_by("version")),
        Prepared(Decision.objects.filter(submission=sheet).order_by("seen_version")),
        Prepared(ReviewVote.objects.filter(submission=sheet)),
        Prepared(notices),
        Prepared(FiledPaper.objects.filter(submission=sheet)),
    )


def _is_of(item, row):
    """Whether all that a notice shows of an entry is what its document says."""
    texts = {field: "\n".join(row[field]) if isinstance(row.get(field), list) else row.get(field, "") for field in item}
    return all(item[field] == texts[field] for field in item if field not in ("sheet", "unit", "place", "person"))


def _at(documents, decisions, version):
    """The document as a decision that saw ``version`` left it."""
    kept = [document for document in documents if document.version <= version][-1]
    content = kept.content
    for decision in decisions:
        if kept.version <= decision.seen_version <= version:
            content = with_decided(content, decision.decided)
    return content


def _before_review(sheet, decisions, ballot):
    """The version seen by the last decision before the review that a ballot belongs to was concluded."""
    reviews = {step.code for step in sheet.task.route_rules.steps if step.kind == "collective_review"}
    concluded = [row.seen_version for row in decisions if row.round == ballot.round and row.step in reviews]
    return [row.seen_version for row in decisions if row.seen_version < (concluded or [10**6])[0]][-1]


def _of_register(before):
    for name, model in MODELS.items():
        came = SubmissionLine.objects.filter(submission__state="filed").exclude(change__in=["keep", "retire"])
        unbacked = model.objects.filter(in_force_from__isnull=False).exclude(pk__in=came.values(name))
        for record in unbacked.exclude(in_force_from__lte=before) if before else unbacked:
            yield f"{name} “{record}” is in force, and no filed sheet has brought it"
        for line in came.filter(**{f"{name}__isnull": False}).select_related("submission", name):
            if line.record.in_force_from != timezone.localdate(line.submission.filed_at):
                yield f"{line} is signed, and not in force since the day of its filing"


# --- The register against what the sheets asked for, and against their papers ----------------------------

GRADING = {"factors", "self_grade", "proposed_grade", "final_grade", "grade_reason"}
OF_A_PERSON = {"post", "holder"}  # a personal sheet is about its own post and person
OF_A_PLACE = {"power_item", "power_series", "step_key"}  # one field of the form says all of these
OF_A_MEASURE = {"text", "responsible", "due_on", "regulation"}
CHOSEN = {"post": {"post", "holder"}, "accountable_post": {"accountable_post"}}


def unasked(sheets):
    """Return the fields of revised records that differ from what they start from though their sheet did not ask for them."""
    found = []
    for sheet in sheets:
        kind = sheet_for(sheet)
        asked = set(kind.entry_names) | OF_A_PLACE
        asked |= GRADING if kind.proposes or sheet.task.brings in ("grades", "post_grades") else set()
        asked |= OF_A_PERSON if sheet.person_id else CHOSEN["post"] if "post" in asked else set()
        for line in sheet.lines.filter(change="revise"):
            base, record = line.record.base, line.record
            if base is None:
                found.append(f"{sheet}: {line} revises and names no base")
                continue
            allowed = OF_A_MEASURE if isinstance(record, ControlMeasure) else asked
            found += [
                f"{sheet}: {name} of “{record}”" for name in differing_fields(base, record) if name not in allowed
            ]
    return found


def unlike_the_register(sheets):
    """Return the cells of filed papers that differ from the versions which their sheets have brought or kept, in words."""
    found = []
    for sheet in sheets:
        paper = FiledPaper.objects.filter(submission=sheet).first()
        if paper is None:
            continue
        rows = {row.get("entry"): row for row in [*paper.document["rows"], *paper.document["retired"]]}
        for line in sheet.lines.select_related(*MODELS):
            row = rows.get(str(line.entry))
            if row is None:
                found.append(f"{sheet}: no row for {line}")
                continue
            found += [
                f"{sheet}: {name} of “{line.record}”"
                for name, text in _texts(line.record)
                if row.get(name, text) != text
            ]
    return found


def _texts(record):
    """``(name of a column, text)`` of what a paper prints of a record as it is."""
    if isinstance(record, ControlMeasure):
        yield f"measures.{record.stage}", record.text
        return
    for field in type(record)._meta.concrete_fields:
        plain = isinstance(field, models.CharField | models.TextField) and not field.choices
        if plain and field.name not in CODED and field.name not in ("level", "grade_reason"):
            yield field.name, getattr(record, field.name)
    if grade := getattr(record, "final_grade", None):
        yield "grade", grade.label
