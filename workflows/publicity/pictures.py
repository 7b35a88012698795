"""Pictures without what a camera writes into them: place, moment, device, comments.

A picture is drawn anew from its pixels, in a process of its own: a hostile one ends that and nothing else.
"""

import io

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from registers import cage
from registers.refusals import Refused
from workflows import attachments

MOST_PIXELS = 40_000_000
SECONDS, MEGABYTES = 20, 768
FORMATS = {"jpg": "JPEG", "png": "PNG"}
UNREADABLE = "图片“{name}”无法读取或尺寸过大，没有保存。请重新截图后再选。"
ONLY_PICTURES = (
    "匿名提交只收 JPG、PNG 图片：Word、PDF 等文件带有作者信息。请截图后上传，或填写姓名和联系方式。所选文件没有保存。"
)


def bare(uploads, *, anonymous):
    """Return the files with every picture drawn anew, the others as they are.

    ``anonymous``: nothing but pictures is taken, and they lose their names too. Raises ``Refused``.
    """
    done = []
    for number, upload in enumerate(uploads, 1):
        upload.seek(0)
        content = upload.read() if upload.size <= attachments.LARGEST else b""
        kind, _ = attachments.kind_of(content)
        if kind not in FORMATS:
            if anonymous and upload.size <= attachments.LARGEST:
                raise Refused(ONLY_PICTURES, "files")
            done.append(upload)  # what is wrong with it, whoever keeps it says
            continue
        name = f"图片{number}.{kind}" if anonymous else upload.name
        done.append(ContentFile(_anew(content, kind, attachments.tidy(upload.name or "")), name))
    return done


def _anew(content, kind, name):
    try:
        return cage.run(lambda: redrawn(content, kind), seconds=SECONDS, megabytes=MEGABYTES)
    except (Refused, cage.Broken):
        raise Refused(UNREADABLE.format(name=name), "files") from None


def redrawn(content, kind):
    """Return a picture of the same pixels as ``content``, the right way up, and nothing else of it.

    Raises ``Refused`` where it is larger than any photograph.
    """
    with Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(UNREADABLE)
        seen = ImageOps.exif_transpose(picture)
        mode = "RGBA" if kind == "png" and (seen.has_transparency_data) else "RGB"
        seen = seen.convert(mode)
        clean = Image.new(mode, seen.size)
        clean.paste(seen)
    made = io.BytesIO()
    clean.save(made, FORMATS[kind], **({"quality": 90} if kind == "jpg" else {}))
    return made.getvalue()
