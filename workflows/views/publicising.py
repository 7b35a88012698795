"""Pages on which notices are drafted, released and withdrawn."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from registers import clock
from registers.access import require
from registers.models import Unit
from registers.refusals import Refused
from workflows.forms.publicity import DraftForm, ReleaseForm, ReturnForm, WithdrawForm
from workflows.models import PublicityNotice
from workflows.models.audiences import CHOSEN, SCHOOL
from workflows.publicity import drafting, releasing, showing
from workflows.views.publicity import notice_page, notices_for, table_of


@require_http_methods(["GET", "HEAD", "POST"])
def notice_draft(request, pk, code):
    """Bundle sheets of one task and unit that wait for a notice into a draft.

    Context: ``bundle``, ``form``, ``table`` of all rows (see ``table_of``), ``audience`` in words, ``period`` of a notice
    released today, ``days_text`` and ``warnings`` of it, ``crumbs``.
    """
    bundles = drafting.bundles_for(request.actor)
    bundle = next((one for one in bundles if (one.task.pk, one.place.code) == (pk, code)), None)
    if bundle is None:
        raise Http404
    usual = {"title": bundle.title, "sheets": [sheet.pk for sheet in bundle.sheets], **_readers_before(bundle)}
    units = _units(request.actor) if bundle.step.chosen_units else {}
    offered = [(code, unit.name) for code, unit in units.items()]
    form = DraftForm(request.POST or None, bundle=bundle, units=offered, initial=usual)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            notice = drafting.draft(
                bundle,
                set(said["sheets"]),
                title=said["title"],
                units=[units[code] for code in said.get("units", ())],
                actor=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else "sheets", str(refused))
        else:
            messages.success(request, "公示已起草，由另一人审核后发布。")
            return redirect("notice_detail", pk=notice.pk)
    about = {"task": bundle.task, "step": bundle.step.code, "audience": bundle.step.audience}
    about["kind"] = drafting.kind_of(bundle).code
    sample = PublicityNotice(columns=showing.columns(bundle.task), **about)
    chosen = {str(value) for value in form["sheets"].value() or []}
    context = {
        "bundle": bundle,
        "form": form,
        "sheets": [(sheet, str(sheet.pk) in chosen) for sheet in bundle.sheets],
        "table": table_of(sample, showing.items(bundle.task, bundle.sheets)),
        "audience": sample.get_audience_display(),
        "period": releasing.period_of(sample, clock.today()),
        "days_text": sample.days_text,
        "warnings": releasing.warnings(sample, clock.today()),
        "crumbs": [("公示", reverse("notice_list"))],
    }
    return render(request, "workflows/notice_draft.html", context, status=422 if form.errors else 200)


def _units(actor):
    """The units whose people may be chosen as readers: code → unit."""
    rows = Unit.objects.visible_to(actor).existing(actor.on).filter(parent__isnull=False)
    return {unit.code: unit for unit in rows.order_by("position", "pk")}


def _readers_before(bundle):
    """What the form begins with: a notice that is repeated goes to the same readers."""
    before = drafting.repeated(bundle.sheets) if bundle.step.chosen_units else None
    if before is None or before.audience != CHOSEN:
        return {"narrowed": SCHOOL, "units": []}
    return {"narrowed": CHOSEN, "units": list(before.units.values_list("code", flat=True))}


@require_POST
def notice_release(request, pk):
    """Publish a draft that somebody else has drafted."""
    notice = get_object_or_404(notices_for(request), pk=pk)
    require(request.actor, "release", notice)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            notice = releasing.release(notice, actor=request.actor, at=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error("reviewed", str(refused))
        else:
            messages.success(request, f"公示已发布，自 {notice.starts_on} 起至 {notice.ends_on} 止。")
            return redirect("notice_detail", pk=pk)
    return notice_page(request, notice, releasing_form=form)


@require_POST
def notice_return(request, pk):
    """Send back a row of a draft that must not be published."""
    notice = get_object_or_404(notices_for(request), pk=pk)
    require(request.actor, "release", notice)
    form = ReturnForm(request.POST, items=releasing.preview(notice))
    if not form.is_valid():
        return notice_page(request, notice, returning=form)
    try:
        left = releasing.return_row(notice, actor=request.actor, at=clock.now(), **form.cleaned_data)
    except Refused as refused:
        form.add_error("row", str(refused))
        return notice_page(request, notice, returning=form)
    messages.success(request, "已退回填报人更正。" if left else "已退回填报人更正；草稿中没有其他表，已删除。")
    return redirect("notice_detail", pk=pk) if left else redirect("notice_list")


@require_POST
def notice_discard(request, pk):
    """Throw a draft away."""
    notice = get_object_or_404(notices_for(request), pk=pk)
    drafting.discard(notice, actor=request.actor, at=clock.now())
    messages.success(request, "草稿已删除，所列的表仍待公示。")
    return redirect("notice_list")


@require_POST
def notice_withdraw(request, pk):
    """Take a notice back before it has ended."""
    notice = get_object_or_404(notices_for(request), pk=pk)
    require(request.actor, "withdraw", notice)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return notice_page(request, notice, withdrawing=form)
    releasing.withdraw(notice, actor=request.actor, why=form.cleaned_data["why"], at=clock.now())
    messages.success(request, "公示已撤回，所列的表等待重新公示。")
    return redirect("notice_list")
