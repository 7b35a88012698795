"""What happens to what is on record: campaigns, submissions, decisions, notices, notifications."""

from workflows.models.attachments import Attachment
from workflows.models.campaigns import CalendarDay, Campaign, CampaignTask, Phase
from workflows.models.controls import MeasureProgress
from workflows.models.notifications import Notification
from workflows.models.publicity import Objection, PublicityNotice
from workflows.models.submissions import Custody, Decision, Draft, FiledPaper, ReviewVote, Submission, SubmissionLine

__all__ = [
    "Attachment",
    "CalendarDay",
    "Campaign",
    "CampaignTask",
    "Custody",
    "Decision",
    "Draft",
    "FiledPaper",
    "MeasureProgress",
    "Notification",
    "Objection",
    "Phase",
    "PublicityNotice",
    "ReviewVote",
    "Submission",
    "SubmissionLine",
]
