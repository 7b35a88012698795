"""Pages for moving deadlines, asking for longer terms and deciding on them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from registers import clock
from registers.access import can, require
from registers.models import Unit
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.sent import sought
from workflows import extensions, terms
from workflows.deadlines import days
from workflows.forms.terms import AnswerForm, DeadlineForm, ExtensionForm
from workflows.models import Campaign, CampaignTask, DeadlineChange, Extension, Submission

SHOWN = 20  # submissions named in a preview


@require_http_methods(["GET", "HEAD", "POST"])
def deadline_change(request, pk):
    """调整截止 of one task: the form with a preview, and earlier moves. ``?unit=`` proposes a unit.

    Context: ``task``, ``due``, ``may_move``, ``form``, ``units``, ``page`` of changes, ``preview`` None or the
    submissions that would change as (submission, from, to), their number ``preview_count``, and ``crumbs``.
    """
    task = get_object_or_404(
        CampaignTask.objects.visible_to(request.actor).select_related(
            "campaign__scheme", "campaign__institution", "phase"
        ),
        pk=pk,
    )
    require(request.actor, "watch", Campaign)
    if request.method != "POST":
        due_on = task.due_on if task.due_on and task.due_on >= clock.today() else None
        unit = sought(request.GET, "unit")
        first = {"whom": "unit" if unit else "all", "unit": unit, "due_on": due_on}
        return _change_page(request, task, DeadlineForm(initial=first))
    require(request.actor, "move_deadline", task)
    form, at = DeadlineForm(request.POST), clock.now()
    if not form.is_valid():
        return _change_page(request, task, form, status=422)
    typed = form.cleaned_data
    circle = {"due_on": typed["due_on"], "unit": typed["unit"], "person": typed["person"]}
    try:
        if "preview" in request.POST:
            affected = terms.preview(task, on=clock.today(), **circle)
            return _change_page(request, task, form, preview=affected)
        change = terms.move(task, reason=typed["reason"], actor=request.actor, at=at, **circle)
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return _change_page(request, task, form, status=422)
    effect = f"涉及 {change.sheets} 张表，已通知填报人" if change.sheets else "目前没有表因此改变"
    messages.success(request, f"截止日期已调整为 {change.due_on:%Y-%m-%d}（{change.circle}），{effect}。")
    return redirect("deadline_change", pk=pk)


def _change_page(request, task, form, *, preview=None, status=200):
    institution = task.campaign.institution
    units = Unit.objects.visible_to(request.actor).existing(request.actor.on)
    changes = DeadlineChange.objects.visible_to(request.actor).filter(task=task).select_related("unit", "person", "by")
    return render(
        request,
        "workflows/deadline_change.html",
        {
            "task": task,
            "due": days.shown(task.due_on, clock.now()),
            "may_move": can(request.actor, "move_deadline", task),
            "form": form,
            "circles": DeadlineForm.CIRCLES,
            "units": list(units.exclude(pk=institution.pk).values_list("code", "name")),
            "page": paged(request, changes.order_by("-pk")),
            "preview": [(submission, submission.due_on, submission.new_due) for submission in preview[:SHOWN]]
            if preview is not None
            else None,
            "preview_count": len(preview or []),
            "crumbs": [("活动安排", reverse("campaign"))],
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def submission_extend(request, pk):
    """申请延期 for one submission.

    Context: ``submission``, ``due``, ``form``, ``decider`` (the role's words), ``crumbs``.
    """
    submission = get_object_or_404(
        Submission.objects.visible_to(request.actor).with_rules().select_related("unit", "person", "post"), pk=pk
    )
    verdict = can(request.actor, "extend", submission)
    if not verdict and request.method != "POST":
        messages.info(request, verdict.reason)
        return redirect("submission_detail", pk=pk)
    require(request.actor, "extend", submission)
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = extensions.ask(pk, actor=request.actor, at=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            decider = submission.task.campaign.scheme.rules.roles.get(asked.role, "")
            messages.success(request, f"延期申请已送{decider}办理，结果会发消息告知。")
            return redirect("submission_fill", pk=pk)
    rules = submission.task.campaign.scheme.rules
    return render(
        request,
        "workflows/submission_extend.html",
        {
            "submission": submission,
            "due": days.shown(submission.due_on, clock.now()),
            "form": form,
            "decider": rules.roles.get(rules.conduct.extensions, ""),
            "crumbs": [(submission.task.label, reverse("submission_fill", args=[pk]))],
        },
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def extension_decide(request, pk):
    """办理延期申请: decide on a request for a longer term.

    Context: ``extension``, ``due``, ``form``, ``may_decide``, ``may_open_sheet``, ``crumbs``.
    """
    extension = get_object_or_404(
        Extension.objects.visible_to(request.actor)
        .select_related("asked_by", "decided_by", "on_behalf_of", "submission__unit", "submission__person")
        .select_related("submission__post", "submission__task__campaign__scheme")
        .defer("submission__task__campaign__scheme__document", "submission__task__campaign__scheme__source"),
        pk=pk,
    )
    form = AnswerForm(request.POST or None, initial={"until": extension.until})
    if request.method == "POST":
        require(request.actor, "decide", extension)
        if form.is_valid() and _decided(request, extension, form):
            return redirect("desk")
    return render(
        request,
        "workflows/extension_decide.html",
        {
            "extension": extension,
            "due": days.shown(extension.submission.due_on, clock.now()),
            "form": form,
            "may_decide": can(request.actor, "decide", extension),
            "may_open_sheet": Submission.objects.visible_to(request.actor).filter(pk=extension.submission_id).exists(),
            "crumbs": [("我的待办", reverse("desk"))],
        },
        status=422 if request.method == "POST" else 200,
    )


def _decided(request, extension, form):
    typed = form.cleaned_data
    try:
        done = extensions.decide(
            extension.pk,
            grant=typed["verdict"] == "grant",
            granted_until=typed["until"],
            answer=typed["answer"],
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return False
    what = f"{extension.submission.task.label}，{extension.submission.subject}"
    messages.success(
        request,
        f"已准予延期至 {done.granted_until:%Y-%m-%d}：{what}。" if done.granted else f"已答复不予延期：{what}。",
    )
    return True
