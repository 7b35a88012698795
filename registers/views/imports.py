"""Taking over units, posts, people, powers, regulations and old ledgers from files.

Uploading one, correcting its columns, answering, ticking, accepting.
"""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from registers import clock, jobs
from registers.access import require
from registers.forms.imports import CHOICES, UploadForm
from registers.imports import progress, returning, samples, uploads
from registers.imports.handing import RECEIVERS
from registers.imports.synonyms import KIND_LABELS, LABELS, PEOPLE, POWERS
from registers.models import ImportedFile, Job, PowerItem
from registers.papers import writing
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.paging import paged
from registers.views.sent import number

CRUMBS = "数据导入"
READING = "import_reading"
MOST_FINDINGS = 200  # on the page; the workbook has them all
AT_ONCE = 2000  # lines that a page does while one waits; more are done by a worker


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request):
    """Upload a file, and list those that were uploaded.

    ``?kind=`` is proposed. Context: ``form``, ``effective_on``, ``page`` of files, ``kinds``: (kind, label) of the templates,
    ``samples``: of those filled in.
    """
    require(request.actor, "import", ImportedFile)
    asked = request.GET.get("kind", "")
    first = {"kind": asked if asked in CHOICES else PEOPLE, "effective_on": clock.today()}
    form = UploadForm(request.POST or None, initial=first)
    error = ""
    if request.method == "POST":
        try:
            [sent] = files(request) or [None]
            if sent is None:
                raise Refused("请选择要导入的文件（.xlsx、.csv 或 .docx）。", "files")
            if form.is_valid():
                values = {name: form.cleaned_data[name] for name in ("kind", "effective_on")}
                return redirect("import_detail", pk=_uploaded(request, sent, values).pk)
        except ValueError:
            error = "一次只能导入一个文件，请只选一个。"
        except Refused as refused:
            error = str(refused)
    day = form["effective_on"].value()
    context = {
        "form": form,
        "error": error,
        "effective_on": day.isoformat() if isinstance(day, date) else day or "",
        "page": paged(
            request, ImportedFile.objects.visible_to(request.actor).defer("book", "compared", "answers", "ticks")
        ),
        "kinds": list(KIND_LABELS.items()),
        "samples": [(kind, ImportedFile.Kind(kind).label) for kind in samples.kinds(CHOICES)],
    }
    return render(request, "registers/import_list.html", context, status=422 if request.method == "POST" else 200)


def _uploaded(request, sent, values):
    """Keep a file, and let a worker read it where that takes longer than one likes to wait."""
    given = {**values, "actor": request.actor, "at": clock.now()}
    if sent.size < uploads.LARGE:
        return uploads.upload(sent.read(), sent.name, **given)
    data = sent.read()
    with transaction.atomic():
        file = uploads.receive(data, sent.name, **given)
        parameters = {"file": file.pk}
        jobs.create(READING, owner=request.actor.user, parameters=parameters, source=data, at=given["at"])
    return file


def _file(request, pk):
    """Return a file of the reader, or 404: whoever is no registrar sees none."""
    return get_object_or_404(ImportedFile.objects.visible_to(request.actor).defer("book", "plan"), pk=pk)


@require_safe
def import_detail(request, pk):
    """Show what a file would change, what is wrong with it and what is asked.

    Context: ``file``, ``preview``, ``kinds`` as (kind, label, lines, ticked), ``chosen`` kind, ``page`` of its lines as
    dictionaries, ``same``: the file accepted before with the same content, ``faults``, ``notices``, ``more``, ``crumbs``,
    ``is_signed``: what is accepted goes on sheets that the heads of the units sign. Of a file that was taken over: ``following``,
    the (kind, label) of what is imported after it; ``unsigned``: powers wait for their signature; ``after``: the row of what the
    same file brings next. ``job``: of the worker that takes the file over, took or tried to; while it is at it (``is_taken``) the
    page says how far it is.
    """
    file, job = _file(request, pk), progress.job_of(pk)
    is_taken = job is not None and job.finished_at is None
    if request.htmx and not (file.is_being_read or is_taken):
        return HttpResponseClientRefresh()
    context = {"file": file, "crumbs": [(CRUMBS, reverse("import_list"))], "is_signed": file.kind in RECEIVERS}
    context |= {"job": job, "is_taken": is_taken}
    if file.is_being_read:
        return _being_read(request, file, context)
    if is_taken:
        template = "registers/_import_taking.html" if request.htmx else "registers/import_detail.html"
        return render(request, template, context | {"ticked": _ticked(file)})
    if file.dropped_at:
        return render(request, "registers/import_detail.html", context)
    context["labels"] = uploads.SUBJECTS[file.kind].LABELS
    if not file.is_open:
        counts = file.result.get("counts", {})
        context["after"] = ImportedFile.objects.visible_to(request.actor).filter(pk=file.result.get("next")).first()
        context["following"] = _following(file.kind)
        context["unsigned"] = file.kind == POWERS and PowerItem.objects.filter(in_force_from=None).exists()
        context["counts"] = [(context["labels"].get(kind, kind), count) for kind, count in counts.items()]
        return render(request, "registers/import_detail.html", context)
    preview = file.compared
    lines = [_line(file, line) for line in preview["lines"]]
    chosen = request.GET.get("kind", "")
    kinds = _kinds(lines, context["labels"])
    chosen = chosen if chosen in context["labels"] else next((kind for kind, *_ in kinds), "")
    page = paged(request, [line for line in lines if line["kind"] == chosen])
    context |= {
        "preview": preview,
        "kinds": kinds,
        "chosen": chosen,
        "chosen_label": context["labels"].get(chosen, ""),
        "page": page,
        "same": uploads.same_as(file),
        "open": sum(1 for question in preview["questions"] if not (question["given"] or question["default"])),
        "faults": preview["faults"][:MOST_FINDINGS],
        "notices": preview["notices"][:MOST_FINDINGS],
        "more": max(0, len(preview["faults"]) - MOST_FINDINGS),
        "ticked": sum(line["ticked"] for line in lines),
    }
    return render(request, "registers/import_detail.html", context)


def _ticked(file):
    """Return how many lines of a file are to be done, None once they are."""
    return file.compared and sum(uploads.is_ticked(file, line[0], line[1]) for line in file.compared["lines"])


def _being_read(request, file, context):
    """Show how far a large file is read. Whoever looks again once it is done gets the page anew."""
    job = Job.objects.filter(kind=READING, parameters={"file": file.pk}).defer("content", "source").first()
    context["failed"] = job.error if job and job.error else ""
    template = "registers/_import_reading.html" if request.htmx else "registers/import_detail.html"
    return render(request, template, context)


def _following(kind):
    """Return the (kind, label) of what is imported after ``kind``, None after the last."""
    kinds = list(KIND_LABELS.items())
    after = 1 + list(KIND_LABELS).index(kind)
    return kinds[after] if after < len(kinds) else None


def _line(file, line):
    names = ("tick", "kind", "key", "name", "old", "new", "cell")
    shown = dict(zip(names, line, strict=True))
    return shown | {"ticked": uploads.is_ticked(file, shown["tick"], shown["kind"])}


def _kinds(lines, labels):
    counts = {}
    for line in lines:
        count = counts.setdefault(line["kind"], [0, 0])
        count[0] += 1
        count[1] += line["ticked"]
    return [(kind, label, *counts[kind]) for kind, label in labels.items() if kind in counts]


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request, pk):
    """Say what the columns of a file are.

    Context: ``file``, ``tables`` as (sheet, its columns, first rows), ``fields`` as (field, label), ``crumbs``.
    """
    file = _file(request, pk)
    if not file.is_open:
        raise Refused("这个文件已经导入或放弃，不能再改。")
    if file.is_being_read:
        raise Refused(uploads.BEING_READ)
    fields = LABELS[file.kind]
    if request.method == "POST":
        known = {key for table in file.compared["tables"] for _, key, _, _, private in table["columns"] if not private}
        sent = {key: request.POST.get(f"column-{place}", "") for place, key in _places(file) if key in known}
        if strange := next((value for value in sent.values() if value and value not in fields), ""):
            raise Refused(f"没有“{strange[:20]}”这种对应，请在页面上选择。")
        uploads.set_columns(pk, sent, actor=request.actor, seen=number(request.POST.get("version")))
        messages.success(request, "已按新的对应重新比较。下次上传同样表头的文件时沿用。")
        return redirect("import_detail", pk=pk)
    places = {key: place for place, key in _places(file)}
    shown, tables = set(), []
    for table in file.compared["tables"]:
        keys = tuple(key for _, key, *_ in table["columns"])
        if keys in shown:
            continue  # sheets of one layout have the same columns
        shown.add(keys)
        columns = [
            {"place": places[key], "head": head, "field": field, "private": private, "values": _first(table, column)}
            for column, key, head, field, private in table["columns"]
        ]
        tables.append((table["sheet"], columns))
    context = {
        "file": file,
        "tables": tables,
        "fields": list(fields.items()),
        "crumbs": [(CRUMBS, reverse("import_list")), (file.file_name, reverse("import_detail", args=[pk]))],
    }
    return render(request, "registers/import_columns.html", context)


def _places(file):
    """Return (running number, key) of all columns of a file, each once, for the names of form fields."""
    keys = dict.fromkeys(key for table in file.compared["tables"] for _, key, *_ in table["columns"])
    return list(enumerate(keys))


def _first(table, column):
    return [cells.get(str(column), "")[:40] for _, cells in table["first"]]


@require_POST
def import_answer(request, pk):
    """Keep the answers to the questions about a file."""
    file = _file(request, pk)
    questions = (file.compared or {}).get("questions", [])
    answers = {one["key"]: request.POST.get(f"answer-{place}", "").strip() for place, one in enumerate(questions)}
    for one in questions:
        if one["options"] and answers[one["key"]] not in ("", *(value for value, _ in one["options"])):
            raise Refused(f"“{one['text'][:40]}”没有这个选项，请在页面上选择。")
    uploads.answer(pk, answers, actor=request.actor, seen=number(request.POST.get("version")))
    messages.success(request, "已按您的回答重新比较。")
    return redirect("import_detail", pk=pk)


@require_POST
def import_tick(request, pk):
    """Keep which lines of a page count, or of a whole kind."""
    file = _file(request, pk)
    kind, every = request.POST.get("kind", ""), request.POST.get("every", "")
    lines = [line[0] for line in (file.compared or {}).get("lines", []) if line[1] == kind]
    if every:
        ticks = dict.fromkeys(lines, every == "yes")
    else:
        ticked, known = set(request.POST.getlist("ticked")), set(lines)
        ticks = {tick: tick in ticked for tick in request.POST.getlist("shown") if tick in known}
    uploads.tick(pk, ticks, actor=request.actor, seen=number(request.POST.get("version")))
    messages.success(request, "勾选已保存。")
    page = number(request.POST.get("page"))
    return redirect(
        f"{reverse('import_detail', args=[pk])}?kind={kind if kind.isidentifier() else ''}&page={max(1, page)}#lines"
    )


@require_POST
def import_accept(request, pk):
    """Take the ticked lines of a file over, at once or by a worker."""
    file = _file(request, pk)
    seen, digest = number(request.POST.get("version")), request.POST.get("digest", "")
    if file.is_open and len((file.compared or {}).get("lines", [])) > AT_ONCE:
        parameters = {"file": pk, "version": seen, "digest": digest}
        jobs.create(progress.TAKING, owner=request.actor.user, parameters=parameters, at=clock.now())
        return redirect("import_detail", pk=pk)
    try:
        done = uploads.accept(pk, actor=request.actor, digest=digest, seen=seen, at=clock.now())
    except Stale as stale:
        if str(stale) != uploads.CHANGED:
            raise
        uploads.refresh(pk, actor=request.actor)
        messages.warning(request, uploads.CHANGED)
    else:
        messages.success(request, "已提交各单位负责人签字。" if file.kind in RECEIVERS else "已导入。")
        if after := done.result.get("next"):
            messages.info(request, f"{done.get_kind_display()}已导入，请接着核对同一文件中的下一项。")
            return redirect("import_detail", pk=after)
    return redirect("import_detail", pk=pk)


@require_POST
def import_drop(request, pk):
    """Give a file up."""
    _file(request, pk)
    uploads.drop(pk, actor=request.actor, at=clock.now())
    messages.success(request, "已放弃，没有改变任何内容。")
    return redirect("import_list")


@require_safe
def import_file(request, pk):
    """Send the workbook back with what was found written beside the cells."""
    file = _file(request, pk)
    if not file.is_open:
        raise Refused("文件导入或放弃后不再保留内容。")
    if file.is_being_read:
        raise Refused(uploads.BEING_READ)
    stem = file.file_name.rpartition(".")[0] or file.file_name
    return _workbook(returning.with_findings(file), f"{stem}（核对结果）.xlsx")


@require_safe
def import_template(request, kind):
    """Send an empty workbook to be filled in."""
    require(request.actor, "import", ImportedFile)
    return _workbook(returning.template(kind, on=clock.today()), f"{KIND_LABELS[kind]}导入模板.xlsx")


@require_safe
def import_sample(request, kind):
    """Send a filled-in workbook, on a trial site that has some."""
    require(request.actor, "import", ImportedFile)
    if kind not in samples.kinds(CHOICES):
        raise Http404
    return _workbook(samples.path_of(kind).read_bytes(), f"{ImportedFile.Kind(kind).label}（样例）.xlsx")


def _workbook(data, name):
    return jobs.as_attachment(HttpResponse(data, content_type=writing.content_type("xlsx")), name)
