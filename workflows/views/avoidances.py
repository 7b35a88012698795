"""The page of avoidance and of leaving audits, and their forms. Source: R4-09."""

from functools import cache

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from registers import clock
from registers.access import Seen, can, require
from registers.models import Unit
from registers.views.paging import paged
from registers.views.units import unit_named
from workflows.forms import duties as forms
from workflows.models import AvoidanceRecord, LeavingAudit
from workflows.policies.warnings import APPROVERS
from workflows.supervision import avoidances
from workflows.views.duties import crumbs_of, recorded, tabs_of
from workflows.views.warnings import institution_of, units_of

HERE = "avoidance_list"
AUDITS_SHOWN = 50
LEFT_SHOWN = 20


@cache
def _rows():
    rows = AvoidanceRecord.objects.select_related("unit", "person", "scheme", "decided_by")
    return Seen(rows.defer("scheme__document", "scheme__source"))


@cache
def _audits():
    rows = LeavingAudit.objects.select_related("unit", "person", "scheme")
    return Seen(rows.defer("scheme__document", "scheme__source"), most=AUDITS_SHOWN)


@require_safe
def avoidance_list(request):
    """What people keep out of, and audits of those who left, as far as the reader may see them.

    What waits for a decision comes first.
    Context: ``tabs``, ``asked`` (the scheme's duties or None), ``page`` of records each with ``may_decide``, ``audits``, ``left`` (times
    in post that ended without an audit, for who may record one), ``may_record``.
    """
    tabs, asked = tabs_of(request, HERE)
    page = paged(request, _rows().parts(request.actor))
    for row in page.rows:
        row.may_decide = not row.outcome and bool(can(request.actor, "decide", row))
    left, may_record = [], False
    if asked and asked.leaving_audit and request.actor.has(*APPROVERS):
        root, scheme = institution_of(request)
        handled = Unit.objects.visible_to(request.actor).filter(code__in=[code for code, _ in units_of(request, root)])
        may_record = bool(handled)
        left = avoidances.not_audited(scheme.rules, handled, on=request.actor.on)[:LEFT_SHOWN] if may_record else []
    context = {
        "tabs": tabs,
        "asked": asked,
        "page": page,
        "audits": _audits().by(request.actor),
        "left": list(left),
        "may_record": may_record,
    }
    return render(request, "workflows/avoidance_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def avoidance_add(request):
    """Declare what one has to keep out of. Context: see ``form_page``."""
    root, scheme = institution_of(request)
    unit = request.actor.user.unit or root
    asked = scheme.rules.duties.avoidance
    page = {
        "title": "报告回避事项",
        "crumbs": crumbs_of(HERE),
        "submit": "报告",
        "intro": "由单位负责人决定，本人是负责人的由办公室决定。只有您本人、单位负责人、办公室和纪委能看到。",
    }
    form = forms.AvoidanceForm(request.POST or None, relations=asked.relations if asked else ())

    def act():
        return avoidances.declare(scheme, root, unit=unit, **form.cleaned_data, actor=request.actor, at=clock.now())

    return recorded(request, form, page, act, said="已报告。决定以前请先回避该事项。", to=[HERE])


@require_http_methods(["GET", "HEAD", "POST"])
def avoidance_decide(request, pk):
    """Decide whether a person keeps out of something. Context: see ``form_page``."""
    rows = AvoidanceRecord.objects.visible_to(request.actor).select_related("unit", "person", "scheme")
    record = get_object_or_404(rows, pk=pk)
    require(request.actor, "decide", record)
    page = {
        "title": "决定是否回避",
        "crumbs": crumbs_of(HERE),
        "submit": "决定",
        "intro": f"{record.unit.name} {record.person.name}，{record.relation_label}：{record.matter}",
    }
    form = forms.AvoidanceDecisionForm(request.POST or None)

    def act():
        return avoidances.decide(pk, **form.cleaned_data, actor=request.actor, at=clock.now())

    return recorded(request, form, page, act, said="已决定，本人会收到消息。", to=[HERE])


@require_http_methods(["GET", "HEAD", "POST"])
def leaving_audit_add(request):
    """Record the audit of somebody who left. Context: see ``form_page``."""
    root, scheme = institution_of(request)
    units = units_of(request, root)
    first = Unit.objects.visible_to(request.actor).filter(code=units[0][0]).first() if units else root
    require(request.actor, "record", LeavingAudit(institution=root, unit=first))
    asked = scheme.rules.duties.leaving_audit
    page = {
        "title": "登记离任审计",
        "crumbs": crumbs_of(HERE),
        "submit": "登记",
        "intro": "只登记文号、日期、问题个数和存放处，报告的内容不在本系统保存。",
    }
    form = forms.LeavingAuditForm(request.POST or None, units=units, kinds=asked.kinds if asked else ())

    def act():
        unit = unit_named(request.actor, form.cleaned_data["unit"])
        said = {"unit": unit, "person": form.cleaned_data["person"], "values": form.values}
        return avoidances.record_audit(scheme, root, **said, actor=request.actor, at=clock.now())

    return recorded(request, form, page, act, said="已登记。", to=[HERE])
