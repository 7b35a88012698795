"""Taking in files that people upload: what they are is seen by their bytes, never by their name (reliability P04–P18)."""

import hashlib
import zipfile
from pathlib import PurePosixPath

from registers import audit
from registers.text import without_unseen
from workflows.models import Attachment

LARGEST = 10 * 1024 * 1024
NAME = 120
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
BEGINS = {"pdf": (b"%PDF-",), "png": (b"\x89PNG\r\n\x1a\n",), "jpg": (b"\xff\xd8\xff",)}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.pptx"  # for a file input's ``accept``
ACCEPTED_WORDS = "PDF、JPG、PNG、Word（docx）、Excel（xlsx）、PowerPoint（pptx），每个不超过 10 MB"


class Refused(Exception):
    """The file cannot be taken; the message names it and says what to do. Nothing was kept."""


def keep(upload, *, actor, at):
    """Put an uploaded file (a Django ``UploadedFile``) on record; return its ``Attachment``, not yet held by anything.

    Call it in the transaction of what holds it. Raises ``Refused``.
    """
    name = tidy(upload.name)
    if upload.size > LARGEST:
        raise Refused(f"文件“{name}”超过 10 MB，没有保存。请压缩或拆分后重新选择。")
    if upload.size == 0:
        raise Refused(f"文件“{name}”是空的，没有保存。请检查后重新选择。")
    upload.seek(0)
    content = upload.read()
    kind = kind_of(content, upload)
    ending = PurePosixPath(name.lower()).suffix.lstrip(".").replace("jpeg", "jpg")
    if kind is None or ending != kind:
        raise Refused(f"文件“{name}”的内容与类型不符或类型不受支持，没有保存。仅支持{ACCEPTED_WORDS}。")
    found = Attachment.objects.create(
        name=name,
        kind=kind,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by_id=actor.user_id,
        uploaded_at=at,
    )
    audit.append(
        "attachment.keep", about=found, actor=actor, at=at, detail={"digest": found.digest, "size": found.size}
    )
    return found


def kind_of(content, file):
    """What a file is by its bytes; None where it is nothing we take. Files with macros and encrypted ones are not taken."""
    for kind, beginnings in BEGINS.items():
        if content.startswith(beginnings):
            return kind
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        file.seek(0)
        names = zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for kind, folder in OFFICE.items() if any(name.startswith(folder) for name in names)), None)


def tidy(name):
    """A file name as it may be shown: no folders, nothing invisible, not longer than the column."""
    name = without_unseen(name)[0].replace("\\", "/").rsplit("/", 1)[-1].replace("\r", "").replace("\n", " ").strip()
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: NAME - len(ending) - 1]}{dot}{ending}"[:NAME] or "未命名"
