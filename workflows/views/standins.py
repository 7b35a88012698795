"""Pages of stand-ins (代理): who exercises my roles, and whose roles I exercise."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock, standins
from registers.access import NotAllowed, can
from registers.models import Appointment, User
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.sent import sought
from workflows.forms.terms import StandinForm
from workflows.messages import standing_in


@require_safe
def standin_list(request):
    """My stand-ins, and those I stand in for. The registrar's list holds all of them.

    Context: ``page`` of appointments, each with ``stage`` (word, tone), ``last`` (its last day) and ``may_end``;
    ``may_add``, ``sees_all``.
    """
    actor, on = request.actor, request.actor.on
    sees_all = actor.has("registrar")
    rows = Appointment.objects.visible_to(actor).filter(acting_for__isnull=False)
    if not sees_all:
        rows = rows.filter(Q(acting_for=actor.user_id) | Q(user=actor.user_id))
    page = paged(request, rows.select_related("user", "acting_for", "unit").order_by("-until", "-since", "-pk"))
    for row in page.rows:
        row.stage, row.last, row.may_end = _stage(row, on), standins.last_day(row), can(actor, "end_standin", row)
    return render(
        request,
        "workflows/standin_list.html",
        {
            "page": page,
            "sees_all": sees_all,
            "may_add": sees_all or any(not grant.acting_for_id and not grant.seat for grant in actor.grants),
        },
    )


def _stage(row, on):
    if row.until <= max(on, row.since):
        return "已结束", "off"
    return ("未开始", "info") if row.since > on else ("代理中", "ok")


@require_http_methods(["GET", "HEAD", "POST"])
def standin_add(request):
    """设立代理 for oneself, or by the registrar for the person numbered ``for``.

    Context: ``principal`` (None: no such person), ``asked_number``, ``for_others``, ``roles`` as (id, words), ``form``,
    ``longest``, ``crumbs``.
    """
    actor, number = request.actor, (sought(request.POST, "for") or sought(request.GET, "for"))
    for_others = actor.has("registrar")
    principal = actor.user
    if number and number != actor.user.number:
        if not for_others:
            raise NotAllowed("代理由本人设立，或由管理员代为设立。", "set_up_standin", "registers.appointment")
        principal = User.objects.visible_to(actor).filter(number=number, is_active=True).first()
    roles = standins.roles_of(principal, on=clock.today())
    form = StandinForm(request.POST or None, roles=roles, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid() and _set_up(request, form):
        return redirect("standin_list")
    chosen = request.POST.getlist("appointments") if request.method == "POST" else [str(row.pk) for row in roles]
    return render(
        request,
        "workflows/standin_add.html",
        {
            "principal": principal,
            "asked_number": number,
            "for_others": for_others,
            "is_self": principal is not None and principal.pk == actor.user_id,
            "roles": [(str(row.pk), f"{row.get_role_display()}（{row.unit}）") for row in roles],
            "chosen": chosen,
            "form": form,
            "longest": standins.LONGEST,
            "crumbs": [("代理", reverse("standin_list"))],
        },
        status=422 if request.method == "POST" else 200,
    )


def _set_up(request, form):
    typed = form.cleaned_data
    try:
        standing_in.set_up(
            [row.pk for row in typed["appointments"]],
            to=typed["number"],
            since=typed["since"],
            last=typed["last"],
            note=typed["note"],
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return False
    messages.success(request, f"代理已设立，已通知{typed['number']}。")
    return True


@require_POST
def standin_end(request, pk):
    """终止代理 before its last day."""
    row = get_object_or_404(Appointment.objects.visible_to(request.actor).filter(acting_for__isnull=False), pk=pk)
    ended = standing_in.end(row.pk, actor=request.actor, at=clock.now())
    messages.success(request, f"{ended.user}的代理已终止。")
    return redirect("standin_list")
