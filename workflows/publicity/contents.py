"""The texts in a file that is attached to a notice.

Every sheet, hidden rows, columns and sheets, comments, headers, document properties, alternative texts, addresses of links.
Text inside a picture is not read. Pure: no Django, no database.
"""

import io
import re
import struct
import zipfile
from decimal import Decimal, InvalidOperation

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from registers.refusals import Refused
from workflows import cleaning

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
        if sum(part.file_size for part in parts.infolist()) > cleaning.LARGEST:
            raise Refused(cleaning.TOO_LARGE)
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
