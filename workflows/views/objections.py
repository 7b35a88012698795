"""Objections besides their answers: more time, sealed names, taking back, and how many there were."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import NotAllowed, require
from registers.actors import DISCIPLINE, SCHOOL_ROLES
from workflows.campaign import campaigns
from workflows.forms.door import ExtendForm, ReasonForm
from workflows.models import Objection
from workflows.publicity import figures, objections
from workflows.views.publicity import notice_page, notices_for


@require_safe
def objection_figures(request):
    """How many objections the present year has seen.

    Context: ``campaign``, ``total``, ``tables`` (heading and figures).
    """
    if not request.actor.has(*SCHOOL_ROLES, DISCIPLINE):
        raise NotAllowed("异议统计由学校领导小组及其办公室、党委和纪委查看。", "view", "workflows.objection")
    campaign, total, tables = campaigns.current(), None, []
    if campaign is not None:
        total, *counted = figures.of_campaign(campaign)
        tables = list(zip(("类别", "方式", "结果"), counted, strict=True))
    context = {"campaign": campaign, "total": total, "tables": tables, "crumbs": [("公示", reverse("notice_list"))]}
    return render(request, "workflows/objection_figures.html", context)


def _seen(request, pk):
    return get_object_or_404(Objection.objects.visible_to(request.actor).select_related("notice__unit"), pk=pk)


def _back(request, objection, kind, form):
    notice = get_object_or_404(notices_for(request), pk=objection.notice_id)
    return notice_page(request, notice, about_objection=(objection.pk, kind, form))


def _to(objection):
    return redirect(f"{reverse('notice_detail', args=[objection.notice_id])}#objection-{objection.pk}")


@require_POST
def objection_extend(request, pk):
    """Take longer over an answer, with a reason for whoever objected."""
    objection, form = _seen(request, pk), ExtendForm(request.POST)
    require(request.actor, "extend", objection)
    if not form.is_valid():
        return _back(request, objection, "extend_form", form)
    objections.extend(objection, why=form.cleaned_data["why"], actor=request.actor, at=clock.now())
    messages.success(request, "答复期限已延长，提出人可以看到原因。")
    return _to(objection)


@require_POST
def objection_name(request, pk):
    """Open the name of whoever objected, with a reason. It can be read until the end of the day."""
    objection, form = _seen(request, pk), ReasonForm(request.POST)
    require(request.actor, "open", objection)
    if not form.is_valid():
        return _back(request, objection, "open_form", form)
    objections.open_name(objection, reason=form.cleaned_data["reason"], actor=request.actor, at=clock.now())
    messages.success(request, "已记录查阅事由，今天之内可以看到提出人。")
    return _to(objection)


@require_POST
def objection_retract(request, pk):
    """Take one's own objection back."""
    objection = _seen(request, pk)
    require(request.actor, "retract", objection)
    objections.retract(objection, actor=request.actor, at=clock.now())
    messages.success(request, "异议已撤回。")
    return _to(objection)
