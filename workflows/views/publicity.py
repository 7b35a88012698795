"""Pages of notices and objections."""

from collections import namedtuple
from functools import cache

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import Seen, can, require
from registers.actors import DISCIPLINE, SCHOOL_ROLES
from registers.refusals import Refused
from registers.schemes.publicity import PERSON
from registers.text import digest_of
from registers.views.paging import paged
from workflows.compiled import logs
from workflows.forms.publicity import HandlingForm, ObjectionForm, ReleaseForm, ReturnForm, WithdrawForm
from workflows.models import Correction, Objection, PublicityNotice
from workflows.policies.door import beside_rules
from workflows.publicity import drafting, objections, releasing
from workflows.views import notice_beside
from workflows.views.raised import raised_to

# A row of the list. ``tone``: of the badge that says the ``stage``.
Row = namedtuple("Row", "pk title places audience starts_on ends_on stage tone outcome")


@require_safe
def notice_list(request):
    """Notices that the reader may see, newest first, and the sheets for which he may draft one.

    Context: ``page`` of ``Row``, ``bundles`` that wait, ``reads_figures`` of objections.
    """
    page, today = paged(request, _listed().parts(request.actor)), clock.today()
    page.rows = [_shown(notice, today) for notice in page.rows]
    reads_figures = request.actor.has(*SCHOOL_ROLES, DISCIPLINE)
    context = {"page": page, "bundles": drafting.bundles_for(request.actor), "reads_figures": reads_figures}
    return render(request, "workflows/notice_list.html", context)


@cache
def _listed():
    return Seen(PublicityNotice.objects.select_related("unit"))


def _shown(notice, today):
    """Return what the list shows of a notice."""
    span = notice.starts_on, notice.ends_on
    audience = notice.get_audience_display()
    return Row(
        notice.pk, notice.title, places_of(notice.items), audience, *span, *stage_of(notice, today), notice.outcome
    )


def places_of(items):
    """The posts or units that a notice is about, of many the first ones."""
    places = list(dict.fromkeys(item["place"] for item in items))
    return "、".join(places[:5]) + (f"等 {len(places)} 处" if len(places) > 5 else "")


def stage_of(notice, today):
    """The stage of a notice: ``(words, tone of the badge)``."""
    if notice.released_at is None:
        return "待审核发布", "warn"
    if notice.withdrawn_at:
        return "已撤回", "off"
    if notice.cleared_at:
        return ("已结束，去名保留", "off") if notice.after_end == "nameless" else ("已结束", "off")
    if today < notice.starts_on:
        return "未开始", ""
    return ("公示中", "primary") if today <= notice.ends_on else ("已期满，待办结", "warn")


@require_http_methods(["GET", "HEAD", "POST"])
def notice_detail(request, pk):
    """One notice, with the form for an objection during its period. Context: see ``notice_page``."""
    notice = get_object_or_404(notices_for(request), pk=pk)
    if request.method != "POST":
        return notice_page(request, notice)
    require(request.actor, "object", notice)
    form = ObjectionForm(request.POST, notice=notice)
    if not form.is_valid():
        return notice_page(request, notice, objecting=form)
    said = form.cleaned_data
    try:
        _, created = objections.object_to(
            notice,
            actor=request.actor,
            text=said["text"],
            row=said["row"],
            category=said["category"],
            at=clock.now(),
        )
    except Refused as refused:
        form.add_error("row", str(refused))
        return notice_page(request, notice, objecting=form)
    messages.success(request, "异议已送达学校领导小组办公室。" if created else "您已对这一项提出过异议，无需重复提交。")
    return redirect("notice_detail", pk=pk)


@require_POST
def objection_handle(request, pk):
    """Record what came of an objection."""
    raised = Objection.objects.visible_to(request.actor).select_related("notice__unit", "submission")
    objection = get_object_or_404(raised, pk=pk)
    others = objections.of_notice(objection.notice, besides=objection).values_list("pk", flat=True)
    form = HandlingForm(request.POST, objection=objection, others=others)
    if form.is_valid():
        try:
            objections.handle(objection, actor=request.actor, at=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field or None, str(refused))
    if form.errors:
        require(request.actor, "handle", objection)
        notice = get_object_or_404(notices_for(request), pk=objection.notice_id)
        return notice_page(request, notice, about_objection=(pk, "form", form))
    messages.success(request, "处理情况已记录。")
    return redirect("notice_detail", pk=objection.notice_id)


def notices_for(request):
    """The notices that the reader may see, with what their pages need."""
    notices = beside_rules(PublicityNotice.objects.visible_to(request.actor).with_rules())
    return notices.select_related("unit", "drafted_by", "released_by", "follows")


def _decided(notice):
    """Whether the route decides the grades before they are publicised."""
    kinds = [step.sets or step.kind for step in notice.task.route_rules.steps]
    return "final_grade" in kinds[: kinds.index("publicise")]


def _cells(notice, item, ranks):
    """One row of a notice for its page."""
    cells = [
        {"field": field, "label": label, "text": item.get(field, ""), "rank": ranks.get(item.get(field))}
        for field, label in notice.columns
    ]
    return {"place": item["place"], "unit": item.get("unit", ""), "person": item.get(PERSON, ""), "cells": cells}


def table_of(notice, items):
    """What ``workflows/_notice_table.html`` shows of a notice with these rows."""
    ranks = {grade.label: grade.rank for grade in notice.task.campaign.scheme.rules.grades}
    return {
        "columns": notice.columns,
        "rows": [_cells(notice, item, ranks) for item in items],
        "names_people": any(PERSON in item for item in items),
        "several_units": len({item.get("unit") for item in items}) > 1,
        "grade_label": "审定等级" if _decided(notice) else "拟定等级",
    }


def notice_page(
    request,
    notice,
    *,
    objecting=None,
    about_objection=(None, "", None),
    releasing_form=None,
    withdrawing=None,
    returning=None,
    kept=None,
):
    """Render the page of a notice. A form that was refused is shown again as it was typed.

    ``about_objection``: the id of an objection, and name and form of what was refused about it. ``kept``: what ``notice_beside.context``
    takes. Context: ``notice`` with its ``stage`` and ``places``, ``table`` (see ``table_of``), ``crumbs``, ``may_object``,
    ``may_release``, ``may_withdraw``, ``may_discard``, the forms, ``period`` of a draft that is released today, its ``warnings``,
    ``corrections``, what ``notice_beside.context`` adds, ``leaks`` that keep it from being released, ``seen_digest`` of its rows,
    ``objections`` (see ``raised.raised_to``), ``has_letter``, ``identity``, ``office`` and ``signed_by``.
    """
    is_draft, rules = notice.released_at is None, notice.task.campaign.scheme.rules
    items = releasing.preview(notice) if is_draft else notice.items_on(clock.today())
    notice.stage, notice.places = stage_of(notice, clock.today()), places_of(items)
    refused = (objecting, about_objection[2], releasing_form, withdrawing, returning, kept)
    return render(
        request,
        "workflows/notice_detail.html",
        {
            "notice": notice,
            "table": table_of(notice, items),
            "has_letter": not is_draft and logs.letter_of(rules) is not None,
            "identity": rules.identity,
            "office": rules.roles.get("office", ""),
            "signed_by": logs.signed_by(notice),
            "crumbs": [("公示", reverse("notice_list"))],
            "is_draft": is_draft,
            "period": releasing.period_of(notice, clock.today()),
            "warnings": releasing.warnings(notice, clock.today()) if is_draft else [],
            **notice_beside.context(request, notice, **(kept or {})),
            **{f"may_{act}": can(request.actor, act, notice) for act in ("object", "release", "withdraw", "discard")},
            "form": objecting or ObjectionForm(notice=notice),
            "release_form": releasing_form or ReleaseForm(),
            "withdraw_form": withdrawing or WithdrawForm(),
            "return_form": returning or ReturnForm(items=items),
            "seen_digest": digest_of(items) if is_draft else "",
            "leaks": releasing.leaks_of(notice, items) if is_draft else [],
            "corrections": Correction.objects.visible_to(request.actor).filter(notice=notice),
            "objections": raised_to(request, notice, about_objection),
        },
        status=422 if any(refused) else 200,
    )
