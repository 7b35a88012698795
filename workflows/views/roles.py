"""The desk of roles: who holds which, appointments and dismissals."""

from django.contrib import messages
from django.db.models import Case, F, IntegerField, Value, When
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from registers import appointments, clock
from registers.access import can, require
from registers.actors import ROLE_LABELS
from registers.models import Appointment, Unit, User
from registers.policies import APPOINTS
from registers.views.paging import paged
from registers.views.sent import filters_sent, sought
from workflows.forms.staff import LEADER, AppointForm, DismissForm
from workflows.messages import appointed
from workflows.views.foreseen import answered
from workflows.views.people import named, units_kept

CRUMBS = "任职"
ORDER = [role for role, _ in Appointment.Role.choices]
SEAT_ORDER = [seat for seat, _ in Appointment.Seat.choices]
STAGES = {"": "在任", "later": "未到任", "ended": "已卸任"}


def given_by(actor):
    """Return the roles that the actor gives, as (role, label)."""
    roles = {role for by, roles in APPOINTS.items() if actor.has(by) for role in roles}
    return [(role, ROLE_LABELS[role]) for role in ORDER if role in roles]


def _places(field, values):
    """Return an expression that orders rows as ``values`` stand."""
    cases = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
    return Case(*cases, default=Value(len(values)), output_field=IntegerField())


@require_safe
def role_desk(request):
    """List who holds which role, by role and seat. Stand-ins are on their own page.

    Context: ``page`` of appointments, each with ``may_end``, ``may_read`` and ``last``, ``filters``, ``filtered``, ``stages``,
    ``roles``, ``units``, ``may_appoint``.
    """
    actor, on = request.actor, request.actor.on
    require(actor, "open_desk", User)
    filters = filters_sent(request.GET, "q", "role", "unit", "stage")
    rows = Appointment.objects.visible_to(actor).in_own_right()
    if filters["stage"] == "later":
        rows = rows.filter(since__gt=on).exclude(until=F("since"))
    elif filters["stage"] == "ended":
        rows = rows.filter(until__lte=on)
    else:
        rows = rows.in_force(on)
    if filters["q"]:
        rows = rows.filter(user__in=named(User.objects.visible_to(actor), filters["q"]).order_by().values("pk"))
    if filters["role"] in ROLE_LABELS:
        rows = rows.filter(role=filters["role"])
    if filters["unit"]:
        rows = rows.filter(unit__in=Unit.objects.visible_to(actor).subtree(filters["unit"]).values("pk"))
    rows = rows.select_related("user__unit", "unit").order_by(
        _places("role", ORDER), "unit__position", "unit__code", _places("seat", SEAT_ORDER), "user__sort_key", "pk"
    )
    page = paged(request, rows)
    mine = actor.unit_ids(*APPOINTS)
    for row in page.rows:
        row.may_read = row.user.unit_id is None or row.user.unit_id in mine
        row.may_end = not appointments.has_ended(row, on) and can(actor, "appoint", row)
        row.last = appointments.last_day(row)
    context = {
        "page": page,
        "filters": filters,
        "filtered": any(filters.values()),
        "stages": [(code, label) for code, label in STAGES.items() if code],
        "roles": [(role, ROLE_LABELS[role]) for role in ORDER],
        "units": list(Unit.objects.visible_to(actor).values_list("code", "name")),
        "may_appoint": bool(given_by(actor)),
    }
    return render(request, "workflows/role_desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def role_add(request):
    """Appoint a person to a role, at one unit or several, with what follows shown first.

    ``?number=`` and ``?role=`` are proposed.
    Context: ``form``, ``units``, ``chosen``, ``foresight`` (None before it is asked for), ``crumbs``, ``others_label``: what the field
    of further domains is called, empty where no leader in charge can be appointed.
    """
    actor = request.actor
    require(actor, "open_desk", User)
    units = units_kept(request, *APPOINTS)
    first = {"since": clock.today(), "number": sought(request.GET, "number"), "role": sought(request.GET, "role")}
    form = AppointForm(request.POST or None, roles=given_by(actor), units=units, initial=first)
    seen, status = answered(request, form, lambda typed: (_appointment(request, form), typed["since"]))
    if status == 302:
        messages.success(request, f"{form.person}已任{ROLE_LABELS[form.cleaned_data['role']]}，已通知本人。")
        return redirect("person_detail", pk=form.person.pk)
    offered = list(units.values_list("code", "name"))
    only = [offered[0][0]] if len(offered) == 1 and request.method != "POST" else []
    context = {
        "form": form,
        "units": offered,
        "chosen": request.POST.getlist("units") or only or [sought(request.GET, "unit")],
        "foresight": seen,
        "crumbs": [(CRUMBS, reverse("role_desk"))],
        "others_label": _others_label(form),
    }
    return render(request, "workflows/role_add.html", context, status=status)


def _others_label(form):
    if LEADER not in dict(form.fields["role"].choices):
        return ""
    return "其他分管领域" if form.known else "分管领域"


def _appointment(request, form):
    typed = form.cleaned_data
    how = {name: typed[name] for name in ("role", "since", "last", "seat", "domains")}
    units = [unit.pk for unit in typed["units"]]
    return lambda: appointed.appoint(form.person.pk, units=units, actor=request.actor, at=clock.now(), **how)


@require_http_methods(["GET", "HEAD", "POST"])
def role_end(request, pk):
    """Dismiss somebody from a role, with what follows shown first.

    Context: ``row``, ``form``, ``foresight`` (None before it is asked for), ``crumbs``.
    """
    rows = Appointment.objects.visible_to(request.actor).in_own_right().select_related("user", "unit")
    require(request.actor, "open_desk", User)
    row = get_object_or_404(rows, pk=pk)
    require(request.actor, "appoint", row)
    form = DismissForm(request.POST or None, initial={"last": clock.today()})
    seen, status = answered(request, form, lambda typed: _dismissal(request, pk, typed["last"]))
    if status == 302:
        messages.success(request, f"{row.user}的{row.unit}{row.get_role_display()}已免去，已通知本人。")
        return redirect("person_detail", pk=row.user_id)
    context = {"row": row, "form": form, "foresight": seen, "crumbs": [(CRUMBS, reverse("role_desk"))]}
    return render(request, "workflows/role_end.html", context, status=status)


def _dismissal(request, pk, last):
    on = last + clock.days(1)
    return lambda: appointed.dismiss(pk, last=last, actor=request.actor, at=clock.now()), on
