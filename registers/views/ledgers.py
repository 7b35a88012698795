"""The ledger on screen, and its export by a worker."""

from collections import namedtuple
from datetime import date
from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock, jobs, ledgers
from registers.access import Seen, can, require
from registers.actors import LEDGER_READERS
from registers.imports.progress import TAKING
from registers.models import Job, Scheme, Unit
from registers.papers import writing
from registers.plain import Labelled
from registers.prepared import Given
from registers.refusals import Refused
from registers.text import digest_of_text
from registers.views.paging import paged
from registers.views.units import unit_named

# A row of the page. ``residual``: (expected, actual grade) or empty. ``measures``: (stage, text, by whom and when) of each stage.
Shown = namedtuple(
    "Shown",
    "number unit post person power category series content manifestation rank grade residual measures leader filed_on changed",
)
UNITS_SHOWN = 50  # in the totals of a ledger; of more units those of the page are shown, until all are asked for


@require_safe
def ledger(request):
    """Show the ledger of a unit or the school as of a day.

    Context: ``units`` as (code, name), ``unit``, ``on``, ``today``, ``day_error``, ``scheme``; with a unit also ``page``, ``rows``
    (``Shown``), ``totals`` as (name, counts in the order of ``labels``, sum), the sums
    of all in ``sums`` and ``total``, how many points the reader may not read in ``hidden``, ``title``, ``must_say_why``: a
    registrar exports it and reads figures alone. Of many units ``totals`` has those of the page, and all where ``?totals=all``
    asks for them; ``counted_units``: how many there are.
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    units = _readable_units(request)
    unit = _chosen(request, units)
    on, day_error = _day(request)
    context = {"units": units, "unit": unit, "on": on, "today": clock.today(), "day_error": day_error, "scheme": scheme}
    if scheme is not None and unit is not None:
        may_read = can(request.actor, "view_ledger", unit)
        if not may_read:
            require(request.actor, "export_ledger", unit)
        found = ledgers.overview(request.actor, scheme, unit, on=on)
        page = paged(request, found.points)
        labels = [*(grade.label for grade in scheme.rules.grades), None]
        total = sum(total for *_, total in found.sums)
        here = {point.unit_id for point in page.rows}
        all_units = len(found.sums) <= UNITS_SHOWN or request.GET.get("totals") == "all"
        scope = ledgers.for_reader(request.actor)
        context |= {
            "page": page,
            "rows": [
                _shown(number, row)
                for number, row in enumerate(ledgers.rows(scope, scheme, unit, on=on, points=page.rows), page.first)
            ],
            "totals": [
                (name, tuple([counted.get(label, 0) for label in labels]), number)
                for pk, name, counted, number in found.sums
                if all_units or pk in here
            ],
            "sums": [sum(counted.get(label, 0) for _, _, counted, _ in found.sums) for label in labels],
            "total": total,
            "counted_units": len(found.sums),
            "all_units": all_units,
            "hidden": total - found.readable,
            "labels": [label or "未评定" for label in labels],
            "stages": scheme.rules.measure_stages,
            "title": scheme.rules.ledger_title,
            "must_say_why": not may_read,
        }
    return render(request, "registers/ledger.html", context)


def _shown(number, row):
    """Return the row ``number`` of the ledger as the page shows it."""
    point, grade = row.point, row.point.final_grade or Labelled("")
    measures = [(label, row.measures.get(code, ""), row.arranged(code)) for code, label in row.stages]
    return Shown(
        number,
        point.unit.name,
        point.post.name if point.post else point.involved_posts,
        row.person,
        row.power,
        point.category.label,
        point.series,
        point.content,
        point.manifestation,
        grade.rank,
        grade.label,
        row.residual,
        tuple(measures),
        row.leader,
        row.first_filed,
        row.changed,
    )


@require_POST
def ledger_export(request):
    """Have a worker write the ledger's workbook.

    The page of the job shows when the file is there.
    """
    unit = unit_named(request.actor, request.POST.get("unit", ""))
    require(request.actor, "export_ledger", unit)
    on, _ = _day(request, request.POST)
    reason = _reason(request, unit)
    parameters = {"unit": unit.code, "on": on.isoformat()}
    with transaction.atomic():
        job = jobs.create("ledger", owner=request.actor.user, at=clock.now(), parameters=parameters, reason=reason)
        if not job.asked_before:
            detail = {"as_of": on.isoformat(), "job": job.pk}
            detail |= {"reason": digest_of_text(reason)} if reason else {}
            audit.append("ledger.export", about=unit, actor=request.actor, detail=detail)
    return redirect("job_detail", pk=job.pk)


def _reason(request, unit):
    """Return why somebody exports a ledger that he does not read, "" where he reads it. Raises ``Refused``."""
    if can(request.actor, "view_ledger", unit):
        return ""
    reason, most = request.POST.get("reason", "").strip(), Job._meta.get_field("reason").max_length
    if not reason:
        raise Refused("管理员导出台账须写明理由，例如“年度归档”。", "reason")
    if len(reason) > most:
        raise Refused(f"导出理由最多 {most} 个字，现有 {len(reason)} 个字，请缩短。", "reason")
    return reason


@require_safe
def job_detail(request, pk):
    """Show how far an export is.

    The fragment refreshes itself until the export is done.
    Context: ``job``, the ``unit`` and the day ``on`` (text) it is about, ``title``, and in ``crumbs`` where it was asked
    for; ``place`` and ``back``: the same; ``keep_days``, ``takes``, ``counts``.
    """
    job = get_object_or_404(Job.objects.visible_to(request.actor).defer("content", "source"), pk=pk)
    template = "registers/_job.html" if request.htmx else "registers/job_detail.html"
    unit = Unit.objects.visible_to(request.actor).filter(code=job.parameters.get("unit", "")).first()
    place = jobs.PLACES.get(job.kind, jobs.PLACES["ledger"])
    asked = {name: job.parameters[name] for name in ("unit", "task", "on") if job.parameters.get(name)}
    back = f"{reverse(place.door)}{'?' if asked else ''}{urlencode(asked)}"
    return render(
        request,
        template,
        {
            "job": job,
            "unit": unit,
            "on": job.parameters.get("on", ""),
            "title": place.title,
            "place": place.name,
            "back": back,
            "crumbs": [(place.name, back)],
            "keep_days": settings.EXPORT_KEEP_DAYS,
            "takes": place.takes,
            "counts": place.counts,
        },
    )


@require_POST
def job_cancel(request, pk):
    """End an export that its owner no longer wants."""
    job = get_object_or_404(Job.objects.visible_to(request.actor).defer("content", "source"), pk=pk)
    jobs.cancel(job, at=clock.now())
    return redirect("import_detail", pk=job.parameters["file"]) if job.kind == TAKING else redirect("job_detail", pk=pk)


@require_safe
def job_file(request, pk):
    """Send the finished file to its owner, for as long as it is kept and he may still have it.

    A paper is fetched where it was asked for: there it is asked again who may read it.
    """
    done = Job.objects.visible_to(request.actor).filter(finished_at__isnull=False, error="")
    job = get_object_or_404(done, pk=pk)
    jobs.require_fetchable(job, actor=request.actor, at=clock.now())
    if "path" in job.parameters:
        return redirect(job.parameters["path"])
    ending = job.file_name.rpartition(".")[2]
    response = FileResponse(jobs.opened(job), content_type=writing.content_type(ending))
    return jobs.as_attachment(response, job.file_name)


def _readable_units(request):
    """The units whose ledger the reader may choose, as (code, name), the institution first."""
    actor = request.actor
    ids = actor.unit_ids(*LEDGER_READERS, "registrar")
    return _units().by(actor, ids=ids) if ids else []


@cache
def _units():
    units = Unit.objects.filter(pk__within=Given("ids")).order_by(F("parent_id").asc(nulls_first=True), "position")
    return Seen(units.values_list("code", "name"))


def _chosen(request, units):
    code = request.GET.get("unit", "") or (units[0][0] if units else "")
    # A unit that exists but is none of the reader's is refused with its reason, not silently replaced.
    return unit_named(request.actor, code) if code else None


def _day(request, data=None):
    text = (data or request.GET).get("on", "")
    if not text:
        return timezone.localdate(clock.now()), ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return timezone.localdate(clock.now()), f"日期“{text[:20]}”无法识别，请写成 2026-09-30 的样式；现按今天显示。"
