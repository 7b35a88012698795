"""Pages for closing a phase, reopening it, and closing a campaign."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from registers import clock
from registers.access import can, require
from registers.forms.fields import Text
from registers.refusals import Refused, Stale
from workflows.campaign import campaigns, undoing
from workflows.models import Campaign, Phase, Submission
from workflows.models.submissions import ALONE, State


class CloseForm(forms.Form):
    """The reason why a phase is closed."""

    reason = Text("关闭说明", most=200, missing="请写明关闭的理由，将显示给填报人。")


@require_http_methods(["GET", "HEAD", "POST"])
def phase_close(request, pk):
    """Close a phase. The page first shows what would stay undone.

    Context: ``phase``, ``undone`` (see ``_undone``), ``form``, ``crumbs``.
    """
    phase = get_object_or_404(Phase.objects.visible_to(request.actor).select_related("campaign"), pk=pk)
    require(request.actor, "close", phase)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            campaigns.close_phase(phase, actor=request.actor, reason=form.cleaned_data["reason"], at=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"“{phase.label}”已关闭，不再接受填报；审核中的表照常办理。")
        return redirect("campaign")
    context = {"phase": phase, "undone": _undone(task__phase=phase), "form": form}
    context["crumbs"] = [("活动安排", reverse("campaign"))]
    return render(request, "workflows/phase_close.html", context, status=422 if form.errors else 200)


def _undone(**which):
    """Count what is not filed: ``states`` in words, and ``tasks`` as ``(label, counts by state)``.

    None when everything is filed.
    """
    states = [State.WAITING, State.OPEN, State.RETURNED, State.IN_REVIEW]
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in states}
    rows = Submission.objects.filter(**which, state__in=states).values("task__label").annotate(**counts)
    tasks = [
        (row["task__label"], [row[state] for state in states]) for row in rows.order_by("task__position", "task__label")
    ]
    return {"states": [state.label for state in states], "tasks": tasks} if tasks else None


@require_POST
def phase_reopen(request, pk):
    """Reopen a closed phase."""
    phase = get_object_or_404(Phase.objects.visible_to(request.actor).select_related("campaign"), pk=pk)
    try:
        campaigns.reopen_phase(phase, actor=request.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{phase.label}”已重新开放。")
    return redirect("campaign")


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_close(request, year):
    """Close a campaign.

    Context: ``campaign``, ``undone`` (see ``_undone``), ``moving`` (how many in review), ``meetings`` (not signed), ``may_open``,
    ``crumbs``.
    """
    campaign = get_object_or_404(Campaign.objects.visible_to(request.actor), year=year)
    require(request.actor, "close", campaign)
    if request.method == "POST":
        try:
            undone = campaigns.close(campaign, actor=request.actor, at=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("campaign_close", year=year)
        messages.success(request, f"{campaign}已结束，{undone} 张表未办结。登记册是下一年度的起点。")
        return redirect("campaign")
    context = {
        "campaign": campaign,
        "undone": _undone(task__campaign=campaign),
        "meetings": list(campaigns.open_meetings(campaign)),
        "moving": Submission.objects.filter(task__campaign=campaign, state=State.IN_REVIEW).exclude(ALONE).count(),
        "may_open": can(request.actor, "open", Campaign),
        "crumbs": [("活动安排", reverse("campaign"))],
    }
    return render(request, "workflows/campaign_close.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_undo(request, year):
    """Take back a campaign that was opened by mistake. The page first shows what would fall away.

    Context: ``campaign``, ``reasons`` that keep it, as (words, ""), ``falls`` as (label, count, unit of count), empty where something
    keeps it, ``seal``: the digest of what is shown, ``crumbs``.
    """
    campaign = get_object_or_404(Campaign.objects.visible_to(request.actor), year=year)
    require(request.actor, "undo", campaign)
    if request.method == "POST":
        try:
            undoing.undo(campaign, actor=request.actor, seen=request.POST.get("seen", ""), at=clock.now())
        except (Refused, Stale) as problem:
            messages.error(request, str(problem))
            return redirect("campaign_undo", year=year)
        messages.success(request, f"{campaign}已撤销，如同没有开展过。")
        return redirect("campaign")
    reasons = undoing.kept_by(campaign)
    falls = [] if reasons else undoing.falls_away(campaign)
    context = {
        "campaign": campaign,
        "reasons": [(words, "") for words in reasons],
        "falls": falls,
        "seal": undoing.seal_of(falls),
        "crumbs": [("活动安排", reverse("campaign"))],
    }
    return render(request, "workflows/campaign_undo.html", context)
