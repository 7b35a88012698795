"""Pages of documents to read, and of who has read them."""

from functools import cache

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.models import Unit
from registers.papers.compose import compose
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from registers.views.incoming import files
from registers.views.paging import paged
from registers.views.papers import download
from registers.views.sent import filters_sent
from registers.views.units import school
from workflows import readings
from workflows.campaign import campaigns
from workflows.compiled import activities as papers
from workflows.compiled import logs
from workflows.deadlines import days
from workflows.forms.activities import ReadingForm
from workflows.models import ReadingDocument, ReadReceipt
from workflows.policies.readings import COUNTERS
from workflows.views.activities import FILES, recording_units

CRUMB = "学习文件"
UNREAD_FIRST = (F("read_at").asc(nulls_first=True), "user__unit__position", "user__sort_key", "user__number")


def _rows(request):
    found = ReadingDocument.objects.visible_to(request.actor).select_related("unit", "campaign__scheme", "published_by")
    return found.defer("campaign__scheme__document", "campaign__scheme__source")


def _publishing_units(actor):
    """The units that the person publishes for, the school first."""
    units, schools = recording_units(actor), actor.own_unit_ids("registrar")
    if schools and not any(unit.parent_id is None for unit in units):
        root = Unit.objects.visible_to(actor).filter(pk__in=schools, parent=None)
        units = [*root, *units]
    return units


@cache
def _listed():
    rows = ReadingDocument.objects.filter(campaign=Given("campaign"))
    rows = rows.select_related("unit", "campaign__scheme", "published_by")
    return Seen(rows.defer("campaign__scheme__document", "campaign__scheme__source"))


@cache
def _owed():
    return Prepared(readings.owed(Given("person"))[:50])


@cache
def _own():
    return Seen(ReadReceipt.objects.filter(document__within=Given("documents"), user=Given("reader")))


@cache
def _tallied():
    return Seen(readings.tallied(ReadReceipt.objects.filter(document__within=Given("documents"))))


@require_safe
def reading_list(request):
    """Documents that the reader has to read or answers for, newest first, unread ones on top.

    Context: ``campaign``, ``owed`` (receipts with their ``due``), ``page`` of documents, each with its ``mine`` (the
    reader's own receipt), ``due`` and ``asked``, ``read`` (for who ``counts``); ``may_publish``, ``counts``.
    """
    running, now = campaigns.current(), clock.now()
    owed = _owed().of(person=request.actor.user_id)
    for receipt in owed:
        receipt.due = days.shown(receipt.document.due_on, now)
    page = paged(request, _listed().parts(request.actor, campaign=running.pk) if running else [])
    documents = [row.pk for row in page.rows]
    own = _own().by(request.actor, documents=documents, reader=request.actor.user_id)
    mine = {receipt.document_id: receipt for receipt in own}
    counts = request.actor.has(*COUNTERS)
    tallied = _tallied().by(request.actor, documents=documents) if counts else ()
    tally = {document: numbers for document, *numbers in tallied}
    for row in page.rows:
        row.mine = mine.get(row.pk)
        row.due = days.shown(row.due_on, now)
        row.asked, row.read = tally.get(row.pk, (0, 0))
        row.figures = f"{row.read} / {row.asked}"
    context = {
        "campaign": running,
        "owed": owed,
        "page": page,
        "counts": counts,
        "may_publish": bool(running and _publishing_units(request.actor)),
    }
    return render(request, "workflows/reading_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reading_add(request):
    """Publish a document.

    Context: ``form``, ``file_error``, ``crumbs``, ``below`` (the units it can be limited to).
    """
    running, units = campaigns.current(), _publishing_units(request.actor)
    root = running.institution if running else school(request.actor)
    if not units or running is None:
        require(request.actor, "publish", ReadingDocument(unit=root, campaign=running))
        raise Http404  # there is no campaign; the list explains that
    below = _limits(request.actor, units)
    options = {
        "units": [(unit.code, f"{unit.name}（全校）" if unit.parent_id is None else unit.name) for unit in units],
        "below": list(below.values_list("code", "name")) if below is not None else [],
        "today": clock.today(),
        "has_files": bool(request.FILES),
    }
    if request.method != "POST":
        start = {"unit": units[0].code, "audience": ReadingDocument.Audience.EVERYBODY, "roles": [], "units": []}
        return _add_page(request, ReadingForm(initial=start, **options), options["below"])
    form = ReadingForm(request.POST, **options)
    if not form.is_valid():
        return _add_page(request, form, options["below"])
    unit = next(unit for unit in units if unit.code == form.cleaned_data["unit"])
    chosen = list(below.filter(code__in=form.cleaned_data["units"])) if below is not None else []
    try:
        made = readings.publish(
            campaign=running,
            unit=unit,
            values=form.values,
            units=chosen if unit.parent_id is None else [],
            uploads=files(request),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        if refused.field == "files":
            return _add_page(request, form, options["below"], file_error=str(refused))
        form.add_error(refused.field, str(refused))
        return _add_page(request, form, options["below"])
    messages.success(request, f"已发布，发给 {made.receipts.count()} 人；每人收到一条站内消息，待办中也会提示。")
    return redirect("reading_detail", pk=made.pk)


def _limits(actor, units):
    """The units that a school's document can be limited to, as a query.

    None for people who publish for their own unit only.
    """
    if units[0].parent_id is not None:
        return None
    below = Unit.objects.visible_to(actor).existing(actor.on).filter(parent__isnull=False)
    return below.order_by("position", "pk")


def _add_page(request, form, below, *, file_error=""):
    context = {
        "form": form,
        "below": below,
        "file_error": file_error,
        "crumbs": [(CRUMB, reverse("reading_list"))],
        **FILES,
    }
    refused = form.is_bound and (bool(form.errors) or bool(file_error))
    return render(request, "workflows/reading_add.html", context, status=422 if refused else 200)


@require_safe
def reading_detail(request, pk):
    """One document: its text and files, and the button that confirms reading.

    Context: ``document`` with its ``due``, ``files``, ``mine``, ``may_confirm``, ``may_withdraw``, ``counts`` and the
    ``tally`` (people asked, of whom have read), ``audience`` in words, ``crumbs``.
    """
    document = get_object_or_404(_rows(request).prefetch_related("units"), pk=pk)
    document.due = days.shown(document.due_on, clock.now())
    seen = ReadReceipt.objects.visible_to(request.actor).filter(document=document)
    counts = can(request.actor, "count", document)
    context = {
        "document": document,
        "files": document.attachments.without_content(),
        "mine": seen.filter(user=request.actor.user_id).first(),
        "may_confirm": can(request.actor, "confirm", document),
        "may_withdraw": can(request.actor, "withdraw", document),
        "counts": counts,
        "tally": readings.tally(seen).get(document.pk, (0, 0)) if counts else None,
        "audience": _audience(document),
        "crumbs": [(CRUMB, reverse("reading_list"))],
    }
    return render(request, "workflows/reading_detail.html", context)


def _audience(document):
    """The audience of a document in words."""
    names = document.campaign.scheme.rules.roles
    places = "、".join(unit.name for unit in document.units.all()) or document.unit.name
    if document.audience == ReadingDocument.Audience.ROLES:
        return f"{places}：{'、'.join(names.get(role, role) for role in document.roles)}"
    return f"{places}：{document.get_audience_display()}"


@require_POST
def reading_confirm(request, pk):
    """确认已阅: confirm having read the document."""
    document = get_object_or_404(_rows(request), pk=pk)
    readings.confirm(document.pk, actor=request.actor, at=clock.now())
    messages.success(request, f"已确认阅读“{document.title}”。")
    return redirect("reading_list")


@require_POST
def reading_withdraw(request, pk):
    """Withdraw a document."""
    document = get_object_or_404(_rows(request), pk=pk)
    readings.withdraw(document.pk, actor=request.actor, at=clock.now())
    messages.success(request, "已撤下；读者不再看到，阅读回执保留备查。")
    return redirect("reading_detail", pk=pk)


@require_safe
def reading_receipts(request, pk):
    """Who has read a document and who has not, among the people the reader answers for.

    Context: ``document``, ``page`` of receipts, ``asked``, ``read``, ``left``, ``late``, ``filters``, ``filtered``,
    ``units``, ``has_paper``, ``crumbs``.
    """
    document = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "count", document)
    seen = ReadReceipt.objects.visible_to(request.actor).filter(document=document, user__is_active=True)
    filters = filters_sent(request.GET, "unit", "state")
    units = Unit.objects.visible_to(request.actor).filter(pk__in=seen.order_by().values("user__unit"))
    if filters["unit"]:
        seen = seen.filter(user__unit__code=filters["unit"])
    asked, read = readings.tally(seen).get(document.pk, (0, 0))
    if filters["state"] in ("read", "owed"):
        seen = seen.filter(read_at__isnull=filters["state"] == "owed")
    crumbs = [(CRUMB, reverse("reading_list")), (document.title, reverse("reading_detail", args=[document.pk]))]
    context = {
        "document": document,
        "page": paged(request, seen.select_related("user__unit").order_by(*UNREAD_FIRST)),
        "asked": asked,
        "read": read,
        "left": asked - read,
        "late": bool(document.due_on and document.due_on < clock.today()),
        "filters": filters,
        "filtered": any(filters.values()),
        "units": units.order_by("parent_id", "position").values_list("code", "name"),
        "has_paper": bool(logs.papers_about(document.campaign.scheme.rules, "reading")),
        "crumbs": crumbs,
    }
    return render(request, "workflows/reading_receipts.html", context)


@require_safe
def reading_file(request, pk, form):
    """The receipts that the reader may see, as a paper."""
    document = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "count", document)
    layout = next(iter(logs.papers_about(document.campaign.scheme.rules, "reading").values()), None)
    if layout is None:
        raise Http404
    seen = ReadReceipt.objects.visible_to(request.actor).filter(document=document)
    audit.append("paper.export", about=document, actor=request.actor, detail={"form": form})
    paper = compose(layout, papers.about_reading(layout, document, receipts=seen))
    return download(request, paper, form, f"{layout.title}（{document.title}）")
