"""What happens to what is on record: campaigns, submissions, decisions, notices, notifications."""

from workflows.models.attachments import Attachment
from workflows.models.campaigns import CalendarDay, Campaign, CampaignTask, Phase
from workflows.models.notifications import ChannelChoice, DailyRun, Notification, Reminder
from workflows.models.publicity import Objection, PublicityNotice
from workflows.models.robots import Robot, RobotMessage
from workflows.models.submissions import Custody, Decision, Draft, FiledPaper, ReviewVote, Submission, SubmissionLine

__all__ = [
    "Attachment",
    "CalendarDay",
    "Campaign",
    "CampaignTask",
    "ChannelChoice",
    "Custody",
    "DailyRun",
    "Decision",
    "Draft",
    "FiledPaper",
    "Notification",
    "Objection",
    "Phase",
    "PublicityNotice",
    "Reminder",
    "ReviewVote",
    "Robot",
    "RobotMessage",
    "Submission",
    "SubmissionLine",
]
