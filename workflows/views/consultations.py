"""Pages of what consultations received: opinions, and what came of them. Source: R4-03, R4-04."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from registers import clock
from registers.access import require
from registers.refusals import Stale
from workflows import activities
from workflows.compiled import activities as papers
from workflows.forms.activities import CONSULTATION, OpinionForm
from workflows.models import Activity, Opinion
from workflows.views.form_pages import FASTER, form_page


def _consultation(request, pk):
    """A consultation that the reader may correct. Raises ``Http404`` or ``NotAllowed``."""
    rows = Activity.objects.visible_to(request.actor).select_related("unit", "campaign__scheme")
    activity = get_object_or_404(rows.defer("campaign__scheme__source"), pk=pk)
    require(request.actor, "change", activity)
    kind = papers.kinds(activity.campaign.scheme.rules).get(activity.kind)
    if kind is None or kind.purpose != CONSULTATION:
        raise Http404
    return activity


def _crumbs(activity):
    return [
        ("会议与教育", reverse("activity_list")),
        (activity.title, reverse("activity_detail", args=[activity.pk])),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_add(request, pk):
    """Enter an opinion that a consultation received. Context: see ``form_page``."""
    activity = _consultation(request, pk)
    form = OpinionForm(request.POST or None)
    page = {"title": "登记意见", "crumbs": _crumbs(activity), "submit": "登记"}
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    activities.enter_opinion(pk, values=form.values, actor=request.actor, at=clock.now())
    messages.success(request, "意见已登记。")
    return redirect("activity_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_edit(request, pk):
    """Correct an opinion, or say what came of it. Context: see ``form_page``, and ``opinion``."""
    opinion = get_object_or_404(Opinion.objects.visible_to(request.actor), pk=pk)
    activity = _consultation(request, opinion.activity_id)
    start = {name: getattr(opinion, name) for name in activities.OPINION_FIELDS}
    form = OpinionForm(request.POST or None, initial=start)
    context = {
        "form": form,
        "opinion": opinion,
        "title": "修改意见和采纳情况",
        "crumbs": _crumbs(activity),
        "submit": "保存",
        "seen_version": activities.opinion_digest(opinion),
    }
    if request.method == "POST" and form.is_valid():
        said = {"seen": request.POST.get("seen_version", ""), "actor": request.actor, "at": clock.now()}
        try:
            activities.change_opinion(pk, values=form.values, **said)
        except Stale:
            form.add_error(None, FASTER)
        else:
            messages.success(request, "已保存。")
            return redirect("activity_detail", pk=activity.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "workflows/opinion_edit.html", context, status=status)


@require_POST
def opinion_drop(request, pk):
    """Take away an opinion that was entered by mistake."""
    opinion = get_object_or_404(Opinion.objects.visible_to(request.actor), pk=pk)
    activity = _consultation(request, opinion.activity_id)
    activities.drop_opinion(pk, actor=request.actor, at=clock.now())
    messages.success(request, "已删除。")
    return redirect("activity_detail", pk=activity.pk)
