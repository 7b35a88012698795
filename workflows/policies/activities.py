"""Who reads and keeps notes of meetings and education (R0-15, R1-42, R4-18)."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from registers.access import YES, Policy, PolicyOfFacts, no, policy
from registers.actors import ANSWERABLE, LEDGER_READERS
from workflows.models import Activity, Attendance

ACTIVITY_READERS = (*LEDGER_READERS, "registrar")


@policy("workflows.Activity")
class ActivityPolicy(PolicyOfFacts):
    def facts(self, actor):
        return {"person": actor.user_id, "units": actor.home_unit_ids | actor.unit_ids(*ACTIVITY_READERS)}

    def readable(self, facts):
        """Activities of his unit and the school, those he was expected at, and those of units he answers for."""
        expected = Attendance.objects.filter(activity=OuterRef("pk"), user=facts["person"])
        return Q(unit__parent=None) | Q(unit__within=facts["units"]) | Q(Exists(expected))

    def may_enter(self, actor, activity):
        """Enter an activity of ``activity.unit``: the unit's liaison or head, and for the school the office."""
        return keeps(actor, activity.unit, "会议和教育活动由本单位联络员或负责人登记，学校的由领导小组办公室登记。")

    def may_change(self, actor, activity):
        if activity.voided_at is not None:
            return no("该记录已作废，不能再修改。")
        if activity.campaign.state != "open":
            return no("该年度活动已经结束，记录不能再修改。")
        return self.may_enter(actor, activity)

    may_void = may_change

    def may_delete(self, actor, activity):
        """On the day it was entered, by the person who entered it. Later it can only be declared void."""
        if activity.recorded_by_id != actor.user_id:
            return no("只有登记人可以删除；有误的记录请作废。")
        if timezone.localdate(activity.recorded_at) != actor.on:
            return no("只能在登记当天删除；有误的记录请作废。")
        return self.may_change(actor, activity)

    def may_watch(self, actor, activity):
        """Read who attended: those who lead the unit or organise its work, and the school's roles."""
        if activity.unit_id in actor.unit_ids(*ACTIVITY_READERS):
            return YES
        return no("出席名单供本单位负责人、联络员、领导小组成员和学校领导小组办公室查看；您可以看到本人的出席情况。")


@policy("workflows.Opinion")
class OpinionPolicy(Policy):
    def visible(self, rows, actor):
        """Those of the consultations that he may read."""
        return rows.filter(activity__in=Activity.objects.visible_to(actor).order_by().values("pk"))


@policy("workflows.Attendance")
class AttendancePolicy(PolicyOfFacts):
    def facts(self, actor):
        return {
            "person": actor.user_id,
            "reads": actor.unit_ids(*ACTIVITY_READERS),
            "keeps": actor.unit_ids(*ANSWERABLE),
        }

    def readable(self, facts):
        """His own, those at activities of units he answers for, and those of people of his unit elsewhere.

        The last only for the unit's head and liaison.
        """
        answered = Q(activity__unit__within=facts["reads"])
        return Q(user=facts["person"]) | answered | Q(user__unit__within=facts["keeps"])


def keeps(actor, unit, refusal):
    """Whether the actor keeps this unit's notes of meetings and readings. The office keeps the school's."""
    if unit.parent_id is None:
        return YES if unit.pk in actor.own_unit_ids("office") else no(refusal)
    return YES if unit.pk in actor.unit_ids(*ANSWERABLE) else no(refusal)
