"""The meetings of the demo's bodies: the office prepares them, the chair signs."""

from django.core.files.base import ContentFile

from registers.models import User
from registers.papers import xlsx
from registers.papers.compose import compose
from registers.refusals import Refused
from workflows.compiled import logs, minutes
from workflows.demo.corpus import dice
from workflows.models import Meeting
from workflows.policies import Holding
from workflows.policies.meetings import body_members
from workflows.routing.meetings import agenda, deciding, recording

PLACE = "办公楼第一会议室"
WORKING_DAYS = 3  # from the day on which the first sheet waits
HOUR = 15
AS_NOTICED = "公示期间无异议，会议同意按公示的等级确定。"  # where a grade wants a reason
MATTER = "听取本阶段工作进展情况汇报"


class Meetings:
    """Holds a meeting for everything that waits for a body, except what is to wait longer."""

    def __init__(self, players):
        self.players, self.campus = players, players.campus
        self._kept = set()
        self._chance = dice(self.campus.seed, "meetings")

    def keep(self, submission):
        """Leave a sheet waiting, as the demo's plan has it."""
        self._kept.add(submission.pk)

    def hold(self, submission):
        """Hold the meeting of the body for which the sheet waits, with every other sheet that waits for it."""
        at, campaign, body = self.players.agenda.at, submission.task.campaign, submission.step_rules.body
        holding = Holding(self.players.agenda.today)
        members = body_members(holding, campaign, body)
        organisers = holding.deciders(submission.waiting_role, submission.unit_id)
        people = User.objects.in_bulk([organisers[0], members[0]])
        office, chair = (self.players.actor(people[pk]) for pk in (organisers[0], members[0]))
        values = {"held_on": self.players.agenda.today, "held_at": None, "place": PLACE}
        values |= {"number": agenda.next_number(campaign, body), "chair_id": members[0], "recorder_id": organisers[0]}
        said = {"actor": office, "at": at}
        meeting = agenda.make(campaign, body=body, form=Meeting.Form.HELD, values=values, **said)
        waiting = agenda.waiting_for(campaign, body).exclude(pk__in=self._kept)
        agenda.put_on(meeting.pk, dict(waiting.values_list("pk", "version")), **said)
        agenda.add_matter(meeting.pk, MATTER, **said)
        agenda.call(meeting.pk, **said)
        self._documents(meeting, said)
        self._record(meeting, members, said)
        self._sign(meeting, chair, at)

    def _documents(self, meeting, said):
        """Hand in what the scheme asks for beforehand: the list of what is to be decided, as it went round for comment."""
        for item in meeting.items.filter(submission__isnull=False):
            for document in recording.missing_documents(item, recording.sheet_of(item).submission):
                layout = logs.papers_about(self.campus.rules, "meeting")["meeting-agenda"]
                protocol = minutes.protocol_of(_again(meeting), on=self.players.agenda.today)
                paper = compose(layout, minutes.about_meeting(layout, protocol))
                file = ContentFile(xlsx.to_xlsx([paper]), name=f"{document.label}.xlsx")
                recording.supply(item.pk, document.code, file, **said)

    def _record(self, meeting, members, said):
        """Everybody came, now and then but one; whatever nobody spoke against is agreed."""
        away = {members[-1]: "excused"} if len(members) > 3 and self._chance.random() < 0.5 else {}
        recording.attend(meeting.pk, away, rest=True, seen_version=_again(meeting).version, **said)
        left = recording.agree_rest(meeting.pk, seen_version=_again(meeting).version, **said)
        for item, why in left:
            keys = [entry.key for entry in recording.sheet_of(item).entries] if item.submission_id else []
            if not keys:
                raise Refused(why)
            reasoned = recording.Said(grades=dict.fromkeys(keys, ("", AS_NOTICED)))
            recording.record_outcome(item.pk, "agree", reasoned, seen_version=_again(meeting).version, **said)

    def _sign(self, meeting, chair, at):
        protocol = minutes.protocol_of(_again(meeting), on=self.players.agenda.today)
        digest = minutes.digest_of_minutes(protocol.minutes())
        items = deciding.sign(meeting.pk, seen_digest=digest, actor=chair, at=at)
        if failed := [item.result_words for item in items if item.result not in ("done", "none")]:
            raise Refused(failed)


def _again(meeting):
    return Meeting.objects.select_related("campaign__scheme", "campaign__institution", "chair", "recorder").get(
        pk=meeting.pk
    )
