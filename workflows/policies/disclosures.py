"""Who records what a unit makes public, and who reads the records (R0-22, R1-37, R4-07)."""

from django.db.models import Q

from registers.access import Policy, PolicyOfFacts, no, policy
from workflows.models import Disclosure
from workflows.policies.activities import ACTIVITY_READERS, keeps

NOT_KEEPER = "办事公开由本单位联络员或负责人登记，学校的由领导小组办公室登记。"


@policy("workflows.Disclosure")
class DisclosurePolicy(PolicyOfFacts):
    def facts(self, actor):
        return {"watches": actor.unit_ids(*ACTIVITY_READERS)}

    def readable(self, facts):
        """All of them for everybody signed in, because they are about what is public.

        Void ones for who watches the unit.
        """
        return Q(voided_at=None) | Q(unit__within=facts["watches"])

    def may_enter(self, actor, disclosure):
        """Record a matter of ``disclosure.unit``: the unit's liaison or head, and for the school the office."""
        return keeps(actor, disclosure.unit, NOT_KEEPER)

    def may_change(self, actor, disclosure):
        if disclosure.voided_at is not None:
            return no("该记录已作废，不能再修改。")
        return self.may_enter(actor, disclosure)

    may_void = may_change


@policy("workflows.DisclosedPart")
class DisclosedPartPolicy(Policy):
    def visible(self, rows, actor):
        """Those of the records that he may read."""
        return rows.filter(disclosure__in=Disclosure.objects.visible_to(actor).order_by().values("pk"))
