"""Pages about who takes part: preview, later waves, everybody's reason, who came and went."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock, kept
from registers.access import can, require
from registers.models import Incumbency, Scheme, Unit, User
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.sent import filters_sent, keys, number
from registers.views.units import school
from workflows.campaign import asked, campaigns, plans, readiness, rosters, scoping
from workflows.models import Campaign, RosterChange
from workflows.policies import Holding
from workflows.views.years import years

CRUMB = "活动安排"


class OpenForm(forms.Form):
    """Which year to open."""

    year = forms.IntegerField(
        label="年度",
        min_value=2000,
        max_value=2100,
        error_messages={
            "required": "请填写年度：2000 至 2100 之间的整数。",
            "invalid": "年度应为 2000 至 2100 之间的整数，例如 2026。",
            "min_value": "年度应在 2000 至 2100 之间。",
            "max_value": "年度应在 2000 至 2100 之间。",
        },
    )


def institution_of(request):
    """Return the institution as the reader sees it, None while nothing is on record."""
    return school(request.actor)


def chosen_units(data):
    """Return the unit ids ticked on a form, None where no choice was offered."""
    if "chosen" not in data:
        return None
    return set(keys(data.getlist("units")))


@require_safe
def campaign_plan(request):
    """Preview a year before opening it: units, people, sheets, days.

    ``?year=``, ticked ``units``, ``?after=`` a campaign whose units are proposed. Context: ``plan``, ``institution``, ``form``,
    ``crumbs``, ``after``, ``taken``: was the year opened already?, ``beside``: which other years run, in words.
    """
    require(request.actor, "open", Campaign)
    after = Campaign.objects.visible_to(request.actor).filter(year=number(request.GET.get("after"))).first()
    form = OpenForm(request.GET if "year" in request.GET else {"year": after.year + 1 if after else clock.today().year})
    context = {"form": form, "crumbs": [(CRUMB, reverse("campaign"))], "after": after, "plan": None}
    scheme, root = Scheme.objects.visible_to(request.actor).in_use(), institution_of(request)
    if scheme is None or root is None:
        return redirect("campaign")
    context |= _years(request, form)
    if not form.is_valid():
        return render(request, "workflows/campaign_plan.html", context, status=422)
    chosen = chosen_units(request.GET)
    if chosen is None and after is not None:
        chosen = set(after.enrolments.values_list("unit_id", flat=True))
    context["institution"] = root
    year, on = form.cleaned_data["year"], request.actor.on
    context["plan"] = plans.plan_of(scheme, root, year=year, on=on, chosen=chosen, actor=request.actor)
    return render(request, "workflows/campaign_plan.html", context)


def _years(request, form):
    """Say of the year of ``form`` whether it was opened already, and which others would run beside it (in words)."""
    year = str(form["year"].value())
    states = dict(Campaign.objects.visible_to(request.actor).values_list("year", "state"))
    running = [str(other) for other, state in states.items() if state == Campaign.State.OPEN and str(other) != year]
    return {"taken": year in map(str, states), "beside": "、".join(running)}


@require_POST
def campaign_open(request):
    """Open a year's campaign from the scheme in force, for the units that were ticked.

    Without a preview these are all.
    """
    require(request.actor, "open", Campaign)
    form, scheme, root = (
        OpenForm(request.POST),
        Scheme.objects.visible_to(request.actor).in_use(),
        institution_of(request),
    )
    units = chosen_units(request.POST)
    if scheme is None or root is None:
        messages.error(request, f"还没有采用方案，不能开展年度活动。{campaigns.ADOPT_FIRST}")
        return redirect("campaign")
    if not form.is_valid() or units == set():
        messages.error(request, form.errors["year"][0] if form.errors else "请至少选择一个单位。")
        return redirect("campaign_plan")
    if units is not None:
        present = set(scoping.units_of(root, on=clock.today()))
        units = [unit for unit in units if unit in present]
    try:
        opened = campaigns.open_campaign(
            scheme=scheme,
            institution=root,
            year=form.cleaned_data["year"],
            at=clock.now(),
            actor=request.actor,
            units=units,
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        taken = opened.enrolments.count()
        messages.success(request, f"{opened}已开展：{taken} 个单位参加，共 {opened.tasks.count()} 个事项。")
        _name_refused(request, opened, scoping.units_of(root, on=clock.today()) if units is None else units)
        for lack in readiness.short_bodies(scheme.rules, root.pk, Holding.of(request.actor)):
            messages.warning(request, f"{lack}。")
    return redirect("campaign")


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_enrol(request):
    """Take further units into the running campaign.

    Context: ``campaign``, ``plan`` of the units that are not in, ``waves``, ``crumbs``, ``counted_at``.
    """
    chosen = _running(request)
    running = chosen.campaign
    require(request.actor, "enrol", running)
    known = set(running.enrolments.values_list("unit_id", flat=True))
    if request.method == "POST":
        wanted = chosen_units(request.POST) or set()
        made = campaigns.enrol(running, wanted, actor=request.actor, at=clock.now())
        if made:
            messages.success(
                request,
                f"已纳入 {len(made)} 个单位（第 {made[0].wave} 批），填报表已生成，已到开放日期的已通知填报人。",
            )
        if not _name_refused(request, running, wanted - known) and not made:
            messages.error(request, "请至少选择一个尚未参加的单位。")
        return redirect(f"{reverse('campaign_enrol')}{chosen.query}")
    scheme, root = running.scheme, running.institution
    plan = plans.plan_of(scheme, root, year=running.year, on=request.actor.on, enrolled=known, actor=request.actor)
    for row in plan.units:
        row.is_in = row.unit.pk in known
    waves = running.enrolments.select_related("unit")
    context = {"campaign": running, "waiting": [row for row in plan.units if not row.is_in], "waves": _by_wave(waves)}
    context |= {"years": chosen, "counted_at": plan.counted_at, "crumbs": [(CRUMB, reverse("campaign"))]}
    return render(request, "workflows/campaign_enrol.html", context)


def _name_refused(request, campaign, units):
    """Tell which of ``units`` (ids) were not taken in and what each lacks, and whether there are any."""
    present = set(scoping.units_of(campaign.institution, on=clock.today()))
    refused = campaigns.refusals(campaign, [unit for unit in units if unit in present], on=clock.today())
    if refused:
        messages.warning(request, f"有 {len(refused)} 个单位未纳入。{campaigns.words_of(refused)}。")
    return bool(refused)


def _by_wave(enrolments):
    """``[(wave, day, units)]``."""
    found = {}
    for row in enrolments:
        found.setdefault((row.wave, row.enrolled_on), []).append(row.unit)
    return [(wave, day, units) for (wave, day), units in sorted(found.items(), key=lambda item: item[0])]


@require_safe
def campaign_people(request):
    """Everybody, asked or not asked, with the reason. Who holds no post is not asked.

    Of the running campaign, or of what would be opened. Filters: ``unit``, ``scope`` (in, out), ``q``. Context: ``page`` of
    (user, unit, post or None, judgement, is enrolled), ``campaign``, ``scheme``, ``filters``, ``filtered``, ``units``,
    ``counts``, ``counted_at`` (the moment of a list that is kept, else None), ``crumbs``.
    """
    require(request.actor, "watch", Campaign)
    chosen_year = years(request)
    running = chosen_year.campaign
    scheme = running.scheme if running else Scheme.objects.visible_to(request.actor).in_use()
    root = running.institution if running else institution_of(request)
    if scheme is None or root is None:
        return redirect("campaign")
    filters = filters_sent(request.GET, "unit", "scope", "q")
    mine = asked.organised_by(request.actor, root)
    units = Unit.objects.visible_to(request.actor).filter(pk__within=mine)
    taken = set(running.enrolments.values_list("unit_id", flat=True)) if running else set(mine)
    scope = filters["scope"] if filters["scope"] in ("in", "out") else ""
    asked.know(request.actor, scheme, root)
    whose = {"scheme": scheme.pk, "institution": root.pk, "unit": filters["unit"], "scope": scope}
    if filters["q"]:
        found = kept.anew("everybody", request.actor, **whose, q=filters["q"])  # a name that was typed is not kept
    else:
        found = kept.answer("everybody", request.actor, **whose)
    page = paged(request, found)
    page.rows = _people_of(page.rows, taken)
    context = {
        "campaign": running,
        "years": chosen_year,
        "scheme": scheme,
        "filters": filters,
        "filtered": any(filters.values()),
        "units": list(units.values_list("code", "name")),
        "counts": found.figures,
        "counted_at": found.made_at,
        "page": page,
        "crumbs": [(CRUMB, reverse("campaign"))],
    }
    return render(request, "workflows/campaign_people.html", context)


def _people_of(rows, taken):
    """Return the rows of a page in full, as far as they are on record. ``rows``: as ``asked.everybody`` finds them."""
    held = Incumbency.objects.select_related("post__unit").in_bulk([pk for pk, *_ in rows if pk])
    present = [
        (held.get(pk), held[pk].user_id if pk else user, scoping.Judgement(is_in, reason))
        for pk, user, is_in, reason in rows
        if not pk or pk in held
    ]
    people = User.objects.select_related("unit").in_bulk([user for _, user, _ in present])
    found = []
    for incumbency, key, judgement in present:
        if person := people.get(key):
            post = incumbency.post if incumbency else None
            unit = post.unit if post else person.unit
            found.append((person, unit, post, judgement, (unit.pk if unit else None) in taken))
    return found


@require_safe
def roster_list(request):
    """List who came, left or took over since the campaign opened.

    Context: ``campaign``, ``page``, ``may_check``, ``crumbs``.
    """
    chosen = _running(request)
    running = chosen.campaign
    require(request.actor, "watch", Campaign)
    changes = RosterChange.objects.visible_to(request.actor).filter(campaign=running)
    context = {
        "campaign": running,
        "years": chosen,
        "page": paged(request, changes.select_related("post__unit", "person")),
        "may_check": can(request.actor, "enrol", running),
        "crumbs": [(CRUMB, reverse("campaign"))],
    }
    return render(request, "workflows/roster_list.html", context)


@require_POST
def roster_check(request):
    """Compare the submissions with today's posts now instead of within the hour."""
    chosen = _running(request)
    running = chosen.campaign
    require(request.actor, "enrol", running)
    changes = rosters.reconcile(running, at=clock.now(), actor=request.actor)
    messages.success(request, f"已核对，处理 {changes} 项人员变动。" if changes else "已核对，没有新的人员变动。")
    return redirect(f"{reverse('roster_list')}{chosen.query}")


def _running(request):
    chosen = years(request)
    if chosen.campaign is None:
        raise Http404
    return chosen
