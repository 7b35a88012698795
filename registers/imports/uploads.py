"""A file between its upload and its acceptance.

What its registrar says about it, and the one act that takes it over.
Nothing or everything: a file with one fault changes nothing, and acceptance is one transaction.
"""

import hashlib

from django.conf import settings
from django.db import transaction

from registers import analysed, audit, clock
from registers.access import require
from registers.imports import directories, grid, ledgers, people, posts, powers, reading, roles, tables, units
from registers.imports.handing import Taking
from registers.models import ColumnMemory, ImportedFile, Unit, User
from registers.refusals import Refused, Stale
from registers.text import clipped, digest_of
from registers.units import call_also

SUBJECTS = {
    "people": people,
    "units": units,
    "posts": posts,
    "roles": roles,
    "powers": powers,
    "regulations": directories,
    "ledgers": ledgers,
}
MOST_NAME = ImportedFile._meta.get_field("file_name").max_length
CHANGED = "人员或单位信息在您核对期间有变动，没有导入。下面已是新的比较结果，请核对后再导入。"


@transaction.atomic
def upload(data, file_name, *, kind, effective_on, actor, at):
    """Keep what a file holds until its registrar accepts it, and return it.

    Raises ``Refused`` for what cannot be read.
    """
    require(actor, "import", ImportedFile)
    name = clipped(file_name.replace("\\", "/").rpartition("/")[2] or "未命名", MOST_NAME)
    book = reading.read(data, name)
    shape, packed = tables.shape_of(book), grid.packed(book)
    file = ImportedFile(
        kind=kind,
        owner=actor.user,
        file_name=name,
        digest=hashlib.sha256(data).hexdigest(),
        rows_digest=digest_of([sheet["rows"] for sheet in packed["sheets"]]),
        shape=shape,
        book=packed,
        columns=remembered(kind, book),
        effective_on=effective_on,
        uploaded_at=at,
    )
    file.compared = _compared(file, book, actor).preview()
    file.compared["notes"] = book.notes
    file.save()
    audit.append("import.upload", about=file, actor=actor, at=at, detail={"kind": kind, "digest": file.digest})
    return file


def remembered(kind, book):
    """Return column → field of a file of this shape, as somebody corrected it before."""
    memory = ColumnMemory.objects.filter(kind=kind, shape=tables.shape_of(book)).first()
    return memory.columns if memory else {}


def same_as(file):
    """Return the file accepted last that has the same content or the same rows, None where there is none."""
    before = ImportedFile.objects.filter(kind=file.kind, accepted_at__isnull=False).exclude(pk=file.pk)
    return before.filter(digest=file.digest).first() or before.filter(rows_digest=file.rows_digest).first()


def plan_of(file, *, actor):
    """Return the ``Plan`` of an open file against what is on record now. Raises ``Refused``."""
    return _compared(file, grid.unpacked(file.book), actor)


def _compared(file, book, actor):
    return SUBJECTS[file.kind].compare(
        book, columns=file.columns, answers=file.answers, actor=actor, on=file.effective_on
    )


def _preview(file, actor):
    """Compare an open file again and keep what pages show of it."""
    notes = file.compared["notes"]
    file.compared = plan_of(file, actor=actor).preview() | {"notes": notes}
    file.version += 1
    file.save()


@transaction.atomic
def refresh(pk, *, actor):
    """Compare a file anew with what is on record now."""
    _preview(_open(pk, actor), actor)


def is_ticked(file, tick, kind):
    """Whether a line of this ``kind`` counts: as the registrar said of its ``tick``, else by its kind."""
    return file.ticks.get(tick, kind not in SUBJECTS[file.kind].UNTICKED)


def _open(pk, actor, seen=None):
    """Lock a file of the actor that waits for him. Raises ``Refused`` or ``Stale``."""
    require(actor, "import", ImportedFile)
    file = ImportedFile.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)
    if not file.is_open:
        raise Refused("这个文件已经导入或放弃，不能再改。")
    if seen is not None and file.version != seen:
        raise Stale(file, "这个文件的导入设置刚被修改，您的操作未生效。请核对后重新办理。")
    return file


@transaction.atomic
def set_columns(pk, columns, *, actor, seen):
    """Say what the columns are, and remember it for the next file of this shape."""
    file = _open(pk, actor, seen)
    file.columns = columns
    _preview(file, actor)
    ColumnMemory.objects.update_or_create(kind=file.kind, shape=file.shape, defaults={"columns": columns})
    return file


@transaction.atomic
def answer(pk, answers, *, actor, seen):
    """Keep the answers to questions about a file: question → value, "" takes one back."""
    file = _open(pk, actor, seen)
    file.answers = {key: value for key, value in (file.answers | answers).items() if value}
    _preview(file, actor)
    return file


@transaction.atomic
def tick(pk, ticks, *, actor, seen):
    """Keep which lines count: the name of a line's tick → yes or no."""
    file = _open(pk, actor, seen)
    file.ticks, file.version = file.ticks | ticks, file.version + 1
    file.save(update_fields=["ticks", "version"])


@transaction.atomic
@audit.at_the_end()
def accept(pk, *, actor, digest, seen, at):
    """Do all ticked lines of a file in one transaction.

    Returns the file, with what was done as texts in ``lines``.
    ``digest``: of the lines that the registrar saw. Raises ``Refused`` while something is wrong or asked, ``Stale`` where
    what is on record has changed meanwhile.
    """
    file = _open(pk, actor, seen)
    # Two imports come in turn.
    Unit.objects.select_for_update(of=("self",)).filter(parent=None).first()
    plan = plan_of(file, actor=actor)
    if plan.digest() != digest:
        raise Stale(file, CHANGED)
    if not plan.is_ready:
        raise Refused("文件还有错误或没有回答的问题，没有导入。请先处理。")
    lines = [line for line in plan.lines if is_ticked(file, line.tick, line.kind)]
    plan.by, plan.at = actor.user, at
    plan.taking = Taking(actor, at, file.file_name)
    SUBJECTS[file.kind].apply(plan, lines, on=file.effective_on)
    for name, unit in plan.aliases.items():
        call_also(unit, name)
    counts = {kind: sum(line.kind == kind for line in lines) for kind in plan.by_kind()}
    file.result = {
        "counts": counts,
        "lines": len(lines),
        "left_out": plan.size - len(lines),
        "unchanged": plan.unchanged,
    }
    if file.kind == "people":
        joined = [line.key for line in lines if line.kind == people.JOINED]
        file.result["joined"] = list(User.objects.filter(number__in=joined).order_by("pk").values_list("pk", flat=True))
    file.accepted_at, file.book, file.compared, file.answers, file.ticks = at, None, None, {}, {}
    file.save()
    detail = {"kind": file.kind, "counts": counts, "on": file.effective_on.isoformat()}
    audit.append("import.accept", about=file, actor=actor, at=at, detail=detail)
    analysed.after_load()
    labels = SUBJECTS[file.kind].LABELS
    file.lines = [(labels[line.kind], line.key, line.name, line.old, line.new, line.cell) for line in lines]
    return file


@transaction.atomic
def drop(pk, *, actor, at):
    """Give a file up: nothing of it is kept but that it was there."""
    file = _open(pk, actor)
    _empty(ImportedFile.objects.filter(pk=file.pk), at)
    audit.append("import.drop", about=file, actor=actor, at=at)


def forget(*, at):
    """Drop the files that nobody has accepted for as long as files are kept, and return how many."""
    old = ImportedFile.objects.filter(
        uploaded_at__lt=at - clock.days(settings.EXPORT_KEEP_DAYS), accepted_at=None, dropped_at=None
    )
    return _empty(old, at)


def _empty(files, at):
    return files.update(dropped_at=at, book=None, compared=None, answers={}, ticks={})
