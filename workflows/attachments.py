"""Files that people upload. Their type is judged by their bytes, never by their name."""

import hashlib
import io
import struct
import zipfile
from functools import partial
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Prefetch

from registers import audit, limited
from registers.access import require
from registers.refusals import Refused
from registers.text import without_unseen
from workflows import cleaning
from workflows.models import Attachment, Submission
from workflows.policies.attachments import HELD_BY

LARGEST = 10 * 1024 * 1024
MOST = 10  # files of one submission, activity or document
NAME = 120
SECONDS, MEGABYTES = 20, 600  # for cleaning one office file
UNFIT = "文件“{name}”{why}，没有保存。请重新导出或截图后再选。"
# Bytes of a zip's table of contents: an office file has a few kilobytes, a zip bomb has millions of entries.
DIRECTORY = 1024 * 1024
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
BEGINS = {"pdf": (b"%PDF-",), "png": (b"\x89PNG\r\n\x1a\n",), "jpg": (b"\xff\xd8\xff",)}
ACTIVE = ("vbaProject.bin", "/macrosheets/", "/activeX/")  # parts of an office file that hold programs
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.pptx"  # for a file input's ``accept``
ACCEPTED_WORDS = f"PDF、JPG、PNG、Word（docx）、Excel（xlsx）、PowerPoint（pptx），每个不超过 {LARGEST >> 20} MB"


def keep(upload, *, actor, at):
    """Store an uploaded file (a Django ``UploadedFile``) and return its ``Attachment``.

    It loses what it says of people unseen (``cleaning``). Nothing holds it yet: call it in the transaction of what is to hold it.
    Raises ``Refused``.
    """
    name, kind, content, digest = _ready(upload)
    attachment = Attachment.objects.create(
        name=name,
        kind=kind,
        size=len(content),
        digest=digest,
        content=content,
        uploaded_by_id=actor.user_id,
        uploaded_at=at,
    )
    audit.append(
        "attachment.keep",
        about=attachment,
        actor=actor,
        at=at,
        detail={"digest": attachment.digest, "size": attachment.size},
    )
    return attachment


def _ready(upload):
    """Return name, kind, bytes and digest of an upload as it may be kept. It is made once, whoever asks.

    Raises ``Refused``.
    """
    if (found := vars(upload).get("ready")) is None:
        name, kind, content = _read(upload)
        try:
            content = _cleaned(content, kind)
        except Refused as refused:
            raise Refused(UNFIT.format(name=name, why=str(refused)), "files") from refused
        found = upload.ready = name, kind, content, hashlib.sha256(content).hexdigest()
    return found


def _cleaned(content, kind):
    """Return the bytes of a file cleaned. What has to be unpacked for that is unpacked where it can harm nothing."""
    if kind not in OFFICE:
        return cleaning.cleaned(content, kind)
    try:
        return limited.run(partial(cleaning.cleaned, content, kind), seconds=SECONDS, megabytes=MEGABYTES)
    except limited.Broken:
        raise Refused(cleaning.UNREADABLE) from None


def _read(upload):
    """Return name, kind and bytes of an upload as it was sent. Raises ``Refused``."""
    name = tidy(upload.name or "")
    if upload.size > LARGEST:
        raise Refused(f"文件“{name}”超过 {LARGEST >> 20} MB，没有保存。请压缩或拆分后重新选择。", "files")
    if upload.size == 0:
        raise Refused(f"文件“{name}”是空的，没有保存。请检查后重新选择。", "files")
    upload.seek(0)
    content = upload.read()
    kind, wrong = kind_of(content)
    ending = PurePosixPath(name.lower()).suffix.lstrip(".").replace("jpeg", "jpg")
    if wrong:
        raise Refused(f"文件“{name}”{wrong}，没有保存。请另存为不带密码、不含宏的文件后重新选择。", "files")
    if kind is None or ending != kind:
        raise Refused(f"文件“{name}”的内容与类型不符或类型不受支持，没有保存。仅支持{ACCEPTED_WORDS}。", "files")
    return name, kind, content


def kind_of(content):
    """Judge a file by its bytes: ``(kind, what is wrong)``, kind None where it is nothing we accept.

    Of a zip only the table of contents is read; nothing is unpacked.
    """
    for kind, beginnings in BEGINS.items():
        if content.startswith(beginnings):
            return kind, "设有密码或使用限制" if kind == "pdf" and b"/Encrypt" in content else ""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return None, "设有密码，或是旧版 Office 格式（doc、xls、ppt）"
    parts = _parts(content) if content.startswith(b"PK\x03\x04") else None
    if parts is None or "[Content_Types].xml" not in {part.filename for part in parts}:
        return None, ""
    if any(part.flag_bits & 1 for part in parts):
        return None, "设有密码"
    if any(mark in f"/{part.filename}" for part in parts for mark in ACTIVE):
        return None, "含有宏或控件"
    names = [part.filename for part in parts]
    return next((kind for kind, folder in OFFICE.items() if any(name.startswith(folder) for name in names)), None), ""


def _parts(content):
    """The parts that a zip's table of contents lists.

    None where it is no zip, or where its table of contents is larger than any office file's.
    """
    end = content.rfind(b"PK\x05\x06")
    try:
        [size] = struct.unpack_from("<L", content, end + 12) if 0 <= end <= len(content) - 22 else [DIRECTORY + 1]
        return zipfile.ZipFile(io.BytesIO(content)).infolist() if size <= DIRECTORY else None
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError, EOFError):
        return None


def tidy(name):
    """Make a file name fit to be shown: no folders, nothing invisible, not longer than the column."""
    name = name.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    name = without_unseen(name)[0].replace("\\", "/").rsplit("/", 1)[-1].strip()
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: max(0, NAME - len(ending) - 1)]}{dot}{ending}"[:NAME] or "未命名"


# --- Files of something ------------------------------------------------------------------------------------


@transaction.atomic
def take(holder, uploads, *, actor, at):
    """Store ``uploads`` and attach them to ``holder``, all or none, and return how many are new.

    ``holder``: an instance with ``attachments``, locked by the caller. A file that it holds already is skipped, so a
    form that is sent twice adds nothing. Raises ``Refused``.
    """
    if not uploads:
        return 0
    there = _files_of(holder)
    if len(there) + len(uploads) > MOST:
        raise Refused(
            f"最多上传 {MOST} 个文件，已有 {len(there)} 个，本次选了 {len(uploads)} 个，没有保存。请合并或减少文件。",
            "files",
        )
    kept = []
    for upload in uploads:
        known = _known_by(upload)
        if known not in there:
            there.add(known)
            kept.append(keep(upload, actor=actor, at=at))
    holder.attachments.add(*kept)
    return len(kept)


def sent_before(rows, uploads):
    """The first of ``rows`` that has exactly the files ``uploads``, or None.

    With it a form that is sent twice makes one row. ``rows``: those that say what the form says, read behind a lock, so
    that the second click sees the first.
    """
    files = {_known_by(upload) for upload in uploads}
    return next((row for row in rows if _files_of(row) == files), None)


def of_each():
    """Return what reads the files of many rows at once, without their bytes, for ``prefetch_related``."""
    return Prefetch("attachments", Attachment.objects.without_content())


def _files_of(holder):
    return set(holder.attachments.values_list("name", "digest"))


def _known_by(upload):
    """Name and digest of an upload as it is kept, by which a file is recognised."""
    name, _, _, digest = _ready(upload)
    return name, digest


@transaction.atomic
def drop(holder, pks, *, actor, at):
    """Remove files (``pks``) from ``holder``, which the caller has locked.

    A file that nothing holds any more is deleted.
    """
    for attachment in holder.attachments.without_content().filter(pk__in=pks):
        holder.attachments.remove(attachment)
        audit.append("attachment.drop", about=attachment, actor=actor, at=at, detail={"digest": attachment.digest})
        if not any(getattr(attachment, name).exists() for name in HELD_BY):
            attachment.delete()


@transaction.atomic
def change_files(submission_id, *, uploads, dropped, actor, at):
    """Add ``uploads`` to a submission and remove the files ``dropped`` (ids), if its filler may change it.

    Returns how many were added. Raises ``NotAllowed`` or ``Refused``. Source: R1-51, R3-36, R4-26.
    """
    submission = Submission.objects.select_for_update(of=("self",)).with_rules().get(pk=submission_id)
    require(actor, "fill", submission)
    if submission.task.rules.attachments == "none":
        raise Refused("这张表不收附件，所选文件没有保存。", "files")
    drop(submission, dropped, actor=actor, at=at)
    return take(submission, uploads, actor=actor, at=at)


def of_submission(submission):
    """The files handed in with a submission, without their bytes.

    Nothing is read where the task asks for no files.
    """
    return list(submission.attachments.without_content()) if submission.task.rules.attachments != "none" else []
