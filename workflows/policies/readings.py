"""Who publishes documents to read, who reads them, and who sees who has read them (R2-21, R4-18)."""

from django.db.models import Exists, OuterRef, Q

from registers.access import YES, PolicyOfFacts, no, policy
from registers.actors import ANSWERABLE, SCHOOL_ROLES
from workflows.models import ReadReceipt
from workflows.policies.activities import keeps

ENDED = no("该年度活动已经结束，阅读情况不再变动。")
COUNTERS = (*ANSWERABLE, "leader_in_charge", "registrar", *SCHOOL_ROLES)


def _facts_of(actor):
    """Return who the actor is, and the ids of the units that he answers for, if there are any."""
    led = actor.unit_ids(*COUNTERS)
    return {"person": actor.user_id} | ({"led": led} if led else {})


@policy("workflows.ReadingDocument")
class ReadingDocumentPolicy(PolicyOfFacts):
    def facts(self, actor):
        return _facts_of(actor)

    def readable(self, facts):
        """Documents for him until they are withdrawn, and always those of units or people he answers for."""
        mine = ReadReceipt.objects.filter(document=OuterRef("pk"), user=facts["person"])
        readable = Q(Exists(mine), withdrawn_at=None)
        if "led" in facts:
            theirs = ReadReceipt.objects.filter(document=OuterRef("pk"), user__unit__within=facts["led"])
            readable |= Q(unit__within=facts["led"]) | Q(Exists(theirs))
        return readable

    def may_publish(self, actor, document):
        """For the school the office or the registrar, for a unit its liaison or head."""
        if document.unit.parent_id is None and document.unit_id in actor.own_unit_ids("registrar"):
            return YES
        return keeps(actor, document.unit, "学习文件由领导小组办公室、管理员或本单位联络员、负责人发布。")

    def may_withdraw(self, actor, document):
        if document.withdrawn_at is not None:
            return no("该文件已经撤下。")
        verdict = self.may_publish(actor, document)
        return ENDED if verdict and document.campaign.state != "open" else verdict

    def may_confirm(self, actor, document):
        """Confirm that he has read it."""
        if document.withdrawn_at is not None:
            return no("该文件已经撤下，不必再确认。")
        receipt = ReadReceipt.objects.filter(document=document.pk, user=actor.user_id).first()
        if receipt is None:
            return no("该文件没有发给您，不必确认。")
        if receipt.read_at:
            return no("您已确认阅读。")
        return YES if document.campaign.state == "open" else ENDED

    def may_count(self, actor, document):
        """See who has read it and who has not, among the people he answers for."""
        return YES if actor.has(*COUNTERS) else no("阅读情况供发布人、单位负责人、联络员和学校领导小组办公室查看。")


@policy("workflows.ReadReceipt")
class ReadReceiptPolicy(PolicyOfFacts):
    def facts(self, actor):
        return _facts_of(actor)

    def readable(self, facts):
        """His own, and those of people he answers for."""
        own = Q(user=facts["person"])
        return own | Q(user__unit__within=facts["led"]) if "led" in facts else own
