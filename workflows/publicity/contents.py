"""The texts in a file that is attached to a notice, and the file without its authors and EXIF.

Every sheet, hidden rows, columns and sheets, comments, headers, document properties, alternative texts, addresses of links.
Text inside a picture is not read. Pure: no Django, no database. Source: supervision 1.6.
"""

import io
import re
import struct
import zipfile
from decimal import Decimal, InvalidOperation

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from registers.refusals import Refused

LARGEST = 120 * 1024 * 1024  # bytes of all parts of an office file together
MOST_PAGES = 300
BLOCKS = {"p", "si", "is", "v", "f", "t", "definedName", "creator", "lastModifiedBy", "title", "subject", "description"}
BLOCKS |= {"keywords", "category", "Company", "Manager", "lpwstr", "lpstr", "oddHeader", "oddFooter", "evenHeader"}
SPOKEN = {"author", "descr", "title", "Target", "tooltip", "name", "initials", "display", "prompt", "promptTitle"}
PASSED_OVER = re.compile(
    r"(?:theme|styles|fontTable|settings|webSettings|numbering|calcChain|presProps|tableStyles)\d*\.xml$"
)
WHERE = (
    ("docProps/", "文档属性"),
    ("comments", "批注"),
    ("header", "页眉"),
    ("footer", "页脚"),
    ("notes", "备注"),
    ("word/document", "正文"),
    ("xl/sharedStrings", "单元格"),
    ("xl/worksheets/", "工作表"),
    (".rels", "链接"),
)
AUTHORS = re.compile(rb"(<(?:dc:creator|cp:lastModifiedBy)[^>]*>)[^<]*(</)")


def texts_of(content, kind):
    """Return every text in a file of type ``kind`` as ``[where, text]``, none of a picture.

    Raises ``Refused``.
    """
    if kind in ("jpg", "png"):
        return []
    try:
        return _of_pdf(content) if kind == "pdf" else _of_office(content)
    except (zipfile.BadZipFile, ElementTree.ParseError, DefusedXmlException, struct.error) as fault:
        raise Refused("内容已损坏，无法检查") from fault


# --- Office files ---------------------------------------------------------------------------------------------


def _of_office(content):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST:
            raise Refused("解压后过大，无法检查")
        names = parts.namelist()
        if any("/embeddings/" in name or "/activeX/" in name for name in names):
            raise Refused("内嵌了其他文件，无法检查")
        found = []
        for name in names:
            if name.endswith((".xml", ".rels", ".vml")) and not PASSED_OVER.search(name):
                where = next((word for mark, word in WHERE if mark in name), "其他部分")
                found += [[where, text] for text in _texts_in(ElementTree.fromstring(parts.read(name)))]
        return found


def _texts_in(root):
    """Yield the texts of one part: a paragraph or a cell at a time, however it is cut into runs, and what attributes say."""
    inside = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if _local(name) in SPOKEN and value.strip():
                yield value
        if _local(element.tag) in BLOCKS and element not in inside:
            inside.update(element.iter())
            if text := "".join(element.itertext()).strip():
                yield _as_typed(text) if _local(element.tag) == "v" else text


def _local(name):
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _as_typed(text):
    """Return the digits of a number that a workbook keeps as 1.1E+17."""
    if "E+" not in text.upper():
        return text
    try:
        return str(int(Decimal(text)))
    except (InvalidOperation, ValueError):
        return text


# --- PDF ------------------------------------------------------------------------------------------------------


def _of_pdf(content):
    from pypdf import PdfReader  # noqa: PLC0415 (slow import)
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(content))
        if len(reader.pages) > MOST_PAGES:
            raise Refused(f"超过 {MOST_PAGES} 页，无法检查")
        if reader.attachments:
            raise Refused("内嵌了其他文件，无法检查")
        found = [["文档属性", str(value)] for value in (reader.metadata or {}).values()]
        for number, page in enumerate(reader.pages, 1):
            found.append([f"第 {number} 页", page.extract_text()])
            found += [[f"第 {number} 页批注", text] for text in _notes_on(page)]
        return found
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as fault:
        raise Refused("内容已损坏，无法检查") from fault


def _notes_on(page):
    for note in (reference.get_object() for reference in page.get("/Annots") or ()):
        link = (note.get("/A") or {}).get("/URI")
        yield from (str(text) for text in (note.get("/Contents"), link) if text)


# --- Without what is said of people unseen --------------------------------------------------------------------


def cleaned(content, kind):
    """Return the file without EXIF and without the names of whoever wrote it.

    What is no such file is returned as it is.
    """
    if kind == "jpg":
        return without_exif(content)
    if kind == "png":
        return _without_png_notes(content)
    return _without_authors(content) if kind in ("docx", "xlsx", "pptx") else content


def without_exif(content):
    """Return a JPEG without the segments that hold EXIF, XMP, IPTC and remarks."""
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, [length] = content[at + 1], struct.unpack_from(">H", content, at + 2)
        if marker == 0xDA:  # the picture itself begins
            break
        if marker not in (0xE1, 0xED, 0xFE):
            kept.append(content[at : at + 2 + length])
        at += 2 + length
    return b"".join([*kept, content[at:]])


def _without_png_notes(content):
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        [length] = struct.unpack_from(">L", content, at)
        if content[at + 4 : at + 8] not in (b"eXIf", b"tEXt", b"iTXt", b"zTXt"):
            kept.append(content[at : at + 12 + length])
        at += 12 + length
    return b"".join(kept)


def _without_authors(content):
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as parts,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for part in parts.infolist():
            body = parts.read(part)
            if part.filename == "docProps/core.xml":
                body = AUTHORS.sub(rb"\1\2", body)
            elif part.filename.lower().endswith((".jpg", ".jpeg")) and body.startswith(b"\xff\xd8"):
                body = without_exif(body)
            written.writestr(zipfile.ZipInfo(part.filename, date_time=part.date_time), body, zipfile.ZIP_DEFLATED)
    return target.getvalue()
