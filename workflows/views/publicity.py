"""Pages of notices and objections."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import can, require
from registers.schemes.publicity import PERSON
from registers.views.paging import paged
from workflows.compiled import logs
from workflows.forms.reviews import HandlingForm, ObjectionForm
from workflows.models import Objection, PublicityNotice, Submission
from workflows.publicity import objections


@require_safe
def notice_list(request):
    """Notices that the reader may see, newest first.

    Context: ``page``, its notices with their ``stage`` and ``places``.
    """
    page = paged(request, PublicityNotice.objects.visible_to(request.actor).select_related("unit"))
    today = clock.today()
    for notice in page.rows:
        notice.stage, notice.places = _stage(notice, today), _places(notice)
    return render(request, "workflows/notice_list.html", {"page": page})


def _places(notice):
    """The posts or units a notice is about, in the words it may show."""
    return "、".join(dict.fromkeys(item["place"] for item in notice.items))


def _stage(notice, today):
    """The stage of a notice: ``(words, tone of the badge)``."""
    if notice.cleared_at:
        return "已结束", "off"
    if today < notice.starts_on:
        return "未开始", ""
    return ("公示中", "primary") if today <= notice.ends_on else ("已期满，待办结", "warn")


@require_http_methods(["GET", "HEAD", "POST"])
def notice_detail(request, pk):
    """One notice, with the form for an objection during its period. Context: see ``_notice_page``."""
    notice = get_object_or_404(_notices(request), pk=pk)
    if request.method != "POST":
        return _notice_page(request, notice)
    require(request.actor, "object", notice)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _notice_page(request, notice, form=form)
    _, created = objections.object_to(notice, actor=request.actor, text=form.cleaned_data["text"], at=clock.now())
    messages.success(request, "异议已送达学校领导小组办公室。" if created else "您已对本公示提出过异议，无需重复提交。")
    return redirect("notice_detail", pk=pk)


@require_POST
def objection_handle(request, pk):
    """Record how an objection was handled."""
    objection = get_object_or_404(Objection.objects.visible_to(request.actor).select_related("notice__unit"), pk=pk)
    form = HandlingForm(request.POST)
    if not form.is_valid():
        require(request.actor, "handle", objection)
        return _notice_page(request, get_object_or_404(_notices(request), pk=objection.notice_id), handling=(pk, form))
    objections.handle(objection, actor=request.actor, handling=form.cleaned_data["handling"], at=clock.now())
    messages.success(request, "处理情况已记录。")
    return redirect("notice_detail", pk=objection.notice_id)


def _notices(request):
    notices = PublicityNotice.objects.visible_to(request.actor)
    related = notices.select_related("unit", "submission__task__campaign__scheme")
    return related.defer("submission__task__campaign__scheme__document", "submission__task__campaign__scheme__source")


def _decided(notice):
    """Whether the route decides the grades before they are publicised."""
    kinds = [step.sets or step.kind for step in notice.submission.task.route_rules.steps]
    return "final_grade" in kinds[: kinds.index("publicise")]


def _cells(notice, item, ranks):
    """One row of a notice for its page."""
    cells = [
        {"field": field, "label": label, "text": item.get(field, ""), "rank": ranks.get(item.get(field))}
        for field, label in notice.columns
    ]
    return {"place": item["place"], "person": item.get(PERSON, ""), "cells": cells}


def _notice_page(request, notice, *, form=None, handling=(None, None)):
    """Render the page of a notice.

    ``form`` is a refused objection; ``handling`` is a refused handling of one (its id, the form).

    Context: ``notice`` with its ``stage`` and ``places``, ``rows`` (``place``, ``person``, and ``cells`` with heading, text and,
    of a grade, ``rank``), ``names_people``, ``crumbs``, ``may_object``, ``form``, ``objections`` (each with ``may_handle`` and
    ``form``), ``has_objected``, ``may_open_sheet``, ``has_letter``, ``decided`` (the grades, no longer proposed), ``identity`` and
    ``office`` of the scheme.
    """
    notice.stage, notice.places = _stage(notice, clock.today()), _places(notice)
    rules = notice.submission.task.campaign.scheme.rules
    ranks = {grade.label: grade.rank for grade in rules.grades}
    raised = (
        Objection.objects.visible_to(request.actor)
        .filter(notice=notice)
        .select_related("author", "handled_by", "notice__unit")
    )
    for row in raised:
        row.may_handle = can(request.actor, "handle", row)
        row.form = handling[1] if row.pk == handling[0] else HandlingForm()
    return render(
        request,
        "workflows/notice_detail.html",
        {
            "notice": notice,
            "rows": [_cells(notice, item, ranks) for item in notice.items],
            "names_people": any(PERSON in item for item in notice.items),
            "has_letter": bool(logs.papers_about(rules, "notice")),
            "decided": _decided(notice),
            "identity": rules.identity,
            "office": rules.roles.get("office", ""),
            "crumbs": [("公示", reverse("notice_list"))],
            "has_objected": any(row.author_id == request.actor.user_id for row in raised),
            "may_open_sheet": Submission.objects.visible_to(request.actor).filter(pk=notice.submission_id).exists(),
            "may_object": can(request.actor, "object", notice),
            "form": form or ObjectionForm(),
            "objections": raised,
        },
        status=422 if form or handling[1] else 200,
    )
