"""Who reads a file: everybody who may read what it belongs to."""

from django.apps import apps
from django.db.models import Q

from registers.access import Policy, policy

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
        if not actor.is_authenticated:
            return rows.none()
        readable = Q(pk__in=[])
        for label in HELD_BY.values():
            # Subqueries of ids: with a join the database would compare whole files to remove repeated rows.
            readable |= Q(pk__in=apps.get_model(label).objects.visible_to(actor).order_by().values("attachments"))
        return rows.filter(readable)
