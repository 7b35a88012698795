"""Opening a file that somebody unknown may have made.

What kind it is by its content, and its cells, read in a limited process.
What comes out of the limited process holds no column that is never read (``private``).
"""

import gc
import json
import re
from functools import partial

from registers import limited
from registers.imports import documents, grid, packages, private, texts, workbooks
from registers.refusals import Refused

MOST_BYTES = 40 << 20
SECONDS, MEGABYTES = 30, 512
SAVE_AS = "请在 Excel 或 WPS 中另存为 .xlsx 后再上传。"
SLOW = f"文件太复杂，在限定的时间或内存（{MEGABYTES} MB）内没有读完。请只把需要的行复制到一个新的工作簿后再上传。"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How a file begins → what it is, for those that are not read.
OTHERS = (
    (b"%PDF", "PDF 文件"),
    (b"\xff\xd8\xff", "图片（JPEG）"),
    (b"\x89PNG", "图片（PNG）"),
    (b"GIF8", "图片（GIF）"),
    (b"BM", "图片（BMP）"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "RTF 文档"),
)
# The workbook of an .xls begins with the record of its version, and next says FILEPASS where a password opens it.
_LOCKED = re.compile(rb"\x09\x08(?:\x10\0.{16}|\x08\0.{8})(?:\x86\0\0\0)?\x2f\0", re.DOTALL)
# Marks of the programs that encrypt what leaves an office.
ENCRYPTED = (b"E-SafeNet", b"\x62\x14\x23\x65")


def read(data, name):
    """Return the ``Book`` of a file named ``name``. Raises ``Refused``."""
    return grid.unpacked(read_packed(data, name))


def read_packed(data, name, *, pace=None):
    """Return the packed book of a file named ``name``, read in a process with limits.

    ``pace``: told from time to time how many rows are read, it may stop the reading. Raises ``Refused``.
    """
    if len(data) > MOST_BYTES:
        raise Refused(f"文件超过 {MOST_BYTES >> 20} MB，没有读取。请按单位分成几个文件后再上传。")
    try:
        packed = limited.run(partial(_packed, data, name), seconds=SECONDS, megabytes=MEGABYTES, watch=pace)
    except limited.Broken as broken:
        raise Refused(f"文件无法识别，没有读取。{SAVE_AS}") from broken
    except Refused as refused:
        raise Refused(SLOW if str(refused) in (limited.TOO_LONG, limited.TOO_LARGE) else refused.messages) from refused
    return json.loads(packed)


def _packed(data, name, tell=None):
    gc.disable()  # nothing here is garbage, and the process ends with it
    book = private.without_private(opened(data, name, tell))
    return json.dumps(grid.packed(book), ensure_ascii=False, separators=(",", ":")).encode()


def opened(data, name, tell=None):
    """Return the book of a file by what its content is, whatever its name says.

    ``tell`` is given the number of rows read so far, of an Excel workbook.
    """
    ending = name.rpartition(".")[2].lower()
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        raise Refused("文件是空的，没有数据行。请检查选择的文件。")
    if data.startswith(b"PK"):
        book, usual, what = _from_package(data, tell)
        return _noted(book, ending, usual, what)
    if data.startswith(OLE):
        raise Refused(_ole(data, ending))
    if any(data[:64].find(mark) >= 0 for mark in ENCRYPTED):
        raise Refused("文件被单位的加密软件加密，请先解密（外发）后再上传。")
    if other := next((what for start, what in OTHERS if data.startswith(start)), ""):
        raise Refused(f"这是{other}，不是表格。{SAVE_AS}")
    return _from_text(data, ending)


def _from_text(data, ending):
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<?xml") or b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        if b"<!DOCTYPE" in data[:65536] or b"<!ENTITY" in data[:65536]:
            raise Refused(packages.ENTITIES)
        if b"urn:schemas-microsoft-com:office:spreadsheet" not in data[:65536]:
            raise Refused(f"这是 XML 文件，不是表格。{SAVE_AS}")
        return _noted(texts.read_xml_2003(data), ending, ("xml",), "Excel 2003 的 XML 表格")
    text = texts.decoded(data)
    if re.search(r"<(html|table|!doctype html)\b", text[:4096], re.IGNORECASE):
        return _noted(texts.read_html(text), ending, ("html", "htm"), "网页表格")
    return _noted(texts.read_csv(text), ending, ("csv", "txt", "tsv"), "文本文件")


def _from_package(data, tell):
    package = packages.Package(data)
    names = package.names
    if "xl/workbook.bin" in names:
        raise Refused(f"这是 .xlsb 工作簿，不能读取。{SAVE_AS}")
    if documents.MAIN in names:
        return documents.read(package), ("docx",), "Word 文档"
    for mark, what in (
        ("Index/Document.iwa", "Numbers 表格"),
        ("content.xml", "ODS 表格"),
        ("ppt/presentation.xml", "幻灯片"),
    ):
        if mark in names:
            raise Refused(f"这是{what}，不能读取。{SAVE_AS}")
    return workbooks.read(package, tell), ("xlsx", "xltx"), "Excel 工作簿"


def _ole(data, ending):
    """Return why an old container is not read."""
    if "EncryptedPackage".encode("utf-16-le") in data or _LOCKED.search(data):
        return "文件有打开密码，请在 Excel 或 WPS 中取消密码后再上传。"
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        return "文件含宏，没有读取。请另存为不含宏的 .xlsx 文件后再上传。"
    if "WordDocument".encode("utf-16-le") in data:
        what = "WPS 文字文档（.wps）" if ending == "wps" else "Word 文档"
        return f"这是{what}，不是表格。请把表格复制到 Excel 或 WPS 中，存为 .xlsx 后再上传。"
    what = "WPS 表格（.et）" if ending == "et" else "旧格式的工作簿（.xls）"
    return f"这是{what}，不能读取。{SAVE_AS}"


def _noted(book, ending, usual, what):
    if ending not in usual:
        book.notes.append(f"文件名以“.{ending[:8]}”结尾，内容是{what}，已按内容读取。")
    return book
