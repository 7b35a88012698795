"""The division of work among the leaders (领导分工): who is in charge of which units and domains."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from registers import appointments, clock, domains
from registers.access import can, require
from registers.models import Appointment, DomainCharge, Post, PowerItem, User
from registers.models.spans import existing_on
from registers.policies import APPOINTS
from registers.refusals import Refused
from workflows.forms.staff import LEADER, DismissForm
from workflows.messages import appointed

CRUMBS = "领导分工"
# Of a leader, in the order in which people are listed.
LEADER_SHOWN = ("sort_key", "number", "name", "title")


@require_safe
def leader_list(request):
    """List the leaders with the units and domains that they are in charge of, and the domains.

    Context: ``leaders`` as (name, title, names of units, charges with ``label``, ``last`` and ``may_end``), ``domains`` as (code, label,
    names of leaders, number of powers, number of posts), ``may_appoint``.
    """
    actor, on = request.actor, request.actor.on
    known = domains.labels()
    led = Appointment.objects.visible_to(actor).in_own_right().in_force(on).filter(role=LEADER)
    led = led.filter(existing_on(on, of="unit")).order_by("unit__position", "unit__code")
    charges = DomainCharge.objects.visible_to(actor).in_force(on).order_by("pk")
    leaders, by_domain = {}, {code: [] for code in known}
    for *leader, unit in led.values_list(*(f"user__{name}" for name in LEADER_SHOWN), "unit__name"):
        leaders.setdefault(tuple(leader), ([], []))[0].append(unit)
    for row in charges.select_related("user"):
        row.label, row.last = known.get(row.domain, row.domain), appointments.last_day(row)
        row.may_end = can(actor, "appoint", row)
        leader = tuple(getattr(row.user, name) for name in LEADER_SHOWN)
        leaders.setdefault(leader, ([], []))[1].append(row)
        by_domain.setdefault(row.domain, []).append(row.user.name)
    powers = _numbers(PowerItem.objects.visible_to(actor).in_force(on))
    posts = _numbers(Post.objects.visible_to(actor).existing(on))
    context = {
        "leaders": [
            (name, title, "、".join(units), charges)
            for (_, _, name, title), (units, charges) in sorted(leaders.items())
        ],
        "domains": [
            (code, known.get(code, code), "、".join(names), powers.get(code, 0), posts.get(code, 0))
            for code, names in by_domain.items()
        ],
        "may_appoint": any(LEADER in roles and actor.has(by) for by, roles in APPOINTS.items()),
    }
    return render(request, "workflows/leader_list.html", context)


def _numbers(rows):
    """Return domain → how many of ``rows`` are in it."""
    return dict(rows.exclude(domain="").order_by().values_list("domain").annotate(number=Count("pk")))


@require_http_methods(["GET", "HEAD", "POST"])
def domain_end(request, pk):
    """End a leader's charge of a domain.

    Context: ``row``, ``label`` of its domain, ``form``, ``crumbs``.
    """
    require(request.actor, "open_desk", User)
    row = get_object_or_404(DomainCharge.objects.visible_to(request.actor).select_related("user"), pk=pk)
    require(request.actor, "appoint", row)
    label = domains.labels().get(row.domain, row.domain)
    form = DismissForm(request.POST or None, initial={"last": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            appointed.end_charge(pk, last=form.cleaned_data["last"], actor=request.actor, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, f"{row.user}分管{label}的任期已登记到期，已通知本人。")
            return redirect("leader_list")
    context = {"row": row, "label": label, "form": form, "crumbs": [(CRUMBS, reverse("leader_list"))]}
    return render(request, "workflows/domain_end.html", context, status=422 if form.errors else 200)
