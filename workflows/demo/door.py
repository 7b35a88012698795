"""What the demo's public door has received, where the rule book opens one: an objection and a clue."""

from django.utils import timezone

from workflows.models import Objection, PublicityNotice
from workflows.policies.door import the_door, visitor
from workflows.publicity import door, receipts

OBJECTION = "公布的监督渠道没有写办公时间，建议写明；另有一项收费审批没有列入，请核实。"
CLUE = "据反映，个别人员在采购询价时只联系固定的几家供应商，建议核查近两年的询价记录。"
CODES = {name: receipts.code_for(f"demo {name}") for name in ("objection", "clue")}


def visit(*, at):
    """Send what visitors have sent by ``at``: to the newest notice at the door, and to the 纪委."""
    if not the_door().enabled:
        return
    notice = PublicityNotice.objects.visible_to(visitor(timezone.localdate(at))).with_rules().first()
    if notice is not None:
        said = door.Said(OBJECTION)
        door.object_publicly(notice, said, code=CODES["objection"], category=Objection.Category.OMISSION, at=at)
    door.give_clue(door.Said(CLUE), about="unit", code=CODES["clue"], at=at)
