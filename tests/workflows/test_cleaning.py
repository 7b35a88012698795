"""Files say nothing of where, when and by whom they were made, wherever they are taken."""

import ast
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from registers.refusals import Refused
from tests.files import package, upload
from workflows import attachments, cleaning
from workflows.models import Attachment
from workflows.policies.attachments import HELD_BY

pytestmark = pytest.mark.database("both")

PLACE = {2: (43.0, 53.0, 1.5), 4: (125.0, 19.0, 2.25)}  # of GPS: latitude, longitude
TELLS = (b"CAMERA OF ZHANG", b"secret", b"2026:09:17", b"ZHANG", b"behind")


def photograph(*, turn=1, **options):
    """A picture as a telephone makes it, and something behind its end."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x0112] = "CAMERA OF ZHANG", "2026:09:17 08:15:30", turn
    exif.get_ifd(0x8825).update(PLACE)
    made = io.BytesIO()
    _pixels().save(made, "JPEG", exif=exif, comment=b"secret", **options)
    return made.getvalue() + b"behind\xff\xe1\0\x08secret"


def screenshot():
    notes, made = PngInfo(), io.BytesIO()
    notes.add_text("Author", "ZHANG")
    notes.add_itxt("XML:com.adobe.xmp", "secret")
    _pixels().save(made, "PNG", pnginfo=notes)
    return made.getvalue() + b"behind"


def _pixels():
    return Image.linear_gradient("L").resize((40, 30)).convert("RGB")


def pixels_of(content):
    with Image.open(io.BytesIO(content)) as picture:
        return picture.size, picture.tobytes()


PICTURES = {
    "jpg": ("jpg", photograph),
    "jpg in several scans": ("jpg", lambda: photograph(progressive=True)),
    "jpg lying on its side": ("jpg", lambda: photograph(turn=6)),
    "png": ("png", screenshot),
}


@pytest.mark.parametrize("case", PICTURES)
def test_picture_keeps_its_pixels_and_which_way_is_up_and_nothing_else(case):
    kind, make = PICTURES[case]
    content = make()
    made = cleaning.cleaned(content, kind)
    assert [mark for mark in TELLS if mark in made] == []
    assert pixels_of(made) == pixels_of(content)
    with Image.open(io.BytesIO(made)) as picture:
        assert dict(picture.getexif()) == ({0x0112: 6} if "side" in case else {})
    assert cleaning.cleaned(made, kind) == made


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_picture_that_was_cut_off_never_keeps_what_it_should_lose(kind):
    content = PICTURES[kind][1]()
    shown = 0
    for end in range(0, len(content), 7):
        try:
            made = cleaning.cleaned(content[:end], kind)
        except Refused as refused:
            assert "已损坏" in str(refused)
            continue
        shown += 1
        assert [mark for mark in TELLS if mark in made] == [], end
    assert shown


def test_document_loses_its_authors_and_what_its_pictures_say():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("[Content_Types].xml", "x")
        parts.writestr("word/document.xml", "张三的报告")
        parts.writestr("docProps/core.xml", "<p><dc:creator>ZHANG</dc:creator></p>")
        parts.writestr("word/media/image1.jpeg", photograph())
        parts.writestr("word/media/image2.png", screenshot())
    with zipfile.ZipFile(io.BytesIO(cleaning.cleaned(made.getvalue(), "docx"))) as parts:
        assert [name for name in parts.namelist() for mark in TELLS if mark in parts.read(name)] == []
        assert parts.read("word/document.xml").decode() == "张三的报告"
        assert pixels_of(parts.read("word/media/image1.jpeg")) == pixels_of(photograph())


def test_document_that_would_be_unpacked_to_no_end_is_refused(monkeypatch):
    monkeypatch.setattr(cleaning, "LARGEST", 1)
    with pytest.raises(Refused, match="解压后过大"):
        cleaning.cleaned(package("word/document.xml", "word/b.xml"), "docx")


HOLDERS = [relation.related_model for relation in Attachment._meta.related_objects]


@pytest.mark.database("sqlite", "postgresql")
@pytest.mark.parametrize("model", HOLDERS, ids=lambda model: model.__name__)
def test_whatever_holds_files_holds_them_clean(year, model):
    holder = model(pk=1)
    holder._state.db = "default"  # it takes files as if it stood there
    shown = [upload("IMG.jpg", photograph()), upload("屏幕.png", screenshot())]
    actor = year.actor(year.campus.liaison)
    assert attachments.take(holder, shown, actor=actor, at=year.clock.now) == 2
    kept = list(holder.attachments.all())
    assert [mark for file in kept for mark in TELLS if mark in bytes(file.content)] == []
    again = [upload("IMG.jpg", photograph())]
    assert attachments.take(holder, again, actor=actor, at=year.clock.now) == 0  # it is known though it was cleaned
    assert attachments.sent_before([holder], shown) == holder
    holder.attachments.clear()


def test_there_is_no_other_way_to_keep_a_file():
    assert {model._meta.label for model in HOLDERS} == set(HELD_BY.values())
    makers = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in sorted(Path(settings.BASE_DIR, "workflows").rglob("*.py"))
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _makes_one(ast.unparse(node.func))
    ]
    assert makers == ["workflows/attachments.py"]


def _makes_one(called):
    return called == "Attachment" or (called.startswith("Attachment.objects.") and "create" in called)
