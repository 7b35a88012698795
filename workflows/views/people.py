"""The desk of people: who is on record, who joins, moves, leaves, and who gets a one-time password."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import accounts, appointments, clock, domains, staff
from registers.access import can, policy_of, require
from registers.jobs import as_attachment
from registers.models import Appointment, DomainCharge, ImportedFile, Incumbency, PlannedChange, Unit, User
from registers.papers import pages
from registers.refusals import Refused, Stale
from registers.views.paging import paged
from registers.views.sent import filters_sent, key
from workflows import moving
from workflows.forms.staff import MoveForm, PersonForm
from workflows.views.foreseen import answered

CRUMBS = "人员"
STATES = {
    "active": ("在用", Q(is_active=True)),
    "off": ("停用或离岗", Q(is_active=False)),
    "never": ("从未登录", Q(is_active=True, last_login=None)),
    "slip": ("一次性密码未修改", Q(is_active=True, slip_until__isnull=False)),
}
# move → (title, word of the button, what was done, whether it asks for a day, whether for a unit)
WHOSE = [("given", "已发放、尚未登录的")]  # beside those who have no password
MOVES = {
    "transfer": ("调动", "办理调动", "已办理调动", True, True),
    "leave": ("离岗", "办理离岗", "已办理离岗", True, False),
    "disable": ("停用账号", "停用账号", "账号已停用", False, False),
    "enable": ("启用账号", "启用账号", "账号已启用", False, False),
}


def kept(request):
    """Return the people whose records the reader keeps or whose roles he gives. Raises ``NotAllowed``."""
    require(request.actor, "open_desk", User)
    return policy_of(User).kept_by(User.objects.visible_to(request.actor).select_related("unit"), request.actor)


def named(people, words):
    """Keep those of ``people`` whose number, name or pinyin holds ``words``."""
    flat = words.replace(" ", "")
    people = people.alias(flat_key=Replace("sort_key", Value(" "), Value("")))
    return people.filter(Q(number__icontains=words) | Q(name__icontains=words) | Q(flat_key__icontains=flat))


def units_kept(request, *roles):
    """Return the units in which the reader keeps people."""
    units = Unit.objects.visible_to(request.actor).existing(request.actor.on)
    return units.filter(pk__in=request.actor.unit_ids(*roles))


@require_safe
def people_desk(request):
    """List the people whose records one keeps.

    Context: ``page``, ``filters``, ``filtered``, ``units``, ``states``, ``planned`` changes, ``may_keep``.
    """
    rows = kept(request)
    filters = filters_sent(request.GET, "q", "unit", "state")
    if filters["q"]:
        rows = named(rows, filters["q"])
    if filters["unit"]:
        rows = rows.filter(unit__in=Unit.objects.visible_to(request.actor).subtree(filters["unit"]).values("pk"))
    if filters["state"] in STATES:
        rows = rows.filter(STATES[filters["state"]][1])
    context = {
        "page": paged(request, rows.order_by("sort_key", "number")),
        "filters": filters,
        "filtered": any(filters.values()),
        "units": list(Unit.objects.visible_to(request.actor).values_list("code", "name")),
        "states": [(code, label) for code, (label, _) in STATES.items()],
        "planned": PlannedChange.objects.visible_to(request.actor)
        .filter(person__in=kept(request), done_at=None, dropped_at=None)
        .select_related("by"),
        "may_keep": can(request.actor, "keep", User),
    }
    return render(request, "workflows/people_desk.html", context)


@require_safe
def person_detail(request, pk):
    """Show what is on record of a person, with his history.

    Context: ``person``, ``planned`` changes, ``posts``, ``roles``, ``charges`` (domains), ``history``, ``may`` (action → verdict),
    ``expired``, ``crumbs``.
    """
    person, actor = get_object_or_404(kept(request), pk=pk), request.actor
    held = Appointment.objects.visible_to(actor).filter(user=person).select_related("unit", "acting_for")
    held = list(held.order_by("-since", "-pk"))
    for row in held:
        row.ended = appointments.has_ended(row, actor.on)
        row.may_end = not row.ended and not row.acting_for_id and can(actor, "appoint", row)
    posts = Incumbency.objects.visible_to(actor).filter(user=person).select_related("post__unit")
    context = {
        "person": person,
        "posts": posts.order_by("-since", "-pk"),
        "roles": held,
        "charges": _charges(person, actor),
        "planned": PlannedChange.objects.visible_to(actor)
        .filter(person=person, done_at=None, dropped_at=None)
        .select_related("by"),
        "history": staff.history(person),
        "may": {action: can(actor, action, person) for action in ("keep", "end", "give_password")},
        "expired": accounts.has_expired(person, actor.on),
        "crumbs": [(CRUMBS, reverse("people_desk"))],
    }
    return render(request, "workflows/person_detail.html", context)


def _charges(person, actor):
    """Return the domains of a person, each with its ``label``, whether it is ``ended`` and whether the reader ``may_end`` it."""
    rows = list(DomainCharge.objects.visible_to(actor).filter(user=person).order_by("-since", "-pk"))
    known = domains.labels() if rows else {}
    for row in rows:
        row.label, row.ended = known.get(row.domain, row.domain), appointments.has_ended(row, actor.on)
        row.may_end = not row.ended and can(actor, "appoint", row)
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request):
    """Add a person. Context: ``form``, ``units``, ``crumbs``, ``person`` (None)."""
    require(request.actor, "keep", User)
    units = units_kept(request, "registrar", "sys_admin")
    form = PersonForm(request.POST or None, units=units, initial={"joined_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in staff.FIELDS}
        try:
            person = staff.add(values, unit=form.cleaned_data["unit"], actor=request.actor, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, f"已新增{person}。需要登录的，请在本页打印一次性密码。")
            return redirect("person_detail", pk=person.pk)
    return _form_page(request, form, None, units)


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request, pk):
    """Change what is known of a person. Context: as of ``person_add``, and ``seen``, what the form shows."""
    person = get_object_or_404(kept(request), pk=pk)
    require(request.actor, "keep", person)
    form = PersonForm(request.POST or None, initial={name: getattr(person, name) for name in staff.FIELDS})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in staff.FIELDS}
        seen = request.POST.get("seen", "")
        try:
            staff.change(pk, values, seen=seen, actor=request.actor, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        except Stale as stale:
            form.add_error(None, str(stale))
        else:
            messages.success(request, "人员信息已保存。")
            return redirect("person_detail", pk=pk)
    return _form_page(request, form, person, None)


def _form_page(request, form, person, units):
    crumbs = [(CRUMBS, reverse("people_desk"))]
    context = {
        "form": form,
        "person": person,
        "seen": staff.seen_digest(person) if person else "",
        "units": list(units.values_list("code", "name")) if units is not None else [],
        "crumbs": [*crumbs, (person.name, reverse("person_detail", args=[person.pk]))] if person else crumbs,
    }
    return render(request, "workflows/person_edit.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def person_move(request, pk, move):
    """Transfer a person, let him leave, disable or enable him, with what follows shown first.

    Context: ``person``, ``move``, ``title``, ``button``, ``form``, ``units``, ``foresight`` (None before it is asked for), ``crumbs``.
    """
    person = get_object_or_404(kept(request), pk=pk)
    title, button, done, dated, placed = MOVES[move]
    require(request.actor, "keep" if placed else "end", person)
    units = units_kept(request, "registrar", "sys_admin") if placed else None
    form = MoveForm(request.POST or None, units=units, initial={"on": clock.today()})
    if not dated:
        del form.fields["on"]
    seen, status = answered(request, form, lambda typed: _change(request, pk, move, typed))
    if status == 302:
        on = form.cleaned_data.get("on")
        later = on is not None and moving.is_later(on, clock.now())
        messages.success(request, f"{person}{title}已登记，{on:%Y-%m-%d} 生效。" if later else f"{person}{done}。")
        return redirect("person_detail", pk=pk)
    context = {
        "person": person,
        "move": move,
        "title": title,
        "button": button,
        "form": form,
        "units": [(unit.code, unit.name) for unit in units if unit.pk != person.unit_id] if placed else [],
        "foresight": seen,
        "crumbs": [(CRUMBS, reverse("people_desk")), (person.name, reverse("person_detail", args=[pk]))],
    }
    return render(request, "workflows/person_move.html", context, status=status)


def _change(request, pk, move, typed):
    """Return the function that makes the change and its day, and for a later day the function that plans it."""
    how = {"actor": request.actor, "at": clock.now()}
    if move in ("disable", "enable"):
        return partial(getattr(staff, move), pk, **how), None
    on, asked = typed["on"], {"unit": typed.get("unit"), "on": typed["on"], **how}
    change = moving.move_of(f"person_{move}", pk, **asked)
    return (
        (change, on, partial(moving.plan, f"person_{move}", pk, **asked))
        if moving.is_later(on, how["at"])
        else (change, on)
    )


@require_POST
def person_unlock(request, pk):
    """End the lock after too many wrong passwords."""
    person = get_object_or_404(kept(request), pk=pk)
    ended = accounts.unlock(pk, actor=request.actor, at=clock.now())
    messages.success(request, f"{person}的登录锁定已解除。" if ended else f"{person}没有被锁定。")
    return redirect("person_detail", pk=pk)


@require_POST
def person_slip(request, pk):
    """Send the slip with a new one-time password of one person, this once."""
    person = get_object_or_404(kept(request), pk=pk)
    require(request.actor, "give_password", person)
    if not person.is_active:
        raise Refused(f"{person}的账号已停用，请先启用，再发放一次性密码。")
    return _slips(request, [person.pk], f"一次性密码（{person.number}）.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
def slip_batch(request):
    """Print slips for the people of a unit or of an import who cannot sign in yet.

    Context: ``units``, ``whose``, ``files``: imports of people as (id, label), ``filters``, ``filtered``, ``count`` of those who
    get one, ``most`` at once, ``others``: (user, reason) of those to whom somebody else gives it, ``error``, ``crumbs``.
    """
    require(request.actor, "keep", User)
    sent = request.POST if request.method == "POST" else request.GET
    filters = filters_sent(sent, "whose", "unit", "file")
    files = ImportedFile.objects.visible_to(request.actor).filter(kind="people", accepted_at__isnull=False)
    chosen = accounts.given_a_slip if filters["whose"] == "given" else accounts.waiting_for_slip
    people = chosen(kept(request), clock.today()).exclude(pk=request.actor.user_id)
    if filters["unit"]:
        people = people.filter(unit__in=Unit.objects.visible_to(request.actor).subtree(filters["unit"]).values("pk"))
    if filters["file"]:
        file = files.filter(pk=key(filters["file"])).first()
        people = people.filter(pk__in=(file.result if file else {}).get("joined", []))
    others = accounts.done_by_others(people, request.actor)
    people = people.exclude(pk__in=[user.pk for user, _ in others])
    ids = list(people.order_by("unit__position", "unit__code", "sort_key").values_list("pk", flat=True))
    if request.method == "POST" and ids:
        return _slips(request, ids[: accounts.MOST_SLIPS], "一次性密码.pdf")
    context = {
        "units": list(units_kept(request, "registrar", "sys_admin").values_list("code", "name")),
        "whose": WHOSE,
        "files": [(row.pk, f"{row.file_name}（{row.accepted_at:%Y-%m-%d}）") for row in files.order_by("-pk")[:20]],
        "others": others,
        "filters": filters,
        "filtered": any(filters.values()),
        "count": len(ids),
        "most": accounts.MOST_SLIPS,
        "error": "没有需要一次性密码的人员。" if request.method == "POST" else "",
        "crumbs": [(CRUMBS, reverse("people_desk"))],
    }
    return render(request, "workflows/slip_batch.html", context, status=422 if request.method == "POST" else 200)


def _slips(request, ids, name):
    """Make the passwords and answer with the slips; they are nowhere else."""
    pages.require_fonts()  # before the old passwords are gone
    slips = accounts.issue(ids, actor=request.actor, at=clock.now())
    address = f"{settings.SITE_URL}{reverse('login')}"
    context = {"slips": slips, "address": address}
    markup = render_to_string("papers/slips.html", context, request=request)
    return as_attachment(HttpResponse(pages.markup_to_pdf(markup), content_type="application/pdf"), name)
