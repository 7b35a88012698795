"""Whether what was signed is what is filed and in force: recomputed from the kept documents and the decisions, sheet by sheet."""

from django.utils import timezone

from registers.models import ControlMeasure, PostGrade, PowerItem, RiskPoint
from workflows.models import FiledPaper, SheetDocument, SubmissionLine
from workflows.sheets.documents import digest_of_content, with_decided

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
    documents = list(SheetDocument.objects.filter(submission=sheet).order_by("version"))
    decisions = list(sheet.decisions.order_by("seen_version"))
    for decision in decisions:
        if digest_of_content(_at(documents, decisions, decision.seen_version)) != decision.digest:
            yield f"{decision} saw something else than the kept document"
    for ballot in sheet.votes.all():
        if digest_of_content(_at(documents, decisions, _before_review(sheet, decisions, ballot))) != ballot.digest:
            yield f"{ballot} judged something else"
    for notice in sheet.notices.all():
        rows = _at(documents, decisions, _opening(decisions, notice))["rows"]
        if [row.get("grade", "") for row in rows] != [item["grade"] for item in notice.items]:
            yield f"the notice from {notice.starts_on} on shows other grades"
    if paper := FiledPaper.objects.filter(submission=sheet).first():
        fields = {name: text for name, text in paper.document["fields"].items() if not name.startswith(("by.", "on."))}
        if digest_of_content({**paper.document, "fields": fields}) != decisions[-1].digest:
            yield "the frozen paper is not what was decided last"
        if paper.document["code"] != decisions[-1].code:
            yield "the code on the paper is not that of the last decision"


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


def _opening(decisions, notice):
    """The version seen by the decision that opened a notice: the last of its round before its first day."""
    earlier = [row for row in decisions if row.round == notice.round and timezone.localdate(row.at) < notice.starts_on]
    return earlier[-1].seen_version


def _of_register(before):
    for name, model in MODELS.items():
        came = SubmissionLine.objects.filter(submission__state="filed").exclude(change__in=["keep", "retire"])
        unbacked = model.objects.filter(in_force_from__isnull=False).exclude(pk__in=came.values(name))
        for record in unbacked.exclude(in_force_from__lte=before) if before else unbacked:
            yield f"{name} “{record}” is in force, and no filed sheet has brought it"
        for line in came.filter(**{f"{name}__isnull": False}).select_related("submission", name):
            if line.record.in_force_from != timezone.localdate(line.submission.filed_at):
                yield f"{line} is signed, and not in force since the day of its filing"
