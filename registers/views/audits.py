"""The audit chain on screen."""

from django.shortcuts import render

from registers.audit import ACTS
from registers.models import AuditEntry
from registers.views.paging import paged


def audit_list(request):
    """The auditor reads every entry, everyone else his own. Context: ``page``, ``acts``, ``filters``."""
    entries = AuditEntry.objects.visible_to(request.actor).select_related("actor")
    filters = {name: request.GET.get(name, "").strip()[:60] for name in ("act", "number")}
    if filters["act"] in ACTS:
        entries = entries.filter(act=filters["act"])
    if filters["number"]:
        entries = entries.filter(actor__number=filters["number"])
    page = paged(request, entries)
    for entry in page.rows:
        entry.label = ACTS[entry.act].label if entry.act in ACTS else entry.act
    return render(request, "registers/audit_list.html", {
        "page": page, "acts": [(code, act.label) for code, act in ACTS.items()], "filters": filters})
