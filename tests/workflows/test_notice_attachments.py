"""Files attached to notices: what leaks is not kept, what is kept says nothing of its author."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl.comments import Comment
from PIL import Image

from registers.refusals import Refused
from tests.workflows.test_publishing import publish, result
from workflows.models import Attachment
from workflows.publicity import (
    attaching,
    publishing,
)

pytestmark = pytest.mark.database("both")

IDENTITY = "11010519491231002X"


def workbook(put):
    book = openpyxl.Workbook()
    put(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def hidden_row(book):
    book.active["A5"] = f"身份证 {IDENTITY[:6]} {IDENTITY[6:]}"
    book.active.row_dimensions[5].hidden = True


def hidden_sheet(book):
    sheet = book.create_sheet("附")
    sheet["Z9"] = IDENTITY
    sheet.sheet_state = "hidden"


def comment(book):
    book.active["A1"].comment = Comment("电话１３８１２３４５６７８", "某")


def as_number(book):
    book.active["B2"] = 110105194912310020


def property_of(book):
    book.properties.description = "联系 u@qq.com"


def mail_link(book):
    book.active["A1"] = "联系"
    book.active["A1"].hyperlink = "mailto:u@qq.com"


def letter(*runs, header="", author="张三"):
    document = Document()
    paragraph = document.add_paragraph()
    for run in runs:
        paragraph.add_run(run)
    document.sections[0].header.paragraphs[0].text = header
    document.core_properties.author = author
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf(text):
    """One page with a line of text, as small as a PDF can be."""
    words = f"BT /F 12 Tf 50 700 Td ({text}) Tj ET"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    stream = f"<</Length {len(words)}>>stream\n{words}\nendstream"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream, font]
    written, places_of = "%PDF-1.4\n", []
    for number, text_of in enumerate(objects, 1):
        places_of.append(len(written))
        written += f"{number} 0 obj{text_of}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places_of)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size 6>>\nstartxref\n{len(written)}\n%%EOF"
    return (written + end).encode()


LEAKING = {
    "hidden row": ("名单.xlsx", lambda: workbook(hidden_row), "身份证号"),
    "hidden sheet": ("名单.xlsx", lambda: workbook(hidden_sheet), "身份证号"),
    "comment": ("名单.xlsx", lambda: workbook(comment), "批注中有手机号码"),
    "number of a cell": ("名单.xlsx", lambda: workbook(as_number), "身份证号"),
    "link": ("名单.xlsx", lambda: workbook(mail_link), "电子邮箱"),
    "property": ("名单.xlsx", lambda: workbook(property_of), "文档属性中有电子邮箱"),
    "cut into runs": ("说明.docx", lambda: letter("联系138", "1234", "5678"), "正文中有手机号码"),
    "header": ("说明.docx", lambda: letter("甲", header="家住朝阳路"), "页眉中有住址"),
    "page": ("说明.pdf", lambda: pdf(f"No {IDENTITY}"), "第 1 页中有身份证号"),
    "name": ("13812345678.docx", lambda: letter("甲"), "文件名“13812345678.docx”中有手机号码"),
}


def attach(year, about, name, content):
    upload = SimpleUploadedFile(name, content)
    return attaching.attach(about, [upload], actor=year.actor(year.campus.liaison), at=year.clock.now)


@pytest.mark.parametrize("case", LEAKING)
def test_file_with_something_personal_is_not_kept(year, case):
    name, make, fault = LEAKING[case]
    made = result(year)
    with pytest.raises(Refused, match=fault):
        attach(year, made, name, make())
    assert not made.attachments.exists()


def test_clean_file_is_kept_without_its_author_and_pictures_without_exif(year):
    made = result(year)
    assert attach(year, made, "说明.docx", letter("依据校发〔2026〕12号文件，共 5 个工作日。")) == 1
    kept = bytes(made.attachments.get().content)
    core = zipfile.ZipFile(io.BytesIO(kept)).read("docProps/core.xml").decode()
    assert "张三" not in core
    assert Document(io.BytesIO(kept)).paragraphs[0].text.startswith("依据校发")
    picture, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = "张三"
    Image.new("RGB", (8, 8)).save(picture, "JPEG", exif=exif)
    attach(year, made, "照片.jpg", picture.getvalue())
    photo = Image.open(io.BytesIO(bytes(made.attachments.get(kind="jpg").content)))
    assert (photo.size, dict(photo.getexif())) == ((8, 8), {})


def test_files_are_attached_to_drafts_on_the_page_and_read_with_them(year):
    made = result(year)
    browser = Client()
    browser.force_login(year.campus.liaison)
    address = reverse("publication_attach", args=[made.pk])
    bad = browser.post(address, {"files": [SimpleUploadedFile("a.docx", letter(IDENTITY))]})
    assert (bad.status_code, "身份证号（110…2X）" in bad.content.decode()) == (422, True)
    assert browser.post(address, {"files": [SimpleUploadedFile("a.docx", letter("甲"))]}).status_code == 302
    file = made.attachments.get()
    publish(year, made)
    reader = Client()
    reader.force_login(year.campus.clerk)
    assert reader.get(reverse("attachment_file", args=[file.pk])).status_code == 200
    assert browser.post(address, {"drop": [file.pk]}).status_code == 403
    publishing.end(made, actor=year.actor(year.campus.head), why="有误", at=year.clock.now)
    assert reader.get(reverse("attachment_file", args=[file.pk])).status_code == 404


def test_files_of_a_draft_that_is_thrown_away_are_deleted(year):
    made = result(year)
    attach(year, made, "说明.docx", letter("甲"))
    publishing.discard(made, actor=year.actor(year.campus.liaison), at=year.clock.now)
    assert not Attachment.objects.exists()
