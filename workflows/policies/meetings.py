"""Who prepares, reads, records and signs the meetings of a body that decides (R1-28, R3-24, R4-27)."""

from django.db.models import Exists, OuterRef, Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy
from workflows.models import Meeting, MeetingSeat
from workflows.models.campaigns import RUNNING
from workflows.policies.deciders import ORGANISER

CLOSED = "该会议已经签署或取消，不能再修改。"


@policy("workflows.Meeting")
class MeetingPolicy(PolicyOfFacts):
    """Meetings that he was a member of, those of a body he sits in now, and for the office all of them."""

    def facts(self, actor):
        """Return for which units the actor acts as the office, or else who he is."""
        office = actor.unit_ids(ORGANISER)
        return {"office": office} if office else {"person": actor.user_id}

    def readable(self, facts):
        if "office" in facts:
            return Q(campaign__institution__within=facts["office"])
        seated = MeetingSeat.objects.filter(meeting=OuterRef("pk"), user=facts["person"])
        return Q(Exists(seated), called_at__isnull=False)

    def may_make(self, actor, meeting):
        """Prepare a meeting, as the office. ``meeting``: of which the campaign is known."""
        if meeting.campaign.state not in RUNNING:
            return no("该年度活动已经结束，不能再安排会议。")
        if meeting.campaign.institution_id in actor.unit_ids(ORGANISER):
            return YES
        return no("会议由领导小组办公室筹备。")

    def may_change(self, actor, meeting):
        """Change agenda, attendance and outcomes until the minutes are signed."""
        return self.may_make(actor, meeting) if meeting.is_open else no(CLOSED)

    may_cancel = may_change

    def may_record(self, actor, meeting):
        """Record who came and what was decided. Votes on a circulated decision are the members' own."""
        verdict = self.may_change(actor, meeting)
        if verdict and meeting.called_at is None:
            return no("请先发出通知，再登记出席和结论。")
        return verdict

    def may_vote(self, actor, meeting):
        """Vote on a circulated decision, each member for himself."""
        if not meeting.circulates or not meeting.is_open or meeting.called_at is None:
            return no("该议题不在传签表决中。")
        if not meeting.seats.filter(user=actor.user_id).exists():
            return no("只有会议成员可以表决。")
        return YES

    def may_sign(self, actor, meeting):
        """Sign the minutes, as the chair of this meeting."""
        if not meeting.is_open:
            return no(CLOSED)
        if meeting.called_at is None:
            return no("会议还没有发出通知，不能签署纪要。")
        return YES if meeting.chair_id == actor.user_id else no("纪要由主持人签署。")

    def may_apply(self, actor, meeting):
        """Let the sheets move as the minutes say: they are signed, so nobody decides anything any more."""
        if meeting.signed_at is None:
            return no("纪要尚未签署，不能办理。")
        if actor.user_id == meeting.chair_id or meeting.campaign.institution_id in actor.unit_ids(ORGANISER):
            return YES
        return no("会议决定由主持人签署后办理。")


@policy("workflows.MeetingItem")
class MeetingItemPolicy(Policy):
    def visible(self, rows, actor):
        """The items of meetings he may read, except sheets that he may not read."""
        if not actor.is_authenticated:
            return rows.none()
        sheets = rows.model._meta.get_field("submission").related_model.objects.visible_to(actor)
        readable = Q(submission=None) | Q(submission__in=sheets.order_by().values("pk"))
        return rows.filter(readable, meeting__in=Meeting.objects.visible_to(actor).order_by().values("pk"))


def avoiding(holding, meeting, item, members):
    """Return the ids of the ``members`` who keep out of an item (回避).

    They are those whom its sheet concerns, and whoever said that he avoids it.
    """
    declared = set(item.avoiding) & set(members)
    if item.submission_id is None:
        return declared
    concerned = holding.concerned(meeting.rules.role, item.submission.unit_id, item.submission.person_id)
    return declared | concerned & set(members)


def body_members(holding, campaign, code):
    """Return the ids of the people who sit in a body today, in the order people are listed."""
    return holding.members(campaign.scheme.rules.bodies[code].role, campaign.institution_id)
