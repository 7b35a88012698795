"""What every persona may read, as the access matrix says it."""

from tests.access.world import NOBODY, STAFF
from workflows.models import (
    Correction,
    ImpactAssessment,
    Meeting,
    MeetingItem,
    NoticePlace,
    Publication,
    PublicityNotice,
    PublicRecord,
)
from workflows.policies.publications import subject_of

EVERYBODY = " ".join(STAFF)


SCHOOL = "leader chair registrar office_staff"
# The registrar keeps people and units, and reads nothing that was filled in.
SCHOOL_READERS = "leader chair office_staff"
PUBLISHERS = "liaison head office_staff"

# Models that nobody asks for by themselves, and what one has to be allowed to read to reach them.
THROUGH_ANOTHER = {
    "registers.GroupMember": "its LeadingGroup",
    "registers.Duty": "its Post",
    "registers.ProcessStep": "its PowerItem",
    "registers.RegulationPower": "its Regulation",
    "registers.RiskCategory": "its Scheme: the words of the rule book",
    "registers.Grade": "its Scheme: the words of the rule book",
    "registers.Keeper": "its Scheme: asked by the policy of RiskPoint itself",
    "registers.PointCount": "registers.counts: numbers alone, which it narrows to what a reader may know",
    "registers.ColumnMemory": "nothing: heads of columns and what they are, asked by registers.imports itself",
    "registers.KeptAnswer": "nothing: what a reader was shown, by registers.kept, under the digest of what he is",
    "registers.KeptRows": "its KeptAnswer",
    "registers.AuditHead": "nothing: a counter for registers.audit",
    "registers.DemoClock": "nothing: one number for registers.clock",
    "workflows.CalendarDay": "nothing: the state's calendar of working days",
    "workflows.Draft": "the form of its Submission, which only the filler gets",
    "workflows.ReviewDraft": "the review form of its Submission, each reviewer his own",
    "workflows.SubmissionLine": "its Submission",
    "workflows.ReviewVote": "its Submission",
    "workflows.Decision": "its Submission",
    "workflows.SheetDocument": "its Submission",
    "workflows.Arrival": "nothing: where a sheet has come to, asked by the policy itself",
    "workflows.MeetingSeat": "its Meeting",
    "workflows.MeetingBallot": "its MeetingItem",
    "workflows.DailyRun": "nothing: which day's work is done, for reminders",
    "workflows.RobotMessage": "its Robot",
    "workflows.WarningPoint": "its RiskWarning",
    "workflows.WarningDelivery": "its RiskWarning",
    "workflows.WarningSeries": "nothing: how far the numbers of letters have come",
    "workflows.CasePoint": "its CaseAnalysis",
}


def meetings_of(world):
    """The office prepares all; members read those to which they were called."""
    called = dict.fromkeys(world.meetings.values(), "office_staff chair")
    preparing = Meeting.objects.get(pk=world.meetings["held"].pk)
    preparing.pk, preparing.number, preparing.called_at = None, "尚未通知", None
    preparing.save()
    return called | {preparing: "office_staff"}


def items_of(world):
    """An item is read like its meeting, and where it is a sheet, only by those who may read the sheet."""
    on_agenda = MeetingItem.objects.filter(meeting__in=world.meetings.values())
    found = dict.fromkeys(on_agenda, "office_staff chair")
    draft = MeetingItem.objects.create(meeting=world.meetings["held"], position=9, submission=world.sheets["draft"])
    return found | {draft: ""}


def notices_of(world):
    """Running ones by their audience, a draft for who may release it; ended ones for who publish them."""
    return dict.fromkeys(PublicityNotice.objects.exclude(cleared_at=None), PUBLISHERS) | {
        world.notice: f"staff_below unit {SCHOOL_READERS}",
        world.school_notice: f"{EVERYBODY} {NOBODY}",  # it stands at the public door
        world.drafted: PUBLISHERS,  # the head releases it, so nobody above him has to read it
    }


def _keepers(row, *more):
    """Those who publish for the unit, and who drafted and released it."""
    about = subject_of(row)
    people = [user.number for user in (about.drafted_by, about.released_by) if user is not None]
    return " ".join([PUBLISHERS, *people, *more])


ROWS = {
    Meeting: meetings_of,
    MeetingItem: items_of,
    PublicityNotice: notices_of,
    Publication: lambda world: {
        **dict.fromkeys(
            Publication.objects.filter(verb="result", released_at__isnull=False), EVERYBODY
        ),  # of a ranking
        world.published.list: f"{NOBODY} {EVERYBODY}",
        world.published.draft: f"{PUBLISHERS} leader chair",
    },
    Correction: lambda world: {
        Correction.objects.create(
            notice=notice,
            objection=world.objection,
            row=0,
            heading="标题",
            before="甲",
            after="乙",
            made_by=world.campus.office,
            at=world.clock.now,
        ): readers
        for notice, readers in notices_of(world).items()
        if notice in (world.notice, world.school_notice, world.drafted)
    },
    NoticePlace: lambda world: {row: _keepers(row) for row in NoticePlace.objects.all()},
    PublicRecord: lambda world: {row: _keepers(row, "auditor") for row in PublicRecord.objects.all()},
    ImpactAssessment: lambda world: dict.fromkeys(
        ImpactAssessment.objects.all(), f"{PUBLISHERS} other_head chair auditor"
    ),
}
