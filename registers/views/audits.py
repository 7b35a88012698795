"""The audit chain on screen."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers.actors import ROLE_LABELS
from registers.audit import ACTS
from registers.models import AuditEntry
from registers.views.paging import paged
from registers.views.sent import filters_sent

# What an act was about, in words; the codes are the model labels that the chain keeps.
ABOUT = {
    "registers.scheme": "方案",
    "registers.unit": "单位",
    "registers.user": "人员",
    "registers.post": "岗位",
    "registers.job": "导出任务",
    "registers.appointment": "任职",
    "workflows.campaign": "年度活动",
    "workflows.campaigntask": "活动事项",
    "workflows.submission": "填报表",
    "workflows.publicitynotice": "公示",
    "workflows.objection": "异议",
    "workflows.clue": "线索",
    "workflows.deadlinechange": "截止日期调整",
    "workflows.extension": "延期申请",
}


@require_safe
def audit_list(request):
    """List the audit chain: every entry for the auditor, his own for everyone else.

    Context: ``page``, ``acts``, ``filters``, ``filtered``, ``reads_all``. Entries carry ``label``, ``role_label``,
    ``about_label`` and ``about_number`` in words.
    """
    entries = AuditEntry.objects.visible_to(request.actor).select_related("actor")
    filters = filters_sent(request.GET, "act", "number")
    if filters["act"] in ACTS:
        entries = entries.filter(act=filters["act"])
    if filters["number"]:
        entries = entries.filter(actor__number=filters["number"])
    page = paged(request, entries)
    for entry in page.rows:
        entry.label = ACTS[entry.act].label if entry.act in ACTS else entry.act
        entry.role_label = ROLE_LABELS.get(entry.acting_role, "")
        kind, _, entry.about_number = entry.about.partition(":")
        entry.about_label = ABOUT.get(kind, kind)
    return render(
        request,
        "registers/audit_list.html",
        {
            "page": page,
            "acts": [(code, act.label) for code, act in ACTS.items()],
            "filters": filters,
            "filtered": any(filters.values()),
            "reads_all": request.actor.has("auditor"),
        },
    )
