"""Who reads a file: everybody who may read what it belongs to."""

from functools import cache

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from registers.access import Policy, policy
from registers.prepared import Given, Prepared

# Related name of what a file belongs to → its model, whose own policy says who may see it.
HELD_BY = {
    "submissions": "workflows.Submission",
    "activities": "workflows.Activity",
    "disclosed_parts": "workflows.DisclosedPart",
    "readings": "workflows.ReadingDocument",
    "measure_progress": "workflows.MeasureProgress",
    "measure_checks": "workflows.MeasureCheck",
    "meeting_items": "workflows.MeetingItem",
    "findings": "workflows.Finding",
    "assessment_lines": "workflows.AssessmentLine",
    "assessment_contests": "workflows.AssessmentContest",
    "ranking_contests": "workflows.RankingContest",
    "rectification_steps": "workflows.RectificationStep",
    "warning_steps": "workflows.WarningStep",
    "objections": "workflows.Objection",
    "clues": "workflows.Clue",
    "notices": "workflows.PublicityNotice",
    "publications": "workflows.Publication",
}


@policy("workflows.Attachment")
class AttachmentPolicy(Policy):
    def visible(self, rows, actor):
        return readable_by(actor, rows, HELD_BY)


def readable_by(actor, files, held_by):
    """Narrow ``files`` to those that ``actor`` may read because of what holds them.

    ``held_by``: the related names of what is looked at.
    """
    if not actor.is_authenticated:
        return files.none()
    readable = Q(pk__in=[])
    for name in held_by:
        # Subqueries of ids: with a join the database would compare whole files to remove repeated rows.
        holders = apps.get_model(HELD_BY[name]).objects.visible_to(actor)
        readable |= Q(pk__in=holders.order_by().values("attachments"))
    return files.filter(readable)


def file_for(actor, pk):
    """Return the file ``pk`` if ``actor`` may read it, else None.

    First what holds it: the rules of seventeen models make a statement that takes longer to write than to run.
    """
    [holds] = _holders().of(pk=pk) or [()]
    held_by = [name for name, held in zip(HELD_BY, holds, strict=False) if held]
    return readable_by(actor, apps.get_model("workflows.Attachment").objects.filter(pk=pk), held_by).first()


@cache
def _holders():
    file = apps.get_model("workflows.Attachment").objects.filter(pk=Given("pk"))
    through = (file.model._meta.get_field(name).through for name in HELD_BY)
    return Prepared(file.values_list(*(Exists(rows.objects.filter(attachment=OuterRef("pk"))) for rows in through)))
