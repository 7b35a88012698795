"""Pages of what inspections find, and of putting it right.

Source: R0-24, R2-30, R4-36.
"""

from functools import cache

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import Seen, can, require
from registers.models.spans import is_closed
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.one import one_or_404
from registers.views.paging import paged
from registers.views.sent import filters_sent, key, keys, number
from workflows import attachments
from workflows.deadlines import days
from workflows.forms import findings as forms
from workflows.forms import inspections as inspection_forms
from workflows.models import CheckItem, Finding, Rectification, RectificationStep, Submission
from workflows.policies.findings import answerable
from workflows.supervision import findings, rectification
from workflows.views.activities import FILES
from workflows.views.form_pages import FASTER, acting, add_refusal, form_page
from workflows.views.inspection_plans import crumbs_of
from workflows.views.inspections import crumbs_to, visible

EVIDENCE = FILES | {"label": "照片和佐证材料"}
STAGES = {"open": "整改中", "late": "逾期", "recheck": "待复查", "closed": "已销号"}


NARROWED = {
    "open": Q(closed_at=None),
    "late": Q(closed_at=None, asked_at=None, due_on__lt=Given("today")),
    "recheck": Q(closed_at=None, asked_at__isnull=False),
    "closed": Q(closed_at__isnull=False),
}


@cache
def _rows():
    rows = Rectification.objects.order_by("closed_at", "due_on", "pk")
    rows = rows.select_related("finding__inspection__plan", "finding__inspection__unit", "owner")
    return Seen(rows, choices=NARROWED)


@require_safe
def finding_list(request):
    """The ledger of rectification (整改台账), what is due first on top.

    Context: ``page``, ``stage``, ``tabs``, ``crumbs``.
    """
    stage = filters_sent(request.GET, "stage")["stage"]
    chosen = [stage] if stage in NARROWED else []
    page = paged(request, _rows().parts(request.actor, chosen, today=clock.today()))
    now = clock.now()
    for row in page.rows:
        row.due = days.shown(row.due_on, now) if row.closed_at is None else None
    tabs = [("", "全部"), *STAGES.items()]
    return render(
        request, "workflows/finding_list.html", {"page": page, "stage": stage, "tabs": tabs, "crumbs": crumbs_of()}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def finding_add(request, pk):
    """Record a finding of an inspection. ``?line=``: of the checklist. Context: see ``form_page``."""
    inspection = visible(request, pk)
    require(request.actor, "record", Finding(inspection=inspection))
    line = CheckItem.objects.visible_to(request.actor).filter(
        inspection=inspection, pk=key(request.GET.get("line", ""))
    )
    line = line.first()
    page = {"title": "记录问题", "crumbs": crumbs_to(inspection), "submit": "记录", "files": EVIDENCE}
    if line is not None:
        page["intro"] = f"检查表第 {line.position} 项：{line.label}"
    if request.method != "POST":
        kind = Finding.Kind.LIMITED
        start = {"kind": kind, "due_on": findings.day_for(kind, inspection.rules, on=clock.today())}
        start["fact"] = line.words if line is not None else ""
        return form_page(request, forms.FindingForm(initial=start), **page)
    form = forms.FindingForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        made = findings.record(
            pk, values=form.values, line=line, uploads=files(request), actor=request.actor, at=clock.now()
        )
    except Refused as refused:
        return _refused(request, form, page, refused)
    messages.success(request, f"已记录为问题 {made.label}。")
    return redirect("finding_detail", pk=made.pk)


def _refused(request, form, page, refused):
    """Show a form again with what is wrong with it or with its files."""
    if refused.field == "files":
        return form_page(request, form, **page, file_error=str(refused))
    add_refusal(form, refused)
    return form_page(request, form, **page)


def _finding(request, pk):
    return one_or_404(_by_key(), request.actor, pk=pk)


@cache
def _by_key():
    related = (
        "inspection__plan__scheme",
        "inspection__unit",
        "check_item",
        "recurrence_of__inspection__plan",
        "made_by",
    )
    return Seen(Finding.objects.filter(pk=Given("pk")).select_related(*related))


@require_http_methods(["GET", "HEAD", "POST"])
def finding_edit(request, pk):
    """Correct a finding. Context: see ``form_page``."""
    finding = _finding(request, pk)
    require(request.actor, "change", finding)
    crumbs = [*crumbs_of(), (str(finding), reverse("finding_detail", args=[pk]))]
    page = {"title": "修改问题", "crumbs": crumbs, "submit": "保存", "seen_version": finding.version}
    page["files"] = EVIDENCE | {"kept": finding.attachments.without_content()}
    if request.method != "POST":
        start = {name: getattr(finding, name) for name in findings.FIELDS}
        return form_page(request, forms.FindingForm(initial=start), **page)
    form = forms.FindingForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        findings.change(
            pk,
            values=form.values,
            seen_version=number(request.POST.get("seen_version")),
            uploads=files(request),
            dropped=keys(request.POST.getlist("drop")),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        return _refused(request, form, page, refused)
    except Stale:
        form.add_error(None, FASTER)
        return form_page(request, form, **page | {"seen_version": _finding(request, pk).version})
    messages.success(request, "已保存。")
    return redirect("finding_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def finding_withdraw(request, pk):
    """Withdraw a finding that does not stand. Context: see ``form_page``."""
    finding = _finding(request, pk)
    require(request.actor, "withdraw", finding)
    crumbs = [*crumbs_of(), (str(finding), reverse("finding_detail", args=[pk]))]
    form = inspection_forms.ReasonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, title="撤销问题", crumbs=crumbs, submit="撤销")
    findings.withdraw(pk, reason=form.cleaned_data["reason"], actor=request.actor, at=clock.now())
    messages.success(request, "已撤销，原因保留备查。")
    return redirect("finding_detail", pk=pk)


@require_safe
def finding_detail(request, pk):
    """One finding and how it is put right. Context: see ``_page``."""
    return _page(request, _finding(request, pk))


def _page(request, finding, *, form=None, file_error="", status=200):
    """Render one finding.

    Context: ``finding``, ``answering`` (who answers now, where the unit is closed), ``files``, ``row`` (its rectification, None before
    the conclusion) with ``due``, ``steps`` with their files, ``form`` (what can be done, None for nothing), ``changes`` (sheets that it
    led to), ``may`` (action → verdict), ``file_error``, ``crumbs`` and what ``components/file_input.html`` takes.
    """
    actor = request.actor
    row = Rectification.objects.visible_to(actor).filter(finding=finding).select_related("owner", "closed_by").first()
    steps = []
    if row is not None:
        row.finding = finding
        row.due = days.shown(row.due_on, clock.now()) if row.closed_at is None else None
        steps = RectificationStep.objects.visible_to(actor).filter(rectification=row).select_related("by")
        steps = list(steps.prefetch_related(attachments.of_each()))
    kinds = _kinds(actor, row)
    closed = row is not None and is_closed(finding.inspection.unit, actor.on)
    context = {
        "finding": finding,
        "answering": list(answerable(row)) if closed else None,
        "files": finding.attachments.without_content(),
        "row": row,
        "steps": steps,
        "form": form or (forms.StepForm(kinds=kinds) if kinds else None),
        "changes": Submission.objects.visible_to(actor).filter(findings=finding).select_related("task"),
        "may": {action: can(actor, action, finding) for action in ("change", "withdraw", "adjust", "warn")},
        "file_error": file_error,
        "crumbs": [*crumbs_of(), ("整改台账", reverse("finding_list"))],
        **EVIDENCE,
    }
    return render(request, "workflows/finding_detail.html", context, status=status)


def _kinds(actor, row):
    """Kinds of steps that the reader may do now."""
    if row is None:
        return []
    return [kind for kind, (action, _) in rectification.ACTS.items() if can(actor, action, row)]


@require_POST
def finding_step(request, pk):
    """Do one thing about a finding: hand in the plan, report, ask, check again, look back."""
    finding = _finding(request, pk)
    row = get_object_or_404(Rectification.objects.visible_to(request.actor), finding=finding)
    row.finding = finding
    kinds = _kinds(request.actor, row)
    asked = request.POST.get("kind", "")
    if asked in rectification.ACTS and asked not in kinds:
        require(request.actor, rectification.ACTS[asked][0], row)
    form = forms.StepForm(request.POST, kinds=kinds)
    if not form.is_valid():
        return _page(request, finding, form=form, status=422)
    typed = form.cleaned_data
    try:
        step = rectification.act(
            row.pk,
            typed["kind"],
            words=typed["words"],
            owner=typed.get("owner"),
            until=typed.get("until"),
            uploads=files(request),
            **acting(request),
        )
    except Refused as refused:
        file_error = add_refusal(form, refused, files=True)
        return _page(request, finding, form=form, file_error=file_error, status=422)
    except Stale:
        form.add_error(None, FASTER)
        return _page(request, _finding(request, pk), form=form, status=409)
    messages.success(request, f"已办理：{step.get_kind_display()}。")
    return redirect("finding_detail", pk=pk)


@require_POST
def finding_adjust(request, pk):
    """Begin a sheet that changes the register because of a finding."""
    finding = _finding(request, pk)
    try:
        sheet = findings.propose(finding.pk, actor=request.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("finding_detail", pk=pk)
    return redirect("submission_fill", pk=sheet.pk)
