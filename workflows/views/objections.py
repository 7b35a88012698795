"""What the office does with objections besides answering them, and their authors: more time, sealed names, taking back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from registers import clock
from registers.access import require
from workflows.forms.door import ExtendForm, ReasonForm
from workflows.models import Objection
from workflows.publicity import objections
from workflows.views.publicity import notice_page, notices_for


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
    """Open the name of whoever objected, with a reason; it can be read until the end of the day."""
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
