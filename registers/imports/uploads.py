"""A file between its upload and its acceptance.

What its registrar says about it, and the one act that takes it over.
Nothing or everything: a file with one fault changes nothing, and acceptance is one transaction.
"""

import gc
import hashlib
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import transaction

from registers import analysed, audit, clock
from registers.access import require
from registers.actors import Actor
from registers.imports import (
    compared,
    directories,
    grid,
    ledgers,
    people,
    posts,
    powers,
    progress,
    reading,
    roles,
    tables,
    units,
)
from registers.imports.handing import Taking
from registers.imports.heads import columns_of, field_of, head_of
from registers.models import ColumnMemory, ImportedFile, Unit
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
# What one file may hold besides each other, in the order in which it is imported, by the columns that say so.
STEPS = {
    "units": ("code", "name"),
    "people": ("number", "name"),
    "posts": ("name", "holder_number"),
    "roles": ("number", "role"),
}
NO_STEP = "没有找到单位（单位代码、单位名称）、人员（工号、姓名）、岗位（岗位名称、工号）或角色（工号、角色）的列。请补上后再上传。"
MOST_NAME = ImportedFile._meta.get_field("file_name").max_length
LARGE = 256 << 10  # bytes from which on a worker reads a file: some 7,000 people
BEING_READ = "这个文件还在读取和比较，请稍候；读完后再核对。"
BEING_TAKEN = "这个文件正在导入，请等导入完成；还没有开始写入的，可以取消导入。"
CHANGED = "人员或单位信息在您核对期间有变动，没有导入。下面已是新的比较结果，请核对后再导入。"


@contextmanager
def uncollected():
    """Leave the garbage collector alone while a file becomes objects, none of which is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@uncollected()
@transaction.atomic
def upload(data, file_name, *, kind, effective_on, actor, at):
    """Keep what a file holds until its registrar accepts it, and return it.

    Raises ``Refused`` for what cannot be read.
    """
    file = _received(data, file_name, actor, at, kind=kind, effective_on=effective_on)
    _take_in(file, reading.read_packed(data, file.file_name), actor)
    file.save()
    _say_uploaded(file, actor, at)
    return file


def _received(data, file_name, actor, at, **given):
    require(actor, "import", ImportedFile)
    name = clipped(file_name.replace("\\", "/").rpartition("/")[2] or "未命名", MOST_NAME)
    digest = hashlib.sha256(data).hexdigest()
    return ImportedFile(owner=actor.user, file_name=name, digest=digest, uploaded_at=at, **given)


def _say_uploaded(file, actor, at):
    audit.append("import.upload", about=file, actor=actor, at=at, detail={"kind": file.kind, "digest": file.digest})


def _take_in(file, packed, actor, pace=None):
    """Compare what a file holds with what is on record, and keep both in it. Of several kinds the first comes first."""
    book = grid.unpacked(packed)
    file.shape, file.book = tables.shape_of(book), packed
    file.rows_digest = digest_of([sheet["rows"] for sheet in packed["sheets"]])
    kinds = [file.kind]
    if file.kind == ImportedFile.Kind.STAFF:
        kinds = [kind for kind, fields in STEPS.items() if tables.holds(book, kind, fields)]
        if not kinds:
            raise Refused(NO_STEP)
    _begin(file, book, kinds, actor, pace)


def _begin(file, book, kinds, actor, pace=None):
    """Compare the first of ``kinds``; what brings no change and asks nothing is passed over, but for the last."""
    while kinds:
        file.kind, *file.following = kinds
        file.columns = remembered(file.kind, book) or _left_to(file.following, file.kind, book)
        file.answers = _answered_before(file)
        file.basis = compared.basis(file, actor)  # before, so that whatever changes meanwhile is noticed
        plan = _compared(file, book, actor, pace)
        if plan.lines or not plan.is_ready:
            break
        kinds = file.following
    _keep(file, plan, book.notes)


def _answered_before(file):
    """Return what its registrar has answered about a file of this shape that waits still: he sends it again, corrected."""
    waiting = ImportedFile.objects.filter(owner=file.owner_id, kind=file.kind, shape=file.shape, accepted_at=None)
    return waiting.exclude(pk=file.pk).order_by("pk").values_list("answers", flat=True).last() or {}


def _keep(file, plan, notes):
    """Keep of a comparison what pages show, and what its acceptance needs where it need not be made again."""
    file.compared = plan.preview() | {"notes": notes}
    file.plan = compared.packed(plan) if plan.is_ready else None


def _left_to(following, kind, book):
    """Return the columns that a later kind of the same file reads better: of people their posts."""
    if kind != "people" or "posts" not in following:
        return {}
    heads = [columns_of(sheet, head) for sheet in book.sheets if (head := head_of(sheet))]
    columns = [(column, text) for found in heads for column, text in found.items()]
    return {tables.column_key(*column): "" for column in columns if field_of(column[1], kind) in ("post", "since")}


def _go_on(file, packed, actor, at):
    """Return the row of what the same file brings next, None where that is all."""
    if not file.following:
        return None
    same = {name: getattr(file, name) for name in ("file_name", "digest", "rows_digest", "shape", "effective_on")}
    after = ImportedFile(owner=actor.user, uploaded_at=at, book=packed, **same)
    anew = Actor(actor.user, on=actor.on)  # he keeps the units as well that the file has just brought
    _begin(after, grid.unpacked(packed), file.following, anew)
    after.save()
    _say_uploaded(after, actor, at)
    return after.pk


@transaction.atomic
def receive(data, file_name, *, kind, effective_on, actor, at):
    """Keep a large file for a worker to read and compare (``take_in``), and return it."""
    file = _received(data, file_name, actor, at, kind=kind, effective_on=effective_on)
    file.save()
    _say_uploaded(file, actor, at)
    return file


@uncollected()
def take_in(pk, data, *, actor, at):
    """Read and compare a large file that was received, and say meanwhile how far that is.

    A file that cannot be read is dropped with the reason. Raises ``Refused``, also once somebody gives the file up.
    """
    file = ImportedFile.objects.visible_to(actor).get(pk=pk)
    told = progress.reading(pk)
    try:
        packed = reading.read_packed(data, file.file_name, pace=partial(told.say, "read"))
        _take_in(file, packed, actor, partial(told.say, "compared"))
    except Refused as refused:
        told.rows.update(dropped_at=at, progress={"error": str(refused)})
        raise
    found = ("kind", "following", "shape", "book", "rows_digest", "columns", "answers", "compared", "plan", "basis")
    if not told.rows.update(progress={}, **{name: getattr(file, name) for name in found}):
        raise Refused(progress.GIVEN_UP)


def remembered(kind, book):
    """Return column → field of a file of this shape, as somebody corrected it before."""
    memory = ColumnMemory.objects.filter(kind=kind, shape=tables.shape_of(book)).first()
    return memory.columns if memory else {}


def same_as(file):
    """Return the file accepted last that has the same content or the same rows, None where there is none."""
    before = ImportedFile.objects.filter(kind=file.kind, accepted_at__isnull=False).exclude(pk=file.pk)
    return before.filter(digest=file.digest).first() or before.filter(rows_digest=file.rows_digest).first()


def plan_of(file, *, actor, pace=None):
    """Return the ``Plan`` of an open file against what is on record now. Raises ``Refused``."""
    return _compared(file, grid.unpacked(file.book), actor, pace)


def _compared(file, book, actor, pace=None):
    given = {"columns": file.columns, "answers": file.answers, "on": file.effective_on}
    return compare(file.kind, book, actor=actor, pace=pace, **given)


def compare(kind, book, **given):
    """Return the ``Plan`` of a book of one ``kind``. Raises ``Refused``."""
    plan = SUBJECTS[kind].compare(book, **given)
    plan.say_if_empty()
    return plan


def _preview(file, actor):
    """Compare an open file again and keep what pages show of it."""
    file.basis = compared.basis(file, actor)
    _keep(file, plan_of(file, actor=actor), file.compared["notes"])
    file.version += 1
    file.save()


@transaction.atomic
def refresh(pk, *, actor):
    """Compare a file anew with what is on record now."""
    _preview(_open(pk, actor, taken=True), actor)


def is_ticked(file, tick, kind):
    """Whether a line of this ``kind`` counts: as the registrar said of its ``tick``, else by its kind."""
    return file.ticks.get(tick, kind not in SUBJECTS[file.kind].UNTICKED)


def _open(pk, actor, seen=None, *, unread=False, taken=False):
    """Lock a file of the actor that waits for him. Raises ``Refused`` or ``Stale``."""
    require(actor, "import", ImportedFile)
    file = _mine(actor).select_for_update(of=("self",)).get(pk=pk)
    if not file.is_open:
        raise Refused("这个文件已经导入或放弃，不能再改。")
    if file.is_being_read and not unread:
        raise Refused(BEING_READ)
    if not taken and progress.is_taken(pk):
        raise Refused(BEING_TAKEN)
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


@uncollected()
def accept(pk, *, actor, digest, seen, at, pace=None, begin=None, tell=None):
    """Do all ticked lines of a file in one transaction.

    Returns the file, with what was done as texts in ``lines``.
    ``digest``: of the lines that the registrar saw. ``pace``: told how many rows are compared anew, where that is needed;
    ``begin``: called with the number of lines before anything is written. Either may stop it by raising. ``tell``: told how many
    lines are written. Raises ``Refused`` while something is wrong or asked, ``Stale`` where what is on record has changed meanwhile.
    """
    file = _mine(actor).get(pk=pk)
    plan, basis = None, ""
    if file.is_open and not file.is_being_read:
        basis = compared.basis(file, actor)
        plan = compared.restored(file) if file.plan and file.basis == basis else plan_of(file, actor=actor, pace=pace)
    if begin:
        begin(sum(is_ticked(file, line[0], line[1]) for line in (file.compared or {}).get("lines", ())))
    return _accept(pk, plan, basis, actor=actor, digest=digest, seen=seen, at=at, tell=tell)


def _mine(actor):
    return ImportedFile.objects.visible_to(actor).defer("book", "plan")


@transaction.atomic
@audit.at_the_end()
def _accept(pk, plan, basis, *, actor, digest, seen, at, tell):
    """Write the lines of ``plan``, which was made from what ``basis`` is of; of another one where that is no longer so."""
    file = _open(pk, actor, seen, taken=True)
    # Two imports come in turn.
    Unit.objects.select_for_update(of=("self",)).filter(parent=None).first()
    if plan is None or compared.basis(file, actor) != basis:
        plan = plan_of(file, actor=actor)
    if plan.digest() != digest:
        raise Stale(file, CHANGED)
    if not plan.is_ready:
        raise Refused("文件还有错误或没有回答的问题，没有导入。请先处理。")
    lines = [line for line in plan.lines if is_ticked(file, line.tick, line.kind)]
    plan.by, plan.at, plan.tell = actor.user, at, tell
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
        file.result["joined"] = sorted(plan.joined)
    packed = file.book if file.following else None
    file.accepted_at, file.book, file.compared, file.answers, file.ticks = at, None, None, {}, {}
    file.plan, file.progress = None, {}
    file.save()
    detail = {"kind": file.kind, "counts": counts, "on": file.effective_on.isoformat()}
    audit.append("import.accept", about=file, actor=actor, at=at, detail=detail)
    analysed.after_load()
    if (after := _go_on(file, packed, actor, at)) is not None:
        file.result["next"] = after
        file.save(update_fields=["result"])
    labels = SUBJECTS[file.kind].LABELS
    file.lines = [(labels[line.kind], line.key, line.name, line.old, line.new, line.cell) for line in lines]
    return file


@transaction.atomic
def drop(pk, *, actor, at):
    """Give a file up: nothing of it is kept but that it was there."""
    file = _open(pk, actor, unread=True)
    _empty(ImportedFile.objects.filter(pk=file.pk), at)
    audit.append("import.drop", about=file, actor=actor, at=at)


def forget(*, at):
    """Drop the files that nobody has accepted for as long as an import is kept, and return how many."""
    old = ImportedFile.objects.filter(
        uploaded_at__lt=at - clock.days(settings.IMPORT_KEEP_DAYS), accepted_at=None, dropped_at=None
    )
    return _empty(old, at)


def _empty(files, at):
    return files.update(dropped_at=at, book=None, compared=None, plan=None, answers={}, ticks={})
