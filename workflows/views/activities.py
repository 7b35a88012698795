"""Pages of meetings and education activities."""

from collections import namedtuple
from functools import cache
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Rule, Seen, can, policy_of, require
from registers.actors import ANSWERABLE
from registers.forms.fields import offered
from registers.models import Unit
from registers.papers.compose import compose
from registers.prepared import NOBODY, Given
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.paging import page_number, paged
from registers.views.papers import download
from registers.views.sent import filters_sent, keys, number
from registers.views.units import existing, school
from workflows import activities, attachments
from workflows.campaign import campaigns
from workflows.compiled import activities as papers
from workflows.compiled import logs
from workflows.forms import activities as forms
from workflows.models import Activity, Attendance, Campaign, Opinion
from workflows.policies.activities import ACTIVITY_READERS
from workflows.views.offered_powers import powers_for

FILES = {"accepted": attachments.ACCEPTED, "accepted_words": attachments.ACCEPTED_WORDS, "most": attachments.MOST}
CRUMB = "会议与教育"
# A row of the list. ``unit``: empty for the school. ``figures``: for who may watch. ``mine``: the reader's own attendance.
Row = namedtuple("Row", "pk title is_void held_on unit kind host figures mine")
Figures = namedtuple("Figures", "expected present excused absent")
Mine = namedtuple("Mine", "mark")
EXCEPTIONS_FIRST = ("mark", "user__sort_key", "user__number")  # absent, excused, present


def _rows(request):
    """Activities the reader may see, with what leads to their rule book."""
    rows = Activity.objects.visible_to(request.actor).select_related("unit", "campaign__scheme", "recorded_by")
    return rows.defer("campaign__scheme__document", "campaign__scheme__source")


def recording_units(actor):
    """The units that the person enters meetings, or publishes documents, for, the school first."""
    ids = actor.unit_ids(*ANSWERABLE) | actor.own_unit_ids("office")
    units = existing(actor, ids)
    office = actor.own_unit_ids("office")
    return [unit for unit in units if unit.parent_id is not None or unit.pk in office]


@cache
def _listed():
    rows = Activity.objects.filter(campaign=Given("campaign")).select_related("unit", "campaign__scheme", "recorded_by")
    choices = {
        "unit": Q(unit__code=Given("unit")),
        "kind": Q(kind=Given("kind")),
        "purpose": Q(kind__within=Given("purposes")),
        "valid": Q(voided_at=None),
        "void": Q(voided_at__isnull=False),
    }
    return Seen(rows.defer("campaign__scheme__document", "campaign__scheme__source"), choices=choices)


@cache
def _units():
    """Return the query for the units of what somebody may read of a campaign."""
    readable = policy_of(Activity)

    def has_some(facts):
        there = Activity.objects.filter(readable.readable(facts), campaign=Given("campaign"))
        return Q(pk__in=there.order_by().values("unit"))

    units = Unit.objects.order_by("parent_id", "position").values_list("code", "name")
    return Seen(units, to=Rule(readable.facts, has_some))


@require_safe
def activity_list(request):
    """The list of activities of the reader's units and of the school, newest first.

    Context: ``campaign``, ``filters``, ``units``, ``kinds``, ``purposes``, ``page`` of ``Row``; ``may_record``, ``may_watch``.
    """
    running = campaigns.current()
    filters = filters_sent(request.GET, "unit", "purpose", "kind", "void")
    known = papers.kinds(running.scheme.rules) if running else {}
    asked = {"campaign": running.pk if running else NOBODY}
    purposes = [code for code, kind in known.items() if kind.purpose == filters["purpose"]]
    chosen = [name for name, value in filters.items() if value and name != "void"]
    given = asked | {"unit": filters["unit"], "kind": filters["kind"], "purposes": purposes}
    page = paged(request, _listed().parts(request.actor, [*chosen, "void" if filters["void"] else "valid"], **given))
    page.rows = _rows_of(request.actor, page.rows, known)
    context = {
        "campaign": running,
        "filters": filters,
        "filtered": any(filters.values()),
        "units": _units().by(request.actor, **asked),
        "kinds": known.values(),
        "purposes": [(code, label) for code, label in papers.PURPOSES.items() if _used(known, code)],
        "page": page,
        "may_record": bool(running and known and recording_units(request.actor)),
        "may_watch": bool(can(request.actor, "watch", Campaign)),
    }
    return render(request, "workflows/activity_list.html", context)


def _used(known, purpose):
    return any(kind.purpose == purpose for kind in known.values())


def _rows_of(actor, activities, known):
    """Return what the list shows of activities, the figures of those that the reader watches."""
    keys, watched = [activity.pk for activity in activities], actor.unit_ids(*ACTIVITY_READERS)
    figures = {activity: numbers for activity, *numbers in _figures().by(actor, keys=keys)}
    mine = dict(_own().by(actor, keys=keys, reader=actor.user_id))
    return [
        Row(
            activity.pk,
            activity.title,
            activity.voided_at is not None,
            activity.held_on,
            "" if activity.of_school else activity.unit.name,
            known[activity.kind].label if activity.kind in known else activity.kind,
            activity.host,
            Figures(*figures[activity.pk]) if activity.pk in figures and activity.unit_id in watched else None,
            Mine(mine[activity.pk]) if activity.pk in mine else None,
        )
        for activity in activities
    ]


@cache
def _figures():
    counts = {mark: Count("pk", filter=Q(mark=mark)) for mark in Figures._fields[1:]}
    rows = Attendance.objects.filter(activity__within=Given("keys")).order_by().values_list("activity")
    return Seen(rows.annotate(expected=Count("pk"), **counts))


@cache
def _own():
    rows = Attendance.objects.filter(activity__within=Given("keys"), user=Given("reader")).order_by()
    return Seen(rows.values_list("activity", "mark"))


def _powers(request, campaign, units, *, also=None):
    """What a form needs for consultations: the powers that they can be about, nothing where the rule book knows none."""
    kinds = campaign.scheme.rules.activities
    if not any(kind.purpose == forms.CONSULTATION for kind in kinds):
        return {}
    return {"powers": powers_for(request.actor, units, also=also)}


@require_http_methods(["GET", "HEAD", "POST"])
def activity_add(request):
    """Enter an activity. Context: see ``_edit_page``."""
    running, units = campaigns.current(), recording_units(request.actor)
    root = running.institution if running else school(request.actor)
    if not units or running is None:
        require(request.actor, "enter", Activity(unit=root, campaign=running))
        raise Http404  # there is no campaign; the list explains that
    choices = [(unit.code, f"{unit.name}（全校）" if unit.parent_id is None else unit.name) for unit in units]
    options = {"campaign": running, "today": clock.today(), "units": choices}
    options |= _powers(request, running, units)
    if request.method != "POST":
        start = {"unit": choices[0][0], "held_on": clock.today(), "expected": activities.EVERYBODY}
        return _edit_page(request, forms.NewActivityForm(initial=start, **options))
    form = forms.NewActivityForm(request.POST, **options)
    if not form.is_valid():
        return _edit_page(request, form)
    try:
        made = activities.enter(
            campaign=running,
            unit=next(unit for unit in units if unit.code == form.cleaned_data["unit"]),
            values=form.values,
            expected=form.cleaned_data["expected"],
            numbers=form.cleaned_data["numbers"],
            uploads=files(request),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        if refused.field == "files":
            return _edit_page(request, form, file_error=str(refused))
        form.add_error(refused.field, refused.messages)
        return _edit_page(request, form)
    if made.kind in form.consultations and not made.attendances.exists():
        messages.success(request, "已登记。收到的意见请逐条登记。")
        return redirect("activity_detail", pk=made.pk)
    messages.success(request, "已登记。应到人员先都记为出席，请把请假、缺席的人改过来。")
    return redirect("activity_attendance", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def activity_edit(request, pk):
    """Correct an activity. Context: see ``_edit_page``."""
    activity = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "change", activity)
    options = {"campaign": activity.campaign, "today": clock.today()}
    options |= _powers(request, activity.campaign, [activity.unit], also=activity)
    if request.method != "POST":
        start = {name: getattr(activity, name) for name in activities.FIELDS}
        start |= {"power": str(activity.power or ""), "experts": "\n".join("，".join(one) for one in activity.experts)}
        return _edit_page(request, forms.ActivityForm(initial=start, **options), activity=activity)
    form = forms.ActivityForm(request.POST, **options)
    if not form.is_valid():
        return _edit_page(request, form, activity=activity)
    dropped = keys(request.POST.getlist("drop"))
    try:
        activities.change(
            pk,
            values=form.values,
            uploads=files(request),
            dropped=dropped,
            seen_version=number(request.POST.get("seen_version")),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        return _edit_page(request, form, activity=activity, file_error=str(refused))
    except Stale:
        form.add_error(None, "这条记录刚被别人修改过，您的修改没有保存。下面是您填写的内容，核对后再保存即以此为准。")
        activity.refresh_from_db(fields=["version"])
        return _edit_page(request, form, activity=activity)
    messages.success(request, "已保存。")
    return redirect("activity_detail", pk=pk)


def _edit_page(request, form, *, activity=None, file_error=""):
    """Render the form of an activity.

    Context: ``form``, ``activity`` (None for a new one), ``files`` it holds, ``file_error``, ``audience_help``, ``crumbs``.
    """
    crumbs = [(CRUMB, reverse("activity_list"))]
    if activity is not None:
        crumbs.append((activity.title, reverse("activity_detail", args=[activity.pk])))
    context = {
        "form": form,
        "activity": activity,
        "files": activity.attachments.without_content() if activity else [],
        "file_error": file_error,
        "audience_help": f"{form.only}的，写征求了哪些人的意见。" if form.consultations else "",
        "crumbs": crumbs,
        **FILES,
    }
    refused = form.is_bound and (bool(form.errors) or bool(file_error))
    return render(request, "workflows/activity_edit.html", context, status=422 if refused else 200)


@require_safe
def activity_detail(request, pk):
    """One activity. Context: see ``_page``."""
    return _page(request, get_object_or_404(_rows(request), pk=pk))


def _page(request, activity, *, form=None):
    """Render one activity.

    Context: ``activity`` with its ``kind_label`` and ``purpose_label``, ``files``, ``page`` of attendances,
    ``counts`` (for who may ``watch``), ``mine``, ``may_change``, ``may_delete``, ``has_paper``, ``form`` (why it is void),
    ``crumbs``; ``consults`` (is it a consultation) and its ``opinions``.
    """
    actor, rules = request.actor, activity.campaign.scheme.rules
    kind = papers.kinds(rules).get(activity.kind)
    activity.kind_label = kind.label if kind else activity.kind
    activity.purpose_label = papers.PURPOSES[kind.purpose] if kind else ""
    watch = can(actor, "watch", activity)
    seen = Attendance.objects.visible_to(actor).filter(activity=activity)
    consults = kind is not None and kind.purpose == forms.CONSULTATION
    others = (watch or actor.has(*ANSWERABLE)) and (not consults or activity.attendances.exists())
    context = {
        "activity": activity,
        "consults": consults,
        "opinions": Opinion.objects.visible_to(actor).filter(activity=activity) if consults else [],
        "files": activity.attachments.without_content(),
        "watch": watch,
        "others": others,
        "page": paged(request, seen.select_related("user__unit").order_by(*EXCEPTIONS_FIRST)) if others else None,
        "counts": _counts(seen) if others else None,
        "mine": seen.filter(user=actor.user_id).first(),
        "may_change": can(actor, "change", activity),
        "may_delete": can(actor, "delete", activity),
        "has_paper": logs.layout_of_activity(activity) is not None,
        "form": form or forms.VoidForm(),
        "crumbs": [(CRUMB, reverse("activity_list"))],
    }
    return render(request, "workflows/activity_detail.html", context, status=422 if form else 200)


def _counts(attendances):
    marks = {mark: Count("pk", filter=Q(mark=mark)) for mark in Attendance.Mark.values}
    return attendances.aggregate(expected=Count("pk"), **marks)


@require_http_methods(["GET", "HEAD", "POST"])
def activity_attendance(request, pk):
    """Mark who came, and add people by their staff numbers.

    Context: ``activity``, ``page`` of attendances, ``counts``, ``marks`` as (code, label), ``typed`` (numbers, mark)
    and ``errors`` by line, ``crumbs``.
    """
    activity = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "change", activity)
    if request.method != "POST":
        return _attendance_page(request, activity)
    posted = keys(request.POST.getlist("user"))
    marks = Attendance.Mark
    expected = set(activity.attendances.filter(user__in=posted).values_list("user_id", flat=True))
    try:
        changed = activities.mark(
            pk,
            marks=forms.marks(request.POST, expected),
            numbers=request.POST.get("numbers", ""),
            mark_as=offered(request.POST, "mark_as", marks.values) or marks.PRESENT,
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        return _attendance_page(request, activity, errors=refused.messages)
    messages.success(request, f"已保存，改动 {changed} 人。" if changed else "没有改动。")
    query = f"?{urlencode({'page': page_number(request.POST)})}" if "page" in request.POST else ""
    return redirect(reverse("activity_attendance", args=[pk]) + query)


def _attendance_page(request, activity, *, errors=()):
    page = paged(request, activity.attendances.select_related("user__unit"))
    if errors:  # keep what was ticked when a staff number was wrong
        for row in page.rows:
            row.mark = request.POST.get(f"a-{row.user_id}", row.mark)
    context = {
        "activity": activity,
        "page": page,
        "counts": _counts(activity.attendances.all()),
        "marks": [*Attendance.Mark.choices, (activities.OUT, "移出名单")],
        "choices": Attendance.Mark.choices,
        "typed": {name: request.POST.get(name, "") for name in ("numbers", "mark_as")},
        "errors": errors,
        "crumbs": [
            (CRUMB, reverse("activity_list")),
            (activity.title, reverse("activity_detail", args=[activity.pk])),
        ],
    }
    return render(request, "workflows/activity_attendance.html", context, status=422 if errors else 200)


@require_POST
def activity_void(request, pk):
    """Declare an activity void, with the reason."""
    activity = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "void", activity)
    form = forms.VoidForm(request.POST)
    if not form.is_valid():
        return _page(request, activity, form=form)
    activities.void(pk, reason=form.cleaned_data["reason"], actor=request.actor, at=clock.now())
    messages.success(request, "已作废；记录和原因保留备查，不再计入统计。")
    return redirect("activity_detail", pk=pk)


@require_POST
def activity_delete(request, pk):
    """Delete an activity that was entered by mistake, on the same day."""
    activity = get_object_or_404(_rows(request), pk=pk)
    activities.delete(activity.pk, actor=request.actor, at=clock.now())
    messages.success(request, "已删除。")
    return redirect("activity_list")


@require_safe
def activity_file(request, pk, form):
    """One activity as a paper, with the attendances that the reader may see."""
    activity = get_object_or_404(_rows(request), pk=pk)
    layout = logs.layout_of_activity(activity)
    if layout is None:
        raise Http404
    seen = Attendance.objects.visible_to(request.actor).filter(activity=activity)
    document = papers.about_activity(
        layout, activity, attendances=seen, whole=bool(can(request.actor, "watch", activity))
    )
    audit.append("paper.export", about=activity, actor=request.actor, detail={"form": form})
    return download(request, compose(layout, document), form, f"{layout.title}（{activity.title}）")
