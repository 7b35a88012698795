"""Files that are broken or meant to do harm: each is refused with its place and a remedy, and the process that reads goes on."""

import io
import os
import re
import resource
import signal
import struct
import time
import zipfile
import zlib

import pytest

from registers.imports import reading
from registers.imports.findings import Report
from registers.imports.ledgers import without_grade
from registers.imports.listed import listed
from registers.imports.procedures import steps_of
from registers.imports.scales import Scale
from registers.imports.stages import by_words
from registers.imports.tables import tables_of
from registers.refusals import Refused
from tests.workbooks import MAIN, OFFICE, RELATIONS, Raw, cell, parts, sheet, workbook, zipped

pytestmark = [pytest.mark.once]

ROWS = [["工号", "姓名", "部门"], ["04001", "甲一", "财务处"]]
GOOD = workbook(ROWS)
ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">{}]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def part(name, content, **more):
    """A good workbook with one part added or replaced."""
    return zipped(parts({"人员": sheet(ROWS)}) | {name: content, **more})


def body(raw, **more):
    return zipped(parts({"人员": sheet([*ROWS, [Raw(raw)]], **more)}))


def zeros(megabytes):
    """A workbook whose sheet says nothing for many megabytes."""
    return part("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (megabytes << 20))


def named(name):
    return part(name, "x")


def doubled():
    data = io.BytesIO(GOOD)
    with zipfile.ZipFile(data, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("xl/workbook.xml", "x")
    return data.getvalue()


def renamed_inside():
    """A package whose part has another name where it begins than in the list of parts."""
    return GOOD.replace(b"xl/workbook.xml", b"xl/workbOOk.xml", 1)


def overlapping():
    """A package that lists one part twice, under two names, at the same place."""
    data = GOOD
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack("<II", data[end + 12 : end + 20])
    entry = data[start : start + size]
    other = entry.replace(b"workbook.xml", b"wOrkbooc.xml", 1)
    count = struct.unpack("<H", data[end + 10 : end + 12])[0]
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count * 2, count * 2, size * 2, start, 0)
    return data[:start] + entry + other.replace(b"xl/", b"yl/") + tail


def encrypted_flag():
    return re.sub(rb"(PK\x01\x02....)\x00\x00", lambda entry: entry[1] + b"\x01\x00", GOOD, flags=re.DOTALL)


def symlink():
    data = io.BytesIO(GOOD)
    with zipfile.ZipFile(data, "a") as package:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return data.getvalue()


def nul_name():
    return named("xl/aaaa").replace(b"xl/aaaa", b"xl/a\0aa")


def wrong_sum():
    data = bytearray(GOOD)
    at = data.index(b"xl/worksheets/sheet1.xml") + 40
    data[at] ^= 0xFF
    return bytes(data)


def many_parts():
    return zipped(parts({"人员": sheet(ROWS)}) | {f"xl/a{i}": "" for i in range(3100)})


def long_text(shared):
    text = "长" * 40_000
    if not shared:
        return workbook([*ROWS, [text]])
    return part("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>')


def related(kind, *, mode="External", target="file:///etc/passwd"):
    one = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return part("xl/worksheets/_rels/sheet1.xml.rels", f'<Relationships xmlns="{RELATIONS}">{one}</Relationships>')


def old_workbook(*records):
    """An .xls whose workbook begins with the record of its version and these."""
    begin = struct.pack("<HH", 0x0809, 16) + bytes(16)
    return OLE + begin + b"".join(struct.pack("<HH", kind, len(rest)) + rest for kind, rest in records) + bytes(400)


def sheets_at(*targets):
    """A workbook that looks for its sheets in these parts."""
    listed = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="{target}"/>'
        for i, target in enumerate(targets, 1)
    )
    made = parts({"人员": sheet(ROWS), "岗位": sheet(ROWS)})
    return zipped(made | {"xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'})


def mixed_encodings():
    return "工号,姓名\n04001,甲一\n".encode() * 50 + "04002,乙二\n".encode("gbk")


def html(attribute):
    return f"<html><table><tr><td>工号</td><td {attribute}>姓名</td></tr></table></html>".encode()


def xml_2003(index):
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    cells = f'<Row ss:Index="{index}"><Cell><Data ss:Type="String">工号</Data></Cell></Row>'
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="a"><Table>{cells}'
        "</Table></Worksheet></Workbook>"
    ).encode()


# case → (what makes the file, words of the refusal). Numbers: section (c) of the list of broken files.
CASES = {
    "1 bomb": (lambda: zeros(170), "解压后超过上限.*只把需要的行"),
    "2 many parts": (many_parts, "解压后超过上限"),
    "2 parts on one another": (overlapping, "结构不正常"),
    "2 package in a package": (lambda: zipped({"a.xlsx": GOOD}), "没有工作表"),
    "3 long shared text": (lambda: long_text(True), "文字过长"),
    "3 long text in its cell": (lambda: long_text(False), "人员!A3.*文字过长"),
    "4 entities in the sheet": (
        lambda: part("xl/worksheets/sheet1.xml", ENTITY.format("") + sheet(ROWS)),
        "实体定义",
    ),
    "4 entities in the workbook": (
        lambda: zipped(parts({"人员": sheet(ROWS)}, start=ENTITY.format(""))),
        "实体定义",
    ),
    "4 entities in the styles": (lambda: part("xl/styles.xml", ENTITY.format("") + "<styleSheet/>"), "实体定义"),
    "4 entities in the texts": (lambda: part("xl/sharedStrings.xml", ENTITY.format("") + "<sst/>"), "实体定义"),
    "5 file by an entity": (
        lambda: part(
            "xl/worksheets/sheet1.xml", ENTITY.format('<!ENTITY f SYSTEM "file:///etc/passwd">') + "<x>&f;</x>"
        ),
        "实体定义",
    ),
    "5 external definition": (
        lambda: part("xl/worksheets/sheet1.xml", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>'),
        "实体定义",
    ),
    "6 name that climbs": (lambda: named("../../x"), "结构不正常"),
    "6 name from the root": (lambda: named("/x"), "结构不正常"),
    "6 name of a drive": (lambda: named("C:\\x"), "结构不正常"),
    "6 name with a NUL": (nul_name, "结构不正常|不完整"),
    "6 link": (symlink, "结构不正常"),
    "7 part twice": (doubled, "结构不正常"),
    "7 two names of a part": (renamed_inside, "不完整"),
    "8 half of it": (lambda: GOOD[: len(GOOD) // 2], "不完整.*重新保存"),
    "8 wrong sum": (wrong_sum, "不完整|损坏"),
    "8 no parts": (lambda: b"PK\x05\x06" + b"\0" * 18, "不完整"),
    "9 nothing": (lambda: b"", "没有数据行"),
    "9 mark alone": (lambda: b"\xef\xbb\xbf", "没有数据行"),
    "10 password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码.*取消密码"),
    "10 password of an old workbook": (lambda: old_workbook((0x2F, bytes(54))), "打开密码.*取消密码"),
    "10 password of a protected one": (lambda: old_workbook((0x86, b""), (0x2F, bytes(54))), "打开密码"),
    "10 password of the package": (encrypted_flag, "打开密码"),
    "11 encrypted by the office": (lambda: b"E-SafeNet\0" + b"\x81" * 99, "加密软件.*解密"),
    "12 macros": (lambda: named("xl/vbaProject.bin"), "含宏.*另存为"),
    "12 macro sheet": (lambda: named("xl/macrosheets/sheet1.xml"), "含宏表"),
    "12 old macros": (lambda: OLE + "_VBA_PROJECT".encode("utf-16-le"), "含宏"),
    "13 pdf": (lambda: b"%PDF-1.7 x", "PDF.*另存为 .xlsx"),
    "13 picture": (lambda: b"\xff\xd8\xff\xe0 x", "图片"),
    "13 old workbook": (lambda: old_workbook((0x42, b"\xe4\x04")), "旧格式.*另存为 .xlsx"),
    "13 WPS text .wps": (lambda: OLE + "WordDocument".encode("utf-16-le"), "WPS 文字文档（.wps）.*存为 .xlsx"),
    "13 WPS table .et": (lambda: old_workbook((0x42, b"\xe4\x04")), "WPS 表格（.et）.*另存为 .xlsx"),
    "13 Numbers": (lambda: zipped({"Index/Document.iwa": "x"}), "Numbers.*另存为 .xlsx"),
    "13 open document": (lambda: zipped({"content.xml": "<x/>"}), "ODS"),
    "13 binary workbook": (lambda: zipped({"xl/workbook.bin": "x"}), "xlsb"),
    "13 Word": (lambda: zipped({"word/document.xml": "<x/>"}), "Word"),
    "14 picture alone": (
        lambda: zipped(parts({"人员": sheet([])}) | {"xl/media/image1.png": "x"}),
        "只有图片",
    ),
    "15 other workbook": (lambda: named("xl/externalLinks/externalLink1.xml"), "externalLink1.*断开链接"),
    "15 connection": (lambda: named("xl/connections.xml"), "数据连接"),
    "15 query": (lambda: named("xl/queryTables/q1.xml"), "查询"),
    "15 object": (lambda: named("xl/embeddings/oleObject1.bin"), "嵌入"),
    "15 object elsewhere": (lambda: related("oleObject"), "oleObject"),
    "15 DDE": (lambda: body("<c r='A3'><f>cmd|'/C calc'!A0</f><v>1</v></c>"), "人员!A3.*别的程序"),
    "17 too many people": (
        lambda: workbook([[str(n)] for n in range(60_001)]),
        "超过 50000 行.*按单位分",
    ),
    "18 wide by a span": (lambda: html('colspan="20000"'), "跨度"),
    "18 high by a span": (lambda: html('rowspan="1000000000"'), "跨度"),
    "18 far by an index": (lambda: xml_2003("1000000000"), "序号"),
    "19 all merged": (lambda: workbook(ROWS, merges=["A1:XFD1048576"]), "A1:XFD1048576.*取消合并"),
    "19 many merges": (lambda: workbook(ROWS, merges=["B2:C3"] * 61_000), "合并区域太大或太多"),
    "20 not well-formed": (lambda: part("xl/worksheets/sheet1.xml", "<worksheet>\n<a>"), "sheet1.xml.*第 2 行"),
    "20 no sheet": (lambda: part("xl/worksheets/sheet1.xml", "<x/>"), "工作表“人员”损坏"),
    "20 sheet missing": (
        lambda: zipped({k: v for k, v in parts({"人员": sheet(ROWS)}).items() if "sheet1" not in k}),
        "工作表“人员”损坏",
    ),
    "20 sheet that is the workbook": (lambda: sheets_at("workbook.xml", "worksheets/sheet2.xml"), "工作表“人员”损坏"),
    "20 two sheets in one part": (
        lambda: sheets_at("worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml"),
        "工作表“岗位”损坏.*同一份内容",
    ),
    "21 text that is not there": (lambda: body('<c r="A3" t="s"><v>999999</v></c>'), "人员!A3.*损坏"),
    "21 style that is not there": (lambda: body('<c r="A3" s="99"><v>1</v></c>'), "人员!A3.*损坏"),
    "21 row below zero": (
        lambda: part("xl/worksheets/sheet1.xml", sheet(ROWS).replace('<row r="2"', '<row r="-2"')),
        "行号“-2”",
    ),
    "21 column too far": (lambda: body('<c r="ZZZZ9"><v>1</v></c>'), "ZZZZ9"),
    "37 mixed encodings": (mixed_encodings, "第 101 行.*编码|编码不一致"),
    "37 mojibake": ("工号,姓名\n04001,锟斤拷\n".encode, "第 2 行有乱码"),
    "37 control": ("工号,姓名\n04001,甲\x01一\n".encode, "第 2 行.*不可见"),
    "38 number beyond all": (lambda: body('<c r="A3"><v>1e99999</v></c>'), "人员!A3"),
}


@pytest.mark.parametrize("case", CASES)
def test_file_is_refused_with_its_place_and_a_remedy(case):
    make, words = CASES[case]
    data, start, ending = make(), time.monotonic(), case.rpartition(".")[2] if " ." in case else "xlsx"
    with pytest.raises(Refused, match=words) as refused:
        reading.read(data, f"名册.{ending}")
    assert time.monotonic() - start < 5
    assert re.search("请", str(refused.value)), "no remedy"


def test_worker_lives_and_its_memory_stays_flat():
    """After a bomb that passes the list of parts the next file is read, in a process that has not grown."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, 60_002))
    with pytest.raises(Refused, match=r"50000 行.*按单位分成"):
        reading.read(part("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{many}'), "a.xlsx")
    assert [len(each.rows) for each in reading.read(GOOD, "a.xlsx").sheets] == [2]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 << 10


def test_worker_outlives_a_process_that_crashes(monkeypatch):
    """Broken file 40: one sentence, and the next file is read at once."""
    with monkeypatch.context() as patched:
        patched.setattr(reading, "_packed", lambda data, name: os.kill(os.getpid(), signal.SIGKILL))
        with pytest.raises(Refused, match="限定的时间或内存"):
            reading.read(GOOD, "a.xlsx")
    assert reading.read(GOOD, "a.xlsx").sheets


def test_fifty_thousand_rows_pass_and_one_more_does_not():
    """Broken file 17: at the limit itself, below a title and a head that do not count."""
    lines = [f"{number:05},孙一,财务处" for number in range(50_001)]
    for most in (50_000, 50_001):
        book = reading.read("\n".join(["教职工名单", "工号,姓名,部门", *lines[:most]]).encode(), "a.csv")
        if most == 50_000:
            assert [len(table.rows) for table in tables_of(book, "people", None, Report())] == [50_000]
        else:
            with pytest.raises(Refused, match=r"有 50001 行数据，超过 50000 行.*按单位分成"):
                tables_of(book, "people", None, Report())


def test_reading_that_takes_too_long_is_one_sentence(monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.05)
    with pytest.raises(Refused, match="限定的时间或内存"):
        reading.read(workbook([*ROWS, *[["长" * 400] * 9] * 4000]), "a.xlsx")


def test_reading_that_takes_too_much_is_one_sentence(monkeypatch):
    monkeypatch.setattr(reading, "MEGABYTES", 1)
    # What a file takes may be there already, left over from other tests; one piece of this size never is.
    monkeypatch.setattr(reading, "_packed", lambda data, name: bytes(4 << 30))
    with pytest.raises(Refused, match="限定的时间或内存"):
        reading.read(GOOD, "a.xlsx")


def test_link_to_a_mail_address_is_no_danger():
    data = related("hyperlink", target="mailto:a@example.edu.cn")
    assert reading.read(data, "a.xlsx").sheets[0].cell(2, 2).text == "甲一"


def test_hostile_text_stays_text():
    rows = [*ROWS, ["=cmd|'/C calc'!A0", "<script>alert(1)</script>", "@SUM(1)"]]
    cells = reading.read(workbook(rows), "a.xlsx").sheets[0].rows[3]
    assert [each.text for each in cells.values()] == rows[2]


def test_case_makes_what_it_says():
    """The good file that most cases change is good, and cells are made as they are asked for."""
    assert zlib.crc32(GOOD)
    assert cell(3, 2, "甲") == '<c r="B3" t="inlineStr"><is><t xml:space="preserve">甲</t></is></c>'
    assert reading.read(GOOD, "a.xlsx").sheets[0].rows[2][1].text == "04001"


HOSTILE = [
    "1.1." * 8000,
    "（" * 32_000,
    " " * 32_000 + "x",
    "前期" + "　" * 32_000,
    "——" * 16_000 + "x",
    "(1)" * 10_000,
    "★" * 32_000,
]


def test_long_strange_cells_are_read_in_no_time():
    """Broken file 38: whatever a cell of the longest kind holds, reading it takes time in proportion."""
    scale, start = Scale([("a", "高"), ("b", "低")], Report()), time.process_time()
    for text in HOSTILE:
        listed(text), by_words(text), steps_of(text), without_grade(text), scale.read(text[:200], "A1")
    assert time.process_time() - start < 2
