"""Models of what happens to the register: campaigns, meetings, notices, inspections and others.

Here, one module a subject: ``campaigns``, ``submissions`` (with their drafts, lines and kept documents),
``decisions``, ``meetings``, ``terms``, ``suggestions``, ``attachments``; ``publicity``, ``publications`` with their
``audiences``, ``door``, ``disclosures``, ``rankings``; ``controls``, ``inspection_plans``, ``inspections``,
``findings``, ``assessments``, ``surveys``, ``warnings``, ``warning_visits``, ``merits``, ``duties``; ``activities``,
``readings``; ``notifications``, ``robots``.
Never here: acts, or who may read a row (``workflows.policies``). Neighbours: what is on record is
``registers.models``.
"""

from workflows.models.activities import Activity, Attendance, Opinion
from workflows.models.assessments import Assessment, AssessmentContest, AssessmentLine, LeaderScore
from workflows.models.attachments import Attachment
from workflows.models.campaigns import CalendarDay, Campaign, CampaignTask, Enrolment, Phase, RosterChange
from workflows.models.controls import MeasureCheck, MeasureProgress
from workflows.models.decisions import Decision, ReviewVote
from workflows.models.disclosures import DisclosedPart, Disclosure
from workflows.models.door import Addition, Clue, Objector, SealedReading
from workflows.models.duties import AvoidanceRecord, DutyStatement, EducationItem, LeavingAudit
from workflows.models.findings import Finding, Rectification, RectificationStep
from workflows.models.inspection_plans import Draw, InspectionPlan, PlanItem
from workflows.models.inspections import CheckItem, Inspection, InspectionSeat, InspectionSignature
from workflows.models.meetings import Meeting, MeetingBallot, MeetingItem, MeetingSeat
from workflows.models.merits import AccountabilityRecord, CaseAnalysis, CasePoint, Commendation
from workflows.models.notifications import ChannelChoice, DailyRun, Notification, Reminder
from workflows.models.publications import ImpactAssessment, NoticePlace, Publication, PublicRecord
from workflows.models.publicity import Correction, NoticeSheet, Objection, PublicityNotice
from workflows.models.rankings import RankedUnit, Ranking, RankingContest, RankingEntry, RankingFigure
from workflows.models.readings import ReadingDocument, ReadReceipt
from workflows.models.robots import Robot, RobotMessage
from workflows.models.submissions import (
    Arrival,
    Draft,
    FiledPaper,
    ReviewDraft,
    SheetDocument,
    Submission,
    SubmissionLine,
)
from workflows.models.suggestions import Suggestion
from workflows.models.surveys import Survey, SurveyAnswer, SurveyInvitation, SurveySlip
from workflows.models.terms import DeadlineChange, Extension
from workflows.models.warning_visits import WarningVisit
from workflows.models.warnings import (
    RiskWarning,
    TalkRecord,
    WarningDelivery,
    WarningOutcome,
    WarningPoint,
    WarningSeries,
    WarningStep,
)

__all__ = [
    "AccountabilityRecord",
    "Activity",
    "Addition",
    "Arrival",
    "Assessment",
    "AssessmentContest",
    "AssessmentLine",
    "Attachment",
    "Attendance",
    "AvoidanceRecord",
    "CalendarDay",
    "Campaign",
    "CampaignTask",
    "CaseAnalysis",
    "CasePoint",
    "ChannelChoice",
    "CheckItem",
    "Clue",
    "Commendation",
    "Correction",
    "DailyRun",
    "DeadlineChange",
    "Decision",
    "DisclosedPart",
    "Disclosure",
    "Draft",
    "Draw",
    "DutyStatement",
    "EducationItem",
    "Enrolment",
    "Extension",
    "FiledPaper",
    "Finding",
    "ImpactAssessment",
    "Inspection",
    "InspectionPlan",
    "InspectionSeat",
    "InspectionSignature",
    "LeaderScore",
    "LeavingAudit",
    "MeasureCheck",
    "MeasureProgress",
    "Meeting",
    "MeetingBallot",
    "MeetingItem",
    "MeetingSeat",
    "NoticePlace",
    "NoticeSheet",
    "Notification",
    "Objection",
    "Objector",
    "Opinion",
    "Phase",
    "PlanItem",
    "PublicRecord",
    "Publication",
    "PublicityNotice",
    "RankedUnit",
    "Ranking",
    "RankingContest",
    "RankingEntry",
    "RankingFigure",
    "ReadReceipt",
    "ReadingDocument",
    "Rectification",
    "RectificationStep",
    "Reminder",
    "ReviewDraft",
    "ReviewVote",
    "RiskWarning",
    "Robot",
    "RobotMessage",
    "RosterChange",
    "SealedReading",
    "SheetDocument",
    "Submission",
    "SubmissionLine",
    "Suggestion",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveySlip",
    "TalkRecord",
    "WarningDelivery",
    "WarningOutcome",
    "WarningPoint",
    "WarningSeries",
    "WarningStep",
    "WarningVisit",
]
