"""Notices and objections."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registers import clock
from registers.access import can, require
from registers.views.paging import paged
from workflows import publicity
from workflows.forms.reviews import HandlingForm, ObjectionForm
from workflows.models import Objection, PublicityNotice


def notice_list(request):
    """Notices the reader may see, newest first. Context: ``page``, ``today``."""
    notices = PublicityNotice.objects.visible_to(request.actor).select_related("unit")
    return render(request, "workflows/notice_list.html", {"page": paged(request, notices), "today": clock.today()})


def notice_detail(request, pk):
    """One notice; during its period a colleague may object. Context: ``notice``, ``may_object``, ``form``, ``objections``."""
    notice = get_object_or_404(PublicityNotice.objects.visible_to(request.actor).select_related("unit", "submission"), pk=pk)
    may_object = can(request.actor, "object", notice)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST":
        require(request.actor, "object", notice)
        if form.is_valid():
            _, created = publicity.object_to(notice, actor=request.actor, text=form.cleaned_data["text"], at=clock.now())
            messages.success(request, "异议已送达学校领导小组办公室。" if created else "您已对本公示提出过异议，无需重复提交。")
            return redirect("notice_detail", pk=pk)
    objections = Objection.objects.visible_to(request.actor).filter(notice=notice).select_related("author", "handled_by", "notice__unit")
    for row in objections:
        row.may_handle = can(request.actor, "handle", row)
    return render(request, "workflows/notice_detail.html", {
        "notice": notice, "may_object": may_object, "form": form, "objections": objections, "handling_form": HandlingForm(),
        "running": notice.starts_on <= clock.today() <= notice.ends_on and notice.cleared_at is None,
    }, status=422 if form.errors else 200)


@require_POST
def objection_handle(request, pk):
    """Record how an objection was handled."""
    objection = get_object_or_404(Objection.objects.visible_to(request.actor).select_related("notice__unit"), pk=pk)
    form = HandlingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写处理情况。")
    else:
        publicity.handle(objection, actor=request.actor, handling=form.cleaned_data["handling"], at=clock.now())
        messages.success(request, "处理情况已记录。")
    return redirect("notice_detail", pk=objection.notice_id)
