"""Opening a workbook's package (a zip) that somebody unknown may have made.

What is dangerous in it is refused. Nothing is unpacked before the list of its parts has been looked at.
"""

import posixpath
import stat
import zipfile
import zlib
from functools import partial
from io import BytesIO
from xml.parsers import expat

from registers.imports.rows import Unusual
from registers.refusals import Refused

MOST_PARTS = 3000
MOST_BYTES = 160 << 20  # unpacked; a workbook of 50,000 rows and 30 columns has about 100 MB
BROKEN = "文件不完整或已损坏，请在 Excel 或 WPS 中打开、重新保存后再上传。"
STRANGE = "文件的压缩包结构不正常，没有读取。请在 Excel 或 WPS 中打开，另存为新的 .xlsx 文件后再上传。"
TOO_LARGE = "文件解压后超过上限，没有读取。请只把需要的行复制到一个新的工作簿后再上传。"
ENTITIES = "文件含实体定义（DTD），可能有害，没有读取。请在 Excel 或 WPS 中另存为新的 .xlsx 文件后再上传。"
# A part of the package → what it is, and the remedy.
DANGERS = {
    "vbaproject": ("含宏", "请另存为不含宏的 .xlsx 文件后再上传"),
    "xl/macrosheets/": ("含宏表", "请另存为不含宏的 .xlsx 文件后再上传"),
    "xl/externallinks/": ("含指向其他工作簿的链接", "请在“数据—编辑链接”中断开链接（保留数值）后再上传"),
    "xl/connections.xml": ("含数据连接", "请在“数据—查询和连接”中删除连接后再上传"),
    "xl/querytables/": ("含网页或数据库查询", "请把数据复制为数值，另存后再上传"),
    "xl/embeddings/": ("含嵌入的对象", "请删除嵌入的文件或对象后再上传"),
    "xl/activex/": ("含控件", "请删除控件后再上传"),
    "xl/ctrlprops/": ("含控件", "请删除控件后再上传"),
    "word/embeddings/": ("含嵌入的对象", "请删除嵌入的文件或对象后再上传"),
    "word/activex/": ("含控件", "请删除控件后再上传"),
    "word/afchunk": ("含嵌入的另一份文档", "请把其中的表格复制到新的文档后再上传"),
}


class Package:
    """The parts of a workbook's package. Making one raises ``Refused`` for what should not be read."""

    def __init__(self, data):
        try:
            self.zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as broken:
            raise Refused(BROKEN) from broken
        parts = self.zip.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise Refused(TOO_LARGE)
        if not parts:
            raise Refused(BROKEN)
        _check_names(parts)
        _check_places(parts)
        _check_dangers(parts)
        self.names = {part.filename for part in parts}

    def parse(self, name, *, start=None, end=None, text=None, through=None):
        """Read one part as XML and call a function for each event.

        They are ``start(tag, attributes)``, ``end(tag)`` and ``text(data)``; names have no prefix.
        ``through`` is given the pieces of the part and gives those that are to be parsed.
        Raises ``Refused``: a part that declares entities, is broken, or is not there.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text, parser.buffer_size = True, 1 << 16
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = start and (lambda tag, found: start(tag.rpartition(" ")[2], found))
        parser.EndElementHandler = end and (lambda tag: end(tag.rpartition(" ")[2]))
        parser.CharacterDataHandler = text
        try:
            with self.zip.open(name) as file:
                pieces = iter(partial(file.read, 1 << 18), b"")
                for piece in through(pieces) if through else pieces:
                    parser.Parse(piece, False)
                parser.Parse(b"", True)
        except expat.ExpatError as error:
            if through:
                raise Unusual from error  # its place can be told only where all of it is parsed
            raise Refused(
                f"文件的“{name}”第 {error.lineno} 行已损坏，请在 Excel 或 WPS 中重新保存后再上传。"
            ) from error
        except KeyError as missing:
            raise Refused(f"文件缺少“{name}”。{BROKEN}") from missing
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            ValueError,
            RuntimeError,
        ) as broken:
            raise Refused(BROKEN) from broken

    def relations(self, of):
        """Return id → (type, target, whether it lies outside of the package) of the part ``of``.

        None where it has none.
        """
        folder, name = posixpath.split(of)
        part, found = f"{folder}/_rels/{name}.rels", {}
        if part not in self.names:
            return found

        def start(tag, attributes):
            if tag == "Relationship":
                target = attributes.get("Target", "")
                outside = attributes.get("TargetMode", "") == "External"
                path = target if outside else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path, outside)

        self.parse(part, start=start)
        # A link that somebody clicks on (a mail address mostly) is no danger: nothing follows it here.
        if bad := sorted({kind for kind, _, outside in found.values() if outside and kind != "hyperlink"}):
            raise Refused(f"文件含指向外部的内容（{bad[0]}），没有读取。请断开链接（保留数值）、另存后再上传。")
        return found


def _refuse_doctype(*_):
    raise Refused(ENTITIES)


def _check_names(parts):
    names = [part.filename for part in parts]
    if len({name.lower() for name in names}) < len(names):
        raise Refused(STRANGE)
    for part in parts:
        # ``orig_filename`` still holds what Python cuts away: all from a NUL on, and the other slash.
        name = part.orig_filename
        mode = part.external_attr >> 16
        if name.startswith("/") or ".." in name.split("/") or set("\\:\0") & set(name) or stat.S_ISLNK(mode):
            raise Refused(STRANGE)
        if part.flag_bits & 1:
            raise Refused("文件有打开密码，请在 Excel 或 WPS 中取消密码后再上传。")


def _check_places(parts):
    """Refuse parts that lie on top of one another: a small file that unpacks to a huge one."""
    end = -1
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise Refused(STRANGE)
        end = part.header_offset + 30 + len(part.orig_filename.encode()) + part.compress_size


def _check_dangers(parts):
    for part in parts:
        name = part.filename.lower()
        for mark, (what, remedy) in DANGERS.items():
            if name.startswith(mark) or (mark == "vbaproject" and mark in name):
                raise Refused(f"文件{what}（{part.filename[:60]}），没有读取。{remedy}。")
